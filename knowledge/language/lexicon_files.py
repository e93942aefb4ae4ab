"""Lexicon files: read from the package or from a policy, every mistake with its place."""

from collections.abc import Mapping
from importlib.resources import files
from typing import Final

import re2  # type: ignore[import-untyped] # ships no types

from knowledge.language.lexicons import Group, Lexicon, either
from ontology.marked_reader import Keys, MarkedReader, root
from ontology.marked_yaml import Node, quoted

INDICATORS: Final = ("frustration", "urgency", "betrayal")
"""Indicators with a lexicon; each has one file, named after it."""
HEAVIEST: Final = 10.0
EXAMPLE: Final = "{name: promise broken, weight: 3.6, phrases: [you promised]}"

_LEXICON: Final = Keys(required=("indicator", "groups"), optional=("language", "bias", "unless"))
_GROUP: Final = Keys(required=("name", "weight", "phrases"))


def packaged() -> Mapping[str, str]:
    """The lexicon files that attune ships: indicator → text."""
    folder = files(__package__) / "lexicons"
    return {name: (folder / f"{name}.yaml").read_text(encoding="utf-8") for name in INDICATORS}


def load(indicator: str) -> Lexicon:
    """The lexicon that attune ships for an indicator."""
    return read(packaged()[indicator], file=f"{indicator}.yaml", indicator=indicator)


def read(text: str, *, file: str, indicator: str) -> Lexicon:
    """The lexicon of an indicator; `file` is only named in errors.

    Raises:
        FileInvalid: all that is wrong with it.
    """
    reader = _Reader(indicator)
    lexicon = reader.lexicon(root(text, file))
    reader.finish(file)
    return lexicon


class _Reader(MarkedReader):
    """Reads one file; what is wrong is noted and read as if it were left out."""

    def __init__(self, indicator: str) -> None:
        super().__init__()
        self._indicator = indicator

    def lexicon(self, node: Node) -> Lexicon:
        given = self.keyed(node, _LEXICON)
        name = self.text(given.get("indicator"))
        if name and name != self._indicator:
            self.say(given["indicator"], f"{quoted(name)} is not {self._indicator!r}, its file")
        groups = self._groups(given.get("groups"))
        unless = given.get("unless")
        return Lexicon(
            indicator=name,
            bias=self._weight(given["bias"]) if "bias" in given else 0.0,
            groups=groups,
            unless=self._phrases(unless) if unless is not None else None,
        )

    def _groups(self, node: Node | None) -> tuple[Group, ...]:
        if node is None:
            return ()
        if node.kind != "list" or not isinstance(node.value, tuple) or not node.value:
            self.say(node, f"groups are a list with at least one, like [{EXAMPLE}]")
            return ()
        found: dict[str, Group] = {}
        for item in node.value:
            if isinstance(item, Node) and (group := self._group(item)) is not None:
                if group.name in found:
                    self.say(item, f"{quoted(group.name)} names another group too")
                found[group.name] = group
        return tuple(found.values())

    def _group(self, node: Node) -> Group | None:
        if node.kind != "mapping":
            self.say(node, f"{quoted(node.value)} is no group; valid: {EXAMPLE}")
            return None
        given = self.keyed(node, _GROUP)
        if set(_GROUP.required) - set(given):
            return None
        return Group(
            name=self.text(given["name"]),
            weight=self._weight(given["weight"]),
            pattern=self._phrases(given["phrases"]),
        )

    def _phrases(self, node: Node) -> object:
        phrases = [one.lower() for one in self.texts(node) if one]
        for phrase in phrases:
            if not _says(phrase):
                self.say(node, f"{quoted(phrase)} has a part without a letter; valid: we/i wait")
        try:
            return either(phrases) if phrases else None
        except re2.error as error:
            self.say(node, f"these phrases cannot be searched for: {str(error)[:120]}")
            return None

    def _weight(self, node: Node) -> float:
        try:
            weight = float(str(node.value)) if node.kind in {"integer", "text"} else None
        except ValueError:
            weight = None
        if weight is None or not abs(weight) <= HEAVIEST:
            words = f"is no weight between {-HEAVIEST} and {HEAVIEST}; valid: 2.4"
            self.say(node, f"{quoted(node.value)} {words}")
            return 0.0
        return weight


def _says(phrase: str) -> bool:
    """Whether every part of a phrase is a word, a gap or a number, and one is no gap."""
    parts = [part for part in phrase.split() if part != "..."]
    return bool(parts) and all(
        part == "<n>" or all(any(map(str.isalnum, word)) for word in part.split("/"))
        for part in parts
    )

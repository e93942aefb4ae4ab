"""Reads the parts of templates: names, lists of names, words, locales; mistakes go on a list."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from ontology.marked_yaml import Entry, Node
from rules import template_parts as parts
from rules.diagnostics import Problems, near
from rules.worded import entries, items, shown

_LOCALE: Final = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?", re.ASCII)
_WORD: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """Reads the parts of one file; what is wrong goes to `problems`, and reading goes on."""

    problems: Problems

    def dimensions(
        self, entry: Entry | None, table: str, known: Mapping[str, object]
    ) -> Mapping[str, tuple[str, ...]]:
        """What `for` or `when` lists, by dimension."""
        if entry is None:
            return MappingProxyType({})
        given = self.of(entry.value, f"`{table}`", known, ())
        found = {key: self.several(one, parts.allowed(table, key)) for key, one in given.items()}
        return MappingProxyType(found)

    def several(self, entry: Entry | None, known: tuple[str, ...]) -> tuple[str, ...]:
        """One name or several; any word where there are no known ones."""
        return tuple(self._names(entry, known)) if entry is not None else ()

    def _names(self, entry: Entry, known: tuple[str, ...]) -> Iterator[str]:
        nodes = items(entry.value)
        if entry.value.value is None or not nodes:
            example = f"{entry.key}: [{known[0] if known else 'recovery-offer'}]"
            self.add(entry, entry.key, "says nothing; leave it out, or list names", example)
            return
        for node in nodes:
            text = shown(node)
            if known and text not in known:
                reason = f"is none of {', '.join(known)}"
                self.problems.add(node, text, reason, nearest=near(text, known))
            elif not _WORD.fullmatch(text):
                reason = "is no name of small letters, joined by hyphens"
                self.add(node, text, reason, f"{entry.key}: [recovery-offer]")
            else:
                yield text

    def choice(self, entry: Entry | None, known: Iterable[str]) -> str:
        """One name of those that are known; empty where the part is left out."""
        found = self.several(entry, tuple(known))
        if entry is not None and len(found) > 1:
            self.add(entry, entry.key, "is one word", parts.EXAMPLES.get(entry.key, ""))
        return found[0] if found else ""

    def locale(self, entry: Entry | None, otherwise: str) -> str:
        """A BCP 47 tag."""
        if entry is None:
            return otherwise
        text = shown(entry.value)
        if not _LOCALE.fullmatch(text):
            reason = "is no BCP 47 tag of a language, and a region where it matters"
            language, _, place = text.replace("_", "-").partition("-")
            meant = f"{language.lower()}-{place.upper()}" if place else language.lower()[:2]
            nearest = meant if _LOCALE.fullmatch(meant) else None
            self.problems.add(entry.value, text, reason, nearest=nearest, example="de-AT")
        return text

    def words(self, entry: Entry | None, most: int) -> str:
        """Plain words on one line, at most so many characters."""
        text = " ".join(shown(entry.value).split()) if entry is not None else ""
        if entry is not None and not 1 <= len(text) <= most:
            reason = f"is 1 to {most} characters in plain words"
            self.add(entry.value, text, reason, parts.EXAMPLES[entry.key])
        return text

    def of(
        self, node: Node, what: str, known: Iterable[str], required: tuple[str, ...]
    ) -> Mapping[str, Entry]:
        """The entries of a mapping; unknown, double and missing ones are mistakes."""
        names = [*known]
        if node.kind != "mapping":
            example = parts.EXAMPLES.get(names[0], f"{names[0]}: …")
            self.add(node, shown(node), f"{what} is a mapping", example)
            return {}
        found: dict[str, Entry] = {}
        for entry in entries(node):
            if entry.key not in names:
                meant = near(entry.key, names)
                reason = unknown(entry.key, what, names)
                self.problems.add(entry, entry.key, reason, nearest=meant)
            elif entry.key in found:
                self.problems.add(entry, entry.key, "stands twice; keep one")
            else:
                found[entry.key] = entry
        for name in required:
            if name not in found:
                self.add(node, what, f"has no {name}", parts.EXAMPLES.get(name, f"{name}: …"))
        return found

    def add(self, place: Node | Entry, offending: object, reason: str, example: str) -> None:
        """Note a mistake with a right form."""
        self.problems.add(place, offending, reason, example=example or None)


def unknown(key: str, what: str, known: Iterable[str]) -> str:
    """Why a key is none; one of several words mostly is the rest of a text with a comma."""
    if " " in key.strip():
        return "begins after a comma, which ends a text in braces; quote the whole text"
    return f"no part of {what}; it has {', '.join(known)}"

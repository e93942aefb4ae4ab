"""Lexicons: phrases that people can read and change, each group of them a weight of evidence."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final

import re2  # type: ignore[import-untyped] # ships no types
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

EXAMPLE: Final = "- name: promise broken / weight: 3.6 / phrases: [you promised]"
HEAVIEST: Final = 10.0
_NUMBER: Final = (
    r"(?:[0-9]+|an?|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen"
    r"|twenty|thirty|forty|fifty|several|many|countless)"
)
_BETWEEN: Final = r"[^a-z0-9']+"
_GAP: Final = r"[^a-z0-9']+(?:[a-z0-9']+[^a-z0-9']+){0,3}"
_QUOTED: Final = 60


class LexiconInvalid(ValueError):
    """A lexicon file is no lexicon; the message names the file and the entry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Phrases that say the same thing; together they weigh once, in log-odds."""

    name: str
    weight: float
    pattern: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """The groups of one indicator, and what silences it."""

    indicator: str
    bias: float
    groups: tuple[Group, ...]
    unless: Any

    def found(self, words: str) -> tuple[str, ...]:
        """Names of the groups that the words say; none where an `unless` phrase is said."""
        said = f" {words.lower()} "
        if self.unless is not None and self.unless.search(said):
            return ()
        return tuple(group.name for group in self.groups if group.pattern.search(said))

    def evidence(self, words: str) -> float:
        """The added weights of the groups that are said, in log-odds, without the bias."""
        names = set(self.found(words))
        return math.fsum(group.weight for group in self.groups if group.name in names)


def load(indicator: str) -> Lexicon:
    """Read the lexicon `indicator` of this package; `LexiconInvalid` where the file is broken."""
    return read(files(__package__) / "lexicons" / f"{indicator}.yaml")


def read(file: Traversable) -> Lexicon:
    """Read one lexicon file; `LexiconInvalid` says which entry is wrong and shows a right one."""
    try:
        data = YAML(typ="safe", pure=True).load(file.read_text(encoding="utf-8"))
    except (YAMLError, UnicodeDecodeError) as error:
        raise LexiconInvalid(f"{file.name}: no YAML: {str(error)[:200]}") from None
    if not isinstance(data, Mapping) or not isinstance(data.get("groups"), list):
        raise LexiconInvalid(f"{file.name}: has no list `groups`; a group is {EXAMPLE}")
    unless = _phrases(file.name, "unless", data.get("unless") or [])
    return Lexicon(
        indicator=str(data.get("indicator", "")),
        bias=_weight(file.name, "bias", data.get("bias", 0.0)),
        groups=tuple(_group(file.name, entry) for entry in data["groups"]),
        unless=_either(unless) if unless else None,
    )


def pattern(phrase: str) -> str:
    """The expression of one phrase, on lower-case text that is padded with blanks.

    >>> pattern("you/they promised").startswith("[^a-z0-9'](?:you|they)")
    True
    """
    parts: list[str] = []
    gap = ""
    for part in phrase.split():
        if part == "...":
            gap = _GAP
            continue
        parts.append((gap or _BETWEEN) if parts else "[^a-z0-9']")
        parts.append(_said(part))
        gap = ""
    return "".join(parts) + "[^a-z0-9']"


def _said(part: str) -> str:
    if part == "<n>":
        return _NUMBER
    return f"(?:{'|'.join(_word(word) for word in part.split('/'))})"


def _word(word: str) -> str:
    ending = r"[a-z0-9']*" if word.endswith("*") else ""
    # People leave apostrophes out, so each of them may be missing.
    return "'?".join(str(re2.escape(part)) for part in word.removesuffix("*").split("'")) + ending


def _either(phrases: list[str]) -> Any:  # noqa: ANN401 - re2 ships no types
    return re2.compile("|".join(pattern(phrase) for phrase in phrases))


def _group(file: str, entry: object) -> Group:
    if not isinstance(entry, Mapping) or not {"name", "weight", "phrases"} <= set(entry):
        raise LexiconInvalid(f"{file}: {str(entry)[:_QUOTED]!r} is no group; valid: {EXAMPLE}")
    name = str(entry["name"])
    phrases = _phrases(file, name, entry["phrases"])
    if not phrases:
        raise LexiconInvalid(f"{file}: group {name!r} has no phrase; valid: {EXAMPLE}")
    return Group(name=name, weight=_weight(file, name, entry["weight"]), pattern=_either(phrases))


def _phrases(file: str, where: str, given: object) -> list[str]:
    if not isinstance(given, list) or not all(isinstance(one, str) and one for one in given):
        raise LexiconInvalid(
            f"{file}: {where!r}: {str(given)[:_QUOTED]!r} is no list of phrases; "
            "valid: [you promised, never again]"
        )
    return [one.lower() for one in given]


def _weight(file: str, where: str, given: object) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float) or abs(given) > HEAVIEST:
        raise LexiconInvalid(
            f"{file}: {where!r}: {str(given)[:_QUOTED]!r} is no weight between "
            f"{-HEAVIEST} and {HEAVIEST}; valid: 2.4"
        )
    return float(given)

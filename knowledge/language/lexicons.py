"""Lexicons: phrases that people can read and change, each group of them a weight of evidence."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import re2  # type: ignore[import-untyped] # ships no types

_NUMBER: Final = (
    r"(?:[0-9]+|an?|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen"
    r"|twenty|thirty|forty|fifty|several|many|countless)"
)
_BETWEEN: Final = r"[^a-z0-9']+"
_GAP: Final = r"[^a-z0-9']+(?:[a-z0-9']+[^a-z0-9']+){0,3}"


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


def either(phrases: Sequence[str]) -> Any:  # noqa: ANN401 - re2 ships no types
    """One expression that finds any of the phrases; `re2.error` where they are too many."""
    return re2.compile("|".join(pattern(phrase) for phrase in phrases))

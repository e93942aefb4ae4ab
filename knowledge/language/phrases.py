"""Phrases that people can read, as rows of parts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

DEEPEST: Final = 4
"""How far lists may name lists."""
_GAPS: Final = {"..": 2, "...": 3, "~": 5}


class PhraseInvalid(ValueError):
    """A phrase names a list that is not there, or says nothing."""


@dataclass(frozen=True, slots=True)
class Said:
    """One of these words, or one with the beginning and the ending of a pair."""

    words: frozenset[str]
    framed: tuple[tuple[str, str], ...]

    def fits(self, word: str) -> bool:
        """Whether a word is one of them."""
        return word in self.words or any(
            word.startswith(start) and word.endswith(end) and len(word) >= len(start) + len(end)
            for start, end in self.framed
        )


@dataclass(frozen=True, slots=True)
class Gap:
    """Up to so many words; `colouring`: only such as colour a verb."""

    most: int
    colouring: bool


@dataclass(frozen=True, slots=True)
class Figure:
    """A number in digits or words."""


@dataclass(frozen=True, slots=True)
class Named:
    """One phrase of a list."""

    name: str


@dataclass(frozen=True, slots=True)
class Maybe:
    """A part that may be left out."""

    part: "Part"


Part: TypeAlias = Said | Gap | Figure | Named | Maybe
Phrase: TypeAlias = tuple[Part, ...]
Lists: TypeAlias = Mapping[str, Sequence[Phrase]]
"""Phrases by the name of their list."""


def phrase(text: str) -> Phrase:
    """The parts of one phrase.

    >>> phrase("we/i (have) failed")[2]
    Said(words=frozenset({'failed'}), framed=())

    Raises:
        PhraseInvalid: all of it may be left out.
    """
    parts = tuple(map(_part, text.split()))
    if all(isinstance(one, Gap | Maybe) for one in parts):
        raise PhraseInvalid(f"every part of {text!r} may be left out; valid: we (have) failed")
    return parts


def _part(text: str) -> Part:
    if text in _GAPS:
        return Gap(_GAPS[text], text == "~")
    if text == "<n>":
        return Figure()
    if text.startswith("(") and text.endswith(")") and len(text) > len("()"):
        return Maybe(_part(text[1:-1]))
    if text.startswith("<") and text.endswith(">"):
        return Named(text[1:-1])
    words = [one for one in text.split("/") if one]
    framed = [one.partition("*") for one in words if "*" in one]
    return Said(
        frozenset(one for one in words if "*" not in one),
        tuple((start, end) for start, _, end in framed),
    )


def checked(phrases: Sequence[Phrase], lists: Lists, depth: int = 0) -> None:
    """Refuse phrases that name a list which is not there, or lists that name each other.

    Raises:
        PhraseInvalid: there is such a phrase.
    """
    for name in {one for row in phrases for one in map(_name, row) if one}:
        if name not in lists:
            raise PhraseInvalid(f"<{name}> is no list; there are {', '.join(sorted(lists))}")
        if depth > DEEPEST:
            raise PhraseInvalid(f"the list <{name}> names lists too deep")
        checked(lists[name], lists, depth + 1)


def _name(part: Part) -> str:
    inner = part.part if isinstance(part, Maybe) else part
    return inner.name if isinstance(inner, Named) else ""

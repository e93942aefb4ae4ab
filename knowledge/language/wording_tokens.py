"""The words of a text one by one, and which of them near wording may not change."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from knowledge.language.kept_words import Kept

SLOT: Final = re.compile(r"\{(?:[a-z][a-z0-9_]{0,39}:)?([a-z]{1,20})\}")

_APOSTROPHES: Final = str.maketrans(dict.fromkeys("\u2018\u2019\u02bc", "'"))
_TOKEN: Final = re.compile(
    r"\{[^{}\s]*\}"
    r"|[ap]\.m\b\.?"
    r"|\d+(?:[.,:/-]\d+)*"
    r"|[^\W\d_]+(?:['-][^\W\d_]+)*"
    r"|[^\s.,;:!'\"()\u2026\u00ab\u00bb\u201c\u201d\u201e\u2013\u2014-]",
    re.IGNORECASE,
)
_ENDS: Final = re.compile(r"[.!?:\n]")
_FIRST_PERSON: Final = frozenset({"i", "i'm", "i've", "i'll", "i'd"})
_PREFIX_LEAVES: Final = 3
"""The fewest letters of a word of which a prefix makes the opposite."""


class Why(StrEnum):
    """Why a word may not change."""

    NUMBER = "number"
    NEGATION = "negation"
    NAME = "name"


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A word as it is written and as it is compared, and whether it begins a sentence."""

    written: str
    folded: str
    begins: bool

    @property
    def slot(self) -> str | None:
        """The type of the slot that it is; None for a word."""
        found = SLOT.fullmatch(self.folded)
        return found[1] if found else None


def tokens(text: str) -> tuple[Token, ...]:
    """The words, numbers and signs of a text; commas and the like are none.

    >>> [one.folded for one in tokens("At 6 p.m. {n:number} don't.")]
    ['at', '6', 'pm', '{n:number}', "don't"]
    """
    plain = unicodedata.normalize("NFKC", text).translate(_APOSTROPHES)
    return tuple(_tokens(plain))


def _tokens(plain: str) -> Iterator[Token]:
    last = None
    for match in _TOKEN.finditer(plain):
        word = match[0]
        folded = word.casefold()
        folded = folded.replace(".", "") if folded[1:3] == ".m" else folded
        begins = last is None or _ENDS.search(plain, last, match.start()) is not None
        yield Token(written=word, folded=folded, begins=begins or word == "?")
        last = match.end()


def why_kept(token: Token, kept: Kept, lower: frozenset[str]) -> Why | None:
    """Why a word may not change; `lower` are words that stand in lower case or are common."""
    folded = token.folded
    if any(letter.isdigit() for letter in folded) or folded in kept.numbers:
        return Why.NUMBER
    if folded in kept.negations or folded.endswith("n't") or folded.startswith("n'"):
        return Why.NEGATION
    if folded in kept.days or folded in kept.clock:
        return Why.NUMBER
    if not token.written[0].isupper() or folded in _FIRST_PERSON:
        return None
    return None if token.begins and folded in lower else Why.NAME


def turned(before: Sequence[Token], after: Sequence[Token], kept: Kept) -> str | None:
    """A word that a syllable turned into its opposite ("safe", "unsafe"); None where none is.

    >>> from knowledge.language.kept_words import KEPT
    >>> turned(tokens("it is safe"), tokens("it is unsafe"), KEPT["en"])
    'unsafe'
    """
    old, new = {one.folded for one in before}, {one.folded for one in after}
    for one, other in ((old, new), (new, old)):
        for word in sorted(other - one):
            if any(word == made for stem in one for made in _opposites(stem, kept)):
                return word
    return None


def _opposites(stem: str, kept: Kept) -> Iterator[str]:
    if len(stem) >= _PREFIX_LEAVES and stem.isalpha():
        yield from (prefix + stem for prefix in kept.prefixes)
        yield from (stem + suffix for suffix in kept.suffixes)
        full = stem.removesuffix("ful")
        yield from (full + suffix for suffix in kept.suffixes)

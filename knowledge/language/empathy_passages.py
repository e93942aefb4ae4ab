"""A response is cut into passages, and empathy is judged of each; stuffing is left out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from knowledge.language.wording import wording

LONGEST: Final = 40
"""Words of a passage: a longer one is cut where a clause begins."""
MOST: Final = 48
"""Passages of a response that are judged: the first and the last ones of a longer response."""
READ: Final = 20_000
"""Characters of a response that are looked at."""

_END: Final = re.compile(r"(?<=[.!?\u2026])[\"'\u201d\u2019)*]*\s+|\s*\n+\s*")
_CLAUSE: Final = re.compile(
    r"^(?:and|but|because|so|which|when|if|then|or|though|while)$", re.IGNORECASE
)
_SORRY: Final = (
    r"(?:(?:we|i)(?:'m|'re|\s+am|\s+are)?\s+|im\s+|again\s+|and\s+|oh\s+|yea\s+|hey\s+)*"
    r"(?:(?:so|very|really|truly|deeply|terribly|sincerely|incredibly)[\s,]+)*"
    r"(?:sorry|apologi[sz]e|apologies|my\s+apologies|our\s+apologies)(?:\s+(?:again|about\s+that))?"
)
_BARE: Final = re.compile(rf"^\W*{_SORRY}\W*$", re.IGNORECASE)
_SEVERAL: Final = re.compile(rf"(?<!\w){_SORRY}(?:[\s,;.!*-]+{_SORRY})+(?!\w)", re.IGNORECASE)
_LAST: Final = re.compile(rf"(?<=\w)[\s,;-]+{_SORRY}[\s.!]*$", re.IGNORECASE)
_GLUED: Final = re.compile(
    r"(?<=[a-z0-9,)])\s+(?:We(?:'re| are)|So|Very|Really|Truly|Deeply|Terribly|Our|My)\b"
    r"(?:\s+(?:so|very|really|truly|deeply|terribly|sincerely))*"
    r"\s+(?:sorry|apologies)(?:\s+again)?[\s.!]*$"
)
_ASKED_AFTER: Final = re.compile(r"(?<=[.!])\s*\?+")
_ASKED: Final = re.compile(r"\s*\?[?!\s]*$")
_ALONE: Final = re.compile(r"^\W*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A sentence, or a clause of a long one; `start` and `end` count characters."""

    start: int
    end: int
    words: str


def passages(text: str) -> list[Passage]:
    """The passages of a response that count, in order.

    An apology that names nothing counts nothing: anybody can paste one, and people do so again
    and again. A question mark after a full stop asks nothing.

    >>> [one.words for one in passages("I hear you. So sorry. So sorry! Call me.?")]
    ['I hear you.', 'Call me.']
    """
    found = [one for one in _cut(text[:READ]) if not _ALONE.match(one.words)]
    if any(_BARE.match(one.words) for one in found):
        found = [_without_apology(one) for one in found if not _BARE.match(one.words)]
    half = MOST // 2
    return found if len(found) <= MOST else [*found[:half], *found[-half:]]


def heard(words: str) -> str:
    """A passage as the network reads it: a question asks by its words, and by no mark.

    >>> heard("How are you?"), heard("I hear you ??")
    ('How are you', 'I hear you')
    """
    return _ASKED.sub("", words)


def _cut(text: str) -> Iterator[Passage]:
    at = 0
    for mark in (*_END.finditer(text), None):
        end = mark.start() if mark else len(text)
        yield from _parts(text, at, end)
        at = mark.end() if mark else end


def _parts(text: str, start: int, end: int) -> Iterator[Passage]:
    """The clauses of a sentence, each of at most LONGEST words."""
    words = [*re.finditer(r"\S+", text[start:end])]
    first = 0
    while first < len(words):
        last = _last(words, first)
        begin, close = start + words[first].start(), start + words[last - 1].end()
        yield Passage(start=begin, end=close, words=_plain(text[begin:close]))
        first = last


def _last(words: "list[re.Match[str]]", first: int) -> int:
    if len(words) - first <= LONGEST:
        return len(words)
    for last in range(first + LONGEST, first + LONGEST // 2, -1):
        if _CLAUSE.match(words[last].group()) or words[last - 1].group().endswith(","):
            return last
    return first + LONGEST


def _without_apology(one: Passage) -> Passage:
    return Passage(start=one.start, end=one.end, words=_LAST.sub("", one.words))


def _plain(passage: str) -> str:
    """The words of a passage as the encoder reads them, apologies in a row taken out."""
    said = wording(passage).words
    return _SEVERAL.sub(" ", _GLUED.sub("", _ASKED_AFTER.sub("", said))).strip()

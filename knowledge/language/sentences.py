"""A message as sentences and words, each with its place in the text as it was written."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from knowledge.language.grammar import words_of

LONGEST: Final = 20_000
"""Characters of a message that are read; who reads a longer one is told."""

_STRAIGHT: Final = str.maketrans(
    {chr(0x2018): "'", chr(0x2019): "'", chr(0x201C): '"', chr(0x201D): '"', chr(0x201E): '"'}
    | {chr(0xAB): '"', chr(0xBB): '"', chr(0xA0): " ", chr(0x202F): " ", chr(0x2009): " "}
    | {chr(0x2013): "-", chr(0x2014): "-", chr(0x2212): "-"}
)
_TOKEN: Final = re.compile(
    r"[0-9]+(?:[.,:/][0-9]+)*(?:-[0-9]+)*|\b(?:[ap]\.m\b\.?|[ei]\.[ge]\.)|[^\W_]+(?:['-][^\W_]+)*|\.\.+|\n+|\S"
)
_CONTRACTED: Final = {
    "can't": ("can", "not"),
    "cannot": ("can", "not"),
    "won't": ("will", "not"),
    "shan't": ("shall", "not"),
    "ain't": ("is", "not"),
    "let's": ("let", "us"),
}
_BARE: Final = {f"{one}nt": one for one in words_of("bare")}
"""Contractions that people write without an apostrophe."""
_ENDINGS: Final = {
    "'ve": "have",
    "'re": "are",
    "'ll": "will",
    "'m": "am",
    "'d": "would",
    "'s": "'s",
}
_STOPS: Final = frozenset({".", "!", "?", "..", "...", "…"})
_CLOSING: Final = frozenset({'"', "'", ")"})
_HOURS: Final = frozenset({"a.m.", "p.m.", "a.m", "p.m"})
_SHORT: Final = words_of("abbreviations")
_AFTER_HOUR: Final = words_of("beginning")


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word or mark in lower case, contractions taken apart; `start` to `end` is its place.

    A word that is only understood ("… and [we] did nothing") has an empty place.
    """

    said: str
    start: int
    end: int
    sentence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A sentence, its place, and the numbers of its first word and of the word after its last."""

    text: str
    start: int
    end: int
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What was read of a text: `whole` unless it is longer than what is read."""

    text: str
    words: tuple[Word, ...]
    sentences: tuple[Sentence, ...]
    whole: bool


def plain(text: str) -> str:
    """The text in lower case with straight quotes: each character stays in its place.

    >>> plain("We\u2019re SORRY")
    "we're sorry"
    """
    straight = text.translate(_STRAIGHT)
    lowered = straight.lower()
    if len(lowered) == len(straight):
        return lowered
    return "".join(one.lower() if len(one.lower()) == 1 else one for one in straight)


def read(text: str) -> Message:
    """Take a text apart; only its first 20,000 characters are read.

    >>> [one.text for one in read("We are sorry. Next update at 6 p.m. today.").sentences]
    ['We are sorry.', 'Next update at 6 p.m. today.']
    """
    kept = text[:LONGEST]
    said = [*_parts(plain(kept))]
    words: list[Word] = []
    sentences: list[Sentence] = []
    first = 0
    for at, (one, start, end) in enumerate(said):
        words.append(Word(said=one, start=start, end=end, sentence=len(sentences)))
        if _ends(said, at):
            sentences += _sentence(kept, words, first)
            first = len(words)
    sentences += _sentence(kept, words, first)
    return Message(
        text=kept,
        words=tuple(words),
        sentences=tuple(sentences),
        whole=len(text) <= LONGEST,
    )


def _sentence(text: str, words: list[Word], first: int) -> Iterator[Sentence]:
    if first < len(words):
        start, end = words[first].start, words[-1].end
        kept = text[start:end].rstrip()
        yield Sentence(text=kept, start=start, end=start + len(kept), first=first, last=len(words))


def _parts(text: str) -> Iterator[tuple[str, int, int]]:
    for found in _TOKEN.finditer(text):
        yield from _taken_apart(found.group(), found.start())


def _taken_apart(word: str, start: int) -> Iterator[tuple[str, int, int]]:
    end = start + len(word)
    both = _CONTRACTED.get(word)
    if both is None and word.endswith("n't") and len(word) > len("n't"):
        both = (word[:-3], "not")
    if both is None and word in _BARE:
        both = (_BARE[word], "not")
    if both is not None:
        middle = end - 3 if len(word) > len("n't") else end
        yield both[0], start, middle
        yield both[1], middle, end
        return
    for ending, meant in _ENDINGS.items():
        if word.endswith(ending) and len(word) > len(ending):
            yield word[: -len(ending)], start, end - len(ending)
            yield meant, end - len(ending), end
            return
    yield ("\n" if word.startswith("\n") else word), start, end


def _ends(said: list[tuple[str, int, int]], at: int) -> bool:
    """Whether a sentence ends here: casing is no evidence, so that shouting reads the same."""
    one, start, end = said[at]
    if one == "\n" or at + 1 == len(said):
        return True
    following, begins, _ = said[at + 1]
    if following in _STOPS or (following in _CLOSING and begins == end):
        return False
    if one in _HOURS:
        return following in _AFTER_HOUR
    closed = one in _CLOSING and at > 0 and said[at - 1][2] == start
    stop = at - 1 if closed else at
    return said[stop][0] in _STOPS and begins > end and not _shortened(said, stop)


def _shortened(said: list[tuple[str, int, int]], at: int) -> bool:
    before = said[at - 1][0] if at and said[at][0] == "." else ""
    initial = len(before) == 1 and before.isalpha() and before not in {"i", "a"}
    return initial or before in _SHORT

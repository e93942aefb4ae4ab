"""Terms of a post: the words that can tell what it is about, and how loudly each says so."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from importlib.resources import files
from typing import Final

from knowledge.spread.assignment import LONGEST_TEXT, UNSPACED, fold, words
from ontology.signals import Signal

MOST_TERMS: Final = 24
"""Terms of a post that are looked at, the first ones."""

_LINK_OR_MENTION: Final = re.compile(r"(?:https?://|www\.)\S+|(?<!\w)@\w+")
_TOKEN: Final = re.compile(r"#?\w+")
_SHORTEST: Final = 3
_LONGEST: Final = 40
_SHOUTED: Final = 0.4


class Loudness(IntEnum):
    """How a term was written: many words are common, names and hashtags mean one thing."""

    PLAIN = 0
    NAME = 1
    TAG = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """The terms of a post in their order, each once, as loud as it was ever written there."""

    terms: tuple[str, ...]
    loud: tuple[Loudness, ...]


def said(signal: Signal) -> Said:
    """What a post says; topics that its feed declares come first and count as hashtags.

    A run in a script without spaces gives its pairs of signs.

    """
    found: dict[str, Loudness] = {}
    for term, loud in _all(signal):
        if term in found:
            found[term] = max(found[term], loud)
        elif len(found) < MOST_TERMS:
            found[term] = loud
    return Said(terms=tuple(found), loud=tuple(found.values()))


@cache
def of_any_harm() -> frozenset[str]:
    """Words that every crisis shares: what kind it was, that people died, that help is needed."""
    return _listed("kinds_of_harm.txt")


@cache
def _empty() -> frozenset[str]:
    return _listed("empty_words.txt")


def _listed(name: str) -> frozenset[str]:
    lines = (files("knowledge.spread") / name).read_text("utf-8").splitlines()
    return frozenset(fold(word) for line in lines if line[:1] != "#" for word in line.split())


def _all(signal: Signal) -> Iterator[tuple[str, Loudness]]:
    for topic in signal.topics:
        for word in words(topic):
            yield from _telling(word, Loudness.TAG)
    text = unicodedata.normalize("NFKC", signal.text[:LONGEST_TEXT])
    text = _LINK_OR_MENTION.sub(" ", text)
    shouted = sum(map(str.isupper, text)) > _SHOUTED * len(text)
    for token in _TOKEN.findall(text):
        tag, name = token[0] == "#", token[0].isupper() and not shouted
        loud = Loudness.TAG if tag else Loudness.NAME if name else Loudness.PLAIN
        yield from _telling(token.lstrip("#").casefold(), loud)


def _telling(word: str, loud: Loudness) -> Iterator[tuple[str, Loudness]]:
    if len(word) > _LONGEST:
        return
    if UNSPACED.search(word):
        yield from ((word[at : at + 2], loud) for at in range(len(word) - 1))
    elif len(word) >= _SHORTEST and not word.isdigit() and word not in _empty():
        yield word, loud

"""A quick look at which language a text is in: by its script, or by the short words it uses."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Final

FEWEST: Final = 2
"""Common words that a text has to use."""
SHARE: Final = 0.2
"""The share of its words that have to be common words of one language."""
AHEAD: Final = 1.75
"""How many times as many of its words as of the second language have to be of the first."""

_WORD: Final = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_SCRIPTS: Final = (
    ("ko", re.compile("[\uac00-\ud7a3]")),
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("ar", re.compile("[\u0620-\u064a]")),
    ("hi", re.compile("[\u0900-\u097f]")),
    ("ru", re.compile("[\u0400-\u04ff]")),
)
_UKRAINIAN: Final = re.compile("[\u0456\u0457\u0454\u0491\u0406\u0407\u0404\u0490]")
_LETTERS: Final = 4


def quick(plain: str) -> str | None:
    """The ISO 639-1 code of a text without links and handles; None where a longer look is needed.

    >>> quick("nadie nos dice nada de los heridos"), quick("brand new")
    ('es', None)
    """
    if not plain.isascii():
        for tag, letters in _SCRIPTS:
            if len(letters.findall(plain)) >= _LETTERS:
                return "uk" if tag == "ru" and _UKRAINIAN.search(plain) else tag
    return _by_words(_WORD.findall(plain.lower()))


def _by_words(words: Sequence[str]) -> str | None:
    known, votes = speakers(), defaultdict[str, int](int)
    for word in words:
        for tag in known.get(word, ()):
            votes[tag] += 1
    first, second, *_ = [*sorted(votes.values(), reverse=True), 0, 0]
    if first < max(FEWEST, SHARE * len(words)) or first < AHEAD * second:
        return None
    return max(votes, key=lambda tag: votes[tag])


@cache
def speakers() -> Mapping[str, tuple[str, ...]]:
    """The languages that commonly use each word."""
    found = defaultdict[str, list[str]](list)
    for line in files(__package__).joinpath("common_words.txt").read_text("utf-8").splitlines():
        tag, *words = line.split()
        if not line.startswith("#"):
            for word in dict.fromkeys(words):
                found[word].append(tag)
    return {word: tuple(tags) for word, tags in found.items()}

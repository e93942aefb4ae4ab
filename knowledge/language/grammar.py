"""Closed lists of English words, read from one file that people can read, too."""

import functools
from collections.abc import Mapping
from importlib.resources import files


def words_of(name: str) -> frozenset[str]:
    """The words of a list of `disclosure/grammar.txt`.

    >>> sorted(words_of("future"))[:2]
    ['must', 'ought']
    """
    return _lists()[name]


@functools.cache
def _lists() -> Mapping[str, frozenset[str]]:
    text = (files(__package__) / "disclosure" / "grammar.txt").read_text(encoding="utf-8")
    found: dict[str, frozenset[str]] = {}
    for line in text.splitlines():
        name, colon, words = line.partition(":")
        if colon and not line.startswith("#"):
            found[name] = found.get(name, frozenset()).union(words.split())
    return found

"""A text's surface becomes numbers: hashed runs of words and letters, and how it was typed."""

import re
import zlib
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix  # type: ignore[import-untyped] # ships no types

from knowledge.language.wording import Wording

COLUMNS: Final = 1 << 16
"""Columns of the hashed part. A power of two, so that a hash is cut by its low bits."""
TYPED: Final = (
    "shared",
    "links",
    "mentions",
    "tags",
    "pictures",
    "elongations",
    "shouting",
    "exclamations",
    "questions",
    "dots",
    "quotes",
    "length",
    "first person",
    "second person",
)
"""Names of the typing columns, in order."""

_TOKEN: Final = re.compile(r"[a-z0-9]+(?:'[a-z]+)?|[^\sa-z0-9]")
_LETTER_RUNS: Final = (3, 4, 5)
_FIRST: Final = frozenset({"i", "me", "my", "we", "us", "our", "i'm", "i've", "we're", "we've"})
_SECOND: Final = frozenset({"you", "your", "you're", "u", "ur", "you've", "yours"})
_MANY: Final = 3
_LONG: Final = 40

Floats = npt.NDArray[np.float32]


def tokens(words: str) -> list[str]:
    """Lower-case words, numbers and single signs.

    >>> tokens("Don't go!!")
    ["don't", 'go', '!', '!']
    """
    return _TOKEN.findall(words.lower())


def surface(wordings: Sequence[Wording]) -> csr_matrix:
    """Presence of words, pairs of words and letter runs: (n, COLUMNS), rows of length one.

    A row holds each run once, so that saying it ten times weighs no more than saying it once.
    """
    starts, columns, values = [0], [], []
    for one in wordings:
        found = sorted({_column(run) for run in _runs(one.words)})
        columns.append(np.asarray(found, dtype=np.int32))
        values.append(np.full(len(found), max(len(found), 1) ** -0.5, dtype=np.float32))
        starts.append(starts[-1] + len(found))
    data = np.concatenate(values) if values else np.zeros(0, np.float32)
    indices = np.concatenate(columns) if columns else np.zeros(0, np.int32)
    return csr_matrix((data, indices, np.asarray(starts)), shape=(len(wordings), COLUMNS))


def typed(wordings: Sequence[Wording]) -> Floats:
    """How each text was typed, by `TYPED`: (n, 14), each in 0..1, counts saturating at three."""
    rows = [_typing(one) for one in wordings]
    return np.asarray(rows, dtype=np.float32).reshape(len(rows), len(TYPED))


def _typing(one: Wording) -> tuple[float, ...]:
    said = tokens(one.words)
    counts = (one.links, one.mentions, one.tags, one.pictures, one.elongations)
    signs = (said.count("!"), said.count("?"), said.count("."), said.count('"') / 2)
    return (
        float(one.shared),
        *(_share(count, _MANY) for count in counts),
        one.capitals / max(one.letters, 1) if one.letters > _MANY else 0.0,
        *(_share(count, _MANY) for count in signs),
        _share(len(said), _LONG),
        float(not _FIRST.isdisjoint(said)),
        float(not _SECOND.isdisjoint(said)),
    )


def _share(count: float, limit: int) -> float:
    return min(count, limit) / limit


def _runs(words: str) -> Iterator[str]:
    said = tokens(words)
    yield from said
    yield from map(" ".join, pairwise(said))
    for word in said:
        marked = f"<{word}>"
        for length in _LETTER_RUNS:
            for start in range(len(marked) - length + 1):
                yield f"~{marked[start : start + length]}"


def _column(run: str) -> int:
    return zlib.crc32(run.encode()) & (COLUMNS - 1)

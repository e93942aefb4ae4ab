"""Nearly the same words: MinHash over pairs of words, in bands that near copies share."""

import re
from collections.abc import Collection, Sequence
from itertools import chain, pairwise
from typing import Final, TypeAlias, cast
from zlib import crc32

import numpy as np
import numpy.typing as npt

from knowledge.spread.assignment import words

Bands: TypeAlias = tuple[int, ...]

FEWEST: Final = 4
"""Words, or signs of a script without spaces, below which texts are alike by chance."""
BANDS: Final = 6
ROWS: Final = 4
"""Six bands of four: of two texts that share 80 % of their pairs 95 % share a band, of two that
share half 32 %, of two that share a quarter 2 % (Leskovec, Rajaraman and Ullman 2020, ch. 3)."""

_Hashes: TypeAlias = npt.NDArray[np.uint64]
_LONGEST: Final = 2_000
_AT_ONCE: Final = 256
_HANDLE: Final = re.compile(r"(?<![\w@])@[\w.@-]+")
_UNSPACED: Final = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]"
)
_SHIFT: Final = np.uint64(29)


def _mixed(hashes: _Hashes) -> _Hashes:
    """Each bit of the result hangs on every bit given (a round of murmur's finalizer)."""
    hashes = (hashes ^ (hashes >> _SHIFT)) * np.uint64(0xBF58476D1CE4E5B9)
    return hashes ^ (hashes >> np.uint64(32))


_SEEDS: Final[_Hashes] = _mixed(
    np.arange(1, BANDS * ROWS + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
)
_PLACES: Final[_Hashes] = _mixed(_SEEDS[:ROWS] | np.uint64(1))


def bands(text: str) -> Bands | None:
    """The bands of a text, None where it has too few words; near copies share at least one.

    Handles and links are left out: copies differ in whom they address. Case, marks and signs
    do not count. At most `_LONGEST` characters are read.
    """
    return every_bands([text])[0]


def every_bands(texts: Sequence[str]) -> list[Bands | None]:
    """The bands of each of many texts, which is several times faster than one by one."""
    pairs = [_pairs(text) for text in texts]
    known = [place for place, one in enumerate(pairs) if one]
    found: list[Bands | None] = [None] * len(texts)
    for start in range(0, len(known), _AT_ONCE):
        part = known[start : start + _AT_ONCE]
        for place, one in zip(part, _banded([pairs[place] for place in part]), strict=True):
            found[place] = tuple(one)
    return found


def _banded(pairs: Sequence[Collection[int]]) -> list[list[int]]:
    """The bands of texts, each given by its pairs of words, of which it has at least one."""
    sizes = [len(one) for one in pairs]
    hashes = np.fromiter(chain.from_iterable(pairs), dtype=np.uint64, count=sum(sizes))
    spread = _mixed(hashes[:, None] * np.uint64(0x9E3779B97F4A7C15) ^ _SEEDS)
    least = np.minimum.reduceat(spread, np.cumsum([0, *sizes[:-1]]), axis=0)
    rows = least.reshape(len(pairs), BANDS, ROWS)
    joined = (rows * _PLACES).sum(axis=2, dtype=np.uint64)
    return cast("list[list[int]]", _mixed(joined ^ _SEEDS[:BANDS]).tolist())


def _pairs(text: str) -> Collection[int]:
    """What is the same for the same two words in a row; none where there are too few words."""
    spoken = _parts(text[:_LONGEST])
    if len(spoken) < FEWEST:
        return ()
    return {crc32(f"{a} {b}".encode()) for a, b in pairwise(spoken)}


def _parts(text: str) -> Sequence[str]:
    spoken = words(_HANDLE.sub(" ", text))
    joined = "".join(spoken)
    return joined if len(spoken) < FEWEST and _UNSPACED.search(joined) else spoken

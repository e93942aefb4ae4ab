"""Nearly the same words: MinHash over pairs of words, in bands that near copies share."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final, TypeAlias
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
    spoken = _parts(text[:_LONGEST])
    if len(spoken) < FEWEST:
        return None
    pairs = {crc32(f"{a} {b}".encode()) for a, b in pairwise(spoken)}
    hashes = np.fromiter(pairs, dtype=np.uint64, count=len(pairs))
    least = _mixed(hashes[:, None] * np.uint64(0x9E3779B97F4A7C15) ^ _SEEDS).min(axis=0)
    joined = (least.reshape(BANDS, ROWS) * _PLACES).sum(axis=1, dtype=np.uint64)
    return tuple(_mixed(joined ^ _SEEDS[:BANDS]).tolist())


def _parts(text: str) -> Sequence[str]:
    spoken = words(_HANDLE.sub(" ", text))
    joined = "".join(spoken)
    return joined if len(spoken) < FEWEST and _UNSPACED.search(joined) else spoken

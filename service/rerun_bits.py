"""Bits in rows of words: which rows are set, rows as one value, rows put together."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

_ROWS_AT_ONCE: Final = 1_024
"""Rows whose bits are unpacked at once."""

Numbers = NDArray[np.int64]
Words = NDArray[np.uint64]


def ones(bits: int) -> Iterator[int]:
    """The places of the bits that are set."""
    while bits:
        yield (bits & -bits).bit_length() - 1
        bits &= bits - 1


def mask(places: Iterable[int], many: int) -> NDArray[np.uint8]:
    """Places as bits, packed as fired rules are."""
    found = np.zeros(many, dtype=bool)
    found[[*places]] = True
    return np.packbits(found, bitorder="little")


def places(words: NDArray[np.unsignedinteger[Any]], starts: Numbers) -> Iterator[tuple[int, ...]]:
    """The places of the bits that are set in each row of words that begin at some places."""
    size = words.itemsize * 8
    for first in range(0, len(words), _ROWS_AT_ONCE):
        some = np.ascontiguousarray(words[first : first + _ROWS_AT_ONCE])
        bits = np.unpackbits(some.view(np.uint8), axis=1, bitorder="little")
        rows, columns = np.nonzero(bits)
        places = (starts[columns // size] + columns % size).tolist() if len(rows) else []
        ends = np.cumsum(np.bincount(rows, minlength=len(some))).tolist()
        yield from (tuple(places[a:b]) for a, b in zip([0, *ends], ends, strict=False))


def as_one(keys: NDArray[np.uint8]) -> NDArray[np.void]:
    """Each row as one value, which numpy can tell from others."""
    whole = np.ascontiguousarray(keys)
    return whole.view(np.dtype((np.void, whole.shape[1]))).ravel()


def together(wide: Words, flat: NDArray[np.int32], offsets: Numbers, rows: Numbers) -> Words:
    """The bits of all facts of each of some decisions together."""
    starts, ends = offsets[rows], offsets[rows + 1]
    if len(rows) and int(rows[-1]) - int(rows[0]) + 1 == len(rows):
        facts = flat[starts[0] : ends[-1]]
    else:
        facts = np.concatenate(
            [flat[a:b] for a, b in zip(starts, ends, strict=True)] or [flat[:0]]
        )
    owners = np.repeat(np.arange(len(rows)), ends - starts)
    kept = np.asarray(wide.any(axis=1))[facts]
    facts, owners = facts[kept], owners[kept]
    found = np.zeros((len(rows), wide.shape[1]), np.uint64)
    if len(facts):
        firsts = np.flatnonzero(np.diff(owners, prepend=-1))
        found[owners[firsts]] = np.bitwise_or.reduceat(wide[facts], firsts, axis=0)
    return found

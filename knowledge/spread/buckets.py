"""How often each author posts, by buckets: one author's share may read too high, never too low."""

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from heapq import nlargest
from typing import Final

import numpy as np
import numpy.typing as npt

FINE: Final = 4_096
COARSE: Final = 256
"""Buckets of a second in which very many post: there one part in 256 more or less says nothing."""


@dataclass(slots=True)
class Buckets:
    """Posts by author, by the author's digest modulo `FINE` or, once made coarse, `COARSE`.

    The coarse counts are the fine ones added up, so sums do not depend on when that was done.
    """

    fine: dict[int, int] = field(default_factory=dict)
    coarse: "array[int] | None" = None

    def take(self, found: Mapping[int, int]) -> None:
        """Add posts by fine bucket."""
        if self.coarse is None:
            for bucket, many in found.items():
                self.fine[bucket] = self.fine.get(bucket, 0) + many
        else:
            for bucket, many in found.items():
                self.coarse[bucket % COARSE] += many

    def coarsen(self) -> None:
        """Count by fewer buckets from now on."""
        if self.coarse is None:
            found, self.fine = self.fine, {}
            self.coarse = array("q", bytes(8 * COARSE))
            self.take(found)

    def busiest(self, many: int) -> list[int]:
        """The largest counts, the largest first; at least one."""
        counts = self.fine.values() if self.coarse is None else self.coarse
        return nlargest(many, counts) or [0]


def busy(authors: npt.NDArray[np.uint64]) -> dict[int, int]:
    """How often each bucket of many authors' posts."""
    counts = np.bincount((authors % np.uint64(FINE)).astype(np.int64))
    found = np.flatnonzero(counts)
    return dict(zip(found.tolist(), counts[found].tolist(), strict=True))


def added(parts: Iterable[Buckets]) -> Buckets:
    """The sum of several, in new ones; coarse as soon as one of them is.

    >>> one, other = Buckets(fine={5000 % FINE: 2}), Buckets(fine={5000 % FINE: 1, 7: 1})
    >>> added([one, other]).busiest(2)
    [3, 1]
    """
    every, whole = [*parts], Buckets()
    if any(one.coarse is not None for one in every):
        whole.coarsen()
    if whole.coarse is not None:
        rows = [np.frombuffer(one.coarse, dtype=np.int64) for one in every if one.coarse]
        whole.coarse = array("q", np.sum(rows, axis=0, dtype=np.int64).tobytes())
    for one in every:
        whole.take(one.fine)
    return whole

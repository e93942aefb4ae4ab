"""Posts as columns of numbers: worked out once, by who stores them, and added up by everybody."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from operator import add
from typing import Final, Self, TypeAlias

import numpy as np
import numpy.typing as npt

from knowledge.spread.buckets import busy
from knowledge.spread.counters import FIELDS, Cell, Copied, Grain, Rows, grains, marked, merge
from knowledge.spread.near_copies import BANDS
from knowledge.spread.sampling import BITS
from ontology.identity import ThingId
from ontology.signals import Signal

Whole: TypeAlias = npt.NDArray[np.int64]
Digests: TypeAlias = npt.NDArray[np.uint64]

_MILLE: Final = 1_000.0
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Posts, a row each.

    `seconds` is when a post counts, `posted` the second it was posted, `received` microseconds,
    all since 1970. `sums` is (n, `FIELDS`). `feeds`, `platforms` and `regions` are places in
    `names`, -1 for none. `authors`, `bands` (n, `BANDS`) and `copies` are digests, where `known`
    (n, 2) says that author and copy are there. `irony` is in thousandths, rounded up, -1 for none.
    """

    seconds: Whole
    posted: Whole
    received: Whole
    sums: Whole
    feeds: Whole
    platforms: Whole
    regions: Whole
    authors: Digests
    reaches: Whole
    bands: Digests
    copies: Digests
    known: npt.NDArray[np.bool_]
    irony: Whole
    names: tuple[ThingId, ...]

    @classmethod
    def of(cls, signals: Sequence[Signal], understood: frozenset[str]) -> Self:
        """Work them out."""
        counted, names = grains(signals, understood), dict[ThingId | None, int]()
        copied = [one.copy for one in counted]
        return cls(
            seconds=_whole(second(signal) for signal in signals),
            posted=_whole(int(signal.posted_at.timestamp()) for signal in signals),
            received=_whole((signal.received_at - _EPOCH) // _MICRO for signal in signals),
            sums=np.array([one.sums for one in counted], dtype=np.int64).reshape(-1, FIELDS),
            feeds=_codes((one.feed for one in counted), names),
            platforms=_codes((one.platform for one in counted), names),
            regions=_codes((one.region for one in counted), names),
            authors=_digests(one.person[0] if one.person else 0 for one in counted),
            reaches=_whole(one.person[1] if one.person else 0 for one in counted),
            bands=np.array([_bands(one) for one in copied], dtype=np.uint64).reshape(-1, BANDS),
            copies=_digests(0 if one is None else marked(one) for one in copied),
            known=np.array([_known(one) for one in counted], dtype=np.bool_).reshape(-1, 2),
            irony=_whole(map(_irony, signals)),
            names=tuple(name for name in names if name is not None),
        )

    def __len__(self) -> int:
        """How many posts there are."""
        return len(self.seconds)

    def arrays(self) -> Mapping[str, npt.NDArray[np.generic]]:
        """The columns by name."""
        return {one.name: getattr(self, one.name) for one in fields(self) if one.name != "names"}

    def pour(self, rows: Rows, into: Cell, *, people: bool = True) -> None:
        """Count the posts of some rows, with or without who posted and in which words."""
        into.sums = [*map(add, into.sums, self.sums[rows].sum(axis=0).tolist())]
        merge(into.by_feed, self.counted(self.feeds[rows]))
        merge(into.platforms, self.counted(self.platforms[rows]))
        merge(into.regions, self.counted(self.regions[rows]))
        if people:
            self._pour_people(rows[self.known[rows, 0]], into)
            self._pour_copies(rows[self.known[rows, 1]], into)

    def _pour_people(self, rows: Rows, into: Cell) -> None:
        authors, reaches = self.authors[rows], self.reaches[rows]
        into.by_author.take(busy(authors))
        wanted = _within(authors, into.authors.level) | (reaches >= into.authors.floor)
        into.authors.take(authors[wanted].tolist(), reaches[wanted].tolist())

    def _pour_copies(self, rows: Rows, into: Cell) -> None:
        for row in rows[_within(self.copies[rows], into.copies.level)].tolist():
            copied = (tuple(self.bands[row].tolist()), int(self.authors[row]))
            into.copies.add(int(self.copies[row]), copied)

    def counted(self, codes: Whole) -> dict[ThingId, int]:
        """How often each name of a column comes."""
        counts = np.bincount(codes[codes >= 0], minlength=0)
        return {self.names[at]: int(counts[at]) for at in np.flatnonzero(counts)}


def second(signal: Signal) -> int:
    """The second since 1970 at which a post counts: received where its own clock runs ahead."""
    return int(min(signal.posted_at, signal.received_at).timestamp())


def _within(digests: Digests, level: int) -> npt.NDArray[np.bool_]:
    """Which digests a sample of a level holds."""
    if not level:
        return np.ones(len(digests), dtype=np.bool_)
    return np.asarray(digests < np.uint64(1 << (BITS - level)))


def _whole(values: Iterable[int]) -> Whole:
    return np.fromiter(values, dtype=np.int64)


def _digests(values: Iterable[int]) -> Digests:
    return np.fromiter(values, dtype=np.uint64)


def _codes(things: Iterable[ThingId | None], names: dict[ThingId | None, int]) -> Whole:
    return _whole(-1 if one is None else names.setdefault(one, len(names)) for one in things)


def _bands(copy: Copied | None) -> Sequence[int]:
    return (0,) * BANDS if copy is None else copy[0]


def _known(one: Grain) -> tuple[bool, bool]:
    return one.person is not None, one.copy is not None


def _irony(signal: Signal) -> int:
    irony = None if signal.scores is None else signal.scores.irony
    return -1 if irony is None else int(np.ceil(irony * _MILLE))

"""What one post adds to a count, and cells of such counts that add up in any order."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from operator import add
from typing import Final, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

from knowledge.spread.buckets import FINE, Buckets, added
from knowledge.spread.near_copies import Bands, every_bands
from knowledge.spread.reaches import Reaches, joined
from knowledge.spread.sampling import Sample, union
from ontology.identity import ThingId
from ontology.signals import MARKED_FROM, Scores, Signal

Rows: TypeAlias = npt.NDArray[np.intp]

FIXED: Final = 10_000
"""Scores are summed as whole ten-thousandths: sums of floats would depend on their order."""

POSTS, SHARES, ORIGINALS, AUTHORED, UNLOCATED, UNSUPPORTED = range(6)
JUDGED, NEGATIVE, FELT, FEELING, FEELING_SQUARED = range(6, 11)
FRUSTRATION, URGENCY, BETRAYAL, IRONY = range(11, 19, 2)
"""Each indicator has two counts: how many were judged, and, one further, how many were found."""
REACH_KNOWN, REACH, DERIVED = range(19, 22)
UNSCORED, MARKED_UNSCORED, MARKED = range(22, 25)
"""Posts that models could have judged and had no time for, and how many of them were marked; from
`MARKED` on the counts from `JUDGED` up to `REACH_KNOWN` of marked posts alone."""
FIELDS: Final = MARKED + REACH_KNOWN - JUDGED

UNDERSTOOD: Final = frozenset({"en"})
"""Primary subtags of the languages that models know."""

K = TypeVar("K")
_WHOLE: Final = 2**64 - 1
"""Whole numbers hash alike in every process; cut to 64 bits that is a digest, and a fast one."""

_FOUND: Final = 0.5
_CLEARLY_NEGATIVE: Final = -0.25

Copied: TypeAlias = tuple[Bands, int]
"""What near copies of a post share, and its author."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grain:
    """One post as counts: `sums` by the indexes above.

    `person` is (author, reach), `copy` is (bands, author), names and words as 64-bit digests;
    None where the feed does not name an author, or the post has too few words to be a copy.
    """

    key: int
    sums: tuple[int, ...]
    feed: ThingId
    person: tuple[int, int] | None
    copy: Copied | None
    platform: ThingId | None = None
    region: ThingId | None = None


@dataclass(slots=True)
class Cell:
    """Sums over posts. Adding is commutative and associative; nothing in it is a float."""

    sums: list[int] = field(default_factory=lambda: [0] * FIELDS)
    by_feed: dict[ThingId, int] = field(default_factory=dict)
    copies: Sample[Copied] = field(default_factory=Sample)
    authors: Reaches = field(default_factory=Reaches)
    by_author: Buckets = field(default_factory=Buckets)
    platforms: dict[ThingId, int] = field(default_factory=dict)
    regions: dict[ThingId, int] = field(default_factory=dict)

    def add(self, grain: Grain, *, people: bool = True) -> None:
        """Count one post, with or without who posted and in which words."""
        self.sums = [*map(add, self.sums, grain.sums)]
        _count(self.by_feed, grain.feed, 1)
        if grain.platform is not None:
            _count(self.platforms, grain.platform, 1)
        if grain.region is not None:
            _count(self.regions, grain.region, 1)
        if people and grain.person is not None:
            self.authors.add(*grain.person)
            self.by_author.take({grain.person[0] % FINE: 1})
        if people and grain.copy is not None:
            self.copies.add(marked(grain.copy), grain.copy)

    def forget_people(self) -> None:
        """Drop what only the current windows need; the sums stay for the baseline."""
        self.copies, self.authors, self.by_author = Sample(), Reaches(), Buckets()


def total(cells: Iterable[Cell]) -> Cell:
    """The sum of cells, in a new cell."""
    every = [*cells]
    whole = Cell(sums=counts(every))
    if every:
        whole.copies = union(cell.copies for cell in every)
        whole.authors = joined(cell.authors for cell in every)
        whole.by_author = added(cell.by_author for cell in every)
    for cell in every:
        merge(whole.by_feed, cell.by_feed)
        merge(whole.platforms, cell.platforms)
        merge(whole.regions, cell.regions)
    return whole


def counts(cells: Iterable[Cell]) -> list[int]:
    """The sums of cells alone, without people: much cheaper than their `total`."""
    every = [cell.sums for cell in cells]
    return [sum(column) for column in zip(*every, strict=True)] if every else [0] * FIELDS


def marked(copy: Copied) -> int:
    """The digest by which copies are sampled."""
    return hash(copy) & _WHOLE


def grain(signal: Signal, understood: frozenset[str]) -> Grain:
    """Count one signal; `understood` holds the primary subtags of the languages models know."""
    return grains([signal], understood)[0]


def grains(signals: Sequence[Signal], understood: frozenset[str]) -> list[Grain]:
    """Count many signals, which is faster than one by one."""
    own = [signal.author is not None and signal.share_of is None for signal in signals]
    known = iter(
        every_bands([one.text for one, wanted in zip(signals, own, strict=True) if wanted])
    )
    return [
        _grain(signal, understood, next(known) if wanted else None)
        for signal, wanted in zip(signals, own, strict=True)
    ]


def _grain(signal: Signal, understood: frozenset[str], known: Bands | None) -> Grain:
    sums = [0] * FIELDS
    shared = signal.share_of is not None
    sums[POSTS] = 1
    sums[SHARES] = int(shared)
    sums[ORIGINALS] = int(not shared)
    sums[AUTHORED] = int(signal.author is not None)
    sums[UNLOCATED] = int(signal.region is None)
    sums[DERIVED] = int(signal.region is None and signal.derived_region is not None)
    sums[UNSUPPORTED] = int(not _understands(signal.language, understood))
    if signal.scores is not None:
        _judge(sums, signal.scores)
    if signal.reach is not None:
        sums[REACH_KNOWN], sums[REACH] = 1, signal.reach
    if signal.screened is not None:
        _screen(sums, signal.screened, scored=signal.scores is not None)
    author = None if signal.author is None else digest(signal.author)
    return Grain(
        key=digest(signal.id),
        sums=tuple(sums),
        feed=signal.feed,
        person=None if author is None else (author, signal.reach or 0),
        copy=None if author is None or known is None else (known, author),
        platform=signal.platform,
        region=signal.region,
    )


def digest(text: str) -> int:
    """A 64-bit digest that is the same in every process.

    >>> digest("signal/twitter-1") == digest("signal/twitter-1")
    True
    """
    raw = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(raw, "big")


def merge(here: dict[K, int], there: Mapping[K, int]) -> None:
    """Add counts to others."""
    for name, many in there.items():
        _count(here, name, many)


def _count(counts: dict[K, int], name: K, many: int) -> None:
    counts[name] = counts.get(name, 0) + many


def _understands(language: str | None, understood: frozenset[str]) -> bool:
    return language is None or language.partition("-")[0].lower() in understood


def _screen(sums: list[int], screened: float, *, scored: bool) -> None:
    sums[UNSCORED] = int(not scored)
    if screened >= MARKED_FROM:
        sums[MARKED_UNSCORED] = sums[UNSCORED]
        sums[MARKED:] = sums[JUDGED:REACH_KNOWN]


def _judge(sums: list[int], scores: Scores) -> None:
    if scores.sentiment is not None or scores.negative is not None:
        sums[JUDGED] = 1
        sums[NEGATIVE] = int(_negative(scores))
    if scores.sentiment is not None:
        feeling = round(scores.sentiment * FIXED)
        sums[FELT], sums[FEELING], sums[FEELING_SQUARED] = 1, feeling, feeling * feeling
    for place, score in (
        (FRUSTRATION, scores.frustration),
        (URGENCY, scores.urgency),
        (BETRAYAL, scores.betrayal),
        (IRONY, scores.irony),
    ):
        if score is not None:
            sums[place], sums[place + 1] = 1, int(score >= _FOUND)


def _negative(scores: Scores) -> bool:
    if scores.negative is not None:
        return scores.negative >= _FOUND
    return scores.sentiment is not None and scores.sentiment <= _CLEARLY_NEGATIVE

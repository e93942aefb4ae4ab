"""What one post adds to a count, and cells of such counts that add up in any order."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Final

from knowledge.spread.assignment import words
from ontology.identity import ThingId
from ontology.signals import Scores, Signal

FIXED: Final = 10_000
"""Scores are summed as whole ten-thousandths: sums of floats would depend on their order."""

POSTS, SHARES, ORIGINALS, AUTHORED, UNLOCATED, UNSUPPORTED = range(6)
JUDGED, NEGATIVE, FELT, FEELING, FEELING_SQUARED = range(6, 11)
FRUSTRATION, URGENCY, BETRAYAL, IRONY = range(11, 19, 2)
"""Each indicator has two counts: how many were judged, and, one further, how many were found."""
REACH_KNOWN, REACH = range(19, 21)
FIELDS: Final = 21

_FOUND: Final = 0.5
_CLEARLY_NEGATIVE: Final = -0.25
_FEWEST_WORDS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Grain:
    """One post as counts: `sums` by the indexes above.

    `person` is (author, reach), `copy` is (words, author), names and words as 64-bit digests;
    None where the feed does not name an author, or the post has too few words to be a copy.
    """

    key: int
    sums: tuple[int, ...]
    feed: ThingId
    person: tuple[int, int] | None
    copy: tuple[int, int] | None


@dataclass(slots=True)
class Cell:
    """Sums over posts. Adding is commutative and associative; nothing in it is a float."""

    sums: list[int] = field(default_factory=lambda: [0] * FIELDS)
    by_feed: dict[ThingId, int] = field(default_factory=dict)
    people: set[tuple[int, int]] = field(default_factory=set)
    copies: set[tuple[int, int]] = field(default_factory=set)

    def add(self, grain: Grain, *, people: bool = True) -> None:
        """Count one post, with or without who posted and in which words."""
        self.sums = [a + b for a, b in zip(self.sums, grain.sums, strict=True)]
        self.by_feed[grain.feed] = self.by_feed.get(grain.feed, 0) + 1
        if people and grain.person is not None:
            self.people.add(grain.person)
        if people and grain.copy is not None:
            self.copies.add(grain.copy)

    def forget_people(self) -> None:
        """Drop what only the current windows need; the sums stay for the baseline."""
        self.people, self.copies = set(), set()


def total(cells: Iterable[Cell]) -> Cell:
    """The sum of cells, in a new cell."""
    every = [*cells]
    whole = Cell(sums=counts(every))
    if every:
        whole.people = set().union(*(cell.people for cell in every))
        whole.copies = set().union(*(cell.copies for cell in every))
    for cell in every:
        for feed, count in cell.by_feed.items():
            whole.by_feed[feed] = whole.by_feed.get(feed, 0) + count
    return whole


def counts(cells: Iterable[Cell]) -> list[int]:
    """The sums of cells alone, without people: much cheaper than their `total`."""
    every = [cell.sums for cell in cells]
    return [sum(column) for column in zip(*every, strict=True)] if every else [0] * FIELDS


def grain(signal: Signal, understood: frozenset[str]) -> Grain:
    """Count one signal; `understood` holds the primary subtags of the languages models know."""
    sums = [0] * FIELDS
    spoken = words(signal.text)
    shared = signal.share_of is not None
    sums[POSTS] = 1
    sums[SHARES] = int(shared)
    sums[ORIGINALS] = int(not shared)
    sums[AUTHORED] = int(signal.author is not None)
    sums[UNLOCATED] = int(signal.region is None)
    sums[UNSUPPORTED] = int(not _understands(signal.language, understood))
    if signal.scores is not None:
        _judge(sums, signal.scores)
    if signal.reach is not None:
        sums[REACH_KNOWN], sums[REACH] = 1, signal.reach
    author = None if signal.author is None else digest(signal.author)
    copied = author is not None and not shared and len(spoken) >= _FEWEST_WORDS
    return Grain(
        key=digest(signal.id),
        sums=tuple(sums),
        feed=signal.feed,
        person=None if author is None else (author, signal.reach or 0),
        copy=(digest(" ".join(spoken)), author) if copied and author is not None else None,
    )


def digest(text: str) -> int:
    """A 64-bit digest that is the same in every process.

    >>> digest("signal/twitter-1") == digest("signal/twitter-1")
    True
    """
    raw = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(raw, "big")


def _understands(language: str | None, understood: frozenset[str]) -> bool:
    return language is None or language.partition("-")[0].lower() in understood


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

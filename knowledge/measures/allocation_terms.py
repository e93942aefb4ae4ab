"""What an allocation is asked to keep to, and what it is: people by type, terms, shared limits."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from knowledge.measures.programmes import Flags, Floats, Whole


class Infeasible(Exception):
    """No allocation keeps to all that is asked; `rows` can't be kept together.

    `would_do` has for each of them the least that would have to give.
    """

    def __init__(self, rows: tuple[str, ...], would_do: dict[str, float]) -> None:
        """Name them."""
        super().__init__(f"can't be kept together: {', '.join(rows)}")
        self.rows = rows
        self.would_do = would_do


@dataclass(frozen=True, slots=True, kw_only=True)
class Types:
    """People by type: how many, of which segment, what each offer is worth to them."""

    size: Whole
    segment: Whole
    """From 0; fairness holds between these."""

    worth: Floats
    """By type and offer; negative where the offer can't be made to them."""

    @property
    def open(self) -> Flags:
        """Which offers can be made to which types."""
        return self.worth >= 0

    def some(self, which: Whole, size: Whole | None = None) -> Self:
        """Some of the types, in other numbers if these are given."""
        many = self.size[which] if size is None else size
        return replace(self, size=many, segment=self.segment[which], worth=self.worth[which])


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What an allocation keeps to; None where nothing is asked."""

    cost: Floats
    """Of each offer, for one person."""

    most: Floats
    """Of each offer: how many people; infinite where nothing is said."""

    least: Floats
    """Of each offer: how many people at least."""

    budget: float | None = None
    contacts: int | None = None
    """How many people altogether."""

    cover: float | None = None
    """The share of those to whom something can be offered that gets something."""

    within: float | None = None
    """How far the shares of two segments that get something may lie apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocated:
    """How many people of each type get each offer; no allocation is worth more than `bound`."""

    counts: Whole
    worth: float
    bound: float
    rounds: int

    @property
    def short(self) -> float:
        """How far the worth may lie below the best, as a share of it."""
        return float(max(0.0, self.bound - self.worth) / self.bound) if self.bound > 0 else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """One limit that all share: what an offer to somebody of a segment takes of it.

    `level` is what the common share of all segments takes, where the limit is about fairness.
    """

    name: str
    takes: Floats
    level: float = 0.0
    low: float = -np.inf
    high: float = np.inf


def shared_limits(types: Types, terms: Terms) -> Iterator[Shared]:
    """The terms as limits that all people share, in a fixed order."""
    segments, offers = int(types.segment.max(initial=0)) + 1, len(terms.cost)
    every = np.ones((segments, offers))
    if terms.budget is not None:
        yield Shared(name="budget", takes=every * terms.cost, high=terms.budget)
    if terms.contacts is not None:
        yield Shared(name="capacity", takes=every, high=float(terms.contacts))
    for offer in range(offers):
        takes = np.zeros((segments, offers))
        takes[:, offer] = 1
        if np.isfinite(terms.most[offer]):
            name = f"most of offer {offer}"
            yield Shared(name=name, takes=takes, high=float(terms.most[offer]))
        if terms.least[offer] > 0:
            name = f"least of offer {offer}"
            yield Shared(name=name, takes=takes, low=float(terms.least[offer]))
    reachable = np.bincount(
        types.segment, weights=types.size * types.open.any(axis=1), minlength=segments
    ).astype(np.float64)
    if terms.cover is not None:
        yield Shared(name="cover", takes=every, low=float(np.ceil(terms.cover * reachable.sum())))
    if terms.within is not None:
        yield from _fair(reachable, terms.within, offers)


def _fair(reachable: Floats, within: float, offers: int) -> Iterator[Shared]:
    """Each segment's share stays near one level; a single person more or less is let pass."""
    for segment in np.flatnonzero(reachable):
        takes = np.zeros((len(reachable), offers))
        takes[segment] = 1
        many = float(reachable[segment])
        slack = max(1.0, many * within / 2)
        yield Shared(name="fairness", takes=takes, level=-many, low=-slack, high=slack)

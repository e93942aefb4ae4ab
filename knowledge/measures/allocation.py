"""Who is offered what: the most worth within budget, capacity, limits and fairness between groups.

People who are alike in everything that counts form one type, so that 100,000 of them are a few
thousand whole numbers. Where there are more types than can be solved at once, prices of the shared
limits decide for all whose best offer is clear, and the rest is solved exactly, round by round.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, Self

import numpy as np

from knowledge.measures.programmes import GAP, Flags, Floats, Programme, Row, Whole, conflict

EXACT: Final = 2_500
"""How many types are solved at once; above that, prices decide for most of them."""

_ROUNDS: Final = 8
_ONE: Final = "one offer a person"


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
class _Shared:
    """One limit that all share: what an offer to somebody of a segment takes of it.

    `level` is what the common share of all segments takes, where the limit is about fairness.
    """

    name: str
    takes: Floats
    level: float = 0.0
    low: float = -np.inf
    high: float = np.inf


def allocate(types: Types, terms: Terms) -> Allocated:
    """The allocation of most worth; of several as good always the same one.

    Raises:
        Infeasible: what is asked can't be kept together.
        NoAnswer: the solver gave up.
    """
    shared = [*_shared(types, terms)]
    _feasible(types, shared)
    if len(types.size) <= EXACT:
        counts = _exact(types, shared)
        prices = _prices(types, shared)
        return _allocated(types, counts, _bound(types, shared, prices), rounds=1)
    return _by_prices(types, shared)


def _shared(types: Types, terms: Terms) -> Iterator[_Shared]:
    segments, offers = int(types.segment.max(initial=0)) + 1, len(terms.cost)
    every = np.ones((segments, offers))
    if terms.budget is not None:
        yield _Shared(name="budget", takes=every * terms.cost, high=terms.budget)
    if terms.contacts is not None:
        yield _Shared(name="capacity", takes=every, high=float(terms.contacts))
    for offer in range(offers):
        takes = np.zeros((segments, offers))
        takes[:, offer] = 1
        if np.isfinite(terms.most[offer]):
            name = f"most of offer {offer}"
            yield _Shared(name=name, takes=takes, high=float(terms.most[offer]))
        if terms.least[offer] > 0:
            name = f"least of offer {offer}"
            yield _Shared(name=name, takes=takes, low=float(terms.least[offer]))
    reachable = np.bincount(
        types.segment, weights=types.size * types.open.any(axis=1), minlength=segments
    ).astype(np.float64)
    if terms.cover is not None:
        yield _Shared(name="cover", takes=every, low=float(np.ceil(terms.cover * reachable.sum())))
    if terms.within is not None:
        yield from _fair(reachable, terms.within, offers)


def _fair(reachable: Floats, within: float, offers: int) -> Iterator[_Shared]:
    """Each segment's share stays near one level; a single person more or less is let pass."""
    for segment in np.flatnonzero(reachable):
        takes = np.zeros((len(reachable), offers))
        takes[segment] = 1
        many = float(reachable[segment])
        slack = max(1.0, many * within / 2)
        yield _Shared(name="fairness", takes=takes, level=-many, low=-slack, high=slack)


def _programme(types: Types, shared: list[_Shared], used: Floats | None = None) -> Programme:
    """As a programme: a column for each type and offer that fit, and one for the common level."""
    of, offer = np.nonzero(types.open)
    many = len(of)
    size = types.size.astype(np.float64)
    rows = [
        Row(name=_ONE, columns=columns, weights=np.ones(len(columns)), high=float(size[one]))
        for one, columns in enumerate(np.split(np.arange(many), np.cumsum(types.open.sum(1))[:-1]))
        if len(columns) > 1
    ]
    for place, one in enumerate(shared):
        taken = 0.0 if used is None else float(used[place])
        weights = np.append(one.takes[types.segment[of], offer], one.level)
        columns = np.flatnonzero(weights)
        rows.append(
            Row(
                name=one.name,
                columns=columns,
                weights=weights[columns],
                low=one.low - taken,
                high=one.high - taken,
            )
        )
    return Programme(
        worth=np.append(types.worth[of, offer], 0.0),
        most=np.append(size[of], 1.0),
        whole=np.append(np.ones(many, dtype=bool), False),
        rows=rows,
    )


def _feasible(types: Types, shared: list[_Shared]) -> None:
    """That something keeps to all of it; what an offer is worth plays no part in that.

    Raises:
        Infeasible: nothing does.
    """
    pattern = np.column_stack([types.segment, types.open])
    kinds, of = np.unique(pattern, axis=0, return_inverse=True)
    size = np.bincount(of.ravel(), weights=types.size, minlength=len(kinds)).astype(np.int64)
    worth = np.where(kinds[:, 1:] > 0, 0.0, -1.0)
    programme = _programme(Types(size=size, segment=kinds[:, 0], worth=worth), shared)
    if names := conflict(programme):
        asked = tuple(name for name in names if name != _ONE)
        raise Infeasible(asked, {name: _would_do(programme, name) for name in asked})


def _would_do(programme: Programme, name: str) -> float:
    """By how much the rows of a name would have to give so that all others can be kept."""
    last = len(programme.worth)
    eased = []
    for row in programme.rows:
        if row.name != name:
            eased.append(row)
            continue
        columns = np.append(row.columns, last)
        if np.isfinite(row.high):
            weights = np.append(row.weights, -1.0)
            eased.append(replace(row, columns=columns, weights=weights, low=-np.inf))
        if np.isfinite(row.low):
            weights = np.append(row.weights, 1.0)
            eased.append(replace(row, columns=columns, weights=weights, high=np.inf))
    found = replace(
        programme,
        worth=np.append(np.zeros(last), -1.0),
        most=np.append(programme.most, np.inf),
        whole=np.append(programme.whole, False),
        rows=eased,
    ).best()
    return float(found[-1]) if found is not None else float("inf")


def _exact(types: Types, shared: list[_Shared], used: Floats | None = None) -> Whole | None:
    values = _programme(types, shared, used).best()
    if values is None:
        return None
    counts = np.zeros(types.worth.shape, dtype=np.int64)
    counts[np.nonzero(types.open)] = values[:-1].astype(np.int64)
    return counts


def _prices(types: Types, shared: list[_Shared]) -> Floats:
    found = _programme(types, shared).prices()
    return np.zeros(len(shared)) if found is None else found[len(found) - len(shared) :]


def _charged(types: Types, shared: list[_Shared], prices: Floats) -> Floats:
    """What each offer is worth to a type once what it takes of the limits is paid."""
    levy = sum(
        (price * one.takes for price, one in zip(prices, shared, strict=True)),
        start=np.zeros(shared[0].takes.shape if shared else (1, types.worth.shape[1])),
    )
    levied = levy[types.segment] if shared else 0.0
    return np.where(types.open, types.worth - levied, -np.inf)


def _bound(types: Types, shared: list[_Shared], prices: Floats) -> float:
    """More than this no allocation is worth, whatever the prices (Lagrange)."""
    best = np.maximum(_charged(types, shared, prices).max(axis=1, initial=-np.inf), 0.0)
    level = 0.0
    total = float(best @ types.size)
    for price, one in zip(prices, shared, strict=True):
        end = one.high if price > 0 else one.low
        if abs(price) > 0:
            total += price * end if np.isfinite(end) else np.inf
        level -= price * one.level
    return total + max(0.0, level)


def _by_prices(types: Types, shared: list[_Shared]) -> Allocated:
    """Prices decide for all whose best offer is clear; the others are solved, then the prices."""
    prices = _prices(*_sampled(types, shared))
    best: Allocated | None = None
    bound, core = np.inf, EXACT
    for turn in range(1, _ROUNDS + 1):
        bound = min(bound, _bound(types, shared, prices))
        counts, prices = _round(types, shared, prices, core)
        if counts is None:
            core *= 2
            continue
        found = _allocated(types, counts, bound, rounds=turn)
        bound = min(bound, _bound(types, shared, prices))
        if best is None or found.worth > best.worth:
            best = found
        best = replace(best, bound=bound, rounds=turn)
        if best.short <= GAP:
            break
    if best is None:  # whatever was decided beforehand left too little
        return _allocated(types, _exact(types, shared), bound, rounds=_ROUNDS)
    return best


def _round(
    types: Types, shared: list[_Shared], prices: Floats, core: int
) -> tuple[Whole | None, Floats]:
    """One round: whose choice the prices leave open is solved; None where that can't be."""
    charged = np.column_stack([np.zeros(len(types.size)), _charged(types, shared, prices)])
    choice = charged.argmax(axis=1)
    two = np.partition(charged, -2, axis=1)[:, -2:]
    open_to = np.argsort(two[:, 1] - two[:, 0], kind="stable")[:core]
    counts = np.zeros(types.worth.shape, dtype=np.int64)
    clear = np.ones(len(types.size), dtype=bool)
    clear[open_to] = False
    clear &= choice > 0
    counts[clear, choice[clear] - 1] = types.size[clear]
    free = types.some(np.sort(open_to))
    used = np.array([_used(types, counts, one) for one in shared])
    rest = _exact(free, shared, used)
    if rest is None:
        return None, prices
    counts[np.sort(open_to)] = rest
    found = _programme(free, shared, used).prices()
    return counts, prices if found is None else found[len(found) - len(shared) :]


def _used(types: Types, counts: Whole, one: _Shared) -> float:
    """What counts take of a limit."""
    return float((counts * one.takes[types.segment]).sum())


def _sampled(types: Types, shared: list[_Shared]) -> tuple[Types, list[_Shared]]:
    """Some of the types in numbers as if they were all, evenly from the worthy to the others."""
    order = np.lexsort((types.worth.max(axis=1), types.segment))
    which = order[:: max(1, len(order) // EXACT)]
    part = types.some(which)
    factor = types.size.sum() / max(1, part.size.sum())
    scaled = [
        replace(one, level=one.level / factor, low=one.low / factor, high=one.high / factor)
        for one in shared
    ]
    return part, scaled


def _allocated(types: Types, counts: Whole | None, bound: float, *, rounds: int) -> Allocated:
    if counts is None:
        raise AssertionError("what was found feasible has an answer")
    worth = float((counts * np.where(types.open, types.worth, 0.0)).sum())
    return Allocated(counts=counts, worth=worth, bound=float(max(bound, worth)), rounds=rounds)

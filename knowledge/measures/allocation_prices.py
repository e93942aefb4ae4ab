"""Prices of shared limits at which everybody's best offer, chosen alone, is the best for all.

The prices that make Lagrange's bound least are found by boxed steps (Marsten, Hogan and
Blankenship 1975): within a box around the last prices only those change their choice whose two
best offers are worth nearly the same, so a linear programme of these alone says which prices in
the box are best.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from knowledge.measures.allocation_programme import programme_of
from knowledge.measures.allocation_terms import Shared, Types
from knowledge.measures.programmes import Floats, Programme, Whole

_STEPS: Final = 40
_NEAR: Final = 1e-6
"""Of the bound: a step that promises less is not taken."""

_CORE: Final = 2_000
_WIDE: Final = 4.0
"""How far prices may go in the first box, in units of what the least clear choice leads by."""

_SELDOM: Final = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """Prices, what nothing can be worth more than, and an allocation in parts of people."""

    prices: Floats
    bound: float
    parts: Floats
    """By type and offer; whole for nearly all, and near to keeping all limits."""

    lead: Floats
    """By how much the best choice of each type is worth more than its next."""

    def unclear(self, many: int) -> Whole:
        """Whose choice the prices leave open most; with them all whose choice is as open."""
        if many >= len(self.lead):
            return np.arange(len(self.lead))
        limit = np.partition(self.lead, many)[many]
        whole = np.abs(self.parts - np.round(self.parts)).max(axis=1) <= 1e-6  # noqa: PLR2004
        return np.flatnonzero((self.lead <= limit) | ~whole)


def priced(types: Types, shared: list[Shared]) -> Priced:
    """The prices at which the bound is least; what can't be kept is not kept by the parts."""
    found, wide = _at(types, shared, _first(types, shared)), _WIDE
    for _ in range(_STEPS):
        parts, prices, worth = _boxed(types, shared, found, wide)
        if found.bound - worth <= _NEAR * abs(found.bound):
            return replace(found, parts=parts)
        reached = _at(types, shared, prices)
        if reached.bound < found.bound:
            found, wide = reached, wide * 2
        else:
            wide /= 4
    return replace(found, parts=_boxed(types, shared, found, wide)[0])


def used_by(types: Types, counts: Floats, shared: list[Shared]) -> Floats:
    """What counts take of each limit."""
    segments = int(types.segment.max(initial=0)) + 1
    by = np.array(
        [np.bincount(types.segment, weights=one, minlength=segments) for one in counts.T]
    ).T
    return np.array([float((by * one.takes[:segments]).sum()) for one in shared])


def charged(types: Types, shared: list[Shared], prices: Floats) -> Floats:
    """What each offer is worth to a type once what it takes of the limits is paid."""
    if not shared:
        return np.where(types.open, types.worth, -np.inf)
    levy: Floats = np.tensordot(prices, np.array([one.takes for one in shared]), axes=1)
    return np.where(types.open, types.worth - levy[types.segment], -np.inf)


def bound_of(types: Types, shared: list[Shared], prices: Floats) -> float:
    """More than this no allocation is worth, whatever the prices (Lagrange)."""
    best = np.maximum(charged(types, shared, prices).max(axis=1, initial=-np.inf), 0.0)
    level = 0.0
    total = float(best @ types.size)
    for price, one in zip(prices, shared, strict=True):
        end = one.high if price > 0 else one.low
        if abs(price) > 0:
            total += price * end if np.isfinite(end) else np.inf
        level -= price * one.level
    return total + max(0.0, level)


def _at(types: Types, shared: list[Shared], prices: Floats) -> Priced:
    """What all would choose at these prices."""
    worth = np.column_stack([np.zeros(len(types.size)), charged(types, shared, prices)])
    choice = worth.argmax(axis=1)
    two = np.partition(worth, -2, axis=1)[:, -2:]
    parts = np.zeros(types.worth.shape)
    some = np.flatnonzero(choice)
    parts[some, choice[some] - 1] = types.size[some]
    bound = bound_of(types, shared, prices)
    return Priced(prices=prices, bound=bound, parts=parts, lead=two[:, 1] - two[:, 0])


def _first(types: Types, shared: list[Shared]) -> Floats:
    """Prices for some of the types, in numbers as if they were all."""
    order = np.lexsort((types.worth.max(axis=1), types.segment))
    part = types.some(order[:: max(1, len(order) // _CORE)])
    everybody = types.size.sum()
    factor = part.size.sum() / everybody if everybody else 1.0
    scaled = [
        replace(one, level=one.level * factor, low=one.low * factor, high=one.high * factor)
        for one in shared
    ]
    return _bought(part, scaled, np.zeros(len(shared)), _dear(types, shared))[1]


def _dear(types: Types, shared: list[Shared]) -> Floats:
    """Prices that none is likely to pay."""
    return 1e3 * float(types.worth.max(initial=1.0)) / _takes(shared)


def _takes(shared: list[Shared]) -> Floats:
    """The most that an offer to one person takes of each limit."""
    return np.array([max(one.takes.max(initial=0.0), _SELDOM) for one in shared])


def _boxed(
    types: Types, shared: list[Shared], found: Priced, wide: float
) -> tuple[Floats, Floats, float]:
    """The best of all in parts as far as a box of prices lets see, its prices, its worth."""
    core = found.unclear(_CORE)
    parts = found.parts.copy()
    parts[core] = 0.0
    box = wide * found.lead[core].max(initial=_SELDOM) / _takes(shared)
    free = types.some(core)
    inside, prices, worth = _bought(free, shared, found.prices, box, used_by(types, parts, shared))
    worth += float((parts * np.maximum(types.worth, 0.0)).sum())
    parts[core] = inside
    return parts, prices, worth


def _bought(
    types: Types, shared: list[Shared], prices: Floats, box: Floats, used: Floats | None = None
) -> tuple[Floats, Floats, float]:
    """The best in parts where more of a limit can be bought, and sold, at the ends of the box."""
    base = programme_of(types, shared, used)
    solved = _with_trade(base, prices - box, prices + box).in_parts()
    if solved is None:
        raise AssertionError("what lacks can be bought")
    parts = np.zeros(types.worth.shape)
    parts[np.nonzero(types.open)] = solved.columns[: int(types.open.sum())]
    return parts, _signed(solved.prices[len(solved.prices) - len(shared) :], shared), solved.worth


def _with_trade(base: Programme, low: Floats, high: Floats) -> Programme:
    """Two columns more for each of the last rows: buy at the high price, sell at the low one."""
    many, first = len(low), len(base.worth)
    own = len(base.rows) - many
    traded = [
        replace(
            row,
            columns=np.append(row.columns, [first + place, first + many + place]),
            weights=np.append(row.weights, [-1.0, 1.0]),
        )
        for place, row in enumerate(base.rows[own:])
    ]
    return Programme(
        worth=np.concatenate([base.worth, -high, low]),
        most=np.append(base.most, np.full(2 * many, np.inf)),
        whole=np.append(base.whole, np.zeros(2 * many, dtype=bool)),
        rows=[*base.rows[:own], *traded],
    )


def _signed(prices: Floats, shared: list[Shared]) -> Floats:
    """Nothing is paid for an end that a limit does not have."""
    least = np.array([0.0 if np.isinf(one.low) else -np.inf for one in shared])
    most = np.array([0.0 if np.isinf(one.high) else np.inf for one in shared])
    signed: Floats = np.clip(prices, least, most)
    return signed

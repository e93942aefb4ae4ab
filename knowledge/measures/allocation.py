"""Who is offered what: the most worth within budget, capacity, limits and fairness between groups.

People who are alike in everything that counts form one type, so that 100,000 of them are a few
thousand whole numbers. Where there are more types than can be solved at once, prices of the shared
limits decide for all whose best offer is clear, and the rest is solved exactly, round by round.
"""

from dataclasses import replace
from typing import Final

import numpy as np

from knowledge.measures.allocation_programme import feasible, programme_of
from knowledge.measures.allocation_terms import (
    Allocated,
    Infeasible,
    Shared,
    Terms,
    Types,
    shared_limits,
)
from knowledge.measures.programmes import GAP, Floats, Whole

__all__ = ["EXACT", "Allocated", "Infeasible", "Terms", "Types", "allocate"]

EXACT: Final = 2_500
"""How many types are solved at once; above that, prices decide for most of them."""

_ROUNDS: Final = 8


def allocate(types: Types, terms: Terms) -> Allocated:
    """The allocation of most worth; of several as good always the same one.

    Raises:
        Infeasible: what is asked can't be kept together.
        NoAnswer: the solver gave up.
    """
    shared = [*shared_limits(types, terms)]
    feasible(types, shared)
    if len(types.size) <= EXACT:
        counts = _exact(types, shared)
        prices = _prices(types, shared)
        return _allocated(types, counts, _bound(types, shared, prices), rounds=1)
    return _by_prices(types, shared)


def _exact(types: Types, shared: list[Shared], used: Floats | None = None) -> Whole | None:
    values = programme_of(types, shared, used).best()
    if values is None:
        return None
    counts = np.zeros(types.worth.shape, dtype=np.int64)
    counts[np.nonzero(types.open)] = values[:-1].astype(np.int64)
    return counts


def _prices(types: Types, shared: list[Shared]) -> Floats:
    found = programme_of(types, shared).prices()
    return np.zeros(len(shared)) if found is None else found[len(found) - len(shared) :]


def _charged(types: Types, shared: list[Shared], prices: Floats) -> Floats:
    """What each offer is worth to a type once what it takes of the limits is paid."""
    levy = sum(
        (price * one.takes for price, one in zip(prices, shared, strict=True)),
        start=np.zeros(shared[0].takes.shape if shared else (1, types.worth.shape[1])),
    )
    levied = levy[types.segment] if shared else 0.0
    return np.where(types.open, types.worth - levied, -np.inf)


def _bound(types: Types, shared: list[Shared], prices: Floats) -> float:
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


def _by_prices(types: Types, shared: list[Shared]) -> Allocated:
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
    types: Types, shared: list[Shared], prices: Floats, core: int
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
    found = programme_of(free, shared, used).prices()
    return counts, prices if found is None else found[len(found) - len(shared) :]


def _used(types: Types, counts: Whole, one: Shared) -> float:
    """What counts take of a limit."""
    return float((counts * one.takes[types.segment]).sum())


def _sampled(types: Types, shared: list[Shared]) -> tuple[Types, list[Shared]]:
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

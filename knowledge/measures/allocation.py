"""Who is offered what: the most worth within budget, capacity, limits and fairness between groups.

People who are alike in everything that counts form one type, so that 100,000 of them are a few
thousand whole numbers. Where there are more types than can be solved at once, prices of the shared
limits decide for all whose best offer is clear, and the few others are solved in whole numbers.
"""

from typing import Final

import numpy as np

from knowledge.measures.allocation_prices import Priced, priced, used_by
from knowledge.measures.allocation_programme import feasible, programme_of
from knowledge.measures.allocation_terms import (
    Allocated,
    Infeasible,
    Shared,
    Terms,
    Types,
    shared_limits,
)
from knowledge.measures.programmes import GAP, MOST_NODES, Floats, NoAnswer, Whole

__all__ = ["EXACT", "Allocated", "Infeasible", "Terms", "Types", "allocate"]

EXACT: Final = 250
"""How many types are solved at once; above that, prices decide for most of them."""

_CORES: Final = (250, 500, 1_000, 2_000)
_NODES: Final = 100
"""How far a core is looked through; the bound says what that costs."""


def allocate(types: Types, terms: Terms, *, exact: int = EXACT) -> Allocated:
    """The allocation of most worth; of several as good always the same one.

    Up to `exact` types are solved in whole numbers at once.

    Raises:
        Infeasible: what is asked can't be kept together.
        NoAnswer: the solver gave up.
    """
    shared = [*shared_limits(types, terms)]
    if len(types.size) > exact and (found := _by_prices(types, shared)) is not None:
        return found
    feasible(types, shared)
    counts = _whole(types, shared)
    if counts is None:
        raise AssertionError("what was found feasible has an answer")
    return _allocated(types, counts, priced(types, shared).bound, rounds=1)


def _by_prices(types: Types, shared: list[Shared]) -> Allocated | None:
    """Prices decide for all but a core, which grows until the answer is near; None without any."""
    try:
        prices = priced(types, shared)
    except NoAnswer:  # no prices do where limits can't be kept together
        return None
    best: Allocated | None = None
    for turn, core in enumerate(_CORES, start=1):
        counts = _rounded(types, shared, prices, core)
        if counts is not None:
            found = _allocated(types, counts, prices.bound, rounds=turn)
            best = found if best is None or found.worth > best.worth else best
        if best is not None and best.short <= GAP:
            break
    return best


def _rounded(types: Types, shared: list[Shared], prices: Priced, core: int) -> Whole | None:
    """The parts with those least clear solved in whole numbers; None where that can't be."""
    unclear = prices.unclear(core)
    counts = np.round(prices.parts)
    counts[unclear] = 0.0
    free, used = types.some(unclear), used_by(types, counts, shared)
    try:
        rest = _whole(free, shared, used, near=prices.bound * GAP / 4, nodes=_NODES)
    except NoAnswer:
        return None
    if rest is None:
        return None
    counts[unclear] = rest
    return counts.astype(np.int64)


def _whole(
    types: Types,
    shared: list[Shared],
    used: Floats | None = None,
    *,
    near: float = 0.0,
    nodes: int = MOST_NODES,
) -> Whole | None:
    values = programme_of(types, shared, used).best(near=near, nodes=nodes)
    if values is None:
        return None
    counts = np.zeros(types.worth.shape, dtype=np.int64)
    counts[np.nonzero(types.open)] = values[:-1].astype(np.int64)
    return counts


def _allocated(types: Types, counts: Whole, bound: float, *, rounds: int) -> Allocated:
    worth = float((counts * np.where(types.open, types.worth, 0.0)).sum())
    return Allocated(counts=counts, worth=worth, bound=float(max(bound, worth)), rounds=rounds)

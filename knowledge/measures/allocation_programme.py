"""An allocation as a programme of whole numbers, and why none keeps to all that is asked."""

from dataclasses import replace
from typing import Final

import numpy as np

from knowledge.measures.allocation_terms import Infeasible, Shared, Types
from knowledge.measures.programmes import Floats, Programme, Row, conflict

_ONE: Final = "one offer a person"


def programme_of(types: Types, shared: list[Shared], used: Floats | None = None) -> Programme:
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


def feasible(types: Types, shared: list[Shared]) -> None:
    """That something keeps to all of it; what an offer is worth plays no part in that.

    Raises:
        Infeasible: nothing does.
    """
    pattern = np.column_stack([types.segment, types.open])
    kinds, of = np.unique(pattern, axis=0, return_inverse=True)
    size = np.bincount(of.ravel(), weights=types.size, minlength=len(kinds)).astype(np.int64)
    worth = np.where(kinds[:, 1:] > 0, 0.0, -1.0)
    programme = programme_of(Types(size=size, segment=kinds[:, 0], worth=worth), shared)
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

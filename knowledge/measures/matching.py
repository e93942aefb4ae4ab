"""Matching: each person that was affected gets others who were not and are alike before it."""

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from knowledge.measures.designs import Floats

_NEAREST: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """Rows of those who were affected and have a match, and by each of them the rows of matches.

    `alone` are those who have none; `cells` how many of these have nobody of their kind at all.
    """

    pairs: Mapping[int, tuple[int, ...]]
    alone: tuple[int, ...]
    cells: int

    def rows(self) -> npt.NDArray[np.int64]:
        """All rows that are in a set, set by set, the affected first in each."""
        return np.array(
            [row for one, some in self.pairs.items() for row in (one, *some)], dtype=int
        )

    def sets(self) -> npt.NDArray[np.int64]:
        """The number of the set of each of these rows."""
        sizes = [1 + len(some) for some in self.pairs.values()]
        return np.repeat(np.arange(len(sizes)), sizes)

    def weights(self) -> Floats:
        """The weight of each of these rows: matches of one share one."""
        return np.array(
            [w for some in self.pairs.values() for w in (1.0, *[1 / len(some)] * len(some))]
        )


def matched(
    affected: npt.NDArray[np.bool_],
    exact: Sequence[Hashable],
    numbers: Floats,
    *,
    caliper: float,
    most: int,
) -> Matched:
    """Match within equal `exact`, the nearest by `numbers`, nobody twice, in the order of rows.

    Numbers are divided by their deviation among the affected; a match lies within the caliper in
    each of them. The first round gives everybody one match before anybody gets a second.
    """
    scaled = _scaled(numbers, affected)
    cells: dict[Hashable, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for row, (had, kind) in enumerate(zip(affected.tolist(), exact, strict=True)):
        cells[kind][0 if had else 1].append(row)
    pairs: dict[int, tuple[int, ...]] = {}
    alone: list[int] = []
    empty = 0
    for mine, others in cells.values():
        found = _cell(
            np.array(mine, dtype=int), np.array(others, dtype=int), scaled, caliper, most
        )
        pairs.update({one: some for one, some in found.items() if some})
        alone += [one for one, some in found.items() if not some]
        empty += 0 if others else len(mine)
    ordered = {one: pairs[one] for one in sorted(pairs)}
    return Matched(pairs=ordered, alone=tuple(sorted(alone)), cells=empty)


def _scaled(numbers: Floats, affected: npt.NDArray[np.bool_]) -> Floats:
    if not numbers.shape[1] or not affected.any():
        return numbers
    spread = numbers[affected].std(axis=0)
    return numbers / np.where(spread > 0, spread, 1.0)


def _cell(
    mine: npt.NDArray[np.int64],
    others: npt.NDArray[np.int64],
    scaled: Floats,
    caliper: float,
    most: int,
) -> dict[int, tuple[int, ...]]:
    found: dict[int, list[int]] = {int(one): [] for one in mine}
    free = np.ones(len(others), dtype=bool)
    near = _neighbours(scaled[mine], scaled[others]) if len(mine) and len(others) else None
    for _ in range(most if near is not None else 0):
        if not free.any():
            break
        for at, one in enumerate(mine):
            place = _nearest(scaled[one], scaled[others], near[at], free, caliper)  # type: ignore[index]
            if place is not None:
                free[place] = False
                found[int(one)].append(int(others[place]))
    return {one: tuple(some) for one, some in found.items()}


def _neighbours(mine: Floats, others: Floats) -> npt.NDArray[np.int64]:
    """Of each row, the places of the nearest others, the nearest first; ties by place."""
    if not mine.shape[1]:
        return np.tile(np.arange(len(others)), (len(mine), 1))
    from scipy.spatial import cKDTree  # type: ignore[import-untyped]  # noqa: PLC0415 - slow to load

    many = min(_NEAREST, len(others))
    away, places = cKDTree(others).query(mine, k=many)
    away, places = away.reshape(len(mine), many), places.reshape(len(mine), many)
    order = np.lexsort((places, away), axis=1)
    return np.asarray(np.take_along_axis(places, order, axis=1))


def _nearest(
    mine: Floats,
    others: Floats,
    near: npt.NDArray[np.int64],
    free: npt.NDArray[np.bool_],
    caliper: float,
) -> int | None:
    """The place of the nearest that is free; all are looked through where the first are taken."""
    for place in near:
        if free[place] and (np.abs(others[place] - mine) <= caliper).all():
            return int(place)
    if len(near) == len(others):
        return None
    open_ = np.flatnonzero(free & (np.abs(others - mine) <= caliper).all(axis=1))
    if not len(open_):
        return None
    away = ((others[open_] - mine) ** 2).sum(axis=1)
    return int(open_[int(np.argmin(away))])

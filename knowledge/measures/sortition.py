"""Sortition: seats drawn by lot within quotas, as near to the shares of all as those let it be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from knowledge.measures.programmes import Programme, Row
from knowledge.measures.trials import drawn

Cell = tuple[str, ...]
"""What counts of a person, in the order of the attributes that are asked for."""

_SHORT: Final = 1_000.0  # a seat short of a quota weighs more than any distance from the shares


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """At least so many seats for people of whom an attribute has a value."""

    attribute: int
    value: str
    least: int

    def counts(self, cell: Cell) -> bool:
        """Whether somebody of a cell counts for it."""
        return cell[self.attribute] == self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """Who was drawn, in order, and by how many seats each quota is missed."""

    people: tuple[str, ...]
    short: tuple[int, ...]


def draw(
    seed: bytes,
    candidates: Mapping[str, Cell],
    quotas: Sequence[Quota],
    seats: int,
    taken: Sequence[Cell] = (),
) -> Draw:
    """Draw people for seats; `taken` are the cells of those who sit already and count for quotas.

    How many of each cell is settled first; who of a cell, by an order that the seed fixes.
    """
    cells = sorted(set(candidates.values()))
    members = {cell: [one for one in candidates if candidates[one] == cell] for cell in cells}
    free = min(seats, len(candidates))
    counts = _counts(cells, members, quotas, free, taken) if free else {}
    people = [one for cell in cells for one in drawn(seed, members[cell])[: counts.get(cell, 0)]]
    sitting = [*taken, *(candidates[one] for one in people)]
    short = tuple(max(0, one.least - sum(map(one.counts, sitting))) for one in quotas)
    return Draw(people=tuple(drawn(seed, people)), short=short)


def _counts(
    cells: Sequence[Cell],
    members: Mapping[Cell, Sequence[str]],
    quotas: Sequence[Quota],
    free: int,
    taken: Sequence[Cell],
) -> dict[Cell, int]:
    """How many of each cell: first as few seats short of quotas as can be, then fair shares."""
    many, whole = len(cells), sum(map(len, members.values()))
    shares = np.array([free * len(members[cell]) / whole for cell in cells])
    sizes = np.array([len(members[cell]) for cell in cells], dtype=np.float64)
    places = np.arange(many)
    rows = [Row(name="seats", columns=places, weights=np.ones(many), low=free, high=free)]
    for number, quota in enumerate(quotas):
        inside = np.array(
            [n for n, cell in enumerate(cells) if quota.counts(cell)], dtype=np.int64
        )
        columns = np.append(inside, 2 * many + number)
        wanted = quota.least - sum(map(quota.counts, taken))
        rows.append(
            Row(name="quota", columns=columns, weights=np.ones(len(columns)), low=float(wanted))
        )
    for n in range(many):
        pair = np.array([n, many + n])
        rows += [
            Row(name="share", columns=pair, weights=np.array([1.0, -1.0]), high=float(shares[n])),
            Row(name="share", columns=pair, weights=np.array([1.0, 1.0]), low=float(shares[n])),
        ]
    programme = Programme(
        worth=np.concatenate([np.zeros(many), -np.ones(many), np.full(len(quotas), -_SHORT)]),
        most=np.concatenate([sizes, np.full(many + len(quotas), np.inf)]),
        whole=np.concatenate([np.ones(many), np.zeros(many + len(quotas))]).astype(bool),
        rows=rows,
    )
    found = programme.best()
    if found is None:
        raise AssertionError("seats can always be filled: every quota may be missed")
    return {cell: int(found[n]) for n, cell in enumerate(cells)}

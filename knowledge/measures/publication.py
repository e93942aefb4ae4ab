"""Publication: which groups of people may be told of, so that no few of them can be worked out."""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

LEAST: Final = 10
"""Of fewer people nothing is told, nor of what is left when groups are taken from each other."""

_CLOSE: Final = 1e-6
_INFEASIBLE: Final = 2

Group = tuple[str, str]
"""What people are grouped by, and which of these groups."""
ALL: Final[Group] = ("all", "all")

_Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """Groups with how many people each has: those that may be told of, and those that may not."""

    shown: Mapping[Group, int]
    withheld: Mapping[Group, int]


def publication(people: Sequence[Mapping[str, str]], least: int = LEAST) -> Publication:
    """What may be told of people, each given by the groups that they are in.

    Groups smaller than `least` are withheld. Then, as long as any linear combination of shown sums
    is the sum over fewer than `least` people, the smallest group in it is withheld, too
    (complementary suppression; Cox 1980, "Suppression methodology and statistical disclosure
    control").
    """
    table = _Table.of(people)
    shown = [one for one in table.groups if table.size(one) >= least]
    while attack := _attack(table, shown, least):
        weakest = min(attack, key=lambda one: (one == ALL, table.size(one), one))
        shown.remove(weakest)
    return Publication(
        shown={one: table.size(one) for one in shown},
        withheld={one: table.size(one) for one in table.groups if one not in shown},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """People by kinds, those alike in all their groups; each group as a row over these kinds."""

    sizes: NDArray[np.int64]
    rows: Mapping[Group, _Matrix]

    @classmethod
    def of(cls, people: Sequence[Mapping[str, str]]) -> "_Table":
        kinds = Counter[Hashable](frozenset(one.items()) for one in people)
        order = sorted(kinds, key=sorted)  # type: ignore[arg-type] # sets of pairs of texts
        rows: dict[Group, _Matrix] = {ALL: np.ones(len(order))}
        for place, kind in enumerate(order):
            for group in kind:  # type: ignore[attr-defined] # as above
                rows.setdefault(group, np.zeros(len(order)))[place] = 1.0
        return cls(sizes=np.array([kinds[one] for one in order], np.int64), rows=rows)

    @property
    def groups(self) -> list[Group]:
        return sorted(self.rows)

    def size(self, group: Group) -> int:
        return round(float(self.rows[group] @ self.sizes))


def _attack(table: _Table, shown: Sequence[Group], least: int) -> Sequence[Group]:
    """Shown groups of which some sum, with whatever weights, tells of fewer than `least` people.

    Nobody but these few counts in it, each of them once: an integer programme, solved exactly.
    """
    from scipy.optimize import (  # type: ignore[import-untyped] # noqa: PLC0415 - slow to load
        Bounds,
        LinearConstraint,
        milp,
    )

    if not shown:
        return ()
    rows = np.stack([table.rows[one] for one in shown])
    kinds, free = len(table.sizes), np.full(len(shown), np.inf)
    few = (table.sizes < least).astype(float)
    same = np.hstack([rows.T, -np.eye(kinds)])
    told = np.concatenate([np.zeros(len(shown)), table.sizes])
    found = milp(
        told,
        integrality=np.concatenate([np.zeros(len(shown)), np.ones(kinds)]),
        bounds=Bounds(np.concatenate([-free, np.zeros(kinds)]), np.concatenate([free, few])),
        constraints=[LinearConstraint(same, 0.0, 0.0), LinearConstraint(told, 1, least - 1)],
    )
    if found.status == _INFEASIBLE:
        return ()
    if found.x is None:
        raise ArithmeticError(f"what can be told of {shown} is undecided: {found.message}")
    return [one for one, weight in zip(shown, found.x, strict=False) if abs(weight) > _CLOSE]

"""Agreement of two judges beyond chance, with how sure it is."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.proportions import NORMAL

Table = Sequence[Sequence[int]]
"""How often the first judge said the row and the second the column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kappa:
    """Cohen's kappa and its 95 % interval."""

    value: float
    low: float
    high: float


def kappa(table: Table, *, graded: bool = False) -> Kappa | None:
    """Cohen's kappa (1960); None where nothing was judged, or both always said the same one.

    `graded` counts a difference of one step of the scale as less than one of two (linear
    weights, Cohen 1968). The interval is the large-sample one of Fleiss, Cohen and Everitt
    (1969): with few cases it is too narrow.

    >>> found = kappa([[20, 5], [10, 15]])
    >>> found and [round(one, 3) for one in (found.value, found.low, found.high)]
    [0.4, 0.151, 0.649]
    """
    size = range(len(table))
    total = sum(map(sum, table))
    if not total:
        return None
    share = [[count / total for count in row] for row in table]
    rows, columns = [sum(row) for row in share], [sum(row[j] for row in share) for j in size]
    steps = max(1, len(table) - 1)
    weight = [[1 - abs(i - j) / steps if graded else float(i == j) for j in size] for i in size]
    cells = [(i, j) for i in size for j in size]
    seen = sum(weight[i][j] * share[i][j] for i, j in cells)
    chance = sum(weight[i][j] * rows[i] * columns[j] for i, j in cells)
    if chance >= 1:
        return None
    by_row = [sum(columns[j] * weight[i][j] for j in size) for i in size]
    by_column = [sum(rows[i] * weight[i][j] for i in size) for j in size]
    spread = sum(
        share[i][j] * (weight[i][j] * (1 - chance) - (by_row[i] + by_column[j]) * (1 - seen)) ** 2
        for i, j in cells
    )
    variance = (spread - (seen * chance - 2 * chance + seen) ** 2) / (total * (1 - chance) ** 4)
    value, width = (seen - chance) / (1 - chance), NORMAL * math.sqrt(max(0.0, variance))
    return Kappa(value=value, low=max(-1.0, value - width), high=min(1.0, value + width))

"""Whether two samples of vectors are of one kind: kernels of several widths, labels exchanged."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from knowledge.measures.contrasts import Codes
from knowledge.measures.estimates import Estimate, Figure, Withheld, number_of

MOST: Final = 400
"""Rows of either sample that are compared: the cost grows with the square of it."""
FEWEST: Final = 25
"""Rows of either sample; fewer show only what anybody would see."""
EXCHANGES: Final = 4_999
"""Drawn exchanges of labels: p is at least one in five thousand."""
WIDTHS: Final = (0.25, 0.5, 1.0, 2.0, 4.0)
"""Kernel widths, in medians of the distances."""
_HALVES: Final = 200
_NORMAL: Final = 1.959_963_985
_AT_ONCE: Final = 1_000
_EQUAL: Final = 1e-12

Vectors = npt.NDArray[np.float32]
Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """How far apart two samples are, and how likely that is where both are of one kind.

    `apart` is the unbiased square of the maximum mean discrepancy (Gretton et al. 2012), a share:
    0 where nothing differs, about 1 where nothing is alike. `left_out` are rows without their
    like in the other sample.
    """

    apart: Figure
    p: float | None
    left_out: int


def drift(
    now: Vectors,
    then: Vectors,
    strata: tuple[Codes, Codes],
    chance: np.random.Generator,
    *,
    exchanges: int = EXCHANGES,
) -> Drift:
    """Compare two samples; labels are exchanged within strata only, so that like meets like.

    Exact at any size where rows of a stratum could change places between the samples; a stratum
    that one sample lacks is left out.
    """
    first, second = _shared(*strata)
    left = len(first) + len(second) - int(first.sum()) - int(second.sum())
    rows = [np.flatnonzero(first), np.flatnonzero(second)]
    drawn = [_drawn(one, chance) for one in rows]
    fewest = min(map(len, drawn))
    if fewest < FEWEST:
        few = number_of(fewest, "text", "texts")
        why = f"{few} on one side with their like on the other; {FEWEST} would do"
        return Drift(apart=Withheld(reason=why, n=int(fewest)), p=None, left_out=left)
    both = np.concatenate([now[drawn[0]], then[drawn[1]]]).astype(np.float64)
    codes = np.concatenate([strata[0][drawn[0]], strata[1][drawn[1]]])
    like = kernel(both)
    mine = np.arange(len(both)) < len(drawn[0])
    columns = mine[:, None].astype(np.float64)
    found = float(_apart(like, columns, 1.0 - columns)[0])
    p = _chance(like, mine, codes, found, (chance, exchanges))
    return Drift(apart=_figure(like, mine, found, chance), p=p, left_out=left)


def kernel(rows: Matrix) -> Matrix:
    """The mean of Gaussian kernels around the median distance, 0 on the diagonal."""
    squares = (rows * rows).sum(1)
    distances = np.maximum(squares[:, None] + squares[None, :] - 2 * rows @ rows.T, 0.0)
    away = distances[np.triu_indices(len(rows), 1)]
    middle = float(np.median(away)) or 1.0
    whole = np.mean([np.exp(-distances / (2 * width**2 * middle)) for width in WIDTHS], axis=0)
    np.fill_diagonal(whole, 0.0)
    return np.asarray(whole, dtype=np.float64)


def _apart(like: Matrix, one: Matrix, other: Matrix) -> Matrix:
    """The unbiased squared discrepancy of the rows that each column of 1 and 0 names."""
    reached = like @ one
    n, m = one.sum(0), other.sum(0)
    inner, across = (one * reached).sum(0), (other * reached).sum(0)
    outer = (other * (like @ other)).sum(0)
    return np.asarray(inner / (n * (n - 1)) + outer / (m * (m - 1)) - 2 * across / (n * m))


def _chance(
    like: Matrix,
    mine: npt.NDArray[np.bool_],
    codes: Codes,
    found: float,
    draw: tuple[np.random.Generator, int],
) -> float:
    chance, exchanges = draw
    order = np.argsort(codes, kind="stable")
    like, mine, codes = like[np.ix_(order, order)], mine[order], codes[order]
    reached = 1
    for start in range(0, exchanges, _AT_ONCE):
        many = min(_AT_ONCE, exchanges - start)
        # Drawn numbers sorted within strata: labels move, and never to another stratum.
        keys = codes[:, None] + chance.random((len(codes), many)) * 0.999
        labels = mine[np.argsort(keys, axis=0)].astype(np.float64)
        reached += int((_apart(like, labels, 1.0 - labels) >= found - _EQUAL).sum())
    return reached / (exchanges + 1)


def _figure(
    like: Matrix, mine: npt.NDArray[np.bool_], found: float, chance: np.random.Generator
) -> Figure:
    """With an interval from halves drawn anew: half a sample varies as the whole one would."""
    drawn = np.zeros((2, len(mine), _HALVES))
    for side, rows in enumerate((np.flatnonzero(mine), np.flatnonzero(~mine))):
        for column in range(_HALVES):
            drawn[side, chance.permutation(rows)[: len(rows) // 2], column] = 1.0
    wide = _NORMAL * float(np.std(_apart(like, *drawn), ddof=1))
    return Estimate(value=found, low=found - wide, high=found + wide, n=len(mine))


def _shared(one: Codes, other: Codes) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    both = np.intersect1d(one, other)
    return np.isin(one, both), np.isin(other, both)


def _drawn(rows: npt.NDArray[np.int64], chance: np.random.Generator) -> npt.NDArray[np.int64]:
    return rows if len(rows) <= MOST else np.sort(chance.choice(rows, MOST, replace=False))

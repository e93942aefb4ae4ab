"""Interrupted series: what a level and a trend did at a moment, against moments of no meaning."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import Final

import numpy as np

from knowledge.measures.binned import Array, Binned
from knowledge.measures.estimates import Estimate, Figure, Withheld
from knowledge.measures.noise import Noise, student

LEAST: Final = 6
"""Known bins that are needed on each side."""
REACH: Final = 24
"""Bins that are looked at on each side, at most."""
_PLACEBOS: Final = 60
_SIDES: Final = 1.959964


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What went with a moment. `chance` is that of a level change this large without one.

    `placebo` is the share of other moments of the same series that look at least as much like a
    change; of `placebos` moments, so it can't be smaller than one in that many.
    """

    level: Figure
    slope: Figure
    before: Figure
    chance: float | None
    placebo: float | None
    placebos: int


def change(series: Binned, at: float, others: Sequence[float] = ()) -> Change:
    """The change at a moment (seconds since 1970) by a segmented regression.

    Errors may last from one stretch to the next. `level` is the jump, `slope` the change of the
    trend an hour, `before` the trend that was there already. `others` are moments at which
    something was done, too: no placebo stands near one.
    """
    found = _fit(series, at)
    if isinstance(found, Withheld):
        return Change(
            level=found, slope=found, before=found, chance=None, placebo=None, placebos=0
        )
    level, slope, before, score = found
    scores = [
        abs(one[3])
        for moment in _placebos(series, (at, *others))
        if not isinstance(one := _fit(series, moment), Withheld)
    ]
    worse = sum(one >= abs(score) for one in scores)
    return Change(
        level=level,
        slope=slope,
        before=before,
        chance=2.0 * (1.0 - NormalDist().cdf(abs(score))),
        placebo=(1 + worse) / (1 + len(scores)) if scores else None,
        placebos=len(scores),
    )


def holm(chances: Sequence[float]) -> list[float]:
    """Chances as they stand when so many were looked at (Holm 1979), in the order given."""
    order = sorted(range(len(chances)), key=chances.__getitem__)
    adjusted, highest = [0.0] * len(chances), 0.0
    for place, at in enumerate(order):
        highest = max(highest, min(1.0, chances[at] * (len(chances) - place)))
        adjusted[at] = highest
    return adjusted


def _fit(series: Binned, at: float) -> tuple[Estimate, Estimate, Estimate, float] | Withheld:
    near = np.abs(series.middle - at) <= REACH * series.width
    part = replace(
        series,
        middle=series.middle[near],
        value=series.value[near],
        count=series.count[near],
        known=series.known[near],
        blind=series.blind[near],
    )
    hours, values = (part.middle[part.known] - at) / 3600.0, part.value[part.known]
    after = (hours >= 0).astype(np.float64)
    sides = int((1 - after).sum()), int(after.sum())
    if min(sides) < LEAST:
        return Withheld(
            reason=f"{sides[0]} known stretches before and {sides[1]} after;"
            f" {LEAST} on each side would do",
            n=part.posts,
        )
    design = np.stack([np.ones_like(hours), hours, after, after * hours])
    estimate, spread = _generalised(part, design, values)
    critical = student(len(values) - 6)

    def figure(place: int) -> Estimate:
        middle, margin = float(estimate[place]), critical * float(spread[place])
        return Estimate(value=middle, low=middle - margin, high=middle + margin, n=part.posts)

    score = float(estimate[2] / max(spread[2], 1e-12)) * _SIDES / critical
    return figure(2), figure(3), figure(1), score


def _generalised(series: Binned, design: Array, values: Array) -> tuple[Array, Array]:
    """Generalised least squares: estimates and standard errors, noise by restricted likelihood."""
    fitted = np.linalg.lstsq(design.T, values, rcond=None)[0] @ design
    noise = Noise.of(series, fitted, design)
    rows, aim = noise.whitened(design), noise.whitened(values)
    inverse = np.linalg.pinv(rows @ rows.T)
    estimate = inverse @ rows @ aim
    left = aim - estimate @ rows
    scale = float(left @ left) / max(1, len(values) - len(design))
    return estimate, np.sqrt(np.maximum(np.diag(inverse), 0.0) * scale)


def _placebos(series: Binned, taken: Sequence[float]) -> Array:
    """Edges of bins at which nothing is known to have been done, nor near."""
    edges = series.middle[series.known] - series.width / 2
    apart = np.abs(edges[:, None] - np.asarray(taken)[None, :]).min(axis=1)
    free = edges[apart > LEAST * series.width]
    return np.asarray(free[:: max(1, -(-len(free) // _PLACEBOS))])

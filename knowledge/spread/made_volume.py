"""Made series of counts with known bursts: seasons, shifts, gaps, many zeros; from a seed."""

from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray

from knowledge.spread.nab import Labelled

Floats = NDArray[np.float64]

STEP: Final = 300.0
"""Seconds of a row."""

_DAYS: Final = 55
_A_DAY: Final = 288
_ROWS: Final = _DAYS * _A_DAY
_WANDER_HOURS: Final = 3.0
_SPREAD: Final = 4.0
"""Shape of the gamma distribution of a row's rate: counts vary more than by chance."""
_BURSTS: Final = 4
_FIRST_BURST, _APART, _WITHIN = 10.0, 11.0, 8.0
_AROUND: Final = 200
"""Rows before and after a burst's first one that count as its window, as in NAB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What a made series is like: posts a row, seasons, unrest; whether it shifts and has gaps.

    `daily` is the amplitude of the day's cycle, `weekend` what remains of a day at weekends,
    `wander` the deviation of the rate's logarithm, `small` the number of small bursts a day that
    are not labelled, up to thrice the level.
    """

    level: float
    daily: float
    weekend: float
    wander: float
    small: float
    unsteady: bool


def shapes() -> list[Shape]:
    """48 shapes, from a post in two hours to 600 an hour, each steady and unsteady."""
    return [
        Shape(
            level=level,
            daily=daily,
            weekend=weekend,
            wander=wander,
            small=small,
            unsteady=unsteady,
        )
        for level, (daily, weekend), (wander, small), unsteady in product(
            (0.05, 0.5, 5.0, 50.0),
            ((0.0, 1.0), (0.5, 0.8), (0.9, 0.5)),
            ((0.1, 0.2), (0.3, 1.0)),
            (False, True),
        )
    ]


def made(shape: Shape, seed: int) -> Labelled:
    """55 days in rows of five minutes, with four bursts of 6 to 40 times the level."""
    draw = np.random.default_rng(seed)
    days = np.arange(_ROWS) / _A_DAY
    season = 1 + shape.daily * np.sin(2 * np.pi * (days - 0.3))
    season *= np.where(np.floor(days) % 7 >= 5, shape.weekend, 1.0)  # noqa: PLR2004 - weekend
    rate = shape.level * season * np.exp(_wander(shape.wander, draw))
    for at in draw.uniform(0, _DAYS, draw.poisson(shape.small * _DAYS)):
        height = shape.level * min(3.0, 0.8 * draw.pareto(1.7))
        rate += _burst(days, at, height, draw.uniform(0.3, 2.0))
    heard = np.ones(_ROWS, dtype=bool)
    if shape.unsteady:
        rate *= np.where(days >= draw.uniform(20, 35), 2.0, 1.0)
        for at in draw.uniform(5, 50, 3):
            heard &= (days < at) | (days >= at + draw.uniform(0.1, 1.0))
    starts = [_FIRST_BURST + k * _APART + draw.uniform(0, _WITHIN) for k in range(_BURSTS)]
    for at in starts:
        height = shape.level * season[int(at * _A_DAY)] * np.exp(draw.uniform(*np.log((6, 40))))
        rate += _burst(days, at, height, draw.uniform(1.0, 8.0))
    counts = draw.poisson(rate * draw.gamma(_SPREAD, 1 / _SPREAD, _ROWS))
    return _labelled(f"made {seed}", counts[heard], days[heard], starts)


def _labelled(name: str, counts: NDArray[np.int64], days: Floats, starts: list[float]) -> Labelled:
    first = [int(np.searchsorted(days, at)) for at in starts]
    last = len(days) - 1
    return Labelled(
        name=name,
        stamps=tuple(f"day {day:.4f}" for day in days),
        seconds=tuple(float(day) for day in days * _A_DAY * STEP),
        counts=tuple(float(count) for count in counts),
        windows=tuple((row - _AROUND, min(last, row + _AROUND)) for row in first),
    )


def _wander(deviation: float, draw: np.random.Generator) -> Floats:
    keep = float(np.exp(-STEP / 3600 / _WANDER_HOURS))
    steps = draw.normal(0, deviation * np.sqrt(1 - keep**2), _ROWS)
    value, found = 0.0, np.empty(_ROWS)
    for row, step in enumerate(steps):
        value = keep * value + step
        found[row] = value
    return found


def _burst(days: Floats, at: float, height: float, hours: float) -> Floats:
    """A rise at once that ebbs away over so many hours."""
    since = (days - at) * 24 / hours
    return np.where(since >= 0, height * np.exp(-np.maximum(since, 0.0)), 0.0)

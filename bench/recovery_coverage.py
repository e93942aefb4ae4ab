"""How often the intervals of a recovery hold what is true of made worlds of every kind."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from bench.recovery_worlds import HOUR, SHAPES, Made, made
from knowledge.measures.binned import Binned
from knowledge.measures.estimates import Estimate, Unsuited
from knowledge.measures.recovery import Recovery, recovery

FIGURES: Final = (
    "baseline",
    "depth",
    "trough_value",
    "onset",
    "trough",
    "half_life",
    "recovered",
    "area",
)
_PARTS: Final = (np.arange(20) + 0.5) / 20 - 0.5


@dataclass(slots=True, kw_only=True)
class Told:
    """Of one figure in how many worlds it was told, and in how many the interval held the truth.

    Of the band it is the share of the stretches, added up over worlds.
    """

    told: int = 0
    held: float = 0.0


def covered(seed: int, *, worlds: int) -> dict[str, Told]:
    """Count over so many worlds, every shape as often as the others."""
    counts = {name: Told() for name in ("band", *FIGURES)}
    for at in range(worlds):
        for name, held in _looked(seed, at):
            counts[name].told += 1
            counts[name].held += held
    return counts


def _looked(seed: int, at: int) -> Iterator[tuple[str, float]]:
    rng = np.random.default_rng([seed, at])
    world = made(rng, SHAPES[at % len(SHAPES)])
    series = world.series(rng)
    try:
        found = recovery(series, (), rng)
    except Unsuited:
        return
    yield "band", _band(world, series, found)
    truth = world.truth()
    for name in FIGURES:
        figure = found.figures.get(name)
        if isinstance(figure, Estimate):
            yield name, float(figure.low <= truth[name] <= figure.high)


def _band(world: Made, series: Binned, found: Recovery) -> float:
    """The share of stretches whose true mean lies in the band."""
    middle = series.middle / HOUR
    parts = middle[:, None] + _PARTS * series.width / HOUR
    true = world.curve(parts.ravel()).reshape(parts.shape).mean(axis=1)
    _, low, high = found.line
    known = ~np.isnan(low)
    return float(((low <= true) & (true <= high))[known].mean())

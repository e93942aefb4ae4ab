"""Made worlds of every kind in which something fell and came back, whose truth is known."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from knowledge.measures.binned import Array, Binned, binned, width_for

HOUR: Final = 3600.0
_FINE: Final = 20
"""Points of the true curve an hour, of which its area is made."""
_SAID: Final = 0.35
_LEFT: Final = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A drawn world: how it falls and comes back, how noisy it is, and how much is posted.

    Times are hours. `shape` and `tails` name what the tables below hold; `stays` is the share of
    the depth that never comes back.
    """

    shape: str
    tails: str
    hours: int
    onset: float
    fall: float
    pace: float
    baseline: float
    depth: float
    stays: float
    posts: float
    bursts: float
    lasting: float
    spread: float

    def curve(self, at: Array) -> Array:
        """What is true at some hours."""
        since = at - self.onset
        ramp = np.clip(since / self.fall, 0.0, 1.0) if self.fall else (since >= 0) * 1.0
        left = _LEFTS[self.shape](np.maximum(since - self.fall, 0.0) / self.pace)
        return np.asarray(
            self.baseline - self.depth * ramp * (self.stays + (1 - self.stays) * left)
        )

    def truth(self) -> Mapping[str, float]:
        """Every figure; moments in seconds, infinite where it never comes."""
        grid = (np.arange(_FINE * self.hours) + 0.5) / _FINE
        return {
            "baseline": self.baseline,
            "depth": self.depth,
            "trough_value": self.baseline - self.depth,
            "onset": self.onset * HOUR,
            "trough": (self.onset + self.fall) * HOUR,
            "half_life": self._until(1 / 2),
            "recovered": (self.onset + self.fall + self._until(_LEFT)) * HOUR,
            "area": float((self.baseline - self.curve(grid)).sum()) / _FINE,
        }

    def _until(self, share: float) -> float:
        """Hours from the trough until that share of the depth is left."""
        hours = np.arange(1, 400_000) / 100.0
        left = self.stays + (1 - self.stays) * _LEFTS[self.shape](hours / self.pace)
        there = np.flatnonzero(left <= share)
        return float(hours[there[0]]) if len(there) else np.inf

    def posted(self, rng: np.random.Generator) -> tuple[Array, Array]:
        """When posts were written and how they sound."""
        noise = np.zeros(self.hours + 1)
        shocks = rng.standard_normal(len(noise))
        noise[0] = shocks[0]
        for at in range(1, len(noise)):
            noise[at] = self.lasting * noise[at - 1] + np.sqrt(1 - self.lasting**2) * shocks[at]
        middle: Array = np.arange(self.hours, dtype=np.float64) + 0.5
        harm = (self.baseline - self.curve(middle)) / max(self.depth, 1e-9)
        day = 1 + 0.5 * np.sin(middle / 24 * 2 * np.pi)
        burst = np.exp(self.bursts * rng.standard_normal(self.hours) - self.bursts**2 / 2)
        count = rng.poisson(self.posts * day * burst * (1 + 2 * harm))
        hour = np.repeat(np.arange(self.hours), count)
        when = hour + rng.random(len(hour))
        lasting = self.spread * noise[hour]
        said = self.curve(when) + lasting + _SAID * _TAILS[self.tails](rng, len(hour))
        return HOUR * when, said

    def series(self, rng: np.random.Generator) -> Binned:
        """The same as a series, its stretches as long as a report would choose."""
        times, said = self.posted(rng)
        return binned(times, said, width_for(times), end=HOUR * (self.hours - 0.01))


def _sigmoid(part: Array) -> Array:
    """Comes back late, then fast: of no shape that is fitted."""
    raised: Array = (1 + np.exp(-4.0)) / (1 + np.exp(np.minimum(4.0 * (part - 1.0), 100.0)))
    return raised


def _twofold(part: Array) -> Array:
    """Some forget at once and some late: of no shape that is fitted, either."""
    mixed: Array = 0.5 * np.exp(-2.5 * part) + 0.5 * np.exp(-part / 2.5)
    return mixed


_LEFTS: Final[Mapping[str, Callable[[Array], Array]]] = {
    "exponential": lambda part: np.exp(-part),
    "long tail": lambda part: np.exp(-np.sqrt(part)),
    "delayed": lambda part: np.exp(-(part**1.5)),
    "linear": lambda part: np.maximum(0.0, 1.0 - part / 2),
    "partial": lambda part: np.exp(-part),
    "step": np.ones_like,
    "sigmoid": _sigmoid,
    "twofold": _twofold,
}
SHAPES: Final = tuple(_LEFTS)
FOREIGN: Final = ("sigmoid", "twofold")
"""Shapes that the estimator doesn't know."""


def _outliers(rng: np.random.Generator, number: int) -> Array:
    """One in twenty is ten times as loud; the spread as a whole is one."""
    loud: NDArray[np.bool_] = rng.random(number) < 1 / 20
    size = np.where(loud, 10.0, 1.0) / np.sqrt(0.95 + 5.0)
    return np.asarray(rng.standard_normal(number) * size)


_TAILS: Final[Mapping[str, Callable[[np.random.Generator, int], Array]]] = {
    "normal": lambda rng, number: rng.standard_normal(number),
    "heavy": lambda rng, number: rng.standard_t(3, number) / np.sqrt(3),
    "outliers": _outliers,
    "two minds": lambda rng, number: (
        rng.choice([-0.9, 0.9], number) + 0.44 * rng.standard_normal(number)
    ),
}
TAILS: Final = tuple(_TAILS)


def made(rng: np.random.Generator, shape: str) -> Made:
    """A world of a shape, all else by chance."""

    def even(low: float, high: float) -> float:
        return float(rng.uniform(low, high))

    def ratio(low: float, high: float) -> float:
        return float(np.exp(rng.uniform(np.log(low), np.log(high))))

    hours = int(rng.integers(96, 241))
    return Made(
        shape=shape,
        tails=str(rng.choice(TAILS)),
        hours=hours,
        onset=even(0.15, 0.4) * hours,
        fall=float(rng.choice([0.0, even(0.5, 12.0)])),
        pace=ratio(4.0, 40.0),
        baseline=even(-0.1, 0.3),
        depth=ratio(0.25, 0.9),
        stays=even(0.15, 0.4) if shape == "partial" else 0.0,
        posts=ratio(2.0, 30.0),
        bursts=float(rng.choice([0.0, 0.5, 1.0])),
        lasting=float(rng.choice([0.0, 0.5, 0.8])),
        spread=float(rng.choice([0.0, 0.05, 0.12])),
    )

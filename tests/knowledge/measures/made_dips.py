"""Made dips: posts around a curve whose baseline, depth and pace are known, with lasting noise."""

from dataclasses import dataclass

import numpy as np

from knowledge.measures.binned import Array

HOUR = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What is true: a fall at `onset`, taking `fall` hours, back with a pace of `pace` hours."""

    hours: int = 160
    onset: float = 40.0
    fall: float = 3.0
    pace: float = 20.0
    baseline: float = 0.2
    depth: float = 0.6
    stays: float = 0.0
    """The share of the depth that never comes back."""
    posts: float = 8.0
    lasting: float = 0.4
    spread: float = 0.05

    @property
    def half(self) -> float:
        """Hours from the trough until half has come back."""
        return float(self.pace * -np.log((0.5 - self.stays) / (1 - self.stays)))

    def curve(self) -> Array:
        """The true value of every hour."""
        since = np.arange(self.hours) + 0.5 - self.onset
        ramp = np.clip(since / self.fall, 0.0, 1.0)
        left = np.exp(-np.maximum(since - self.fall, 0.0) / self.pace)
        return np.asarray(
            self.baseline - self.depth * ramp * (self.stays + (1 - self.stays) * left)
        )

    def posted(self, rng: np.random.Generator) -> tuple[Array, Array]:
        """When posts were written and how they sound: heavy tails, more of them in the dip."""
        shocks = rng.standard_normal(self.hours)
        noise = np.zeros(self.hours)
        for at in range(1, self.hours):
            noise[at] = self.lasting * noise[at - 1] + np.sqrt(1 - self.lasting**2) * shocks[at]
        level = self.curve() + self.spread * noise
        share = (self.baseline - self.curve()) / max(self.depth, 1e-9)
        count = rng.poisson(self.posts * (1 + 2 * share))
        hour = np.repeat(np.arange(self.hours), count)
        times = HOUR * (hour + rng.random(len(hour)))
        said = level[hour] + 0.35 * rng.standard_t(4, len(hour))
        return times, np.clip(said, -1.5, 1.5)

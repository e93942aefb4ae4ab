"""Risk against coverage: how often a machine is wrong where it judges what it is surest of."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from knowledge.language.measures import Labels, Numbers

SHARES: Final = (1.0, 0.9, 0.75, 0.5, 0.25)
"""Shares of all texts, judged automatically, at which the risk is quoted."""

_POINTS: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """For shares judged automatically, rising to 1: the share of these that is judged wrongly."""

    coverage: Numbers
    risk: Numbers

    def at(self, share: float) -> float:
        """The risk where this share is judged automatically."""
        return float(np.interp(share, self.coverage, self.risk))

    @property
    def area(self) -> float:
        """The mean risk over all shares (Geifman and El-Yaniv 2017): 0 is best."""
        return float(self.risk.mean())


def curve(labels: Labels, scores: Numbers, threshold: float = 0.5) -> Curve:
    """The curve of a yes-or-no judgement; the surest are those farthest from the threshold.

    Distance is in log-odds. Ties count as one step, so that the order of rows does not matter.

    >>> found = curve(np.array([0, 1, 0, 1]), np.array([0.1, 0.9, 0.4, 0.4]))
    >>> found.at(0.5), found.at(1.0)
    (0.0, 0.25)
    """
    odds = _odds(scores) - _odds(np.asarray([threshold]))[0]
    wrong = (scores >= threshold) != (labels == 1)
    order = np.argsort(-np.abs(odds), kind="stable")
    sure = np.abs(odds)[order]
    ends = np.append(np.flatnonzero(np.diff(sure)), len(sure) - 1)
    risk = np.cumsum(wrong[order])[ends] / (ends + 1)
    return Curve(coverage=(ends + 1) / len(sure), risk=risk.astype(np.float64))


def thinned(found: Curve, points: int = _POINTS) -> Curve:
    """The same curve with fewer points, for a picture."""
    shares = np.linspace(float(found.coverage[0]), 1.0, points)
    return Curve(coverage=shares, risk=np.interp(shares, found.coverage, found.risk))


def _odds(scores: Numbers) -> Numbers:
    kept = np.clip(scores, 1e-6, 1 - 1e-6)
    return np.asarray(np.log(kept / (1 - kept)), dtype=np.float64)

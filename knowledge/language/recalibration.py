"""Verdicts recalibrate a head: a monotone change of its log-odds that many verdicts support."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from scipy.optimize import minimize  # type: ignore[import-untyped] # ships no types

from knowledge.language.heads import Coefficients, Head
from knowledge.language.measures import Figure, Labels, Numbers, calibration_error, figure

FEWEST: Final = 50
"""Verdicts below which nothing is recalibrated: two numbers would be fitted to chance."""

FEWEST_EACH: Final = 10
"""Verdicts of yes, and of no, below which nothing is recalibrated."""

_CAUTION: Final = 4.0
_FOLDS: Final = 5
_TINY: Final = 1e-4
_SEED: Final = 20_261


class TooFewVerdicts(ValueError):
    """Too few people said too little; the message says how many there are and must be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """New log-odds are `slope` times the old ones plus `shift`; the slope is above zero."""

    slope: float
    shift: float

    def apply(self, scores: Numbers) -> Numbers:
        """Scores as they would be."""
        return _sigmoid(self.slope * _odds(scores) + self.shift)

    def back(self, score: float) -> float:
        """The old score that becomes this one: where a threshold was."""
        old = (_odds(np.asarray([score])) - self.shift) / self.slope
        return float(_sigmoid(old)[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a recalibration changes. `after` is cross-fitted: no verdict measures its own fit."""

    change: Change
    verdicts: int
    yes: int
    before: Figure
    after: Figure


def fit(labels: Labels, scores: Numbers) -> Report:
    """Platt's two numbers, held towards no change by as much as four verdicts weigh.

    Raises:
        TooFewVerdicts: fewer than `FEWEST`, or than `FEWEST_EACH` of one kind.
    """
    _check(labels)
    folds = np.random.default_rng(_SEED).permutation(len(labels)) % _FOLDS
    crossed = np.empty(len(labels), dtype=np.float64)
    for fold in range(_FOLDS):
        held = folds == fold
        crossed[held] = _fitted(labels[~held], scores[~held]).apply(scores[held])
    return Report(
        change=_fitted(labels, scores),
        verdicts=len(labels),
        yes=int(labels.sum()),
        before=figure(calibration_error, labels, scores),
        after=figure(calibration_error, labels, crossed),
    )


def changed(coefficients: Coefficients, name: str, report: Report) -> Coefficients:
    """The coefficients with one head recalibrated, and a line that says so in `about`."""
    head, change = coefficients.heads[name], report.change
    weights = {block: one * np.float32(change.slope) for block, one in head.weights.items()}
    bias = head.bias * np.float32(change.slope) + np.float32(change.shift)
    told: Mapping[str, object] = {
        "verdicts": report.verdicts,
        "slope": round(change.slope, 4),
        "shift": round(change.shift, 4),
    }
    earlier = coefficients.about.get("recalibrated")
    line = {**(earlier if isinstance(earlier, dict) else {}), name: told}
    return replace(
        coefficients,
        heads={**coefficients.heads, name: Head(weights=weights, bias=bias)},
        about={**coefficients.about, "recalibrated": line},
    )


def _check(labels: Labels) -> None:
    yes = int(labels.sum())
    no = len(labels) - yes
    if len(labels) < FEWEST or min(yes, no) < FEWEST_EACH:
        raise TooFewVerdicts(
            f"{len(labels)} verdicts on scored posts, {yes} ironic and {no} sincere; at least"
            f" {FEWEST} are needed, {FEWEST_EACH} of each"
        )


def _fitted(labels: Labels, scores: Numbers) -> Change:
    odds = _odds(scores)

    def loss(numbers: Numbers) -> float:
        slope, shift = np.exp(numbers[0]), numbers[1]
        moved = slope * odds + shift
        missed = np.logaddexp(0.0, moved) - labels * moved
        return float(missed.sum() + _CAUTION * (numbers**2).sum() / 2)

    found = minimize(loss, np.zeros(2), method="Nelder-Mead", options={"xatol": 1e-6})
    return Change(slope=float(np.exp(found.x[0])), shift=float(found.x[1]))


def _odds(scores: Numbers) -> Numbers:
    kept = np.clip(scores, _TINY, 1 - _TINY)
    return np.asarray(np.log(kept / (1 - kept)), dtype=np.float64)


def _sigmoid(odds: Numbers) -> Numbers:
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * odds)), dtype=np.float64)

"""Maximum likelihood of a self-exciting process: background and kernels as one convex mixture."""

from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]

DAY: Final = 86_400.0

_DAILY_KNOTS: Final = 8
_EVEN: Final = 10_000
"""Even times at which the daily cycle is integrated."""
_EM_STEPS: Final = 4
_NEWTON_STEPS: Final = 40
_HALVINGS: Final = 25
_TOLERANCE: Final = 1e-6
_ZERO: Final = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """Branching factor with its standard error, and the part of it due to each kernel."""

    factor: float
    error: float
    parts: Floats
    scales: Floats


def fit(times: Floats, span: float, knots: int, scales: Floats) -> Fit:
    """Fit a background, linear between `knots` knots, and exponential kernels of given scales.

    From two days on, a background of more than one knot has a daily cycle as well.

    `times` rise from 0 and end before `span`. The rate is a sum of known functions with weights
    from 0 on, so its likelihood is concave and the weights are found by projected Newton steps.
    The standard error comes from the observed information of the weights that are not zero.
    """
    many = len(times)
    shapes, wholes = _background(times, span, knots)
    kernels, expected = _kernels(times, span, scales)
    weighed = np.vstack([shapes * (many / wholes)[:, None], kernels * (many / expected)[:, None]])
    start = np.concatenate([0.5 * wholes / wholes.sum(), np.full(len(scales), 0.5 / len(scales))])
    weights = _maximise(weighed, start)
    per_weight = np.concatenate([np.zeros(len(shapes)), many / expected])
    ratio = weighed / (weights @ weighed)
    used = weights > _ZERO
    covariance = np.linalg.pinv(ratio[used] @ ratio[used].T)
    variance = float(per_weight[used] @ covariance @ per_weight[used])
    return Fit(
        factor=float(per_weight @ weights),
        error=float(np.sqrt(max(0.0, variance))),
        parts=(per_weight * weights)[len(shapes) :],
        scales=scales,
    )


def _background(times: Floats, span: float, knots: int) -> tuple[Floats, Floats]:
    """Hat functions at the events, and the integral of each."""
    if knots == 1:
        return np.ones((1, len(times))), np.array([span])
    shapes = _hats(times / span * (knots - 1), knots)
    wholes = np.full(knots, span / (knots - 1))
    wholes[[0, -1]] /= 2
    if span < 2 * DAY:
        return shapes, wholes
    even = (np.arange(_EVEN) + 0.5) * span / _EVEN
    cycle = _daily(even).mean(axis=1) * span
    return np.vstack([shapes, _daily(times)]), np.append(wholes, cycle)


def _daily(times: Floats) -> Floats:
    """Hat functions of the time of day that meet at midnight."""
    hours = _hats(times % DAY / DAY * _DAILY_KNOTS, _DAILY_KNOTS + 1)
    hours[0] += hours[-1]
    return hours[:-1]


def _hats(place: Floats, knots: int) -> Floats:
    """Hat functions at places between 0 and `knots` - 1."""
    left = np.minimum(place.astype(int), knots - 2)
    shapes, events = np.zeros((knots, len(place))), np.arange(len(place))
    shapes[left + 1, events] = place - left
    shapes[left, events] = 1 - (place - left)
    return shapes


def _kernels(times: Floats, span: float, scales: Floats) -> tuple[Floats, Floats]:
    """Excitation of each kernel at the events, and how many events it would bring about in all."""
    values = np.zeros((len(scales), len(times)))
    expected = np.empty(len(scales))
    for row, scale in enumerate(scales):
        decayed = times / scale
        # The running sum of exp(t / scale), kept as its logarithm so that it can't overflow.
        running = np.logaddexp.accumulate(decayed)
        values[row, 1:] = np.exp(running[:-1] - decayed[1:]) / scale
        expected[row] = -np.expm1(-(span - times) / scale).sum()
    return values, expected


def _maximise(weighed: Floats, weights: Floats) -> Floats:
    weights = _expect(weighed, weights)
    for _ in range(_NEWTON_STEPS):
        ratio = weighed / (weights @ weighed)
        slope = 1 - ratio.mean(axis=1)
        active = weights > _ZERO
        if np.abs(np.where(active, slope * weights, np.minimum(slope, 0))).max() < _TOLERANCE:
            break
        free = active | (slope < 0)
        curve = ratio[free] @ ratio[free].T / weighed.shape[1]
        step = np.zeros_like(weights)
        # Background and cycle can say the same thing twice, so the matrix may be singular.
        step[free] = -np.linalg.lstsq(curve, slope[free], rcond=_ZERO)[0]
        weights = _descend(weighed, weights, step, slope)
    return weights


def _expect(weighed: Floats, weights: Floats) -> Floats:
    """A few steps of expectation and maximisation, which never raise the loss."""
    for _ in range(_EM_STEPS):
        weights = weights * (weighed / (weights @ weighed)).mean(axis=1)
    return weights


def _descend(weighed: Floats, weights: Floats, step: Floats, slope: Floats) -> Floats:
    """The first of ever shorter steps that lowers the loss enough (Armijo), else EM steps."""
    loss = weights.sum() - np.log(weights @ weighed).mean()
    for halving in range(_HALVINGS):
        tried = np.maximum(weights + step * 0.5**halving, 0)
        rate = tried @ weighed
        if rate.min() <= 0:
            continue
        if tried.sum() - np.log(rate).mean() <= loss + 1e-4 * (slope @ (tried - weights)):
            return np.asarray(tried)
    return _expect(weighed, weights)

"""The branching factor behind a sample of posts, from how their counts fluctuate.

Who answers whom is hidden in a sample, but not how the counts fluctuate: with every post kept, the
power of the counts at a frequency is 1 / |1 - n f|² of what chance alone would give (Hawkes 1971),
where f is the Fourier transform of the delays; a sample that keeps a share p keeps a share p of
what exceeds chance. The power is taken in short pieces of the span, each with its own mean and
slope removed, so that a rate that changes slowly does not count.
"""

import math
from dataclasses import dataclass
from functools import cache
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from knowledge.spread.background import Floats

Whole: TypeAlias = NDArray[np.int64]
Waves: TypeAlias = NDArray[np.complex128]

PIECES: Final = 32
_BINS: Final = 4096
"""Bins of a piece, at most; a clock that is too coarse for so many has fewer."""
_FEWEST_BINS: Final = 256
_TAPERS: Final = 3
_BANDS: Final = 28
_LOWEST: Final = 2
"""The lowest frequency that counts, in periods a piece."""
LONGEST: Final = 10
"""The longest time scale is this part of a piece."""
_SCALES: Final = 24
_POWERS: Final = (0.35, 0.7, 1.0)
"""How heavy the tails of the delays are: one over the exponent of the power law."""
_SECOND: Final = tuple((r, w) for r in (6.0, 16.0, 40.0) for w in (0.2, 0.4, 0.6, 0.8))
"""A second time scale: how much longer it is, and its share of the answers."""
_FACTORS: Final = np.linspace(0, 1, 101)
_DROP: Final = 2.7
"""Half as much again as a normal distribution asks for: powers are skewed."""
_ROUGH: Final = 0.015
"""What bins, bands and the ends of pieces leave open at either end of an interval."""
_FEWEST_A_PIECE: Final = 10
_ROUNDING: Final = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Fluctuation:
    """The likeliest factor, the interval of 95 %, and how many pieces count, by their weight."""

    factor: float
    low: float
    high: float
    pieces: float


def fluctuation(times: Floats, span: float, kept: float, tick: float) -> Fluctuation | None:
    """The branching factor of posts of which a share `kept` is seen, from 0 up to 1.

    Times run from 0 to `span` and are whole multiples of `tick`, or exact where that is 0. None
    where the clock is too coarse or hardly any piece has posts.
    """
    width = span / (PIECES * _BINS)
    if tick > 0:
        width = math.ceil(width / tick) * tick
    bins = min(_BINS, int(span / (PIECES * width) + _ROUNDING))
    if bins < _FEWEST_BINS:
        return None
    late = times - (span - PIECES * bins * width)
    power, weights = _powers((late[late >= 0] / width + _ROUNDING).astype(np.int64), bins)
    if len(weights) < PIECES // 4:
        return None
    pieces = float(1 / (weights**2).sum())
    mean, sizes = weights @ power, _layout(bins)[1]
    expected = _expected(kept, bins)
    fits = -pieces * ((np.log(expected) + mean / expected) @ sizes)
    best = divmod(int(np.argmax(fits)), fits.shape[1])
    spare = _overdispersion(expected, best, power, sizes)
    profile = fits.max(axis=1)
    low, high = _within(profile, profile.max() - _DROP * spare)
    return Fluctuation(
        factor=_peak(profile),
        low=max(0.0, low - _ROUGH),
        high=min(1.0, high + _ROUGH),
        pieces=pieces,
    )


def _powers(places: Whole, bins: int) -> tuple[Floats, Floats]:
    """The power in each band of each piece with posts, 1 for chance; and the weight of each."""
    places = np.minimum(places, PIECES * bins - 1)
    counts = np.bincount(places, minlength=PIECES * bins).astype(np.float64)
    counts = counts.reshape(PIECES, bins)
    posts = counts.sum(axis=1)
    counts, posts = counts[posts >= _FEWEST_A_PIECE], posts[posts >= _FEWEST_A_PIECE]
    middle = np.arange(bins) - (bins - 1) / 2
    slope = middle / np.sqrt((middle**2).sum())
    counts -= counts.mean(axis=1, keepdims=True)
    counts -= np.outer(counts @ slope, slope)
    starts, sizes, _ = _layout(bins)
    lowest, top = int(starts[0]), int(starts[0] + sizes.sum())
    power = np.zeros((len(counts), top - lowest))
    for k in range(1, _TAPERS + 1):
        wave = np.sin(np.pi * k * (np.arange(bins) + 1) / (bins + 1))
        spectrum = np.fft.rfft(counts * (np.sqrt(2 / (bins + 1)) * wave), axis=1)
        power += np.abs(spectrum[:, lowest:top]) ** 2 / _TAPERS
    power *= (bins / posts)[:, None]
    return np.add.reduceat(power, starts - lowest, axis=1) / sizes, posts / posts.sum()


@cache
def _layout(bins: int) -> tuple[Whole, Whole, Floats]:
    """First frequency, number of frequencies and middle of each band, in periods a piece."""
    edges = np.unique(np.geomspace(_LOWEST, bins // 4, _BANDS).round().astype(np.int64))
    every = np.log(np.arange(_LOWEST, bins // 4))
    sizes = np.diff(edges)
    middle = np.exp(np.add.reduceat(every, edges[:-1] - _LOWEST) / sizes)
    return edges[:-1], sizes, middle


@cache
def _responses(bins: int) -> tuple[Floats, Floats]:
    """Fourier transforms of delays at the bands: real part and squared size, a row each.

    Rows of the same form stand together, from the shortest time scale to the longest.
    """
    turns = np.asarray(2j * np.pi * _layout(bins)[2], dtype=np.complex128)
    scales = _scales(bins, 1)
    forms = [np.asarray(1 / (1 + turns * scales), dtype=np.complex128)]
    for ratio, share in _SECOND:
        fast = _scales(bins, ratio)
        forms.append((1 - share) / (1 + turns * fast) + share / (1 + turns * fast * ratio))
    forms += [_power_law(turns, scales, power) for power in _POWERS]
    every = np.concatenate(forms)
    return every.real, np.abs(every) ** 2


def _scales(bins: int, ratio: float) -> Floats:
    """Time scales from a bin up; the longest one times the ratio is a known part of a piece."""
    return np.geomspace(1.5 / bins, 1 / LONGEST / ratio, _SCALES)[:, None]


def _power_law(turns: Waves, scales: Floats, power: float) -> Waves:
    """A power law is a mixture of exponentials whose rates follow a gamma distribution."""
    from scipy.special import (  # type: ignore[import-untyped] # noqa: PLC0415 - slow to load
        gammaincinv,
    )

    nodes, weights = np.polynomial.legendre.leggauss(12)
    rates = gammaincinv(1 / power, (1 - nodes) / 2) / gammaincinv(1 / power, 0.5)
    mixed = 1 / (1 + turns * (scales / rates)[:, :, None])
    return np.asarray((weights[:, None] / 2 * mixed).sum(axis=1))


def _expected(kept: float, bins: int) -> Floats:
    """The power for each factor, delay and band."""
    real, size = _responses(bins)
    factor = _FACTORS[:, None, None]
    return np.asarray(1 - kept + kept / (1 - 2 * factor * real + factor**2 * size))


def _overdispersion(expected: Floats, best: tuple[int, int], power: Floats, sizes: Whole) -> float:
    """How much more the pieces differ than independent Gaussian noise would, in what tells n."""
    logs = np.log(expected)
    factor, delay = best
    up, down = min(factor + 1, len(_FACTORS) - 1), max(factor - 1, 0)
    slope = (logs[up, delay] - logs[down, delay]) / (_FACTORS[up] - _FACTORS[down])
    first = delay // _SCALES * _SCALES
    later, earlier = min(delay + 1, first + _SCALES - 1), max(delay - 1, first)
    other = logs[factor, later] - logs[factor, earlier]
    slope = slope - other * ((slope * sizes) @ other) / max((other * sizes) @ other, 1e-12)
    told = (power / expected[factor, delay] - 1) @ (slope * sizes)
    information = float((slope**2) @ sizes)
    return max(1.0, float(told.var(ddof=1)) / information) if information > 0 else 1.0


def _within(profile: Floats, least: float) -> tuple[float, float]:
    """The first and last factor whose profile is high enough, between the grid's points."""
    inside = np.flatnonzero(profile >= least)
    first, last = int(inside[0]), int(inside[-1])
    low, high = _FACTORS[first], _FACTORS[last]
    if first > 0:
        part = (profile[first] - least) / (profile[first] - profile[first - 1])
        low -= part * (_FACTORS[first] - _FACTORS[first - 1])
    if last < len(_FACTORS) - 1:
        part = (profile[last] - least) / (profile[last] - profile[last + 1])
        high += part * (_FACTORS[last + 1] - _FACTORS[last])
    return float(low), float(high)


def _peak(profile: Floats) -> float:
    """The top of the parabola through the highest point and its neighbours."""
    best = int(np.argmax(profile))
    if best in {0, len(profile) - 1}:
        return float(_FACTORS[best])
    before, top, after = profile[best - 1 : best + 2]
    return float(_FACTORS[best] + (before - after) / (before - 2 * top + after) / 2 * 0.01)

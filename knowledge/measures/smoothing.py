"""Smooth curves through a binned series: local lines, robust, with a band that knows its noise."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from knowledge.measures.binned import Array, Binned, Places
from knowledge.measures.noise import Noise

_WIDTHS: Final = (2.0, 3.0, 5.0, 8.0, 13.0, 21.0)
Sides = NDArray[np.bool_]
_BLOCK: Final = 2
_NARROWER: Final = 0.6
_SIDES: Final = 3.0
"""How many standard errors the band reaches each way: more than 1.96, since what a line can't
follow and how the noise lasts are themselves guessed; see `python -m bench recovery`."""
_EASE: Final = 1e-9


def smooth(series: Binned, splits: Sequence[float] = ()) -> tuple[Array, Array, Array]:
    """Value, low and high of every bin; NaN where nobody listened.

    At `splits` (places in bins) the curve may jump: it is smoothed on each side by itself. How
    far it looks is chosen by leaving out blocks of neighbours, since noise carries over; it then
    looks less far, since a band around a curve that bends too little would miss. Amounts are
    smoothed by their roots, so that their band is as wide as they vary and never below nothing.
    """
    if series.counts:
        roots = replace(
            series,
            value=np.sqrt(np.maximum(series.value, 0.0)),
            count=np.ones_like(series.count),
            variance=series.variance / 4,
            counts=False,
        )
        value, low, high = smooth(roots, splits)
        return value**2, np.maximum(low, 0.0) ** 2, high**2
    at = np.flatnonzero(series.known).astype(np.float64)
    edges = np.sort(np.asarray(splits, dtype=np.float64))
    side, noise = np.searchsorted(edges, at), Noise.plain(series)
    for _ in range(2):
        width = min(_WIDTHS, key=lambda one: _missed(series, at, side, noise, one))
        weights = _weights(at, at, side[None, :] == side[:, None], noise, width * _NARROWER)
        fitted = weights @ series.value[series.known]
        noise = Noise.of(series, fitted, _bends(weights))
    left = noise.whitened(series.value[series.known] - fitted)
    scale = float(left @ left) / max(1.0, len(at) - float(np.trace(weights)))
    told = np.flatnonzero(~series.blind).astype(np.float64)
    same = np.searchsorted(edges, told)[:, None] == side[None, :]
    weights = _weights(told, at, same, noise, width * _NARROWER)
    spread = np.sqrt(np.einsum("ij,jk,ik->i", weights, noise.covariance(), weights) * scale)
    curve = weights @ series.value[series.known]
    value, low, high = (np.full(len(series.middle), np.nan) for _ in range(3))
    value[~series.blind] = curve
    low[~series.blind], high[~series.blind] = curve - _SIDES * spread, curve + _SIDES * spread
    return value, low, high


def _weights(
    told: Array, at: Array, same: Sides, noise: Noise, width: float, leave: int = -1
) -> Array:
    """The matrix that makes of values their local lines; `leave` neighbours each way left out."""
    apart, spread = at[None, :] - told[:, None], np.sqrt(np.diag(noise.covariance()))
    nearest = np.abs(np.where(same, apart, np.inf)).min(axis=1, initial=np.inf)
    wide = np.maximum(width, np.where(np.isfinite(nearest), nearest, 1.0))[:, None]
    kernel = np.exp(-0.5 * (apart / wide) ** 2) / spread[None, :] ** 2 * same
    kernel = np.where(np.abs(apart) <= leave, 0.0, kernel)
    sums = [(kernel * apart**power).sum(axis=1) for power in range(3)]
    bottom = sums[0] * sums[2] - sums[1] ** 2
    line = kernel * (sums[2][:, None] - apart * sums[1][:, None])
    flat = kernel / np.maximum(sums[0], 1e-300)[:, None]
    sloped = line / np.where(bottom > _EASE * sums[0] ** 2, bottom, 1.0)[:, None]
    return np.asarray(np.where((bottom > _EASE * sums[0] ** 2)[:, None], sloped, flat))


def _bends(weights: Array) -> Array:
    """The directions in which a smoother bends: the strongest of its matrix."""
    number = max(1, round(float(np.trace(weights))))
    return np.asarray(np.linalg.svd(weights)[2][:number])


def _missed(series: Binned, at: Array, side: Places, noise: Noise, width: float) -> float:
    values = series.value[series.known]
    guessed = _weights(at, at, side[None, :] == side[:, None], noise, width, _BLOCK) @ values
    return float(np.abs((values - guessed) / np.sqrt(np.diag(noise.covariance()))).mean())

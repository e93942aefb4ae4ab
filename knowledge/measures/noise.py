"""The noise of a binned series: what its posts give, what lasts from bin to bin, and outliers."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from knowledge.measures.binned import Array, Binned

_HUBER: Final = 2.5
_MAD: Final = 1.4826
_TINY: Final = 1e-12
_LASTING: Final = (0.0, 0.3, 0.5, 0.65, 0.8, 0.9, 0.96)
_SHARES: Final = (0.0, 0.03, 0.1, 0.2, 0.35, 0.55, 0.8, 0.95)
_MEDIAN_SQUARE: Final = 0.455
"""The median of the square of a standard normal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """The covariance of the known bins up to one factor, by its lower Cholesky factor.

    `lasting` is the correlation from one bin to the next of the part that lasts, `share` how much
    of the variance that part is.
    """

    factor: Array
    inverse: Array
    lasting: float = 0.0
    share: float = 0.0

    @classmethod
    def plain(cls, series: Binned) -> Self:
        """What is assumed before anything is known: each bin by how many posts it has."""
        spread = np.ones(int(series.known.sum()))
        if not series.counts:
            spread = np.sqrt(1.0 / np.maximum(series.count[series.known], 1.0))
        return cls(factor=np.diag(spread), inverse=np.diag(1.0 / spread))

    @classmethod
    def of(cls, series: Binned, fitted: Array, used: Array) -> Self:
        """What the residuals of a curve say.

        `used` (parameters, known bins) are the directions in which the curve could bend: a
        restricted likelihood makes up for what bending there took out of the residuals.
        """
        return min(cls._weighed(series, fitted, used), key=lambda pair: pair[0])[1]

    @classmethod
    def likely(cls, series: Binned, fitted: Array, used: Array, number: int) -> list[Self]:
        """So many noises, each standing for as much of what the residuals allow."""
        weighed = sorted(
            cls._weighed(series, fitted, used), key=lambda pair: (pair[1].lasting, pair[1].share)
        )
        costs = np.array([cost for cost, _ in weighed])
        summed = np.cumsum(np.exp(-0.5 * (costs - costs.min())))
        at = np.searchsorted(summed, summed[-1] * (np.arange(number) + 0.5) / number)
        return [weighed[int(one)][1] for one in at]

    @classmethod
    def _weighed(cls, series: Binned, fitted: Array, used: Array) -> Iterator[tuple[float, Self]]:
        """Every noise that is tried, with twice the negative logarithm of its likelihood."""
        residual = series.value[series.known] - fitted
        single, level = _single(series, fitted, residual)
        places = np.flatnonzero(series.known).astype(np.float64)
        apart = np.abs(places[:, None] - places[None, :])
        for lasting, share in _tried():
            shared = level[:, None] * level[None, :] * lasting**apart
            covariance = np.diag(single * (1.0 - share)) + shared * share * float(single.mean())
            factor: Array = np.asarray(np.linalg.cholesky(covariance), dtype=np.float64)
            inverse: Array = np.asarray(np.linalg.inv(factor), dtype=np.float64)
            cost = _restricted(inverse, factor, residual, used)
            yield cost, cls(factor=factor, inverse=inverse, lasting=lasting, share=share)

    def whitened(self, rows: Array) -> Array:
        """Rows (…, known bins) such that their noise is independent and of one size."""
        flat = rows.reshape(-1, rows.shape[-1]) @ self.inverse.T  # one product: many are slow
        return np.asarray(flat.reshape(rows.shape))

    def drawn(self, rng: np.random.Generator, number: int, shocks: Array) -> Array:
        """Noise like it, (number, known bins), made of shocks like those that were seen."""
        size = (number, len(self.factor))
        fresh = rng.choice(shocks - shocks.mean(), size=size) * rng.choice([-1.0, 1.0], size=size)
        return np.asarray(fresh @ self.factor.T)

    def covariance(self) -> Array:
        """The covariance of the known bins, up to the same factor."""
        return np.asarray(self.factor @ self.factor.T)


def student(free: float) -> float:
    """How many standard errors an interval of 95 % reaches each way, by Student."""
    from scipy.stats import t  # type: ignore[import-untyped] # noqa: PLC0415 - no types; light start

    return float(t.ppf(0.975, max(1.0, free)))


def _tried() -> Iterator[tuple[float, float]]:
    yield 0.0, 0.0
    yield from ((one, share) for one in _LASTING for share in _SHARES[1:] if one > 0)


def _single(series: Binned, fitted: Array, residual: Array) -> tuple[Array, Array]:
    """The variance of each bin by itself, outliers given more, and how what lasts grows."""
    count = np.maximum(series.count[series.known], 1.0)
    if series.counts:
        size = np.abs(fitted)
        level = np.maximum(size, max(float(np.median(size)) * 0.05, series.variance))
        single = level * series.variance
        lasting = level / float(np.sqrt((level**2).mean()))
    else:
        sampling = series.variance / count
        beyond = float(np.median(residual**2) / _MEDIAN_SQUARE - np.median(sampling))
        single, lasting = sampling + max(0.0, beyond) / 2, np.ones(len(count))
    scaled = residual / np.sqrt(np.maximum(single, _TINY))
    scale = max(_MAD * float(np.median(np.abs(scaled))), _TINY)
    outlying = np.maximum(1.0, np.abs(scaled) / (_HUBER * scale))
    return np.maximum(single, _TINY) * outlying, lasting


def _restricted(inverse: Array, factor: Array, residual: Array, used: Array) -> float:
    """Twice the negative logarithm of the restricted likelihood, one factor profiled out."""
    bent = used @ inverse.T
    gram = bent @ bent.T
    gram += np.eye(len(gram)) * 1e-9 * max(float(np.trace(gram)), _TINY) / max(1, len(gram))
    left = inverse @ residual
    left = left - bent.T @ np.linalg.solve(gram, bent @ left) if len(bent) else left
    free = max(1, len(residual) - len(bent))
    squares = max(float(left @ left), _TINY)
    spread = 2.0 * float(np.log(np.diag(factor)).sum())
    taken = float(np.linalg.slogdet(gram)[1]) if len(bent) else 0.0
    return float(free * np.log(squares / free)) + spread + taken

"""Posts put into equal bins of time: mean, count and spread of each, and where nobody listened."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from knowledge.measures.estimates import Unsuited

Array = NDArray[np.float64]
Places = NDArray[np.int64]
LEAST_BINS: Final = 12
LEAST_POSTS: Final = 40
MOST_BINS: Final = 240
_ROUND: Final = (60, 300, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800)
_FILLED: Final = 6.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Binned:
    """One series. `middle` is in seconds since 1970, `width` in seconds.

    `value` is NaN where `known` is false: nobody listened there, or nothing was said that could
    be judged; `blind` is where nobody listened. `count` are the posts behind each value,
    `variance` is that of a post (for counts: of a whole bin of one, were it Poisson).
    """

    middle: Array
    width: float
    value: Array
    count: Array
    known: NDArray[np.bool_]
    blind: NDArray[np.bool_]
    variance: float
    counts: bool = False
    """The values are amounts, whose spread grows with their size."""

    @property
    def posts(self) -> int:
        """How many posts it was made from."""
        return int(self.count[self.known].sum())


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A stretch of seconds in which a feed was silent for longer than it may be."""

    since: float
    until: float


def width_for(times: Array, *, judged: int | None = None) -> float:
    """A round width of bins, in seconds, such that most hold a few posts and there are enough.

    Raises:
        Unsuited: there are too few posts, or all at once.
    """
    posts = len(times) if judged is None else judged
    if posts < LEAST_POSTS:
        raise Unsuited(
            f"{posts} posts are too few for a curve; {LEAST_POSTS} would do, spread over at least"
            f" {LEAST_BINS} stretches of equal length"
        )
    span = float(times.max() - times.min())
    finest = max(span / MOST_BINS, _FILLED * span / posts)
    width = next((float(one) for one in _ROUND if one >= finest), float(_ROUND[-1]))
    while width > _ROUND[0] and span / width < 2 * LEAST_BINS:
        width = float(max(one for one in _ROUND if one < width))
    return width


def binned(
    times: Array,
    values: Array,
    width: float,
    gaps: Sequence[Gap] = (),
    *,
    weights: Array | None = None,
    end: float | None = None,
) -> Binned:
    """The mean of posts bin by bin; NaN among the values is not judged and counts as nothing.

    Each post stands for `weights` of them. `count` then is how many posts of equal weight would
    say as much.
    """
    judged = ~np.isnan(values)
    at, value = times[judged], values[judged]
    weight = np.ones(len(at)) if weights is None else weights[judged]
    first, number = _edges(times, width, end)
    place = np.clip(((at - first) // width).astype(np.int64), 0, number - 1)
    total = np.bincount(place, weights=weight, minlength=number)
    squares = np.bincount(place, weights=weight**2, minlength=number)
    heard = total > 0
    count = np.divide(total**2, squares, out=np.zeros(number), where=heard)
    middle = np.asarray(first + width * (np.arange(number) + 0.5), dtype=np.float64)
    blind = _within(middle, width, gaps)
    known = heard & ~blind
    summed = np.bincount(place, weights=weight * value, minlength=number)
    mean = np.divide(summed, total, out=np.full(number, np.nan), where=known)
    inner = (value - np.where(known, mean, 0.0)[place])[known[place]]
    free = max(1.0, float(known[place].sum() - known.sum()))
    variance = float((inner**2).sum() / free) if len(inner) else 0.0
    return Binned(
        middle=middle,
        width=width,
        value=mean,
        count=count,
        known=known,
        blind=blind,
        variance=variance,
    )


def counted(
    times: Array,
    weights: Array,
    width: float,
    gaps: Sequence[Gap] = (),
    *,
    end: float | None = None,
) -> Binned:
    """How many posts an hour, bin by bin, each post standing for as many as its feed left out."""
    first, number = _edges(times, width, end)
    place = np.clip(((times - first) // width).astype(np.int64), 0, number - 1)
    count = np.bincount(place, minlength=number).astype(np.float64)
    total = np.bincount(place, weights=weights, minlength=number)
    middle = np.asarray(first + width * (np.arange(number) + 0.5), dtype=np.float64)
    blind = _within(middle, width, gaps)
    known = ~blind
    rate = np.where(known, total / (width / 3600.0), np.nan)
    heaviest = float(weights.mean()) if len(weights) else 1.0
    return Binned(
        middle=middle,
        width=width,
        value=rate,
        count=count,
        known=known,
        blind=blind,
        variance=heaviest / (width / 3600.0),
        counts=True,
    )


def _edges(times: Array, width: float, end: float | None) -> tuple[float, int]:
    """The first edge, a whole multiple of the width, and how many bins there are."""
    first = float(times.min() // width * width)
    last = float(times.max()) if end is None else max(end, float(times.max()))
    return first, int((last - first) // width) + 1


def _within(middle: Array, width: float, gaps: Sequence[Gap]) -> NDArray[np.bool_]:
    """Bins of which any half lies in a gap."""
    found = np.zeros(len(middle), dtype=np.bool_)
    for gap in gaps:
        overlap = np.minimum(middle + width / 2, gap.until) - np.maximum(
            middle - width / 2, gap.since
        )
        found |= overlap > width / 2
    return found

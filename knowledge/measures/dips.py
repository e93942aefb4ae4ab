"""Dips: every curve that falls from a level and comes back, held against a series at once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np

from knowledge.measures.binned import Array, Binned, Places
from knowledge.measures.noise import Noise

SHAPES: Final[Mapping[str, tuple[int, str]]] = {
    "level": (0, "never fell"),
    "step": (2, "fell and stayed there"),
    "exponential": (3, "comes back fast at first, then slower"),
    "stretched": (4, "comes back with a long tail, or after a delay"),
    "linear": (3, "comes back evenly until it is back"),
    "partial": (4, "comes back part of the way"),
}
"""Each with how many places and times of it are free, besides its levels, and what it says."""

_POWERS: Final = (0.5, 1.5)
_STARTS: Final = 32
_PACES: Final = 16
_SHORTEST: Final = 1.5
_FALLS: Final = (0.0, 1.0, 3.0, 6.0, 12.0)
_RIDGE: Final = 1e-9
_EXACT: Final = 1e-9
_FAR: Final = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Trials:
    """Curves of one shape that were tried, a row each. Times are bins after the series' first.

    `levels` (n, 2 or 3) are baseline, minus depth and, of partial ones, minus what comes back.
    `squares` are the sums of squares left; `spread` the upper Cholesky factors of the inverse of
    the normal equations.
    """

    shape: str
    start: Array
    fall: Array
    pace: Array
    power: Array
    levels: Array
    squares: Array
    inverse: Array
    determinant: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The curves of every shape held against one series, with the noise that they left."""

    series: Binned
    noise: Noise
    trials: Mapping[str, Trials]
    stated: float | None

    def criterion(self, shape: str) -> float:
        """AICc of the best curve of a shape; the smaller the better."""
        tried, number = self.trials[shape], int(self.series.known.sum())
        free = SHAPES[shape][0] + tried.levels.shape[1] + 2
        squares = max(float(tried.squares.min()), 1e-300)
        small = 2.0 * free * (free + 1) / max(1.0, number - free - 1)
        return float(number * np.log(squares / number) + 2 * free + small)

    def best(self) -> str:
        """The shape that says most with least."""
        return min(self.trials, key=self.criterion)


def held(series: Binned, *, since: Array | None = None, stated: float | None = None) -> Held:
    """Hold every shape against a series, twice: the noise that the first left weighs the second.

    `since` are the bins in which it may have begun, all but the ends if not given; `stated` is
    the baseline where it is known from elsewhere.
    """
    noise = Noise.plain(series)
    starts = _starts(series, _STARTS) if since is None else since
    first = _round(series, noise, starts, stated)
    for _ in range(1):
        shape = first.best()
        noise = Noise.of(series, curve(first, shape), bends(first, shape))
        first = _round(series, noise, starts, stated)
    return first


def refined(found: Held) -> Held:
    """The same with every bin tried as the beginning where the first look says it may be."""
    return _round(found.series, found.noise, _finer(found), found.stated)


def curve(found: Held, shape: str) -> Array:
    """The best curve of a shape at the known bins."""
    tried = found.trials[shape]
    at = int(tried.squares.argmin())
    design = columns(found.series, tried, np.array([at]), found.stated)[0]
    levels = tried.levels[at]
    return np.asarray((found.stated or 0.0) + levels @ design)


def bends(found: Held, shape: str) -> Array:
    """The directions in which the best curve of a shape could bend, (directions, known bins)."""
    tried = found.trials[shape]
    at = int(tried.squares.argmin())
    flat = columns(found.series, tried, np.array([at]), found.stated)[0]
    if shape == "level":
        return np.asarray(flat)
    levels, moved = tried.levels[at], list[Array]()
    for name, by in (("start", 1.0), ("fall", 1.0), ("pace", 0.2 * float(tried.pace[at]))):
        other = replace(tried, **{name: getattr(tried, name) + by})
        shifted = columns(found.series, other, np.array([at]), found.stated)[0]
        moved.append(np.asarray(levels @ (shifted - flat)))
    return np.asarray(np.vstack([flat, *moved]))


def drop(found: Held) -> float:
    """By which factor the best curve that falls leaves less than a level does; in logarithms."""
    level = float(found.trials["level"].squares.min())
    fallen = min(
        float(one.squares.min())
        for name, one in found.trials.items()
        if name in {"step", "exponential"}
    )
    return float(np.log(max(level, 1e-300) / max(fallen, 1e-300)))


def columns(series: Binned, tried: Trials, rows: Places, stated: float | None) -> Array:
    """What the levels of some trials multiply: (rows, levels, known bins)."""
    at = np.flatnonzero(series.known).astype(np.float64)
    if tried.shape == "level":
        return np.ones((len(rows), int(stated is None), len(at)))
    made = []
    for row in rows:
        since = at - tried.start[row]
        one = _design(
            since,
            tried.shape,
            float(tried.fall[row]),
            np.array([tried.pace[row]]),
            float(tried.power[row]),
            free=stated is None,
        )
        made.append(one[0])
    return np.asarray(made)


def decay(shape: str, since: Array, pace: Array, power: float) -> Array:
    """How much of the depth is left so many bins after the trough, (paces, bins)."""
    if shape == "step":
        return np.ones((len(pace), len(since)))
    part = np.maximum(since, 0.0)[None, :] / pace[:, None]
    if shape == "linear":
        return np.maximum(0.0, 1.0 - part)
    return np.asarray(np.exp(-(part**power)))


def _design(
    since: Array, shape: str, fall: float, paces: Array, power: float, *, free: bool
) -> Array:
    """The columns of one start and fall for all paces: (paces, levels, bins)."""
    ramp = np.clip(since / fall, 0.0, 1.0) if fall > 0 else (since >= 0.0).astype(np.float64)
    left = decay(shape, since - fall, paces, power) * ramp[None, :]
    flat = np.broadcast_to(ramp, left.shape)
    parts = [left] if shape != "partial" else [flat, left]
    parts = [np.ones_like(left), *parts] if free else parts
    return np.stack(parts, axis=1)


def _round(series: Binned, noise: Noise, starts: Array, stated: float | None) -> Held:
    values = series.value[series.known] - (stated or 0.0)
    aim = noise.whitened(values)
    trials = {"level": _level(series, noise, aim, stated)}
    for shape in SHAPES:
        if shape != "level":
            made = [*_tries(series, noise, aim, starts, shape, stated)]
            trials[shape] = _joined(made)
    return Held(series=series, noise=noise, trials=trials, stated=stated)


def _level(series: Binned, noise: Noise, aim: Array, stated: float | None) -> Trials:
    number = int(series.known.sum())
    design = np.ones((1, 1, number)) if stated is None else np.zeros((1, 0, number))
    return _solved("level", noise.whitened(design), aim, np.zeros((1, 4)))


def _tries(
    series: Binned, noise: Noise, aim: Array, starts: Array, shape: str, stated: float | None
) -> Iterator[Trials]:
    at = np.flatnonzero(series.known).astype(np.float64)
    longest = float(at[-1] - at[0]) + 1.0
    paces = np.geomspace(_SHORTEST, 3.0 * longest, _PACES) if shape != "step" else np.array([1.0])
    powers = _POWERS if shape == "stretched" else (1.0,)
    falls = [one for one in _FALLS if one <= longest / 4]
    for start in starts:
        since = at - start
        for fall in falls:
            for power in powers:
                design = _design(since, shape, fall, paces, power, free=stated is None)
                known = np.broadcast_to([start, fall, power], (len(paces), 3))
                place = np.column_stack([known[:, :2], paces, known[:, 2]])
                yield _falling(_solved(shape, noise.whitened(design), aim, place), stated, aim)


def _falling(tried: Trials, stated: float | None, aim: Array) -> Trials:
    """Curves that rise instead are no dips: they explain nothing."""
    depth = -tried.levels[:, int(stated is None) :].sum(axis=1)
    return replace(tried, squares=np.where(depth > 0, tried.squares, float(aim @ aim)))


def _solved(shape: str, design: Array, aim: Array, place: Array) -> Trials:
    """Weighted least squares, many designs (n, levels, bins) at once."""
    gram = design @ design.transpose(0, 2, 1)
    size = gram.shape[1]
    eased = gram + _RIDGE * np.eye(size) * np.maximum(
        np.trace(gram, axis1=1, axis2=2)[:, None, None] / max(size, 1), 1e-12
    )
    aimed = design @ aim
    inverse = np.linalg.inv(eased) if size else np.zeros_like(eased)
    levels = (inverse @ aimed[..., None])[..., 0]
    squares = float(aim @ aim) - (levels * aimed).sum(axis=1)
    determinant = np.linalg.slogdet(eased)[1] if size else np.zeros(len(eased))
    return Trials(
        shape=shape,
        start=place[:, 0],
        fall=place[:, 1],
        pace=place[:, 2],
        power=place[:, 3],
        levels=levels,
        squares=np.maximum(squares, _EXACT * float(aim @ aim) + 1e-200),
        inverse=inverse,
        determinant=determinant,
    )


def _joined(parts: Sequence[Trials]) -> Trials:
    fields = ("start", "fall", "pace", "power", "levels", "squares", "inverse", "determinant")
    whole = {name: np.concatenate([getattr(one, name) for one in parts]) for name in fields}
    return Trials(shape=parts[0].shape, **whole)


def _starts(series: Binned, most: int) -> Array:
    """Where a dip may begin: known bins but the last three; the first for what had begun."""
    at = np.flatnonzero(series.known).astype(np.float64)
    inner = at[:-3]
    if len(inner) <= most:
        return np.asarray(inner - 0.5)
    return np.asarray(inner[np.linspace(0, len(inner) - 1, most).round().astype(np.int64)] - 0.5)


def _finer(found: Held) -> Array:
    """The starts that may be it, and those between them."""
    tried = found.trials[min((s for s in found.trials if s != "level"), key=found.criterion)]
    lowest, number = float(tried.squares.min()), int(found.series.known.sum())
    likely = np.unique(tried.start[number * np.log(tried.squares / lowest) < _FAR])
    every = _starts(found.series, 10**9)
    coarse = _starts(found.series, _STARTS)
    step = max((b - a for a, b in pairwise(coarse)), default=1.0)
    near = every[(every >= likely.min() - step) & (every <= likely.max() + step)]
    return np.asarray(near if len(near) <= _STARTS else near[:: -(-len(near) // _STARTS)])

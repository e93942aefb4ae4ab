"""Dips: every curve that falls from a level and comes back, held against a series at once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from knowledge.measures.binned import Array, Binned, Places
from knowledge.measures.dip_designs import design
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

_DIPS: Final = tuple(one for one in SHAPES if one != "level")
_SELDOM: Final = 12.0
"""Shapes whose criterion is so much above the best would be drawn once in 400 times."""
_POWERS: Final = (0.5, 1.5, 2.5)
_FINER_POWERS: Final = (0.5, 0.75, 1.4, 2.0, 3.0)
_STARTS: Final = 28
_PACES: Final = 16
_SHORTEST: Final = 1.5
_FALLS: Final = (0.0, 1.0, 3.0, 6.0, 12.0)
_RIDGE: Final = 1e-9
_EXACT: Final = 1e-9
_FAR: Final = 16.0
_FINER: Final = 9
_CLOSEST: Final = 0.25
_FINER_FALLS: Final = 5
_NOISES: Final = 3


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Which starts, falls, paces and powers of a shape are tried, all with all; in bins."""

    starts: Array
    falls: Array
    paces: Array
    powers: Sequence[float]


def held(series: Binned, *, stated: float | None = None) -> Held:
    """Hold every shape against a series, twice: the noise that the first left weighs the second.

    `stated` is the baseline where it is known from elsewhere.
    """
    grids = {shape: _coarse(series, shape) for shape in _DIPS}
    first = _round(series, Noise.plain(series), grids, stated)
    shape = first.best()
    noise = Noise.of(series, curve(first, shape), bends(first, shape))
    return _round(series, noise, grids, stated)


def closer(found: Held) -> Held:
    """The same where the first look says that it may be, and closer together."""
    return _round(found.series, found.noise, _grids(found), found.stated)


def with_noises(found: Held) -> list[Held]:
    """The shapes that may be, closer still, with every noise that may be."""
    shape, least = found.best(), min(found.criterion(name) for name in _DIPS)
    grids = {
        name: grid
        for name, grid in _grids(found).items()
        if found.criterion(name) <= least + _SELDOM
    }
    noises = Noise.likely(found.series, curve(found, shape), bends(found, shape), _NOISES)
    same = dict[tuple[float, float], Held]()
    for one in noises:
        kind = one.lasting, one.share
        if kind not in same:
            same[kind] = _round(found.series, one, grids, found.stated)
    return [same[one.lasting, one.share] for one in noises]


def _grids(found: Held) -> dict[str, Grid]:
    return {name: _finer(found, name) for name in _DIPS}


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
        place = float(tried.fall[row]), np.array([tried.pace[row]]), float(tried.power[row])
        one = design(tried.shape, since, *place, free=stated is None)
        made.append(one[0])
    return np.asarray(made)


def _round(series: Binned, noise: Noise, grids: Mapping[str, Grid], stated: float | None) -> Held:
    values = series.value[series.known] - (stated or 0.0)
    aim = noise.whitened(values)
    trials = {"level": _level(series, noise, aim, stated)}
    for shape, grid in grids.items():
        trials[shape] = _joined([*_tries(series, noise, aim, grid, shape, stated)])
    return Held(series=series, noise=noise, trials=trials, stated=stated)


def _level(series: Binned, noise: Noise, aim: Array, stated: float | None) -> Trials:
    number = int(series.known.sum())
    design = np.ones((1, 1, number)) if stated is None else np.zeros((1, 0, number))
    return _solved("level", noise.whitened(design), aim, np.zeros((1, 4)))


def _tries(
    series: Binned, noise: Noise, aim: Array, grid: Grid, shape: str, stated: float | None
) -> Iterator[Trials]:
    at = np.flatnonzero(series.known).astype(np.float64)
    for start in grid.starts:
        since = at - start
        for fall in grid.falls:
            for power in grid.powers:
                made = design(shape, since, fall, grid.paces, power, free=stated is None)
                known = np.broadcast_to([start, fall, power], (len(grid.paces), 3))
                place = np.column_stack([known[:, :2], grid.paces, known[:, 2]])
                yield _falling(_solved(shape, noise.whitened(made), aim, place), stated, aim)


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


def _coarse(series: Binned, shape: str) -> Grid:
    """All that may be, far apart; the last three known bins are no start."""
    at = np.flatnonzero(series.known).astype(np.float64)
    longest, inner = float(at[-1] - at[0]) + 1.0, at[:-3]
    if len(inner) > _STARTS:
        inner = inner[np.linspace(0, len(inner) - 1, _STARTS).round().astype(np.int64)]
    return Grid(
        starts=np.asarray(inner - 0.5),
        falls=np.array([one for one in _FALLS if one <= longest / 4]),
        paces=np.ones(1) if shape == "step" else np.geomspace(_SHORTEST, 3.0 * longest, _PACES),
        powers=_POWERS if shape == "stretched" else (1.0,),
    )


def _finer(found: Held, shape: str) -> Grid:
    """What may be of a shape after a look, and what lies beside it, closer together."""
    tried, number = found.trials[shape], int(found.series.known.sum())
    likely = number * np.log(tried.squares / float(tried.squares.min())) < _FAR
    start, end = _around(tried.start, likely)
    fast, slow = _around(tried.pace, likely)
    least, most = _around(tried.fall, likely)
    closest = int((end - start) / _CLOSEST) + 1
    return Grid(
        starts=np.linspace(start, end, min(_FINER, closest)),
        falls=np.linspace(least, most, _FINER_FALLS),
        paces=np.ones(1) if shape == "step" else np.geomspace(fast, slow, _FINER),
        powers=_FINER_POWERS if shape == "stretched" else (1.0,),
    )


def _around(tried: Array, likely: NDArray[np.bool_]) -> tuple[float, float]:
    """The last that was tried before the likely ones, and the first after them."""
    every = np.unique(tried)
    low = max(0, int(np.searchsorted(every, tried[likely].min())) - 1)
    high = min(len(every) - 1, int(np.searchsorted(every, tried[likely].max())) + 1)
    return float(every[low]), float(every[high])

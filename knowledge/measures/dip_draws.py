"""Draws of curves that a series allows: every figure of a dip is read off them."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from knowledge.measures.binned import Array, Places
from knowledge.measures.dips import SHAPES, Held, Trials, columns, curve, decay

DRAWS: Final = 2_000
_NULLS: Final = 400
LEFT: Final = 0.1
"""Recovered is called what has at most a tenth of the depth left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draws:
    """Curves, one an entry; times in bins after the first bin, ends that never come infinite.

    `fitted` (draws, bins) are the curves themselves, over known and unknown bins alike.
    """

    baseline: Array
    depth: Array
    onset: Array
    trough: Array
    half: Array
    """Bins from the trough until half of the depth is regained."""
    end: Array
    area: Array
    fitted: Array


def drawn(found: Held, rng: np.random.Generator, number: int = DRAWS) -> Draws:
    """Draw curves in proportion to how well they fit, every shape by Akaike's weight."""
    shapes = [one for one in SHAPES if one != "level"]
    criteria = np.array([found.criterion(one) for one in shapes])
    share = np.exp(-0.5 * (criteria - criteria.min()))
    counts = rng.multinomial(number, share / share.sum())
    parts = [
        _of(found, found.trials[shape], int(count), rng)
        for shape, count in zip(shapes, counts, strict=True)
        if count
    ]
    joined = (np.concatenate([getattr(one, name) for one in parts]) for name in Draws.__slots__)
    return Draws(**dict(zip(Draws.__slots__, joined, strict=True)))


def chance_of(found: Held, observed: float, rng: np.random.Generator) -> float:
    """How often noise alone, around a level, looks as much like a fall as this series does."""
    left = found.series.value[found.series.known] - curve(found, found.best())
    noise = found.noise.whitened(found.noise.drawn(rng, _NULLS, found.noise.whitened(left)))
    level = _explained(found, found.trials["level"], noise)
    best = np.zeros(_NULLS)
    for shape in ("step", "exponential"):
        tried = found.trials[shape]
        for part in np.array_split(np.arange(len(tried.start)), max(1, len(tried.start) // 500)):
            best = np.maximum(best, _explained_most(found, tried, part, noise))
    whole = (noise**2).sum(axis=1)
    drops = np.log((whole - level) / np.maximum(whole - best, 1e-300))
    return float((1 + (drops >= observed).sum()) / (_NULLS + 1))


def _explained(found: Held, tried: Trials, noise: Array) -> Array:
    return _explained_most(found, tried, np.array([0]), noise)


def _explained_most(found: Held, tried: Trials, rows: Places, noise: Array) -> Array:
    """The most of each noise's squares that any of some curves explains."""
    design = found.noise.whitened(columns(found.series, tried, rows, found.stated))
    if not design.shape[1]:
        return np.zeros(len(noise))
    factor = np.linalg.cholesky(tried.inverse[rows])
    basis = factor.transpose(0, 2, 1) @ design
    parts = basis.reshape(-1, basis.shape[2]) @ noise.T
    explained = (parts.reshape(*basis.shape[:2], -1) ** 2).sum(axis=1)
    return np.asarray(explained.max(axis=0))


def _of(found: Held, tried: Trials, number: int, rng: np.random.Generator) -> Draws:
    known = int(found.series.known.sum())
    free = max(1.0, known - tried.levels.shape[1] - SHAPES[tried.shape][0] - 1.0)
    weight = -0.5 * free * np.log(tried.squares / tried.squares.min())
    weight -= 0.5 * (tried.determinant - tried.determinant.min())
    share = np.exp(weight - weight.max())
    rows = rng.choice(len(share), size=number, p=share / share.sum())
    scale = np.sqrt(tried.squares[rows] / rng.chisquare(free, number))
    factor = np.linalg.cholesky(tried.inverse)[rows]
    fresh = rng.standard_normal((number, tried.levels.shape[1], 1))
    levels = tried.levels[rows] + scale[:, None] * (factor @ fresh)[..., 0]
    return _read(found, tried, rows, levels, rng)


def _read(
    found: Held, tried: Trials, rows: Places, levels: Array, rng: np.random.Generator
) -> Draws:
    """What the drawn curves say."""
    if found.stated is None:
        baseline, down = levels[:, 0], levels[:, 1:]
    else:
        baseline, down = np.full(len(rows), found.stated), levels
    start = tried.start[rows] + _between(tried, rng, len(rows))
    fall, pace, power = tried.fall[rows], tried.pace[rows], tried.power[rows]
    stays = down[:, 0] if tried.shape == "partial" else np.zeros(len(rows))
    back = down[:, -1]
    back = np.where(tried.shape == "step", 0.0, back)
    stays = down[:, 0] if tried.shape in {"partial", "step"} else stays
    depth = -(stays + back)
    trough = start + fall
    half = _until(tried.shape, pace, power, _share_left(0.5, stays, back))
    end = trough + _until(tried.shape, pace, power, _share_left(LEFT, stays, back))
    at = np.arange(len(found.series.middle), dtype=np.float64)
    fitted = np.empty((len(rows), len(at)))
    for one in range(len(rows)):
        since = at - start[one]
        ramp = np.clip(since / fall[one], 0.0, 1.0) if fall[one] > 0 else (since >= 0) * 1.0
        left = decay(tried.shape, since - fall[one], pace[one : one + 1], float(power[one]))[0]
        fitted[one] = baseline[one] + ramp * (stays[one] + back[one] * left)
    area = (baseline[:, None] - fitted).sum(axis=1)
    return Draws(
        baseline=baseline,
        depth=depth,
        onset=start,
        trough=trough,
        half=half,
        end=end,
        area=area,
        fitted=fitted,
    )


def _between(tried: Trials, rng: np.random.Generator, number: int) -> Array:
    """A start is known to within the distance of those that were tried."""
    starts = np.unique(tried.start)
    step = float(np.median(np.diff(starts))) if len(starts) > 1 else 1.0
    return rng.uniform(-0.5, 0.5, number) * step


def _share_left(wanted: float, stays: Array, back: Array) -> Array:
    """How much of what comes back is left when a share of the whole depth is left."""
    whole = stays + back
    with np.errstate(divide="ignore", invalid="ignore"):
        left = (wanted * whole - stays) / back
    return np.where(np.isfinite(left), left, -1.0)


def _until(shape: str, pace: Array, power: Array, left: Array) -> Array:
    """Bins until so much of what comes back is left; infinite where it never gets there."""
    possible = (left > 0.0) & (left <= 1.0)
    safe = np.where(possible, left, 0.5)
    bins = pace * (1.0 - safe) if shape == "linear" else pace * (-np.log(safe)) ** (1.0 / power)
    return np.where(possible, bins, np.inf)

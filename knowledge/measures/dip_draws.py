"""Draws of curves that a series allows: every figure of a dip is read off them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from knowledge.measures.binned import Array, Places
from knowledge.measures.dip_designs import profile
from knowledge.measures.dips import SHAPES, Held, Trials, columns, curve

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


def drawn(likely: Sequence[Held], rng: np.random.Generator, number: int = DRAWS) -> Draws:
    """Draw curves in proportion to how well they fit, every shape by Akaike's weight.

    As many are drawn with each of the noises that are likely.
    """
    parts = [one for found in likely for one in _with_noise(found, rng, number // len(likely))]
    joined = (np.concatenate([getattr(one, name) for one in parts]) for name in Draws.__slots__)
    return Draws(**dict(zip(Draws.__slots__, joined, strict=True)))


def _with_noise(found: Held, rng: np.random.Generator, number: int) -> Iterator[Draws]:
    shapes = [one for one in found.trials if one != "level"]
    criteria = np.array([found.criterion(one) for one in shapes])
    share = np.exp(-0.5 * (criteria - criteria.min()))
    counts = rng.multinomial(number, share / share.sum())
    for shape, count in zip(shapes, counts, strict=True):
        if count:
            yield _of(found, found.trials[shape], int(count), rng)


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
    weight[tried.fall == 0] += np.log(max(1, len(np.unique(tried.fall)) - 1))  # half fall at once
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
    start = _between(tried.start, rows, rng)
    fall = _between(tried.fall, rows, rng)
    fall = np.where(tried.fall[rows] > 0, np.maximum(0.0, fall), 0.0)
    pace = np.exp(_between(np.log(tried.pace), rows, rng))
    power = np.exp(_between(np.log(tried.power), rows, rng))
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
        place = float(fall[one]), pace[one : one + 1], float(power[one])
        ramp, left = profile(tried.shape, at - start[one], *place)
        fitted[one] = baseline[one] + ramp * stays[one] + back[one] * left[0]
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


def _between(tried: Array, rows: Places, rng: np.random.Generator) -> Array:
    """What was tried is known to within the distance to what was tried beside it."""
    every, chance = np.unique(tried), rng.uniform(-0.5, 0.5, len(rows))
    if len(every) < 2:  # noqa: PLR2004 - two points have a distance
        return np.asarray(tried[rows])
    step = np.diff(every)
    at = np.searchsorted(every, tried[rows])
    below, above = np.concatenate([step[:1], step])[at], np.concatenate([step, step[-1:]])[at]
    return np.asarray(tried[rows] + chance * np.where(chance < 0, below, above))


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

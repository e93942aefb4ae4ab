"""How good the branching factor is on made-up talk of known virality, beside simpler ways."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from types import MappingProxyType
from typing import Final

import numpy as np

from knowledge.spread.background import Floats
from knowledge.spread.simulation import (
    DAY,
    Background,
    Delays,
    Talk,
    daily,
    exponential,
    heavy_tailed,
    jumping,
    mixed,
    outbreak,
    simulate,
    stationary,
    stepped,
    thin,
)
from knowledge.spread.virality import Estimate, estimate
from knowledge.spread.volume_evaluation import Row

FACTORS: Final = (0.0, 0.3, 0.6, 0.8, 0.9, 0.95, 1.05)
POSTS: Final = 20_000
"""Posts that are seen, about."""
SPAN: Final = 4 * DAY
DELAYS: Final[Mapping[str, tuple[Delays, float]]] = MappingProxyType(
    {
        "exponential, 30 s": (exponential(30), 30.0),
        "exponential, 5 min": (exponential(300), 300.0),
        "two exponentials, 5 and 200 s": (mixed(5, 200, 0.4), 83.0),
        "power law, mean 20 s": (heavy_tailed(20), 20.0),
    }
)
"""How posts are answered, and after how many seconds in the mean."""
BACKGROUNDS: Final[Mapping[str, Callable[[np.random.Generator], Background]]] = MappingProxyType(
    {
        "stationary": lambda _: stationary,
        "doubling": lambda chance: stepped(chance.uniform(0.25, 0.75) * SPAN),
        "daily cycle": lambda _: daily,
        "news": lambda chance: jumping(chance.uniform(0.25, 0.75) * SPAN, SPAN / 40),
    }
)

_CRITICAL: Final = 1.0
_HISTORY: Final = SPAN / 4
_WINDOWS: Final = 200
"""Windows that the Fano factor and the ratio are taken over."""
_ROUNDS: Final = 200
_RESAMPLES: Final = 1000
_NORMAL: Final = 1.96
_OUTBREAK: Final = 4000.0
"""An outbreak is looked for within this many mean delays."""
_SEEDS: Final = 0.5
"""Posts that nothing brings about in a mean delay of an outbreak."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One kind of talk: names from `DELAYS` and `BACKGROUNDS`, and the share that is seen."""

    factor: float
    delays: str
    background: str
    kept: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One piece of made-up talk: what was estimated, and what simpler ways say."""

    cell: Cell
    found: Estimate
    known_decay: float | None
    fano: float
    ratio: float


def cells(kept: float = 1.0, factors: Sequence[float] = FACTORS) -> list[Cell]:
    """Every kind of talk; from a factor of 1 on, only talk that begins with nothing."""
    return [
        Cell(factor=factor, delays=delays, background=background, kept=kept)
        for factor, delays, background in product(factors, DELAYS, BACKGROUNDS)
        if factor < _CRITICAL or background == "stationary"
    ]


def trials(which: Iterable[Cell], seeds: Iterable[int], posts: int = POSTS) -> Iterator[Trial]:
    """Make and estimate each kind of talk with each seed."""
    for cell, seed in product(which, [*seeds]):
        times, span = _made(cell, _chance(cell, seed), posts)
        known = _known_decay(times, span, DELAYS[cell.delays][1]) if cell.kept == 1 else None
        yield Trial(
            cell=cell,
            found=estimate(times, cell.kept, (0.0, span)),
            known_decay=known,
            fano=_fano(times, span),
            ratio=_ratio(times, span),
        )


def evaluate(made: Sequence[Trial], split: str) -> list[Row]:
    """Error and coverage of what was told, and how much was told, by factor and background."""
    groups: dict[tuple[float, float, str], list[Trial]] = {}
    for trial in made:
        cell = trial.cell
        groups.setdefault((cell.kept, cell.factor, cell.background), []).append(trial)
    return [row for key, group in groups.items() for row in _rows(key, group, split)]


def _rows(key: tuple[float, float, str], group: list[Trial], split: str) -> Iterator[Row]:
    kept, factor, background = key
    data = f"factor {factor:g}, {background}, {kept:.0%} seen, {len(group)} made"
    told = [each for each in group if each.found.factor is not None]
    yield _share(data, split, "told", len(told), len(group))
    if not told:
        return
    errors = np.array([each.found.factor or 0.0 for each in told]) - factor
    yield Row(
        data=data,
        split=split,
        figure="root of the mean squared error",
        value=_root(errors),
        interval=_resampled(errors),
        baseline=_baselines(told, factor),
    )
    inside = sum(_covers(each.found, factor) for each in told)
    yield _share(data, split, "covered by 95 % intervals", inside, len(told))


def _chance(cell: Cell, seed: int) -> np.random.Generator:
    """Chance of its own for each kind of talk and seed."""
    kind = [*DELAYS].index(cell.delays), [*BACKGROUNDS].index(cell.background)
    return np.random.default_rng([seed, *kind, round(100 * cell.factor), round(1000 * cell.kept)])


def _covers(found: Estimate, factor: float) -> bool:
    return found.low is not None and found.high is not None and found.low <= factor <= found.high


def _baselines(told: list[Trial], factor: float) -> str:
    """The errors of simpler ways on the same talk."""
    ways: dict[str, list[float | None]] = {
        "EM with the mean delay known": [each.known_decay for each in told],
        "Fano factor": [each.fano for each in told],
        "ratio of windows": [each.ratio for each in told],
    }
    return ", ".join(
        f"{name} {_root(np.array(values, dtype=np.float64) - factor):.3f}"
        for name, values in ways.items()
        if all(value is not None for value in values)
    )


def _root(errors: Floats) -> float:
    return math.sqrt(float((errors**2).mean()))


def _resampled(errors: Floats) -> tuple[float, float]:
    chance = np.random.default_rng(1)
    drawn = chance.choice(errors**2, (_RESAMPLES, len(errors))).mean(axis=1)
    low, high = np.sqrt(np.quantile(drawn, [0.025, 0.975]))
    return float(low), float(high)


def _share(data: str, split: str, figure: str, part: int, whole: int) -> Row:
    """A share with its Wilson interval."""
    share, square = part / whole, _NORMAL**2
    middle = (part + square / 2) / (whole + square)
    half = _NORMAL * math.sqrt(share * (1 - share) * whole + square / 4) / (whole + square)
    interval = (max(0.0, middle - half), min(1.0, middle + half))
    return Row(data=data, split=split, figure=figure, value=share, interval=interval, baseline="")


def _made(cell: Cell, chance: np.random.Generator, posts: int) -> tuple[Floats, float]:
    """Post times from 0 on, and when one ceased to listen."""
    delays, mean = DELAYS[cell.delays]
    whole = round(posts / cell.kept)
    if cell.factor >= _CRITICAL:
        talk = Talk(factor=cell.factor, rate=_SEEDS / mean, delays=delays)
        times = outbreak(chance, talk, _OUTBREAK * mean, whole)
        return thin(chance, times, cell.kept), float(times[-1])
    background = BACKGROUNDS[cell.background](chance)
    usual = float(background(np.linspace(0, SPAN, 5000)).mean())
    rate = whole * (1 - cell.factor) / SPAN / usual
    talk = Talk(factor=cell.factor, rate=rate, delays=delays, background=background)
    times = simulate(chance, talk, SPAN, most=20 * whole, history=_HISTORY)
    return thin(chance, times, cell.kept), SPAN


def _known_decay(times: Floats, span: float, mean: float) -> float:
    """EM for exponential delays of a known mean beside a flat background (Veen, Schoenberg)."""
    decayed = times / mean
    running = np.logaddexp.accumulate(decayed)
    excited = np.concatenate([[0.0], np.exp(running[:-1] - decayed[1:]) / mean])
    expected = len(times) - math.exp(float(running[-1]) - span / mean)
    flat, factor = len(times) / span / 2, 0.5
    for _ in range(_ROUNDS):
        answered = factor * excited / (flat + factor * excited)
        factor, flat = answered.sum() / expected, (1 - answered).sum() / span
    return float(factor)


def _fano(times: Floats, span: float) -> float:
    """1 - 1 / √F, from the variance F of counts in windows over their mean."""
    counts = np.histogram(times, bins=_WINDOWS, range=(0, span))[0]
    ratio = float(counts.var(ddof=1)) / max(float(counts.mean()), 1e-9)
    return 1 - 1 / math.sqrt(max(1.0, ratio))


def _ratio(times: Floats, span: float) -> float:
    """Posts of each window over those of the one before, in the mean."""
    counts = np.histogram(times, bins=_WINDOWS, range=(0, span))[0]
    return float(counts[1:].sum()) / max(float(counts[:-1].sum()), 1.0)

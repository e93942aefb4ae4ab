"""How good volume alarms are, on labelled series: figures, and every window found or missed."""

import math
import random
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from knowledge.spread.anomalies import ALARMS_A_MONTH, Memory, observe
from knowledge.spread.nab import PROFILES, Labelled, Run, left_out, percent, run

_RESAMPLES: Final = 2000
_NORMAL: Final = 1.96
_DAY: Final = 86_400.0
_WEEK: Final = 7 * _DAY
_MONTH: Final = 30 * _DAY
_HALF: Final = 0.5
_PUBLISHED: Final[Mapping[int, str]] = MappingProxyType(
    {
        5: "ARTime 80.9, earthgecko 71.1, twitterADVec 63.2",
        10: "ARTime 78.5, contextOSE 71.7, earthgecko 68.9",
    }
)
"""Published scores on NAB's realTweets (standard profile): AAPL, AMZN, CVS, GOOG, KO, or all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A measured figure, its interval (95 %) where it has one, and what to hold it against."""

    data: str
    split: str
    figure: str
    value: float
    interval: tuple[float, float] | None
    baseline: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A labelled window, when it was found if it was, and what that is worth (at most 1)."""

    series: str
    first: str
    last: str
    found: str | None
    worth: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """All figures; every window found or missed; the false alarms by series (standard profile)."""

    rows: tuple[Row, ...]
    windows: tuple[Window, ...]
    false_alarms: Mapping[str, tuple[str, ...]]


def evaluate(series: Sequence[Labelled]) -> Evaluation:
    """Judge the detector that ships, each series at the limit that is best on the others.

    At least one series has a window.
    """
    runs, plain = ([run(each, how(each)) for each in series] for how in (detector, exceedance))
    many = sum(len(each.windows) for each in series)
    data = f"{len(series)} series, {many} windows"
    rows = [_scored(data, profile, runs, plain) for profile in PROFILES]
    limits = left_out(runs, PROFILES["standard"])[1]
    judged = [*zip(runs, limits, strict=True)]
    return Evaluation(
        rows=(*rows, *_counts(data, runs)),
        windows=tuple(window for each, limit in judged for window in _found(each, limit)),
        false_alarms={each.series.name: _false(each, limit) for each, limit in judged},
    )


def as_shipped(data: str, series: Sequence[Labelled]) -> tuple[Row, ...]:
    """What a user meets who leaves everything as it ships, on series of whatever kind."""
    return tuple(_counts(data, [run(each, detector(each)) for each in series]))


def detector(series: Labelled) -> list[float]:
    """The scores that the detector gives, row by row, without looking ahead."""
    memory, before, scores = Memory(), series.seconds[0] if series.seconds else 0.0, []
    for second, count in zip(series.seconds, series.counts, strict=True):
        memory, reading = observe(memory, count, second - before)
        before = second
        scores.append(reading.score)
    return scores


def exceedance(series: Labelled) -> list[float]:
    """A simple detector to compare with: above all of the last 7 days, told once a day.

    The score is by how much, as a ratio, from 0 to 1.
    """
    highest: deque[tuple[float, float]] = deque()
    told, scores = -math.inf, []
    for second, count in zip(series.seconds, series.counts, strict=True):
        while highest and highest[0][0] < second - _WEEK:
            highest.popleft()
        most = highest[0][1] if highest else count
        tell = count > most and second - told >= _DAY
        scores.append(1 - (most + 1) / (count + 1) if tell else 0.0)
        told = second if tell else told
        while highest and highest[-1][1] <= count:
            highest.pop()
        highest.append((second, count))
    return scores


def _scored(data: str, profile: str, runs: Sequence[Run], plain: Sequence[Run]) -> Row:
    windows = [len(each.series.windows) for each in runs]
    totals, simple = (left_out(each, PROFILES[profile])[0] for each in (runs, plain))
    known = _PUBLISHED.get(len(runs), "") if profile == "standard" else ""
    return Row(
        data=data,
        split="leave one series out",
        figure=f"NAB score, {profile} profile",
        value=percent(totals, sum(windows)),
        interval=_interval(totals, windows),
        baseline=f"above all of 7 days {percent(simple, sum(windows)):.1f}"
        + (f"; published: {known}" if known else ""),
    )


def _interval(totals: Sequence[float], windows: Sequence[int]) -> tuple[float, float]:
    """Which scores other series of the kind could have given: series drawn with replacement."""
    chance, drawn = random.Random(0), []  # noqa: S311 - a resample, not a secret
    for _ in range(_RESAMPLES):
        some = chance.choices(range(len(totals)), k=len(totals))
        drawn.append(percent([totals[at] for at in some], max(1, sum(windows[at] for at in some))))
    drawn.sort()
    return drawn[_RESAMPLES // 40], drawn[-_RESAMPLES // 40]


def _found(run: Run, limit: float) -> list[Window]:
    series, alarms, windows = run.series, run.alarms(limit), []
    for first, last in series.windows:
        inside = [row for row in alarms if first <= row <= last]
        windows.append(
            Window(
                series=series.name,
                first=series.stamps[first],
                last=series.stamps[last],
                found=series.stamps[inside[0]] if inside else None,
                worth=run.worth[inside[0]] if inside else -1.0,
            )
        )
    return windows


def _false(run: Run, limit: float) -> tuple[str, ...]:
    return tuple(run.series.stamps[row] for row in run.alarms(limit) if run.window[row] < 0)


def _counts(data: str, runs: Sequence[Run]) -> Iterator[Row]:
    """No limit is chosen: a score above one half is an alarm."""
    split = "as it ships, no limit chosen"
    windows = sum(len(each.series.windows) for each in runs)
    found = sum(window.found is not None for each in runs for window in _found(each, _HALF))
    told = sum(len(each.alarms(_HALF)) for each in runs)
    false = sum(len(_false(each, _HALF)) for each in runs)
    months = sum(_judged_seconds(each.series) for each in runs) / _MONTH
    yield Row(
        data=data,
        split=split,
        figure="windows found",
        value=found / windows,
        interval=_wilson(found, windows),
        baseline="",
    )
    asked = f"asked for {ALARMS_A_MONTH:g}"
    for figure, many, baseline in (("alarms", told, asked), ("alarms outside windows", false, "")):
        yield Row(
            data=data,
            split=split,
            figure=f"{figure}, a month and series",
            value=many / months,
            interval=None,
            baseline=baseline,
        )


def _judged_seconds(series: Labelled) -> float:
    return series.seconds[-1] - series.seconds[series.probation]


def _wilson(hits: int, of: int) -> tuple[float, float]:
    z = _NORMAL
    middle = (hits + z * z / 2) / (of + z * z)
    half = z * math.sqrt(hits * (of - hits) / of + z * z / 4) / (of + z * z)
    return middle - half, middle + half

"""How good the fact `unusual` of a feed is on labelled series: windows met, alarms outside."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from knowledge.proportions import poisson, wilson
from knowledge.spread.nab import Labelled
from knowledge.spread.series import QUARTER
from knowledge.spread.unusual import judged
from knowledge.spread.volume_evaluation import Row
from loaders.labelled_series import read_labelled
from service.evaluating import Advance, Found

SILENCE: Final = timedelta(hours=6)
"""How long the series may be without a post: a gap of the data is longer."""

_FIRST: Final = 1_000
_A_DAY: Final = 86_400 // QUARTER
_DAYS: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A series judged at the end of each quarter of an hour, after the rows in which it learns.

    `met` are windows in which it was unusual at some time, `begun` how often that began outside.
    """

    name: str
    quarters: int
    unusual: int
    windows: int
    met: int
    begun: int


def evaluate_unusual(data: Path, advance: Advance) -> Found:
    """Rows for the series of a folder, as it ships: nothing is chosen on them."""
    found = []
    several = read_labelled(data / "volume/nab-realtweets")
    for done, series in enumerate(several):
        found.append(judge(series))
        advance("unusual feeds", done + 1, len(several))
    return [*_rows(found)], [
        f"{one.name}: {one.met} of {one.windows} windows, {one.begun} times outside"
        for one in found
    ]


def judge(series: Labelled) -> Judged:
    """Ask at the end of each quarter of an hour; about 2 ms each."""
    posts: dict[int, int] = {}
    places = [_FIRST + int((at - series.seconds[0]) // QUARTER) for at in series.seconds]
    for place, count in zip(places, series.counts, strict=True):
        posts[place] = posts.get(place, 0) + int(count)
    windows = [(places[first], places[last]) for first, last in series.windows]
    asked = range(places[series.probation], places[-1] + 1)
    answers = {at: judged(posts, at + 1, SILENCE).unusual is True for at in asked}
    began = [at for at in asked if answers[at] and not answers.get(at - 1, False)]
    return Judged(
        name=series.name,
        quarters=len(asked),
        unusual=sum(answers.values()),
        windows=len(windows),
        met=sum(any(answers.get(at) for at in range(a, b + 1)) for a, b in windows),
        begun=sum(not any(a <= at <= b for a, b in windows) for at in began),
    )


def _rows(found: Sequence[Judged]) -> Iterator[Row]:
    windows, met = (sum(getattr(one, name) for one in found) for name in ("windows", "met"))
    quarters, unusual = (
        sum(getattr(one, name) for one in found) for name in ("quarters", "unusual")
    )
    begun = sum(one.begun for one in found)
    months = max(1, quarters) / _A_DAY / _DAYS
    low, high = poisson(begun)
    data = f"{len(found)} series, {windows} windows, asked each quarter of an hour"
    for figure, value, interval in (
        ("windows in which the feed was unusual", met / max(1, windows), wilson(met, windows)),
        (
            "began outside windows, a month and series",
            begun / months,
            (low / months, high / months),
        ),
        ("share of the time", unusual / max(1, quarters), None),
    ):
        yield Row(
            data=data,
            split="as it ships",
            figure=figure,
            value=value,
            interval=interval,
            baseline="",
        )

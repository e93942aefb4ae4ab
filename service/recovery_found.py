"""What was found of an incident's recovery, measure by measure, and how it is said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from typing import Final

from knowledge.measures.binned import Binned
from knowledge.measures.estimates import Figure, Withheld
from knowledge.measures.interrupted import Change
from knowledge.measures.recovery import Recovery
from service.recovery_hearing import moment
from service.recovery_marks import Done

MOMENTS: Final = frozenset({"onset", "trough", "recovered"})
"""Figures that are times."""

UNITS: Final[Mapping[str, str]] = {
    "sentiment": "mean sentiment, from -1 to 1",
    "frustration": "mean probability of frustration",
    "volume": "posts an hour",
}
_SMALL: Final = 0.05
ASSUMPTIONS: Final = (
    (
        "What changed when something was done is association: nothing was assigned at random, and"
        " what else happened then is not held apart."
    ),
    (
        "Noise: what single posts give, and a part that lasts across stretches; outliers count"
        " less. Intervals are of 95 %."
    ),
    "Recovered is called what has at most a tenth of the depth left.",
    "A stretch in which a feed that tells of it was silent is unknown, never zero.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """What changed with one thing that was done.

    `adjusted` is its chance as it stands when so many were looked at; `beside` the same of posts
    about something else; `near` what else was done within reach.
    """

    mark: Done
    change: Change
    adjusted: float | None
    beside: Change | None
    near: Sequence[str]

    def told(self) -> str:
        """What may be said of it."""
        if isinstance(self.change.level, Withheld) or self.adjusted is None:
            return "cannot tell"
        if self.adjusted > _SMALL or (self.change.placebo or 0.0) > _SMALL:
            return "no change that stands out"
        if self.beside is not None and (self.beside.chance or 1.0) <= _SMALL:
            return "changed, and so did posts about something else"
        if self.near:
            return "changed, together with what else was done near it"
        return "changed with it (association)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One measure: its series, what became of it, and what went with what was done."""

    name: str
    series: Binned
    found: Recovery
    tested: Sequence[Tested]


def words(name: str, figure: Figure) -> str:
    """A figure for people."""
    if isinstance(figure, Withheld) or name not in MOMENTS:
        return figure.words(3)
    ends = [when(moment(one)) if isfinite(one) else "later" for one in (figure.low, figure.high)]
    return f"{when(moment(figure.value))} ({ends[0]} to {ends[1]}; n = {figure.n})"


def when(at: datetime) -> str:
    """A time for people."""
    return f"{at:%Y-%m-%d %H:%M}"

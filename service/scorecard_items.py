"""Figures of the scorecard: how each stands to its target, and how that is said."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from knowledge.measures.estimates import Figure, Withheld
from service.outcome_bodies import Perspective

_LARGE: Final = 1_000


class Verdict(StrEnum):
    """How a figure stands to its target, with the interval in mind."""

    MET = "met"
    MISSED = "missed"
    OPEN = "cannot tell"
    NONE = "no target"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One figure of the scorecard; `rises` is whether more is better."""

    perspective: Perspective
    name: str
    unit: str
    now: Figure
    change: Figure
    rises: bool
    target: float | None = None
    owner: str | None = None

    @property
    def verdict(self) -> Verdict:
        """Met or missed only where the whole interval says so."""
        if self.target is None:
            return Verdict.NONE
        if isinstance(self.now, Withheld):
            return Verdict.OPEN
        low, high = self.now.low, self.now.high
        good, bad = (
            (low >= self.target, high < self.target)
            if self.rises
            else (high <= self.target, low > self.target)
        )
        return Verdict.MET if good else Verdict.MISSED if bad else Verdict.OPEN

    @property
    def trend(self) -> str:
        """Better or worse only where the whole interval of the change says so."""
        if isinstance(self.change, Withheld):
            return "cannot tell"
        if self.change.low <= 0 <= self.change.high:
            return "no change shown"
        return "better" if (self.change.value > 0) is self.rises else "worse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What is put on one page; `until` is the end of the period, from which a file is dated."""

    title: str
    until: datetime
    items: Sequence[Item]
    notes: Sequence[str]


def said(figure: Figure, unit: str = "") -> str:
    """A figure as a board reads it.

    >>> said(Estimate(value=0.123, low=0.1, high=0.2, n=50), "%")
    '12.3 % (10.0 to 20.0; n = 50)'
    """
    if isinstance(figure, Withheld):
        return figure.words()
    scale = 100 if unit == "%" else 1
    tail = "" if unit in {"", "1"} else f" {unit}"
    digits = 0 if abs(figure.value) >= _LARGE else 1 if unit == "%" else 2
    value, low, high = (
        _number(one * scale, digits) for one in (figure.value, figure.low, figure.high)
    )
    return f"{value}{tail} ({low} to {high}; n = {figure.n:,})"


def answering(one: Item) -> str:
    """Which team answers for it, as people say it."""
    return "nobody" if one.owner is None else one.owner.removeprefix("team/")


def changed(one: Item) -> str:
    """How it differs from the period before."""
    if isinstance(one.change, Withheld):
        return f"cannot tell: {one.change.reason}"
    return f"{one.trend}: {said(one.change, one.unit)}"


def aim(one: Item) -> str:
    """The target, and whether it is met."""
    if one.target is None:
        return "no target"
    scale = 100 if one.unit == "%" else 1
    word = "at least" if one.rises else "at most"
    tail = "" if one.unit in {"", "1"} else f" {one.unit}"
    return f"{word} {one.target * scale:g}{tail}: {one.verdict}"


def _number(value: float, digits: int) -> str:
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    return f"{value:,.{digits}f}"

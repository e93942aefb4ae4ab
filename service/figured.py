"""Figured: a report that is a list of figures, each with interval, sample size and a picture."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from knowledge.measures.estimates import Estimate, Figure
from service.reported import Cell, Report

HEADER: Final = ("part", "name", "unit", "value", "low", "high", "n", "withheld")
_DIGITS: Final = 3
_LARGE: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """One figure: the part of the report that it belongs to, what it is, in which unit."""

    part: str
    name: str
    figure: Figure
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figured(Report):
    """Figures in parts, with what has to be known to read them; `more` is told in JSON only."""

    title: str
    asked: Mapping[str, Any]
    verdict: str
    figures: Sequence[Named]
    notes: Sequence[str]
    more: Mapping[str, Any] = field(default_factory=dict)
    drawn: Callable[[], str] | None = None

    def to_json(self) -> Mapping[str, Any]:
        """All of it."""
        return {
            "asked": {**self.asked},
            "verdict": self.verdict,
            "figures": [
                {"part": one.part, "name": one.name, "unit": one.unit, **one.figure.to_json()}
                for one in self.figures
            ],
            "notes": [*self.notes],
            **self.more,
        }

    def lines(self) -> Iterator[str]:
        """The verdict, the figures part by part, and the notes."""
        yield self.title
        yield self.verdict
        part = None
        for one in self.figures:
            if one.part != part:
                part = one.part
                yield f"\n{part}"
            yield f"  {one.name}: {words(one)}"
        yield ""
        yield from (f"- {note}" for note in self.notes)

    def rows(self) -> Iterator[Sequence[Cell]]:
        """One figure a row."""
        yield HEADER
        for one in self.figures:
            told = one.figure
            if isinstance(told, Estimate):
                ends = (_finite(told.low), _finite(told.high))
                yield (one.part, one.name, one.unit, told.value, *ends, told.n, None)
            else:
                yield (one.part, one.name, one.unit, None, None, None, told.n, told.reason)

    def picture(self) -> str | None:
        """The picture, where there is one."""
        return self.drawn() if self.drawn is not None else None


def words(one: Named) -> str:
    """A figure as people read it, in its unit.

    >>> words(Named(part="x", name="y", unit="days", figure=Estimate(value=3, low=1, high=5, n=9)))
    '3.000 (1.000 to 5.000; n = 9) days'
    """
    if not isinstance(one.figure, Estimate):
        return one.figure.words()
    digits = 1 if abs(one.figure.value) >= _LARGE else _DIGITS
    return f"{one.figure.words(digits)} {one.unit}".rstrip()


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None

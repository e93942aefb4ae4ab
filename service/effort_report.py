"""The report on effort: figures, lines, a table and a picture."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from knowledge.measures.effort import LEAST
from knowledge.measures.estimates import Estimate, Figure
from service.charts import Axis, Chart, Line, Moment, Panel, Points, Span, picture
from service.reported import Cell, Report

_NOTES: Final = (
    "Effort is agreement with “it was made easy for me”, 1 to 7: more is better; easy is 5 to 7.",
    f"Intervals are of 95 % and count people, not answers; fewer than {LEAST} are withheld.",
    (
        "A change between phases is an association: who is asked, and what they ask for, changes"
        " in a crisis as well."
    ),
    "The shares of single answers are each by itself: all seven together are less sure.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One group: how easy it was for them, and how many of those asked answered."""

    by: str
    name: str
    mean: Figure
    easy: Figure
    response: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """The mean of a stretch of time."""

    since: datetime
    until: datetime
    mean: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Phases:
    """Before, during and after an incident: means, and the changes between them."""

    incident: str | None
    onset: datetime
    resolved: datetime | None
    means: tuple[tuple[str, Figure], ...]
    fell: Figure
    rose: Figure
    left: Figure

    def changes(self) -> tuple[tuple[str, Figure], ...]:
        """The changes under their names."""
        return (
            ("from before to during", self.fell),
            ("from during to after", self.rose),
            ("from before to after", self.left),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort(Report):
    """How easy customers say that it was."""

    since: datetime
    until: datetime
    asked: int
    people: int
    mean: Figure
    easy: Figure
    answers: tuple[Figure, ...]
    response: Figure
    as_asked: Figure
    groups: tuple[Group, ...]
    phases: Phases | None
    trend: tuple[Point, ...]
    warnings: tuple[str, ...]

    def to_json(self) -> Mapping[str, Any]:
        """Every figure, with what was withheld."""
        return {
            "from": self.since.isoformat(),
            "to": self.until.isoformat(),
            "asked": self.asked,
            "people": self.people,
            "mean": self.mean.to_json(),
            "easy": self.easy.to_json(),
            "answers": {str(n): one.to_json() for n, one in enumerate(self.answers, 1)},
            "response": self.response.to_json(),
            "mean_as_asked": self.as_asked.to_json(),
            "phases": None if self.phases is None else _phases(self.phases),
            "groups": [_group(one) for one in self.groups],
            "trend": [
                {
                    "from": one.since.isoformat(),
                    "to": one.until.isoformat(),
                    "mean": one.mean.to_json(),
                }
                for one in self.trend
            ],
            "warnings": [*self.warnings],
            "notes": [*_NOTES],
        }

    def lines(self) -> Iterator[str]:
        """The whole, the phases, the groups."""
        yield f"Customer effort, {self.since:%Y-%m-%d} to {self.until:%Y-%m-%d}"
        yield from (f"{name:<36} {one.words()}" for name, one in self._whole())
        if self.phases is not None:
            for name, one in (*self.phases.means, *self.phases.changes()):
                yield f"{name:<36} {one.words()}"
        for group in self.groups:
            yield f"{group.by} {group.name}"
            yield f"{'  mean':<36} {group.mean.words()}"
            if isinstance(group.mean, Estimate):
                yield f"{'  easy':<36} {group.easy.words()}"
                yield f"{'  answered of those asked':<36} {group.response.words()}"
        yield from self.warnings
        yield from _NOTES

    def rows(self) -> Iterator[Sequence[Cell]]:
        """A figure a row."""
        yield ("by", "group", "figure", "value", "low", "high", "n", "withheld")
        yield from ((by, group, name, *_cells(one)) for by, group, name, one in self._figures())

    def _figures(self) -> Iterator[tuple[str, str, str, Figure]]:
        yield from (("all", "all", name, one) for name, one in self._whole())
        for number, one in enumerate(self.answers, 1):
            yield "all", "all", f"answer {number}", one
        if self.phases is not None:
            yield from (("phase", name, "mean", one) for name, one in self.phases.means)
            yield from (("phase", name, "change", one) for name, one in self.phases.changes())
        for group in self.groups:
            yield group.by, group.name, "mean", group.mean
            yield group.by, group.name, "easy", group.easy
            yield group.by, group.name, "response", group.response
        yield from (("time", f"{one.since:%Y-%m-%d}", "mean", one.mean) for one in self.trend)

    def picture(self) -> str:
        """The answers, the course of the mean, and the groups."""
        panels = [self._answers(), self._course()]
        told = [one for one in self.groups if isinstance(one.mean, Estimate)]
        if told:
            panels.append(_forest(told))
        return picture(
            Chart(
                title="Customer effort",
                subtitle=f"{self.people} people; {self.mean.words()} on a scale from 1 to 7.",
                panels=panels,
                notes=(*self.warnings, *_NOTES),
            )
        )

    def _whole(self) -> Iterator[tuple[str, Figure]]:
        yield "mean", self.mean
        yield "easy (5 to 7)", self.easy
        yield "answered of those asked", self.response
        yield "mean, as touchpoints were asked", self.as_asked

    def _answers(self) -> Panel:
        known = [(n, one) for n, one in enumerate(self.answers, 1) if isinstance(one, Estimate)]
        return Panel(
            title="Answers",
            x=Axis(label="answer", kind="category", names=[*map(str, range(1, 8))]),
            y=Axis(label="share", low=0.0, percent=True),
            marks=[
                Points(
                    name="share of answers",
                    x=[str(n) for n, _ in known],
                    y=[one.value for _, one in known],
                    low=[one.low for _, one in known],
                    high=[one.high for _, one in known],
                    zero=True,
                )
            ],
        )

    def _course(self) -> Panel:
        marks: list[Span | Moment | Line] = [
            Span(name="too few answers", since=one.since, until=one.until, gap=True)
            for one in self.trend
            if not isinstance(one.mean, Estimate)
        ]
        if self.phases is not None:
            marks.append(Moment(name="onset", at=self.phases.onset))
            if self.phases.resolved is not None:
                marks.append(Moment(name="resolved", at=self.phases.resolved))
        known = [one.mean if isinstance(one.mean, Estimate) else None for one in self.trend]
        marks.append(
            Line(
                name="mean",
                x=[one.since + (one.until - one.since) / 2 for one in self.trend],
                y=[None if one is None else one.value for one in known],
                low=[None if one is None else one.low for one in known],
                high=[None if one is None else one.high for one in known],
            )
        )
        return Panel(
            title="Over time",
            x=Axis(label="time", kind="time"),
            y=Axis(label="mean", low=1.0, high=7.0),
            marks=marks,
        )


def _forest(groups: Sequence[Group]) -> Panel:
    means = [one.mean for one in groups if isinstance(one.mean, Estimate)]
    names = [f"{one.by} {one.name.rpartition('/')[2]}" for one in groups]
    marks = [
        Points(
            name="mean of a group",
            x=[one.value for one in means],
            y=names,
            low=[one.low for one in means],
            high=[one.high for one in means],
            notes=[f"n = {one.n}" for one in means],
        )
    ]
    return Panel(
        title="By group",
        x=Axis(label="mean", low=1.0, high=7.0),
        y=Axis(label="group", kind="category", names=names),
        marks=marks,
        height=60 + 22 * len(names),
    )


def _group(one: Group) -> Mapping[str, Any]:
    return {
        "by": one.by,
        "group": one.name,
        "mean": one.mean.to_json(),
        "easy": one.easy.to_json(),
        "response": one.response.to_json(),
    }


def _phases(found: Phases) -> Mapping[str, Any]:
    return {
        "incident": found.incident,
        "onset": found.onset.isoformat(),
        "resolved": None if found.resolved is None else found.resolved.isoformat(),
        **{name: one.to_json() for name, one in found.means},
        "change": {name: one.to_json() for name, one in found.changes()},
    }


def _cells(one: Figure) -> tuple[Cell, ...]:
    if isinstance(one, Estimate):
        return (one.value, one.low, one.high, one.n, None)
    return (None, None, None, one.n, one.reason)

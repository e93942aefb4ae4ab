"""The report on how employees answer: figures, lines, a table and a picture."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from knowledge.measures.estimates import Estimate, Figure, Withheld
from knowledge.measures.publication import ALL, LEAST, Group
from service.charts import Axis, Chart, Line, Panel, Points, picture
from service.closed_months import begin
from service.reported import Cell, Report

_NOTES: Final = (
    (
        f"No figure is of fewer than {LEAST} people, nor can sums and differences of figures tell"
        " of fewer: groups are withheld for it."
    ),
    (
        "A month is told from a week after its end on; what is loaded after it was told first"
        " changes nothing."
    ),
    (
        "A change compares two months as if different people had answered: its interval is rather"
        " too wide than too narrow."
    ),
)

Key = tuple[str, str | None]
"""A question: its instrument, and its topic if it has one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one group said to one question, and how that changed over a month."""

    group: Group
    people: int
    mean: Figure
    change: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question: the groups that may be told of, how many may not, and the months before."""

    key: Key
    told: tuple[Told, ...]
    withheld: int
    months: tuple[tuple[date, Figure], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse(Report):
    """How employees answered in a month."""

    month: date
    closed: datetime
    questions: tuple[Question, ...]

    def to_json(self) -> Mapping[str, Any]:
        """Every figure, with what was withheld."""
        return {
            "month": f"{self.month:%Y-%m}",
            "closed": self.closed.isoformat(),
            "least": LEAST,
            "questions": [_json(one) for one in self.questions],
            "notes": [*_NOTES],
        }

    def lines(self) -> Iterator[str]:
        """The figures, question by question."""
        yield f"Answers of employees in {self.month:%B %Y}, as of {self.closed:%Y-%m-%d}"
        for one in self.questions:
            yield f"{_name(one.key)}: {one.withheld} groups withheld"
            for told in one.told:
                yield f"  {_said(told.group):<32} {told.mean.words()}"
                yield f"  {'since the month before':<32} {told.change.words()}"
        yield from _NOTES

    def rows(self) -> Iterator[Sequence[Cell]]:
        """A group a row."""
        yield ("instrument", "topic", "by", "group", "n", *_ends("mean"), *_ends("change"))
        for one in self.questions:
            for told in one.told:
                ends = (*_cells(told.mean), *_cells(told.change))
                yield (*one.key, *told.group, told.people, *ends)

    def picture(self) -> str:
        """Groups with their intervals, and everybody month by month."""
        panels = [panel for one in self.questions for panel in _panels(one)]
        return picture(
            Chart(
                title=f"Answers of employees, {self.month:%B %Y}",
                subtitle=f"Mean and 95 % interval; groups of {LEAST} and more.",
                panels=panels,
                notes=_NOTES,
            )
        )


def _name(key: Key) -> str:
    return key[0] if key[1] is None else f"{key[0]}, {key[1]}"


def _said(group: Group) -> str:
    return "everybody" if group == ALL else f"{group[0]} {group[1]}"


def _json(one: Question) -> Mapping[str, Any]:
    return {
        "instrument": one.key[0],
        "topic": one.key[1],
        "withheld": one.withheld,
        "groups": [
            {
                "by": told.group[0],
                "group": told.group[1],
                "people": told.people,
                "mean": told.mean.to_json(),
                "change": told.change.to_json(),
            }
            for told in one.told
        ],
        "months": [
            {"month": f"{first:%Y-%m}", "mean": mean.to_json()} for first, mean in one.months
        ],
    }


def _ends(name: str) -> tuple[str, ...]:
    return (name, f"{name}_low", f"{name}_high", f"{name}_withheld")


def _cells(figure: Figure) -> tuple[Cell, ...]:
    if isinstance(figure, Withheld):
        return (None, None, None, figure.reason)
    return (figure.value, figure.low, figure.high, None)


def _panels(one: Question) -> Iterator[Panel]:
    shown = [(told.group, told.mean) for told in one.told if isinstance(told.mean, Estimate)]
    if shown:
        figures = [figure for _, figure in shown]
        yield Panel(
            title=_name(one.key),
            x=Axis(label="mean answer"),
            y=Axis(label="", kind="category"),
            marks=[
                Points(
                    name="mean, 95 % interval",
                    x=[figure.value for figure in figures],
                    y=[_said(group) for group, _ in shown],
                    low=[figure.low for figure in figures],
                    high=[figure.high for figure in figures],
                )
            ],
        )
    along = [(begin(first), mean) for first, mean in one.months if isinstance(mean, Estimate)]
    if len(along) > 1:
        yield Panel(
            title=f"{_name(one.key)}: everybody, month by month",
            x=Axis(label="month", kind="time"),
            y=Axis(label="mean answer"),
            marks=[
                Line(
                    name="everybody",
                    x=[at for at, _ in along],
                    y=[mean.value for _, mean in along],
                    low=[mean.low for _, mean in along],
                    high=[mean.high for _, mean in along],
                )
            ],
        )

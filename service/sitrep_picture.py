"""The timeline of a sitrep: acts on the incident, what was said, promised, asked, and due."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

from ontology.identity import kind_of
from service.acts import ACTED
from service.bodies import instant
from service.charts import Axis, Chart, Moment, Panel, Points, picture
from service.sitrep_lines import worded
from service.sitrep_said import moments
from service.sitrep_view import View

_ROWS: Final = ("the incident", "said", "taken back", "asked by the press", "promised until")
_MOST: Final = 300
"""Points of a row that are drawn, the newest."""

_LABELLED: Final = 8
"""So many acts on the incident stand as lines with their names, too."""


def draw(view: View, since: datetime) -> str:
    """The SVG: a row each for what happened, a line where the sitrep stands."""
    found: dict[str, list[tuple[datetime, str]]] = {row: [] for row in _ROWS}
    acts = [*_acts(view)]
    for row, at, words in _points(view, acts):
        found[row].append((at, words))
    marks = [_row(row, sorted(points)[-_MOST:]) for row, points in found.items() if points]
    left_out = sum(max(0, len(points) - _MOST) for points in found.values())
    named = [Moment(name=act, at=at) for at, act in acts if len(acts) <= _LABELLED]
    ends = [at for points in found.values() for at, _ in points]
    low = min([since, *ends])
    high = max([view.at, low + timedelta(minutes=10), *ends])
    panel = Panel(
        x=Axis(label="UTC", kind="time", low=low, high=high),
        y=Axis(label="", kind="category", names=[mark.name for mark in marks]),
        marks=[*marks, *named, Moment(name="as of", at=view.at)],
        empty="Nothing has happened yet.",
    )
    notes = [f"{left_out} older points are left out."] if left_out else []
    title = f"What happened by {instant(view.at)[:16].replace('T', ' ')} UTC"
    return picture(Chart(title=title, panels=[panel], notes=notes))


def _row(name: str, points: list[tuple[datetime, str]]) -> Points:
    return Points(
        name=name,
        x=[at for at, _ in points],
        y=[name] * len(points),
        named=False,
    )


def _acts(view: View) -> Iterator[tuple[datetime, str]]:
    for event in view.trace.all(view.incident.id, (ACTED,)):
        yield event.occurred_at, worded(event.data["act"])


def _points(
    view: View, acts: Iterable[tuple[datetime, str]]
) -> Iterator[tuple[str, datetime, str]]:
    yield from (("the incident", at, act) for at, act in acts)
    yield from moments(view)
    for one in view.about("enquiry"):
        came = view.moment(one, "receivedAt")
        if came is not None:
            yield "asked by the press", came, view.named(view.said(one, "outlet"))
    for message in view.messages:
        for one in view.then.graph.subjects("ofMessage", message):
            due = view.moment(one, "dueAt") if kind_of(one) == "promise" else None
            if due is not None and view.then.graph.state(one) is not None:
                yield "promised until", due, str(view.then.graph.state(one))

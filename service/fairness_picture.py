"""Fairness as a picture: how far each group is from its like, with intervals, readable as text."""

from collections.abc import Iterator, Sequence
from typing import Final

from knowledge.parity import Difference
from rules.fairness_terms import SHARES
from service.charts import Axis, Chart, Level, Panel, Points
from service.charts import picture as charted
from service.fairness_figures import Division, Figure, Group

_Row = tuple[Group, Figure, Difference]
_POINTS: Final = 100.0


def picture(title: str, divisions: Sequence[Division]) -> str:
    """The SVG text; its description has every difference in words, for who can't see it."""
    rows = [*_rows(divisions)]
    panel = Panel(
        x=Axis(label="share of a group less that of its like, in points", low=-100, high=100),
        y=Axis(label="group and measure", kind="category", names=[_name(row) for row in rows]),
        marks=[Level(name="as its like", at=0.0), *_marks(rows)] if rows else [],
        empty="Nothing can be compared.",
    )
    return charted(Chart(title=title, panels=[panel]))


def _rows(divisions: Sequence[Division]) -> Iterator[_Row]:
    """Every share that is compared; minutes have another scale and stand in the report."""
    for division in divisions:
        for group in division.groups:
            for one in group.figures:
                if one.measure in SHARES and one.like is not None:
                    yield group, one, one.like


def _name(row: _Row) -> str:
    group, one, _ = row
    return f"{group.by} {group.name}: {one.measure}"


def _marks(rows: Sequence[_Row]) -> Iterator[Points]:
    """The rows of each verdict, so that they look and are called different."""
    for verdict in dict.fromkeys(one.verdict for _, one, _ in rows):
        of = [row for row in rows if row[1].verdict == verdict]
        yield Points(
            name=str(verdict),
            x=[_POINTS * like.value for _, _, like in of],
            y=[_name(row) for row in of],
            low=[_POINTS * like.low for _, _, like in of],
            high=[_POINTS * like.high for _, _, like in of],
            notes=[_words(row) for row in of],
        )


def _words(row: _Row) -> str:
    group, one, like = row
    ends = f"{like.value * 100:+.1f} [{like.low * 100:+.1f}, {like.high * 100:+.1f}] points"
    why = f" ({one.reason})" if one.reason else ""
    return f"{group.by} {group.name}, {SHARES[one.measure]}: {ends}, {one.verdict}{why}"

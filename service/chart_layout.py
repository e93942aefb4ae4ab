"""Where the parts of a panel lie: scales, legend, labels of moments, all in pixels."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from math import isfinite
from typing import Final

from service.chart_grounds import Bars, Level, Moment, Span
from service.chart_marks import Frame, Mark, Points
from service.chart_scales import Axis, Scale, Value, scale
from service.chart_style import folded, shortened, wide

WIDTH: Final = 860
LABEL: Final = 36
_RIGHT: Final = 24
_ROW: Final = 22
_LEGEND_ROW: Final = 20
_MOMENT_ROWS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Marks over one pair of axes; spans and moments are drawn under whatever is measured."""

    x: Axis
    y: Axis
    marks: Sequence[Mark]
    title: str = ""
    height: int = 240
    """Pixels between the axes; where y names categories each gets a row instead."""
    empty: str = "Nothing to show."
    """What is said in place of the axes where no mark has anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """A panel with the place of everything in it."""

    panel: Panel
    frame: Frame
    labels: list[tuple[float, float, str]]
    """Labels of moments: x, y, words."""
    legend: list[tuple[float, float, Mark]]
    bottom: float
    said: Sequence[tuple[float, float, str]] = ()
    """Words in place of axes where nothing is measured: x, y, a line."""


def _scales(panel: Panel) -> tuple[Scale, Scale]:
    """Both scales, as wide as all marks need."""
    columns = [mark.columns() for mark in panel.marks]
    lying = panel.y.kind == "category"
    moments = [mark for mark in panel.marks if isinstance(mark, Moment)]
    ends = [
        mark.columns().get(key, ())
        for mark in panel.marks
        if not isinstance(mark, Moment)
        for key in ("low", "high", "base", "level")
    ]
    xs = chain.from_iterable([*(one.get("x", ()) for one in columns), *(ends if lying else ())])
    ys = chain.from_iterable([*(one.get("y", ()) for one in columns), *(() if lying else ends)])
    around = [end for one in moments for end in (one.low, one.high)]
    zero = any(mark.zero for mark in panel.marks)
    wide_x = chain(xs, around, _sides(panel, lying=lying))
    return scale(panel.x, wide_x, zero=zero and lying), scale(panel.y, ys, zero=zero and not lying)


def _sides(panel: Panel, *, lying: bool) -> Iterator[float]:
    """Where upright bars end, on an axis of times or numbers."""
    for mark in panel.marks:
        if isinstance(mark, Bars) and not lying and panel.x.kind != "category":
            for one in mark.x:
                middle = one.timestamp() if isinstance(one, datetime) else one
                if middle is not None and not isinstance(middle, str):
                    yield from (middle - mark.wide / 2, middle + mark.wide / 2)


def room_left(panel: Panel) -> float:
    """The room that the labels of y need."""
    _, y = _scales(panel)
    labels = [shortened(label, LABEL) for _, label, _ in y.ticks(rows_of(panel, y))]
    return 44 + max((wide(one, 11.5) for one in labels), default=10)


def rows_of(panel: Panel, y: Scale) -> int:
    """About how many labels y may have."""
    return max(1, len(y.places)) if panel.y.kind == "category" else max(2, panel.height // 45)


def bare(panel: Panel) -> bool:
    """Whether nothing is measured in it: axes around nothing would only look like a zero."""
    return not any(map(_measures, panel.marks))


def _measures(mark: Mark) -> bool:
    if isinstance(mark, Moment | Level):
        return False
    x = mark.columns()["x"]
    y = mark.columns().get("y", x)
    return any(_known(one) and _known(other) for one, other in zip(x, y, strict=True))


def _known(value: Value | None) -> bool:
    return value is not None and not (isinstance(value, float) and not isfinite(value))


def _told(panel: Panel, top: float, left: float) -> Laid:
    """A panel in which nothing is measured: its title, and why."""
    x, y = _scales(panel)
    top += 20 if panel.title else 4
    lines = folded(panel.empty, WIDTH - 40)
    said = [(20.0, top + 10 + 16 * at, line) for at, line in enumerate(lines)]
    frame = Frame(x=x, y=y, left=left, top=top, right=WIDTH - _RIGHT, bottom=top)
    bottom = top + 16 * len(lines) + 14
    return Laid(panel=panel, frame=frame, labels=[], legend=[], bottom=bottom, said=said)


def laid_out(panel: Panel, top: float, left: float) -> Laid:
    """The panel below `top`, its axis x from `left` on."""
    if bare(panel):
        return _told(panel, top, left)
    x, y = _scales(panel)
    notes = [one for mark in panel.marks if isinstance(mark, Points) for one in mark.notes]
    lying = panel.y.kind == "category"
    right = WIDTH - _RIGHT - (max((wide(one, 11) for one in notes), default=0) if lying else 0)
    top += 20 if panel.title else 4
    legend = list(_legend(panel, left, right, top))
    top = legend[-1][1] + _LEGEND_ROW if legend else top + 6
    moments = [mark for mark in panel.marks if isinstance(mark, Moment)]
    labels = list(_labels(moments, x, left, right))
    rows = 1 + max((row for _, row, _ in labels), default=-1)
    top += 15 * rows
    high = _ROW * max(1, len(y.places)) if lying else panel.height
    frame = Frame(x=x, y=y, left=left, top=top, right=right, bottom=top + high)
    places = [(at, top - 5 - 15 * row, words) for at, row, words in labels]
    below = 58 + (46 if leaning(x, right - left) else 0)
    return Laid(panel=panel, frame=frame, labels=places, legend=legend, bottom=top + high + below)


def _legend(
    panel: Panel, left: float, right: float, top: float
) -> Iterator[tuple[float, float, Mark]]:
    """Every name once, row by row; a legend of only one kind of thing needs none."""
    shown = {
        mark.name: mark for mark in panel.marks if mark.named or isinstance(mark, Level | Span)
    }
    x, y = left, top + 8
    for mark in shown.values():
        taken = 50 + wide(shortened(mark.name, 48))
        if x > left and x + taken > right:
            x, y = left, y + _LEGEND_ROW
        yield x, y, mark
        x += taken


def _labels(
    moments: Sequence[Moment], x: Scale, left: float, right: float
) -> Iterator[tuple[float, int, str]]:
    """Labels of moments that have room, each in the lowest free row; the rest keep their line."""
    free = [left - 40.0] * _MOMENT_ROWS
    for mark in sorted(moments, key=lambda one: x.number(one.at) or 0.0):
        share = x.at(mark.at)
        if share is None:
            continue
        words = shortened(mark.name, LABEL)
        at, half = left + share * (right - left), wide(words, 11) / 2
        at = min(max(at, left + half - 40), right - half + _RIGHT - 4)
        row = next((one for one, end in enumerate(free) if end < at - half - 4), None)
        if row is not None:
            free[row] = at + half
            yield at, row, words


def ticks_across(x: Scale, across: float) -> int:
    """About how many labels x may have."""
    return int(across // 28) if x.axis.kind == "category" else max(2, int(across // 85))


def leaning(x: Scale, across: float) -> bool:
    """Whether names lie too close to each other to be written level."""
    if x.axis.kind != "category":
        return False
    most = max((wide(shortened(one, 20), 11.5) for one in x.places), default=0)
    return most + 6 > across / max(1, len(x.places))

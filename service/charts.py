"""Charts: one style of SVG for every picture of a report, with its data and its words inside."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from math import isfinite

from service.chart_grounds import Bars, Level, Moment, Span
from service.chart_layout import (
    LABEL,
    WIDTH,
    Laid,
    Panel,
    bare,
    laid_out,
    leaning,
    room_left,
    rows_of,
    ticks_across,
)
from service.chart_marks import Frame, Line, Mark, Points
from service.chart_scales import Axis, Value
from service.chart_style import (
    FRAME,
    GRID,
    QUIET,
    SIZE,
    Style,
    clean,
    folded,
    patterns,
    shortened,
    stroke,
    text,
    wide,
)

__all__ = [
    "Axis",
    "Bars",
    "Chart",
    "Level",
    "Line",
    "Moment",
    "Panel",
    "Points",
    "Span",
    "picture",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Panels under each other, with a title, what it stands on, and what has to be known of it."""

    title: str
    panels: Sequence[Panel]
    subtitle: str = ""
    notes: Sequence[str] = ()


def picture(chart: Chart) -> str:
    """The SVG text: same chart, same bytes; names are escaped, so they may come from anywhere.

    Its description says what it shows, point by point; `metadata` holds the data as JSON.
    """
    styles = _styles(chart)
    head = folded(chart.subtitle, WIDTH - 40)
    top = 34.0 + 16 * len(head)
    laid: list[Laid] = []
    left = max((room_left(panel) for panel in chart.panels if not bare(panel)), default=60)
    for panel in chart.panels:
        laid.append(laid_out(panel, top, left))
        top = laid[-1].bottom
    notes = [line for note in chart.notes for line in folded(note, WIDTH - 40)]
    height = round(top + 16 * len(notes) + 10)
    body = [text(20, 24, chart.title, size=16)]
    body += [text(20, 42 + 16 * at, line, ink=QUIET) for at, line in enumerate(head)]
    body += [line for one in laid for line in _draw(one, styles)]
    body += [text(20, top + 8 + 16 * at, line, ink=QUIET) for at, line in enumerate(notes)]
    words = " ".join(chain([chart.subtitle], *(_words(one) for one in laid), chart.notes)).strip()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{clean(chart.title)}"'
        f' viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
        f' font-family="sans-serif" font-size="{SIZE}">\n'
        f"<title>{clean(chart.title)}</title>\n<desc>{clean(words)}</desc>\n"
        f"<metadata>{_data(chart)}</metadata>\n{patterns(list(styles.values()))}\n"
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>\n'
        + "\n".join(body)
        + "\n</svg>\n"
    )


def _styles(chart: Chart) -> dict[str, Style]:
    names = (mark.name for panel in chart.panels for mark in panel.marks if mark.named)
    return {name: Style(number=at) for at, name in enumerate(dict.fromkeys(names))}


def _draw(laid: Laid, styles: dict[str, Style]) -> Iterator[str]:
    panel, frame = laid.panel, laid.frame
    if laid.said:
        if panel.title:
            yield text(20, frame.top - 8, panel.title, size=13)
        yield from (text(x, y, line, ink=QUIET) for x, y, line in laid.said)
        return
    if panel.title:
        top = (laid.legend[0][1] if laid.legend else frame.top) - 22
        yield text(20, top + 6, panel.title, size=13)
    grounds = [mark for mark in panel.marks if isinstance(mark, Span)]
    yield from (line for mark in grounds for line in _drawn(mark, frame, styles))
    yield from _axes(panel, frame)
    rest = [mark for mark in panel.marks if not isinstance(mark, Span)]
    yield from (line for mark in rest for line in _drawn(mark, frame, styles))
    for x, y, mark in laid.legend:
        yield mark.swatch(x, y, styles.get(mark.name, Style(number=0)))
        yield text(x + 36, y + 4, shortened(mark.name, 48))
    yield from (text(x, y, words, anchor="middle", size=11) for x, y, words in laid.labels)


def _drawn(mark: Mark, frame: Frame, styles: dict[str, Style]) -> Iterator[str]:
    yield from mark.draw(frame, styles.get(mark.name, Style(number=0)))


def _axes(panel: Panel, frame: Frame) -> Iterator[str]:
    left, right, top, bottom = frame.left, frame.right, frame.top, frame.bottom
    for share, label, _ in frame.y.ticks(rows_of(panel, frame.y)):
        y = frame.row(share)
        yield stroke(f"M{left:.1f} {y:.1f}H{right:.1f}", GRID)
        yield text(left - 8, y + 4, shortened(label, LABEL), anchor="end", size=11.5)
    yield from _below(frame)
    yield stroke(f"M{left:.1f} {top:.1f}V{bottom:.1f}H{right:.1f}", FRAME)
    yield _beside(panel.y.label, frame)
    under = bottom + 44 + (46 if leaning(frame.x, right - left) else 0)
    yield text((left + right) / 2, under, panel.x.label, anchor="middle", ink=QUIET)


def _beside(label: str, frame: Frame) -> str:
    """The name of y, upright; above its axis where that is too short for it."""
    if wide(label) > frame.bottom - frame.top + 40:
        room = int((frame.left - 24) / wide("a", 11))
        return text(frame.left - 8, frame.top - 4, shortened(label, room), anchor="end", size=11)
    middle = (frame.top + frame.bottom) / 2
    return (
        f'<text x="16" y="{middle:.1f}" text-anchor="middle" fill="{QUIET}"'
        f' transform="rotate(-90 16 {middle:.1f})">{clean(label)}</text>'
    )


def _below(frame: Frame) -> Iterator[str]:
    """The ticks of x: two lines for times, leaning names where they have no room."""
    across, turned = frame.right - frame.left, leaning(frame.x, frame.right - frame.left)
    for share, label, under in frame.x.ticks(ticks_across(frame.x, across)):
        x = frame.left + share * across
        yield stroke(f"M{x:.1f} {frame.bottom:.1f}v4", FRAME)
        if turned:
            y, words = frame.bottom + 14, clean(shortened(label, 20))
            yield (
                f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="end" font-size="11"'
                f' transform="rotate(-30 {x:.1f} {y:.1f})">{words}</text>'
            )
            continue
        yield text(x, frame.bottom + 17, shortened(label, 20), anchor="middle", size=11.5)
        if under:
            yield text(x, frame.bottom + 30, under, anchor="middle", size=10.5, ink=QUIET)


def _words(laid: Laid) -> Iterator[str]:
    panel = laid.panel
    title = f"{panel.title}: " if panel.title else ""
    yield f"{title}{panel.y.label} by {panel.x.label}."
    for mark in panel.marks:
        yield from mark.words(laid.frame)
    if laid.said:
        yield panel.empty


def _data(chart: Chart) -> str:
    """The data behind the picture as JSON, safe inside XML."""
    panels = [
        {
            "title": panel.title,
            "x": panel.x.label,
            "y": panel.y.label,
            "marks": [
                {"kind": type(mark).__name__.lower(), "name": mark.name}
                | {key: [_plain(one) for one in column] for key, column in mark.columns().items()}
                for mark in panel.marks
            ],
            **({"nothing": panel.empty} if bare(panel) else {}),
        }
        for panel in chart.panels
    ]
    told = json.dumps({"title": chart.title, "notes": list(chart.notes), "panels": panels})
    return told.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _plain(value: Value | None) -> str | float | None:
    """A value as JSON holds it: times as in ISO 8601, what isn't finite as null."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    number = float(value)
    if not isfinite(number):
        return None
    return int(number) if number.is_integer() and abs(number) < 2**53 else float(f"{number:.9g}")

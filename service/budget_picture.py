"""The alert budget as a picture: pages a shift against minutes of warning, readable as text."""

import math
from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

from service.budget_choice import told
from service.paging_curve import Curve, Point

_WIDTH: Final = 720
_HEIGHT: Final = 460
_LEFT: Final = 70
_RIGHT: Final = 30
_TOP: Final = 64
_BOTTOM: Final = 96
_TICKS: Final = 6
_INK: Final = "#1b4965"
_PALE: Final = "#9ca3af"
_RED: Final = "#9a3412"


def picture(curve: Curve, budget: float | None) -> str:
    """The SVG text; its description has every point in words, for who can't see it."""
    title = f"Alert budget of {curve.thresholds[0].rule}"
    scale = _Scale(curve, budget)
    body = [*_frame(curve, scale, title)]
    if budget is not None:
        body += _limit(scale, budget)
    front = curve.front()
    body += _line(curve, scale, front)
    chosen = None if budget is None else curve.best(budget)
    for point in curve.points:
        body += _mark(curve, scale, point, front, chosen)
    words = escape(" ".join(_described(curve, budget, front, chosen)))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="t d"'
        f' viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" font-size="12">\n'
        f'<title id="t">{escape(title)}</title>\n<desc id="d">{words}</desc>\n'
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>\n'
        + "\n".join(body)
        + "\n</svg>\n"
    )


class _Scale:
    """Where pages of the busiest team and median minutes lie on the picture."""

    def __init__(self, curve: Curve, budget: float | None) -> None:
        self.pages = 1.1 * max([*map(curve.load, curve.points), budget or 0.0, 0.1])
        self.minutes = 1.1 * max([*(one.minutes[0] for one in curve.points), 1.0])

    def place(self, pages: float, minutes: float) -> tuple[float, float]:
        across, up = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM
        x, y = pages / self.pages, minutes / self.minutes
        return _LEFT + across * min(1.0, x), _HEIGHT - _BOTTOM - up * min(1.0, y)


def _frame(curve: Curve, scale: _Scale, title: str) -> Iterator[str]:
    middle = (_HEIGHT - _BOTTOM + _TOP) / 2
    yield f'<text x="{_LEFT}" y="24" font-size="15">{escape(title)}</text>'
    yield (
        f'<text x="{_LEFT}" y="42" fill="#4b5563">filled: the front; ring: the present; square:'
        " recommended; number: incidents missed</text>"
    )
    yield (
        f'<text x="{(_LEFT + _WIDTH - _RIGHT) / 2}" y="{_HEIGHT - _BOTTOM + 40}"'
        ' text-anchor="middle">pages a shift of the team that has most</text>'
    )
    yield (
        f'<text x="18" y="{middle}" text-anchor="middle" transform="rotate(-90 18 {middle})">'
        "minutes of warning, median</text>"
    )
    history = curve.history
    yield (
        f'<text x="{_LEFT}" y="{_HEIGHT - 14}" fill="#4b5563">{curve.shifts:.1f} shifts,'
        f" {history.since:%F} to {history.until:%F}; {len(history.references)} incidents;"
        f" blind at {history.blind} of {history.looks} looks</text>"
    )
    for y in _ticks(scale.minutes):
        _, py = scale.place(0.0, y)
        yield (
            f'<line x1="{_LEFT}" y1="{py:.1f}" x2="{_WIDTH - _RIGHT}" y2="{py:.1f}"'
            ' stroke="#e5e7eb"/>'
        )
        yield f'<text x="{_LEFT - 8}" y="{py + 4:.1f}" text-anchor="end">{y:g}</text>'
    for x in _ticks(scale.pages):
        px, _ = scale.place(x, 0.0)
        yield (
            f'<text x="{px:.1f}" y="{_HEIGHT - _BOTTOM + 18}" text-anchor="middle">{x:g}</text>'
        )


def _ticks(most: float) -> Iterator[float]:
    """Round values from zero on, six at most."""
    rough = most / _TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * part for part in (1, 2, 5, 10) if power * part >= rough)
    yield from (round(step * number, 9) for number in range(int(most / step) + 1))


def _limit(scale: _Scale, budget: float) -> Iterator[str]:
    x, _ = scale.place(budget, 0)
    yield (
        f'<line x1="{x:.1f}" y1="{_TOP}" x2="{x:.1f}" y2="{_HEIGHT - _BOTTOM}" stroke="{_RED}"'
        ' stroke-dasharray="6 4"/>'
    )
    yield f'<text x="{x + 4:.1f}" y="{_TOP - 6}" fill="{_RED}">budget {budget:g}</text>'


def _line(curve: Curve, scale: _Scale, points: Sequence[Point]) -> Iterator[str]:
    """The front, joined; with one threshold all points lie near it."""
    front = sorted(points, key=lambda one: (curve.load(one), one.minutes[0]))
    places = [scale.place(curve.load(one), one.minutes[0]) for one in front]
    drawn = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    yield f'<polyline points="{drawn}" fill="none" stroke="{_INK}" stroke-width="2"/>'


def _mark(
    curve: Curve, scale: _Scale, point: Point, front: Sequence[Point], chosen: Point | None
) -> Iterator[str]:
    x, y = scale.place(curve.load(point), point.minutes[0])
    best = point in front
    words = escape(_words(curve, point))
    yield (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" stroke="{_INK if best else _PALE}"'
        f' fill="{_INK if best else "#ffffff"}"><title>{words}</title></circle>'
    )
    if point == curve.present:
        yield (
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="9" fill="none" stroke="{_INK}"'
            ' stroke-width="2"/>'
        )
    if point == chosen:
        yield (
            f'<rect x="{x - 11:.1f}" y="{y - 11:.1f}" width="22" height="22" fill="none"'
            f' stroke="{_RED}" stroke-width="2"/>'
        )
    if best or point in (curve.present, chosen):
        values = ", ".join(f"{value:g}" for value in point.at)
        missed = f" ({point.missed})" if point.missed else ""
        yield f'<text x="{x + 12:.1f}" y="{y + 16:.1f}" font-size="10">{values}{missed}</text>'


def _words(curve: Curve, point: Point) -> str:
    middle, worst = point.minutes
    of = len(point.warned)
    return (
        f"{told(curve, point)}: {curve.load(point):.2f} pages a shift of the busiest team,"
        f" {curve.rate(point.pages):.2f} of all; {of - point.missed} of {of} warned, median"
        f" {middle:.0f} minutes, worst {worst:.0f}; {point.unsure} looks of which nobody can tell"
    )


def _described(
    curve: Curve, budget: float | None, front: Sequence[Point], chosen: Point | None
) -> Iterator[str]:
    yield f"{len(curve.points)} places of the threshold were tried."
    yield f"Present: {_words(curve, curve.present)}."
    if budget is not None:
        yield f"Budget: {budget:g} pages a shift and team."
        yield (
            f"Recommended: {_words(curve, chosen)}." if chosen else "No place keeps to the budget."
        )
    for point in front:
        yield f"On the front: {_words(curve, point)}."

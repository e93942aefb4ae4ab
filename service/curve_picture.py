"""Curves as a picture: SVG of one or more lines with named axes, readable without colour."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

WIDTH: Final = 640
HEIGHT: Final = 400
_LEFT: Final = 70
_RIGHT: Final = 20
_TOP: Final = 50
_BOTTOM: Final = 60
_DASHES: Final = ("none", "8 4", "2 3", "12 3 2 3")
_COLOURS: Final = ("#1b4965", "#9a3412", "#3f6212", "#6b21a8")
_STEPS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A named line; points are (x, y), x rising."""

    name: str
    points: Sequence[tuple[float, float]]
    marked: bool = False
    """Show each point as well, each with its place when it is pointed at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Axes:
    """What the picture is called, what its axes say, and how far they go from zero."""

    title: str
    x: str
    y: str
    most_x: float
    most_y: float


def picture(axes: Axes, lines: Sequence[Line]) -> str:
    """The SVG text; names are escaped, so they may come from anywhere."""
    body = [_frame(axes)]
    for number, line in enumerate(lines):
        body.append(_line(axes, line, number))
    label = escape(axes.title, quote=True)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{label}"'
        f' viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">\n'
        f"<title>{escape(axes.title)}</title>\n"
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>\n'
        + "\n".join(body)
        + "\n</svg>\n"
    )


def _frame(axes: Axes) -> str:
    parts = [
        f'<text x="{_LEFT}" y="22" font-size="15">{escape(axes.title)}</text>',
        f'<text x="{WIDTH / 2}" y="{HEIGHT - 15}" text-anchor="middle">{escape(axes.x)}</text>',
        (
            f'<text x="18" y="{HEIGHT / 2}" text-anchor="middle"'
            f' transform="rotate(-90 18 {HEIGHT / 2})">{escape(axes.y)}</text>'
        ),
    ]
    for step in range(_STEPS + 1):
        x, y = axes.most_x * step / _STEPS, axes.most_y * step / _STEPS
        px, py = _place(axes, (x, y))
        parts.append(
            f'<line x1="{_LEFT}" y1="{py:.1f}" x2="{WIDTH - _RIGHT}" y2="{py:.1f}"'
            ' stroke="#d4d4d4"/>'
        )
        parts.append(f'<text x="{_LEFT - 8}" y="{py + 4:.1f}" text-anchor="end">{y:.3g}</text>')
        parts.append(
            f'<text x="{px:.1f}" y="{HEIGHT - _BOTTOM + 18}" text-anchor="middle">{x:.3g}</text>'
        )
    return "\n".join(parts)


def _line(axes: Axes, line: Line, number: int) -> str:
    colour, dash = _COLOURS[number % 4], _DASHES[number % 4]
    places = [_place(axes, point) for point in line.points]
    drawn = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    left = _LEFT + number * 190
    parts = [
        (
            f'<polyline points="{drawn}" fill="none" stroke="{colour}" stroke-width="2"'
            f' stroke-dasharray="{dash}"/>'
        ),
        (
            f'<line x1="{left}" y1="38" x2="{left + 24}" y2="38" stroke="{colour}"'
            f' stroke-width="2" stroke-dasharray="{dash}"/>'
        ),
        f'<text x="{left + 30}" y="42">{escape(line.name)}</text>',
    ]
    for (px, py), (x, y) in zip(places, line.points, strict=True) if line.marked else ():
        parts.append(
            f'<circle cx="{px:.1f}" cy="{py:.1f}" r="4" fill="{colour}">'
            f"<title>{x:.3g}, {y:.3g}</title></circle>"
        )
    return "\n".join(parts)


def _place(axes: Axes, point: tuple[float, float]) -> tuple[float, float]:
    across, up = WIDTH - _LEFT - _RIGHT, HEIGHT - _TOP - _BOTTOM
    x, y = point[0] / (axes.most_x or 1), point[1] / (axes.most_y or 1)
    return _LEFT + across * min(1.0, x), HEIGHT - _BOTTOM - up * min(1.0, y)

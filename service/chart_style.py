"""How charts look: colours safe for the colour-blind, each with its dash, marker and hatch."""

import re
import unicodedata
from dataclasses import dataclass
from html import escape
from textwrap import wrap
from typing import Final

INK: Final = "#1f2937"
QUIET: Final = "#4b5563"
GRID: Final = "#e5e7eb"
FRAME: Final = "#9ca3af"
SIZE: Final = 12
Box = tuple[float, float, float, float]
_COLOURS: Final = (
    "#0b5c94",
    "#c2410c",
    "#00795a",
    "#8a3d7e",
    "#2b2b2b",
    "#3f93cf",
    "#a16f00",
)
"""Okabe and Ito's hues, darkened until each has a contrast of 3 to 1 on white."""
_DASHES: Final = ("none", "9 4", "2 3", "10 3 2 3", "5 2", "14 4", "6 2 2 2 2 2", "1 4")
_HATCHES: Final = ("", "a", "b", "c", "d", "e", "f", "g")
_HATCH_LINES: Final = {
    "a": "M-2 2L2 -2M0 8L8 0M6 10L10 6",
    "b": "M-2 6L2 10M0 0L8 8M6 -2L10 2",
    "c": "M0 4H8",
    "d": "M4 0V8",
    "e": "M0 4H8M4 0V8",
    "f": "M0 0L8 8M0 8L8 0",
    "g": "M1 2h3M5 6h3",
}
_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """The look of one named series; the same name looks the same in every panel."""

    number: int

    @property
    def colour(self) -> str:
        """Its colour, for lines, markers and outlines."""
        return _COLOURS[self.number % len(_COLOURS)]

    @property
    def dash(self) -> str:
        """Its stroke-dasharray, which tells it apart where colour doesn't."""
        return _DASHES[self.number % len(_DASHES)]

    @property
    def fill(self) -> str:
        """Attributes of a filled shape: its colour, and from the second series on a hatch."""
        hatch = _HATCHES[self.number % len(_HATCHES)]
        if not hatch:
            return f'fill="{self.colour}"'
        return f'fill="url(#hatch-{hatch}-{self.colour[1:]})" stroke="{self.colour}"'

    def marker(self, x: float, y: float, size: float = 4.5) -> str:
        """The path of its marker around a place; markers of neighbours have other shapes."""
        shape = _SHAPES[self.number % len(_SHAPES)]
        corners = (f"{x + size * dx:.1f} {y + size * dy:.1f}" for dx, dy in shape)
        return f"M{'L'.join(corners)}Z"


_ROUND: Final = (
    (1, 0),
    (0.7, 0.7),
    (0, 1),
    (-0.7, 0.7),
    (-1, 0),
    (-0.7, -0.7),
    (0, -1),
    (0.7, -0.7),
)
_CROSS: Final = tuple(
    (1.2 * x, 1.2 * y)
    for x, y in ((1, 0.3), (0.3, 0.3), (0.3, 1), (-0.3, 1), (-0.3, 0.3), (-1, 0.3))
) + tuple(
    (1.2 * x, 1.2 * y)
    for x, y in ((-1, -0.3), (-0.3, -0.3), (-0.3, -1), (0.3, -1), (0.3, -0.3), (1, -0.3))
)
_SHAPES: Final = (
    _ROUND,
    ((0.9, 0.9), (-0.9, 0.9), (-0.9, -0.9), (0.9, -0.9)),
    ((0, -1.2), (1.1, 0.8), (-1.1, 0.8)),
    ((0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)),
    ((0, 1.2), (1.1, -0.8), (-1.1, -0.8)),
    _CROSS,
    ((0, -1.2), (0.9, 1.1), (-1.2, -0.3), (1.2, -0.3), (-0.9, 1.1)),
)


def patterns(styles: list[Style]) -> str:
    """The definitions that fills of these styles, and gaps, refer to."""
    used = {(_HATCHES[one.number % len(_HATCHES)], one.colour) for one in styles}
    cells = [
        f'<pattern id="hatch-{hatch}-{colour[1:]}" width="8" height="8"'
        ' patternUnits="userSpaceOnUse"><rect width="8" height="8" fill="#ffffff"/>'
        f'<path d="{_HATCH_LINES[hatch]}" stroke="{colour}" stroke-width="1.8"/></pattern>'
        for hatch, colour in sorted(used)
        if hatch
    ]
    gap = (
        '<pattern id="gap" width="7" height="7" patternUnits="userSpaceOnUse"'
        ' patternTransform="rotate(45)"><rect width="7" height="7" fill="#f3f4f6"/>'
        '<path d="M0 0V7" stroke="#9ca3af" stroke-width="2"/></pattern>'
    )
    return f"<defs>{gap}{''.join(cells)}</defs>"


def clean(text: str) -> str:
    """Text as XML may hold it: escaped, and what XML forbids shown as a replacement character."""
    return escape(_NOT_XML.sub("\ufffd", text), quote=True)


def wide(text: str, size: float = SIZE) -> float:
    """About how many pixels a text takes; wide characters of East Asia take twice as many."""
    units = sum(1.0 if unicodedata.east_asian_width(one) in "WF" else 0.56 for one in text)
    return units * size


def shortened(text: str, most: int) -> str:
    """At most so many characters, an ellipsis for the rest."""
    return text if len(text) <= most else text[: most - 1] + "…"


def folded(text: str, pixels: float, size: float = SIZE) -> list[str]:
    """A text as lines that fit into so many pixels."""
    return [
        line
        for part in text.splitlines()
        for line in wrap(part, max(12, int(pixels / (0.53 * size))))
    ]


def text(
    x: float, y: float, words: str, *, anchor: str = "start", size: float = SIZE, ink: str = INK
) -> str:
    """One line of text; what it says is escaped."""
    place = f'x="{x:.1f}" y="{y:.1f}"'
    look = f'text-anchor="{anchor}" font-size="{size:g}" fill="{ink}"'
    return f"<text {place} {look}>{clean(words)}</text>"


def stroke(
    path: str, colour: str, title: str = "", *, width: float = 1.0, dash: str = "none"
) -> str:
    """A path that is drawn as a line, told by its title where it has one."""
    told = f"<title>{clean(title)}</title>" if title else ""
    look = f'stroke="{colour}" stroke-width="{width:g}" stroke-dasharray="{dash}"'
    return f'<path d="{path}" fill="none" {look} stroke-linejoin="round">{told}</path>'


def shade(path: str, colour: str, title: str = "", *, opacity: float = 1.0) -> str:
    """A path that is filled."""
    told = f"<title>{clean(title)}</title>" if title else ""
    return f'<path d="{path}" fill="{colour}" fill-opacity="{opacity:g}">{told}</path>'


def box(place: Box, look: str, title: str = "") -> str:
    """A rectangle: left, top, right and floor in pixels; never thinner than can be seen."""
    left, top, right, floor = place
    wide, high = max(right - left, 0.5), max(floor - top, 0.5)
    told = f"<title>{clean(title)}</title>" if title else ""
    size = f'x="{left:.2f}" y="{top:.2f}" width="{wide:.2f}" height="{high:.2f}"'
    return f"<rect {size} {look}>{told}</rect>"

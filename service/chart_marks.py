"""The marks of charts that measure: lines with bands and points; each draws and tells itself."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, Protocol

from service.chart_scales import Scale, Value
from service.chart_style import QUIET, Style, shade, stroke, text, wide

Numbers = Sequence[float | None]
Columns = dict[str, Sequence[Value | None]]
_TOLD: Final = 60
_MARKED: Final = 400
_SHARED: Final = 0.7
"""How much of a row points that share it take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Where a panel lies, in pixels, and what its axes measure."""

    x: Scale
    y: Scale
    left: float
    top: float
    right: float
    bottom: float

    def across(self, value: Value | None) -> float | None:
        """The pixel of a value along the axis x."""
        share = self.x.at(value)
        return None if share is None else self.left + share * (self.right - self.left)

    def up(self, value: Value | None) -> float | None:
        """The pixel of a value along the axis y; categories are read from the top."""
        share = self.y.at(value)
        return None if share is None else self.row(share)

    def row(self, share: float) -> float:
        """The pixel of a share of the axis y."""
        down = share if self.y.axis.kind == "category" else 1.0 - share
        return self.top + down * (self.bottom - self.top)

    def place(self, x: Value | None, y: Value | None) -> tuple[float, float] | None:
        """Both pixels, or nothing where one of them is unknown."""
        across, up = self.across(x), self.up(y)
        return None if across is None or up is None else (across, up)


class Mark(Protocol):
    """What a panel shows."""

    @property
    def name(self) -> str:
        """What the legend says; the same name looks the same in all panels."""

    @property
    def named(self) -> bool:
        """Whether it stands in the legend under a style of its own."""

    @property
    def zero(self) -> bool:
        """Whether it means nothing unless the axis of numbers begins at zero."""

    def columns(self) -> Columns:
        """The data behind it, a column a name; `x` and `y` set how far the axes go."""

    def draw(self, frame: Frame, style: Style) -> Iterator[str]:
        """The SVG of it."""

    def swatch(self, x: float, y: float, style: Style) -> str:
        """What the legend shows of it."""

    def words(self, frame: Frame) -> Iterator[str]:
        """What it shows, for who can't see it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Values along x, joined; where one is unknown the line is broken, never drawn through."""

    name: str
    x: Sequence[Value]
    y: Numbers
    low: Numbers = ()
    """The lower edge of a band around it, value by value."""
    high: Numbers = ()
    stepped: bool = False
    named: bool = True
    zero: bool = False

    def columns(self) -> Columns:
        """Its points and, where it has them, the edges of its band."""
        band: Columns = {"low": self.low, "high": self.high} if len(self.low) else {}
        return {"x": self.x, "y": self.y, **band}

    def draw(self, frame: Frame, style: Style) -> Iterator[str]:
        """The band, then the line, in as many pieces as it is known in."""
        if len(self.low):
            for piece in _pieces(frame, self.x, self.low, self.high):
                lower, upper = [one[0] for one in piece], [one[1] for one in piece]
                corners = _path([*_thin(upper), *reversed(_thin(lower))])
                yield shade(f"{corners}Z", style.colour, self.name, opacity=0.18)
        for piece in _pieces(frame, self.x, self.y, self.y):
            places = _thin([one[0] for one in piece])
            drawn = _stepped(places) if self.stepped else places
            if len(drawn) == 1:
                yield shade(style.marker(*drawn[0], 2.5), style.colour, self.name)
            else:
                yield stroke(_path(drawn), style.colour, self.name, width=2, dash=style.dash)

    def swatch(self, x: float, y: float, style: Style) -> str:
        """A piece of the line, on its band where it has one."""
        band = shade(f"M{x} {y - 6}h30v12h-30Z", style.colour, opacity=0.18)
        line = stroke(f"M{x} {y}h30", style.colour, width=2, dash=style.dash)
        return f"{band}{line}" if len(self.low) else line

    def words(self, frame: Frame) -> Iterator[str]:
        """First, lowest, highest and last; of a short one every point."""
        known = [at for at, y in enumerate(self.y) if frame.place(self.x[at], y)]
        if not known:
            yield f"{self.name}: nothing known."
            return
        told = dict.fromkeys(
            (known[0], min(known, key=self._at), max(known, key=self._at), known[-1])
        )
        of = f"{self.name}, {len(known)} of {len(self.x)} points known: "
        yield (
            of
            + "; ".join(self._told(frame, at) for at in (known if len(known) <= _TOLD else told))
            + "."
        )

    def _at(self, place: int) -> float:
        return self.y[place] or 0.0

    def _told(self, frame: Frame, at: int) -> str:
        band = _interval(frame.y, self.low[at], self.high[at]) if len(self.low) else ""
        return f"{frame.x.words(self.x[at])}: {frame.y.words(self.y[at])}{band}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """Single values, each with its interval; along x, or along y where y names categories.

    With categories on y this is a forest of intervals: `low` and `high` then are of x.
    """

    name: str
    x: Sequence[Value | None]
    y: Sequence[Value | None]
    low: Numbers = ()
    high: Numbers = ()
    notes: Sequence[str] = ()
    """What else is told of each, such as its sample size; shown right of a forest."""
    labels: Sequence[str] = ()
    """What each is, written beside it where y measures."""
    slot: int = 0
    slots: int = 1
    """Points that share rows of a forest lie under each other, each in its `slot` of `slots`."""
    faint: bool = False
    """Small and pale: the single values behind a line."""
    named: bool = True
    zero: bool = False

    def columns(self) -> Columns:
        """Places, interval ends and notes."""
        more: Columns = {"low": self.low, "high": self.high} if len(self.low) else {}
        told = {"notes": self.notes, "labels": self.labels}
        return {"x": self.x, "y": self.y, **more, **{key: one for key, one in told.items() if one}}

    def draw(self, frame: Frame, style: Style) -> Iterator[str]:
        """Whiskers, then the marker."""
        lying, size = frame.y.axis.kind == "category", 2.2 if self.faint else 4.5
        for at, y in enumerate(self.y):
            told = f"{self.name}: {self._told(frame, at)}"
            if len(self.low) and (whisker := self._whisker(frame, at)):
                yield stroke(whisker, style.colour, told, width=1.6)
            if place := self._place(frame, at):
                opacity = 0.55 if self.faint else 1.0
                yield shade(style.marker(*place, size), style.colour, told, opacity=opacity)
                if self.labels:
                    yield self._label(frame, place, self.labels[at])
            if lying and self.notes and (row := frame.up(y)) is not None:
                yield text(frame.right + 8, row + 4, self.notes[at], size=11, ink=QUIET)

    def _place(self, frame: Frame, at: int) -> tuple[float, float] | None:
        across, row = frame.across(self.x[at]), self._row(frame, at)
        return None if across is None or row is None else (across, row)

    def _row(self, frame: Frame, at: int) -> float | None:
        """The pixel along y, in its slot of a row."""
        row = frame.up(self.y[at])
        if row is None or frame.y.axis.kind != "category":
            return row
        high = _SHARED * (frame.bottom - frame.top) / max(1, len(frame.y.places))
        return row + high * ((self.slot + 0.5) / self.slots - 0.5)

    def _label(self, frame: Frame, place: tuple[float, float], words: str) -> str:
        """Right of the marker, or left of it where the panel ends."""
        x, y = place
        if x + 10 + wide(words, 11) > frame.right:
            return text(x - 8, y - 5, words, anchor="end", size=11)
        return text(x + 8, y - 5, words, size=11)

    def _whisker(self, frame: Frame, at: int) -> str:
        """The path of an interval with its ends, or nothing."""
        low, high = self.low[at], self.high[at]
        if frame.y.axis.kind == "category":
            row, left, right = self._row(frame, at), frame.across(low), frame.across(high)
            if row is None or left is None or right is None:
                return ""
            ends = "".join(f"M{x:.2f} {row - 3:.2f}v6" for x in (left, right))
            return f"M{left:.2f} {row:.2f}H{right:.2f}{ends}"
        column, floor, top = frame.across(self.x[at]), frame.up(low), frame.up(high)
        if column is None or floor is None or top is None:
            return ""
        ends = "".join(f"M{column - 3:.2f} {y:.2f}h6" for y in (floor, top))
        return f"M{column:.2f} {floor:.2f}V{top:.2f}{ends}"

    def swatch(self, x: float, y: float, style: Style) -> str:
        """The marker, on a whisker where it has one."""
        line = stroke(f"M{x + 4} {y}h22", style.colour, width=1.6)
        marker = shade(style.marker(x + 15, y), style.colour)
        return f"{line}{marker}" if len(self.low) else marker

    def words(self, frame: Frame) -> Iterator[str]:
        """Every point, or the first sixty and how many there are."""
        told = "; ".join(self._told(frame, at) for at in range(min(_TOLD, len(self.x))))
        yield f"{self.name}, {len(self.x)} points: {told or 'none'}."

    def _told(self, frame: Frame, at: int) -> str:
        along = frame.x if frame.y.axis.kind == "category" else frame.y
        band = _interval(along, self.low[at], self.high[at]) if len(self.low) else ""
        note = f", {self.notes[at]}" if self.notes else ""
        return f"{frame.x.words(self.x[at])}, {frame.y.words(self.y[at])}{band}{note}"


def _interval(along: Scale, low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f" [{along.words(low)}, {along.words(high)}]"


def _path(places: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in places)


def _pieces(
    frame: Frame, x: Sequence[Value], low: Numbers, high: Numbers
) -> Iterator[list[tuple[tuple[float, float], tuple[float, float]]]]:
    """Runs of neighbours that are all known, as pixels of their lower and upper edge."""
    edges = (
        (frame.place(at, one), frame.place(at, other))
        for at, one, other in zip(x, low, high, strict=True)
    )
    for known, run in groupby(edges, key=lambda one: None not in one):
        if known:
            yield [(lower, upper) for lower, upper in run if lower and upper]


def _thin(places: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Of many places in a column of pixels the first, lowest, highest and last."""
    if len(places) <= _MARKED:
        return places
    kept: list[tuple[float, float]] = []
    for _, run in groupby(places, key=lambda one: int(one[0])):
        column = list(run)
        lowest, highest = min(column, key=_upward), max(column, key=_upward)
        kept += dict.fromkeys((column[0], *sorted((lowest, highest)), column[-1]))
    return kept


def _upward(place: tuple[float, float]) -> float:
    return place[1]


def _stepped(places: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """The corners of a line that keeps its value until the next one."""
    corners = list(places[:1])
    for x, y in places[1:]:
        corners += [(x, corners[-1][1]), (x, y)]
    return corners

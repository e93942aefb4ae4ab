"""What lies beside lines and points in charts: bars, spans, gaps, levels and moments."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from service.chart_marks import Columns, Frame, Numbers
from service.chart_scales import Value
from service.chart_style import FRAME, INK, QUIET, Box, Style, box, stroke

_TOLD: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """Amounts as lengths from zero: upright, or lying where y names categories.

    `wide` is how much of the axis a bar takes: 1 is a whole category, seconds where times lie
    along the axis. Bars that share places stand side by side, each in its `slot` of `slots`.
    """

    name: str
    x: Sequence[Value | None]
    y: Sequence[Value | None]
    wide: float = 0.8
    slot: int = 0
    slots: int = 1
    base: Numbers = ()
    """Where each begins instead of zero, so that bars can stand on others."""
    named: bool = True
    zero: bool = True

    def columns(self) -> Columns:
        """Places, amounts and where they begin."""
        return {"x": self.x, "y": self.y, **({"base": self.base} if len(self.base) else {})}

    def draw(self, frame: Frame, style: Style) -> Iterator[str]:
        """A rectangle each."""
        for at in range(len(self.x)):
            if place := self._box(frame, at):
                yield box(place, style.fill, f"{self.name}: {self._told(frame, at)}")

    def swatch(self, x: float, y: float, style: Style) -> str:
        """A small bar."""
        return f'<rect x="{x + 4}" y="{y - 5}" width="22" height="10" {style.fill}/>'

    def words(self, frame: Frame) -> Iterator[str]:
        """Every bar, or the first sixty and how many there are."""
        told = "; ".join(self._told(frame, at) for at in range(min(_TOLD, len(self.x))))
        yield f"{self.name}, {len(self.x)} bars: {told or 'none'}."

    def _told(self, frame: Frame, at: int) -> str:
        return f"{frame.x.words(self.x[at])}, {frame.y.words(self.y[at])}"

    def _box(self, frame: Frame, at: int) -> Box | None:
        """Left, top, right and floor in pixels."""
        base, lying = self.base[at] if len(self.base) else 0.0, frame.y.axis.kind == "category"
        along, value = (self.y[at], self.x[at]) if lying else (self.x[at], self.y[at])
        middle = (frame.y if lying else frame.x).number(along)
        if middle is None:
            return None
        begin = middle - self.wide / 2 + self.slot * self.wide / self.slots
        sides = [begin, begin + self.wide / self.slots]
        xs, ys = ([base, value], sides) if lying else (sides, [base, value])
        across = [one for one in map(frame.across, xs) if one is not None]
        up = [one for one in map(frame.up, ys) if one is not None]
        if not across or not up:
            return None
        return min(across), min(up), max(across), max(up)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of x with a name: a phase, or hatched where nothing is known."""

    name: str
    since: Value
    until: Value
    gap: bool = False
    named: bool = False
    zero: bool = False

    def columns(self) -> Columns:
        """Its ends."""
        return {"x": [self.since, self.until]}

    def draw(self, frame: Frame, style: Style) -> Iterator[str]:
        """A rectangle as high as the panel."""
        left, right = frame.across(self.since), frame.across(self.until)
        if left is not None and right is not None:
            place = (left, frame.top, right, frame.bottom)
            yield box(place, self._fill(style), " ".join(self.words(frame)))

    def _fill(self, style: Style) -> str:
        if self.gap:
            return 'fill="url(#gap)"'
        colour, opacity = (style.colour, 0.14) if self.named else (FRAME, 0.22)
        return f'fill="{colour}" fill-opacity="{opacity}"'

    def swatch(self, x: float, y: float, style: Style) -> str:
        """A piece of it."""
        return box((x, y - 6, x + 30, y + 6), self._fill(style))

    def words(self, frame: Frame) -> Iterator[str]:
        """From when to when."""
        yield f"{self.name}: {frame.x.words(self.since)} to {frame.x.words(self.until)}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A place on x with a name, such as when something was done."""

    name: str
    at: Value
    low: Value | None = None
    """From where on it may have been, where that isn't certain."""
    high: Value | None = None
    named: bool = False
    zero: bool = False

    def columns(self) -> Columns:
        """Its place, and the ends of where it may be."""
        return {"x": [self.at], **({"low": [self.low], "high": [self.high]} if self.low else {})}

    def draw(self, frame: Frame, style: Style) -> Iterator[str]:
        """An upright line, on a band where its place isn't certain; the panel labels it."""
        del style
        told = " ".join(self.words(frame))
        x, left, right = (frame.across(one) for one in (self.at, self.low, self.high))
        if left is not None and right is not None:
            place = (left, frame.top, right, frame.bottom)
            yield box(place, f'fill="{INK}" fill-opacity="0.09"', told)
        if x is not None:
            yield stroke(f"M{x:.2f} {frame.top:.1f}V{frame.bottom:.1f}", INK, told, dash="5 3")

    def swatch(self, x: float, y: float, style: Style) -> str:
        """A piece of it."""
        del style
        return stroke(f"M{x + 15} {y - 7}v14", INK, dash="5 3")

    def words(self, frame: Frame) -> Iterator[str]:
        """When."""
        ends = f" [{frame.x.words(self.low)}, {frame.x.words(self.high)}]" if self.low else ""
        yield f"{self.name}: {frame.x.words(self.at)}{ends}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A value to compare with: a line across the panel; upright where y names categories."""

    name: str
    at: float
    low: float | None = None
    high: float | None = None
    named: bool = False
    zero: bool = False

    def columns(self) -> Columns:
        """The value and the ends of its interval; the panel sees to which axis they belong."""
        return {"level": [self.at, *(one for one in (self.low, self.high) if one is not None)]}

    def draw(self, frame: Frame, style: Style) -> Iterator[str]:
        """A thin dashed line, on a band where it has an interval."""
        del style
        told, lying = " ".join(self.words(frame)), frame.y.axis.kind == "category"
        place = frame.across if lying else frame.up
        low, at, high = place(self.low), place(self.at), place(self.high)
        if low is not None and high is not None:
            ends = (low, frame.top, high, frame.bottom)
            ends = ends if lying else (frame.left, high, frame.right, low)
            yield box(ends, f'fill="{QUIET}" fill-opacity="0.12"', told)
        if at is not None:
            upright = f"M{at:.2f} {frame.top:.1f}V{frame.bottom:.1f}"
            level = f"M{frame.left:.1f} {at:.2f}H{frame.right:.1f}"
            yield stroke(upright if lying else level, QUIET, told, dash="3 3")

    def swatch(self, x: float, y: float, style: Style) -> str:
        """A piece of it."""
        del style
        return stroke(f"M{x} {y}h30", QUIET, dash="3 3")

    def words(self, frame: Frame) -> Iterator[str]:
        """How high it is."""
        along = frame.x if frame.y.axis.kind == "category" else frame.y
        ends = "" if self.low is None else f" [{along.words(self.low)}, {along.words(self.high)}]"
        yield f"{self.name}: {along.words(self.at)}{ends}."

"""What is wrong with a GeoJSON document, and what was changed to take it in."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

MOST_MISTAKES: Final = 50
POLYGON: Final = (
    '{"type": "Polygon", "coordinates": [[[-73.93, 40.87], [-73.9, 40.87], [-73.9, 40.89],'
    " [-73.93, 40.87]]]}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """What is wrong at a JSON pointer, what stands there, and what would do."""

    pointer: str
    detail: str
    value: str
    example: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What was changed on the way in, at a JSON pointer."""

    pointer: str
    detail: str


class GeoJsonInvalid(ValueError):
    """Nothing can be taken from a document; `mistakes` are all that was found, 50 at most."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        """Keep every mistake; the message joins them."""
        self.mistakes = tuple(mistakes[:MOST_MISTAKES])
        super().__init__("; ".join(f"{one.pointer}: {one.detail}" for one in self.mistakes))


@dataclass(slots=True, kw_only=True)
class Reading:
    """What is found wrong and what is changed while a geometry is read."""

    mistakes: list[Mistake] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    corners: int = 0

    def wrong(self, pointer: str, detail: str, value: object, example: str = POLYGON) -> None:
        """Note a mistake, 50 at most; its value is quoted in at most 80 characters."""
        if len(self.mistakes) >= MOST_MISTAKES:
            return
        shown = repr(value)
        shown = shown if len(shown) <= 80 else f"{shown[:79]}…"  # noqa: PLR2004 - as it says
        self.mistakes.append(
            Mistake(pointer=pointer or "/", detail=detail, value=shown, example=example)
        )

    def changed(self, pointer: str, detail: str) -> None:
        """Note a repair, once for each place."""
        notice = Notice(pointer=pointer or "/", detail=detail)
        if notice not in self.notices[-8:]:
            self.notices.append(notice)

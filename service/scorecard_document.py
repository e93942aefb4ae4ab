"""The scorecard as a PDF of one page: the same bytes for the same figures."""

from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from knowledge.measures.estimates import Estimate
from service.outcome_bodies import Perspective
from service.scorecard_items import Item, Sheet, aim, answering, changed, said
from service.scorecard_page import WIDTHS

_FONT: Final = "DejaVu"
_MARGIN, _GUTTER, _LINE = 10.0, 8.0, 3.6
_HEADS: Final = ("Figure", "Now", "Target", "Change", "Owner")
_LARGEST, _SMALLEST = 7.0, 4.0
_FEWER: Final = (60, 24, 12)
_LONGEST: Final = 120
"""Characters of a cell; what is longer is told in the other forms."""


def document(found: Sheet) -> bytes:
    """The PDF; the type becomes smaller until all of it is on one page.

    Where even that does not do, figures without a value, then the last ones, are left to the other
    forms, and counted.
    """
    for sheet in (found, *(_told(found, most) for most in _FEWER)):
        size = _LARGEST
        while size >= _SMALLEST:
            made = _made(sheet, size)
            content = bytes(made.output())
            for font in made.fonts.values():
                font.ttfont.close()
            if made.page_no() == 1:
                return content
            size -= 0.5
    return content


def _told(found: Sheet, most: int) -> Sheet:
    kept = [one for one in found.items if isinstance(one.now, Estimate)][:most]
    gone = len(found.items) - len(kept)
    note = f"{gone} figures are not on this page, first those without value; other forms have all."
    return replace(found, items=kept, notes=[note, *found.notes])


def _made(found: Sheet, size: float) -> Any:  # noqa: ANN401 - a library of loose types
    from fpdf import FPDF  # noqa: PLC0415 - slow to load
    from matplotlib import get_data_path  # noqa: PLC0415 - slow to load

    pdf = FPDF(orientation="landscape", format="A4")
    fonts = Path(get_data_path()) / "fonts" / "ttf"
    pdf.add_font(_FONT, "", fonts / "DejaVuSans.ttf")
    pdf.add_font(_FONT, "B", fonts / "DejaVuSans-Bold.ttf")
    pdf.set_creation_date(found.until)
    pdf.set_title(found.title)
    pdf.set_lang("en")
    pdf.set_margin(_MARGIN)
    pdf.set_auto_page_break(auto=True, margin=_MARGIN)
    pdf.add_page()
    pdf.set_font(_FONT, "B", size * 2)
    pdf.cell(0, size, found.title, new_x="LMARGIN", new_y="NEXT")
    width = (pdf.epw - _GUTTER) / 2
    top = pdf.get_y() + 2
    quarters = [*Perspective]
    for row in (quarters[:2], quarters[2:]):
        ends = [
            _quarter(pdf, found, one, (_MARGIN + at * (width + _GUTTER), top, width), size)
            for at, one in enumerate(row)
        ]
        top = max(ends) + 3
    pdf.set_xy(_MARGIN, top)
    pdf.set_font(_FONT, "", size - 1)
    for note in found.notes:
        pdf.multi_cell(0, size * 0.45, f"• {note}", new_x="LMARGIN", new_y="NEXT")
    return pdf


def _quarter(
    pdf: Any,  # noqa: ANN401 - a library of loose types
    found: Sheet,
    perspective: Perspective,
    place: tuple[float, float, float],
    size: float,
) -> float:
    """One perspective; the height at which it ends."""
    left, top, width = place
    pdf.set_xy(left, top)
    pdf.set_font(_FONT, "B", size + 2)
    pdf.cell(width, size * 0.7, perspective.capitalize(), border="B")
    top += size * 0.8
    top = _row(pdf, _HEADS, (left, top, width), size - 1, bold=True)
    items = [one for one in found.items if one.perspective is perspective]
    for one in items:
        top = _row(pdf, _cells(one), (left, top, width), size, bold=False)
    if not items:
        top = _row(
            pdf, ("Nothing is recorded.", "", "", "", ""), (left, top, width), size, bold=False
        )
    return top


def _cells(one: Item) -> tuple[str, ...]:
    return (one.name, said(one.now, one.unit), aim(one), changed(one), answering(one))


def _row(
    pdf: Any,  # noqa: ANN401 - a library of loose types
    cells: tuple[str, ...],
    place: tuple[float, float, float],
    size: float,
    *,
    bold: bool,
) -> float:
    left, top, width = place
    pdf.set_font(_FONT, "B" if bold else "", size)
    ends, at = [top], left
    for share, text in zip(WIDTHS, cells, strict=True):
        pdf.set_xy(at, top)
        pdf.multi_cell(share * width - 1, size * 0.45, _short(text), align="L")
        ends.append(pdf.get_y())
        at += share * width
    end = max(ends) + 0.6
    pdf.set_draw_color(190)
    pdf.line(left, end, left + width, end)
    pdf.set_draw_color(0)
    return end + 0.6


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"

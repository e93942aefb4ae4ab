"""How a workbook shows its numbers: as numbers, per cent, or days since a first one."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final, Literal

from loaders.xlsx_package import Elements, Package, WorkbookInvalid

Kind = Literal["text", "number", "percent", "date", "truth", "error", "formula"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Styles:
    """How numbers are shown by style: `date`, `percent` or plain; from when days count."""

    shown: tuple[Kind, ...]
    epoch: datetime

    def read(self, said: str, style: int) -> tuple[Kind, str]:
        """A number as its style shows it: a date in ISO 8601, or the number itself.

        Raises:
            WorkbookInvalid: it is no number, or no day that there is.
        """
        number = _number(said)
        kind = self.shown[style] if style < len(self.shown) else "number"
        return kind, _day(number, self.epoch) if kind == "date" else _plain(number)


_DATES: Final = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_PERCENT: Final = frozenset({9, 10})
_LITERAL: Final = re.compile(r'"[^"]*"|\\.|\[(?![hms]+\])[^\]]*\]|_.|\*.', re.IGNORECASE)


def styles_of(package: Package) -> Styles:
    """The styles of a workbook."""
    found = Elements()
    package.parse("xl/styles.xml", found)
    codes = {
        whole(one.get("numFmtId", "0")): one.get("formatCode", "")
        for name, one in found.found
        if name == "numFmt"
    }
    inside, shown = False, list[Kind]()
    for name, one in found.found:
        inside = name == "cellXfs" or (inside and name not in {"cellStyles", "dxfs"})
        if inside and name == "xf":
            shown.append(_shown(whole(one.get("numFmtId", "0")), codes))
    book = Elements()
    package.parse("xl/workbook.xml", book)
    late = any(n == "workbookPr" and one.get("date1904") in {"1", "true"} for n, one in book.found)
    epoch = datetime(1904, 1, 1) if late else datetime(1899, 12, 30)  # noqa: DTZ001 - no zone there
    return Styles(shown=tuple(shown), epoch=epoch)


def _shown(number: int, codes: Mapping[int, str]) -> Kind:
    code = _LITERAL.sub("", codes.get(number, "")).lower()
    if number in _PERCENT or "%" in code:
        return "percent"
    dated = number in _DATES or (re.search(r"[ymdhs]", code) and code != "general")
    return "date" if dated else "number"


def _plain(number: Decimal) -> str:
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _number(said: str) -> Decimal:
    try:
        value = float(said)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise WorkbookInvalid(f"{said[:20]!r} stands where a number belongs")
    return Decimal(repr(value))


def _day(number: Decimal, epoch: datetime) -> str:
    """A serial number of days as a date, as a time where there is no day."""
    try:
        moment = epoch + timedelta(seconds=round(float(number) * 86_400))
    except OverflowError as error:
        raise WorkbookInvalid(f"{number} is no day that a spreadsheet knows") from error
    if 0 <= number < 1:
        return moment.time().isoformat()
    whole = number == int(number)
    return moment.date().isoformat() if whole else moment.isoformat()


def whole(text: str) -> int:
    """A whole number that a part of a workbook states.

    Raises:
        WorkbookInvalid: it is none.
    """
    if not text.strip().isdecimal() or len(text) > len("1234567890"):
        raise WorkbookInvalid(f"{text[:20]!r} stands where a whole number belongs")
    return int(text)

"""Durations in years and months, which have no fixed length, and days that lie so far apart."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeVar

LARGEST_MONTHS: Final = 12_000_000
_WRITTEN: Final = re.compile(r"(-)?P(?=\d)(?:(\d{1,7})Y)?(?:(\d{1,8})M)?", re.ASCII)
_Day = TypeVar("_Day", bound=date)


@dataclass(frozen=True, slots=True, order=True)
class Months:
    """So many months; twelve are a year. They compare with their like only."""

    total: int

    def __neg__(self) -> "Months":
        """As many in the other direction."""
        return Months(-self.total)

    def __str__(self) -> str:
        """The canonical ISO 8601 form: years and months, none of them zero.

        >>> str(Months(26)), str(Months(-12)), str(Months(0))
        ('P2Y2M', '-P1Y', 'P0M')
        """
        years, months = divmod(abs(self.total), 12)
        body = f"{years}Y" * bool(years) + f"{months}M" * bool(months)
        return ("-" if self.total < 0 else "") + "P" + (body or "0M")


def read_months(text: str) -> Months | None:
    """The years and months of an ISO 8601 text; None where it is none, or over a million years.

    >>> read_months("P1Y6M"), read_months("P1Y2D")
    (Months(total=18), None)
    """
    found = _WRITTEN.fullmatch(text)
    if found is None:
        return None
    total = int(found[2] or 0) * 12 + int(found[3] or 0)
    return within(Months(-total if found[1] else total))


def speaks_of_months(text: str) -> bool:
    """Whether an ISO 8601 duration, right or wrong, says years or months.

    >>> [speaks_of_months(text) for text in ("P1Y2D", "PT5M", "P1DT2M")]
    [True, False, False]
    """
    return bool(re.search("[YM]", text.partition("T")[0]))


def within(months: Months) -> Months | None:
    """The same months; None where they are beyond a million years."""
    return months if abs(months.total) <= LARGEST_MONTHS else None


def later(day: _Day, months: Months) -> _Day:
    """A day, or a moment, some months later; the last of a month where that is too short.

    Raises:
        ValueError: that is beyond the calendar.

    >>> later(date(2024, 1, 31), Months(1)), later(date(2024, 2, 29), Months(-12))
    (datetime.date(2024, 2, 29), datetime.date(2023, 2, 28))
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months.total, 12)
    if not date.min.year <= year <= date.max.year:
        raise ValueError(f"{day.isoformat()} + {months} is beyond the calendar")
    last = monthrange(year, month + 1)[1]
    return day.replace(year=year, month=month + 1, day=min(day.day, last))

"""Closed months: a month is told of once it is over and what belongs to it has come in."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from service.fairness import FairnessInvalid, month
from service.problems import Fault, unprocessable

CLOSES: Final = timedelta(days=7)
"""After the end of a month answers are waited for."""


def closed_month(text: str | None, now: datetime) -> date:
    """The first day of the month that is asked for, by default of the last one that is closed.

    Raises:
        ProblemError: it is no month, or not closed yet.
    """
    last = now.date().replace(day=1)
    while closes(last) > now:
        last = back(last, 1)
    try:
        first = last if text is None else month(text)[0]
    except FairnessInvalid as error:
        raise _wrong(str(error), text, last) from error
    if first > last:
        raise _wrong(
            f"is told from {closes(first):%Y-%m-%d} on, when its answers are in", text, last
        )
    return first


def _wrong(words: str, text: str | None, last: date) -> Exception:
    fault = Fault(pointer="/month", detail=words, value=text, example=f"{last:%Y-%m}")
    return unprocessable([fault])


def back(first: date, months: int) -> date:
    """The first day of the month so many before."""
    number = first.year * 12 + first.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)


def begin(day: date) -> datetime:
    """The moment with which a day begins, UTC."""
    return datetime.combine(day, time.min, UTC)


def closes(first: date) -> datetime:
    """When a month is closed."""
    return begin(back(first, -1)) + CLOSES

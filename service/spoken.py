"""Values in the words of a place: times, dates, numbers, amounts, by Babel's CLDR data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time, get_timezone_name
from babel.numbers import format_currency, format_decimal, is_currency

_COMMA: Final = frozenset({"fr"})
"""Languages that write no comma between the weekday and the day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The words and the clock of the reader; `territory` is an ISO 3166 country, or None."""

    locale: str
    territory: str | None
    zone: ZoneInfo

    @property
    def babel(self) -> Locale:
        """The locale with the country of the reader, or without where nobody knows it so."""
        return _locale(self.locale, self.territory)

    def time(self, moment: datetime) -> str:
        """A moment with its zone and day: `5:30 PM EST, Sunday, December 1`."""
        local = moment.astimezone(self.zone)
        clock = format_time(local, "short", locale=self.babel)
        return f"{clock} {self._zone(local)}, {self._weekday(local)}"

    def day(self, value: date) -> str:
        """A date with its year: `December 1, 2013`."""
        return format_date(value, "long", locale=self.babel)

    def number(self, value: float) -> str:
        """A number with the signs of the place."""
        return format_decimal(value, locale=self.babel)

    def money(self, given: Mapping[str, object]) -> str | None:
        """An amount with its currency; None where it is none."""
        try:
            amount = Decimal(str(given.get("amount")))
        except InvalidOperation:
            return None
        currency = str(given.get("currency"))
        if set(given) != {"amount", "currency"} or not is_currency(currency):
            return None
        return format_currency(amount, currency, locale=self.babel) if amount.is_finite() else None

    def _weekday(self, local: datetime) -> str:
        weekday = format_date(local, "EEEE", locale=self.babel)
        day = format_skeleton("MMMMd", local, locale=self.babel)
        return f"{weekday} {day}" if self.babel.language in _COMMA else f"{weekday}, {day}"

    def _zone(self, local: datetime) -> str:
        name = str(get_timezone_name(local, "short", locale=self.babel))
        offset = local.strftime("%z")
        return name if name[:1].isalpha() else f"UTC{offset[:3]}:{offset[3:]}"


@lru_cache(maxsize=64)
def _locale(tag: str, territory: str | None) -> Locale:
    """The locale of a tag; its language alone where CLDR does not know the country."""
    language, _, region = tag.replace("-", "_").partition("_")
    place = region or territory
    for name in (f"{language}_{place}" if place else language, language):
        try:
            return Locale.parse(name)
        except (UnknownLocaleError, ValueError):
            continue
    return Locale("en")

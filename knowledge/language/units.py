"""Units that messages count in: a closed table, so that each is known and each can be compared."""

from collections.abc import Mapping
from typing import Final

UNITS: Final[Mapping[str, tuple[str, str, str]]] = {
    # word: kind, unit that it is counted in, how many of it
    **dict.fromkeys(("%", "percent", "pct"), ("percentage", "%", "1")),
    **dict.fromkeys(("second", "seconds", "sec"), ("duration", "s", "1")),
    **dict.fromkeys(("minute", "minutes", "min", "mins"), ("duration", "s", "60")),
    **dict.fromkeys(("hour", "hours", "h", "hr", "hrs"), ("duration", "s", "3600")),
    **dict.fromkeys(("day", "days", "night", "nights"), ("duration", "s", "86400")),
    **dict.fromkeys(("week", "weeks"), ("duration", "s", "604800")),
    **dict.fromkeys(("month", "months"), ("duration", "months", "1")),
    **dict.fromkeys(("year", "years"), ("duration", "months", "12")),
    **dict.fromkeys(("eur", "euro", "euros", "€"), ("money", "EUR", "1")),
    **dict.fromkeys(("gbp", "pound", "pounds", "£"), ("money", "GBP", "1")),
    **dict.fromkeys(("usd", "dollar", "dollars", "$"), ("money", "USD", "1")),
    **dict.fromkeys(("chf", "franc", "francs"), ("money", "CHF", "1")),
    **dict.fromkeys(("jpy", "yen", "¥"), ("money", "JPY", "1")),
    **dict.fromkeys(("cad",), ("money", "CAD", "1")),
    **dict.fromkeys(("aud",), ("money", "AUD", "1")),
    **dict.fromkeys(("hkd",), ("money", "HKD", "1")),
    **dict.fromkeys(("km", "kilometre", "kilometres", "kilometers"), ("length", "m", "1000")),
    **dict.fromkeys(("m", "metre", "metres", "meter", "meters"), ("length", "m", "1")),
    **dict.fromkeys(("cm", "centimetres", "centimeters"), ("length", "m", "0.01")),
    **dict.fromkeys(("mile", "miles"), ("length", "m", "1609.344")),
    **dict.fromkeys(("kg", "kilogram", "kilograms", "kilos"), ("mass", "g", "1000")),
    **dict.fromkeys(("g", "gram", "grams"), ("mass", "g", "1")),
    **dict.fromkeys(("tonne", "tonnes", "tons"), ("mass", "g", "1000000")),
    **dict.fromkeys(("litre", "litres", "liter", "liters", "l"), ("volume", "l", "1")),
    **dict.fromkeys(("ml", "millilitres", "milliliters"), ("volume", "l", "0.001")),
    **dict.fromkeys(("celsius", "°c"), ("temperature", "°C", "1")),
    **dict.fromkeys(("kwh",), ("energy", "kWh", "1")),
    **dict.fromkeys(("mwh",), ("energy", "kWh", "1000")),
}

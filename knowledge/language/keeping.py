"""What a translation has lost or added: numbers, times, units and names, whatever the language."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from knowledge.language.grammar import words_of
from knowledge.language.sentences import LONGEST

Kind: TypeAlias = Literal["number", "unit", "name", "word"]

_NUMBER: Final = re.compile(r"[0-9]+(?:[.,:'/-][0-9]+|[ \u00a0\u202f][0-9]{3}(?![0-9]))*")
_GROUP: Final = re.compile(r"[0-9]+")
_NAME: Final = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")
_HALF: Final = re.compile(r"\s?([ap])\.?m\b", re.IGNORECASE)
_STARTS: Final = frozenset('.!?\n:\u201c"\u00bb\u2022')
_UNITS: Final[Mapping[str, tuple[str, ...]]] = {
    "EUR": ("€", "eur", "euro"),
    "GBP": ("£", "gbp", "pound", "pfund", "livre", "libra", "sterling"),
    "USD": ("$", "usd", "dollar", "dólar", "dollaro"),
    "CHF": ("chf", "franken", "franc"),
    "%": (
        "%",
        "percent",
        "per cent",
        "prozent",
        "pour cent",
        "por ciento",
        "procent",
        "per cento",
    ),
    "km": ("km", "kilomet", "kilómet", "chilomet", "quilómet"),
    "kg": ("kg", "kilo", "chilo", "quilo"),
    "°C": ("°c", "celsius"),
}
_ENGLISH_ONLY: Final = words_of("never names")
_SPELLED: Final = words_of("spelled numbers")
_THOUSANDS: Final = 3
_NOON: Final = 12
_STEM: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Something that one text has and the other has not; `start` to `end` is where it stands.

    A `word` is a number that is spelled out, which no rule here looks for in another language.
    """

    kind: Kind
    said: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a translation lost, what it added, and what a person must compare."""

    lost: tuple[Difference, ...]
    added: tuple[Difference, ...]
    unchecked: tuple[Difference, ...]


def compare(source: str, translation: str, names: Sequence[str] = ()) -> Kept:
    """Compare a translation with its English source; `names` are names that must stay.

    A name that has another form in the language is listed as lost, too: a person says that it is
    right. A number counts as kept in any notation: 1,200 as 1.200 or 1 200, 6 pm as 18:00.

    >>> kept = compare("11 people, refund of €80", "11 Menschen, Erstattung von 90 Euro")
    >>> [one.said for one in kept.lost], [one.said for one in kept.added]
    (['80'], ['90'])
    """
    source, translation = source[:LONGEST], translation[:LONGEST]
    return Kept(
        lost=(
            *_numbers(source, translation),
            *_units(source, translation),
            *_names(source, translation, names),
        ),
        added=(*_numbers(translation, source), *_units(translation, source)),
        unchecked=tuple(
            Difference(kind="word", said=one.group(), start=one.start(), end=one.end())
            for one in _NAME.finditer(source)
            if one.group().lower() in _SPELLED
        ),
    )


def _numbers(text: str, other: str) -> Iterator[Difference]:
    there = {one for found in _NUMBER.finditer(other) for one in _readings(found, other)}
    parts = {_bare(one) for one in _GROUP.findall(other)}
    for found in _NUMBER.finditer(text):
        digits = found.group()
        dated = ("/" in digits or "-" in digits) and parts >= set(_parts(digits))
        if not dated and there.isdisjoint(_readings(found, text)):
            yield Difference(kind="number", said=digits, start=found.start(), end=found.end())


def _readings(found: re.Match[str], text: str) -> Iterator[str]:
    """The numbers that digits may stand for: "1.200" is 1200 or 1.2, "6" before "pm" is 18."""
    groups = [*_parts(found.group())]
    first, *rest = groups
    half = _HALF.match(text, found.end())
    if half and first.isdecimal() and len(first) <= len("12"):
        hour = int(first) % _NOON + (_NOON if half.group(1).lower() == "p" else 0)
        yield from (f"{hour}:{rest[0] if rest else '00'}", str(hour))
    if not rest:
        yield from (first, f"{first}:00")
        return
    yield from ("-".join(groups), f"{first}:{rest[0]}")
    if all(len(one) == _THOUSANDS for one in _GROUP.findall(found.group())[1:]):
        yield _bare("".join(_GROUP.findall(found.group())))
    yield f"{first}.{_GROUP.findall(found.group())[1].rstrip('0')}".rstrip(".")


def _parts(digits: str) -> Iterator[str]:
    for one in _GROUP.findall(digits):
        yield _bare(one)


def _bare(digits: str) -> str:
    return digits.lstrip("0") or "0"


def _units(text: str, other: str) -> Iterator[Difference]:
    lowered, there = text.lower(), other.lower()
    for words in _UNITS.values():
        found = next((one for one in words if one in lowered), None)
        if found is not None and not any(one in there for one in words):
            start = lowered.index(found)
            yield Difference(kind="unit", said=found, start=start, end=start + len(found))


def _names(text: str, other: str, given: Sequence[str]) -> Iterator[Difference]:
    there = other.casefold()
    for name in given:
        start = text.casefold().find(name.casefold())
        if name and start >= 0 and name.casefold() not in there:
            yield Difference(kind="name", said=name, start=start, end=start + len(name))
    seen = {one.casefold() for name in given for one in _NAME.findall(name)}
    for found in _NAME.finditer(text):
        name = found.group()
        if name.casefold() in seen or not _proper(text, found):
            continue
        seen.add(name.casefold())
        if _stem(name) not in there:
            yield Difference(kind="name", said=name, start=found.start(), end=found.end())


def _proper(text: str, found: re.Match[str]) -> bool:
    """Whether a word is a name: it begins with a capital, and not because a sentence does."""
    name = found.group()
    before = text[: found.start()].rstrip(" (")[-1:] if found.start() < LONGEST else ""
    starts = not before or before in _STARTS
    return (
        name[0].isupper()
        and name.lower() not in _ENGLISH_ONLY
        and (not starts or (name.isupper() and len(name) > 1))
    )


def _stem(name: str) -> str:
    """A name without the last letters, which other languages inflect."""
    folded = name.casefold()
    return folded[: max(_STEM, len(folded) - 1)]

"""What an act carries: typed fields, every mistake in them found at once."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple, Protocol

from ontology.events import Json
from ontology.identity import IdentityInvalid, ThingId, kind_of, thing_id
from ontology.marked_yaml import quoted

MAX_TEXT: Final = 4000
MAX_THINGS: Final = 100
MAX_DURATION: Final = timedelta(days=366)
MAX_INTEGER: Final = 2**53

_ISO: Final = re.compile(
    r"P(?:(\d{1,4})D)?(?:T(?=\d)(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,8})S)?)?", re.ASCII
)
_WORDS: Final = re.compile(r"(\d{1,6}) (second|minute|hour|day|week)s?", re.ASCII)


class DataType(StrEnum):
    """What a field of an act may hold."""

    TEXT = "text"
    CHOICE = "choice"
    THING = "thing"
    THINGS = "things"
    DURATION = "duration"
    INSTANT = "instant"
    INTEGER = "integer"
    BOOLEAN = "boolean"


@dataclass(frozen=True, slots=True, kw_only=True)
class DataField:
    """One field of an act; `property` is the ontology's term for it where the graph shows it.

    `of` closes a choice; `kind` and `states` bound a thing and the states it must be in.
    """

    name: str
    type: DataType
    required: bool
    of: tuple[str, ...]
    kind: str | None
    states: tuple[str, ...]
    property: str | None
    example: Json


class DataProblem(NamedTuple):
    """One reason why an act is refused: the field (or `role`, `state`, `actor`) and the words."""

    where: str
    message: str


class Asked(Protocol):
    """The thing that is acted upon, and the states of others."""

    @property
    def thing(self) -> ThingId:
        """Its id."""

    @property
    def state_of(self) -> Callable[[ThingId], str | None]:
        """The state of another thing, None where it is unknown."""


def duration(text: str) -> timedelta:
    """A length of elapsed time, as ISO 8601 or in words; longer than nothing, at most 366 days.

    Raises:
        ValueError: the message quotes the text and shows a valid one.

    >>> duration("PT1H30M") == duration("90 minutes")
    True
    """
    length = _iso(text) or _in_words(text)
    if length is None or not timedelta() < length <= MAX_DURATION:
        raise ValueError(
            f"{quoted(text)} is no duration up to 366 days; write PT15M or 15 minutes"
        )
    return length


def check_data(
    fields: Mapping[str, DataField], data: Mapping[str, Json], asked: Asked
) -> tuple[DataProblem, ...]:
    """Every mistake in what an act carries: unknown, missing, mistyped and out-of-place fields."""
    known = ", ".join(fields) or "none"
    unknown = [
        DataProblem(str(name)[:80], f"{quoted(name)} is no field of this act; its fields: {known}")
        for name in data
        if name not in fields
    ]
    return (*unknown[:20], *(p for spec in fields.values() for p in _of_field(spec, data, asked)))


def _of_field(spec: DataField, data: Mapping[str, Json], asked: Asked) -> Iterator[DataProblem]:
    """The mistakes in one field."""
    if spec.name not in data:
        if spec.required:
            yield DataProblem(spec.name, f"{spec.name} is missing; {_show(spec)}")
        return
    wrong = _CHECKS[spec.type](spec, data[spec.name])
    if wrong:
        yield DataProblem(
            spec.name, f"{spec.name}: {quoted(data[spec.name])} {wrong}; {_show(spec)}"
        )
    elif spec.type in {DataType.THING, DataType.THINGS}:
        yield from _of_things(spec, data[spec.name], asked)


def _show(spec: DataField) -> str:
    """A valid example in words."""
    return f"for example {quoted(spec.example)}"


def _text(_spec: DataField, value: Json) -> str | None:
    """What is wrong with a text."""
    if not isinstance(value, str) or not value.strip():
        return "is no text"
    return (
        f"has {len(value)} characters, {MAX_TEXT} are allowed" if len(value) > MAX_TEXT else None
    )


def _choice(spec: DataField, value: Json) -> str | None:
    """What is wrong with a choice."""
    return (
        None if isinstance(value, str) and value in spec.of else f"is none of {', '.join(spec.of)}"
    )


def _thing(spec: DataField, value: Json) -> str | None:
    """What is wrong with an id."""
    if not isinstance(value, str):
        return "is no id"
    try:
        found = thing_id(value)
    except IdentityInvalid:
        return "is no id"
    return None if spec.kind in {None, kind_of(found)} else f"is no {spec.kind}"


def _things(spec: DataField, value: Json) -> str | None:
    """What is wrong with a list of ids."""
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_THINGS:
        return f"is no list of 1 to {MAX_THINGS} ids"
    wrong = [member for member in value if _thing(spec, member)]
    if wrong:
        return f"has {quoted(wrong[0])}, which {_thing(spec, wrong[0])}"
    return "names a thing twice" if len(set(map(str, value))) < len(value) else None


def _duration(_spec: DataField, value: Json) -> str | None:
    """What is wrong with a duration."""
    try:
        return None if isinstance(value, str) and duration(value) else "is no duration"
    except ValueError:
        return "is no duration"


def _instant(_spec: DataField, value: Json) -> str | None:
    """What is wrong with an instant."""
    try:
        aware = isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        aware = False
    return None if aware else "is no date and time with offset"


def _integer(_spec: DataField, value: Json) -> str | None:
    """What is wrong with a whole number."""
    whole = isinstance(value, int) and not isinstance(value, bool) and abs(value) <= MAX_INTEGER
    return None if whole else "is no whole number"


def _boolean(_spec: DataField, value: Json) -> str | None:
    """What is wrong with a truth value."""
    return None if isinstance(value, bool) else "is neither true nor false"


_CHECKS: Final[Mapping[DataType, Callable[[DataField, Json], str | None]]] = {
    DataType.TEXT: _text,
    DataType.CHOICE: _choice,
    DataType.THING: _thing,
    DataType.THINGS: _things,
    DataType.DURATION: _duration,
    DataType.INSTANT: _instant,
    DataType.INTEGER: _integer,
    DataType.BOOLEAN: _boolean,
}


def _of_things(spec: DataField, value: Json, asked: Asked) -> Iterator[DataProblem]:
    """Named things that are the thing itself, or not in a state that the act relies on."""
    for member in value if isinstance(value, list) else [value]:
        other = ThingId(str(member))
        if other == asked.thing:
            yield DataProblem(spec.name, f"{spec.name}: {other} is the thing itself")
        elif spec.states and (state := asked.state_of(other)) not in spec.states:
            now = f"is {state}" if state else "is unknown"
            needed = " or ".join(spec.states)
            yield DataProblem(spec.name, f"{spec.name}: {other} {now}; it must be {needed}")


def _iso(text: str) -> timedelta | None:
    """An ISO 8601 duration of days, hours, minutes, seconds."""
    match = _ISO.fullmatch(text)
    if match is None:
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def _in_words(text: str) -> timedelta | None:
    """`15 minutes`."""
    match = _WORDS.fullmatch(text)
    return timedelta(**{f"{match[2]}s": int(match[1])}) if match else None

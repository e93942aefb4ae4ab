"""Items of other systems' payloads: read carefully, field by field, each fault with its place."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from loaders.signals import FieldInvalid
from ontology.events import Json

LONGEST_KEY: Final = 200
MOST_NAMES: Final = 200
LONGEST_LINE: Final = 500
"""Characters of a subject or title that are kept of a case."""

_SHOWN: Final = 60


class Fault(NamedTuple):
    """Why an item was left out: its place among its kind, from 1, the field and a valid value."""

    item: int
    field: str
    reason: str
    value: object
    example: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What an import is told: the agreement that data rely on, and touchpoints by channel."""

    agreement: str | None = None
    touchpoints: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(slots=True, kw_only=True)
class Adapted:
    """What a payload becomes: record bodies, signals in the API's form, faults, what was ignored.

    `ignored` counts the fields that nobody reads, by kind and name, in at most `MOST_NAMES` names.
    """

    records: list[dict[str, Json]] = field(default_factory=list)
    signals: list[Mapping[str, object]] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    ignored: Counter[str] = field(default_factory=Counter)

    def refuse(self, item: int, error: FieldInvalid) -> None:
        """Leave an item out."""
        self.faults.append(Fault(item, error.field, error.reason, error.value, error.example))

    def note(self, kind: str, item: Mapping[str, object], known: Iterable[str]) -> None:
        """Count the fields of an item that nobody reads."""
        for name in item.keys() - set(known):
            shown = f"{kind}.{str(name)[:_SHOWN]}"
            if shown not in self.ignored and len(self.ignored) >= MOST_NAMES:
                shown = f"{kind}.…"
            self.ignored[shown] += 1


def mapping(value: object) -> Mapping[str, object]:
    """An object, the empty one for anything else: payloads have null wherever they like."""
    return value if isinstance(value, Mapping) else {}


def listed(value: object) -> list[object]:
    """A list, the empty one for anything else."""
    return value if isinstance(value, list) else []


def words(value: object) -> str | None:
    """A text with something in it, control characters out; None for anything else."""
    if not isinstance(value, str):
        return None
    plain = "".join(c if c.isprintable() or c in "\n\t" else " " for c in value)
    clean = plain.encode("utf-8", "replace").decode("utf-8").strip()
    return clean or None


def key(item: Mapping[str, object], name: str, example: str) -> str:
    """What the system calls a thing: a number or a short text.

    Raises:
        FieldInvalid: it is missing or neither.
    """
    value = item.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST_KEY:
        raise FieldInvalid(name, "is no key", value, example)
    if not value.isprintable():
        raise FieldInvalid(name, "has characters that can't be printed", value, example)
    return value.strip()


def moment(
    item: Mapping[str, object], name: str, *, zone: ZoneInfo | None = None
) -> datetime | None:
    """A time as UTC; None where there is none. `zone` is that of times without offset.

    Raises:
        FieldInvalid: it is no time, or names no offset and no zone is known.
    """
    value = item.get(name)
    if value is None or value == "":
        return None
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        found = None
    if found is None:
        raise FieldInvalid(name, "is no date and time", value, "2026-11-22T08:30:00Z")
    if found.utcoffset() is None:
        if zone is None:
            raise FieldInvalid(name, "does not say its offset", value, "2026-11-22T08:30:00Z")
        found = found.replace(tzinfo=zone)
    try:
        return found.astimezone(UTC)
    except OverflowError as error:
        raise FieldInvalid(name, "is no date and time", value, "2026-11-22T08:30:00Z") from error


def needed(item: Mapping[str, object], name: str, *, zone: ZoneInfo | None = None) -> datetime:
    """A time that has to be there.

    Raises:
        FieldInvalid: it is not, or it is none.
    """
    found = moment(item, name, zone=zone)
    if found is None:
        raise FieldInvalid(name, "is missing", None, "2026-11-22T08:30:00Z")
    return found


def stamp(at: datetime) -> str:
    """A time as records have it."""
    return at.isoformat().replace("+00:00", "Z")


def lean(**values: Json) -> dict[str, Json]:
    """The values that are there."""
    return {name: value for name, value in values.items() if value is not None}

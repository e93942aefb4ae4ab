"""Drift: the form of what a partner sends, against the form that it had before."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

LEARNED: Final = 50
"""Events after which a partner's form counts as known."""

MISSING_AFTER: Final = 20
"""Events in a row that a field must be absent from, at the least, to be missed."""

CHANCE: Final = 1e-6
"""A field is missed when its absence would be this unlikely, were its share the one before."""

MOST_FIELDS: Final = 64
"""Names that are told apart; all others are one, so that nobody can make the ledger grow."""

OTHER: Final = "other"
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,39}", re.ASCII)

Form = Mapping[str, Mapping[str, int]]
"""By field and JSON type, how many events had it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """One change of form: `kind` is unknown, missing or retyped."""

    kind: str
    field: str
    was: str
    now: str
    since: datetime


@dataclass(slots=True, kw_only=True)
class _Field:
    """What was seen of one field: by type, how often, and for how many events it was absent."""

    types: dict[str, int]
    absent: int = 0
    missed: bool = False

    @property
    def seen(self) -> int:
        return sum(self.types.values())


class Profile:
    """A fold over deliveries: which fields a partner sends, of which types, how regularly."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self.events = 0
        self._fields: dict[str, _Field] = {}

    def apply(self, form: Form, events: int, at: datetime) -> tuple[Drift, ...]:
        """Take one delivery in; what is new in it, once enough was seen before."""
        known = self.events >= LEARNED
        found = [drift for name in form if (drift := self._changed(name, form[name], at))]
        found += [drift for name in self._fields if (drift := self._gone(name, form, events, at))]
        for name, types in form.items():
            self._merge(name, types)
        self.events += events
        return tuple(found) if known else ()

    def fields(self) -> dict[str, dict[str, int]]:
        """How many events had each field, by type."""
        return {name: dict(self._fields[name].types) for name in sorted(self._fields)}

    def _changed(self, name: str, types: Mapping[str, int], at: datetime) -> Drift | None:
        before = self._fields.get(name)
        if before is None:
            now = "/".join(sorted(types))
            return Drift(kind="unknown", field=name, was="", now=now, since=at)
        fresh = sorted(types.keys() - before.types.keys())
        if not fresh:
            return None
        was = "/".join(sorted(before.types))
        return Drift(kind="retyped", field=name, was=was, now="/".join(fresh), since=at)

    def _gone(self, name: str, form: Form, events: int, at: datetime) -> Drift | None:
        """A field that is absent for longer than chance would have it; said once."""
        field = self._fields[name]
        if name in form:
            field.absent, field.missed = 0, False
            return None
        field.absent += events
        share = (field.seen + 1) / (self.events + 2)
        unlikely = (1 - share) ** field.absent < CHANCE
        if field.missed or field.absent < MISSING_AFTER or not unlikely:
            return None
        field.missed = True
        was = "/".join(sorted(field.types))
        return Drift(kind="missing", field=name, was=was, now="", since=at)

    def _merge(self, name: str, types: Mapping[str, int]) -> None:
        if name not in self._fields and len(self._fields) >= MOST_FIELDS:
            name = OTHER
        field = self._fields.setdefault(name, _Field(types={}))
        for kind, count in types.items():
            field.types[kind] = field.types.get(kind, 0) + count


def form(rows: Sequence[Mapping[str, object]]) -> dict[str, dict[str, int]]:
    """The form of some events' data: names and types, no values.

    >>> form([{"text": "Stuck", "reach": 3}, {"text": "Still"}])
    {'text': {'string': 2}, 'reach': {'number': 1}}
    """
    found: dict[str, dict[str, int]] = {}
    for row in rows:
        for name, value in row.items():
            types = found.setdefault(shown(name, found), {})
            kind = _kind(value)
            types[kind] = types.get(kind, 0) + 1
    return found


def shown(name: str, known: Mapping[str, object]) -> str:
    """A field's name as it may be recorded: one that looks like a name, of not too many."""
    plain = _NAME.fullmatch(name) and (name in known or len(known) < MOST_FIELDS)
    return name if plain else OTHER


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "boolean"
    for types, name in ((str, "string"), (int | float, "number"), (list, "list")):
        if isinstance(value, types):
            return name
    return "null" if value is None else "object"

"""Records: what callers say of customers, teams, incidents …, checked against the ontology."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType
from typing import Final

from ontology.events import Json
from ontology.identity import ExternalKey, IdentityInvalid, ThingId, kind_of, thing_id
from ontology.record_values import RecordInvalid, pointer, recorded
from ontology.schema import RecordType, schema
from ontology.values import quote

LONGEST_KEY: Final = 200

_KEY_EXAMPLE: Final = '{"system": "zendesk", "key": "12"}'


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A checked record.

    `properties` and `personal` are JSON as it is recorded: references are ids, dates and
    durations canonical ISO 8601 (times in UTC with Z), several values a list.
    """

    type: str
    kind: str
    id: ThingId | None
    properties: Mapping[str, Json]
    personal: Mapping[str, Json]
    keys: tuple[ExternalKey, ...] = ()

    @property
    def sealed_under(self) -> ThingId | None:
        """The person under whose key `personal` is sealed; None without id or personal values."""
        if not self.personal:
            return None
        owner = self.properties.get(schema().types[self.type].sealed_under or "")
        return ThingId(owner) if isinstance(owner, str) else self.id

    def data(self) -> dict[str, Json]:
        """The data of the event `record.put`."""
        keys: list[Json] = [{"system": k.system, "key": k.key} for k in self.keys]
        body: dict[str, Json] = {"type": self.type, "properties": dict(self.properties)}
        return (
            body
            | ({"keys": keys} if keys else {})
            | ({"personal": dict(self.personal)} if self.personal else {})
        )


def kind_of_type(name: str) -> str:
    """The kind of the ids of a type.

    Raises:
        RecordInvalid: no such type.

    >>> kind_of_type("Customer")
    'customer'
    """
    return _type(name).kind


def type_of_kind(kind: str) -> str | None:
    """The type whose ids have this kind, None where there is none.

    >>> type_of_kind("shift")
    'OnCallShift'
    """
    found = schema().kinds.get(kind)
    return found.name if found else None


def personal_of(name: str) -> frozenset[str]:
    """The names of the personal properties of a type.

    >>> sorted(personal_of("Account"))
    ['displayName', 'handle']
    """
    return frozenset(p.name for p in _type(name).properties.values() if p.personal)


def check(
    name: str,
    properties: Mapping[str, object],
    *,
    id: str | None = None,  # noqa: A002 - the word of the API
    keys: Iterable[ExternalKey] = (),
    own: bool = False,
) -> Record:
    """Check one record and bring its values to the form that is recorded.

    A property that is null counts as left out. Personal properties come among the others and are
    set apart here. `own` records are put by attune itself, so that types count which callers may
    not put.

    Raises:
        RecordInvalid: all that is wrong, by JSON pointer into the request body.

    >>> check("Team", {"name": "Legal", "escalatesTo": "team/executive"}).properties["escalatesTo"]
    'team/executive'
    """
    kind = _type(name, own=own)
    given = {word: value for word, value in properties.items() if value is not None}
    errors = dict(_of_identity(kind, id, tuple(keys)))
    errors |= dict(_of_names(kind, given))
    values: dict[str, Json] = {}
    for word in sorted(set(given) & _own(kind)):
        try:
            one = word in kind.single
            values[word] = recorded(kind.properties[word], given[word], one=one)
        except RecordInvalid as error:
            errors |= error.errors
    if errors:
        raise RecordInvalid(errors)
    personal = frozenset(p.name for p in kind.properties.values() if p.personal)
    return Record(
        type=name,
        kind=kind.kind,
        id=ThingId(id) if id else None,
        properties=MappingProxyType({n: x for n, x in values.items() if n not in personal}),
        personal=MappingProxyType({n: x for n, x in values.items() if n in personal}),
        keys=tuple(keys),
    )


def example(name: str) -> dict[str, Json]:
    """Valid properties of a type: each one with its example."""
    kind = _type(name)
    return {
        word: prop.example if word in kind.single else [prop.example]
        for word, prop in kind.properties.items()
        if not prop.by_act
    }


def _type(name: str, *, own: bool = False) -> RecordType:
    types = {n: t for n, t in schema().types.items() if t.recordable or own}
    if name not in types:
        raise RecordInvalid({"/type": f"{quote(name)} is no type of record; {_near(name, types)}"})
    return types[name]


def _own(kind: RecordType) -> set[str]:
    return {name for name, prop in kind.properties.items() if not prop.by_act}


def _of_identity(
    kind: RecordType, written: str | None, keys: tuple[ExternalKey, ...]
) -> Iterator[tuple[str, str]]:
    """What is wrong with the id and the keys."""
    if written is not None:
        try:
            if kind_of(thing_id(written)) != kind.kind:
                yield "/id", f"{quote(written)} is no {kind.kind}; write {kind.kind}/<name>"
        except IdentityInvalid as error:
            yield "/id", str(error)
    if keys and kind.pseudonymous:
        yield "/keys", f"the id of a {kind.kind} is made from its key; no key is kept beside it"
    for place, key in enumerate(keys):
        if not all(0 < len(t) <= LONGEST_KEY and t.isprintable() for t in (key.system, key.key)):
            words = f"is not two texts of 1 to {LONGEST_KEY} characters like {_KEY_EXAMPLE}"
            yield f"/keys/{place}", f"{quote(key)} {words}"


def _of_names(kind: RecordType, given: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Properties that the type does not have, can't be put, or are missing."""
    own = _own(kind)
    for word in given:
        if word in kind.properties and word not in own:
            yield (
                pointer(word),
                f"{quote(word)} is set by acts, not by records; POST an act instead",
            )
        elif word not in own:
            yield pointer(word), f"{quote(word)} is no property of {kind.name}; {_near(word, own)}"
    for word in sorted(kind.required - set(given)):
        yield pointer(word), f"is missing; for example {quote(kind.properties[word].example)}"


def _near(name: str, known: Iterable[str]) -> str:
    names = sorted(known)
    near = get_close_matches(name[:80], names, n=1)
    return f"did you mean {near[0]!r}?" if near else f"known are {', '.join(names)}"

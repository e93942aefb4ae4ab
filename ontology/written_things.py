"""Things as people write them in case tables: properties by name become drafts of events."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from ontology.events import Draft, Json
from ontology.identity import IdentityInvalid, ThingId, kind_of, thing_id
from ontology.marked_reader import MarkedReader
from ontology.marked_yaml import Entry, Node, quoted
from ontology.record_types import Property, RecordType
from ontology.record_values import RecordInvalid
from ontology.records import check
from ontology.schema import schema
from ontology.values import Datatype

REMOVED: Final = "removed"
_WRITER: Final = ThingId("person/of-the-case")
_STATES: Final = ("phase", "state")


class Things(MarkedReader):
    """Reads things; `unchecked` ones need not be what a record may be."""

    def drafts(
        self, entries: tuple[Entry, ...], at: datetime, *, unchecked: bool = False
    ) -> tuple[Draft, ...]:
        """What puts, changes or removes each thing."""
        found: list[Draft] = []
        for entry in entries:
            try:
                thing = thing_id(entry.key)
            except IdentityInvalid as error:
                self.say(entry, str(error))
                continue
            found += self._of(thing, entry, at, unchecked=unchecked)
        return tuple(found)

    def _of(
        self, thing: ThingId, entry: Entry, at: datetime, *, unchecked: bool
    ) -> Iterator[Draft]:
        kind = schema().kinds.get(kind_of(thing))
        if kind is None:
            known = ", ".join(sorted(schema().kinds))
            self.say(entry, f"{quoted(thing)} is of no kind that attune knows; there are {known}")
        elif entry.value.value == REMOVED:
            yield _draft("record.removed", thing, {}, at)
        else:
            yield from self._written(thing, kind, entry, at, unchecked=unchecked)

    def _written(
        self, thing: ThingId, kind: RecordType, entry: Entry, at: datetime, *, unchecked: bool
    ) -> Iterator[Draft]:
        """A record where anything that records say is written, an act where acts say it."""
        values = {e.key: self._json(kind, e) for e in self.entries(entry.value)}
        done = {name: value for name, value in values.items() if _by_act(kind, name)}
        put = {name: value for name, value in values.items() if name not in done}
        if put or not done:
            try:
                own = check(kind.name, put, id=thing, own=True) if not unchecked else None
                data = own.data() if own is not None else _raw(kind, put)
            except RecordInvalid as error:
                for where, words in error.errors.items():
                    self.say(entry, f"{where} {words}; or say unchecked: true")
                return
            yield _draft("record.put", thing, data, at)
        if done:
            yield from self._acted(thing, entry, done, at)

    def _acted(
        self, thing: ThingId, entry: Entry, done: dict[str, Json], at: datetime
    ) -> Iterator[Draft]:
        state = next((done.pop(name) for name in _STATES if name in done), None)
        if state is None:
            names = ", ".join(sorted(done))
            self.say(entry, f"{names} is set by an act: say its phase or state, too")
            return
        yield _draft("thing.acted", thing, {"to": state, "properties": done}, at)

    def _json(self, kind: RecordType, entry: Entry) -> Json:
        prop = kind.properties.get(entry.key)
        if entry.value.kind == "list" and isinstance(entry.value.value, tuple):
            items = [one for one in entry.value.value if isinstance(one, Node)]
            return [self._scalar(prop, item) for item in items]
        return self._scalar(prop, entry.value)

    def _scalar(self, prop: Property | None, node: Node) -> Json:
        if isinstance(node.value, tuple):
            self.say(node, "a value is a word, a number, true, false, or a list of them")
            return None
        if prop is not None and prop.datatype is Datatype.DECIMAL and isinstance(node.value, str):
            try:
                return float(node.value)
            except ValueError:
                self.say(node, f"{quoted(node.value)} is no number like 0.5")
        return node.value


def _by_act(kind: RecordType, name: str) -> bool:
    prop = kind.properties.get(name)
    return prop is not None and prop.by_act


def _raw(kind: RecordType, values: Mapping[str, Json]) -> dict[str, Json]:
    return {"type": kind.name, "properties": dict(values)}


def _draft(type_: str, thing: ThingId, data: Mapping[str, Json], at: datetime) -> Draft:
    return Draft(
        id="event/of-a-case", type=type_, subject=thing, actor=_WRITER, occurred_at=at, data=data
    )

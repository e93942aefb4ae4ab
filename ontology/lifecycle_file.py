"""lifecycles.yaml read into typed lifecycles: every mistake at once, each with its line."""

import functools
import re
from importlib.resources import files
from types import MappingProxyType
from typing import Final

from ontology.events import Json
from ontology.lifecycle_data import DataField, DataType, duration
from ontology.lifecycle_soundness import Path, unsound
from ontology.lifecycle_terms import (
    MOST_PERSONS,
    Act,
    DeadlineRule,
    Lifecycle,
    Lifecycles,
    Role,
    State,
)
from ontology.marked_reader import Keys, MarkedReader, Mistake
from ontology.marked_yaml import Entry, Node, YamlInvalid, parse, quoted

_FROM_DATA: Final = "data."
_FROM_RECORD: Final = "record."
_CARRIED: Final = re.compile(r"([a-z][a-z-]{0,39})\.([a-z][a-z_]{0,39})", re.ASCII)


class LifecyclesInvalid(ValueError):
    """The file holds no lifecycles; `mistakes` has all that is wrong, in the order of the file."""

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        """Show one mistake a line."""
        super().__init__("\n".join(f"{m.line}:{m.column}: {m.message}" for m in mistakes))
        self.mistakes = mistakes


_FILE: Final = Keys(required=("lifecycles",))
_LIFECYCLE: Final = Keys(required=("comment", "states", "acts"), optional=("born", "initial"))
_STATE: Final = Keys(required=("comment",), optional=("terminal", "resting", "deadlines"))
_DEADLINE: Final = Keys(required=("within", "lapse"))
_ACT: Final = Keys(
    required=("comment", "from", "to", "roles"), optional=("data", "not_by", "persons", "by", "at")
)
_FIELD: Final = Keys(
    required=("type", "example"), optional=("required", "of", "kind", "in", "property")
)


@functools.cache
def lifecycles() -> Lifecycles:
    """The lifecycles that attune ships, by kind.

    >>> sorted(lifecycles())[:2]
    ['action', 'activity']
    """
    return read(files("ontology").joinpath("lifecycles.yaml").read_text("utf-8"))


def read(text: str) -> Lifecycles:
    """Read lifecycles as `lifecycles.yaml` writes them, by kind.

    Raises:
        LifecyclesInvalid: it is no YAML, or not these lifecycles; all mistakes are in it.
    """
    try:
        root = parse(text)
    except YamlInvalid as error:
        raise LifecyclesInvalid((Mistake(error.line, error.column, str(error)),)) from error
    reader = _Reader()
    found = reader.file(root)
    if not reader.mistakes:
        for path, message in unsound(found):
            reader.say(reader.place(path), message)
    if reader.mistakes:
        raise LifecyclesInvalid(tuple(sorted(reader.mistakes)))
    return found


class _Reader(MarkedReader):
    """Turns nodes into lifecycles; keeps where every part stands."""

    def __init__(self) -> None:
        super().__init__()
        self._places: dict[Path, Entry] = {}

    def place(self, path: Path) -> Entry:
        """Where a part, or the nearest one that holds it, stands."""
        while path not in self._places:
            path = path[:-1]
        return self._places[path]

    def file(self, root: Node) -> Lifecycles:
        """The whole file."""
        top = self.keyed(root, _FILE)
        entries = self.entries(top["lifecycles"]) if "lifecycles" in top else ()
        return MappingProxyType({e.key: self._lifecycle(e, (e.key,)) for e in entries})

    def _lifecycle(self, entry: Entry, path: Path) -> Lifecycle:
        self._places[path] = entry
        keys = self.keyed(entry.value, _LIFECYCLE)
        states = self.parts(keys.get("states"))
        acts = self.parts(keys.get("acts"))
        return Lifecycle(
            kind=entry.key,
            comment=self.text(keys.get("comment")),
            born=self.text(keys.get("born")) or None,
            initial=self.text(keys.get("initial")) or None,
            states=MappingProxyType({e.key: self._state(e, (*path, e.key)) for e in states}),
            acts=MappingProxyType({e.key: self._act(e, (*path, f"{e.key}()")) for e in acts}),
        )

    def _state(self, entry: Entry, path: Path) -> State:
        self._places[path] = entry
        keys = self.keyed(entry.value, _STATE)
        return State(
            name=entry.key,
            comment=self.text(keys.get("comment")),
            terminal=self.flag(keys.get("terminal"), usual=False),
            resting=self.flag(keys.get("resting"), usual=False),
            deadlines=tuple(map(self._deadline, self.parts(keys.get("deadlines")))),
        )

    def _deadline(self, entry: Entry) -> DeadlineRule:
        keys = self.keyed(entry.value, _DEADLINE)
        within = self.text(keys.get("within"))
        carried, stated = within.startswith(_FROM_DATA), within.startswith(_FROM_RECORD)
        length = None
        if within and not carried and not stated:
            try:
                length = duration(within)
            except ValueError as error:
                self.say(keys["within"], str(error))
        return DeadlineRule(
            name=entry.key,
            within=length,
            from_field=within.removeprefix(_FROM_DATA) if carried else None,
            lapse=self.text(keys.get("lapse")),
            from_record=within.removeprefix(_FROM_RECORD) if stated else None,
        )

    def _act(self, entry: Entry, path: Path) -> Act:
        self._places[path] = entry
        keys = self.keyed(entry.value, _ACT)
        persons, carried = self._persons(keys.get("persons"))
        fields = self.parts(keys.get("data"))
        return Act(
            name=entry.key,
            comment=self.text(keys.get("comment")),
            sources=self.texts(keys.get("from")),
            to=self.text(keys.get("to")),
            roles=self._roles(keys.get("roles")),
            data=MappingProxyType({e.key: self._field(e, (*path, e.key)) for e in fields}),
            not_by=self.texts(keys.get("not_by")),
            persons=persons,
            persons_from=carried,
            by=self.text(keys.get("by")) or None,
            at=self.text(keys.get("at")) or None,
        )

    def _persons(self, node: Node | None) -> tuple[int, tuple[str, str] | None]:
        """How many people: a number, or `<act>.<field>` of an earlier act, and one without it."""
        said = 1 if node is None else node.value
        if isinstance(said, str) and (carried := _CARRIED.fullmatch(said)):
            return 1, (carried[1], carried[2])
        if isinstance(said, bool) or not isinstance(said, int) or not 1 <= said <= MOST_PERSONS:
            if node is not None:
                self.say(node, f"{quoted(said)} is no number of people; write 2")
            return 1, None
        return said, None

    def _field(self, entry: Entry, path: Path) -> DataField:
        self._places[path] = entry
        keys = self.keyed(entry.value, _FIELD)
        kind = self.text(keys.get("type"))
        if kind and kind not in set(DataType):
            known = ", ".join(DataType)
            self.say(keys["type"], f"{quoted(kind)} is no type; the types are {known}")
        return DataField(
            name=entry.key,
            type=DataType(kind) if kind in set(DataType) else DataType.TEXT,
            required=self.flag(keys.get("required"), usual=True),
            of=self.texts(keys.get("of")),
            kind=self.text(keys.get("kind")) or None,
            states=self.texts(keys.get("in")),
            property=self.text(keys.get("property")) or None,
            example=_plain(keys["example"]) if "example" in keys else None,
        )

    def _roles(self, node: Node | None) -> frozenset[Role]:
        known = {role.value: role for role in Role}
        names = self.texts(node)
        for name in names:
            if name not in known and node is not None:
                self.say(node, f"{quoted(name)} is no role; the roles are {', '.join(known)}")
        return frozenset(known[name] for name in names if name in known)


def _plain(node: Node) -> Json:
    """A node as plain JSON: examples are scalars or lists of them."""
    if isinstance(node.value, tuple):
        return [_plain(item) for item in node.value if isinstance(item, Node)]
    return node.value

"""The parts that simple shapes are made of: types, properties, values and conditions."""

from collections.abc import Iterable
from difflib import get_close_matches

from ontology.events import Json
from ontology.marked_reader import MarkedReader
from ontology.marked_yaml import Entry, Node, quoted
from ontology.record_types import Property, RecordType
from ontology.record_values import RecordInvalid, recorded
from ontology.schema import schema
from ontology.simple_shapes import GIVEN, MOST_COUNTED, NOT_GIVEN, Condition
from ontology.values import Datatype


class Parts(MarkedReader):
    """Reads parts; a mistake is noted, and what is given then is never used."""

    def types(self, node: Node | None) -> tuple[RecordType, ...]:
        """Types by name; none where one is unknown."""
        names = self.listed(node)
        found = []
        for name, place in names:
            kind = schema().types.get(name)
            if kind is None:
                self.say(place, f"{quoted(name)} is no type; {_near(name, schema().types)}")
            else:
                found.append(kind)
        return tuple(found) if len(found) == len(names) else ()

    def property(self, types: Iterable[RecordType], node: Node) -> Property | None:
        """A property that all types have; None where one has not."""
        name = self.text(node)
        found = None
        for kind in types if name else ():
            found = kind.properties.get(name)
            if found is None:
                words = f"{quoted(name)} is no property of {kind.name}"
                self.say(node, f"{words}; {_near(name, kind.properties)}")
                return None
        return found

    def properties(self, types: tuple[RecordType, ...], node: Node | None) -> tuple[Property, ...]:
        """Properties in a list, or one."""
        places = [place for _, place in self.listed(node)] if node is not None else []
        found = [self.property(types, place) for place in places]
        return tuple(prop for prop in found if prop is not None)

    def conditions(
        self, types: tuple[RecordType, ...], node: Node | None
    ) -> tuple[Condition, ...]:
        """What must hold, by property."""
        found = []
        for entry in self.parts(node):
            key = Node(value=entry.key, kind="text", line=entry.line, column=entry.column)
            prop = self.property(types, key)
            if prop is not None:
                found.append(self._condition(prop, entry))
        return tuple(found)

    def _condition(self, prop: Property, entry: Entry) -> Condition:
        if entry.value.value in {GIVEN, NOT_GIVEN}:
            return Condition(property=prop, given=entry.value.value == GIVEN)
        return Condition(property=prop, values=self.values(prop, entry.value))

    def values(self, prop: Property, node: Node) -> tuple[Json, ...]:
        """Values of a property in their recorded form."""
        nodes = self.nodes(node, "values") if node.kind == "list" else [node]
        found: list[Json] = []
        for one in nodes:
            given: object = one.value
            if prop.datatype is Datatype.DECIMAL and isinstance(given, str):
                given = _number(given)
            try:
                found.append(recorded(prop, given, one=True))
            except RecordInvalid as error:
                self.say(one, "; ".join(error.errors.values()))
        return tuple(found)

    def count(self, node: Node, *, low: int) -> int:
        """A number from `low` to 4."""
        fits = isinstance(node.value, int) and low <= node.value <= MOST_COUNTED
        if not fits or isinstance(node.value, bool):
            self.say(node, f"{quoted(node.value)} is no number from {low} to {MOST_COUNTED}")
            return low
        return int(str(node.value))

    def listed(self, node: Node | None) -> list[tuple[str, Node]]:
        """One name or a list of names, each with its place."""
        if node is None:
            return []
        nodes = self.nodes(node, "names") if node.kind == "list" else [node]
        return [(self.text(one), one) for one in nodes]

    def nodes(self, node: Node | None, what: str) -> list[Node]:
        """The members of a list."""
        if node is None:
            return []
        if node.kind == "list" and isinstance(node.value, tuple) and node.value:
            return [one for one in node.value if isinstance(one, Node)]
        self.say(node, f"write a list of {what}")
        return []


def _number(text: str) -> object:
    try:
        return float(text)
    except ValueError:
        return text


def _near(name: str, known: Iterable[str]) -> str:
    names = sorted(known)
    near = get_close_matches(name[:80], names, n=1)
    return f"did you mean {near[0]!r}?" if near else f"there are {', '.join(names)}"

"""What simple shapes ask, read kind by kind."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from ontology.marked_reader import Keys
from ontology.marked_yaml import Node, quoted
from ontology.pattern_cost import PatternInvalid
from ontology.pattern_cost import check as check_pattern
from ontology.record_types import Property, RecordType
from ontology.simple_shape_parts import Parts
from ontology.simple_shapes import ALONE, NEEDED, Asked, Needed

DATATYPES: Final = (
    "string",
    "boolean",
    "integer",
    "double",
    "date",
    "time",
    "dateTime",
    "dayTimeDuration",
)
_LENGTH: Final = Keys(optional=("at least", "at most"))
_OPTIONAL: Final = ("where", "count")
_NEEDED: Final = Keys(
    required=tuple(name for name in NEEDED if name not in _OPTIONAL), optional=_OPTIONAL
)
_LONGEST_LENGTH: Final = 4_000


class Asking(Parts):
    """Reads what is asked."""

    def asked(
        self, types: tuple[RecordType, ...], prop: Property | None, name: str, node: Node
    ) -> Asked:
        """What is asked under one name."""
        if name in ALONE:
            return self._asked_alone(types, name, node)
        if name in {"less than", "not after"}:
            return Asked(kind=name, properties=self._compared(types, prop, node))
        return _READERS[name](self, prop, node)

    def _asked_alone(self, types: tuple[RecordType, ...], name: str, node: Node) -> Asked:
        if name == "needs a":
            return Asked(kind=name, needed=self._needed(types, node))
        props = self.properties(types, node)
        least = 2 if name == "not both" else 1
        if len(props) < least:
            self.say(node, f"name at least {least} of its properties in a list")
        if name == "unique per" and props and not any(prop.refers for prop in props):
            words = "at least one of the properties must name a thing, so that others are found"
            self.say(node, f"{words}; here {', '.join(p.name for p in props)} hold words only")
        return Asked(kind=name, properties=props)

    def _needed(self, types: tuple[RecordType, ...], node: Node) -> Needed | None:
        parts = self.keyed(node, _NEEDED)
        kinds = self.types(parts.get("type"))
        by = self.property(kinds, parts["by"]) if kinds and "by" in parts else None
        for kind in types if by is not None else ():
            if by is not None and kind.kind not in by.refers:
                self.say(parts["by"], f"{by.name} does not name a {kind.name}")
        where = self.conditions(kinds, parts.get("where"))
        count = self.count(parts["count"], low=1) if "count" in parts else 1
        return Needed(type=kinds[0], by=by, where=where, count=count) if by is not None else None

    def _compared(
        self, types: tuple[RecordType, ...], prop: Property | None, node: Node
    ) -> tuple[Property, ...]:
        other = self.property(types, node)
        if other is not None and prop is not None and other.datatype is not prop.datatype:
            kinds = f"{prop.name} is a {prop.datatype}, {other.name} a {other.datatype}"
            self.say(node, f"they can't be compared: {kinds}")
        return (other,) if other is not None else ()

    def at_least(self, _: Property | None, node: Node) -> Asked:
        """So many values."""
        return Asked(kind="at least", low=self.count(node, low=1))

    def at_most(self, _: Property | None, node: Node) -> Asked:
        """No more values."""
        return Asked(kind="at most", high=self.count(node, low=0))

    def of_class(self, _: Property | None, node: Node) -> Asked:
        """Types of things."""
        return Asked(kind="class", names=tuple(kind.name for kind in self.types(node)))

    def of_datatype(self, _: Property | None, node: Node) -> Asked:
        """A datatype."""
        name = self.text(node)
        if name not in DATATYPES:
            self.say(node, f"{quoted(name)} is none of {', '.join(DATATYPES)}")
        return Asked(kind="datatype", names=(name,))

    def one_of(self, prop: Property | None, node: Node) -> Asked:
        """Listed values."""
        if node.kind != "list":
            self.say(node, "write a list of values, like [executive, board]")
            return Asked(kind="one of")
        return Asked(kind="one of", values=self.values(prop, node) if prop is not None else ())

    def pattern(self, _: Property | None, node: Node) -> Asked:
        """A pattern."""
        text = self.text(node)
        try:
            check_pattern(text)
        except PatternInvalid as error:
            self.say(node, str(error))
        return Asked(kind="pattern", pattern=text)

    def length(self, _: Property | None, node: Node) -> Asked:
        """Bounds of a length."""
        parts = self.keyed(node, _LENGTH)
        bounds = {name: self._length(one) for name, one in parts.items()}
        if not bounds:
            self.say(node, "write {at least: 3, at most: 280}, or one of them")
        return Asked(kind="length", low=bounds.get("at least"), high=bounds.get("at most"))

    def _length(self, node: Node) -> int:
        fits = isinstance(node.value, int) and 0 <= node.value <= _LONGEST_LENGTH
        if not fits or isinstance(node.value, bool):
            self.say(node, f"{quoted(node.value)} is no number from 0 to {_LONGEST_LENGTH}")
        return node.value if isinstance(node.value, int) else 0


_READERS: Final[Mapping[str, Callable[[Asking, Property | None, Node], Asked]]] = MappingProxyType(
    {
        "at least": Asking.at_least,
        "at most": Asking.at_most,
        "class": Asking.of_class,
        "datatype": Asking.of_datatype,
        "one of": Asking.one_of,
        "pattern": Asking.pattern,
        "length": Asking.length,
    }
)

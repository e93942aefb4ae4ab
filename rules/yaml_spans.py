"""Where each node of a YAML text begins and ends, so that one of them can be replaced."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ruamel.yaml import YAML
from ruamel.yaml.events import (
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from ontology.marked_yaml import Node
from rules.worded import entries, items

_Place = tuple[int, int]


@dataclass(slots=True)
class Spans:
    """Where the nodes of a text begin and end, counted in characters."""

    text: str
    _begins: dict[_Place, int] = field(default_factory=dict)
    _ends: dict[_Place, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Note the ends of scalars and of what stands in brackets."""
        open_: list[_Place | None] = []
        for event in YAML(typ="safe", pure=True).parse(self.text):
            if isinstance(event, ScalarEvent):
                self._note(event, _place(event))
            elif isinstance(event, MappingStartEvent | SequenceStartEvent):
                self._begins.setdefault(_place(event), event.start_mark.index)
                open_.append(_place(event) if event.flow_style else None)
            elif isinstance(event, MappingEndEvent | SequenceEndEvent):
                place = open_.pop()
                if place is not None:
                    self._ends[place] = event.end_mark.index

    def _note(self, event: Event, place: _Place) -> None:
        start, end = event.start_mark.index, event.end_mark.index
        self._begins.setdefault(place, start)
        self._ends.setdefault(place, start + len(self.text[start:end].rstrip()))

    def begin(self, node: Node) -> int:
        """Where a node begins."""
        return self._begins[node.line, node.column]

    def end(self, node: Node) -> int:
        """Where a node ends; one without brackets ends with the last that stands in it."""
        if node.kind in {"list", "mapping"} and self.text[self.begin(node)] not in "[{":
            return max(self.end(one) for one in within(node) if one is not node)
        return self._ends[node.line, node.column]


def _place(event: Event) -> _Place:
    return event.start_mark.line + 1, event.start_mark.column + 1


def within(node: Node) -> Iterator[Node]:
    """A node and all that stands in it."""
    yield node
    inner = items(node) if node.kind == "list" else [one.value for one in entries(node)]
    for one in inner:
        yield from within(one)

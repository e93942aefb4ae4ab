"""Draws a model of DMN: inputs below, each decision above what it needs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rules.dmn_decisions import ordered
from rules.xml_writer import Tag

WIDTH: Final = 180
DEPTH: Final = 80
_ACROSS: Final = 60
_BETWEEN: Final = 100
_EDGE: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A decision by its id, and the ids of what it needs."""

    id: str
    needs: tuple[str, ...]


def diagram(inputs: Sequence[str], decisions: Sequence[Drawn]) -> Tag:
    """The diagram: a shape for each thing, a line for each requirement."""
    places = _places(inputs, decisions)
    shapes = [_shape(one, *places[one]) for one in places]
    lines = [_line(need, one.id, places) for one in decisions for need in one.needs]
    shown = Tag("dmndi:DMNDiagram", {"id": "diagram_1"}, [*shapes, *lines])
    return Tag("dmndi:DMNDI", {}, [shown])


def _places(inputs: Sequence[str], decisions: Sequence[Drawn]) -> dict[str, tuple[int, int]]:
    """Where each thing stands, from the left and from the top."""
    needs = {one.id: one.needs for one in decisions}
    height = dict.fromkeys(inputs, 0)
    for name in ordered(needs):
        height[name] = 1 + max((height[one] for one in needs[name]), default=0)
    rows: dict[int, list[str]] = {}
    for name in (*inputs, *needs):
        rows.setdefault(height[name], []).append(name)
    top = max(rows, default=0)
    return {
        name: (_EDGE + at * (WIDTH + _ACROSS), _EDGE + (top - row) * (DEPTH + _BETWEEN))
        for row, names in rows.items()
        for at, name in enumerate(names)
    }


def _shape(name: str, left: int, top: int) -> Tag:
    bounds = {"x": str(left), "y": str(top), "width": str(WIDTH), "height": str(DEPTH)}
    own = {"id": f"shape_{name}", "dmnElementRef": name}
    return Tag("dmndi:DMNShape", own, [Tag("dc:Bounds", bounds)])


def _line(need: str, name: str, places: dict[str, tuple[int, int]]) -> Tag:
    (left, top), (across, down) = places[need], places[name]
    points = ((left + WIDTH // 2, top), (across + WIDTH // 2, down + DEPTH))
    own = {"id": f"line_{name}_{need}", "dmnElementRef": f"{name}_needs_{need}"}
    marks = [Tag("di:waypoint", {"x": str(x), "y": str(y)}) for x, y in points]
    return Tag("dmndi:DMNEdge", own, marks)

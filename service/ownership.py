"""Ownership: who answers for which figure of empathy, how it stands, and what is missing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ontology.events import Json
from ontology.identity import ThingId
from ontology.schema import schema
from ontology.values import parse_duration
from service.bodies import instant
from service.measurements import Measurement, Measurements
from service.values import Properties, first
from service.world import World

LETTERS: Final[Mapping[str, str]] = {
    "responsible": "R",
    "accountable": "A",
    "consulted": "C",
    "informed": "I",
}
STALE_AFTER: Final = timedelta(days=31)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One KPI as its record has it, with its newest measurement."""

    id: ThingId
    properties: Properties
    current: Measurement | None

    def text(self, term: str) -> str | None:
        """One property as text."""
        value = first(self.properties, term)
        return None if value is None else str(value)

    def several(self, term: str) -> tuple[ThingId, ...]:
        """The teams and people under one term, sorted."""
        return tuple(sorted(ThingId(str(one)) for one in self.properties.get(term, ())))

    @property
    def target(self) -> float | None:
        """What it should reach."""
        value = first(self.properties, "target")
        return None if value is None else float(str(value))

    @property
    def meets(self) -> bool | None:
        """Whether its value is on the good side of its target; None where nobody can tell."""
        direction = self.text("direction")
        if self.current is None or self.target is None or direction is None:
            return None
        value = self.current.value
        return value >= self.target if direction == "at-least" else value <= self.target

    def stale(self, at: datetime) -> bool:
        """Whether its value is older than it may be, or was never measured."""
        every = self.text("measuredEvery")
        kept = parse_duration(every) if every is not None else STALE_AFTER
        return self.current is None or at - self.current.as_of > kept


def figures(world: World) -> tuple[Figure, ...]:
    """Every KPI, by id."""
    known, at = world.measurements_now(), world.clock.now()
    return tuple(figure(world, one, known, at) for one in sorted(world.graph.of_type("KPI")))


def figure(world: World, kpi: ThingId, known: Measurements, at: datetime) -> Figure:
    """One KPI."""
    return Figure(id=kpi, properties=world.graph.properties(kpi), current=known.current(kpi, at))


def shown(one: Figure, at: datetime) -> dict[str, Json]:
    """A KPI as answers show it."""
    inputs: list[Json] = [*sorted(map(str, one.properties.get("input", ())))]
    roles: dict[str, Json] = {name: [*one.several(name)] for name in LETTERS}
    return {
        "id": one.id,
        "name": one.text("name"),
        "formula": one.text("formula"),
        "inputs": inputs,
        "source": one.text("source"),
        "unit": one.text("kpiUnit"),
        "target": one.target,
        "direction": one.text("direction"),
        "measured_every": one.text("measuredEvery"),
        **roles,
        "current": measured(one.current) if one.current is not None else None,
        "meets": one.meets,
        "stale": one.stale(at),
    }


def measured(one: Measurement) -> dict[str, Json]:
    """A measurement as answers show it."""
    return {
        "value": one.value,
        "as_of": instant(one.as_of),
        "sample": one.sample,
        "inputs": dict(one.inputs) if one.inputs is not None else None,
        **({} if one.ends is None else {"low": one.ends[0], "high": one.ends[1]}),
        "source": one.source,
        "by": one.by,
        "sequence": one.sequence,
    }


def matrix(world: World) -> tuple[list[ThingId], list[tuple[Figure, dict[ThingId, str]]]]:
    """Who is responsible (R), accountable (A), consulted (C), informed (I): columns and rows."""
    rows = [(one, _cells(one)) for one in figures(world)]
    return sorted({who for _, cells in rows for who in cells}), rows


def _cells(one: Figure) -> dict[ThingId, str]:
    cells: dict[ThingId, str] = {}
    for term, letter in LETTERS.items():
        for who in one.several(term):
            cells[who] = cells.get(who, "") + letter
    return cells


def functions_of(world: World) -> Iterator[tuple[ThingId, str]]:
    """The teams that say to which function they belong."""
    for team in sorted(world.graph.of_type("Team")):
        named = world.graph.get(team, "function")
        if named is not None:
            yield team, str(named)


FUNCTIONS: Final = schema().schemes["function"]
"""The functions that own empathy together."""

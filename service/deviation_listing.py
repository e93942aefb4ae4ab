"""Deviations as lists: what was asked for, and what people deviate from most."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from ontology.events import Json
from ontology.identity import ThingId
from service.deviations import KIND
from service.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which deviations are asked for; what is None excludes nothing."""

    state: str | None = None
    team: str | None = None
    incident: str | None = None


def listed(world: World, wanted: Wanted, *, after: str, limit: int) -> list[ThingId]:
    """The ids of deviations, in their order, after another one."""
    found = (one for one in _all(world, wanted) if one > after)
    return [one for one, _ in zip(found, range(limit), strict=False)]


def deviated_from(world: World, wanted: Wanted, *, limit: int) -> list[Json]:
    """What people asked not to say, the most asked first, with how it ended."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for one in _all(world, wanted):
        found[str(world.graph.get(one, "deviatesFrom"))][str(world.graph.state(one))] += 1
    order = sorted(found.items(), key=lambda row: (-row[1].total(), row[0]))
    return [
        {"deviatesFrom": name, "asked": states.total(), "states": dict(sorted(states.items()))}
        for name, states in order[:limit]
    ]


def _all(world: World, wanted: Wanted) -> Iterator[ThingId]:
    graph = world.graph
    for one in sorted(graph.of_type("Deviation")):
        if wanted.state not in {None, graph.state(one)}:
            continue
        if wanted.team not in {None, graph.get(one, "routedTo")}:
            continue
        message = graph.get(one, "proposes")
        about = graph.get(ThingId(str(message)), "aboutIncident") if message is not None else None
        if one.startswith(f"{KIND}/") and wanted.incident in {None, about}:
            yield one

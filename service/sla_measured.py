"""Cases that other systems measured: opened, answered and resolved, without a record here."""

from collections.abc import Iterator, Mapping
from typing import Any

from knowledge.measures.service_levels import Target, Times
from ontology.identity import ThingId
from service.observing import observed
from service.sla_case import Case
from service.world import World


def measured(world: World) -> Iterator[Case]:
    """Every case of the measurements of resolution, in order of opening.

    Of replies only the first is measured, so nothing is known of updates; where no row has one at
    all, the source does not tell them, and nothing is known of first replies.
    """
    table = observed(world, "resolution")
    replied = table["first_reply"].null_count < table.num_rows
    told = {Target.RESOLUTION, *([Target.FIRST_REPLY] if replied else [])}
    for batch in table.to_batches():
        yield from (_case(world, row, frozenset(told)) for row in batch.to_pylist())


def _case(world: World, row: Mapping[str, Any], told: frozenset[Target]) -> Case:
    place, incident = row["touchpoint"], row["incident"]
    opened, closed, reply = row["opened"], row["resolved"], row["first_reply"]
    return Case(
        id=ThingId(str(row["case"])),
        times=Times(
            opened=opened,
            closed=closed,
            replies=(reply,) if reply is not None else (),
        ),
        touchpoint=place,
        channel=row["channel"] or _of(world, place, "touchpointKind"),
        tier=_of(world, incident, "tier"),
        segment=None,
        regions=tuple(around(world, row["region"])),
        team=_team(row["team"] or _of(world, place, "ownedBy")),
        incident=incident,
        told=told,
    )


def around(world: World, region: object) -> Iterator[str]:
    """A region, then those around it, the narrowest first."""
    seen: set[str] = set()
    at = region
    while at is not None and str(at) not in seen:
        seen.add(str(at))
        yield str(at)
        at = world.graph.get(ThingId(str(at)), "withinRegion")


def _of(world: World, thing: str | None, name: str) -> str | None:
    found = world.graph.get(ThingId(thing), name) if thing is not None else None
    return None if found is None else str(found)


def _team(name: str | None) -> ThingId | None:
    return ThingId(name) if name is not None else None

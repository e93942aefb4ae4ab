"""Whom a fallback card names: teams with their queues, contacts and shifts; open incidents."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from ontology.events import Json
from ontology.identity import ThingId
from rules.merging import DUTY_OFFICER
from service.bodies import instant
from service.values import Span, first
from service.world import World

MOST_SHIFTS: Final = 8
MOST_INCIDENTS: Final = 40


def listed(outcomes: Iterable[Mapping[str, Json]]) -> set[str]:
    """Every team that outcomes name."""
    found = {DUTY_OFFICER}
    for one in outcomes:
        notified, routes = one["notify"], one["routes"]
        found |= {str(team) for team in notified} if isinstance(notified, list) else set()
        for row in routes if isinstance(routes, list) else []:
            if isinstance(row, dict):
                found |= {str(row[name]) for name in ("team", "otherwise") if name in row}
    return found


def teams(
    world: World, wanted: Iterable[str], since: datetime, until: datetime
) -> dict[str, Json]:
    """The teams, and those to which they escalate in turn."""
    roster, found = world.roster(), dict[str, Json]()
    waiting = sorted(wanted)
    while waiting:
        team = ThingId(waiting.pop())
        if team in found:
            continue
        properties = roster.teams.get(team, {})
        above = first(properties, "escalatesTo")
        told = {
            "name": first(properties, "name"),
            "queue": first(properties, "external"),
            "contact": first(properties, "publicContact"),
            "escalates_to": above,
        }
        shown: dict[str, Json] = {n: str(v) for n, v in told.items() if v is not None}
        shown["on_call"] = _shifts(world, team, since, until)
        found[team] = shown
        waiting += [str(above)] if above is not None else []
    return dict(sorted(found.items()))


def _shifts(world: World, team: ThingId, since: datetime, until: datetime) -> list[Json]:
    """Who of a team is on call while the card holds, in order."""
    graph, rows = world.graph, list[tuple[datetime, dict[str, Json]]]()
    for shift in graph.subjects("ofTeam", team):
        properties = graph.properties(shift)
        span = Span.of(properties, "startsAt", "endsAt")
        if (span.end is not None and span.end <= since) or (span.start or since) >= until:
            continue
        told: dict[str, Json] = {
            "from": None if span.start is None else instant(span.start),
            "until": None if span.end is None else instant(span.end),
        }
        holder = first(properties, "holder")
        rows.append((span.start or since, told | ({"holder": str(holder)} if holder else {})))
    return [told for _, told in sorted(rows, key=lambda row: row[0])[:MOST_SHIFTS]]


def touchpoints(world: World, wanted: Sequence[ThingId]) -> dict[str, Json]:
    """What the touchpoints of a card are called, whose they are, and how one gets through."""
    found: dict[str, Json] = {}
    for one in wanted:
        properties = world.graph.properties(one)
        told = {
            "name": first(properties, "name"),
            "contact": first(properties, "publicContact"),
            "team": first(properties, "ownedBy"),
        }
        found[one] = {name: str(value) for name, value in told.items() if value is not None}
    return found


def incidents(world: World) -> list[Json]:
    """The incidents under way, each with the tier that it stands at: none goes lower."""
    going = [one for one in world.incidents.all() if one.listened]
    going.sort(key=lambda one: one.opened_at or world.clock.now(), reverse=True)
    return [
        {"id": one.id, "name": one.name, "phase": one.state, "tier": one.tier}
        for one in going[:MOST_INCIDENTS]
    ]

"""Debriefs and actions as answers show them: due, held, in the local time of each participant."""

from collections.abc import Iterator
from typing import Final

from ontology.events import Json
from ontology.identity import ThingId
from ontology.lifecycle import Role, possible
from ontology.values import encode
from service.acts import history
from service.bodies import instant
from service.committing import ThingUnknown
from service.debrief_agenda import agenda
from service.debriefs import KIND, Round, events_of, moment, rounds
from service.world import World
from service.zoned import local

ACTION: Final = "action"
_MOST_ABOVE: Final = 20


def debriefs(world: World, state: str | None) -> list[Json]:
    """Every debrief in a line, what is due first; all, or those in a state."""
    things = [
        one
        for one in world.graph.of_type("Debrief")
        if state is None or world.graph.state(one) == state
    ]
    rows = [_line(world, one) for one in things]
    return [*sorted(rows, key=lambda row: (str(row["due"]), str(row["id"])))]


def shown(world: World, thing: ThingId, roles: frozenset[Role]) -> dict[str, Json]:
    """One debrief with its agenda, its rounds, its actions, and what the reader may do.

    Raises:
        ThingUnknown: there is no such debrief.
    """
    state = world.graph.state(thing)
    if state is None or not thing.startswith(f"{KIND}/"):
        raise ThingUnknown(thing)
    found = rounds(events_of(world.ledger, thing))
    incident = ThingId(str(world.graph.get(thing, "aboutIncident")))
    return {
        **_line(world, thing),
        "rounds": [_round(one) for one in found],
        "participants": [*_participants(world, thing)],
        "actions": actions(world, debrief=thing),
        "agenda": agenda(world, incident),
        "possible": [*possible(world.lifecycles, KIND, state, roles)],
    }


def actions(
    world: World, *, debrief: ThingId | None = None, state: str | None = None
) -> list[Json]:
    """Actions of one debrief, or all, or those in a state; what is due first."""
    graph = world.graph
    things = graph.subjects("ofDebrief", debrief) if debrief else graph.of_type("Action")
    rows = [_action(world, one) for one in things]
    kept = [row for row in rows if state is None or row["state"] == state]
    return [*sorted(kept, key=lambda row: (str(row["due"]), str(row["id"])))]


def zone_of(world: World, person: ThingId) -> str:
    """The time zone of a person: that of their team's region; UTC where none is known."""
    team = world.graph.get(person, "memberOf")
    regions = world.graph.properties(ThingId(str(team))).get("inRegion", ()) if team else ()
    region = next(iter(regions), None)
    for _ in range(_MOST_ABOVE):
        if region is None:
            break
        zone = world.graph.get(ThingId(str(region)), "timeZone")
        if zone is not None:
            return str(zone)
        region = world.graph.get(ThingId(str(region)), "withinRegion")
    return "UTC"


def _line(world: World, thing: ThingId) -> dict[str, Json]:
    graph, found = world.graph, rounds(events_of(world.ledger, thing))
    last = found[-1]
    waits = last.held is None and last.suspended is None
    return {
        "id": thing,
        "state": graph.state(thing),
        "incident": graph.get(thing, "aboutIncident"),
        "team": graph.get(thing, "routedTo"),
        "resolved": instant(last.resolved),
        "due": instant(last.due),
        "left": encode(last.due - world.clock.now()) if waits else None,
        "held": instant(last.held) if last.held is not None else None,
        "in_time": last.in_time,
        "convened_for": graph.get(thing, "convenedFor"),
    }


def _round(one: Round) -> Json:
    said = {name: one.said[name] for name in ("minutes", "lesson") if name in one.said}
    changes: list[Json] = [
        {"at": instant(event.occurred_at), "by": event.actor} for event in one.corrected
    ]
    return {
        "resolved": instant(one.resolved),
        "due": instant(one.due),
        "held": instant(one.held) if one.held is not None else None,
        "in_time": one.in_time,
        "put_off": instant(one.suspended) if one.suspended is not None else None,
        **said,
        "corrections": changes,
    }


def _participants(world: World, thing: ThingId) -> Iterator[Json]:
    """Who takes part, and when that is for each of them."""
    shown_ = world.graph.properties(thing)
    last = rounds(events_of(world.ledger, thing))[-1]
    convened = next(iter(shown_.get("convenedFor", ())), None)
    for person in shown_.get("participant", ()):
        zone = zone_of(world, ThingId(str(person)))
        yield {
            "person": person,
            "time_zone": zone,
            "due": local(last.due, zone),
            "convened_for": local(moment(convened), zone) if convened is not None else None,
        }


def _action(world: World, thing: ThingId) -> dict[str, Json]:
    graph, past = world.graph, history(world, thing)
    doer, due = ThingId(str(graph.get(thing, "doer"))), graph.get(thing, "dueAt")
    zone = zone_of(world, doer)
    return {
        "id": thing,
        "state": graph.state(thing),
        "task": graph.get(thing, "task"),
        "owner": doer,
        "debrief": graph.get(thing, "ofDebrief"),
        "due": due,
        "due_local": local(moment(due), zone),
        "postponed": sum(one.act == "postpone" for one in past),
        "reminded": sum(one.act in {"remind", "overdue"} for one in past),
    }

"""Drills as answers show them: what is practised, by whom, what time it is there."""

from collections.abc import Iterator
from datetime import datetime

from ontology.events import Json
from ontology.lifecycle import Role, possible
from service.bodies import instant
from service.drill_files import Written
from service.drill_scenario import since
from service.drill_telling import everything_told
from service.drill_worlds import worlds_of
from service.drills import KIND, OVER, Drill
from service.world import World
from service.zoned import local


def line(one: Drill) -> dict[str, Json]:
    """A drill in a list."""
    scenario = one.written.scenario
    return {
        "id": one.id,
        "scenario": scenario.drill,
        "title": scenario.title,
        "starts_from": scenario.starts_from,
        "team": one.team,
        "state": one.state,
        "planned_at": instant(one.planned_at),
        "began_at": _moment(one.began_at),
        "ended_at": _moment(one.ended_at),
        "scored": bool(one.scored),
    }


def shown(
    live: World, one: Drill, roles: frozenset[Role], *, leads: bool = False
) -> dict[str, Json]:
    """One drill; what injects are still to come only for whoever leads and takes no part."""
    scenario, here = one.written.scenario, worlds_of(live).get(live, one)
    address = f"/v1/drills/{one.local}"
    people: list[Json] = [
        {"person": person, "roles": [*sorted(part.roles)], "team": part.team or one.team}
        for person, part in sorted(one.people.items())
    ]
    more: dict[str, Json] = {
        "purpose": scenario.purpose,
        "note": scenario.note,
        "facilitator": one.by,
        "people": people,
        "speed": one.speed,
        "rules": scenario.rules,
        "incident": scenario.incident.id,
        "evidence": one.evidence,
        "lesson": one.lesson,
        "proposals": [dict(each) for each in one.proposals],
        "possible": [*possible(live.lifecycles, KIND, one.state, roles)],
        "links": {
            "self": address,
            "acts": f"{address}/acts",
            "events": f"{address}/events",
            "said": f"{address}/said",
            "world": f"{address}/world/v1",
            "score": f"{address}/score",
        },
    }
    if here is not None:
        here.catch_up()
        more |= clock(here.clock.now(), one)
    if leads:
        more["ahead"] = [*_ahead(here, one)]
    return line(one) | more


def _ahead(here: World | None, one: Drill) -> Iterator[Json]:
    """The injects of a drill that is not over that did not arrive yet, in order of time."""
    if one.state in OVER:
        return
    arrived = {event.data["item"] for event in everything_told(here)} if here is not None else {}
    for inject in sorted(one.written.scenario.injects, key=lambda each: since(each.after)):
        if f"inject-{inject.id}" not in arrived:
            yield {"inject": inject.id, "after": inject.after, "title": inject.title}


def clock(now: datetime, one: Drill) -> dict[str, Json]:
    """What time it is in a drill: in UTC, by the clocks of its place, since its start."""
    said = one.written.scenario.clock
    return {
        "clock": instant(now),
        "local_time": local(now, said.zone),
        "minute": round((now - said.began).total_seconds() / 60, 2),
        "ends": instant(said.ends),
    }


def scenario_line(one: Written) -> dict[str, Json]:
    """A scenario in a list."""
    said = one.scenario
    return {
        "scenario": said.drill,
        "title": said.title,
        "purpose": said.purpose,
        "note": said.note,
        "starts_from": said.starts_from,
        "rules": said.rules,
        "zone": said.clock.zone,
        "length": said.clock.length,
        "posts": len(said.posts),
        "injects": len(said.injects),
        "expected": len(said.expect),
    }


def _moment(at: datetime | None) -> str | None:
    return instant(at) if at is not None else None

"""Telling: the alert that goes with an act, to whoever has to do something now."""

from ontology.events import Draft, Json
from ontology.identity import ThingId
from ontology.lifecycle import Actor, Standing
from rules.merging import DUTY_OFFICER
from service.alerts import KIND as ALERT
from service.committing import Done, Here
from service.signing import accompanying

_LONGEST = 300


def told(
    world: Here,
    done: Done,
    tier: str,
    words: str,
    *,
    team: Json = None,
    incident: Json = None,
) -> Draft:
    """An alert to a team, else to whoever owns the incident."""
    if team is None and isinstance(incident, str):
        team = world.graph.get(ThingId(incident), "ownedBy")
    data: dict[str, Json] = {"team": team, "incident": incident, "tier": tier}
    data |= {"reason": words[:_LONGEST]}
    given = {name: value for name, value in data.items() if value is not None}
    alert = ThingId(world.ids(ALERT))
    stands = Standing(thing=alert, kind=ALERT, state=None)
    return accompanying(world, alert, ALERT, "raise", given, done.at, stands=stands)


def team_for(world: Here, said: str | None, actor: Actor, incident: str | None) -> Json:
    """Whose work a new thing is: the team named, else of whoever begins it, else the incident's.

    Where none of them is known it is the duty officer's, so that it is somebody's.
    """
    own = world.graph.get(actor.id, "memberOf")
    owner = world.graph.get(ThingId(incident), "ownedBy") if incident is not None else None
    duty = DUTY_OFFICER if world.graph.exists(ThingId(DUTY_OFFICER)) else None
    return said or own or owner or duty


def told_of(world: Here, done: Done, tier: str, words: str) -> Draft:
    """An alert about the thing that is acted on: to its team, about its incident."""
    shown = world.graph.properties(done.stands.thing)
    team = done.outcome.properties.get("routedTo") or next(iter(shown.get("routedTo", ())), None)
    incident = next(iter(shown.get("aboutIncident", ())), None)
    return told(world, done, tier, words, team=team, incident=incident)

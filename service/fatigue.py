"""Fatigue: how many alerts a team was told of, and how many its people on shift can take."""

from datetime import datetime, timedelta
from typing import Final

from ontology.events import Json
from ontology.identity import ThingId
from service.alert_choice import Share
from service.world import World

HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
"""A shift that began longer ago is looked at for this long: some never end."""


def share(world: World, team: ThingId, at: datetime) -> Share:
    """What a team was told in the hour up to a moment, and its budget; nobody on shift is one."""
    told = world.alerts_now().told(team, at - HOUR, at)
    people = max(1, world.roster().people(team, at))
    return Share(told=told, budget=people * world.settings.alerts_per_person_hour)


def load(world: World, team: ThingId, at: datetime) -> dict[str, Json]:
    """The load of a team: alerts of this shift, per person and hour, and what is left."""
    alerts, roster = world.alerts_now(), world.roster()
    people, began = roster.people(team, at), roster.since(team, at)
    start = max(began, at - DAY) if began is not None else at - HOUR
    hours = max((at - start) / HOUR, 1.0)
    told, now = alerts.told(team, start, at), share(world, team, at)
    return {
        "team": team,
        "on_shift": people,
        "shift_alerts": told,
        "shift_hours": round(hours, 2),
        "per_person_hour": round(told / (hours * max(1, people)), 2),
        "last_hour": now.told,
        "budget": now.budget,
        "spent": now.spent,
    }

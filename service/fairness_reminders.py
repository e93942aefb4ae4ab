"""Reminders of fairness: once a month its owner is asked to look how groups of people fared."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from knowledge.recorded_decisions import MADE
from knowledge.refusals import Conflict, DuplicateEvent
from ontology.events import Json
from ontology.identity import Scope, ThingId
from ontology.lifecycle import Standing
from service.fairness import terms_of
from service.guideline_reminders import answering
from service.signing import accompanying
from service.world import World

KIND: Final = "fairness-review"
_WITHIN: Final = "P10D"


def ask_monthly(world: World) -> bool:
    """Put the month that is over into its owner's queue; whether this worker did.

    A month is asked about once, whatever is done with it, and only if something was decided by
    then. Months begin and end in UTC.
    """
    now = world.clock.now()
    month = (now.date().replace(day=1) - timedelta(days=1)).replace(day=1)
    thing = ThingId(f"{KIND}/{month:%Y-%m}")
    if world.ledger.versions([Scope(thing)])[Scope(thing)] or not _decided(world, now.date()):
        return False
    team, _ = answering(world, terms_of(world).owner)
    data: dict[str, Json] = {"team": team, "month": f"{month:%Y-%m}", "within": _WITHIN}
    fresh = Standing(thing=thing, kind=KIND, state=None)
    draft = accompanying(world, thing, KIND, "ask", data, now, stands=fresh)
    event = f"event/{KIND}-{month:%Y-%m}"
    try:
        world.ledger.append([replace(draft, id=event)], expected={Scope(thing): 0})
    except (Conflict, DuplicateEvent):  # another worker was first
        return False
    return True


def _decided(world: World, today: date) -> bool:
    """Whether anything was decided before this month began."""
    first = world.ledger.read(types=(MADE,), limit=1)
    return bool(first) and first[0].occurred_at.date() < today.replace(day=1)

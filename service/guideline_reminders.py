"""Reminders: who still has to read a guideline, whose review is overdue, whose owner has gone."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final, cast

from knowledge.refusals import Conflict, DuplicateEvent
from ontology.events import Draft, Json
from ontology.identity import Scope, ThingId
from ontology.lifecycle import Past, Standing
from rules.merging import DUTY_OFFICER
from service.acknowledging import Reading
from service.alerts import KIND as ALERT
from service.approving import upwards
from service.committing import Done, Here
from service.guideline_owing import owing
from service.guidelines import Version
from service.signing import accompanying

MOST_NAMED: Final = 20
"""How many people a reminder names; all are counted."""

_PASSED: Final = "pass-up"
_LONGEST: Final = 600


def reminded(world: Here, one: Version, done: Done) -> Iterator[Draft]:
    """The alerts that go with a deadline of a version."""
    reading = cast(Reading, world)
    match done.outcome.act:
        case "remind":
            yield from _writers_reminded(reading, one, done.at)
        case "escalate":
            yield from _owner_told(reading, one, done.at)
        case _:
            yield _review_overdue(reading, one, done)


def watch(world: Reading) -> int:
    """Alert of every guideline in force whose owner has nobody or has gone; how many were new.

    Once for each owner and day of review: the ids say which.
    """
    now = world.clock.now()
    return sum(_alone(world, one, now) for one in world.guidelines().standing(now))


def answering(world: Here, owner: ThingId, steps: int = 0) -> tuple[ThingId, str | None]:
    """Who answers for an owner, so many steps up, and why it is not the owner.

    A team that has nobody is passed over. Where nobody is left it is the duty officer.
    """
    path = [ThingId(team) for team in upwards(world, owner)]
    manned = [team for team in path if world.graph.subjects("memberOf", team)]
    why = None
    if owner not in manned:
        why = f"{owner} has nobody any more" if world.graph.exists(owner) else f"{owner} is gone"
    return manned[min(steps, len(manned) - 1)] if manned else ThingId(DUTY_OFFICER), why


def _writers_reminded(world: Reading, one: Version, at: datetime) -> Iterator[Draft]:
    by_team: dict[ThingId, list[ThingId]] = {}
    for person, team in owing(world, one).items():
        by_team.setdefault(team or one.owner, []).append(person)
    for team, people in sorted(by_team.items()):
        words = f"{_named(one)} waits to be read by {_people(people)}, {_by(one)}."
        alert = _alert(one, f"read {at.isoformat()}", team)
        yield _raised(world, alert, (team, "frontline"), words, at)


def _owner_told(world: Reading, one: Version, at: datetime) -> Iterator[Draft]:
    people = [*owing(world, one)]
    if not people:
        return
    team, why = answering(world, one.owner)
    late = f"{_named(one)} was not acknowledged in time by {_people(people)}."
    words = " ".join(filter(None, (late, f"You are told because {why}." if why else None)))
    alert = _alert(one, f"late {at.isoformat()}", team)
    yield _raised(world, alert, (team, "specialist"), words, at)


def _review_overdue(world: Reading, one: Version, done: Done) -> Draft:
    """One more step up each week, as far as anybody is there."""
    before = sum(past.act == _PASSED for past in _since_review(done.stands))
    steps = before + 1 if done.outcome.act == _PASSED else 0
    team, why = answering(world, one.owner, steps)
    told = f" You are told because {why}." if why else ""
    words = f"The review of {_named(one)} was due by {one.review_by:%Y-%m-%d %H:%M} UTC.{told}"
    alert = _alert(one, f"review {done.at.isoformat()}", team)
    return _raised(world, alert, (team, "specialist"), words, done.at)


def _since_review(stands: Standing) -> Iterator[Past]:
    """What was done since the review fell due the last time."""
    last = max((n for n, past in enumerate(stands.history) if past.act == "fall-due"), default=-1)
    yield from stands.history[last + 1 :]


def _alone(world: Reading, one: Version, at: datetime) -> bool:
    team, why = answering(world, one.owner)
    alert = _alert(one, f"owner {one.review_by.isoformat()}", one.owner)
    if why is None or world.ledger.versions([Scope(alert)])[Scope(alert)]:
        return False
    words = f"Nobody answers for {_named(one)}: {why}. Propose a version with another owner."
    draft = _raised(world, alert, (team, "specialist"), words, at)
    event = f"event/guideline-{alert.partition('/')[2]}"
    try:
        world.ledger.append([replace(draft, id=event)], expected={Scope(alert): 0})
    except (Conflict, DuplicateEvent):  # another worker was first
        return False
    return True


def _raised(
    world: Here, alert: ThingId, to: tuple[ThingId, str], words: str, at: datetime
) -> Draft:
    team, tier = to
    data: dict[str, Json] = {"team": team, "tier": tier, "reason": words[:_LONGEST]}
    fresh = Standing(thing=alert, kind=ALERT, state=None)
    return accompanying(world, alert, ALERT, "raise", data, at, stands=fresh)


def _alert(one: Version, why: str, team: ThingId) -> ThingId:
    """The same id for the same reminder, in every worker."""
    named = f"{one.id}\n{why}\n{team}"
    return ThingId(f"{ALERT}/guideline-{hashlib.sha256(named.encode()).hexdigest()[:32]}")


def _named(one: Version) -> str:
    return f"{one.guideline} ({one.name}, version {one.number})"


def _by(one: Version) -> str:
    return f"by {one.acknowledge_by:%Y-%m-%d %H:%M} UTC" if one.acknowledge_by else "soon"


def _people(people: list[ThingId]) -> str:
    more = len(people) - MOST_NAMED
    named = ", ".join(people[:MOST_NAMED])
    return f"{len(people)} of its writers: {named}" + (f" and {more} more" if more > 0 else "")

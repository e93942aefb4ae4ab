"""Planning: what a plan of messages is, what of it is missing, and what follows from its acts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Final

from ontology.events import Draft, Json
from ontology.identity import Scope, ThingId
from ontology.lifecycle import Actor, ActRefused, Standing
from ontology.lifecycle import act as follow
from ontology.lifecycle_data import DataProblem
from ontology.values import encode
from service.acts import acted, standing
from service.alerts import KIND as ALERT
from service.committing import Done, Here, ThingUnknown
from service.message_content import KIND as MESSAGE
from service.placements import KIND as PLACEMENT
from service.placements import POST, Placement, of_message, read
from service.placing import asked, channel_of
from service.signing import accompanying

KIND: Final = "plan"
COMPENSATE: Final = "compensate"
_LONGEST: Final = 400
_MISSING: Final = frozenset({"going-out", "failed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How a plan is kept: its rule, by when all must confirm, and who is alerted.

    Without `within` the setting says it; without `team`, whoever owns the incident.
    """

    rule: str = "complete"
    within: timedelta | None = None
    team: ThingId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One plan as it stands."""

    id: ThingId
    state: str
    rule: str
    team: ThingId | None
    messages: tuple[ThingId, ...]


class PlanJoint:
    """Falling short alerts its owner, trying again asks again, compensating takes all back."""

    def relied(self, world: Here, stands: Standing, act: str) -> tuple[Scope, ...]:
        """Its messages and what they rely on, where they are taken back; else their placements."""
        if act not in {COMPENSATE, "keep-trying"} or stands.state is None:
            return ()
        messages = plan_of(world, stands.thing).messages
        named = [*messages, *chain(*(of_message(world.graph, one) for one in messages))]
        joint = world.joints[MESSAGE]
        theirs = (joint.relied(world, standing(world, m, MESSAGE), "withdraw") for m in messages)
        return (*map(Scope, named), *chain(*theirs))

    def drafts(self, world: Here, done: Done) -> list[Draft]:
        """What follows for its messages, its connectors and its owner.

        Raises:
            ActRefused: the act has a door of its own.
        """
        act = done.outcome.act
        if act == "begin":
            words = "do it by POST /v1/messages/publication"
            raise ActRefused(act, (DataProblem("act", words),), ())
        if act == "fall-short":
            return [*_short(world, done)]
        if act == "keep-trying":
            return [*_asked_again(world, done)]
        return [*_withdrawn(world, done)] if act == COMPENSATE else []


def begun(
    world: Here,
    plan: ThingId,
    messages: Sequence[ThingId],
    terms: Terms,
    actor: Actor,
    at: datetime,
) -> Draft:
    """The act with which a plan begins."""
    within = terms.within or timedelta(minutes=world.settings.plan_minutes)
    data: dict[str, Json] = {
        "messages": [*messages],
        "rule": terms.rule,
        "within": encode(within),
    }
    team = terms.team or _owner(world, messages)
    data |= {"team": team} if team is not None else {}
    stands = Standing(thing=plan, kind=KIND, state=None)
    outcome = follow(world.lifecycles, stands, "begin", actor=actor, at=at, data=data)
    return acted(world.ids("event"), stands, outcome, actor, at)


def plan_of(world: Here, plan: ThingId) -> Plan:
    """One plan as the graph shows it.

    Raises:
        ThingUnknown: there is no such plan.
    """
    shown = world.graph.properties(plan)
    if "state" not in shown or "planRule" not in shown:
        raise ThingUnknown(plan)
    team = shown.get("routedTo", (None,))[0]
    return Plan(
        id=plan,
        state=str(shown["state"][0]),
        rule=str(shown["planRule"][0]),
        team=ThingId(str(team)) if team is not None else None,
        messages=tuple(ThingId(str(one)) for one in shown["publishes"]),
    )


def missing(world: Here, placements: Sequence[Placement]) -> list[Placement]:
    """What of a plan should be out and is not: of messages that still are live."""
    graph = world.graph
    return [p for p in placements if p.state in _MISSING and graph.state(p.message) == "live"]


def placements_of(world: Here, messages: Sequence[ThingId]) -> list[Placement]:
    """Where messages were to go, as it stands."""
    names = chain(*(of_message(world.graph, one) for one in messages))
    found = (read(world.ledger, name) for name in names)
    return [one for one in found if one is not None]


def _owner(world: Here, messages: Sequence[ThingId]) -> ThingId | None:
    """The team of the first incident that has one."""
    for message in messages:
        about = world.graph.get(message, "aboutIncident")
        team = world.graph.get(ThingId(str(about)), "ownedBy") if about is not None else None
        if team is not None:
            return ThingId(str(team))
    return None


def _short(world: Here, done: Done) -> Iterator[Draft]:
    """The alert to the owner of a plan, where something of it is missing."""
    plan = plan_of(world, done.stands.thing)
    found = missing(world, placements_of(world, plan.messages))
    if not found:  # the last receipt came as its time ran out
        return
    named = ", ".join(_told(world, one) for one in found)
    then = (
        "all of it is taken back within a minute or so"
        if plan.rule == COMPENSATE
        else "what may pass is tried again; a person decides on the rest"
    )
    before = sum(past.act == "fall-short" for past in done.stands.history)
    about = next((world.graph.get(one, "aboutIncident") for one in plan.messages), None)
    given: dict[str, Json] = {
        "team": plan.team,
        "incident": about,
        "tier": "crisis-team",
        "reason": f"{plan.id} is incomplete, {then}. Missing: {named}"[:_LONGEST],
    }
    data = {name: value for name, value in given.items() if value is not None}
    alert = ThingId(f"{ALERT}/{plan.id.partition('/')[2][:90]}-incomplete-{before + 1}")
    stands = Standing(thing=alert, kind=ALERT, state=None)
    yield accompanying(world, alert, ALERT, "raise", data, done.at, stands=stands)


def _told(world: Here, one: Placement) -> str:
    why = one.reason or "no receipt"
    return f"{channel_of(world, one)} through {one.connector} ({one.state}: {why})"


def _asked_again(world: Here, done: Done) -> Iterator[Draft]:
    plan = plan_of(world, done.stands.thing)
    for one in missing(world, placements_of(world, plan.messages)):
        yield accompanying(world, one.id, PLACEMENT, "ask-again", {}, done.at)
        yield asked(world, one, POST, done.at)


def _withdrawn(world: Here, done: Done) -> Iterator[Draft]:
    """Each message that is live is withdrawn, with all that goes with that."""
    joint = world.joints[MESSAGE]
    told: dict[str, Json] = {"reason": done.outcome.details.get("reason")}
    for message in plan_of(world, done.stands.thing).messages:
        stands = standing(world, message, MESSAGE)
        if stands.state != "live":
            continue
        outcome = follow(
            world.lifecycles, stands, "withdraw", actor=done.actor, at=done.at, data=told
        )
        yield acted(world.ids("event"), stands, outcome, done.actor, done.at)
        here = Done(stands=stands, outcome=outcome, actor=done.actor, at=done.at)
        yield from joint.drafts(world, here)

"""Activities: paid posts, offers and surveys that go out at a set time, unless a hold stands."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import ConfigDict, Field

from ontology.events import Draft, Event, Json
from ontology.identity import Scope, ThingId
from ontology.lifecycle import Actor, ActRefused, Standing
from ontology.lifecycle_data import DataProblem
from ontology.record_values import RecordInvalid
from service.audiences import HOLDS, Audience, audience_of, refuse_held
from service.beginning import Beginning, begin, present
from service.bodies import Model, Moment
from service.committing import Done, Here

KIND: Final = "activity"
HOLD: Final = "hold"
GOES_OUT: Final = ("planned", "running")
_AS_EVENTS: Final = {
    "plan": "activity.planned",
    "begin": "activity.started",
    "hold": "activity.held",
    "release": "activity.released",
    "end": "activity.ended",
    "cancel": "activity.cancelled",
}
"""What ad platforms, shops and survey tools are told by webhook, by the act that it follows."""

_TOLD: Final = ("activityKind", "name", "external", "startsAt", "endsAt", "aboutIncident")


class ActivityIn(Model):
    """What goes out, to whom, where and when; without regions it goes everywhere."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "kind": "paid-post",
                "name": "Winter fares",
                "regions": ["region/us-ny"],
                "topics": ["fares"],
                "starts_at": "2026-12-01T08:00:00-05:00",
                "ends_at": "2026-12-24T20:00:00-05:00",
                "external": "campaign-4711",
                "team": "team/marketing",
            }
        },
    )

    kind: Literal["paid-post", "offer", "survey"]
    name: Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]
    team: Annotated[str, Field(pattern="^team/.{1,120}$")]
    starts_at: Moment
    ends_at: Moment | None = None
    regions: Annotated[
        list[Annotated[str, Field(pattern="^region/.{1,120}$")]], Field(max_length=200)
    ] = Field(default_factory=list)
    segments: Annotated[
        list[Annotated[str, Field(pattern="^segment/.{1,120}$")]], Field(max_length=200)
    ] = Field(default_factory=list)
    topics: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=80)]], Field(max_length=50)
    ] = Field(default_factory=list)
    incident: Annotated[str, Field(pattern="^incident/.{1,120}$")] | None = None
    external: Annotated[str, Field(min_length=1, max_length=200)] | None = None


def plan(world: Here, said: ActivityIn, actor: Actor, *, idempotency: str | None = None) -> Event:
    """Let something go out at its time, unless it reaches people for whom a hold stands.

    Raises:
        ActRefused: a hold stands over those whom it reaches, or the actor may not.
        RecordInvalid: it would be over already, or does not fit the ontology.
        GateRefused: it names what does not stand.
        IdempotencyMismatch: the key was used for something else.
    """
    audience = Audience(
        incident=said.incident,
        regions=frozenset(said.regions),
        topics=frozenset(said.topics),
        segments=frozenset(said.segments),
    )

    def made(thing: ThingId) -> Beginning:
        refuse_held(world, audience, "plan")
        ends = said.ends_at
        if ends is not None and ends <= world.clock.now():
            raise RecordInvalid({"/ends_at": f"{ends.isoformat()} has passed"})
        properties: dict[str, Json] = {
            "name": said.name,
            "activityKind": said.kind,
            "ownedBy": said.team,
            "startsAt": said.starts_at.isoformat(),
            "endsAt": ends.isoformat() if ends is not None else None,
            "inRegion": [*dict.fromkeys(said.regions)] or None,
            "toSegment": [*dict.fromkeys(said.segments)] or None,
            "topic": [*dict.fromkeys(said.topics)] or None,
            "aboutIncident": said.incident,
            "external": said.external,
        }
        event = _event(world, thing, "plan", properties, (actor.id, world.clock.now()))
        return Beginning(properties=properties, beside=[event])

    return begin(
        world, KIND, "plan", made, actor, body=said, idempotency=idempotency, relied=[HOLDS]
    )


def told(world: Here, done: Done) -> Draft:
    """What is told of an act on an activity that stands."""
    shown = world.graph.properties(done.stands.thing)
    said: dict[str, Json] = {name: next(iter(shown.get(name, ())), None) for name in _TOLD}
    said |= {"reason": done.outcome.details.get("reason")}
    by = (done.actor.id, done.at)
    return _event(world, done.stands.thing, done.outcome.act, said, by)


def _event(
    world: Here,
    activity: ThingId,
    act: str,
    said: Mapping[str, Json],
    by: tuple[ThingId, datetime],
) -> Draft:
    """What the systems are told that carry an activity out."""
    return Draft(
        id=world.ids("event"),
        type=_AS_EVENTS[act],
        subject=activity,
        actor=by[0],
        occurred_at=by[1],
        data=present({name: said.get(name) for name in (*_TOLD, "reason")}),
        governed=False,
    )


class ActivityJoint:
    """Whoever carries an activity out is told; none goes out against a hold."""

    def relied(self, world: Here, stands: Standing, act: str) -> tuple[Scope, ...]:
        """The holds, for what one would forbid."""
        del world, stands
        return (HOLDS,) if act == "release" else ()

    def drafts(self, world: Here, done: Done) -> list[Draft]:
        """The event for whoever carries it out.

        Raises:
            ActRefused: it has a door of its own, or a hold stands.
        """
        act, thing = done.outcome.act, done.stands.thing
        if act == "plan":
            raise ActRefused(act, (DataProblem("act", "do it by POST /v1/activities"),), ())
        if act == "release":
            refuse_held(world, audience_of(world, thing), act)
        return [told(world, done)]

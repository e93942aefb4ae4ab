"""Embargoes: named outlets have a work before its public time, which a person may move up."""

from datetime import datetime
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import ConfigDict, Field

from ontology.events import Draft, Event, Json
from ontology.identity import Scope, ThingId
from ontology.lifecycle import Actor, ActRefused, Standing
from ontology.lifecycle_data import DataProblem
from ontology.record_values import RecordInvalid
from service.beginning import Beginning, begin
from service.bodies import Model
from service.committing import Done, Here
from service.outlets import OutletRef, outlet_of
from service.telling import team_for, told_of
from service.zoned import TimeZone, local, moment

KIND: Final = "embargo"
ENDED: Final = "embargo.ended"
STANDS: Final = frozenset({"standing", "broken"})


class EmbargoIn(Model):
    """The message whose work is kept back, until when, and who has it before."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "message": "message/derailment-findings-1",
                "outlets": ["Bronx Times"],
                "until": "2026-11-24T18:00:00",
                "time_zone": "America/New_York",
            }
        },
    )

    message: Annotated[str, Field(pattern="^message/.{1,120}$")]
    outlets: Annotated[list[OutletRef], Field(min_length=1, max_length=100)]
    until: datetime
    time_zone: TimeZone
    team: Annotated[str, Field(pattern="^team/.{1,120}$")] | None = None


def place(world: Here, said: EmbargoIn, actor: Actor, *, idempotency: str | None = None) -> Event:
    """Keep a work from the public until a set time; the outlets may have it before.

    Raises:
        RecordInvalid: there is no such message, or the time has passed.
        GateRefused: something of the work is public already.
        IdempotencyMismatch: the key was used for something else.
    """
    until = moment(said.until, said.time_zone, "/until")

    def made(_: ThingId) -> Beginning:
        if until <= world.clock.now():
            words = f"{until.isoformat()} has passed; name a moment to come"
            raise RecordInvalid({"/until": words})
        found = [outlet_of(world, one) for one in dict.fromkeys(said.outlets)]
        properties: dict[str, Json] = {
            "ofWork": _work(world, said.message),
            "toOutlet": [*dict.fromkeys(outlet for outlet, _ in found)],
            "embargoUntil": until.isoformat(),
            "timeZone": said.time_zone,
        }
        team = team_for(world, said.team, actor, None)
        beside = {draft.subject: draft for _, drafts in found for draft in drafts}
        return Beginning(properties=properties, data={"team": team}, beside=[*beside.values()])

    return begin(world, KIND, "place", made, actor, body=said, idempotency=idempotency)


def _work(world: Here, message: str) -> Json:
    work = world.graph.get(ThingId(message), "versionOf")
    if work is None:
        words = f"{message[:140]!r} is no message here; GET /v1/messages lists them"
        raise RecordInvalid({"/message": words})
    return work


def standing_over(world: Here, work: ThingId) -> ThingId | None:
    """The embargo under which a work is now; of several the one that ends last."""
    found = [one for one in world.graph.subjects("ofWork", work) if _stands(world, one)]
    return max(found, key=lambda one: (_until(world, one), one), default=None)


def _stands(world: Here, embargo: ThingId) -> bool:
    return world.graph.state(embargo) in STANDS


def _until(world: Here, embargo: ThingId) -> datetime:
    return datetime.fromisoformat(str(world.graph.get(embargo, "embargoUntil")))


def terms(world: Here, message: ThingId) -> dict[str, Json]:
    """To which outlets a message goes, and until when they keep it to themselves."""
    shown = world.graph.properties(message)
    outlets = [*shown.get("toOutlet", ())]
    embargo = standing_over(world, ThingId(str(shown["versionOf"][0])))
    if not outlets or embargo is None:
        return {"outlets": outlets} if outlets else {}
    return {"outlets": outlets, "embargo_until": world.graph.get(embargo, "embargoUntil")}


class EmbargoJoint:
    """A break is told at once, and so is its end; a person decides whether it still stands."""

    def relied(self, world: Here, stands: Standing, act: str) -> tuple[Scope, ...]:
        """Nothing else."""
        del world, stands, act
        return ()

    def drafts(self, world: Here, done: Done) -> list[Draft]:
        """The alert that goes with a break, or what its end is told by.

        Raises:
            ActRefused: it has a door of its own, or what is reported is no break.
        """
        act, stated = done.outcome.act, done.stands.stated
        if act == "place":
            raise ActRefused(act, (DataProblem("act", "do it by POST /v1/embargoes"),), ())
        until = datetime.fromisoformat(str(stated.get("embargoUntil", done.at.isoformat())))
        when = local(until, str(stated.get("timeZone", "UTC")))
        if act == "remind":
            words = f"Nobody decided whether it stands until {when}, though it was broken."
            return [told_of(world, done, "crisis-team", f"{done.stands.thing}: {words}")]
        if act in {"lift", "end"}:
            return [_ended(world, done)]
        if act != "report-break":
            return []
        link = str(done.outcome.details["link"])
        seen = datetime.fromisoformat(str(done.outcome.details["seen_at"]))
        if problems := _no_break(link, seen, until, done.at):
            raise ActRefused(act, tuple(problems), ())
        words = f"{done.stands.thing}: seen before {when}: {link} Lift it, or uphold it."
        return [told_of(world, done, "crisis-team", words)]


def _ended(world: Here, done: Done) -> Draft:
    """What whoever has the words before the public is told: they may use them now."""
    stated, work = done.stands.stated, str(done.stands.stated.get("ofWork"))
    return Draft(
        id=world.ids("event"),
        type=ENDED,
        subject=done.stands.thing,
        actor=done.actor.id,
        occurred_at=done.at,
        data={
            "work": work,
            "outlets": stated.get("toOutlet"),
            "early": done.outcome.act == "lift",
        },
        governed=False,
    )


def _no_break(link: str, seen: datetime, until: datetime, now: datetime) -> list[DataProblem]:
    found = []
    if urlsplit(link).scheme not in {"http", "https"}:
        words = f"{link[:80]!r} is no address like https://bronx-times.example/derailment"
        found.append(DataProblem("link", words))
    if seen > now:
        found.append(DataProblem("seen_at", f"{seen.isoformat()} lies ahead"))
    elif seen >= until:
        words = f"{seen.isoformat()} is not before its end, {until.isoformat()}"
        found.append(DataProblem("seen_at", words))
    return found

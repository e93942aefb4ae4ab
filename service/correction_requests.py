"""Correction requests: outlets are asked to put right what they published, until they answer."""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Final

from pydantic import ConfigDict, Field

from ontology.events import Draft, Event, Json
from ontology.identity import Scope, ThingId
from ontology.lifecycle import Actor, ActRefused, Standing
from ontology.lifecycle_data import DataProblem
from ontology.record_values import RecordInvalid
from service.beginning import Beginning, begin, present
from service.bodies import Model, Moment
from service.committing import Done, Here
from service.message_content import Content
from service.outlets import OutletRef, outlet_of
from service.recording import written
from service.signing import accompanying
from service.sweep import ITSELF
from service.telling import team_for, told_of

KIND: Final = "correction-request"
_TOLD: Final = {
    "remind": ("specialist", "It waits to be sent, or to be followed up: "),
    "fall-silent": ("specialist", "No answer in time; follow it up, or let it rest: "),
}
_Words = Annotated[str, Field(min_length=3, max_length=2_000, pattern=r"\S")]


class CorrectionIn(Model):
    """What an outlet or a page published wrongly, where, and what it is asked to do."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "outlet": "Bronx Times",
                "wrong": "They write that 93 people were hurt.",
                "link": "https://bronx-times.example/2013/12/01/derailment",
                "asks_for": "Write 63, and say that it was corrected.",
                "contradicts": "claim/derailment-statement-1-1",
                "incident": "incident/2013-ny-train",
            }
        },
    )

    outlet: OutletRef
    wrong: _Words
    asks_for: _Words
    link: Annotated[str, Field(pattern="^https?://[!-~]{1,500}$")] | None = None
    published_at: Moment | None = None
    contradicts: Annotated[str, Field(pattern="^claim/.{1,120}$")] | None = None
    incident: Annotated[str, Field(pattern="^incident/.{1,120}$")] | None = None
    team: Annotated[str, Field(pattern="^team/.{1,120}$")] | None = None


def request(
    world: Here, said: CorrectionIn, actor: Actor, *, idempotency: str | None = None
) -> Event:
    """Write down what an outlet is to put right; somebody has to send it.

    Raises:
        RecordInvalid: it does not fit the ontology.
        GateRefused: it names what does not stand.
        IdempotencyMismatch: the key was used for something else.
    """
    if said.published_at is not None and said.published_at > world.clock.now():
        raise RecordInvalid({"/published_at": f"{said.published_at.isoformat()} lies ahead"})

    def made(_: ThingId) -> Beginning:
        outlet, beside = outlet_of(world, said.outlet)
        when = said.published_at
        properties: dict[str, Json] = {
            "outlet": outlet,
            "wrongly": said.wrong,
            "asksFor": said.asks_for,
            "publishedUnder": said.link,
            "publishedAt": when.isoformat() if when is not None else None,
            "contradicts": said.contradicts,
            "aboutIncident": said.incident,
        }
        team = team_for(world, said.team, actor, said.incident)
        return Beginning(properties=properties, data={"team": team}, beside=beside)

    return begin(world, KIND, "owe", made, actor, body=said, idempotency=idempotency)


def given(world: Here, content: Content) -> list[ThingId]:
    """The outlets that got a message or a version before it: named by it, or answered with it."""
    graph, outlets, seen = world.graph, set[ThingId](), set[ThingId]()
    version: Json = content.id
    while version is not None and ThingId(str(version)) not in seen:
        one = ThingId(str(version))
        seen.add(one)
        outlets |= {ThingId(str(name)) for name in graph.properties(one).get("toOutlet", ())}
        for enquiry in graph.subjects("answeredBy", one):
            outlets.add(ThingId(str(graph.get(enquiry, "outlet"))))
        version = graph.get(one, "revisionOf")
    return sorted(outlets)


def owed(
    world: Here, content: Content, done: Done, why: str, instead: ThingId | None
) -> Iterator[Draft]:
    """What each outlet that got a message is asked for, now that it holds no more."""
    incident = content.incident
    team = world.graph.get(incident, "ownedBy") if incident is not None else None
    use = f"Use {instead} instead." if instead is not None else "Use it no more."
    for outlet in given(world, content):
        name = hashlib.sha256(f"{content.id}\n{outlet}".encode()).hexdigest()[:32]
        thing = ThingId(f"{KIND}/{name}")
        properties: dict[str, Json] = {
            "outlet": outlet,
            "wrongly": f"{content.id}, which the outlet was given, holds no more. {why}"[:2_000],
            "asksFor": f"Say that it holds no more. {use}",
            "concernsMessage": content.id,
            "aboutIncident": incident,
        }
        yield written(world, thing, "CorrectionRequest", present(properties), ITSELF)
        stands = Standing(thing=thing, kind=KIND, state=None)
        data = present({"team": team})
        yield accompanying(world, thing, KIND, "owe", data, done.at, stands=stands)


class CorrectionJoint:
    """An answer is wanted by a moment to come; silence is told."""

    def relied(self, world: Here, stands: Standing, act: str) -> tuple[Scope, ...]:
        """Nothing else."""
        del world, stands, act
        return ()

    def drafts(self, world: Here, done: Done) -> list[Draft]:
        """The alert that goes with the act.

        Raises:
            ActRefused: it has a door of its own, or the time has passed.
        """
        act, thing = done.outcome.act, done.stands.thing
        if act == "owe":
            problem = DataProblem("act", "do it by POST /v1/correction-requests")
            raise ActRefused(act, (problem,), ())
        if act in _TOLD:
            tier, words = _TOLD[act]
            asked = world.graph.get(thing, "asksFor")
            return [told_of(world, done, tier, f"{thing}: {words}{asked}")]
        if act not in {"send", "follow-up"}:
            return []
        until = str(done.outcome.properties["replyBy"])
        if datetime.fromisoformat(until) <= done.at:
            raise ActRefused(act, (DataProblem("replyBy", f"{until} has passed"),), ())
        return []

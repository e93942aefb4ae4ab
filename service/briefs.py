"""Briefs: made for one person, kept by digest, and told of when what they say has changed."""

from contextlib import suppress
from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import ConfigDict, Field

from knowledge.refusals import Conflict
from knowledge.triples import Triples
from ontology.events import Draft, Event, Json
from ontology.identity import Scope, ThingId
from ontology.lifecycle import Actor, ActRefused
from ontology.record_values import RecordInvalid
from service.acts import ACTED, propose
from service.beginning import Beginning, begin
from service.bodies import Model
from service.brief_sources import EMPLOYEES, PRESS, Sources, live_claims
from service.briefing import Law, digest, gather
from service.committing import Here, ThingUnknown
from service.decision_bodies import DecisionRequest
from service.desk import ask, stored
from service.embargoes import ENDED
from service.enquiries import known
from service.guidance import asked
from service.guideline_choice import choose
from service.outdating import BRIEF as KIND
from service.publishing import PUBLISHED, WITHDRAWN
from service.signing import accompanying
from service.sweep import ITSELF
from service.world import World

MADE: Final = "brief.made"
_LONGEST: Final = 400
_LANGUAGE: Final = "en"
_NAMED: Final = 5
_HELD: Final = ("current", "outdated")
_CHANGE: Final = (PUBLISHED, WITHDRAWN, ENDED, MADE)
"""What can make a claim live, or end that; a new brief may have missed what came just before."""


class BriefIn(Model):
    """Who is to speak about what: an incident, or one enquiry about it."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"incident": "incident/2013-ny-train", "holder": "person/grace"}
        },
    )

    incident: Annotated[str, Field(pattern="^incident/.{1,120}$")] | None = None
    enquiry: Annotated[str, Field(pattern="^enquiry/.{1,120}$")] | None = None
    holder: Annotated[str, Field(pattern="^person/.{1,120}$")] | None = None
    audience: Literal["press", "employees"] = "press"
    """To whom they speak: a spokesperson to the press, a manager to employees."""


def make(world: World, said: BriefIn, actor: Actor) -> Event:
    """Make a brief as of now; its holder's earlier ones about the same incident give way to it.

    The holder is the one named, else the spokesperson of the enquiry, else whoever asks. What the
    rules forbid now is asked of them, as for any statement to the press, or any internal message,
    and recorded.

    Raises:
        RecordInvalid: no incident is named, or the enquiry is about none.
        ThingUnknown: there is no such incident or enquiry.
        PolicyUnknown: no policy is active.
    """
    world.catch_up()
    enquiry = ThingId(said.enquiry) if said.enquiry is not None else None
    incident = _incident(world, said, enquiry)
    spoken = world.graph.get(enquiry, "spokesperson") if enquiry is not None else None
    holder = ThingId(str(said.holder or spoken or actor.id))
    request = DecisionRequest.model_validate(
        {"incident": incident, "facts": {"request": _REQUESTS[said.audience]}, "precedents": 0}
    )
    decided = ask(world, request, actor.id)
    world.catch_up()

    def made(thing: ThingId) -> Beginning:
        at, sequence = world.clock.now(), world.graph.sequence
        compiled = world.policies.get(decided.decision.policy)
        law = Law(policy=compiled.policy, jurisdictions=compiled.law)
        sources = Sources.of(world.graph, incident, at, said.audience)
        content = gather(sources, decided.decision, law, enquiry)
        properties: dict[str, Json] = {
            "holder": holder,
            "aboutIncident": incident,
            "aboutEnquiry": enquiry,
            "audience": None if said.audience == PRESS else said.audience,
            "asOf": at.isoformat(),
            "mentions": [*_mentioned(sources)] or None,
        }
        data: dict[str, Json] = {
            "digest": digest(content),
            "sequence": sequence,
            "decision": decided.event.id,
            "team": world.graph.get(holder, "memberOf"),
        }
        before = [
            accompanying(world, one, KIND, "supersede", {}, at)
            for one in held(world, incident, holder)
            if one != thing and _audience(world.graph, one) == said.audience
        ]
        noted = Draft(
            id=world.ids("event"),
            type=MADE,
            subject=thing,
            actor=actor.id,
            occurred_at=at,
            data={"holder": holder, "incident": incident},
            governed=False,
        )
        return Beginning(properties=properties, data=data, beside=[*before, noted])

    return begin(world, KIND, "make", made, actor, body=said, relied=[Scope(holder)])


EMPLOYEES_ASK: Final[dict[str, Json]] = {
    "kind": "internal-message",
    "audience": "employees",
    "channel": "intranet",
    "public": False,
    "automatic": False,
}
"""What the rules are asked with for what managers and employees may say."""

_REQUESTS: Final[dict[str, dict[str, Json]]] = {
    PRESS: {
        "kind": "statement",
        "audience": "press",
        "channel": "press",
        "public": True,
        "automatic": False,
    },
    EMPLOYEES: EMPLOYEES_ASK,
}


def _incident(world: World, said: BriefIn, enquiry: ThingId | None) -> ThingId:
    incident: Json = said.incident
    if enquiry is not None:
        known(world, enquiry)
        incident = world.graph.get(enquiry, "aboutIncident")
        if said.incident not in {None, incident}:
            raise RecordInvalid({"/incident": f"{enquiry} is about {incident or 'no incident'}"})
    if incident is None:
        raise RecordInvalid({"/incident": "name an incident, or an enquiry about one"})
    found = ThingId(str(incident))
    if world.graph.state(found) is None:
        raise ThingUnknown(found)
    return found


def held(world: Here, incident: ThingId, holder: ThingId | None = None) -> list[ThingId]:
    """The briefs about an incident that somebody still speaks by."""
    return [
        one
        for one in sorted(world.graph.subjects("aboutIncident", incident))
        if one.startswith(f"{KIND}/")
        and world.graph.state(one) in _HELD
        and holder in {None, world.graph.get(one, "holder")}
    ]


def content_of(world: World, brief: ThingId) -> dict[str, Json]:
    """What a brief said when it was made, made again from the ledger.

    Raises:
        ThingUnknown: there is no such brief.
    """
    shown = world.graph.properties(brief)
    events = world.ledger.read(0, types=(ACTED,), subject=brief, limit=1)
    if "asOf" not in shown or not events:
        raise ThingUnknown(brief)
    data = events[0].data["data"]
    details = data if isinstance(data, dict) else {}
    decided = world.ledger.by_id(str(details["decision"]))
    if decided is None:
        raise ThingUnknown(brief)
    decision = stored(decided)
    compiled = world.policies.get(decision.policy)
    law = Law(policy=compiled.policy, jurisdictions=compiled.law)
    enquiry = shown.get("aboutEnquiry", (None,))[0]
    sources = Sources.of(
        world.graph.as_of(int(str(details["sequence"]))),
        ThingId(str(shown["aboutIncident"][0])),
        datetime.fromisoformat(str(shown["asOf"][0])),
        _audience(world.graph, brief),
    )
    return gather(sources, decision, law, ThingId(str(enquiry)) if enquiry is not None else None)


def guideline_for(world: World, brief: ThingId) -> dict[str, Json] | None:
    """The guideline in force by which a brief's holder speaks; None where none holds."""
    incident = ThingId(str(world.graph.get(brief, "aboutIncident")))
    regions = sorted(map(str, world.graph.properties(incident).get("inRegion", ())))
    region = ThingId(regions[0]) if regions else None
    said = asked(world, _LANGUAGE, region, _audience(world.graph, brief), None)
    holds = choose(world.guidelines(), said, world.clock.now()).holds
    return holds.json() if holds is not None else None


def changes(world: World, brief: ThingId, live: set[str] | None = None) -> list[str]:
    """What went live since a brief was made, and what is `live` no more, in words."""
    shown = world.graph.properties(brief)
    incident = ThingId(str(shown["aboutIncident"][0]))
    then = {str(one) for one in shown.get("mentions", ())}
    now = live if live is not None else _live(world, incident, _audience(world.graph, brief))
    went = [f"{_named(world, one)} went live" for one in sorted(now - then)]
    return [*went, *(f"{_named(world, one)} is live no more" for one in sorted(then - now))]


def outdate(world: World) -> int:
    """Mark briefs whose claims have changed, and tell their holders; how many were marked."""
    marked, live = 0, dict[tuple[ThingId, str], set[str]]()
    for brief in sorted(world.graph.of_type("Brief")):
        if world.graph.state(brief) != "current":
            continue
        incident = ThingId(str(world.graph.get(brief, "aboutIncident")))
        heard = incident, _audience(world.graph, brief)
        if heard not in live:
            live[heard] = _live(world, *heard)
        if found := changes(world, brief, live[heard]):
            reason = "; ".join(found[:_NAMED])[:_LONGEST]
            with suppress(ActRefused, Conflict):  # another worker was first, or looks again
                data: dict[str, Json] = {"reason": reason}
                propose(world, thing=brief, kind=KIND, act="outdate", data=data, actor=ITSELF)
                marked += 1
    return marked


class Outdating:
    """Marks briefs whose claims have changed, in one thread of each worker."""

    def __init__(self, world: World) -> None:
        """Nothing was looked at yet."""
        self._world: Final = world
        self._seen = -1

    def step(self) -> int:
        """Look again where something happened that could change a claim; how many were marked."""
        events = self._world.ledger.newest(types=_CHANGE, limit=1)
        newest = events[0].sequence if events else -1
        if newest == self._seen:
            return 0
        self._world.catch_up()
        marked = outdate(self._world)
        self._seen = newest
        return marked


def _live(world: World, incident: ThingId, audience: str) -> set[str]:
    return {*_mentioned(Sources.of(world.graph, incident, world.clock.now(), audience))}


def _mentioned(sources: Sources) -> list[str]:
    return [str(row["claim"]) for row in live_claims(sources)]


def _audience(graph: Triples, brief: ThingId) -> str:
    return str(graph.get(brief, "audience") or PRESS)


def _named(world: World, claim: str) -> str:
    topic = world.graph.get(ThingId(claim), "claimTopic")
    return f"{topic} ({claim})" if topic is not None else claim


def with_questions(world: World, content: dict[str, Json]) -> dict[str, Json]:
    """A brief's content with the words of the questions, as far as nobody was erased."""
    asked = content["likely_questions"]
    rows: list[Json] = []
    for row in asked if isinstance(asked, list) else []:
        if isinstance(row, dict):
            named = row["enquiries"]
            words = [
                question
                for one in (named if isinstance(named, list) else [])
                for question in world.graph.properties(ThingId(str(one))).get("question", ())
            ]
            rows.append({**row, "questions": [*dict.fromkeys(words)]})
    return content | {"likely_questions": rows}

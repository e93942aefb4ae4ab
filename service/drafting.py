"""Drafting: a message is written down, with its claims and promises, and changed."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from ontology.events import Draft, Event, Json
from ontology.identity import ExternalKey, Scope, ThingId
from ontology.lifecycle import Actor, Standing
from ontology.lifecycle import act as follow
from ontology.record_values import RecordInvalid
from service import duties
from service.acts import acted, standing
from service.committing import ThingUnknown, commit_all, event_id, said_before
from service.composed_bodies import ComposedIn
from service.composed_drafts import MADE, SEVERAL, made
from service.guidance import asked, under
from service.guideline_choice import Asked
from service.guidelines import GUIDELINES
from service.message_bodies import ClaimIn, MessageIn, PromiseIn
from service.message_content import CLAIM, KIND, PROMISE, Content, read
from service.message_reading import admitted, disclosed
from service.permissions import SEE_PEOPLE
from service.recording import removed, written
from service.world import World

TO_ONE_PERSON: Final = "Promised to one person; the message says what."
"""Stands for the sentence of a promise to one person, whose words fall with that person."""

YEARS_KEPT: Final = 10
"""For how long what was said is kept, at least; the shapes ask for three years in public."""

_OUTSIDE: Final = frozenset({"public", "press", "regulator"})


def draft(
    world: World, asked: MessageIn | ComposedIn, actor: Actor, *, idempotency: str | None = None
) -> Event:
    """Write a message down, or what is composed for it; its event names it.

    Without a work it begins one; `revises` makes it the next version of that message's work.

    Raises:
        RecordInvalid: it does not fit the ontology, or names what does not stand.
        GateRefused: a shape refuses it.
        ProblemError: it can't be composed.
        IdempotencyMismatch: the key was used for something else.
    """
    world.catch_up()
    event = event_id(world, idempotency)
    name = event.partition("/")[2] if idempotency is not None else None
    message = ThingId(f"{KIND}/{name}" if name is not None else world.ids(KIND))
    if idempotency is not None and (found := said_before(world, event, _said(world, asked))):
        return found
    said, making = _made(world, asked, actor)

    def prepare() -> list[Draft]:
        at = world.clock.now()
        stands = Standing(thing=message, kind=KIND, state=None)
        outcome = follow(world.lifecycles, stands, "draft", actor=actor, at=at, data={})
        begun = acted(event, stands, outcome, actor, at)
        data = {**begun.data, "said": _said(world, asked)}
        works, properties = _placed(world, message, said, actor)
        records = [*works, written(world, message, "Message", properties | making, actor)]
        return [replace(begun, data=data), *records, *_parts(world, message, said, actor)]

    return commit_all(world, [Scope(message), *_relied(said)], prepare)[0]


def edit(world: World, message: ThingId, said: MessageIn, actor: Actor) -> Event:
    """Change a message that is a draft or was returned: the whole of it, claims and promises too.

    Raises:
        ThingUnknown: there is none.
        ActRefused: it was submitted, or the actor may not.
        RecordInvalid: it does not fit the ontology.
    """

    def prepare() -> list[Draft]:
        at = world.clock.now()
        stands = standing(world, message, KIND)
        if stands.state is None:
            raise ThingUnknown(message)
        outcome = follow(world.lifecycles, stands, "edit", actor=actor, at=at, data={})
        known = read(world.graph, message)
        content = _content(world, said, at)
        properties = _kept(known) | _making(known, content) | content
        old = {**dict.fromkeys(known.claims, "Claim"), **dict.fromkeys(known.promises, "Promise")}
        parts = [*_parts(world, message, said, actor)]
        new = {part.subject for part in parts}
        gone = [removed(world, one, type_, actor) for one, type_ in old.items() if one not in new]
        put = written(world, message, "Message", properties, actor)
        return [acted(world.ids("event"), stands, outcome, actor, at), put, *parts, *gone]

    return commit_all(world, [Scope(message), *_relied(said)], prepare)[0]


def _made(
    world: World, asked: MessageIn | ComposedIn, actor: Actor
) -> tuple[MessageIn, dict[str, Json]]:
    """The message, and what is recorded of its making where it was composed."""
    if isinstance(asked, MessageIn):
        return asked, {}
    found = made(world, asked, sees_people=bool(actor.roles & SEE_PEOPLE))
    return found.said, found.properties


def _said(world: World, said: MessageIn | ComposedIn) -> str:
    """A keyed hash of a body: the words themselves stay in the sealed record."""
    return world.keys.mac("message", said.model_dump_json()).hex()[:32]


def _relied(said: MessageIn) -> list[Scope]:
    named = (said.work, said.incident, said.localises, said.revises, said.duty)
    return [GUIDELINES, *(Scope(one) for one in named if one is not None)]


def _placed(
    world: World, message: ThingId, said: MessageIn, actor: Actor
) -> tuple[list[Draft], dict[str, Json]]:
    """The work, where it is begun here, and what the record of the message says."""
    works: list[Draft] = []
    number, work = 1, said.work
    if said.revises is not None:
        before = read_named(world, said.revises, "/revises")
        work, number = before.one("versionOf"), int(before.one("versionNumber") or 1) + 1
    if work is None and said.localises is not None:
        work = read_named(world, said.localises, "/localises").one("versionOf")
    if work is None:
        work = f"work/{message.partition('/')[2]}"
        begun: dict[str, Json] = {"name": said.title or f"{said.kind} to {said.audience}"}
        begun |= {"audience": said.audience}
        begun |= {"aboutIncident": said.incident} if said.incident is not None else {}
        works.append(written(world, ThingId(work), "Work", begun, actor))
    content = _content(world, said, world.clock.now())
    fixed: dict[str, Json] = {"versionOf": work, "versionNumber": number, "author": actor.id}
    return works, content | fixed


def read_named(world: World, message: str, pointer: str) -> Content:
    """A message that a body names.

    Raises:
        RecordInvalid: there is none.
    """
    try:
        return read(world.graph, ThingId(message))
    except ThingUnknown:
        words = f"{message[:140]!r} is no message here; GET /v1/messages lists them"
        raise RecordInvalid({pointer: words}) from None


def _kept(known: Content) -> dict[str, Json]:
    """What an edit leaves as it is."""
    names = ("versionOf", "versionNumber", "author", "revisionOf")
    return {
        name: (int(str(known.properties[name][0])) if name == "versionNumber" else known.one(name))
        for name in names
        if name in known.properties
    }


def _making(known: Content, content: Mapping[str, Json]) -> dict[str, Json]:
    """What an edit leaves of how it was composed: all, but for another template or addressee."""
    template = content.get("usesTemplate")
    same = template in {None, known.one("usesTemplate")}
    if not same or content.get("addressee") != known.one("addressee"):
        return {}
    if known.one("templateDigest") is None:
        return {}
    made_of = {name: known.properties[name] for name in MADE if name in known.properties}
    return {name: [*v] if name in SEVERAL else v[0] for name, v in made_of.items()}


def _content(world: World, said: MessageIn, at: datetime) -> dict[str, Json]:
    read_ = disclosed(world, said.text, said.language)
    named = said.acknowledges_harm if said.acknowledges_harm is not None else read_.harm
    kept = at.replace(year=at.year + YEARS_KEPT, day=min(at.day, 28))
    found: dict[str, Json] = {
        "aboutIncident": said.incident,
        "messageKind": said.kind,
        "audience": said.audience,
        "onChannel": said.channel,
        "language": said.language,
        "forRegion": said.region,
        "forTeam": said.team,
        "addressee": _addressee(world, said),
        "subject": said.subject,
        "text": said.text,
        "usesStrategy": [*said.strategies] or None,
        "usesTemplate": said.template,
        "underGuideline": said.guideline or under(world, _asked(world, said), at),
        "localises": said.localises,
        "revisionOf": said.revises,
        "answers": [*dict.fromkeys(said.answers)] or None,
        "toOutlet": [*dict.fromkeys(said.outlets)] or None,
        "underDuty": _owed(world, said),
        "admission": admitted(read_, said.admission),
        "acknowledgesHarm": named,
        "draftedAt": at.isoformat().replace("+00:00", "Z"),
        "retainUntil": kept.isoformat().replace("+00:00", "Z")
        if said.audience in _OUTSIDE
        else None,
    }
    return {name: value for name, value in found.items() if value is not None}


def _asked(world: World, said: MessageIn) -> Asked:
    region = ThingId(said.region) if said.region is not None else None
    return asked(world, said.language, region, said.audience, said.channel)


def _owed(world: World, said: MessageIn) -> str | None:
    """The duty that a message is to meet: the one that it names, or that of what it revises."""
    if said.duty is None:
        before = read_named(world, said.revises, "/revises") if said.revises is not None else None
        return before.one("underDuty") if before is not None else None
    try:
        return duties.read(world.graph, ThingId(said.duty)).id
    except ThingUnknown:
        words = f"{said.duty[:140]!r} is no duty here; GET /v1/duties lists them"
        raise RecordInvalid({"/duty": words}) from None


def _addressee(world: World, said: MessageIn) -> str | None:
    if isinstance(said.addressee, ExternalKey):
        return world.keys.pseudonym("customer", said.addressee.system, said.addressee.key)
    return said.addressee


def _parts(world: World, message: ThingId, said: MessageIn, actor: Actor) -> Iterator[Draft]:
    local, personal = message.partition("/")[2], said.addressee is not None
    for number, claim in enumerate(said.claims, start=1):
        one = ThingId(f"{CLAIM}/{local}-{number}")
        stated = claim.model_copy(update={"sentence": None}) if personal else claim
        yield written(world, one, "Claim", _claimed(message, stated), actor)
    for number, promise in enumerate(said.promises, start=1):
        one = ThingId(f"{PROMISE}/{local}-{number}")
        told = promise.model_copy(update={"sentence": TO_ONE_PERSON}) if personal else promise
        made = _promised(message, told, said.incident)
        yield written(world, one, "Promise", made, actor)


def _claimed(message: ThingId, claim: ClaimIn) -> dict[str, Json]:
    found: dict[str, Json] = {
        "ofMessage": message,
        "claimTopic": claim.topic,
        "polarity": claim.polarity,
        "value": claim.value,
        "measuredIn": claim.measured_in,
        "sentence": claim.sentence,
        "isCore": claim.core or None,
    }
    return {name: value for name, value in found.items() if value is not None}


def _promised(message: ThingId, promise: PromiseIn, incident: str | None) -> dict[str, Json]:
    found: dict[str, Json] = {
        "ofMessage": message,
        "sentence": promise.sentence,
        "dueAt": promise.due.isoformat().replace("+00:00", "Z"),
        "ownedBy": promise.team,
        "promisedFor": incident,
    }
    return {name: value for name, value in found.items() if value is not None}

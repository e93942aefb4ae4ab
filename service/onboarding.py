"""Onboarding material: what new customers and colleagues are told, held against what stands."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Final, Literal, Self
from zoneinfo import ZoneInfo

from knowledge.language.claims import Claim, Value, claims
from knowledge.language.outdated import Ended, Known, LiveClaim, Outdated, Promised, outdated
from knowledge.language.phrases import PhraseInvalid
from knowledge.language.topics import ClaimTopic
from ontology.identity import ThingId, kind_of
from service.acts import ACTED
from service.onboarding_remedies import remedies
from service.values import Properties, first, moment
from service.world import World

TYPE: Final = "OnboardingDocument"
KIND: Final = "onboarding-document"
_UTC: Final = ZoneInfo("UTC")
_BEFORE: Final = datetime(1, 1, 2, tzinfo=_UTC)
_STATES: Final[dict[str, Literal["kept", "broken", "void"]]] = {
    "kept": "kept",
    "broken": "broken",
    "answered": "broken",
    "void": "void",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One document as it stands: what it says, for whom, whose it is, from when to when."""

    id: ThingId
    name: str
    owner: ThingId
    material: str
    language: str
    audience: str | None
    region: ThingId | None
    valid_from: datetime
    valid_until: datetime | None
    review_by: datetime | None

    @classmethod
    def of(cls, thing: ThingId, said: Properties) -> Self:
        """What the graph says of one."""
        region, audience = first(said, "forRegion"), first(said, "audience")
        return cls(
            id=thing,
            name=str(first(said, "name")),
            owner=ThingId(str(first(said, "ownedBy"))),
            material=str(first(said, "material")),
            language=str(first(said, "language") or "en"),
            audience=str(audience) if audience is not None else None,
            region=ThingId(str(region)) if region is not None else None,
            valid_from=moment(first(said, "validFrom")) or _BEFORE,
            valid_until=moment(first(said, "validUntil")),
            review_by=moment(first(said, "reviewBy")),
        )

    def covers(self, at: datetime) -> bool:
        """Whether it is in force at a moment."""
        return self.valid_from <= at and (self.valid_until is None or at < self.valid_until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A document and what of it holds no more; None where its language is not judged."""

    document: Document
    found: tuple[Outdated, ...] | None

    def review_due(self, at: datetime) -> bool:
        """Whether its owner should have looked at it."""
        return self.document.review_by is not None and self.document.review_by <= at


def documents(world: World) -> list[Document]:
    """Every document, by id."""
    graph = world.graph
    return [Document.of(one, graph.properties(one)) for one in sorted(graph.of_type(TYPE))]


def checked(world: World, at: datetime) -> Iterator[Checked]:
    """Each document in force at a moment, held against what stands now."""
    stands: dict[str, Known] = {}
    for one in documents(world):
        if one.covers(at):
            known = stands.setdefault(one.language, known_now(world, one.language))
            yield Checked(document=one, found=_found(world, one, known, at))


def _found(world: World, one: Document, known: Known, at: datetime) -> tuple[Outdated, ...] | None:
    zone = world.graph.get(one.region, "timeZone") if one.region is not None else None
    return outdated(
        one.material,
        one.language,
        known,
        written=one.valid_from,
        at=at,
        zone=ZoneInfo(str(zone)) if zone is not None else _UTC,
    )


def known_now(world: World, language: str) -> Known:
    """What a document can be outdated by: live claims, promises that are over, what has ended."""
    topics = [*_topics(world, language)]
    by_id = {topic.id: topic for topic in topics}
    return Known(
        topics=tuple(topics),
        claims=tuple(_claims(world, language, by_id)),
        promises=tuple(_promises(world)),
        ended=(*_ended(world), *remedies(world)),
    )


def _topics(world: World, language: str) -> Iterator[ClaimTopic]:
    """Topics whose words can be read; one that a person misspelt tells of nothing."""
    for one in sorted(world.graph.of_type("ClaimTopic")):
        shown = world.graph.properties(one)
        name = str(first(shown, "name") or one)
        topic = ClaimTopic(
            id=one,
            label=name,
            words=tuple(str(word) for word in shown.get("words", (name,))),
            values=frozenset({"number"}) if "measuredIn" in shown else frozenset(),
        )
        try:
            claims(name, language, [topic], said=world.clock.now(), zone=_UTC)
        except PhraseInvalid:
            continue
        yield topic


def _claims(world: World, language: str, topics: dict[str, ClaimTopic]) -> Iterator[LiveClaim]:
    graph = world.graph
    for message in sorted(graph.of_type("Message")):
        if graph.state(message) != "live":
            continue
        since = _since(world, message)
        for one in sorted(graph.subjects("ofMessage", message)):
            said = graph.properties(one)
            topic = topics.get(str(first(said, "claimTopic")))
            if kind_of(one) == "claim" and topic is not None:
                for claim in _read(said, topic, language, since):
                    yield LiveClaim(claim=claim, source=message, since=since)


def _read(said: Properties, topic: ClaimTopic, language: str, at: datetime) -> tuple[Claim, ...]:
    """The claim as its sentence says it, so that values compare; else as it is recorded."""
    sentence = str(first(said, "sentence") or "")
    polarity: Literal["affirm", "deny"] = (
        "deny" if first(said, "polarity") == "denied" else "affirm"
    )
    found = claims(sentence, language, [topic], said=at, zone=_UTC) or ()
    same = tuple(one for one in found if one.value is not None or one.polarity == polarity)
    value = _value(first(said, "value"), first(said, "measuredIn"))
    told = sentence or topic.label
    recorded = Claim(topic=topic.id, polarity=polarity, value=value, sentence=told, start=0, end=0)
    return same or (recorded,)


def _value(value: object, unit: object) -> Value | None:
    try:
        figure = Decimal(str(value))
    except InvalidOperation:
        return None
    said = f"{value} {unit}" if unit is not None else str(value)
    return Value(kind="number", unit=str(unit or ""), low=figure, high=figure, said=said)


def _promises(world: World) -> Iterator[Promised]:
    for one in sorted(world.graph.of_type("Promise")):
        state = _STATES.get(world.graph.state(one) or "")
        sentence = world.graph.get(one, "sentence")
        if state is not None and sentence is not None:
            yield Promised(
                sentence=str(sentence), state=state, source=one, since=_since(world, one)
            )


def _ended(world: World) -> Iterator[Ended]:
    """Agreements that lapsed, by the words of their topic; guidelines without any version."""
    now = world.clock.now()
    for one in sorted(world.graph.of_type("Agreement")):
        until = moment(world.graph.get(one, "validUntil"))
        lapsed = world.graph.state(one) == "lapsed"
        if lapsed or (until is not None and until <= now):
            yield Ended(names=_names(world, one), source=one, since=until or _since(world, one))
    for guideline, versions in world.guidelines().versions.items():
        ends = [one.ends for one in versions if one.begins is not None]
        if ends and not any(one.covers(now) for one in versions):
            since = max(filter(None, ends), default=now)
            yield Ended(names=(versions[-1].name,), source=guideline, since=since)


def _names(world: World, agreement: ThingId) -> tuple[str, ...]:
    topic = str(world.graph.get(agreement, "topic") or "")
    spoken = (agreement.partition("/")[2], topic)
    plain = [one.replace("-", " ") for one in spoken if one]
    with_kind = [one if "agreement" in one else f"{one} agreement" for one in plain]
    return tuple(dict.fromkeys(with_kind))


def _since(world: World, thing: ThingId) -> datetime:
    acts = world.ledger.read(0, types=(ACTED,), subject=thing)
    return acts[-1].recorded_at if acts else _BEFORE

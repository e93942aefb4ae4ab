"""Posts about incidents, each with the message that had gone out to its place and language."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from knowledge.envelopes import micros
from knowledge.spread.assignment import IncidentScope, assign
from ontology.identity import ThingId, kind_of
from ontology.signals import Signal
from service.alert_permits import Permits
from service.bodies import EARLIEST
from service.channel_people import regions_around
from service.message_content import KIND
from service.publishing import PUBLISHED
from service.recorded_history import Progress
from service.survey_bodies import VerbatimsIn
from service.verbatim_texts import POST, SHARED, Gathered, People, Written
from service.world import World

_BATCH: Final = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Out:
    """A message that went out: to whom it speaks."""

    id: ThingId
    at: datetime
    language: str
    region: str | None


def posts(
    world: World, body: VerbatimsIn, found: Gathered, people: People, progress: Progress
) -> None:
    """Posts about incidents, whose feeds' agreements permit their text; shares are left out."""
    scopes = [
        replace(one, since=None, until=None)
        for one in world.scopes()
        if body.incident in {None, one.id}
    ]
    if not scopes:
        return
    out, parents = _messages(world, scopes), world.roster().parents
    permits, graph = Permits(world.graph, world.clock.now()), world.graph
    within = timedelta(days=body.days_after)
    heard = world.segments.scan(body.since or EARLIEST, body.until)
    for done, signal in enumerate(heard, start=1):
        if done % _BATCH == 0:
            progress(done, done + _BATCH)
        about = assign(signal, scopes)
        if not about:
            continue
        if signal.share_of is not None:
            found.left_out[SHARED] += 1
            continue
        if (why := permits.barred(signal.feed, "text")) is not None:
            found.left_out[f"not permitted: {why}"] += 1
            continue
        told = [one for incident in about for one in out.get(incident, ())]
        of = graph.get(signal.author, "accountOf") if signal.author is not None else None
        found.texts.append(
            Written(
                source=POST,
                text=signal.text,
                who=people.mark(str(of or signal.author or signal.id)),
                at=micros(signal.posted_at),
                language=signal.language,
                message=_answered(signal, told, parents, within),
                customer=ThingId(str(of)) if of is not None else None,
                scores=signal.scores,
            )
        )


def _messages(world: World, scopes: Sequence[IncidentScope]) -> dict[ThingId, list[_Out]]:
    return {one.id: [*_of(world, one.id)] for one in scopes}


def _of(world: World, incident: ThingId) -> Iterator[_Out]:
    graph = world.graph
    for one in graph.subjects("aboutIncident", incident):
        if kind_of(one) != KIND:
            continue
        for event in world.ledger.read(0, types=(PUBLISHED,), subject=one, limit=1):
            region = graph.get(one, "forRegion")
            yield _Out(
                id=one,
                at=event.occurred_at.astimezone(UTC),
                language=_primary(str(graph.get(one, "language") or "")),
                region=None if region is None else str(region),
            )


def _answered(
    signal: Signal,
    told: Sequence[_Out],
    parents: Mapping[ThingId, ThingId],
    within: timedelta,
) -> str:
    """The last message that had gone out to where and in what language somebody posts."""
    region = signal.region or signal.derived_region
    around = regions_around(parents, str(region)) if region is not None else None
    spoken = _primary(signal.language or "")
    heard = [
        one
        for one in told
        if timedelta(0) < signal.posted_at - one.at <= within
        and (not spoken or spoken == one.language)
        and (one.region is None or around is None or one.region in around)
    ]
    return max(heard, key=lambda one: (one.at, one.id)).id if heard else ""


def _primary(language: str) -> str:
    return language.partition("-")[0].casefold()

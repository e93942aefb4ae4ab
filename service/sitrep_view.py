"""What a sitrep is read from: the world as it was known, one incident in it, and its facts."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self

from ontology.events import Event, Json
from ontology.facts import Fact
from ontology.identity import ThingId, kind_of
from rules.combine import decide
from service.brief_sources import EMPLOYEES, Sources
from service.briefing import Law, gather
from service.decision_bodies import DecisionRequest
from service.incidents import Incident
from service.message_content import KIND
from service.publishing import PUBLISHED, WITHDRAWN
from service.sitrep_lines import Trace, plain
from service.situation import build
from service.world import World

_WAIT_MS: Final = 200.0


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One incident in the world of a moment.

    `messages` are those about it that are for many, for replies to single people are theirs
    alone; `out` says when each went out and was taken back. `points` are the talking points that
    the policy of that moment gives, empty where none was active; `facts` what a decision would
    have seen.
    """

    then: World
    incident: Incident
    at: datetime
    trace: Trace
    sources: Sources
    facts: tuple[Fact, ...]
    points: Mapping[str, Json]
    messages: tuple[ThingId, ...]
    out: Mapping[ThingId, Sequence[Event]]

    @classmethod
    def of(cls, then: World, incident: Incident, at: datetime) -> Self:
        """Read it; nothing is recorded."""
        sources = Sources.of(then.graph, incident.id, at, EMPLOYEES)
        facts, points = _decided(then, sources)
        messages = tuple(_messages(then, incident.id))
        return cls(
            then=then,
            incident=incident,
            at=at,
            trace=Trace(then.ledger),
            sources=sources,
            facts=facts,
            points=points,
            messages=messages,
            out=_out(then, incident.id, frozenset(messages)),
        )

    def about(self, kind: str) -> list[ThingId]:
        """The things of a kind that are about the incident."""
        found = self.then.graph.subjects("aboutIncident", self.incident.id)
        return sorted(one for one in found if kind_of(one) == kind)

    def hushed(self, message: str) -> bool:
        """Whether a message is out under an embargo, so that its words stay with its outlets."""
        return any(message == one for one, _ in self.sources.embargoed)

    def said(self, thing: str, name: str) -> Json:
        """One property of a thing."""
        return self.then.graph.get(ThingId(thing), name)

    def named(self, thing: object) -> str:
        """A thing by its name, by its id where it has none."""
        return plain(self.said(str(thing), "name") or thing)

    def all(self, name: str) -> Iterable[Json]:
        """All values of a property of the incident."""
        return self.then.graph.properties(self.incident.id).get(name, ())

    def rows(self, name: str) -> Iterator[Mapping[str, Json]]:
        """The rows of one talking point."""
        found = self.points.get(name)
        rows = found if isinstance(found, list) else []
        yield from (row for row in rows if isinstance(row, dict))

    def moment(self, thing: str, name: str) -> datetime | None:
        """A property that is a moment."""
        value = self.said(thing, name)
        return datetime.fromisoformat(value) if isinstance(value, str) else None


def _messages(then: World, incident: ThingId) -> Iterator[ThingId]:
    for one in sorted(then.graph.subjects("aboutIncident", incident)):
        if kind_of(one) == KIND and then.graph.get(one, "addressee") is None:
            yield one


def _out(
    then: World, incident: ThingId, messages: frozenset[ThingId]
) -> Mapping[ThingId, Sequence[Event]]:
    """What went out and was taken back since the incident is known, by message, in order."""
    first = then.ledger.read(0, subject=incident, limit=1)
    found: dict[ThingId, list[Event]] = {}
    after = first[0].sequence if first else then.ledger.head()
    while events := then.ledger.read(after, types=(PUBLISHED, WITHDRAWN)):
        for event in events:
            if event.subject in messages:
                found.setdefault(event.subject, []).append(event)
        after = events[-1].sequence
    return found


def _decided(then: World, sources: Sources) -> tuple[tuple[Fact, ...], Mapping[str, Json]]:
    """What a decision on the incident would have seen and said at that moment."""
    active = then.policies.at(sources.at)
    if active is None:
        return (), {}
    compiled = then.policies.get(active.digest)
    request = DecisionRequest(incident=sources.incident, precedents=0)
    facts = build(then, request, compiled, sources.at, budget_ms=_WAIT_MS).facts
    decision = decide(facts, compiled.policy, sources.at, compiled.engines)
    law = Law(policy=compiled.policy, jurisdictions=compiled.law)
    return facts, gather(sources, decision, law)

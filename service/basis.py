"""What a text is composed for: a decision, what it was made from, and the things that it names."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Self

from ontology.decisions import Decision
from ontology.facts import Fact
from ontology.identity import ThingId
from rules.combine import decide
from service import desk
from service.clock import elapsed_ms, monotonic_ms
from service.decision_bodies import DecisionRequest
from service.problems import Fault, ProblemError, quoted
from service.situation import build
from service.world import World

EXAMPLE = "decision/01jd3v5k8xq2m4n6p8r0t2w4y6"


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """A decision with its facts; `id` is None where nothing was recorded."""

    id: ThingId | None
    decision: Decision
    facts: tuple[Fact, ...]
    things: Mapping[str, ThingId]
    at: datetime

    @classmethod
    def recorded(cls, world: World, decision: ThingId) -> Self:
        """The basis that a recorded decision is, as of now.

        Raises:
            ProblemError: there is no such decision (422).
            Erased: it was about a person who was erased.
        """
        event = world.ledger.by_id(decision)
        if event is None or event.type != "decision.made":
            words = "There is no such decision."
            fault = Fault(
                pointer="/decision", detail=words, value=quoted(decision), example=EXAMPLE
            )
            status = HTTPStatus.UNPROCESSABLE_ENTITY
            raise ProblemError(status, "invalid-input", words, faults=[fault])
        named = event.data.get("request")
        things = named if isinstance(named, Mapping) else {}
        made = desk.stored(event)
        return cls(
            id=decision,
            decision=made,
            facts=tuple(desk.facts_of(event)),
            things=_with_team({n: ThingId(str(one)) for n, one in things.items()}, made),
            at=world.clock.now(),
        )

    @classmethod
    def asked(cls, world: World, request: DecisionRequest) -> Self:
        """The basis that a decision on this request would be; it is not recorded.

        Raises:
            ProblemError: the request names the wrong kind of thing (422).
            PolicyUnknown: no policy is active.
        """
        started, at = monotonic_ms(), world.clock.now()
        wait = request.max_wait_ms
        budget = world.settings.max_wait_ms if wait is None else wait
        policy = world.policies.current()
        left = budget - elapsed_ms(started)
        situation = build(world, request, policy, at, budget_ms=left)
        made = decide(situation.facts, policy.policy, at, policy.engines)
        things = _with_team(dict(situation.named), made)
        return cls(id=None, decision=made, facts=situation.facts, things=things, at=at)

    def values(self, kind: str, field: str) -> Iterator[str]:
        """What the facts of a kind say of a field, as text."""
        for fact in self.facts:
            if fact.kind == kind and (value := fact.values.get(field)) is not None:
                yield str(value)

    def first(self, kinds: Sequence[tuple[str, str]]) -> tuple[str, str] | None:
        """The first of several fields that is known, and which it was."""
        for kind, field in kinds:
            for value in self.values(kind, field):
                return value, f"{kind}.{field}"
        return None


def _with_team(things: dict[str, ThingId], decision: Decision) -> Mapping[str, ThingId]:
    """The things of a request, and the team that answers."""
    routes = decision.routes
    return {"team": ThingId(routes[0].team), **things} if routes else things

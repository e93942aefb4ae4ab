"""The desk decides: catch up, gather facts, apply the policy, record, answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Self

from knowledge.refusals import Conflict, DuplicateEvent, Erased, IdempotencyMismatch
from ontology.decisions import Decision
from ontology.events import Draft, Event, Json
from ontology.facts import Fact, catalogue
from ontology.identity import ExternalKey, ThingId
from ontology.lifecycle import ATTUNE, Actor, ActRefused, Role
from rules.combine import decide
from service import acts
from service.clock import elapsed_ms, monotonic_ms
from service.decision_bodies import DecisionRequest
from service.silence import marked
from service.similar import Alike, alike
from service.situation import Situation, build
from service.subscribing import subscribe
from service.subscriptions import USUAL
from service.world import World

SEALED: Final = ("facts", "decision", "stated")
"""What of a decision about a customer is sealed under the customer's key."""

_ITSELF: Final = Actor(id=ATTUNE, roles=frozenset({Role.ATTUNE}))
_CARRIED: Final = frozenset({"request", "signal"})
"""Facts that tell of the request alone, so that they are kept as they are."""

TIERS: Final = catalogue().kinds["escalation"].fields["tier"].allowed


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was decided and recorded; `event` has the id, the time and the place in the ledger.

    `alike` are past cases like it, found beside the decision.
    """

    event: Event
    decision: Decision
    unknown: tuple[str, ...]
    degraded: tuple[str, ...]
    alike: Alike = field(default_factory=Alike)
    subscription: ThingId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """A recorded decision made again from its recorded facts: the same text, or not."""

    recorded: str
    again: str

    @property
    def identical(self) -> bool:
        """Whether every byte is the same."""
        return self.recorded == self.again


def ask(
    world: World, request: DecisionRequest, actor: ThingId, *, idempotency: str | None = None
) -> Answer:
    """Decide and record; the answer stands once the ledger has it on disk.

    Raises:
        ProblemError: the request names the wrong kind of thing or states impossible facts (422).
        PolicyUnknown: no policy is active.
        IdempotencyMismatch: the key was used for another request.
        Erased: the key's first answer was about a person who was erased since.
    """
    started = monotonic_ms()
    wait = request.max_wait_ms if request.max_wait_ms is not None else world.settings.max_wait_ms
    asked = _Asked.of(world, request, idempotency)
    if (first := asked.answered(world)) is not None:
        return _kept(world, request, replace(first, alike=alike(world, request, wait)))
    at = world.clock.now()
    policy = world.policies.current()
    situation = build(world, request, policy, at, budget_ms=wait - elapsed_ms(started))
    decision = decide(situation.facts, policy.policy, at, policy.engines)
    near = alike(world, request, wait - elapsed_ms(started))
    try:
        live = world.silence.live(situation.named.get("touchpoint"))
        (event,) = world.ledger.append(
            [asked.draft(situation, decision, actor, near.count, live=live)]
        )
    except DuplicateEvent:  # the same key, at the same moment
        if (first := asked.answered(world)) is None:
            raise
        return _kept(world, request, replace(first, alike=near))
    if live:
        raise_tier(world, situation.named, decision)
    _note_lag(world, situation)
    made = Answer(
        event=event,
        decision=decision,
        unknown=situation.unknown,
        degraded=situation.degraded,
        alike=near,
    )
    return _kept(world, request, made)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """The id that a request's decision will have; the same for the same idempotency key.

    `said` is a keyed hash of the request, where there is a key: the request itself is not kept.
    `about` is the customer whom it names, known here or not; `stated` what it states of things
    that are known here, too: a decision that is made again needs it.
    """

    id: ThingId
    said: str | None
    about: ThingId | None
    stated: dict[str, Json]

    @classmethod
    def of(cls, world: World, request: DecisionRequest, idempotency: str | None) -> Self:
        about = _customer(world, request)
        told = request.model_dump(mode="json")["facts"]
        stated = {kind: row for kind, row in told.items() if kind not in _CARRIED}
        if idempotency is None:
            fresh = ThingId(world.ids("decision"))
            return cls(id=fresh, said=None, about=about, stated=stated)
        name = world.keys.mac("idempotency", idempotency).hex()[:32]
        said = world.keys.mac("request", request.said()).hex()[:32]
        once = ThingId(f"decision/once-{name}")
        return cls(id=once, said=said, about=about, stated=stated)

    def answered(self, world: World) -> Answer | None:
        """The answer to the first request of this key."""
        event = world.ledger.by_id(self.id) if self.said is not None else None
        if event is None:
            return None
        if event.data.get("said") != self.said:
            raise IdempotencyMismatch(event.sequence)
        decision = stored(event)
        return Answer(
            event=event,
            decision=decision,
            unknown=_stated(event, "unknown"),
            degraded=_stated(event, "degraded"),
        )

    def draft(
        self,
        situation: Situation,
        decision: Decision,
        actor: ThingId,
        similar: Json,
        *,
        live: bool,
    ) -> Draft:
        """What the ledger keeps: facts and decision, none of the words.

        What tells of a customer is sealed under the customer's key, so that erasure takes it.
        """
        named: dict[str, Json] = dict(situation.named.items())
        shown = decision.to_json()
        data: dict[str, Json] = {
            "request": named,
            "stated": self.stated or None,
            "facts": [fact.to_json() for fact in situation.facts],
            "decision": shown,
            "policy": decision.policy,
            "tier": decision.tier,
            "team": decision.routes[0].team,
            "said": self.said,
            "within": shown.get("within"),
            "similar": similar,
        }
        return Draft(
            id=self.id,
            type="decision.made",
            subject=self.id,
            actor=actor,
            occurred_at=decision.at,
            data=marked({n: value for n, value in data.items() if value is not None}, live=live),
            personal={n: self.about for n in SEALED if data[n] is not None and self.about},
            governed=False,
        )


def replay(world: World, event: Event) -> Replay:
    """Make a recorded decision again from the recorded facts, policy and moment.

    Raises:
        Erased: it was about a person who was erased.
    """
    recorded = stored(event)
    policy = world.policies.get(recorded.policy)
    again = decide(facts_of(event), policy.policy, recorded.at, policy.engines, recorded.semantics)
    return Replay(recorded=recorded.canonical(), again=again.canonical())


def facts_of(event: Event) -> list[Fact]:
    """The facts of the situation that an event holds; those that rules concluded are not in it.

    Raises:
        Erased: it was about a person who was erased.
    """
    if event.erased:
        raise Erased(f"{event.id} was about {event.personal['facts']}, who was erased")
    kept = event.data["facts"]
    return [catalogue().read(one) for one in kept] if isinstance(kept, list) else []


def stored(event: Event) -> Decision:
    """The decision that an event holds.

    Raises:
        Erased: it was about a person who was erased.
    """
    if event.erased:
        raise Erased(f"{event.id} was about {event.personal['facts']}, who was erased")
    return Decision.from_json(_mapping(event.data["decision"]))


def _customer(world: World, request: DecisionRequest) -> ThingId | None:
    """The customer whom a request names, by the id that attune has or would have for them."""
    given: ThingId | ExternalKey | None = request.customer
    if isinstance(given, ExternalKey):
        return world.keys.pseudonym("customer", given.system, given.key)
    return given


def _stated(event: Event, kind: str) -> tuple[str, ...]:
    """The main field of every recorded fact of a kind."""
    facts = event.data["facts"]
    rows = [_mapping(one) for one in facts] if isinstance(facts, list) else []
    field = {"unknown": "reference", "degraded": "part"}[kind]
    return tuple(str(_mapping(one["values"])[field]) for one in rows if one["kind"] == kind)


def raise_tier(world: World, named: Mapping[str, ThingId], decision: Decision) -> None:
    """Raise the incident's standing tier to the one concluded; it never falls by itself."""
    thing = named.get("incident")
    incident = world.incidents.get(thing) if thing is not None else None
    if thing is None or incident is None or not incident.listened:
        return
    if incident.tier is not None and TIERS.index(incident.tier) >= TIERS.index(decision.tier):
        return
    try:
        acts.propose(
            world,
            thing=thing,
            kind="incident",
            act="escalate",
            data={"tier": decision.tier},
            actor=_ITSELF,
        )
    except (ActRefused, Conflict) as error:
        world.log.warning("tier not raised", incident=thing, tier=decision.tier, why=str(error))


def _kept(world: World, request: DecisionRequest, made: Answer) -> Answer:
    """Keep a decision up to date if that is asked; where it can't be, the answer stands alone."""
    if not request.subscribe:
        return made
    name = made.event.id
    try:
        event = subscribe(world, name, USUAL, _ITSELF, idempotency=name)
    except (ActRefused, Conflict) as error:
        world.log.warning("decision not subscribed", decision=name, why=str(error)[:200])
        return made
    return replace(made, subscription=event.subject)


def _note_lag(world: World, situation: Situation) -> None:
    """Note that what was heard of the incident has been decided on."""
    thing = situation.named.get("incident")
    if thing is not None:
        world.counting.lags.decided(thing, situation.at)


def _mapping(value: Json) -> Mapping[str, Json]:
    if not isinstance(value, dict):
        raise TypeError(
            f"a recorded decision holds {type(value).__name__} where an object belongs"
        )
    return value

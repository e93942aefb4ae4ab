"""Deciding again: a recorded decision from fresh facts, and what is different since."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from knowledge.refusals import Erased
from ontology.decision_difference import difference
from ontology.decisions import Decision
from ontology.events import Event, Json
from ontology.facts import Fact, catalogue
from ontology.identity import ThingId
from ontology.values import Value, encode
from rules.combine import decide
from rules.strata import Engines
from service import desk
from service.decision_bodies import DecisionRequest
from service.policies import Compiled
from service.shadow_pair import Stand, reached
from service.silence import is_live
from service.situation import build
from service.sources import READERS, Sources, speaker
from service.world import World

MOST_FACTS: Final = 50
"""Changed values that are told."""

_SAID: Final = frozenset({"request", "signal"})
_CARRIED: Final = _SAID | {"unknown"}
OWN: Final = _CARRIED | {"customer", "degraded", "snooze"}
"""The kinds of facts that tell of whoever asks, and of the request itself."""

_SEGMENTS: Final = "segments"


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """A recorded decision and the one that facts of now give."""

    made: Event
    after: Decision
    facts: Sequence[Fact]
    named: Mapping[str, ThingId]

    @property
    def difference(self) -> dict[str, Json]:
        """What is different for those whom it touches."""
        return difference(_object(self.made.data["decision"]), self.after.to_json())

    def because(self) -> dict[str, Json]:
        """The rules that fire now or do so no more, and what changed in the facts they matched."""
        before = desk.stored(self.made)
        old, new = _fired(before), _fired(self.after)
        rules = sorted(old.keys() ^ new.keys())
        kinds = {fact.kind for rule in rules for fact in (*old.get(rule, ()), *new.get(rule, ()))}
        fired: list[Json] = [rule for rule in rules if rule in new]
        quiet: list[Json] = [rule for rule in rules if rule in old]
        moved: dict[str, Json] = {}
        if before.policy != self.after.policy:
            moved["policy"] = {"from": before.policy, "to": self.after.policy}
        changes = [*_changes(desk.facts_of(self.made), self.facts, kinds)][:MOST_FACTS]
        return {"rules": {"fired": fired, "quiet": quiet}, "facts": changes, **moved}


def again(
    world: World, event: Event, policy: Compiled, at: datetime, engines: Engines | None = None
) -> Again:
    """Make a recorded decision again, about the same things, as they are now.

    What its caller said of the message, and what was read in words that are not kept, stay as
    they were. `engines` are other ones than the policy's own.

    Raises:
        Erased: it was about a person who was erased.
    """
    if event.erased:
        raise Erased(f"{event.id} was about a person who was erased")
    old = own_facts(event)
    named = {k: ThingId(str(v)) for k, v in _object(event.data["request"]).items()}
    fresh = build(world, _request(event, named, old), policy, at, budget_ms=0.0).facts
    own = (fact for fact in fresh if fact.kind not in _SAID)
    facts = (*own, *_kept(world, named, old, at))
    if not is_live(event):  # no tier of an incident was raised, so it is held here
        stood = Stand(tier=str(event.data["tier"]), since=event.occurred_at)
        facts = reached(facts, stood, at)
    after = decide(facts, policy.policy, at, engines or policy.engines)
    return Again(made=event, after=after, facts=facts, named=named)


def own_facts(event: Event) -> list[Fact]:
    """The facts of a decision that no other about the same things need share."""
    kept = event.data["facts"]
    rows = [one for one in kept if isinstance(one, dict)] if isinstance(kept, list) else []
    return [catalogue().read(one) for one in rows if one["kind"] in OWN]


def bare(named: Mapping[str, ThingId], language: str | None) -> DecisionRequest:
    """A request about things alone, without whoever asked."""
    things = {kind: thing for kind, thing in named.items() if kind in READERS}
    return DecisionRequest.model_validate({**things, "language": language, "precedents": 0})


def language_of(facts: Iterable[Fact]) -> str | None:
    """The language that a request was in."""
    for fact in facts:
        found = fact.values.get("language") if fact.kind == "request" else None
        if isinstance(found, str):
            return found
    return None


def _request(event: Event, named: Mapping[str, ThingId], facts: Iterable[Fact]) -> DecisionRequest:
    """The request, with what its caller stated; what was read in its words is none of it."""
    given = event.data.get("stated")
    stated: dict[str, Json] = {**given} if isinstance(given, dict) else {}
    told = [fact.to_json()["values"] for fact in facts if fact.kind == "request"]
    asked = bare(named, language_of(facts))
    return asked.model_copy(update={"facts": stated | ({"request": told} if told else {})})


def _kept(
    world: World, named: Mapping[str, ThingId], old: Iterable[Fact], at: datetime
) -> Iterator[Fact]:
    """What stays: the request, what was read in its words, what nobody knew, what came late."""
    for fact in old:
        late = fact.kind == "degraded" and fact.values.get("part") != _SEGMENTS
        if fact.kind == "signal" and "customer" in named:
            yield _spoken(world, fact, named["customer"], at)
        elif fact.kind in _CARRIED or late:
            yield fact


def _spoken(world: World, fact: Fact, customer: ThingId, at: datetime) -> Fact:
    """What was said, by whoever the records now say the customer is."""
    law = world.policies.current().law
    sources = Sources(
        graph=world.graph, incidents=world.incidents, roster=world.roster(), law=law, at=at
    )
    who = speaker(sources, customer)
    first, *more = dict.fromkeys((*fact.origins, *who.origins))
    return catalogue().fact("signal", {**fact.values, **who.values}, first, *more)


def _object(value: Json) -> dict[str, Json]:
    return value if isinstance(value, dict) else {}


def _fired(decision: Decision) -> dict[str, tuple[Fact, ...]]:
    return {firing.rule: firing.matched for firing in decision.firings}


def _changes(old: Iterable[Fact], new: Iterable[Fact], kinds: Iterable[str]) -> Iterator[Json]:
    """The values that differ between facts about the same, of some kinds."""
    wanted = frozenset(kinds)
    before, after = _by_name(old, wanted), _by_name(new, wanted)
    for name in sorted(before.keys() | after.keys()):
        one, other = before.get(name, {}), after.get(name, {})
        for field in sorted(one.keys() | other.keys()):
            if one.get(field) != other.get(field):
                yield {
                    "fact": name[0],
                    "about": name[1],
                    "field": field,
                    "from": encode(one[field]) if field in one else None,
                    "to": encode(other[field]) if field in other else None,
                }


def _by_name(
    facts: Iterable[Fact], kinds: frozenset[str]
) -> dict[tuple[str, str], Mapping[str, Value]]:
    known = catalogue().kinds
    found: dict[tuple[str, str], Mapping[str, Value]] = {}
    for fact in facts:
        if fact.kind in kinds:
            keys = known[fact.kind].keys or ("id",)
            about = " ".join(str(fact.values[key]) for key in keys if key in fact.values)
            found[fact.kind, about] = fact.values
    return found

"""Running a policy again over many situations: what tells two facts apart for it, and no more.

Facts fall into classes: those of one class hit the same patterns, join alike, and read alike
where a decision is combined. The classes of its facts settle which rules fire; those, and little
else, settle each part of the outcome. So each part is combined once for all that agree in that.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import reduce
from operator import or_
from types import MappingProxyType
from typing import Final

from ontology.decisions import Firing, plain_form
from ontology.facts import STRATA, Fact
from ontology.outcomes import outcome_of, part_text
from ontology.values import Value
from rules.caution import doubts
from rules.combine import Combining, decide
from rules.compiled import Numbers
from rules.conditions import Ask
from rules.generated import Generator, Hits
from rules.joining import taking_part
from rules.merging import DUTY_OFFICER, held
from rules.policy import Policy
from rules.rerun_parts import (
    DEPENDS,
    DOUBTS,
    FALLBACK,
    JOINED,
    READ,
    Alternative,
    FactClass,
    Kinds,
    Run,
    Seen,
    alternative,
    asked,
    bits,
    joined_by,
    routed,
)
from rules.sfeel import MISSING, holds
from rules.snoozing import KIND as SNOOZE
from rules.snoozing import Weighed
from rules.strata import Engines

_MOST_KEPT: Final = 200_000


class Rerun:
    """A policy at one moment, over facts by their classes; use it from one thread.

    Rules are known by their places in `rules`, patterns by numbers below `patterns`.
    """

    def __init__(self, policy: Policy, at: datetime) -> None:
        """Take the rules that are in force at a moment."""
        self._policy: Final = policy
        self._at: Final = at
        self._engines: Engines | None = None
        self.rules: Final = tuple(rule for rule in policy.rules if rule.effective.at(at))
        numbers = Numbers()
        self.strata: Final = [
            [
                alternative(place, conjunction, numbers)
                for place, rule in enumerate(self.rules)
                if rule.stratum == name
                for conjunction in rule.conditions
            ]
            for name in STRATA
        ]
        self.patterns: Final = len(numbers.found)
        self._match: Final = Generator(numbers.found).match()
        self._kinds: Final = frozenset(pattern.kind for pattern in numbers.found)
        self._asks: Final = asked(numbers.found)
        every = [one for some in self.strata for one in some]
        self._joins: Final = joined_by(every)
        self._joined: Final = bits(
            n for one in every if one.joined is not None for n in (*one.needs, *one.absences)
        )
        self.concluded: Final = [
            reduce(or_, (self._hits(f.kind, f.values) for f in rule.conclusions), 0)
            for rule in self.rules
        ]
        self._taking_part: Final = {
            at: found
            for at, rule in enumerate(self.rules)
            if (found := [*self._joinable(rule.conclusions)])
        }
        places: dict[object, int] = {}
        self._sayings: Final = {name: self._saying(name, places) for name in DEPENDS}
        self._required: Final = frozenset(
            places[False, one.place()]
            for rule in self.rules
            for one in rule.conclusions
            if one.kind == "requirement"
        )
        self._alike: Final[dict[tuple[str, ...] | None, int]] = {}
        self.joining: Final = [*self._taking_part]
        self._routed: Final = [routed(rule) for rule in self.rules]
        self.seen: Final[list[Seen]] = []
        self._seen: Final[dict[tuple[int, bytes], int]] = {}
        self._parts: Final[dict[tuple[str, frozenset[int], tuple[int, ...]], str]] = {}

    def _saying(self, name: str, places: dict[object, int]) -> dict[int, tuple[int, ...]]:
        """What each rule says of a part of an outcome; equal sayings have one place."""
        kinds = DEPENDS[name].concluded
        return {
            at: tuple(
                places.setdefault((name == "duties" and at, one.place()), len(places))
                for one in rule.conclusions
                if one.kind in kinds
            )
            for at, rule in enumerate(self.rules)
        }

    def reads(self, kind: str) -> Mapping[str, Sequence[Ask]]:
        """The fields of a kind that tell its facts apart, each with what is asked of it.

        A field without asks tells them apart by its value.
        """
        asks, whole = self._asks.get(kind, {}), self._whole(kind)
        return {
            name: () if name in whole else tuple(asks[name]) for name in sorted({*asks, *whole})
        }

    def concerns(self, kind: str) -> bool:
        """Whether facts of a kind count at all."""
        return kind in self._kinds or kind in READ

    def told(self, asks: Sequence[Ask], value: Value | None) -> object:
        """What of a value counts: the value itself where nothing is asked, else the answers."""
        if not asks:
            return value
        seen = MISSING if value is None else value
        return sum(1 << at for at, ask in enumerate(asks) if holds(ask.test, seen, ask.field))

    def fact_class(self, kind: str, values: Mapping[str, Value]) -> FactClass:
        """The class of a fact, whose values need be those only that the policy reads."""
        hits = self._hits(kind, values)
        if kind not in READ and not hits & self._joined:
            return FactClass(hits=hits, seen=-1)
        whole = {name: values[name] for name in sorted(self._whole(kind)) if name in values}
        known = MappingProxyType({**FALLBACK.get(kind, {}), **whole})
        fact = Fact(kind=kind, values=known, origins=())
        place = self._seen.setdefault((hits & self._joined, fact.place()), len(self.seen))
        if place == len(self.seen):
            self.seen.append(Seen(hits=hits & self._joined, fact=fact))
        return FactClass(hits=hits, seen=place)

    def situation(self, facts: Iterable[Fact]) -> Run:
        """What becomes of facts as they are; many situations are faster by columns."""
        facts = [*facts]
        classes = [self.fact_class(fact.kind, fact.values) for fact in facts]
        seen = sorted({one.seen for one in classes} - {-1})
        fired = self._fired(reduce(or_, (one.hits for one in classes), 0), seen)
        parts = (self.part(name, self.leading(name, fired), seen) for name in DEPENDS)
        snoozed = any(fact.kind == SNOOZE for fact in facts)
        outcome = self.snoozed(facts) if snoozed else text(parts)
        return Run(outcome=outcome, rules=tuple(sorted(self.rules[at].id for at in fired)))

    def snoozed(self, facts: Sequence[Fact]) -> str:
        """The outcome where people have snoozed rules: that depends on what these matched."""
        if self._engines is None:
            self._engines = Engines.compiled(self._policy)
        return outcome_of(decide(facts, self._policy, self._at, self._engines))

    def leading(self, name: str, fired: Iterable[int]) -> tuple[int, ...]:
        """Those of some rules on which a part of an outcome depends."""
        kinds = DEPENDS[name].concluded
        return tuple(
            at for at in fired if any(one.kind in kinds for one in self.rules[at].conclusions)
        )

    def part(self, name: str, fired: tuple[int, ...], seen: Iterable[int]) -> str:
        """The text of a part of an outcome; empty where there is none.

        `fired` are the rules on which it depends, `seen` the places of facts; more do no harm.
        """
        read = self._read(name, fired, seen)
        key = name, self._said(name, fired), read
        known = self._parts.get(key)
        if known is None:
            if len(self._parts) > _MOST_KEPT:
                self._parts.clear()
            known = self._parts[key] = self._combined(name, fired, read)
        return known

    def standing(self, kinds: Kinds, place: int) -> int:
        """What stands for a fact among some kinds: the place of one that counts alike, or -1.

        Of doubts one is as good as another, of incidents all that hold a tier alike.
        """
        fact = self.seen[place].fact
        if kinds == JOINED:
            return place if self.seen[place].hits else -1
        if fact.kind not in kinds:
            return -1
        if fact.kind in DOUBTS:
            return self._alike.setdefault(None, place) if doubts((fact,), (), ()) else -1
        return self._alike.setdefault(held((fact,)), place) if fact.kind == "incident" else place

    def agrees(self, one: Alternative, seen: Iterable[int], fired: Iterable[int]) -> bool:
        """Whether facts whose values agree take part; the patterns alone do not tell.

        `fired` are the rules of earlier strata, whose conclusions may take part.
        """
        assert one.joined is not None  # noqa: S101 - asked of joined ones only
        known = [fact for at in seen if (fact := self.seen[at]).hits]
        known += [fact for at in fired for fact in self._taking_part.get(at, ())]
        candidates, absent = (
            [[at for at, fact in enumerate(known) if fact.hits >> bit & 1] for bit in some]
            for some in (one.needs, one.absences)
        )
        return taking_part(one.joined, candidates, absent, [f.fact for f in known]) is not None

    def _fired(self, hits: int, seen: Sequence[int]) -> list[int]:
        """The rules that fire, stratum by stratum."""
        fired: list[int] = []
        for alternatives in self.strata:
            new = dict.fromkeys(
                one.rule
                for one in alternatives
                if all(hits >> bit & 1 for bit in one.needs)
                and not any(hits >> bit & 1 for bit in one.not_any)
                and (one.joined is None or self.agrees(one, seen, fired))
            )
            fired += new
            hits |= reduce(or_, (self.concluded[at] for at in new), 0)
        return sorted(fired)

    def _said(self, name: str, fired: Iterable[int]) -> frozenset[int]:
        """What rules conclude that tells in a part; a rule that says what another says is none."""
        said = {one for rule in fired for one in self._sayings[name].get(rule, ())}
        if name != "verdict":
            return frozenset(said)
        required = said & self._required
        return frozenset({*(said - required), *([min(required)] if required else [])})

    def _read(self, name: str, fired: Iterable[int], seen: Iterable[int]) -> tuple[int, ...]:
        """The facts on which a part depends: of the teams those only that a route may reach."""
        kinds = DEPENDS[name].facts
        facts = {at: f for at in seen if (f := self.seen[at].fact).kind in kinds}
        if "team" in kinds:
            teams = self._reached(fired, facts.values())
            return tuple(
                at for at, f in facts.items() if f.kind != "team" or f.values["id"] in teams
            )
        doubtful = [at for at, fact in facts.items() if doubts((fact,), (), ())][:1]
        if name == "requirements" and not doubtful:
            return ()
        rest = (at for at, fact in facts.items() if fact.kind not in DOUBTS)
        if "incident" in kinds:
            rest = (self._alike.setdefault(held((self.seen[at].fact,)), at) for at in rest)
        return (*doubtful, *sorted({*rest}))

    def _reached(self, fired: Iterable[int], facts: Iterable[Fact]) -> frozenset[str]:
        """The teams that rules and temporary routings may route to."""
        temporary = (f.values.values() for f in facts if f.kind == "temporary_routing")
        ruled = frozenset({DUTY_OFFICER}).union(*(self._routed[rule] for rule in fired))
        return ruled.union(*(map(str, values) for values in temporary))

    def _combined(self, name: str, fired: Iterable[int], seen: Iterable[int]) -> str:
        firings = tuple(
            Firing(rule=rule.id, conclusions=rule.conclusions, matched=())
            for rule in map(self.rules.__getitem__, fired)
        )
        facts = [self.seen[at].fact for at in seen]
        found = Combining(facts, _weighed(firings))
        return part_text(name, plain_form(getattr(found, name)))

    def _joinable(self, facts: Iterable[Fact]) -> Iterable[Seen]:
        """The facts that hit joined patterns."""
        for fact in facts:
            if hits := self._hits(fact.kind, fact.values) & self._joined:
                yield Seen(hits=hits, fact=fact)

    def _hits(self, kind: str, values: Mapping[str, Value]) -> int:
        if kind not in self._kinds:
            return 0
        hits: Hits = defaultdict(list)
        self._match({kind: [(0, values)]}, hits)
        return bits(hits)

    def _whole(self, kind: str) -> frozenset[str]:
        """The fields of which the value itself counts."""
        return READ.get(kind, frozenset()) | self._joins.get(kind, frozenset())


def _weighed(firings: tuple[Firing, ...]) -> Weighed:
    """What rules conclude that fire without snoozes, errors and disagreements."""
    return Weighed(
        concluded=tuple(fact for firing in firings for fact in firing.conclusions),
        firings=firings,
        fired=frozenset(firing.rule for firing in firings),
        set_aside=(),
        cautions=(),
        errors=(),
        disagreements=(),
    )


def text(parts: Iterable[str]) -> str:
    """The outcome of its parts, in the order of `DEPENDS`."""
    return "{" + ",".join(part for part in parts if part) + "}"

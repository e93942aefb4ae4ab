"""Running a policy again over many situations: what tells two facts apart for it, and no more.

Facts fall into classes: those of one class hit the same patterns, join alike, and read alike
where a decision is combined. The classes of its facts settle which rules fire; those, and little
else, settle each part of the outcome. So each part is combined once for all that agree in that.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from types import MappingProxyType
from typing import Final

from ontology.decisions import Firing, plain_form
from ontology.facts import STRATA, Fact, catalogue
from ontology.outcomes import outcome_of, part_text
from ontology.values import Value
from rules.caution import READ as READ_BY_CAUTION
from rules.caution import doubts
from rules.combine import Combining, decide
from rules.compiled import Numbers
from rules.conditions import Ask, Conjunction, Pattern
from rules.generated import Generator, Hits
from rules.joining import taking_part
from rules.merging import DUTY_OFFICER, held
from rules.policy import Policy
from rules.rule import Rule
from rules.sfeel import MISSING, holds
from rules.snoozing import KIND as SNOOZE
from rules.snoozing import Weighed
from rules.strata import Engines

READ: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "incident": frozenset({"tier", "stood_down", "phase"}),
        "team": frozenset({"id", "on_call", "external", "escalates_to"}),
        "temporary_routing": frozenset(catalogue().kinds["temporary_routing"].fields),
        "signal": frozenset({"judged"}),
        "unknown": frozenset(),
        "degraded": frozenset(),
        "request": READ_BY_CAUTION,
    }
)
"""What combining reads of facts, beside what rules conclude of them."""

_MOST_KEPT: Final = 200_000
_DOUBTS: Final = ("signal", "unknown", "degraded")
_ASKING: Final = ("request", *_DOUBTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Depends:
    """What a part of an outcome depends on: the kinds that rules conclude, and kinds of facts."""

    concluded: tuple[str, ...]
    facts: tuple[str, ...] = ()


DEPENDS: Final[Mapping[str, Depends]] = MappingProxyType(
    {
        "broken": Depends(concluded=("prohibition",), facts=("request",)),
        "cluster": Depends(concluded=("classification",)),
        "detections": Depends(concluded=("detection",)),
        "duties": Depends(concluded=("duty",)),
        "notifications": Depends(concluded=("notification",)),
        "prohibitions": Depends(concluded=("prohibition",)),
        "recovery": Depends(concluded=("recovery",)),
        "requirements": Depends(concluded=("requirement",), facts=_ASKING),
        "responses": Depends(concluded=("response", "prohibition")),
        "routes": Depends(concluded=("routing",), facts=("team", "temporary_routing")),
        "threat": Depends(concluded=("threat",)),
        "tier": Depends(concluded=("escalation",), facts=("incident", *_DOUBTS)),
        "verdict": Depends(concluded=("prohibition", "requirement"), facts=_ASKING),
        "within": Depends(concluded=("escalation",), facts=("incident", *_DOUBTS)),
    }
)
"""The parts of an outcome in the order of its text."""

_FALLBACK: Final[Mapping[str, Mapping[str, Value]]] = MappingProxyType(
    {"unknown": {"reference": "something", "kind": "incident"}, "degraded": {"part": "part"}}
)
"""What a caution says of them, which no outcome repeats."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What of a fact counts beside the patterns that it hits.

    `hits` are those of its patterns that are joined, as bits; `fact` has the fields only that a
    join or the combining reads.
    """

    hits: int
    fact: Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class FactClass:
    """Facts that are the same to a policy: all patterns that they hit, as bits.

    `seen` is the place in `Rerun.seen` of what else counts, -1 where nothing does.
    """

    hits: int
    seen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What a policy makes of a situation: the outcome as text, and all rules that fire."""

    outcome: str
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """One conjunction of a rule: the numbers of its patterns, and of those that must be absent.

    `joined` is the conjunction itself where values must agree, too.
    """

    rule: int
    needs: tuple[int, ...]
    not_any: tuple[int, ...]
    joined: Conjunction | None
    absences: tuple[int, ...]


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
                _alternative(place, conjunction, numbers)
                for place, rule in enumerate(self.rules)
                if rule.stratum == name
                for conjunction in rule.conditions
            ]
            for name in STRATA
        ]
        self.patterns: Final = len(numbers.found)
        self._match: Final = Generator(numbers.found).match()
        self._kinds: Final = frozenset(pattern.kind for pattern in numbers.found)
        self._asks: Final = _asks(numbers.found)
        every = [one for some in self.strata for one in some]
        self._joins: Final = _joins(every)
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
        self._sayings: Final = {
            name: {
                at: tuple(
                    places.setdefault((name == "duties" and at, one.place()), len(places))
                    for one in rule.conclusions
                    if one.kind in depends.concluded
                )
                for at, rule in enumerate(self.rules)
            }
            for name, depends in DEPENDS.items()
        }
        self._required: Final = frozenset(
            places[False, one.place()]
            for rule in self.rules
            for one in rule.conclusions
            if one.kind == "requirement"
        )
        self._holding: Final[dict[tuple[str, ...], int]] = {}
        self.joining: Final = [*self._taking_part]
        self._routed: Final = [_routed(rule) for rule in self.rules]
        self.seen: Final[list[Seen]] = []
        self._seen: Final[dict[tuple[int, bytes], int]] = {}
        self._parts: Final[dict[tuple[str, frozenset[int], tuple[int, ...]], str]] = {}

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
        known = MappingProxyType({**_FALLBACK.get(kind, {}), **whole})
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
        rest = (at for at, fact in facts.items() if fact.kind not in _DOUBTS)
        if "incident" in kinds:
            rest = (self._holding.setdefault(held((self.seen[at].fact,)), at) for at in rest)
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


def bits(numbers: Iterable[int]) -> int:
    """Numbers as the bits of one."""
    return reduce(or_, (1 << number for number in numbers), 0)


def _routed(rule: Rule) -> frozenset[str]:
    """The teams that a rule may route to."""
    routings = (fact.values for fact in rule.conclusions if fact.kind == "routing")
    return frozenset(
        str(values[name])
        for values in routings
        for name in ("team", "otherwise")
        if name in values
    )


def _alternative(rule: int, conjunction: Conjunction, numbers: Numbers) -> Alternative:
    needs = tuple(map(numbers.of, conjunction.patterns))
    absences = tuple(numbers.of(absence.pattern) for absence in conjunction.absences)
    anchored = any(absence.anchor is not None for absence in conjunction.absences)
    joined = anchored or bool(conjunction.joins)
    return Alternative(
        rule=rule,
        needs=needs,
        not_any=() if joined else absences,
        joined=conjunction if joined else None,
        absences=absences,
    )


def _asks(patterns: Iterable[Pattern]) -> dict[str, dict[str, list[Ask]]]:
    """What is asked of each field of each kind, each ask once."""
    found: dict[str, dict[str, dict[Ask, None]]] = {}
    for pattern in patterns:
        fields = found.setdefault(pattern.kind, {})
        for ask in pattern.asks:
            fields.setdefault(ask.field.name, {})[ask] = None
    return {
        kind: {name: [*asks] for name, asks in fields.items()} for kind, fields in found.items()
    }


def _joins(alternatives: Iterable[Alternative]) -> dict[str, frozenset[str]]:
    """The fields by which patterns are joined, by kind."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for one in (conj for a in alternatives if (conj := a.joined) is not None):
        for join in one.joins:
            found[one.patterns[join.left].kind].add(join.left_field.name)
            found[one.patterns[join.right].kind].add(join.right_field.name)
        for absence in one.absences:
            if absence.anchor is not None:
                here = found[absence.pattern.kind]
                here |= {mine.name for mine, _ in absence.equal}
                there = found[one.patterns[absence.anchor].kind]
                there |= {theirs.name for _, theirs in absence.equal}
    return {kind: frozenset(names) for kind, names in found.items()}

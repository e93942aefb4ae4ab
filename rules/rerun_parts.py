"""What tells facts and rules apart where a policy is run again over many situations."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_
from types import MappingProxyType
from typing import Final, TypeAlias

from ontology.facts import Fact, catalogue
from ontology.values import Value
from rules.caution import READ as READ_BY_CAUTION
from rules.compiled import Numbers
from rules.conditions import Ask, Conjunction, Pattern
from rules.rule import Rule

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

DOUBTS: Final = ("signal", "unknown", "degraded")
_ASKING: Final = ("request", *DOUBTS)


Kinds: TypeAlias = tuple[str, ...]

JOINED: Final[Kinds] = ("joined",)
"""Instead of kinds: the facts whose values must agree with those of others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Depends:
    """What a part of an outcome depends on: the kinds that rules conclude, and kinds of facts."""

    concluded: Kinds
    facts: Kinds = ()


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
        "tier": Depends(concluded=("escalation",), facts=("incident", *DOUBTS)),
        "verdict": Depends(concluded=("prohibition", "requirement"), facts=_ASKING),
        "within": Depends(concluded=("escalation",), facts=("incident", *DOUBTS)),
    }
)
"""The parts of an outcome in the order of its text."""

FALLBACK: Final[Mapping[str, Mapping[str, Value]]] = MappingProxyType(
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


def bits(numbers: Iterable[int]) -> int:
    """Numbers as the bits of one."""
    return reduce(or_, (1 << number for number in numbers), 0)


def routed(rule: Rule) -> frozenset[str]:
    """The teams that a rule may route to."""
    routings = (fact.values for fact in rule.conclusions if fact.kind == "routing")
    return frozenset(
        str(values[name])
        for values in routings
        for name in ("team", "otherwise")
        if name in values
    )


def alternative(rule: int, conjunction: Conjunction, numbers: Numbers) -> Alternative:
    """A conjunction of the rule at a place, its patterns by their numbers."""
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


def asked(patterns: Iterable[Pattern]) -> dict[str, dict[str, list[Ask]]]:
    """What is asked of each field of each kind, each ask once."""
    found: dict[str, dict[str, dict[Ask, None]]] = {}
    for pattern in patterns:
        fields = found.setdefault(pattern.kind, {})
        for ask in pattern.asks:
            fields.setdefault(ask.field.name, {})[ask] = None
    return {
        kind: {name: [*asks] for name, asks in fields.items()} for kind, fields in found.items()
    }


def joined_by(alternatives: Iterable[Alternative]) -> dict[str, frozenset[str]]:
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

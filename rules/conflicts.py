"""Pairs of rules that can fire together: what of it can't both stand, and what merging settles."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations, product
from typing import Final, TypeAlias

from ontology.facts import Fact, catalogue
from rules.findings import Finding, Place, shown
from rules.grounding import Example
from rules.inquiry import Inquiry
from rules.outranking import ORDERED, contested, differing, opposed, outranks, settled
from rules.regions import Region
from rules.rule import Rule
from rules.situations import Without
from rules.value_sets import ValueSet

Pair: TypeAlias = tuple[Rule, Rule]
_Groups: TypeAlias = defaultdict[object, defaultdict[object, dict[str, Rule]]]
_MAIN: Final = ("name", "team", "step", "strategy")
_STRATEGY: Final = catalogue().kinds["prohibition"].fields["name"]
_DENIED: Final = (
    Without(region=Region.product("prohibition", [ValueSet.holding(_STRATEGY, "denial")])),
)
"""No denial is forbidden: where it is, the strategy to deny is off the table anyway."""


def pairs(inquiry: Inquiry, kind: str) -> Iterator[Pair]:
    """The pairs of rules that would be a conflict, or an overlap, if they fired together."""
    find = _contesting if kind == "conflict" else _touched
    yield from {(one.id, other.id): (one, other) for one, other in find(inquiry)}.values()


def _contesting(inquiry: Inquiry) -> Iterator[Pair]:
    """Rules on different sides of something; one rule may stand on both."""
    groups: _Groups = defaultdict(lambda: defaultdict(dict))
    for rule in inquiry.rules:
        for fact in rule.conclusions:
            for about, side in contested(fact):
                groups[about][side][rule.id] = rule
    for sides in groups.values():
        for some, others in combinations(sides.values(), 2):
            for one, other in product(some.values(), others.values()):
                yield (one, other) if one.id <= other.id else (other, one)


def _touched(inquiry: Inquiry) -> Iterator[Pair]:
    """Rules that say something of the same thing."""
    groups: defaultdict[object, dict[str, Rule]] = defaultdict(dict)
    for rule in inquiry.rules:
        for fact in rule.conclusions:
            groups[_about(fact)][rule.id] = rule
    for rules in groups.values():
        for one, other in combinations(rules.values(), 2):
            if any(_touching(a, b) for a in one.conclusions for b in other.conclusions):
                yield one, other


def conflict(inquiry: Inquiry, pair: Pair) -> list[Finding] | None:
    """What two rules can't both have; None where it can't be told whether they fire together."""
    one, other = pair
    facts = ((a, b) for a in one.conclusions for b in other.conclusions if opposed(a, b))
    mine, theirs = next(facts)
    why = (
        f"{one.id} concludes {shown([mine])} where {other.id} concludes {shown([theirs])}; "
        f"{settled(mine, theirs)}"
    )
    cure = "narrow one of them so that they never fire together, or let them agree"
    return _told(inquiry, "conflict", pair, why, cure)


def overlap(inquiry: Inquiry, pair: Pair) -> list[Finding] | None:
    """What merging settles between two rules; None where it can't be told."""
    one, other = pair
    facts = ((a, b) for a in one.conclusions for b in other.conclusions if _touching(a, b))
    mine, theirs = next(facts)
    kept = settled(mine, theirs) if mine.kind in ORDERED else "merging keeps the stricter of both"
    same = mine.place() == theirs.place()
    why = f"{one.id} and {other.id} can fire together and conclude " + (
        f"{shown([mine])} both" if same else f"{shown([mine])} and {shown([theirs])}; {kept}"
    )
    return _told(inquiry, "overlap", pair, why, "nothing, if that is what you mean")


def _about(fact: Fact) -> object:
    return fact.kind if fact.kind in ORDERED else (fact.kind, *map(fact.values.get, _MAIN))


def _touching(one: Fact, other: Fact) -> bool:
    if one.kind != other.kind or one.kind == "duty":
        return False
    if one.kind == "routing":
        return outranks(one, other) or outranks(other, one)
    return differing(one, other) or outranks(one, other) or outranks(other, one)


def _advice(pair: Pair) -> bool:
    """Whether both only advise, so that a prohibition may settle it."""
    return all(fact.kind != "prohibition" for rule in pair for fact in rule.conclusions)


def _told(inquiry: Inquiry, kind: str, pair: Pair, why: str, cure: str) -> list[Finding] | None:
    one, other = pair
    rules = [one] if one is other else [one, other]
    advice = kind == "conflict" and _advice(pair)
    found = inquiry.firing(rules, single=True, without=_DENIED if advice else ())
    if not isinstance(found, Example):
        return [] if found == "never" else None
    others = () if one is other else (Place.of(other),)
    place = Place.of(one)
    return [
        Finding(
            kind=kind,
            place=place,
            others=others,
            why=why,
            cure=cure,
            facts=found.facts,
            at=found.at,
        )
    ]

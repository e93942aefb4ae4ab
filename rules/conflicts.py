"""Pairs of rules that can fire together: what of it can't both stand, and what merging settles."""

from collections.abc import Iterator
from itertools import combinations_with_replacement

from ontology.facts import Fact
from rules.findings import Finding, Place, shown
from rules.grounding import Example
from rules.inquiry import Inquiry
from rules.outranking import ORDERED, differing, opposed, outranks, settled
from rules.rule import Rule

Pair = tuple[Rule, Rule]


def pairs(inquiry: Inquiry, kind: str) -> Iterator[Pair]:
    """The pairs of rules that would be a conflict, or an overlap, if they fired together."""
    meets = opposed if kind == "conflict" else _touching
    asks = {"response", "prohibition", "recovery", "routing"}
    rules = [
        rule
        for rule in inquiry.rules
        if kind != "conflict" or asks & {fact.kind for fact in rule.conclusions}
    ]
    for one, other in combinations_with_replacement(rules, 2):
        if one is other and kind != "conflict":
            continue
        if any(meets(a, b) for a in one.conclusions for b in other.conclusions):
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


def _touching(one: Fact, other: Fact) -> bool:
    if one.kind != other.kind or one.kind == "duty":
        return False
    if one.kind == "routing":
        return outranks(one, other) or outranks(other, one)
    return differing(one, other) or outranks(one, other) or outranks(other, one)


def _told(inquiry: Inquiry, kind: str, pair: Pair, why: str, cure: str) -> list[Finding] | None:
    one, other = pair
    rules = [one] if one is other else [one, other]
    found = inquiry.firing(rules, single=True)
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

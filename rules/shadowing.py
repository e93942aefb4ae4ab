"""Duplicates, contradictions of the same facts, and rules in whose shade others stand."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from ontology.facts import Fact
from rules.findings import Finding, Place, shown
from rules.grounding import Example
from rules.inquiry import Inquiry
from rules.outranking import differing, outranks, settled, unread
from rules.reachability import empty
from rules.rule import Rule

MOST_TOGETHER: Final = 12
"""Rules that are tried together where no single one stands before another."""


def shadowed(inquiry: Inquiry, rule: Rule) -> list[Finding] | None:
    """What makes a rule superfluous, or contradicts it on the very same facts.

    None where it can't be told.
    """
    near = [inquiry.policy.rule(name) for name in sorted(inquiry.sampled(rule) - {rule.id})]
    twins = [other for other in near if twin(inquiry, rule, other)]
    for other in (one for one in twins if one.id < rule.id):
        told = _of_twins(inquiry, rule, other)
        if told != []:
            return told
    apart = {other.id for other in twins if _alike(rule, other) or _contradict(rule, other)}
    return _in_the_shade(inquiry, rule, [one for one in near if one.id not in apart])


def twin(inquiry: Inquiry, one: Rule, other: Rule) -> bool:
    """Whether two rules fire on the very same facts, at the same times."""
    return (
        one.effective == other.effective
        and one.id in inquiry.sampled(other)
        and inquiry.beyond(one, [other]) == "never"
        and inquiry.beyond(other, [one]) == "never"
    )


def _alike(one: Rule, other: Rule) -> bool:
    return {f.place() for f in one.conclusions} == {f.place() for f in other.conclusions}


def _contradict(one: Rule, other: Rule) -> bool:
    return any(differing(a, b) for a in one.conclusions for b in other.conclusions)


def _of_twins(inquiry: Inquiry, rule: Rule, other: Rule) -> list[Finding] | None:
    if _alike(rule, other):
        why = f"{rule.id} fires on the same facts as {other.id} and concludes the same"
        return told(inquiry, "duplicate", (rule, other), why, "take one of them out")
    for fact in rule.conclusions:
        for theirs in other.conclusions:
            if differing(fact, theirs):
                why = (
                    f"on the very same facts {rule.id} concludes {shown([fact])} and {other.id} "
                    f"{shown([theirs])}; {settled(fact, theirs)}"
                )
                return told(inquiry, "conflict", (rule, other), why, "keep one of them")
    return []


def _in_the_shade(inquiry: Inquiry, rule: Rule, near: Sequence[Rule]) -> list[Finding] | None:
    """The rules because of which nothing comes of a rule; empty where something does."""
    before: list[Rule] = []
    unsure = False
    for fact in rule.conclusions:
        if empty(inquiry, fact):
            continue
        first = [*_greater(inquiry, rule, fact, near)]
        found = _implied(inquiry, rule, fact, first) if first else []
        if found == []:
            return []
        unsure = unsure or found is None
        before += found or ()
    if unsure or not before:
        return None if unsure else []
    others = tuple({one.id: one for one in before}.values())
    names = " or ".join(other.id for other in others)
    why = f"{rule.id} fires only where {names} concludes as much or more, so it changes nothing"
    cure = f"take {rule.id} out, or let it conclude more than {names}"
    return told(inquiry, "shadowed", (rule, *others), why, cure)


def _greater(inquiry: Inquiry, rule: Rule, fact: Fact, others: Iterable[Rule]) -> Iterator[Rule]:
    """The others that are in force whenever a rule is and conclude as much, for all who read."""
    read = inquiry.read.get(fact.kind, ())
    for other in others:
        if other is not rule and _whenever(rule, other):
            greater = (one for one in other.conclusions if outranks(one, fact))
            if any(unread(one, fact, read) for one in greater):
                yield other


def _whenever(rule: Rule, other: Rule) -> bool:
    mine, theirs = rule.effective, other.effective
    begun = theirs.start is None or (mine.start is not None and theirs.start <= mine.start)
    return begun and (theirs.end is None or (mine.end is not None and mine.end <= theirs.end))


def _implied(inquiry: Inquiry, rule: Rule, fact: Fact, near: Sequence[Rule]) -> list[Rule] | None:
    """Those that always fire where the rule does: one, or some together; None if unknown."""
    unsure = False
    for other in near:
        answer = inquiry.beyond(rule, [other])
        if answer == "never":
            return [other]
        unsure = unsure or answer == "unknown"
    together = _together(inquiry, rule, fact)
    if 1 < len(together) <= MOST_TOGETHER:
        answer = inquiry.beyond(rule, together)
        if answer == "never":
            return _fewest(inquiry, rule, together)
        unsure = unsure or answer == "unknown"
    return None if unsure or len(together) > MOST_TOGETHER else []


def _together(inquiry: Inquiry, rule: Rule, fact: Fact) -> list[Rule]:
    """The greater rules that can help to cover a rule.

    They ask for kinds of which it has a fact, or which another of them asks to be absent.
    """
    kinds: frozenset[str] = inquiry.kinds_of(rule)
    rest, found = [*inquiry.concluding(fact.kind)], list[Rule]()
    while fitting := [one for one in rest if inquiry.kinds_of(one) <= kinds]:
        rest = [one for one in rest if not inquiry.kinds_of(one) <= kinds]
        more = [*_greater(inquiry, rule, fact, fitting)]
        found += more
        kinds = kinds.union(*(inquiry.absent_of(one) for one in more))
    return found


def _fewest(inquiry: Inquiry, rule: Rule, together: Sequence[Rule]) -> list[Rule]:
    """The same without those that are not needed."""
    kept = [*together]
    for other in together:
        fewer = [one for one in kept if one is not other]
        if inquiry.beyond(rule, fewer) == "never":
            kept = fewer
    return kept


def told(
    inquiry: Inquiry, kind: str, rules: Sequence[Rule], why: str, cure: str
) -> list[Finding] | None:
    """A finding with facts on which the rules fire; nothing where they never do."""
    rule, *others = rules
    found = inquiry.firing(rules if len(others) == 1 else [rule])
    if not isinstance(found, Example):
        return [] if found == "never" else None
    return [
        Finding(
            kind=kind,
            place=Place.of(rule),
            others=tuple(map(Place.of, others)),
            why=why,
            cure=cure,
            facts=found.facts,
            at=found.at,
        )
    ]

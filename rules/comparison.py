"""Comparison: what differs in meaning between two policies, on which facts, and what is the same.

Of every conclusion it is asked where one policy comes to it and the other does not. In the first
stratum in which two decisions part, some rule concludes what no rule of the other policy does; so
facts on which they differ lie in a region of that rule, and without regions there are none.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from ontology.facts import Fact
from rules.alternatives import Alternative
from rules.conditions import Conjunction
from rules.outweighing import Outweighing
from rules.pairing import meaning, normal, paired
from rules.policy import Policy
from rules.remainder import remainder
from rules.rule import Effective, Rule
from rules.rule_changes import Text, What, became, texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """Facts of which only one policy has a rule come to its conclusions.

    `gained` where the new policy does. It holds of the facts of a situation with what either
    policy concludes of them, at moments within `effective`.
    """

    rule: Rule
    gained: bool
    conclusions: tuple[Fact, ...]
    asked: Alternative
    effective: Effective

    def holds(self, facts: Sequence[Fact], at: datetime) -> bool:
        """Whether facts, concluded ones among them, lie in the region at a moment."""
        return self.effective.at(at) and self.asked.holds(facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """What changed of a rule without a trace: others conclude as much, wherever it does."""

    rule: Rule
    gained: bool
    conclusion: Fact
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What became of one rule: `what` names it, the weightiest first."""

    old: Rule | None
    new: Rule | None
    what: tuple[What, ...]
    texts: tuple[Text, ...]
    regions: tuple[Region, ...]
    covered: tuple[Covered, ...]

    @property
    def rule(self) -> Rule:
        """The rule as it is now, or was before it went."""
        rule = self.new or self.old
        if rule is None:
            raise ValueError("a change is of a rule")
        return rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two policies compared; `kept` rules are the same to the letter."""

    old: Policy
    new: Policy
    changes: tuple[Change, ...]
    kept: int

    @property
    def same(self) -> bool:
        """It is proven that both policies decide the same of every facts at every moment."""
        return not any(change.regions for change in self.changes)

    def regions_of(self, facts: Sequence[Fact], at: datetime) -> Iterator[Region]:
        """The regions in which facts lie, those that rules concluded among them."""
        for change in self.changes:
            yield from (one for one in change.regions if one.holds(facts, at))


def compare(old: Policy, new: Policy) -> Comparison:
    """Compare two policies rule by rule, and each rule that changed with all of the other side."""
    outweighing = Outweighing((*old.rules, *new.rules))
    sides = _Sides(old=_Side(old, outweighing), new=_Side(new, outweighing))
    changes: list[Change] = []
    kept = 0
    for before, after in paired(old, new):
        change = _change(before, after, sides)
        if change.what:
            changes.append(change)
        else:
            kept += 1
    return Comparison(old=old, new=new, changes=tuple(changes), kept=kept)


class _Side:
    """One policy, its rules by what they conclude."""

    def __init__(self, policy: Policy, outweighing: Outweighing) -> None:
        self._outweighing = outweighing
        self._rules: defaultdict[str, list[Rule]] = defaultdict(list)
        self._facts: dict[str, Fact] = {}
        for rule in policy.rules:
            for fact in {one.canonical(): one for one in rule.conclusions}.values():
                self._rules[fact.canonical()].append(rule)
                self._facts[fact.canonical()] = fact

    def concluding(self, fact: Fact) -> list[Rule]:
        """The rules that conclude a fact, then those that conclude one that outweighs it."""
        over = (f for f, one in self._facts.items() if self._outweighing.outweighs(one, fact))
        return [rule for form in (fact.canonical(), *over) for rule in self._rules[form]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sides:
    old: _Side
    new: _Side


def _change(old: Rule | None, new: Rule | None, sides: _Sides) -> Change:
    regions: list[Region] = []
    covered: list[Covered] = []
    if old is None or new is None or meaning(old) != meaning(new):
        for one in (*_lost(old, new, sides), *_gained(old, new, sides)):
            if isinstance(one, Region):
                regions.append(one)
            else:
                covered.append(one)
    said = () if old is None or new is None else tuple(texts(old, new))
    return Change(
        old=old,
        new=new,
        what=tuple(became(old, new, said, decides=bool(regions))),
        texts=said,
        regions=tuple(regions),
        covered=tuple(covered),
    )


def _lost(old: Rule | None, new: Rule | None, sides: _Sides) -> Iterator[Region | Covered]:
    if old is not None:
        yield from _only(old, new, sides.new, gained=False)


def _gained(old: Rule | None, new: Rule | None, sides: _Sides) -> Iterator[Region | Covered]:
    if new is not None:
        yield from _only(new, old, sides.old, gained=True)


def _only(
    rule: Rule, counterpart: Rule | None, other: _Side, *, gained: bool
) -> Iterator[Region | Covered]:
    """Where a rule concludes what the other side does not, or by which rules that does."""
    for effective in _spans(rule, counterpart):
        pieces: defaultdict[Alternative, list[Fact]] = defaultdict(list)
        for fact in rule.conclusions:
            others = [r for r in other.concluding(fact) if r is not counterpart]
            for piece in _left(rule, counterpart, fact, effective):
                by = _covering(piece, others, effective)
                if by:
                    yield Covered(rule=rule, gained=gained, conclusion=fact, by=by)
                else:
                    pieces[piece].append(fact)
        for piece, facts in pieces.items():
            yield Region(
                rule=rule,
                gained=gained,
                conclusions=tuple(facts),
                asked=piece,
                effective=effective,
            )


def _left(
    rule: Rule, counterpart: Rule | None, fact: Fact, effective: Effective
) -> Iterator[Alternative]:
    """Where a rule comes to a conclusion and its counterpart does not."""
    theirs: tuple[Conjunction, ...] = ()
    if counterpart is not None and fact.canonical() in _forms(counterpart):
        theirs = counterpart.conditions if _spanning(counterpart.effective, effective) else ()
    shared = {normal(one) for one in theirs}
    for one in rule.conditions:
        if normal(one) not in shared:
            yield from remainder([Alternative.of(one)], map(Alternative.of, theirs))


def _covering(piece: Alternative, others: Iterable[Rule], effective: Effective) -> tuple[str, ...]:
    """The rules that together hold wherever the piece does; none where they do not."""
    able = {
        rule.id: [*map(Alternative.of, rule.conditions)]
        for rule in others
        if _spanning(rule.effective, effective)
    }
    for name, alternatives in able.items():
        if not remainder([piece], alternatives):
            return (name,)
    left: tuple[Alternative, ...] = (piece,)
    by: list[str] = []
    for name, alternatives in able.items():
        after = remainder(left, alternatives)
        by += [name] if after != left else []
        left = after
        if not left:
            return tuple(by)
    return ()


def _spanning(wide: Effective, narrow: Effective) -> bool:
    begins = wide.start is None or (narrow.start is not None and wide.start <= narrow.start)
    ends = wide.end is None or (narrow.end is not None and narrow.end <= wide.end)
    return begins and ends


def _spans(rule: Rule, other: Rule | None) -> Iterator[Effective]:
    """The stretches of time in which a rule is in force and the other does not begin or end."""
    own = rule.effective
    ends = {} if other is None else {other.effective.start, other.effective.end}
    cuts = sorted(one for one in ends if one is not None and _inside(one, own))
    yield from (
        Effective(start=start, end=end) for start, end in pairwise([own.start, *cuts, own.end])
    )


def _inside(moment: datetime, effective: Effective) -> bool:
    return effective.at(moment) and moment != effective.start


def _forms(rule: Rule) -> frozenset[str]:
    return frozenset(fact.canonical() for fact in rule.conclusions)

"""Grounding: facts that a situation could give, from which a policy concludes what rules ask.

What a rule asks of earlier strata is traced back to the rules that conclude it, down to facts
that nobody concludes; the policy is then run on them, and what fires too much is kept away.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Final

from ontology.facts import Catalogue, Fact
from ontology.kinds import Kind
from rules.gathering import MOST_WAYS, gathered
from rules.policy import Policy
from rules.regions import Region
from rules.rule import Effective, Rule
from rules.situations import Asked, Never, Situation, situation
from rules.strata import Engines, Evaluation, evaluate
from rules.value_sets import ValueSet

MOST_TRACES: Final = 120
MOST_ATTEMPTS: Final = 6

Check = Callable[[Evaluation], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One way to a concluded fact: an alternative of a rule."""

    rule: Rule
    asked: Asked
    fact: Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What must be given: parts without concluded facts, and the rules that conclude the rest."""

    parts: tuple[Asked, ...]
    rules: tuple[Rule, ...] = ()
    kept_away: tuple[Region, ...] = ()
    """Concluded facts that must not come about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """Facts, and a moment at which they show what was looked for."""

    facts: tuple[Fact, ...]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class _Derived:
    """What was given for a concluded fact; `sure` where nothing else was asked for it."""

    asked: Asked
    sure: bool


@dataclass(slots=True, kw_only=True)
class Grounds:
    """Finds examples for one policy; `at` is the moment that is preferred."""

    policy: Policy
    catalogue: Catalogue
    at: datetime
    engines: Engines = field(init=False)
    asked: Mapping[str, tuple[Asked, ...]] = field(init=False)
    sources: Mapping[str, Sequence[Source]] = field(init=False)

    def __post_init__(self) -> None:
        """Read every rule as regions, and note what each concludes."""
        self.engines = Engines.compiled(self.policy)
        self.asked = {r.id: tuple(map(Asked.of, r.conditions)) for r in self.policy.rules}
        found: defaultdict[str, list[Source]] = defaultdict(list)
        for rule in self.policy.rules:
            for asked in self.asked[rule.id]:
                for fact in rule.conclusions:
                    found[fact.kind].append(Source(rule=rule, asked=asked, fact=fact))
        self.sources = {
            kind: sorted(some, key=lambda one: len(one.asked.places))
            for kind, some in found.items()
        }

    @property
    def kinds(self) -> Mapping[str, Kind]:
        """The kinds of facts by name."""
        return self.catalogue.kinds

    def example(
        self,
        wanted: Sequence[Asked],
        rules: Sequence[Rule],
        check: Check,
        *,
        single: bool = True,
        unwanted: Sequence[Asked] = (),
    ) -> Example | Never:
        """The first facts found on which the policy passes the check.

        "never" is proven: no facts fulfil what is wanted (with `single`, none of which a kind has
        one). "unknown" says that the search ended first.
        """
        sure = True
        for at_trace, trace in enumerate(self.traces(wanted)):
            if at_trace == MOST_TRACES:
                return "unknown"
            at = self.moment((*rules, *trace.rules))
            if at is None:
                continue
            ways = [*islice(gathered(trace.parts, self.kinds, single=single), MOST_WAYS)]
            sure = sure and len(ways) < MOST_WAYS
            for asked in ways:
                found = self._tried(asked, trace, at, check, unwanted)
                if isinstance(found, Example):
                    return found
                sure = sure and found == "never"
        return "never" if sure else "unknown"

    def moment(self, rules: Iterable[Rule]) -> datetime | None:
        """A moment at which all the rules are in force: `at`, or the first one; None without."""
        windows = [rule.effective for rule in rules]
        starts = [window.start for window in windows if window.start is not None]
        return next(
            (one for one in (self.at, *sorted(starts)) if all(w.at(one) for w in windows)), None
        )

    def traces(self, wanted: Sequence[Asked]) -> Iterator[Trace]:
        """The ways to what is asked, each down to facts that no rule concludes."""
        yield from self._traced([*wanted], Trace(parts=()))

    def _traced(self, rest: list[Asked], done: Trace) -> Iterator[Trace]:
        if not rest:
            yield done
            return
        first, *others = rest
        at = next((at for at, p in enumerate(first.places) if self._concluded(p.kind)), None)
        if at is None:
            kept = tuple(w.region for w in first.without if self._concluded(w.region.kind))
            given = tuple(w for w in first.without if not self._concluded(w.region.kind))
            part = replace(first, without=given)
            more = replace(done, parts=(*done.parts, part), kept_away=(*done.kept_away, *kept))
            yield from self._traced(others, more)
            return
        for source in self.sources.get(first.places[at].kind, ()):
            if first.places[at].has(source.fact):
                left = _settled(first, at, source.fact)
                if left is not None:
                    rules = (*done.rules, source.rule)
                    yield from self._traced(
                        [left, source.asked, *others], replace(done, rules=rules)
                    )

    def _concluded(self, kind: str) -> bool:
        return self.kinds[kind].stratum is not None

    def _tried(
        self, asked: Asked, trace: Trace, at: datetime, check: Check, unwanted: Sequence[Asked]
    ) -> Example | Never:
        """Facts as asked; where rules conclude what must be kept away, others, a few times."""
        kept_out, sure = [*unwanted], True
        for _ in range(MOST_ATTEMPTS):
            found = situation(asked, kept_out)
            if not isinstance(found, Situation):
                return found if sure else "unknown"
            facts = self.facts(found)
            if facts is None:
                return "unknown"
            result = evaluate(self.policy, facts, at, self.engines)
            if check(result):
                return Example(facts=facts, at=at)
            more = [*self._too_much(result, trace.kept_away)]
            if not more:
                return "unknown"
            kept_out += (derived.asked for derived in more)
            sure = sure and all(derived.sure for derived in more)
        return "unknown"

    def facts(self, found: Situation) -> tuple[Fact, ...] | None:
        """The smallest facts of a situation; None where a pattern of texts hides them."""
        facts = [region.fact(self.catalogue) for region in found.places]
        sure = {fact.place(): fact for fact in facts if fact is not None}
        return None if None in facts else tuple(sure[form] for form in sorted(sure))

    def _too_much(self, result: Evaluation, kept_away: Collection[Region]) -> Iterator[_Derived]:
        """What was given for the facts that must not come about."""
        for firing in result.firings:
            if any(region.has(fact) for fact in firing.conclusions for region in kept_away):
                yield self._derived(firing.rule, result, kept_away)

    def _derived(self, rule: str, result: Evaluation, kept_away: Collection[Region]) -> _Derived:
        """All that was asked of given facts, from a rule that fired down to the first ones.

        What is kept away anyway is absent, whatever else is given.
        """
        asked = next(one for one in self.asked[rule] if _fits(one, result.facts))
        places: list[Region] = []
        without = [w for w in asked.without if not self._concluded(w.region.kind)]
        sure = self.policy.rule(rule).effective == Effective() and not asked.links
        for one in asked.without:
            kept = one.anchor is None and any(one.region.within(far) for far in kept_away)
            sure = sure and (kept or not self._concluded(one.region.kind))
        for place in asked.places:
            if not self._concluded(place.kind):
                places.append(place)
                continue
            firing = next(f for f in result.firings if any(map(place.has, f.conclusions)))
            deeper = self._derived(firing.rule, result, kept_away)
            places += deeper.asked.places
            without += deeper.asked.without
            sure = sure and deeper.sure
        return _Derived(asked=Asked(places=tuple(places), without=tuple(without)), sure=sure)


def _fits(asked: Asked, facts: Iterable[Fact]) -> bool:
    found = [*facts]
    return all(any(map(place.has, found)) for place in asked.places) and not any(
        w.anchor is None and w.region.has(fact) for w in asked.without for fact in found
    )


def _settled(asked: Asked, at: int, fact: Fact) -> Asked | None:
    """What is still asked once one place is filled by a concluded fact."""
    places = [*asked.places]
    for ends in asked.links:
        for (here, mine), (there, theirs) in (ends, ends[::-1]):
            if here == at and there != at:
                value = fact.values.get(mine.name)
                met = (
                    None
                    if value is None
                    else places[there].narrowed(ValueSet.holding(theirs, value))
                )
                if met is None:
                    return None
                places[there] = met
    rest = [one for one in range(len(places)) if one != at]
    to = {old: new for new, old in enumerate(rest)}
    return Asked(
        places=tuple(places[one] for one in rest),
        links=tuple(
            ((to[a], f), (to[b], g)) for (a, f), (b, g) in asked.links if at not in {a, b}
        ),
        without=tuple(
            replace(w, anchor=None if w.anchor is None else to.get(w.anchor))
            for w in asked.without
        ),
    )

"""An inquiry into a policy: what its rules fire on, what they imply, and what engines confirm."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import islice, product

from ontology.facts import STRATA, Catalogue, Fact
from rules.compiled import Compiled
from rules.conditions import MOST_ALTERNATIVES
from rules.grounding import Check, Example, Grounds
from rules.implication import follows
from rules.policy import Policy
from rules.regions import Region
from rules.rule import Rule
from rules.situations import Asked, Never, Situation, Without, situation
from rules.strata import Engines, Evaluation, evaluate


@dataclass(kw_only=True)
class Inquiry:
    """One policy at one moment, and all that is asked about it again and again."""

    policy: Policy
    catalogue: Catalogue
    at: datetime
    _samples: dict[str, tuple[frozenset[str], ...]] = field(default_factory=dict)

    @cached_property
    def grounds(self) -> Grounds:
        """The finder of examples."""
        return Grounds(policy=self.policy, catalogue=self.catalogue, at=self.at)

    @cached_property
    def engines(self) -> Engines:
        """Every engine there is."""
        return Engines.of(self.policy)

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """The rules that are in force, or will be."""
        ends = ((rule, rule.effective.end) for rule in self.policy.rules)
        return tuple(rule for rule, end in ends if end is None or end > self.at)

    @cached_property
    def read(self) -> Mapping[str, tuple[Region, ...]]:
        """By kind, what rules ask of facts that rules conclude."""
        found: defaultdict[str, dict[Region, None]] = defaultdict(dict)
        for asked in (one for rule in self.rules for one in self.grounds.asked[rule.id]):
            for region in (*asked.places, *(without.region for without in asked.without)):
                found[region.kind][region] = None
        return {kind: tuple(some) for kind, some in found.items()}

    @cached_property
    def _concluding(self) -> Mapping[str, tuple[Rule, ...]]:
        found: defaultdict[str, dict[str, Rule]] = defaultdict(dict)
        for rule in self.rules:
            for fact in rule.conclusions:
                found[fact.kind][rule.id] = rule
        return {kind: tuple(some.values()) for kind, some in found.items()}

    def given(self, kind: str) -> bool:
        """Whether a situation gives facts of a kind, and no rule concludes them."""
        return self.catalogue.kinds[kind].stratum is None

    def concluding(self, kind: str) -> tuple[Rule, ...]:
        """The rules that conclude a kind of fact."""
        return self._concluding.get(kind, ())

    def kinds_of(self, rule: Rule) -> frozenset[str]:
        """The kinds of which a rule needs a fact, whichever of its alternatives holds."""
        asked = self.grounds.asked[rule.id]
        return frozenset.intersection(*(frozenset(p.kind for p in a.places) for a in asked))

    def absent_of(self, rule: Rule) -> frozenset[str]:
        """The kinds of which a rule asks that some fact be absent."""
        asked = self.grounds.asked[rule.id]
        return frozenset(without.region.kind for one in asked for without in one.without)

    @cached_property
    def _fire(self) -> tuple[Callable[[Sequence[Fact]], frozenset[str]], ...]:
        compiled = [Compiled(rules) for name in STRATA if (rules := self.policy.stratum(name))]
        return tuple(_names(one) for one in compiled)

    def sampled(self, rule: Rule) -> frozenset[str]:
        """The rules that fire on a smallest situation of each alternative of a rule.

        What the rule implies is among them.
        """
        if rule.id not in self._samples:
            self._samples[rule.id] = tuple(map(self._sample, self.grounds.asked[rule.id]))
        some = [one for one in self._samples[rule.id] if one]
        return frozenset.intersection(*some) if some else frozenset()

    def _sample(self, asked: Asked) -> frozenset[str]:
        found = situation(asked)
        facts = self.grounds.facts(found) if isinstance(found, Situation) else None
        if facts is None:
            return frozenset()
        return frozenset().union(*(fire(facts) for fire in self._fire))

    def beyond(self, rule: Rule, others: Iterable[Rule]) -> Never | Situation:
        """Facts on which a rule fires and none of the others do; "never" where there are none."""
        unwanted = [asked for other in others for asked in self.grounds.asked[other.id]]
        sure = True
        for asked in self.grounds.asked[rule.id]:
            if any(follows(asked, other) for other in unwanted):
                continue
            found = situation(asked, unwanted)
            if isinstance(found, Situation):
                return found
            sure = sure and found == "never"
        return "never" if sure else "unknown"

    def firing(
        self,
        rules: Sequence[Rule],
        *,
        single: bool = False,
        without: Sequence[Without] = (),
        to_tell: bool = True,
    ) -> Example | Never:
        """Facts on which all the rules fire, and from which nothing of `without` comes.

        What is `to_tell` is confirmed by every engine; facts on which they disagree are none.
        """
        check = _and_not(fires(rule.id for rule in rules), [one.region for one in without])
        answers = set[Never]()
        for wanted in _each([self.grounds.asked[rule.id] for rule in rules]):
            apart = [Asked(places=(), without=tuple(without))] if without else []
            found = self.grounds.example([*wanted, *apart], rules, check, single=single)
            if isinstance(found, Example) and (not to_tell or self.confirms(found, check)):
                return found
            answers.add("unknown" if isinstance(found, Example) else found)
        return "never" if answers <= {"never"} else "unknown"

    def confirms(self, example: Example, check: Check) -> bool:
        """Whether every engine shows it."""
        found = evaluate(self.policy, example.facts, example.at, self.engines)
        return not found.disagreements and not found.errors and check(found)


def fires(names: Iterable[str], quiet: Iterable[str] = ()) -> Check:
    """Whether some rules fire, and others don't."""
    wanted, silent = {*names}, {*quiet}

    def check(found: Evaluation) -> bool:
        fired = {firing.rule for firing in found.firings}
        return wanted <= fired and not silent & fired

    return check


def _and_not(check: Check, regions: Sequence[Region]) -> Check:
    return lambda found: (
        check(found) and not any(region.has(fact) for region in regions for fact in found.facts)
    )


def _names(engine: Compiled) -> Callable[[Sequence[Fact]], frozenset[str]]:
    return lambda facts: frozenset(engine.fire(facts).matched)


def _each(alternatives: Sequence[Sequence[Asked]]) -> Iterable[Sequence[Asked]]:
    return islice(product(*alternatives), MOST_ALTERNATIVES)

"""A rule on trial: how far recorded figures go towards firing it, and whom it would tell."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import inf
from typing import Final

from ontology.decisions import Decision
from ontology.facts import Fact
from ontology.identity import ThingId
from rules.combine import decide
from rules.policy import Policy
from rules.strata import Engines, evaluate
from rules.thresholds import (
    Height,
    Reach,
    forced,
    opened,
    reach,
    reads_figures,
    threshold,
)
from service.alerts import TIERS

Heights = tuple[Height, ...]

_STANDING: Final = ("tier", "tier_age")
"""What decisions of then have left on an incident: under another threshold it would differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A team that is told, at a tier."""

    tier: str
    team: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One look at one incident.

    The rule fires where a threshold is met by any of `sure`; where only `unsure` ones meet it,
    nobody can tell. Each has a height for each threshold. `tells` are those whom it then tells;
    `others` whether other rules that read figures tell somebody now.
    """

    incident: ThingId
    at: datetime
    sure: tuple[Heights, ...] = ()
    unsure: tuple[Heights, ...] = ()
    tells: frozenset[Told] = frozenset()
    others: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bench:
    """A policy with some of its rules, ready to decide."""

    policy: Policy
    engines: Engines

    @classmethod
    def of(cls, policy: Policy) -> "_Bench":
        return cls(policy=policy, engines=Engines.compiled(policy))

    def decide(self, facts: Sequence[Fact], at: datetime) -> Decision:
        return decide(facts, self.policy, at, self.engines)


class Trial:
    """One rule of a policy, with its thresholds left open.

    What it brings about is what the policy concludes with it and not without it, all other rules
    that read figures set aside: each of those has a budget of its own.
    """

    def __init__(self, policy: Policy, rule: str, fields: Sequence[str]) -> None:
        """Put a rule on trial.

        Raises:
            KeyError: the policy has no such rule.
            ThresholdInvalid: the rule has no such threshold, or none that can be moved together.
        """
        mine = policy.rule(rule)
        self.chosen: Final = tuple(threshold(mine, name) for name in fields)
        self._opened: Final = opened(mine, self.chosen)
        others = [one for one in policy.rules if one.id != rule]
        plain = [one for one in others if not reads_figures(one)]
        self._off: Final = _Bench.of(policy.having(plain))
        self._on: Final = _Bench.of(policy.having([*plain, *(o.rule for o in self._opened)]))
        self._others: Final = _Bench.of(policy.having(others))
        certain = forced(mine)
        self._forced: Final = (
            None if certain is None else _Bench.of(policy.having([*plain, certain]))
        )
        self._told: Final[set[ThingId]] = set()

    def look(self, incident: ThingId, at: datetime, facts: Iterable[Fact], *, blind: bool) -> Look:
        """What the facts of one moment say; `blind` where a feed was silent or posts are lost."""
        known = [without_standing(fact) for fact in facts]
        reaches = [*self._reaches(known, at)]
        sure = tuple(sorted({one.heights for one in reaches if one.sure}))
        unsure = tuple(sorted({one.heights for one in reaches if not one.sure}))
        by_others = incident in self._told
        if not (reaches or blind) and by_others:
            return Look(incident=incident, at=at, others=True)
        off = self._off.decide(known, at)
        tells = _more(self._on.decide(known, at), off) if reaches else frozenset[Told]()
        if blind:
            unsure = ((inf,) * len(self.chosen),)
            tells = tells or self._if_it_fired(known, at, off)
        return Look(
            incident=incident,
            at=at,
            sure=sure,
            unsure=unsure,
            tells=tells,
            others=by_others or self._by_others(incident, known, at, off),
        )

    def _reaches(self, facts: Sequence[Fact], at: datetime) -> Iterator[Reach]:
        found = evaluate(self._on.policy, facts, at, self._on.engines)
        fired = {firing.rule: firing.matched for firing in found.firings}
        for one in self._opened:
            if one.rule.id in fired:
                yield from reach(one, fired[one.rule.id])

    def _if_it_fired(self, facts: Sequence[Fact], at: datetime, off: Decision) -> frozenset[Told]:
        if self._forced is None:
            return frozenset()
        return _more(self._forced.decide(facts, at), off)

    def _by_others(
        self, incident: ThingId, facts: Sequence[Fact], at: datetime, off: Decision
    ) -> bool:
        """Whether others tell somebody; asked until they first do, which is all that counts."""
        told = bool(_more(self._others.decide(facts, at), off))
        if told:
            self._told.add(incident)
        return told


def _more(on: Decision, off: Decision) -> frozenset[Told]:
    """Whom one decision tells and the other does not: the first team, and who is notified."""
    before = {one.team for one in off.notifications}
    found = {Told(tier=on.tier, team=n.team) for n in on.notifications if n.team not in before}
    if TIERS.index(on.tier) > TIERS.index(off.tier):
        found.add(Told(tier=on.tier, team=on.routes[0].team))
    return frozenset(found)


def without_standing(fact: Fact) -> Fact:
    """An incident as it would stand had no decision raised its tier; a stand-down is kept."""
    if fact.kind != "incident" or fact.values.get("stood_down") is True:
        return fact
    kept = {name: value for name, value in fact.values.items() if name not in _STANDING}
    return replace(fact, values=kept)

"""Combining: facts and a policy become one decision; deny overrides and caution is the default."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final

from ontology.decisions import (
    SEMANTICS,
    Caution,
    Decision,
    Duty,
    Notification,
    RecoveryStep,
    Requirement,
    Response,
    Route,
    Verdict,
)
from ontology.facts import Fact
from rules import merging, reaching
from rules.caution import FLOOR, asked, broken, doubts, verdict
from rules.policy import Policy
from rules.snoozing import Weighed, weigh
from rules.strata import Engines

_PLAIN: Final = "1"
"""The semantics in which routes named teams and nothing else."""


def decide(
    facts: Sequence[Fact],
    policy: Policy,
    at: datetime,
    engines: Engines,
    semantics: str = SEMANTICS,
) -> Decision:
    """Decide, purely: the same facts in any order give the same decision, byte for byte.

    `at` is aware; it settles which rules are in effect. A replay names the `semantics` of then.
    """
    result = weigh(policy, facts, at, engines)
    of = Combining(facts, result, semantics)
    counting = merging.determining(result.firings, of.top, of.prohibitions)
    return Decision(
        tier=of.tier,
        verdict=of.verdict,
        within=of.within,
        cluster=of.cluster,
        threat=of.threat,
        detections=of.detections,
        routes=of.routes,
        responses=of.responses,
        requirements=of.requirements,
        prohibitions=of.prohibitions,
        broken=of.broken,
        notifications=of.notifications,
        duties=of.duties,
        recovery=of.recovery,
        cautions=of.cautions,
        firings=counting,
        outranked=tuple(sorted(result.fired - {f.rule for f in counting})),
        errors=tuple(sorted(set(result.errors), key=lambda error: (error.rule, error.reason))),
        disagreements=tuple(sorted(set(result.disagreements))),
        policy=policy.digest,
        at=at,
        semantics=semantics,
        set_aside=result.set_aside,
    )


class Combining:
    """The parts of a decision, each worked out when it is asked for."""

    def __init__(self, facts: Sequence[Fact], result: Weighed, semantics: str = SEMANTICS) -> None:
        """Combine what was concluded from facts."""
        self._facts: Final = facts
        self._result: Final = result
        self._plain: Final = semantics == _PLAIN
        self._of: Final = _by_kind(result.concluded)

    @cached_property
    def top(self) -> str | None:
        """The highest tier that any rule concluded."""
        return merging.highest(self._of["escalation"], "escalation", "tier")

    @property
    def tier(self) -> str:
        """How far up it goes."""
        return self._tier[0]

    @property
    def within(self) -> timedelta | None:
        """The time to act of the tier."""
        return self._tier[1]

    @cached_property
    def cluster(self) -> str:
        """Whose responsibility people see."""
        return merging.cluster(self._of["classification"])

    @cached_property
    def threat(self) -> str | None:
        """The highest threat."""
        return merging.highest(self._of["threat"], "threat", "level")

    @cached_property
    def detections(self) -> tuple[str, ...]:
        """What was detected."""
        return merging.names(self._of["detection"], "name")

    @cached_property
    def routes(self) -> tuple[Route, ...]:
        """Who answers."""
        if self._plain:
            return self._routed
        return reaching.arriving(self._routed, self._facts, ruled=bool(self._of["routing"]))

    @cached_property
    def prohibitions(self) -> tuple[str, ...]:
        """What must not be done."""
        return merging.names(self._of["prohibition"], "name")

    @cached_property
    def broken(self) -> tuple[str, ...]:
        """The prohibitions that the message breaks."""
        return broken(self._messages, self.prohibitions)

    @cached_property
    def requirements(self) -> tuple[Requirement, ...]:
        """What must be done first."""
        return merging.requirements(
            self._of["requirement"], self._messages if self._doubts else []
        )

    @cached_property
    def verdict(self) -> Verdict:
        """Whether the message may go out."""
        return verdict(self._messages, self.broken, self.requirements)

    @cached_property
    def responses(self) -> tuple[Response, ...]:
        """How to answer."""
        return merging.responses(self._of["response"], self.prohibitions)

    @cached_property
    def notifications(self) -> tuple[Notification, ...]:
        """Who must be told."""
        return merging.notifications(self._of["notification"])

    @cached_property
    def duties(self) -> tuple[Duty, ...]:
        """What is owed to our own people."""
        return merging.duties(self._result.firings)

    @cached_property
    def recovery(self) -> tuple[RecoveryStep, ...]:
        """What brings trust back."""
        return merging.recovery(self._of["recovery"])

    @cached_property
    def cautions(self) -> tuple[Caution, ...]:
        """Why it is more careful than the rules alone."""
        rerouted = [*_rerouted(self._of, self._routed, self._away)]
        if not self._plain:
            rerouted += reaching.doubtful(self._facts)
        raised = _raised(self.top, self.tier, self._facts)
        return _sorted([*self._doubts, *raised, *rerouted, *self._result.cautions])

    @cached_property
    def _doubts(self) -> list[Caution]:
        return doubts(self._facts, self._result.errors, self._result.disagreements)

    @cached_property
    def _tier(self) -> tuple[str, timedelta | None]:
        floors = [*merging.held(self._facts), *([FLOOR] if self._doubts else [])]
        return merging.tier(self._of["escalation"], floors)

    @cached_property
    def _away(self) -> frozenset[str]:
        return merging.off_call(self._facts)

    @cached_property
    def _messages(self) -> list[Fact]:
        return asked(self._facts)

    @cached_property
    def _routed(self) -> tuple[Route, ...]:
        """The routes before temporary ones."""
        return merging.routes(self._of["routing"], self._away)


def _by_kind(facts: Iterable[Fact]) -> defaultdict[str, list[Fact]]:
    found: defaultdict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        found[fact.kind].append(fact)
    return found


def _raised(top: str | None, tier: str, facts: Sequence[Fact]) -> Iterable[Caution]:
    """The standing tier is why it is higher than the rules alone would have it."""
    lowest = merging.scale("escalation", "tier")[0]
    if tier not in (top, lowest) and tier in merging.held(facts):
        yield Caution(name="tier-held", about=tier)


def _rerouted(
    of: Mapping[str, Sequence[Fact]], routes: Sequence[Route], away: frozenset[str]
) -> Iterable[Caution]:
    if not of["routing"]:
        yield Caution(name="no-route", about=merging.DUTY_OFFICER)
    missed = {route.instead_of for route in routes} | {r.team for r in routes if r.team in away}
    for team in missed - {None}:
        yield Caution(name="nobody-on-call", about=str(team))


def _sorted(cautions: Iterable[Caution]) -> tuple[Caution, ...]:
    return tuple(sorted(set(cautions), key=lambda caution: (caution.name, caution.about)))

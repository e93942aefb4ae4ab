"""Combining: facts and a policy become one decision; deny overrides and caution is the default."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from ontology.decisions import SEMANTICS, Caution, Decision, Route
from ontology.facts import Fact
from rules import merging, reaching
from rules.caution import FLOOR, asked, broken, doubts, verdict
from rules.policy import Policy
from rules.snoozing import weigh
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
    of = _by_kind(result.concluded)
    doubtful = doubts(facts, result.errors, result.disagreements)
    floors = [*merging.held(facts), *([FLOOR] if doubtful else [])]
    tier, within = merging.tier(of["escalation"], floors)
    away, messages = merging.off_call(facts), asked(facts)
    routes = merging.routes(of["routing"], away)
    rerouted = [*_rerouted(of, routes, away)]
    if semantics != _PLAIN:
        routes = reaching.arriving(routes, facts, ruled=bool(of["routing"]))
        rerouted += reaching.doubtful(facts)
    prohibitions = merging.names(of["prohibition"], "name")
    breaks = broken(messages, prohibitions)
    requirements = merging.requirements(of["requirement"], messages if doubtful else [])
    top = merging.highest(of["escalation"], "escalation", "tier")
    counting = merging.determining(result.firings, top, prohibitions)
    return Decision(
        tier=tier,
        verdict=verdict(messages, breaks, requirements),
        within=within,
        cluster=merging.cluster(of["classification"]),
        threat=merging.highest(of["threat"], "threat", "level"),
        detections=merging.names(of["detection"], "name"),
        routes=routes,
        responses=merging.responses(of["response"], prohibitions),
        requirements=requirements,
        prohibitions=prohibitions,
        broken=breaks,
        notifications=merging.notifications(of["notification"]),
        duties=merging.duties(result.firings),
        recovery=merging.recovery(of["recovery"]),
        cautions=_sorted([*doubtful, *_raised(top, tier, facts), *rerouted, *result.cautions]),
        firings=counting,
        outranked=tuple(sorted(result.fired - {f.rule for f in counting})),
        errors=tuple(sorted(set(result.errors), key=lambda error: (error.rule, error.reason))),
        disagreements=tuple(sorted(set(result.disagreements))),
        policy=policy.digest,
        at=at,
        semantics=semantics,
        set_aside=result.set_aside,
    )


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

"""Snoozing: rules whose escalations, notifications and detections people put off for a while.

Whatever protects stays: requirements, prohibitions and duties hold as if nobody had snoozed
anything, and rules about people at risk can't be snoozed at all.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final, cast

from ontology.decisions import Caution, Firing, RuleError, SetAside
from ontology.facts import Fact
from rules.policy import Policy
from rules.rule import Rule
from rules.sfeel import holds
from rules.strata import Engines, Evaluation, evaluate

KIND: Final = "snooze"
ABOUT: Final = ("incident", "customer", "touchpoint", "region", "feed")
"""The kinds of things for which a rule can be snoozed."""

MAY_BE: Final = frozenset({"detection", "escalation", "notification"})
"""What the rules conclude that can be snoozed."""

_LOWERED: Final = MAY_BE | {"routing"}
"""What is concluded as if the snoozed rules were not there; who answers follows the tier."""

AT_RISK: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "incident": frozenset({"people_at_risk", "harm", "colleagues_hurt"}),
        "customer": frozenset({"vulnerable", "bereaved", "minor"}),
        "signal": frozenset({"urgency"}),
        "spread": frozenset({"urgency_share"}),
    }
)
"""Fields of facts by which rules look after people who may be or were hurt, or are in need."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """What a policy concludes with some of its rules snoozed.

    `concluded` are the conclusions that count; `firings` those of rules that count, `fired` the
    names of all that fired.
    """

    concluded: tuple[Fact, ...]
    firings: tuple[Firing, ...]
    fired: frozenset[str]
    set_aside: tuple[SetAside, ...]
    cautions: tuple[Caution, ...]
    errors: tuple[RuleError, ...]
    disagreements: tuple[str, ...]


def refusal(rule: Rule, policy: Policy) -> str | None:
    """Why a rule can't be snoozed; None where it can."""
    others = sorted({fact.kind for fact in rule.conclusions} - MAY_BE)
    if others:
        return (
            f"it concludes {', '.join(others)}; only rules that conclude nothing but"
            f" {', '.join(sorted(MAY_BE))} can be snoozed"
        )
    asked = next(_at_risk(rule), None)
    if asked is None:
        known = {
            name: one.id for one in policy.rules if any(_at_risk(one)) for name in _finds(one)
        }
        asked = next((f"{name}, which {known[name]} finds" for name in _needs(rule, known)), None)
    if asked is None:
        return None
    return f"it asks {asked}: what looks after people at risk is never snoozed"


def _at_risk(rule: Rule) -> Iterator[str]:
    """The fields that a rule asks of people who may be hurt."""
    for conjunction in rule.conditions:
        for pattern in conjunction.patterns:
            for ask in pattern.asks:
                if ask.field.name in AT_RISK.get(pattern.kind, ()):
                    yield f"{pattern.kind}.{ask.field.name}"


def _finds(rule: Rule) -> Iterator[str]:
    """What a rule detects."""
    return (str(fact.values["name"]) for fact in rule.conclusions if fact.kind == "detection")


def _needs(rule: Rule, detections: Iterable[str]) -> Iterator[str]:
    """Those of some detections that fulfil what a rule asks of detections."""
    for conjunction in rule.conditions:
        for pattern in conjunction.patterns:
            for ask in pattern.asks if pattern.kind == "detection" else ():
                yield from (n for n in detections if holds(ask.test, n, ask.field))


def weigh(policy: Policy, facts: Sequence[Fact], at: datetime, engines: Engines) -> Weighed:
    """Evaluate, with the rules off that the facts say are snoozed.

    # INVARIANT: the whole policy is evaluated first, so what it requires, forbids and owes is
    # never less than without snoozes, whichever rules conclude from the snoozed ones.
    """
    full = evaluate(policy, facts, at, engines)
    snoozes = [one for one in facts if one.kind == KIND]
    if not snoozes:
        return _whole(full)
    standing = [one for one in snoozes if _stands(one, policy, at)]
    aside = _aside(full.firings, standing)
    less = evaluate(policy, facts, at, engines, frozenset(aside)) if aside else full
    kept = _kept(full.firings, less.firings, aside)
    fired = {one.rule for one in (*full.firings, *less.firings)}
    return Weighed(
        concluded=tuple(_concluded(full.firings, less.firings, aside)),
        firings=tuple(kept),
        fired=frozenset(fired - aside.keys()),
        set_aside=tuple(_told(rule, aside[rule]) for rule in sorted(aside)),
        cautions=tuple(_void(one) for one in snoozes if one not in standing),
        errors=(*full.errors, *less.errors),
        disagreements=(*full.disagreements, *less.disagreements),
    )


def _whole(full: Evaluation) -> Weighed:
    return Weighed(
        concluded=tuple(fact for firing in full.firings for fact in firing.conclusions),
        firings=full.firings,
        fired=frozenset(firing.rule for firing in full.firings),
        set_aside=(),
        cautions=(),
        errors=full.errors,
        disagreements=full.disagreements,
    )


def _stands(snooze: Fact, policy: Policy, at: datetime) -> bool:
    """Whether a snooze counts: its time is not over, and its rule may be snoozed as it is now."""
    name = snooze.values["rule"]
    rule = next((one for one in policy.rules if one.id == name), None)
    until = cast("datetime", snooze.values["until"])
    return rule is not None and until > at and refusal(rule, policy) is None


def _aside(firings: Iterable[Firing], snoozes: Sequence[Fact]) -> dict[str, Fact]:
    """The rules that fired and are snoozed for what they fired about, by the longest snooze."""
    found: dict[str, Fact] = {}
    for firing in firings:
        of_rule = [one for one in snoozes if one.values["rule"] == firing.rule]
        holding = [one for one in of_rule if _covers(one, of_rule, firing)]
        if holding:
            found[firing.rule] = max(holding, key=_length)
    return found


def _covers(snooze: Fact, of_rule: Sequence[Fact], firing: Firing) -> bool:
    """Whether a firing is about the thing of a snooze, and about no other of its kind.

    A rule that fires for two feeds still counts where only one of them is snoozed. Of other
    things a decision is about one of a kind: the one that its request named.
    """
    kind = str(snooze.values["about"]).partition("/")[0]
    same = [fact.values for fact in firing.matched if fact.kind == kind]
    matched = {str(values["id"]) for values in same if "id" in values}
    snoozed = {str(one.values["about"]) for one in of_rule}
    if not matched:
        return kind != "feed"
    return snooze.values["about"] in matched and matched <= snoozed


def _length(snooze: Fact) -> tuple[datetime, str]:
    return cast("datetime", snooze.values["until"]), snooze.canonical()


def _kept(
    full: Iterable[Firing], less: Iterable[Firing], aside: Mapping[str, Fact]
) -> Iterable[Firing]:
    """The firings that count: all without the snoozed rules, and what protects in any case."""
    found = {one.rule: one for one in full if not _lowers(one) and one.rule not in aside}
    return (found | {one.rule: one for one in less}).values()


def _concluded(
    full: Iterable[Firing], less: Iterable[Firing], aside: Mapping[str, Fact]
) -> Iterable[Fact]:
    for firing in full:
        if firing.rule not in aside:
            yield from (fact for fact in firing.conclusions if fact.kind not in _LOWERED)
    for firing in less:
        yield from firing.conclusions


def _lowers(firing: Firing) -> bool:
    """Whether nothing of what a rule concludes stays where a snooze takes its grounds."""
    return all(fact.kind in _LOWERED for fact in firing.conclusions)


def _told(rule: str, snooze: Fact) -> SetAside:
    values = snooze.values
    return SetAside(
        rule=rule,
        about=str(values["about"]),
        by=str(values["by"]),
        until=cast("datetime", values["until"]),
        snooze=str(values["id"]),
    )


def _void(snooze: Fact) -> Caution:
    """A snooze that doesn't count: the policy has changed since, or its time is over."""
    return Caution(name="snooze-void", about=f"{snooze.values['rule']} by {snooze.values['id']}")

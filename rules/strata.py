"""Evaluation, stratum by stratum: what one concludes is a fact for the next; two engines agree."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from ontology.decisions import Firing, RuleError
from ontology.facts import STRATA, Fact, Origin
from rules.compiled import Compiled, Fired
from rules.policy import Policy
from rules.rulebook import Rule


class Engine(Protocol):
    """Tells which rules of one stratum hold of the facts, with the positions of the facts."""

    def fire(self, facts: Sequence[Fact]) -> Fired:
        """The rules that fire."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What a policy concludes from facts.

    `facts` are the given ones and the concluded ones, sorted; `disagreements` names the rules
    on which the engines differ (their firings are kept: the cautious union).
    """

    facts: tuple[Fact, ...]
    firings: tuple[Firing, ...]
    disagreements: tuple[str, ...] = ()
    errors: tuple[RuleError, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Engines:
    """The engines of one policy, by stratum; the first decides, the others check it."""

    digest: str
    by_stratum: Mapping[str, tuple[Engine, ...]]

    @classmethod
    def of(cls, policy: Policy) -> "Engines":
        """Compile a policy for every engine that is installed."""
        return cls(
            digest=policy.digest,
            by_stratum={
                name: (Compiled(rules),) for name in STRATA if (rules := policy.stratum(name))
            },
        )


def evaluate(policy: Policy, facts: Sequence[Fact], at: datetime, engines: Engines) -> Evaluation:
    """Run every stratum; `at` is aware and settles which rules are in force.

    Equal facts count once, with the origins of all. The order of facts and rules changes nothing.

    Raises:
        ValueError: the engines were compiled for another policy.
    """
    if engines.digest != policy.digest:
        raise ValueError(
            f"engines are of {engines.digest[:12]}…, the policy is {policy.digest[:12]}…"
        )
    known = _merged({}, facts)
    firings: list[Firing] = []
    disagreements: list[str] = []
    errors: list[RuleError] = []
    for members in engines.by_stratum.values():
        forms = sorted(known)
        standing = [known[form] for form in forms]
        fired = [engine.fire(standing) for engine in members]
        disagreements += _differing(fired)
        errors += [error for one in fired for error in one.errors]
        new = _firings(policy, fired, standing, at)
        firings += new
        known = _merged(known, (fact for firing in new for fact in firing.conclusions))
    return Evaluation(
        facts=tuple(known[form] for form in sorted(known)),
        firings=tuple(firings),
        disagreements=tuple(sorted({*disagreements})),
        errors=tuple(sorted({*errors}, key=lambda error: (error.rule, error.reason))),
    )


def _merged(known: Mapping[str, Fact], more: Iterable[Fact]) -> dict[str, Fact]:
    """Facts by their canonical form; equal ones become one with all origins."""
    merged = dict(known)
    for fact in more:
        form = fact.canonical()
        held = merged.get(form)
        merged[form] = fact if held is None else replace(held, origins=_origins(held, fact))
    return merged


def _origins(one: Fact, other: Fact) -> tuple[Origin, ...]:
    return tuple(sorted({*one.origins, *other.origins}, key=lambda o: (o.source, o.ref)))


def _firings(
    policy: Policy, fired: Sequence[Fired], facts: Sequence[Fact], at: datetime
) -> list[Firing]:
    """The union of what the engines found, without rules that are not in force."""
    taken: dict[str, frozenset[int]] = {}
    for one in fired:
        for rule, positions in one.matched.items():
            taken[rule] = taken.get(rule, frozenset()) | positions
    return [
        Firing(
            rule=rule.id,
            conclusions=rule.conclusions,
            matched=tuple(facts[position] for position in sorted(taken[rule.id])),
        )
        for rule in _in_force(policy, sorted(taken), at)
    ]


def _in_force(policy: Policy, names: Iterable[str], at: datetime) -> Iterable[Rule]:
    return (rule for rule in map(policy.rule, names) if rule.effective.at(at))


def _differing(fired: Sequence[Fired]) -> Iterable[str]:
    """The rules that one engine fired otherwise than another."""
    first, *others = (one.matched for one in fired)
    for other in others:
        yield from (rule for rule in {*first, *other} if first.get(rule) != other.get(rule))

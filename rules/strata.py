"""Evaluation, stratum by stratum: what one concludes is a fact for the next; two engines agree."""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Protocol

from ontology.decisions import Firing, RuleError
from ontology.facts import STRATA, Fact, Origin
from rules.compiled import Compiled, Fired
from rules.durable import Durable, EngineFailed, available
from rules.policy import Policy
from rules.rulebook import Rule

MOST_FAULTS: Final = 100


class Engine(Protocol):
    """Tells which rules of one stratum hold of the facts, with the positions of the facts."""

    def fire(self, facts: Sequence[Fact]) -> Fired:
        """The rules that fire.

        Raises:
            EngineFailed: it cannot tell; another engine must.
        """


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
    concluded: Mapping[str, tuple[tuple[bytes, Fact], ...]]
    """What each rule concludes, every fact with its form."""

    faults: deque[str]
    """The newest faults of an engine (never of a rule): the other engine decided alone."""

    @classmethod
    def of(cls, policy: Policy) -> "Engines":
        """Compile a policy: durable-rules where it is installed, generated code always."""
        faults: deque[str] = deque(maxlen=MOST_FAULTS)
        return cls(
            digest=policy.digest,
            by_stratum={
                name: (*_durable(name, rules, faults), Compiled(rules))
                for name in STRATA
                if (rules := policy.stratum(name))
            },
            concluded=_concluded(policy),
            faults=faults,
        )

    @classmethod
    def compiled(cls, policy: Policy) -> "Engines":
        """Compile a policy to generated code only, for backtests over many facts."""
        return cls(
            digest=policy.digest,
            by_stratum={s: (Compiled(rules),) for s in STRATA if (rules := policy.stratum(s))},
            concluded=_concluded(policy),
            faults=deque(maxlen=MOST_FAULTS),
        )


def _concluded(policy: Policy) -> dict[str, tuple[tuple[bytes, Fact], ...]]:
    return {r.id: tuple((fact.place(), fact) for fact in r.conclusions) for r in policy.rules}


def _durable(name: str, rules: Sequence[Rule], faults: deque[str]) -> tuple[Engine, ...]:
    if not available():
        return ()
    try:
        return (Durable(rules),)
    except EngineFailed as error:
        faults.append(f"{name}: {error}")
        return ()


def evaluate(
    policy: Policy,
    facts: Sequence[Fact],
    at: datetime,
    engines: Engines,
    without: frozenset[str] = frozenset(),
) -> Evaluation:
    """Run every stratum; `at` is aware and settles which rules are in force.

    The rules in `without` are as if they were not there.

    Equal facts count once, with the origins of all. The order of facts and rules changes nothing.

    Raises:
        ValueError: the engines were compiled for another policy.
    """
    if engines.digest != policy.digest:
        raise ValueError(
            f"engines are of {engines.digest[:12]}…, the policy is {policy.digest[:12]}…"
        )
    known = _merged({}, ((fact.place(), fact) for fact in facts))
    firings: list[Firing] = []
    disagreements: list[str] = []
    errors: list[RuleError] = []
    for name, members in engines.by_stratum.items():
        forms = sorted(known)
        standing = [known[form] for form in forms]
        fired = [
            one for engine in members for one in _fire(name, engine, standing, engines.faults)
        ]
        disagreements += _differing(fired)
        errors += [error for one in fired for error in one.errors]
        new = [one for one in _firings(policy, fired, standing, at) if one.rule not in without]
        firings += new
        known = _merged(known, (pair for f in new for pair in engines.concluded[f.rule]))
    return Evaluation(
        facts=tuple(known[form] for form in sorted(known)),
        firings=tuple(firings),
        disagreements=tuple(sorted({*disagreements})),
        errors=tuple(sorted({*errors}, key=lambda error: (error.rule, error.reason))),
    )


def _fire(
    name: str, engine: Engine, facts: Sequence[Fact], faults: deque[str]
) -> tuple[Fired, ...]:
    """What an engine finds; nothing, and a note, where the engine itself fails."""
    try:
        return (engine.fire(facts),)
    except EngineFailed as error:
        faults.append(f"{name}: {error}")
        return ()


def _merged(known: Mapping[bytes, Fact], more: Iterable[tuple[bytes, Fact]]) -> dict[bytes, Fact]:
    """Facts by their form; equal ones become one with all origins."""
    merged = dict(known)
    for form, fact in more:
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

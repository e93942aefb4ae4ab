"""Explanations: which rules led to a decision, why they exist, and what they saw."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ontology.decisions import Decision, Firing, RuleError, SetAside
from ontology.events import Json
from ontology.facts import STRATA, Fact, Origin
from ontology.values import encode
from rules.conditions import Ask, Conjunction, Pattern
from rules.policy import Policy
from rules.rulebook import Rule
from rules.sfeel import MISSING, holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One thing that a rule asked of a fact: the test as the author wrote it, and what it found.

    `found` is None where the fact has no such field.
    """

    field: str
    asked: str
    found: str | int | float | bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A fact that a rule matched, what the rule saw in it, and the origins of the fact."""

    fact: Fact
    seen: tuple[Seen, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Because:
    """One rule that fired."""

    rule: Rule
    conclusions: tuple[Fact, ...]
    grounds: tuple[Ground, ...]
    absent: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why a decision is as it is: its rules in the order of their strata."""

    decision: Decision
    because: tuple[Because, ...]
    policy: Policy

    def to_json(self) -> dict[str, Json]:
        """The explanation as an object; dates, times and durations are ISO 8601."""
        made = self.decision
        return {
            "tier": made.tier,
            "policy": made.policy,
            "at": made.at.isoformat().replace("+00:00", "Z"),
            "because": [_because(one) for one in self.because],
            "cautions": [{"name": one.name, "about": one.about} for one in made.cautions],
            "errors": [{"rule": one.rule, "reason": one.reason} for one in made.errors],
            "disagreements": list(made.disagreements),
            "outranked": list(made.outranked),
            "set_aside": [_aside_json(one, self.policy.rule(one.rule)) for one in made.set_aside],
        }

    def text(self) -> str:
        """The explanation for a person, a paragraph a rule."""
        return "\n".join(self._lines()) + "\n"

    def _lines(self) -> Iterator[str]:
        made = self.decision
        yield f"Tier {made.tier}, as of {made.at.isoformat()}, by policy {made.policy[:12]}."
        for one in self.because:
            yield ""
            yield f"{one.rule.id} ({one.rule.stratum}, {one.rule.file}:{one.rule.line})"
            yield f"  {one.rule.reason}"
            yield from (f"  saw {_line(ground)}" for ground in one.grounds)
            yield from (f"  saw no {pattern}" for pattern in one.absent)
            yield from (f"  so  {_fact(fact)}" for fact in one.conclusions)
        for aside in made.set_aside:
            yield ""
            yield f"{aside.rule} fired, and is set aside: {aside.by} snoozed it for {aside.about}"
            yield f"  until {aside.until.isoformat()} ({aside.snooze})"
            yield f"  {self.policy.rule(aside.rule).reason}"
        for caution in made.cautions:
            yield f"caution: {caution.name}, {caution.about}"
        yield from map(_error, made.errors)
        for rule in made.disagreements:
            yield f"the engines disagreed about {rule}; the more cautious answer stands"


def explain(decision: Decision, policy: Policy) -> Explanation:
    """Explain a decision by the policy that it names.

    Raises:
        ValueError: the policy is another one.
    """
    if decision.policy != policy.digest:
        short = decision.policy[:12], policy.digest[:12]
        raise ValueError("the decision was made by policy {}…, this is {}…".format(*short))
    found = [_of(firing, policy.rule(firing.rule)) for firing in decision.firings]
    found.sort(key=lambda one: (STRATA.index(one.rule.stratum), one.rule.id))
    return Explanation(decision=decision, because=tuple(found), policy=policy)


def asked(rule: Rule) -> list[Json]:
    """What a rule asks, a line a pattern; alternatives stand under `or`."""
    lines: list[Json] = []
    for at, conjunction in enumerate(rule.conditions):
        lines += ["or"] * bool(at)
        lines += [_pattern(pattern) for pattern in conjunction.patterns]
        lines += [f"no {_pattern(absence.pattern)}" for absence in conjunction.absences]
    return lines


def _of(firing: Firing, rule: Rule) -> Because:
    return Because(
        rule=rule,
        conclusions=firing.conclusions,
        grounds=tuple(_ground(fact, rule.conditions) for fact in firing.matched),
        absent=tuple(
            dict.fromkeys(
                _pattern(absence.pattern)
                for conjunction in rule.conditions
                for absence in conjunction.absences
            )
        ),
    )


def _ground(fact: Fact, conditions: Sequence[Conjunction]) -> Ground:
    seen = dict.fromkeys(
        _seen(ask, fact)
        for conjunction in conditions
        for pattern in conjunction.patterns
        if _fits(pattern, fact)
        for ask in pattern.asks
    )
    return Ground(fact=fact, seen=tuple(seen))


def _fits(pattern: Pattern, fact: Fact) -> bool:
    return pattern.kind == fact.kind and all(
        holds(ask.test, fact.values.get(ask.field.name, MISSING), ask.field)
        for ask in pattern.asks
    )


def _seen(ask: Ask, fact: Fact) -> Seen:
    value = fact.values.get(ask.field.name)
    found = None if value is None else encode(value)
    return Seen(field=ask.field.name, asked=ask.written, found=found)


def _pattern(pattern: Pattern) -> str:
    asked = ", ".join(f"{ask.field.name}: {ask.written}" for ask in pattern.asks)
    return f"{pattern.kind} {{{asked}}}" if asked else pattern.kind


def _because(one: Because) -> dict[str, Json]:
    rule = one.rule
    return {
        "rule": rule.id,
        "book": rule.book,
        "stratum": rule.stratum,
        "owner": rule.owner,
        "reason": rule.reason,
        "covers": list(rule.covers),
        "source": f"{rule.file}:{rule.line}",
        "concluded": [fact.to_json() for fact in one.conclusions],
        "matched": [_matched(ground) for ground in one.grounds],
        "absent": list(one.absent),
    }


def _matched(ground: Ground) -> dict[str, Json]:
    seen: list[Json] = [
        {"field": one.field, "asked": one.asked, "found": one.found} for one in ground.seen
    ]
    return {**ground.fact.to_json(), "seen": seen}


def _line(ground: Ground) -> str:
    """A fact with what was asked of it, and where it is from."""
    seen = ", ".join(f"{one.field} {_found(one)} (asked: {one.asked})" for one in ground.seen)
    origins = "; ".join(map(_origin, _telling(ground)))
    return f"{ground.fact.kind}: {seen or 'there'} [{origins}]"


def _telling(ground: Ground) -> Sequence[Origin]:
    """The origins of what the rule asked: triples of other properties say nothing about it."""
    origins = ground.fact.origins
    asked = tuple(f" attune:{_camel(one.field)} " for one in ground.seen)
    said = [one for one in origins if one.source == "triple" and any(a in one.ref for a in asked)]
    others = [one for one in origins if one.source != "triple"]
    return [*said, *others] or origins[:1]


def _camel(field: str) -> str:
    """The property's name for a field.

    >>> _camel("people_at_risk")
    'peopleAtRisk'
    """
    first, *rest = field.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _found(seen: Seen) -> str:
    if seen.found is None:
        return "not given"
    return str(seen.found).lower() if isinstance(seen.found, bool) else str(seen.found)


def _origin(origin: Origin) -> str:
    """Where a fact is from, in words.

    >>> _origin(Origin(source="event", ref="17"))
    'event 17 of the ledger'
    """
    words = {
        "event": "event {} of the ledger",
        "triple": "recorded: {}",
        "request": "the request at {}",
        "window": "counted in {}",
        "rule": "concluded by {}",
        "clock": "the clock: {}",
    }
    return words[origin.source].format(origin.ref)


def _fact(fact: Fact) -> str:
    values = ", ".join(f"{name} {encode(value)}" for name, value in fact.values.items())
    return f"{fact.kind}: {values}"


def _aside_json(one: SetAside, rule: Rule) -> dict[str, Json]:
    return {
        "rule": one.rule,
        "reason": rule.reason,
        "owner": rule.owner,
        "about": one.about,
        "by": one.by,
        "until": encode(one.until),
        "snooze": one.snooze,
    }


def _error(error: RuleError) -> str:
    return f"{error.rule} could not be evaluated: {error.reason}"

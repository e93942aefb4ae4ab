"""Why a rule did not fire: the conditions that failed, and by how much."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ontology.events import Json
from ontology.facts import Fact
from ontology.values import Value, encode
from rules.boundaries import nearest
from rules.conditions import Ask, Conjunction, Pattern
from rules.rulebook import Rule
from rules.sfeel import MISSING, Input, Missing, holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """One test that failed of a field: what was asked, what was found, the nearest that holds.

    `found` and `nearest` are JSON forms; None says that the field is, or would be, missing.
    """

    field: str
    asked: str
    found: str | int | float | bool | None
    nearest: str | int | float | bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmet:
    """A pattern that no fact fulfilled; `fact` came nearest, None where none is of the kind."""

    kind: str
    asked: str
    fact: Fact | None
    failed: tuple[Failed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyNot:
    """Why a rule stayed quiet; of alternatives the one that came nearest.

    `present` are facts that the rule wants absent; `unjoined` says that every pattern is
    fulfilled, but by no facts that belong together.
    """

    rule: Rule
    fires: bool
    in_effect: bool
    unmet: tuple[Unmet, ...]
    present: tuple[Fact, ...]
    unjoined: bool

    @property
    def missing(self) -> int:
        """How much it would take: a test that failed counts one, a fact that is not there two."""
        tests = sum(len(one.failed) if one.fact is not None else 2 for one in self.unmet)
        return tests + len(self.present) + self.unjoined

    def to_json(self) -> dict[str, Json]:
        """The answer as an object."""
        return {
            "rule": self.rule.id,
            "source": f"{self.rule.file}:{self.rule.line}",
            "fires": self.fires,
            "in_effect": self.in_effect,
            "unmet": [_unmet_json(one) for one in self.unmet],
            "present": [fact.to_json() for fact in self.present],
            "unjoined": self.unjoined,
        }

    def text(self) -> str:
        """The answer in lines."""
        if self.fires:
            return f"{self.rule.id} fires."
        lines = [f"{self.rule.id} stays quiet:"]
        if not self.in_effect:
            lines.append("  it is not in effect at that moment")
        for one in self.unmet:
            if one.fact is None:
                lines.append(f"  there is no {one.asked}")
            lines += [f"  {one.kind}.{_words(failed)}" for failed in one.failed]
        lines += [f"  there is {fact.canonical()}, which it wants absent" for fact in self.present]
        if self.unjoined:
            lines.append("  its facts are there, but none that belong together")
        return "\n".join(lines)


def why_not(rule: Rule, facts: Sequence[Fact], at: datetime, *, fired: bool) -> WhyNot:
    """Why a rule stayed quiet, given the facts that it could see: the situation's and concluded.

    `fired` says whether the engines found that it fired.
    """
    looks = [_look(conjunction, facts) for conjunction in rule.conditions]
    unmet, present = min(
        looks,
        key=lambda look: (
            sum(len(one.failed) + 3 * (one.fact is None) for one in look[0]) + len(look[1])
        ),
        default=((), ()),
    )
    in_effect = rule.effective.at(at)
    return WhyNot(
        rule=rule,
        fires=fired,
        in_effect=in_effect,
        unmet=() if fired else unmet,
        present=() if fired else present,
        unjoined=not fired and in_effect and not unmet and not present,
    )


def _look(
    conjunction: Conjunction, facts: Sequence[Fact]
) -> tuple[tuple[Unmet, ...], tuple[Fact, ...]]:
    unmet = [_nearest(pattern, facts) for pattern in conjunction.patterns]
    present = [
        fact
        for absence in conjunction.absences
        if absence.anchor is None
        for fact in facts
        if fact.kind == absence.pattern.kind and not _failed(absence.pattern, fact)
    ]
    return tuple(one for one in unmet if one is not None), tuple(present)


def _nearest(pattern: Pattern, facts: Sequence[Fact]) -> Unmet | None:
    """The fact that fulfils most of a pattern, and what it fails; None where one fulfils all."""
    asked = ", ".join(f"{ask.field.name}: {ask.written}" for ask in pattern.asks)
    written = f"{pattern.kind} {{{asked}}}" if asked else pattern.kind
    tried = [(fact, _failed(pattern, fact)) for fact in facts if fact.kind == pattern.kind]
    if not tried:
        return Unmet(kind=pattern.kind, asked=written, fact=None, failed=())
    fact, failed = min(tried, key=lambda one: _badness(one[1]))
    if not failed:
        return None
    shown = tuple(_told(ask, fact) for ask in failed)
    return Unmet(kind=pattern.kind, asked=written, fact=fact, failed=shown)


def _badness(failed: Sequence[Ask]) -> tuple[int, int]:
    """A fact with another key is another thing altogether; then fewer failures are nearer."""
    return sum(ask.field.key for ask in failed), len(failed)


def _failed(pattern: Pattern, fact: Fact) -> list[Ask]:
    return [ask for ask in pattern.asks if not holds(ask.test, _value(ask, fact), ask.field)]


def _value(ask: Ask, fact: Fact) -> Input:
    return fact.values.get(ask.field.name, MISSING)


def _told(ask: Ask, fact: Fact) -> Failed:
    given = _value(ask, fact)
    return Failed(
        field=ask.field.name,
        asked=ask.written,
        found=_plain(given),
        nearest=_plain(nearest(ask.test, given, ask.field)),
    )


def _plain(value: Input) -> str | int | float | bool | None:
    return None if value is None or isinstance(value, Missing) else encode(value)


def _words(failed: Failed) -> str:
    found = "not given" if failed.found is None else _shown(failed.found)
    near = "not given" if failed.nearest is None else _shown(failed.nearest)
    return f"{failed.field} is {found}, asked: {failed.asked}; it would hold from {near}"


def _shown(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _unmet_json(one: Unmet) -> dict[str, Json]:
    failed: list[Json] = [
        {"field": f.field, "asked": f.asked, "found": f.found, "nearest": f.nearest}
        for f in one.failed
    ]
    return {
        "kind": one.kind,
        "asked": one.asked,
        "fact": one.fact.to_json() if one.fact is not None else None,
        "failed": failed,
    }

"""Counterfactuals: the smallest change of facts after which a decision would be another."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final, Literal, TypeAlias

from ontology.decisions import Decision
from ontology.events import Json
from ontology.facts import Fact, FactInvalid, catalogue
from ontology.kinds import Field
from ontology.values import encode
from rules.boundaries import candidates, distance
from rules.combine import decide
from rules.policy import Policy
from rules.sfeel import MISSING, Input, Missing, Test
from rules.strata import Engines

Aspect: TypeAlias = Literal["tier", "routes"]

MOST_TRIED: Final = 4_000
"""Decisions that one question may cost: below a second with generated code."""
MOST_TOLD: Final = 5
_PAIRED: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One field of one fact that would be another; None stands for a field that is missing."""

    fact: int
    kind: str
    field: str
    before: str | int | float | bool | None
    after: str | int | float | bool | None
    size: float
    value: Input

    def to_json(self) -> dict[str, Json]:
        """The change as an object."""
        return {
            "kind": self.kind,
            "field": self.field,
            "before": self.before,
            "after": self.after,
        }

    def text(self) -> str:
        """The change in words."""
        before, after = ("missing" if one is None else one for one in (self.before, self.after))
        return f"{self.kind}.{self.field}: {before} → {after}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counterfactual:
    """Changes that together make the decision another one, and what it would be."""

    changes: tuple[Change, ...]
    tier: str
    teams: tuple[str, ...]

    def to_json(self) -> dict[str, Json]:
        """The counterfactual as an object."""
        return {
            "changes": [change.to_json() for change in self.changes],
            "tier": self.tier,
            "teams": list(self.teams),
        }

    def text(self) -> str:
        """The counterfactual in words."""
        changes = " and ".join(change.text() for change in self.changes)
        return f"{changes}: {self.tier}, answered by {', '.join(self.teams)}"


def counterfactuals(
    facts: Sequence[Fact], policy: Policy, at: datetime, engines: Engines, aspect: Aspect
) -> tuple[Counterfactual, ...]:
    """The smallest changes of these facts that change the tier or the routes, smallest first.

    Fewer changed fields are smaller; then the shorter way. Only values at which a rule's test
    changes its answer are tried, one field at a time, then two. Every one that is told was
    decided by `engines`, as a real request is; the search runs on the generated code alone. A
    fact that is not there is not invented.
    """
    search = _Search(facts=facts, policy=policy, at=at, look=_ASPECTS[aspect])
    found, moving = search.singles()
    if not found:
        found = search.pairs(moving)
    found.sort(key=lambda changes: sum(change.size for change in changes))
    return tuple(_told(changes, facts, policy, at, engines) for changes in _distinct(found))


class _Search:
    """Decides again and again on generated code alone, with one thing changed or two."""

    def __init__(
        self,
        *,
        facts: Sequence[Fact],
        policy: Policy,
        at: datetime,
        look: Callable[[Decision], object],
    ) -> None:
        self._facts, self._policy, self._at, self._look = facts, policy, at, look
        self._engines = Engines.compiled(policy)
        self._singles = list(islice(_changes(facts, policy), MOST_TRIED // 2))
        self._before = decide(facts, policy, at, self._engines)

    def singles(self) -> tuple[list[tuple[Change, ...]], list[Change]]:
        """Changes that suffice alone, and those that make some rule fire or stay quiet."""
        found: list[tuple[Change, ...]] = []
        moving: list[Change] = []
        for change in self._singles:
            after = self._after([change])
            if after is not None and self._differs(after):
                found.append((change,))
            elif after is not None and after.firings != self._before.firings:
                moving.append(change)
        return found, moving

    def pairs(self, moving: Sequence[Change]) -> list[tuple[Change, ...]]:
        """Pairs of moving changes that suffice together."""
        found: list[tuple[Change, ...]] = []
        for pair in _pairs(moving, self._singles):
            after = self._after(pair)
            if after is not None and self._differs(after):
                found.append(pair)
        return found

    def _after(self, changes: Sequence[Change]) -> Decision | None:
        changed = _changed(self._facts, changes)
        if changed is None:
            return None
        return decide(changed, self._policy, self._at, self._engines)

    def _differs(self, after: Decision) -> bool:
        return self._look(after) != self._look(self._before)


def _told(
    changes: tuple[Change, ...],
    facts: Sequence[Fact],
    policy: Policy,
    at: datetime,
    engines: Engines,
) -> Counterfactual:
    after = decide(_changed(facts, changes) or facts, policy, at, engines)
    teams = tuple(route.team for route in after.routes)
    return Counterfactual(changes=changes, tier=after.tier, teams=teams)


def _changes(facts: Sequence[Fact], policy: Policy) -> Iterator[Change]:
    """Every change of one field across a boundary of some rule, for every fact."""
    asked = _asked(policy)
    for index, fact in enumerate(facts):
        for field, tests in asked.get(fact.kind, {}).values():
            if field.key or field.refers is not None:
                continue  # another key, another thing
            given = fact.values.get(field.name, MISSING)
            for value in candidates(tests, field):
                size = distance(given, value, field)
                if size > 0.0:
                    yield Change(
                        fact=index,
                        kind=fact.kind,
                        field=field.name,
                        before=_plain(given),
                        after=_plain(value),
                        size=size,
                        value=value,
                    )


def _asked(policy: Policy) -> Mapping[str, Mapping[str, tuple[Field, list[Test]]]]:
    """By kind and field: the field and every test that some rule makes of it."""
    found: dict[str, dict[str, tuple[Field, list[Test]]]] = {}
    for rule in policy.rules:
        for conjunction in rule.conditions:
            for pattern in conjunction.every():
                for ask in pattern.asks:
                    of = found.setdefault(pattern.kind, {})
                    of.setdefault(ask.field.name, (ask.field, []))[1].append(ask.test)
    return found


def _pairs(moving: Sequence[Change], singles: Sequence[Change]) -> Iterator[tuple[Change, Change]]:
    """A change that made some rule fire or stay quiet, with any other; the shortest first."""
    near = sorted(moving, key=lambda change: change.size)[:_PAIRED]
    pairs = [
        (one, other)
        for one in near
        for other in singles
        if (one.fact, one.field) != (other.fact, other.field)
    ]
    yield from sorted(pairs, key=lambda pair: pair[0].size + pair[1].size)[: MOST_TRIED // 2]


def _distinct(found: Sequence[tuple[Change, ...]]) -> list[tuple[Change, ...]]:
    """The first few, each set of fields once."""
    first: dict[frozenset[tuple[int, str]], tuple[Change, ...]] = {}
    for changes in found:
        first.setdefault(frozenset((one.fact, one.field) for one in changes), changes)
    return [*first.values()][:MOST_TOLD]


def _changed(facts: Sequence[Fact], changes: Sequence[Change]) -> list[Fact] | None:
    """The facts after changes; None where a fact can't be like that."""
    after = list(facts)
    for change in changes:
        fact = after[change.fact]
        values = {name: value for name, value in fact.values.items() if name != change.field}
        if not isinstance(change.value, Missing):
            values[change.field] = change.value  # type: ignore[assignment] # candidates are values
        try:
            after[change.fact] = catalogue().fact(fact.kind, values, *fact.origins)
        except FactInvalid:
            return None
    return after


def _plain(value: Input) -> str | int | float | bool | None:
    return None if value is None or isinstance(value, Missing) else encode(value)


_ASPECTS: Final[Mapping[Aspect, Callable[[Decision], object]]] = {
    "tier": lambda decision: decision.tier,
    "routes": lambda decision: tuple(route.team for route in decision.routes),
}

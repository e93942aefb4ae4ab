"""Watching facts: what of them a policy can tell apart, so that only what matters is a change."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from ontology.facts import Fact
from ontology.values import Value
from rules.conditions import Ask, Conjunction
from rules.policy import Policy
from rules.sfeel import MISSING, holds

Told: TypeAlias = tuple[str, tuple[bool, ...], tuple[tuple[str, Value], ...]]
"""Of one fact: its kind, which tests hold, and the values that count as they are."""

Signature: TypeAlias = tuple[frozenset[Told], tuple[str, ...]]

_READ: Final = frozenset(
    {"incident", "team", "request", "signal", "temporary_routing", "unknown", "degraded", "snooze"}
)
"""The kinds that combining reads itself, not only by rules."""


class Watch:
    """Tells whether a change of facts can change what a policy concludes from them.

    # INVARIANT: a fact counts only by the tests of single fields that hold of it, by the values
    # of fields that are joined, and by what combining reads of it. So equal signatures give equal
    # outcomes, also where other facts stand beside, or other fields are stated over these.
    """

    def __init__(self, policy: Policy) -> None:
        """Read every test of every rule."""
        asks: defaultdict[str, dict[Ask, None]] = defaultdict(dict)
        joined: defaultdict[str, set[str]] = defaultdict(set)
        for rule in policy.rules:
            for conjunction in rule.conditions:
                for pattern in conjunction.every():
                    asks[pattern.kind].update(dict.fromkeys(pattern.asks))
                for kind, name in _joins(conjunction):
                    joined[kind].add(name)
        self._asks: Final[Mapping[str, tuple[Ask, ...]]] = {k: (*v,) for k, v in asks.items()}
        self._joined: Final[Mapping[str, frozenset[str]]] = {
            kind: frozenset(names) for kind, names in joined.items()
        }
        bounded = [rule for rule in policy.rules if rule.effective.start or rule.effective.end]
        self._bounded: Final = tuple(bounded)
        self._known: Final[dict[bytes, Told]] = {}

    def signature(self, facts: Iterable[Fact], at: datetime) -> Signature:
        """What the policy can tell of facts at a moment."""
        in_force = tuple(rule.id for rule in self._bounded if rule.effective.at(at))
        return frozenset(map(self._told, facts)), in_force

    def _told(self, fact: Fact) -> Told:
        place = fact.place()
        found = self._known.get(place)
        if found is None:
            if len(self._known) >= _MOST:
                self._known.clear()
            found = self._known[place] = self._read(fact)
        return found

    def _read(self, fact: Fact) -> Told:
        values = fact.values
        hits = tuple(
            holds(ask.test, values.get(ask.field.name, MISSING), ask.field)
            for ask in self._asks.get(fact.kind, ())
        )
        joined = self._joined.get(fact.kind, frozenset())
        kept = tuple(
            (name, value)
            for name, value in sorted(values.items())
            if name in joined
            or (name == "id" and fact.kind != "customer")  # a snooze names it
            or (fact.kind in _READ and not isinstance(value, timedelta))
        )
        return fact.kind, hits, kept


_MOST: Final = 20_000


def _joins(conjunction: Conjunction) -> Iterator[tuple[str, str]]:
    """The fields whose values are held against one another."""
    kinds = [pattern.kind for pattern in conjunction.patterns]
    for join in conjunction.joins:
        yield kinds[join.left], join.left_field.name
        yield kinds[join.right], join.right_field.name
    for absence in conjunction.absences:
        for here, there in absence.equal:
            yield absence.pattern.kind, here.name
            if absence.anchor is not None:
                yield kinds[absence.anchor], there.name

"""Outweighing: conclusions that leave no trace beside others, nor in what later rules see."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from ontology.facts import Fact, catalogue
from rules.merging import UNKNOWN
from rules.regions import Region
from rules.rule import Rule

_HIGHEST: Final = {"escalation": "tier", "threat": "level", "classification": "cluster"}
"""Of these kinds only the highest counts in a decision."""

_SHORTEST: Final = frozenset({"escalation", "requirement", "notification", "recovery"})
"""Of these kinds, where all else is equal, the shortest time counts."""


class Outweighing:
    """Which conclusions others outweigh, by what any rule of some policies asks of them."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        """Note what the rules ask of what rules conclude."""
        known = catalogue().kinds
        self._asked: dict[str, set[Region]] = {}
        self._joined: set[str] = set()
        for whole in (whole for rule in rules for whole in rule.conditions):
            for pattern in whole.every():
                if known[pattern.kind].stratum is not None:
                    self._asked.setdefault(pattern.kind, set()).add(Region.of(pattern))
                    if whole.joins or any(one.anchor is not None for one in whole.absences):
                        self._joined.add(pattern.kind)

    def outweighs(self, one: Fact, other: Fact) -> bool:
        """Whether decisions and later rules are the same with `other` beside `one` and without.

        It orders facts strictly: none outweighs itself.
        """
        return (
            one.kind == other.kind
            and other.kind not in self._joined
            and (_higher(one, other) or _sooner(one, other))
            and all(asked.has(one) for asked in self._asked.get(one.kind, ()) if asked.has(other))
        )


def _higher(one: Fact, other: Fact) -> bool:
    name = _HIGHEST.get(one.kind)
    if name is None or UNKNOWN in {one.values[name], other.values[name]}:
        return False
    scale = catalogue().kinds[one.kind].fields[name].allowed
    return scale.index(str(one.values[name])) > scale.index(str(other.values[name]))


def _sooner(one: Fact, other: Fact) -> bool:
    if one.kind not in _SHORTEST or _rest(one) != _rest(other):
        return False
    here, there = one.values.get("within"), other.values.get("within")
    return isinstance(here, timedelta) and (not isinstance(there, timedelta) or here < there)


def _rest(fact: Fact) -> dict[str, object]:
    return {name: value for name, value in fact.values.items() if name != "within"}

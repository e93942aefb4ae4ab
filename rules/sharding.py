"""Patterns of a stratum as rulesets that stay under every measured limit of durable-rules."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from ontology.kinds import Field
from rules.conditions import Absence, Join, Pattern
from rules.encoding import Encoding, Way
from rules.rulebook import Rule

# durable-rules 2.0.28 fails at: 65 matches of one fact; 256 rules with one condition; 512
# conditions under one node; 253 properties. A match of two facts or more it cannot take back:
# it looks for the second in memory behind the match, since the first is no longer there.
MOST_OF_A_KIND: Final = 56
MOST_SUBRULES: Final = 200
MOST_PROPERTIES: Final = 200
MOST_WAYS: Final = 8
"""Ways of one pattern; more become a flag that is told beforehand."""

SENTINEL: Final = "$end"
LAST: Final = 9
"""Priority of the sentinel; the other rules have none, which comes first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocker:
    """A pattern that no fact may fit; with `anchor`, none that equals the fact at that place."""

    pattern: int
    anchor: int | None
    equal: tuple[tuple[Field, Field], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """One alternative of a rule: the patterns that facts must fit, by number, and what blocks."""

    rule: str
    patterns: tuple[int, ...]
    joins: tuple[Join, ...]
    blockers: tuple[Blocker, ...]


@dataclass(slots=True)
class Plan:
    """Every different pattern of a stratum once, and the branches that need them."""

    patterns: list[Pattern] = field(default_factory=list)
    branches: list[Branch] = field(default_factory=list)
    _numbers: dict[Pattern, int] = field(default_factory=dict)

    @classmethod
    def of(cls, rules: Sequence[Rule]) -> "Plan":
        """Plan the rules of one stratum."""
        plan = cls()
        plan.branches += [
            Branch(
                rule=rule.id,
                patterns=tuple(map(plan._number, conjunction.patterns)),
                joins=conjunction.joins,
                blockers=tuple(map(plan._blocker, conjunction.absences)),
            )
            for rule in rules
            for conjunction in rule.conditions
        ]
        return plan

    def _blocker(self, absence: Absence) -> Blocker:
        number = self._number(absence.pattern)
        return Blocker(pattern=number, anchor=absence.anchor, equal=absence.equal)

    def _number(self, pattern: Pattern) -> int:
        number = self._numbers.setdefault(pattern, len(self.patterns))
        if number == len(self.patterns):
            self.patterns.append(pattern)
        return number


@dataclass(slots=True)
class Shard:
    """One ruleset: sub-rules by name, each a way in which one fact can fit one pattern."""

    encoding: Encoding = field(default_factory=Encoding)
    subrules: dict[str, dict[str, Any]] = field(default_factory=dict)
    patterns: dict[int, Pattern] = field(default_factory=dict)
    _of_a_kind: Counter[str] = field(default_factory=Counter)

    def definition(self) -> dict[str, Any]:
        """The ruleset as durable-rules reads it, with the sentinel."""
        end = {"pri": LAST, "all": [{"p0": {"end": 1}}]}
        return {**self.subrules, SENTINEL: end}

    def takes(self, pattern: Pattern, ways: int) -> bool:
        """Whether a pattern of so many ways still fits; an empty shard takes any."""
        return not self.patterns or (
            self._of_a_kind[pattern.kind] + ways <= MOST_OF_A_KIND
            and len(self.subrules) + ways <= MOST_SUBRULES
            and self.encoding.properties <= MOST_PROPERTIES
        )

    def add(self, number: int, pattern: Pattern) -> None:
        """Add every way of a pattern as a sub-rule of its own."""
        for at, way in enumerate(self.encoding.ways(pattern, MOST_WAYS)):
            # INVARIANT: one fact a sub-rule; a match of several is the engine's to read past.
            self.subrules[f"{number}_{at}"] = {"all": [{"p0": _all_of(way)}]}
            self._of_a_kind[pattern.kind] += 1
        self.patterns[number] = pattern


def shards(plan: Plan) -> list[Shard]:
    """The rulesets of a plan; patterns of one kind lie together."""
    found: list[Shard] = []
    for number in sorted(range(len(plan.patterns)), key=lambda at: plan.patterns[at].kind):
        pattern = plan.patterns[number]
        ways = len(Encoding().ways(pattern, MOST_WAYS))
        shard = next(_with_room(found, pattern, ways), None)
        if shard is None:
            shard = Shard()
            found.append(shard)
        shard.add(number, pattern)
    return found


def _with_room(found: Sequence[Shard], pattern: Pattern, ways: int) -> Iterator[Shard]:
    return (shard for shard in found if shard.takes(pattern, ways))


def _all_of(conditions: Way) -> dict[str, Any]:
    """One condition stands alone, several in `$and`; an empty `$and` would hang the engine."""
    return conditions[0] if len(conditions) == 1 else {"$and": [*conditions]}

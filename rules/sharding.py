"""Rules of a stratum as rulesets that stay under every measured limit of durable-rules."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from math import prod
from typing import Any, Final

from ontology.kinds import Field
from rules.conditions import Absence, Conjunction, Join, Pattern
from rules.encoding import Encoding, Way
from rules.rulebook import Rule

# durable-rules 2.0.28 fails at: 65 matches of one fact; 256 rules with one condition; 512
# conditions under one node; 17 patterns in one rule; 253 properties.
MOST_OF_A_KIND: Final = 56
MOST_SUBRULES: Final = 200
MOST_PROPERTIES: Final = 200
SENTINEL: Final = "$end"
LAST: Final = 9
"""Priority of the sentinel; the other rules have none, which comes first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """Facts for every pattern, equal where the joins say so; no absences."""

    patterns: tuple[Pattern, ...]
    joins: tuple[Join, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocker:
    """A probe that must find nothing; with `anchor`, nothing beside the fact at that position."""

    probe: int
    anchor: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """One alternative of a rule: the probe that must find something, and what blocks it."""

    rule: str
    probe: int | None
    blockers: tuple[Blocker, ...]


@dataclass(slots=True)
class Plan:
    """Every different probe of a stratum once, and the branches that need them."""

    probes: list[Probe] = field(default_factory=list)
    branches: list[Branch] = field(default_factory=list)
    _numbers: dict[Probe, int] = field(default_factory=dict)

    @classmethod
    def of(cls, rules: Sequence[Rule]) -> "Plan":
        """Plan the rules of one stratum."""
        plan = cls()
        for rule in rules:
            for conjunction in rule.conditions:
                plan.branches.append(plan._branch(rule.id, conjunction))
        return plan

    def _branch(self, rule: str, conjunction: Conjunction) -> Branch:
        main = Probe(patterns=conjunction.patterns, joins=conjunction.joins)
        return Branch(
            rule=rule,
            probe=self._number(main) if conjunction.patterns else None,
            blockers=tuple(
                Blocker(probe=self._number(_blocking(a, conjunction)), anchor=a.anchor)
                for a in conjunction.absences
            ),
        )

    def _number(self, probe: Probe) -> int:
        number = self._numbers.setdefault(probe, len(self.probes))
        if number == len(self.probes):
            self.probes.append(probe)
        return number


def _blocking(absence: Absence, conjunction: Conjunction) -> Probe:
    """The probe that finds an absent fact, together with the fact that it is compared with."""
    if absence.anchor is None:
        return Probe(patterns=(absence.pattern,))
    joins = tuple(
        Join(left=1, left_field=here, right=0, right_field=there) for here, there in absence.equal
    )
    return Probe(patterns=(conjunction.patterns[absence.anchor], absence.pattern), joins=joins)


@dataclass(slots=True)
class Shard:
    """One ruleset: sub-rules by name, each a way in which one probe can be fulfilled."""

    encoding: Encoding = field(default_factory=Encoding)
    subrules: dict[str, dict[str, Any]] = field(default_factory=dict)
    probes: dict[int, Probe] = field(default_factory=dict)
    _of_a_kind: Counter[str] = field(default_factory=Counter)

    def definition(self) -> dict[str, Any]:
        """The ruleset as durable-rules reads it, with the sentinel."""
        end = {"pri": LAST, "all": [{"p0": {"end": 1}}]}
        return {**self.subrules, SENTINEL: end}

    def takes(self, probe: Probe) -> bool:
        """Whether a probe still fits; an empty shard takes any."""
        more = Counter(pattern.kind for pattern in probe.patterns)
        ways = _count(probe)
        fits = all(
            self._of_a_kind[kind] + count * ways <= MOST_OF_A_KIND for kind, count in more.items()
        )
        room = len(self.subrules) + ways <= MOST_SUBRULES
        return not self.probes or (fits and room and self.encoding.properties <= MOST_PROPERTIES)

    def add(self, number: int, probe: Probe) -> None:
        """Add every way of a probe as a sub-rule."""
        most = _most_ways(probe)
        ways = [self.encoding.ways(pattern, most) for pattern in probe.patterns]
        for at, chosen in enumerate(product(*ways)):
            members = [
                {f"p{position}": _all_of((*way, *self._joins(position, probe)))}
                for position, way in enumerate(chosen)
            ]
            self.subrules[f"{number}_{at}"] = {"all": members, "dist": 0}
            self._of_a_kind.update(pattern.kind for pattern in probe.patterns)
        self.probes[number] = probe

    def _joins(self, position: int, probe: Probe) -> Iterator[dict[str, Any]]:
        """The equalities of a pattern with earlier ones; each stands at the later of the two."""
        for join in probe.joins:
            here, mine, there, theirs = join.left, join.left_field, join.right, join.right_field
            if here < there:
                here, mine, there, theirs = there, theirs, here, mine
            if here == position:
                names = (self.joined(probe, here, mine), self.joined(probe, there, theirs))
                yield {names[0]: {f"p{there}": names[1]}}

    def joined(self, probe: Probe, position: int, shape: Field) -> str:
        """The property by which the fact at a position of a probe is joined."""
        return self.encoding.join(probe.patterns[position].kind, shape)


def shards(plan: Plan) -> list[Shard]:
    """The rulesets of a plan; probes over the same kinds lie together."""
    found: list[Shard] = []
    order = sorted(range(len(plan.probes)), key=lambda at: _kinds(plan.probes[at].patterns))
    for number in order:
        probe = plan.probes[number]
        shard = next((one for one in found if one.takes(probe)), None)
        if shard is None:
            shard = Shard()
            found.append(shard)
        shard.add(number, probe)
    return found


def _kinds(patterns: Iterable[Pattern]) -> list[str]:
    return [pattern.kind for pattern in patterns]


def _most_ways(probe: Probe) -> int:
    """How many ways a pattern may have, so that those of a probe stay few when multiplied."""
    return {1: 8, 2: 2}.get(len(probe.patterns), 1)


def _count(probe: Probe) -> int:
    """How many sub-rules a probe becomes."""
    most = _most_ways(probe)
    return prod(len(Encoding().ways(pattern, most)) for pattern in probe.patterns)


def _all_of(conditions: Way) -> dict[str, Any]:
    """One condition stands alone, several in `$and`; an empty `$and` would hang the engine."""
    return conditions[0] if len(conditions) == 1 else {"$and": [*conditions]}

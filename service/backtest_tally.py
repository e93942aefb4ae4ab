"""The tally of a backtest: counts that add up in any order, however decisions were parted."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final, Self

Counts = dict[str, int]
MOST_EXAMPLES: Final = 5
"""Changed decisions that are named for each pair of tiers: the earliest."""


@dataclass(slots=True, kw_only=True)
class Load:
    """What a team had before and has after: cases, and deadlines with their seconds."""

    cases: list[int] = field(default_factory=lambda: [0, 0])
    deadlines: list[int] = field(default_factory=lambda: [0, 0])
    seconds: list[int] = field(default_factory=lambda: [0, 0])

    def add(self, other: "Load") -> None:
        """Add what another tally found."""
        for name in ("cases", "deadlines", "seconds"):
            mine, theirs = getattr(self, name), getattr(other, name)
            mine[0] += theirs[0]
            mine[1] += theirs[1]


@dataclass(slots=True, kw_only=True)
class Tally:
    """What became of some decisions. Each pair of numbers is before and after.

    `groups` counts by what decisions are about: decisions, changed, raised, lowered. `pages` has,
    by incident and team, each window of alerts in which the team was told: 1 before, 2 after, 3
    both. `alone` are pages of decisions about no incident, by team and shift. `first` has the
    earliest page of each incident in microseconds. `examples` are (sequence, id).
    """

    counts: Counts = field(default_factory=dict)
    tiers: dict[str, Counts] = field(default_factory=dict)
    routes: dict[str, Counts] = field(default_factory=dict)
    gained: dict[str, Counts] = field(default_factory=dict)
    lost: dict[str, Counts] = field(default_factory=dict)
    teams: dict[str, Load] = field(default_factory=dict)
    groups: dict[str, dict[str, list[int]]] = field(default_factory=dict)
    policies: Counts = field(default_factory=dict)
    pages: dict[str, dict[str, dict[str, int]]] = field(default_factory=dict)
    alone: dict[str, dict[str, list[int]]] = field(default_factory=dict)
    first: dict[str, list[int | None]] = field(default_factory=dict)
    examples: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    unanswered: Counts = field(default_factory=dict)

    def count(self, name: str, many: int) -> None:
        """Count under a name."""
        if many:
            self.counts[name] = self.counts.get(name, 0) + many

    def load(self, team: str) -> Load:
        """What a team had and has."""
        found = self.teams.get(team)
        if found is None:
            found = self.teams[team] = Load()
        return found

    def to_json(self) -> dict[str, Any]:
        """The form in which a checkpoint keeps it."""
        told = {one.name: getattr(self, one.name) for one in fields(self)}
        loads = {
            team: {part.name: getattr(load, part.name) for part in fields(load)}
            for team, load in self.teams.items()
        }
        return {**told, "teams": loads}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        """Read what `to_json` gave."""
        loads = {team: Load(**load) for team, load in told["teams"].items()}
        examples = {
            name: [(int(at), str(one)) for at, one in rows]
            for name, rows in told["examples"].items()
        }
        return cls(**{**told, "teams": loads, "examples": examples})

    def add(self, other: "Tally") -> None:
        """Add what another found; in whichever order, the sum is the same."""
        for name in ("counts", "policies", "unanswered"):
            _added(getattr(self, name), getattr(other, name))
        for name in ("tiers", "routes", "gained", "lost"):
            mine = getattr(self, name)
            for key, counts in getattr(other, name).items():
                _added(mine.setdefault(key, {}), counts)
        for team, load in other.teams.items():
            self.load(team).add(load)
        _added_rows(self.groups, other.groups)
        _added_rows(self.alone, other.alone)
        self._add_pages(other)
        for name, some in other.examples.items():
            self.examples[name] = sorted([*self.examples.get(name, []), *some])[:MOST_EXAMPLES]

    def _add_pages(self, other: "Tally") -> None:
        for incident, teams in other.pages.items():
            for team, slots in teams.items():
                mine = self.pages.setdefault(incident, {}).setdefault(team, {})
                for slot, which in slots.items():
                    mine[slot] = mine.get(slot, 0) | which
        for incident, moments in other.first.items():
            held = self.first.setdefault(incident, [None, None])
            held[:] = [_earlier(a, b) for a, b in zip(held, moments, strict=True)]


def _added_rows(
    mine: dict[str, dict[str, list[int]]], theirs: Mapping[str, Mapping[str, list[int]]]
) -> None:
    for outer, inner in theirs.items():
        for name, numbers in inner.items():
            row = mine.setdefault(outer, {}).setdefault(name, [0] * len(numbers))
            row[:] = [a + b for a, b in zip(row, numbers, strict=True)]


def _added(mine: Counts, theirs: Mapping[str, int]) -> None:
    for name, many in theirs.items():
        mine[name] = mine.get(name, 0) + many


def _earlier(one: int | None, other: int | None) -> int | None:
    return min((at for at in (one, other) if at is not None), default=None)

"""Skills: who of a team is on call, who belongs to it, and which exercises they have passed."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self

from knowledge.graph import Graph
from ontology.identity import ThingId, kind_of
from service.values import Span, first

_KINDS: Final = frozenset({"shift", "training", "person"})


def concerns(subject: ThingId, _skills: "Skills") -> bool:
    """Whether an event about a thing makes skills stale."""
    return kind_of(subject) in _KINDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Skills:
    """Who is when on call for which team, and what they have passed and until when that counts."""

    shifts: Mapping[ThingId, tuple[tuple[ThingId, Span], ...]]
    members: Mapping[ThingId, frozenset[ThingId]]
    passed: Mapping[tuple[ThingId, str], tuple[Span, ...]]

    @classmethod
    def read(cls, graph: Graph) -> Self:
        """Read it all."""
        shifts: dict[ThingId, list[tuple[ThingId, Span]]] = {}
        for shift in graph.of_type("OnCallShift"):
            said = graph.properties(shift)
            team, holder = first(said, "ofTeam"), first(said, "holder")
            if holder is not None:
                span = Span.of(said, "startsAt", "endsAt")
                shifts.setdefault(ThingId(str(team)), []).append((ThingId(str(holder)), span))
        members: dict[ThingId, set[ThingId]] = {}
        for person in graph.of_type("Person"):
            home = graph.get(person, "memberOf")
            if home is not None:
                members.setdefault(ThingId(str(home)), set()).add(person)
        passed: dict[tuple[ThingId, str], list[Span]] = {}
        for training in graph.of_type("Training"):
            said = graph.properties(training)
            key = ThingId(str(first(said, "trainee"))), str(first(said, "exercise"))
            passed.setdefault(key, []).append(Span.of(said, "passedAt", "validUntil"))
        return cls(
            shifts={team: tuple(several) for team, several in shifts.items()},
            members={team: frozenset(several) for team, several in members.items()},
            passed={key: tuple(several) for key, several in passed.items()},
        )

    def holds(self, person: ThingId, exercises: Collection[str], at: datetime) -> bool:
        """Whether somebody has passed all of these, and each still counts."""
        return all(
            any(span.covers(at) for span in self.passed.get((person, exercise), ()))
            for exercise in exercises
        )

    def on_call(
        self, team: ThingId, exercises: Collection[str], at: datetime
    ) -> frozenset[ThingId]:
        """The people who are on call for a team and have passed all of these."""
        there = {who for who, span in self.shifts.get(team, ()) if span.covers(at)}
        return frozenset(one for one in there if self.holds(one, exercises, at))

    def trained(
        self, team: ThingId, exercises: Collection[str], at: datetime
    ) -> frozenset[ThingId]:
        """The members of a team who have passed all of these, on call or not."""
        there = self.members.get(team, frozenset())
        return frozenset(one for one in there if self.holds(one, exercises, at))

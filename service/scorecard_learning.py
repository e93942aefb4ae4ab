"""Learning and growth on the scorecard: debriefs, actions, drills, exercises, lessons."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np

from knowledge.measures import periods
from knowledge.measures.drill_runs import mean_of_runs
from knowledge.measures.estimates import Figure
from ontology.events import Event, Json
from ontology.identity import ThingId
from service import debriefs
from service.acts import ACTED
from service.drill_overdue import DRILL_DUTY
from service.drill_scoring import recorded
from service.leadership import ACTIONS, deeds
from service.world import World

_BATCH: Final = 1_000
_PROPOSED: Final = "propose"
_IN_FORCE: Final = frozenset({"active", "emergency"})

Counted = tuple[int, int]
"""How many were so, of how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """One figure: the name by which a goal names it, its title, its value and its change."""

    figure: str
    title: str
    now: Figure
    change: Figure


def learned(world: World, before: datetime, since: datetime, until: datetime) -> Iterator[Learned]:
    """Every figure of a period, and how it differs from the period before.

    What was due counts in the period in which it was due, as it stood at that period's end.
    """
    counts: dict[tuple[str, str], Callable[[datetime, datetime], Counted]] = {
        ("debriefs", "Debriefs held in time"): _debriefs(world),
        ("actions", "Debrief actions done in time"): _actions(world),
        ("drills", "Quarterly drills held in time"): _drills(world),
        ("exercises", "Members of teams with an exercise that counts"): _exercises(world),
        ("lessons", "Lessons named by a rule that took effect"): _lessons(world),
    }
    for (figure, title), count in counts.items():
        now, then = count(since, until), count(before, since)
        yield Learned(
            figure=figure,
            title=title,
            now=periods.share(*now),
            change=periods.share_change(now, then),
        )
    runs = [_runs(world, *ends) for ends in ((since, until), (before, since))]
    yield Learned(
        figure="drill-acts",
        title="Acts in drills done in time, mean of drills",
        now=mean_of_runs(runs[0], low=0.0, high=1.0),
        change=periods.mean_change(*(np.asarray(one, dtype=float) for one in runs)),
    )


def _debriefs(world: World) -> Callable[[datetime, datetime], Counted]:
    found = [
        one
        for thing in world.graph.of_type("Debrief")
        for one in debriefs.rounds(debriefs.events_of(world.ledger, thing))
        if one.suspended is None
    ]

    def count(since: datetime, until: datetime) -> Counted:
        due = [one for one in found if since <= one.due < until]
        return sum(one.in_time is True for one in due), len(due)

    return count


def _actions(world: World) -> Callable[[datetime, datetime], Counted]:
    found = [one for one in deeds(world, lambda _done, _of: None) if one.topic == ACTIONS]

    def count(since: datetime, until: datetime) -> Counted:
        due = [one for one in found if since <= one.due < until]
        return sum(one.good for one in due), len(due)

    return count


def _drills(world: World) -> Callable[[datetime, datetime], Counted]:
    """Drills that teams owed for quarters that ended; waived ones count for nobody."""
    owed: dict[ThingId, tuple[datetime, bool]] = {}
    for event in _acts(world):
        if event.data["kind"] != DRILL_DUTY:
            continue
        act = event.data["act"]
        if act == "owe":
            owed[event.subject] = (_quarter_end(event), False)
        elif act == "waive":
            owed.pop(event.subject, None)
        elif act == "meet" and (known := owed.get(event.subject)) is not None:
            owed[event.subject] = (known[0], event.occurred_at <= known[0])

    def count(since: datetime, until: datetime) -> Counted:
        due = [met for end, met in owed.values() if since <= end < until]
        return sum(due), len(due)

    return count


def _exercises(world: World) -> Callable[[datetime, datetime], Counted]:
    """Of those who belong to a team now, who had passed anything that counted at the end."""
    skills = world.skills()
    people = {one for members in skills.members.values() for one in members}

    def count(_since: datetime, until: datetime) -> Counted:
        holding = {
            person
            for (person, _), spans in skills.passed.items()
            if any(span.covers(until) for span in spans)
        }
        return len(people & holding), len(people)

    return count


def _lessons(world: World) -> Callable[[datetime, datetime], Counted]:
    """Debriefs of incidents and drills whose id a proposal names that took effect since."""
    lessons: dict[ThingId, datetime] = {}
    actions: dict[ThingId, ThingId] = {}
    reasons: dict[ThingId, str] = {}
    active: list[tuple[datetime, str]] = []
    for event in _acts(world):
        kind, act = str(event.data["kind"]), str(event.data["act"])
        if (kind, act) in {("debrief", "hold"), ("drill", "debrief")}:
            lessons[event.subject] = event.occurred_at
        elif (kind, act) == ("action", "assign"):
            of = _object(event.data.get("properties")).get("ofDebrief")
            actions[event.subject] = ThingId(str(of))
        elif kind == "policy-proposal" and act == _PROPOSED:
            reasons[event.subject] = str(_object(event.data.get("data")).get("reason", ""))
        elif kind == "policy-proposal" and event.data["to"] in _IN_FORCE:
            active.append((event.occurred_at, reasons.get(event.subject, "")))

    def count(since: datetime, until: datetime) -> Counted:
        due = [one for one, at in lessons.items() if since <= at < until]
        told = [reason for at, reason in active if at < until]
        names = {one: [one, *(a for a, of in actions.items() if of == one)] for one in due}
        return sum(_named(names[one], told) for one in due), len(due)

    return count


def _named(names: list[ThingId], reasons: list[str]) -> bool:
    words = {word.strip(".,;:()") for reason in reasons for word in reason.split()}
    return any(one in words for one in names)


def _runs(world: World, since: datetime, until: datetime) -> list[float]:
    found = list[float]()
    for one in world.drills.all():
        if one.ended_at is None or not since <= one.ended_at < until:
            continue
        figures = _object((recorded(world, one) or {}).get("figures"))
        value = _object(figures.get("in_time")).get("value")
        if isinstance(value, int | float):
            found.append(float(value))
    return found


def _quarter_end(event: Event) -> datetime:
    rows = event.data["deadlines"]
    dues = [row["due"] for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return datetime.fromisoformat(str(dues[0]))


def _acts(world: World) -> Iterator[Event]:
    after = 0
    while events := world.ledger.read(after, types=(ACTED,), limit=_BATCH):
        yield from events
        after = events[-1].sequence


def _object(value: object) -> dict[str, Json]:
    return dict(value) if isinstance(value, dict) else {}

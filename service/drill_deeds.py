"""What was expected of people in a drill, and when it was done: in time, late, or not at all."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ontology.events import Event, Json
from ontology.identity import ThingId
from ontology.lifecycle_data import duration
from service.drill_scenario import PHASES, ExpectIn, Scenario
from service.drill_story import SAID
from service.drill_telling import TOLD
from service.drills import Part

_ACTED: Final = "thing.acted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One expected act: from when, by when, when it was done, and by whom.

    `outcome` is met, late, missing, by-others (somebody without the role did it), or not-asked
    (what it waits for never came, or the drill ended before it was due).
    """

    expected: ExpectIn
    outcome: str
    since: datetime | None = None
    due: datetime | None = None
    done: datetime | None = None
    by: ThingId | None = None

    @property
    def minutes(self) -> float | None:
        """How long it took, on the drill's clock."""
        if self.since is None or self.done is None:
            return None
        return round((self.done - self.since).total_seconds() / 60, 2)

    def json(self) -> dict[str, Json]:
        """The act as the score shows it."""
        return {
            "id": self.expected.id,
            "phase": self.expected.phase,
            "act": self.expected.act,
            "who": self.expected.who,
            "why": self.expected.why,
            "within": self.expected.within,
            "outcome": self.outcome,
            "since": _said(self.since),
            "due": _said(self.due),
            "done": _said(self.done),
            "minutes": self.minutes,
            "by": self.by,
        }


def deeds(
    scenario: Scenario, story: Sequence[Event], people: Mapping[ThingId, Part], ended: datetime
) -> tuple[Deed, ...]:
    """Every expected act, in the scenario's order."""
    arrived = {str(event.data["item"]): event.occurred_at for event in story if event.type == TOLD}
    return tuple(_deed(one, scenario, arrived, story, people, ended) for one in scenario.expect)


def firsts(found: Sequence[Deed]) -> dict[str, Json]:
    """Of each phase how long the first act took, and how many are missing."""
    told: dict[str, Json] = {}
    for phase in PHASES:
        mine = [one for one in found if one.expected.phase == phase and one.outcome != "not-asked"]
        took = [one.minutes for one in mine if one.minutes is not None]
        if mine:
            told[phase] = {
                "minutes": min(took, default=None),
                "expected": len(mine),
                "met": sum(one.outcome == "met" for one in mine),
                "missing": sum(one.done is None for one in mine),
            }
    return told


def _deed(
    one: ExpectIn,
    scenario: Scenario,
    arrived: Mapping[str, datetime],
    story: Sequence[Event],
    people: Mapping[ThingId, Part],
    ended: datetime,
) -> Deed:
    since = scenario.clock.began if one.after == "start" else arrived.get(f"inject-{one.after}")
    if since is None:
        return Deed(expected=one, outcome="not-asked")
    due = since + duration(one.within)
    fitting = [event for event in _doing(one.act, story, people) if event.occurred_at >= since]
    right = [each for each in fitting if one.who in {None, *people[each.actor].roles}]
    if right:
        first = right[0]
        outcome = "met" if first.occurred_at <= due else "late"
        at, by = first.occurred_at, first.actor
        return Deed(expected=one, outcome=outcome, since=since, due=due, done=at, by=by)
    if fitting:
        by = fitting[0].actor
        return Deed(expected=one, outcome="by-others", since=since, due=due, by=by)
    outcome = "missing" if ended >= due else "not-asked"
    return Deed(expected=one, outcome=outcome, since=since, due=due)


def _doing(act: str, story: Sequence[Event], people: Mapping[ThingId, Part]) -> Iterator[Event]:
    """The events by which a participant did an act, in their order."""
    kind, _, name = act.partition("/")
    for event in story:
        if event.actor not in people or event.data.get("act") != name:
            continue
        if (event.type == SAID and kind == "said") or (
            event.type == _ACTED and event.data["kind"] == kind
        ):
            yield event


def _said(at: datetime | None) -> str | None:
    return at.isoformat().replace("+00:00", "Z") if at is not None else None

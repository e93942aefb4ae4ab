"""The report on debriefs: what share was held in time, and how old open actions are."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from knowledge.measures.estimates import Estimate, Figure, Withheld
from knowledge.proportions import wilson
from ontology.events import Event
from ontology.identity import ThingId
from service.acts import ACTED
from service.case_words import said_by
from service.debrief_bodies import DebriefsIn
from service.debriefs import Round, events_of, moment, rounds
from service.problems import Fault, unprocessable
from service.recorded_history import Progress
from service.reported import Cell, Report
from service.world import World

_AGES: Final = (("up to a week", 7), ("up to a month", 30), ("up to a quarter", 91))
_OLDEST: Final = "older than a quarter"
_OPEN: Final = frozenset({"open", "overdue"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """An action: when it was first assigned, its date, when it was done."""

    state: str
    assigned: datetime
    due: datetime
    finished: datetime | None


class DebriefsReport(Report):
    """Shares with their intervals, and open actions by age."""

    __slots__ = ("_actions", "_at", "_rounds")

    def __init__(self, at: datetime, found: Sequence[Round], actions: Sequence[Given]) -> None:
        """`found` are the rounds of all debriefs that were due within the time asked about."""
        self._at, self._rounds, self._actions = at, found, actions

    @property
    def figures(self) -> Mapping[str, Figure]:
        """What share of debriefs was held in time, and of actions was done by its date."""
        asked = [one for one in self._rounds if one.suspended is None or one.held is not None]
        judged = [one for one in asked if one.held is not None or one.due <= self._at]
        over = [one for one in self._actions if one.state != "dropped"]
        ended = [one for one in over if one.finished is not None or one.due <= self._at]
        return {
            "debriefs held in time": _share([one.in_time is True for one in judged], "debrief"),
            "actions done in time": _share(
                [one.finished is not None and one.finished <= one.due for one in ended], "action"
            ),
        }

    @property
    def ages(self) -> Mapping[str, tuple[int, int]]:
        """Open actions by age since they were assigned, and how many of them are overdue."""
        found = dict.fromkeys((*(n for n, _ in _AGES), _OLDEST), (0, 0))
        for one in self._actions:
            if one.state in _OPEN:
                age = self._at - one.assigned
                name = next((n for n, days in _AGES if age <= timedelta(days=days)), _OLDEST)
                many, late = found[name]
                found[name] = (many + 1, late + (one.due <= self._at))
        return found

    def to_json(self) -> Mapping[str, Any]:
        """All of it."""
        waiting = [o for o in self._rounds if o.held is None and o.suspended is None]
        return {
            "at": self._at.isoformat(),
            "figures": {name: one.to_json() for name, one in self.figures.items()},
            "waiting": len(waiting),
            "overdue": sum(one.due <= self._at for one in waiting),
            "put_off": sum(o.held is None and o.suspended is not None for o in self._rounds),
            "open_actions": [
                {"age": name, "open": many, "overdue": late}
                for name, (many, late) in self.ages.items()
            ],
        }

    def lines(self) -> Iterable[str]:
        """What people read on a terminal."""
        said = self.to_json()
        yield from (f"{name}: {one.words()}" for name, one in self.figures.items())
        words = f"{said['waiting']} wait to be held, {said['overdue']} of them overdue"
        yield f"{words}; {said['put_off']} put off as the incident came back"
        for name, (many, late) in self.ages.items():
            yield f"open actions, {name}: {many}, {late} of them overdue"

    def rows(self) -> Iterable[Sequence[Cell]]:
        """A row a figure."""
        yield ("figure", "value", "low", "high", "n", "withheld")
        for name, one in self.figures.items():
            if isinstance(one, Estimate):
                yield (name, one.value, one.low, one.high, one.n, None)
            else:
                yield (name, None, None, None, one.n, one.reason)
        for name, (many, late) in self.ages.items():
            yield (f"open actions, {name}", many, None, None, many, None)
            yield (f"overdue actions, {name}", late, None, None, many, None)


def report(world: World, body: DebriefsIn, progress: Progress) -> DebriefsReport:
    """Debriefs that were due in a time, by what is known now; actions of any time.

    Raises:
        ProblemError: the time ends before it begins, or a day is none (422).
    """
    world.catch_up()
    since, until = _day(body.since, "/since"), _day(body.until, "/until")
    if since is not None and until is not None and until <= since:
        words = f"ends {body.until}, which is not after {body.since}"
        raise unprocessable([Fault(pointer="/until", detail=words, example="2027-01-01")])
    things = world.graph.of_type("Debrief")
    found: list[Round] = []
    for done, thing in enumerate(things):
        progress(done, len(things))
        found += rounds(events_of(world.ledger, thing))
    chosen = [o for o in found if _within(o.due, since, until)]
    actions = [one for thing in world.graph.of_type("Action") for one in _given(world, thing)]
    return DebriefsReport(world.clock.now(), chosen, actions)


def _given(world: World, thing: ThingId) -> Iterator[Given]:
    """An action; postponed ones are held against the date that they have now."""
    events: Sequence[Event] = world.ledger.read(0, types=(ACTED,), subject=thing)
    dues = [said_by(one)["dueAt"] for one in events if "dueAt" in said_by(one)]
    ends = [one.occurred_at for one in events if one.data["act"] == "finish"]
    if dues:
        yield Given(
            state=str(world.graph.state(thing)),
            assigned=events[0].occurred_at,
            due=moment(dues[-1]),
            finished=ends[-1] if ends else None,
        )


def _share(right: Sequence[bool], what: str) -> Figure:
    if not right:
        return Withheld(reason=f"no {what} was due yet", n=0)
    low, high = wilson(sum(right), len(right))
    return Estimate(value=sum(right) / len(right), low=low, high=high, n=len(right))


def _within(at: datetime, since: datetime | None, until: datetime | None) -> bool:
    return (since is None or at >= since) and (until is None or at < until)


def _day(text: str | None, pointer: str) -> datetime | None:
    if text is None:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        fault = Fault(pointer=pointer, detail="is no day", value=text, example="2026-01-01")
        raise unprocessable([fault]) from error
    return datetime(found.year, found.month, found.day, tzinfo=UTC)

"""What people answered for in crises: each duty, signature, deviation, action, with its events."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from ontology.events import Event, Json
from ontology.identity import ThingId, kind_of
from service import outcomes
from service.acts import ACTED
from service.recorded_history import Progress
from service.skills import Skills
from service.world import World

APPROVALS, DEVIATIONS, DUTIES, ACTIONS = (
    "approvals in time",
    "deviations answered in time",
    "duties to inform met in time",
    "debrief actions done in time",
)
OVERRIDES: Final = "overrides that hindsight bears out"
ASKED: Final = (DUTIES, APPROVALS, DEVIATIONS, ACTIONS)
"""The topics in which somebody waits for an answer by a moment."""

_BATCH: Final = 1_000
_DAY: Final = timedelta(days=1)
_OVER: Final = frozenset({"ended", "void", "dropped"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One thing that was asked of somebody, or that they decided, and what came of it.

    `people` are those to whom it is put down: several share a shift. `good` says in time, or that
    hindsight bears it out; `answered` that anything was done at all; `load` how many things were
    due for anybody within the day before.
    """

    topic: str
    thing: ThingId
    people: frozenset[ThingId]
    due: datetime
    good: bool
    answered: bool
    done: datetime | None = None
    incident: ThingId | None = None
    sequences: tuple[int, ...] = ()
    load: int = 1

    @property
    def band(self) -> str:
        """The load, roughly."""
        return next(name for most, name in _BANDS if self.load <= most)

    def json(self) -> dict[str, Json]:
        """The deed as an assessment shows it; its events are in the ledger under `sequences`."""
        return {
            "topic": self.topic,
            "thing": self.thing,
            "incident": self.incident,
            "due": self.due.isoformat(),
            "done": self.done.isoformat() if self.done is not None else None,
            "good": self.good,
            "answered": self.answered,
            "load": self.load,
            "shared_by": len(self.people),
            "sequences": [*self.sequences],
        }


_BANDS: Final = ((2, "few"), (9, "some"), (10**9, "many"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """How a kind of thing is asked and answered: the deadline, and the acts that tell."""

    topic: str
    deadline: str
    answers: frozenset[str]
    misses: str


_RULES: Final[Mapping[str, _Rule]] = {
    "approval": _Rule(
        topic=APPROVALS,
        deadline="answer",
        answers=frozenset({"grant", "refuse"}),
        misses="lapse",
    ),
    "deviation": _Rule(
        topic=DEVIATIONS,
        deadline="answer",
        answers=frozenset({"grant", "refuse"}),
        misses="lapse",
    ),
    "duty": _Rule(
        topic=DUTIES, deadline="due", answers=frozenset({"inform", "meet"}), misses="miss"
    ),
    "action": _Rule(
        topic=ACTIONS, deadline="due", answers=frozenset({"finish"}), misses="overdue"
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What waits for an answer, as far as events were read."""

    since: datetime
    due: datetime
    team: ThingId | None
    doer: ThingId | None
    about: ThingId
    sequences: tuple[int, ...]
    missed: bool = False
    barred: frozenset[ThingId] = field(default=frozenset())


def deeds(world: World, progress: Progress) -> tuple[Deed, ...]:
    """Every deed of anybody that the ledger tells of, the first due first."""
    found = [*_read(world, progress)]
    dues = sorted(one.due for one in found)
    loaded = [
        replace(one, load=bisect_right(dues, one.due) - bisect_left(dues, one.due - _DAY))
        for one in found
    ]
    return tuple(sorted(loaded, key=lambda one: (one.due, one.thing)))


def _read(world: World, progress: Progress) -> Iterator[Deed]:
    skills = world.skills()
    waiting: dict[ThingId, _Asked] = {}
    after, head = 0, world.ledger.head()
    while events := world.ledger.read(after, types=(ACTED,), limit=_BATCH):
        for event in events:
            kind = str(event.data.get("kind"))
            if kind in _RULES:
                yield from _after(world, skills, waiting, event, _RULES[kind])
            elif kind == "decision" and event.data.get("act") == "override":
                yield from _override(world, event)
        after = events[-1].sequence
        progress(min(after, head), head)
    for thing, one in waiting.items():
        if one.missed:
            yield _deed(world, skills, thing, one, _RULES[kind_of(thing)], None)


def _after(
    world: World, skills: Skills, waiting: dict[ThingId, _Asked], event: Event, rule: _Rule
) -> Iterator[Deed]:
    """What one act on a thing settles, and what waits afterwards."""
    thing, act, to = event.subject, str(event.data["act"]), str(event.data["to"])
    one = waiting.get(thing)
    if one is not None:
        one = _moved(one, event, rule)
        waiting[thing] = one
        if act in rule.answers or ((to in _OVER or _due(event, rule)) and one.missed):
            answer = event if act in rule.answers else None
            yield _deed(world, skills, thing, one, rule, answer)
        if (act in rule.answers and to != event.data["from"]) or to in _OVER:
            del waiting[thing]
    due = _due(event, rule)
    if due is not None:
        waiting[thing] = _asked(world, event, due, one if act == "tighten" else None)


def _moved(one: _Asked, event: Event, rule: _Rule) -> _Asked:
    act, shown = str(event.data["act"]), _object(event.data.get("properties"))
    one = replace(one, sequences=(*one.sequences, event.sequence))
    if act == rule.misses:
        return replace(one, missed=True)
    if act == "recuse":
        return replace(one, barred=one.barred | {event.actor})
    if not one.missed and "doer" in shown:
        return replace(one, doer=ThingId(str(shown["doer"])))
    return one


def _asked(world: World, event: Event, due: datetime, before: _Asked | None) -> _Asked:
    shown = _object(event.data.get("properties"))
    team = shown.get("routedTo") or world.graph.get(event.subject, "ownedBy")
    doer = shown.get("doer") or (
        world.graph.get(event.subject, "doer") if event.data.get("kind") == "action" else None
    )
    about = shown.get("approves") or shown.get("ofDebrief") or event.subject
    return _Asked(
        since=before.since if before is not None else event.occurred_at,
        due=due,
        team=ThingId(str(team)) if team is not None else None,
        doer=ThingId(str(doer)) if doer is not None else None,
        about=ThingId(str(about)),
        sequences=(*(before.sequences if before is not None else ()), event.sequence),
    )


def _deed(
    world: World,
    skills: Skills,
    thing: ThingId,
    one: _Asked,
    rule: _Rule,
    answer: Event | None,
) -> Deed:
    """What became of something asked: to whom it is put down depends on what it is.

    An action is its doer's. A signature or deviation is whose answer it was. A duty, and what
    nobody answered, are of those who were on call for the team all the time.
    """
    people: frozenset[ThingId]
    if one.doer is not None:
        people = frozenset({one.doer})
    elif answer is not None and rule.topic in {APPROVALS, DEVIATIONS}:
        people = frozenset({answer.actor})
    else:
        people = answerable(skills, one.team, one.since, one.due) - one.barred
    incident = _incident(world, thing, one.about)
    return Deed(
        topic=rule.topic,
        thing=thing,
        people=people,
        due=one.due,
        good=answer is not None and not one.missed and answer.occurred_at <= one.due,
        answered=answer is not None,
        done=answer.occurred_at if answer is not None else None,
        incident=incident,
        sequences=one.sequences,
    )


def answerable(
    skills: Skills, team: ThingId | None, since: datetime, due: datetime
) -> frozenset[ThingId]:
    """Who was on call for a team all the time; where nobody was, its only member, if any."""
    if team is None:
        return frozenset()
    held = {
        who for who, span in skills.shifts.get(team, ()) if span.covers(since) and span.covers(due)
    }
    members = skills.members.get(team, frozenset())
    return frozenset(held) or (members if len(members) == 1 else frozenset())


def _override(world: World, event: Event) -> Iterator[Deed]:
    """An override whose tier can be held against what the organisation really did."""
    tier = _object(event.data.get("properties")).get("overriddenTier")
    told = [*outcomes.of(world, event.subject)]
    real = outcomes.read(told[-1]).tier if told else None
    if tier is None or real is None:
        return
    made = world.ledger.by_id(event.subject)
    about = _object(made.data.get("request")).get("incident") if made is not None else None
    yield Deed(
        topic=OVERRIDES,
        thing=event.subject,
        people=frozenset({event.actor}),
        due=event.occurred_at,
        good=tier == real,
        answered=True,
        done=event.occurred_at,
        incident=ThingId(str(about)) if about is not None else None,
        sequences=(event.sequence, told[-1].sequence),
    )


def _incident(world: World, thing: ThingId, about: ThingId) -> ThingId | None:
    for one, term in ((thing, "owedFor"), (about, "aboutIncident"), (thing, "aboutIncident")):
        found = world.graph.get(one, term)
        if found is not None:
            return ThingId(str(found))
    return None


def _due(event: Event, rule: _Rule) -> datetime | None:
    rows = event.data.get("deadlines")
    for row in rows if isinstance(rows, Sequence) else ():
        if isinstance(row, Mapping) and row.get("name") == rule.deadline:
            return datetime.fromisoformat(str(row["due"]))
    return None


def _object(value: object) -> Mapping[str, Json]:
    return value if isinstance(value, Mapping) else {}

"""The work queue as people look at it: what is wanted of it, in which order, how much it is."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from knowledge.due import Open
from ontology.identity import ThingId
from ontology.lifecycle import SAME, Lifecycle, Role
from service.alerts import TIERS
from service.assessment_view import visible
from service.world import World

_NAMES: Final = ("name", "title")
_GRAVITY: Final = {tier: -at for at, tier in enumerate(TIERS)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which part of the queue is looked at, and what comes first in it.

    `mine` is what a team of theirs has, or what they took on themselves.
    """

    kind: str | None = None
    team: str | None = None
    mine: bool = False
    overdue: bool = False
    gravest: bool = False
    start: int = 0
    rows: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One thing that waits: what it is about in words, and whether its deadline was missed."""

    open: Open
    about: str
    missed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A part of the queue: its rows, how many there are in all, and what it can be narrowed to."""

    rows: tuple[Row, ...]
    total: int
    all: int
    late: int
    kinds: Mapping[str, int]
    teams: tuple[ThingId, ...]


def look(world: World, wanted: Wanted, who: ThingId) -> Shown:
    """What somebody sees of the queue, the next deadline first, or the highest tier."""
    late = _Late.of(world)
    everything = [
        one
        for one in world.due_now().waiting()
        if one.kind != "assessment" or visible(world, one.thing, who)
    ]
    theirs = {str(one) for one in world.graph.properties(who).get("memberOf", ())}
    fitting = [one for one in everything if _fits(one, wanted, late, who, theirs)]
    fitting.sort(key=late.gravest if wanted.gravest else late.next)
    page = fitting[wanted.start : wanted.start + wanted.rows]
    return Shown(
        rows=tuple(
            Row(open=one, about=about(world, one), missed=late.missed(one)) for one in page
        ),
        total=len(fitting),
        all=len(everything),
        late=sum(map(late.is_late, fitting)),
        kinds=dict(sorted(Counter(one.kind for one in everything).items())),
        teams=tuple(sorted({one.team for one in everything if one.team is not None})),
    )


def about(world: World, one: Open) -> str:
    """What an open thing is about, in words that name no person."""
    alert = world.alerts_now().get(one.thing) if one.kind == "alert" else None
    if alert is not None and alert.reason:
        return alert.reason
    return named(world, one.incident or one.thing)


def named(world: World, thing: ThingId) -> str:
    """The name of a thing that is no person, or the local part of its id as words."""
    known = world.incidents.get(thing)
    if known is not None and known.name:
        return known.name
    found: Iterable[object] = (world.graph.get(thing, term) for term in _NAMES)
    local = thing.partition("/")[2].replace("-", " ")
    return next((str(one) for one in found if one is not None), local)


def _fits(one: Open, wanted: Wanted, late: "_Late", who: ThingId, theirs: Collection[str]) -> bool:
    return (
        (wanted.kind is None or one.kind == wanted.kind)
        and (wanted.team is None or one.team == wanted.team)
        and (not wanted.mine or one.team in theirs or one.by == who)
        and (not wanted.overdue or late.is_late(one))
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Late:
    """What is late at a moment: a deadline has passed, or has lapsed and left a state behind."""

    at: datetime
    lapsed: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, world: World) -> "_Late":
        lapsed = {kind: _lapsed(one) for kind, one in world.lifecycles.items()}
        return cls(at=world.clock.now(), lapsed=lapsed)

    def missed(self, one: Open) -> bool:
        return not one.deadlines and one.state in self.lapsed[one.kind]

    def is_late(self, one: Open) -> bool:
        return self.missed(one) or (one.due is not None and one.due <= self.at)

    def next(self, one: Open) -> tuple[datetime, int, int]:
        due = one.since if self.missed(one) else one.place.due
        return due, _GRAVITY.get(one.tier or "", 1), one.sequence

    def gravest(self, one: Open) -> tuple[int, datetime, int]:
        due, gravity, sequence = self.next(one)
        return gravity, due, sequence


def _lapsed(lifecycle: Lifecycle) -> frozenset[str]:
    """The states that a thing enters only because nobody did anything in time."""
    lapses = {due.lapse for state in lifecycle.states.values() for due in state.deadlines}
    acts = lifecycle.acts.values()
    ours = {one.to for one in acts if one.name in lapses and one.to != SAME}
    return frozenset(
        state
        for state in ours
        if all(one.roles == {Role.ATTUNE} for one in acts if one.to == state)
    )

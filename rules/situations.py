"""Situations: facts, as regions, of which some conjunctions hold and others do not, or a proof.

A search over finitely many choices. A conjunction fails where no fact fits one of its patterns,
or where a fact fits one of its absences; so each of those that must not hold is undone in one of
these ways, and what is left of every fact's region shows whether that can be.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice, product
from typing import Final, Literal, TypeAlias

from ontology.kinds import Field
from ontology.values import Value
from rules.conditions import Conjunction
from rules.linked_fields import Link, joined
from rules.regions import Region
from rules.sfeel import MISSING, Input
from rules.value_sets import ValueSet

MOST_CHOICES: Final = 4_000
MOST_BOXES: Final = 64

Never: TypeAlias = Literal["never", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Without:
    """Facts that must not be there: any of a region, or those that equal the one at an anchor."""

    region: Region
    anchor: int | None = None
    equal: tuple[tuple[Field, Field], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A conjunction as regions: a fact of each, linked as they say, and none of `without`."""

    places: tuple[Region, ...]
    links: tuple[Link, ...] = ()
    without: tuple[Without, ...] = ()

    @classmethod
    def of(cls, one: Conjunction) -> "Asked":
        """What a conjunction asks."""
        return cls(
            places=tuple(map(Region.of, one.patterns)),
            links=tuple(((j.left, j.left_field), (j.right, j.right_field)) for j in one.joins),
            without=tuple(
                Without(region=Region.of(a.pattern), anchor=a.anchor, equal=a.equal)
                for a in one.absences
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """One region a fact, linked as was asked: any facts of them will do."""

    places: tuple[Region, ...]
    links: tuple[Link, ...] = ()


@dataclass(slots=True)
class _Search:
    """What is left to choose; `sure` turns false where a way was not tried."""

    left: int = MOST_CHOICES
    sure: bool = True

    def spent(self) -> bool:
        self.left -= 1
        self.sure = self.sure and self.left > 0
        return self.left <= 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    """For each place the boxes that are left of its region; `barred` holds for every fact."""

    boxes: tuple[tuple[Region, ...], ...]
    barred: tuple[Region, ...] = ()
    links: tuple[Link, ...] = field(default=())

    def barring(self, region: Region, search: _Search) -> "_State | None":
        """Without any fact of a region; None where a place is left with nothing."""
        boxes = tuple(_less(some, region) for some in self.boxes)
        search.sure = search.sure and all(len(some) <= MOST_BOXES for some in boxes)
        if not all(boxes):
            return None
        kept = tuple(some[:MOST_BOXES] for some in boxes)
        return replace(self, boxes=kept, barred=(*self.barred, region))

    def adding(self, region: Region) -> "_State | None":
        """With one more fact, of a region."""
        left = region.without(self.barred)
        return replace(self, boxes=(*self.boxes, left)) if left else None


def situation(wanted: Asked, unwanted: Iterable[Asked] = ()) -> Situation | Never:
    """Facts of which `wanted` holds and none of `unwanted` does.

    "never" is proven, for any number of facts; "unknown" says that the search ended first, or
    that joins or patterns of texts stand in the way of a proof.
    """
    if any(place.empty for place in wanted.places):
        return "never"
    search, rest = _Search(), [*unwanted]
    start = _State(boxes=tuple((p,) for p in wanted.places), links=wanted.links)
    more = [without.region for one in rest for without in one.without]
    for one in wanted.without:
        loose = one.equal and _may(one.region, [*wanted.places, *more])
        search.sure = search.sure and not loose
    starts = _starts(start, wanted.without, search)
    found = next((one for state in starts for one in _undone(state, rest, search)), None)
    return found or ("never" if search.sure else "unknown")


def _starts(state: _State, without: Sequence[Without], search: _Search) -> Iterator[_State]:
    """The ways to do without some facts, one after the other."""
    if not without:
        yield state
        return
    first, *others = without
    for after in _lacking(state, first, search):
        yield from _starts(after, others, search)


def _lacking(state: _State, one: Without, search: _Search) -> Iterator[_State]:
    """Without such facts at all; or with an anchor that none of them equals."""
    none = state.barring(one.region, search)
    if none is not None:
        yield none
    for mine, theirs in one.equal if one.anchor is not None else ():
        for anchor in state.boxes[one.anchor or 0]:
            for value in (MISSING, *islice(anchor.set_of(theirs).values(), 2)):
                yield from _anchored(state, one, (mine, theirs), value, search)


def _anchored(
    state: _State, one: Without, ends: tuple[Field, Field], value: Input, search: _Search
) -> Iterator[_State]:
    """The anchor has one value, or misses it, and no fact that must not be there has the same."""
    mine, theirs = ends
    at = one.anchor or 0
    boxes = (box.narrowed(ValueSet.holding(theirs, value)) for box in state.boxes[at])
    left = tuple(box for box in boxes if box is not None)
    same = None if value is MISSING or not _fits(mine, value) else ValueSet.holding(mine, value)
    barred = None if same is None else one.region.narrowed(same)
    if left:
        after = replace(state, boxes=(*state.boxes[:at], left, *state.boxes[at + 1 :]))
        done = after if barred is None else after.barring(barred, search)
        if done is not None:
            yield done


def _may(region: Region, places: Iterable[Region]) -> bool:
    return any(region.meet(place) is not None for place in places)


def _less(boxes: Iterable[Region], region: Region) -> tuple[Region, ...]:
    return tuple(piece for box in boxes for piece in box.minus(region))


def _undone(state: _State, rest: Sequence[Asked], search: _Search) -> Iterator[Situation]:
    """The ways to undo every one of the rest, one after the other."""
    if search.spent():
        return
    if not rest:
        made = _made(state, search)
        if made is not None:
            yield made
        return
    for after in _ways(state, rest[0], rest[1:], search):
        yield from _undone(after, rest[1:], search)


def _ways(state: _State, one: Asked, rest: Sequence[Asked], search: _Search) -> Iterator[_State]:
    missed = [p for p in one.places if not any(_may(p, boxes) for boxes in state.boxes)]
    needed = {without.region.kind for other in rest for without in other.without}
    idle = next((place for place in missed if place.kind not in needed), None)
    if idle is not None:
        yield replace(state, barred=(*state.barred, idle))  # undone, and nothing will bring it
        return
    yield from _unlinked(state, one, search)
    if any(without.anchor is not None for without in one.without):
        search.sure = False  # a fact that equals the one at the anchor would undo it as well
    for place in sorted(one.places, key=lambda place: len(place.sets), reverse=True):
        after = state.barring(place, search)
        if after is not None:
            yield after
    for without in one.without:
        added = state.adding(without.region) if without.anchor is None else None
        if added is not None:
            yield added


def _unlinked(state: _State, one: Asked, search: _Search) -> Iterator[_State]:
    """Ways in which facts fit and do not hold the same: one misses it, or each has its own."""
    for ends in one.links:
        search.sure = False  # other values than the one that is tried could differ as well
        for (here, mine), (there, theirs) in (ends, ends[::-1]):
            place, far = one.places[here], one.places[there]
            without = place.narrowed(place.set_of(mine).given())
            after = None if without is None else state.barring(without, search)
            if after is not None:
                yield after
            value = next(_common(place.set_of(mine), state, place.kind), None)
            if value is not None:
                yield from _told_apart(state, (place, mine), (far, theirs), value, search)


def _told_apart(
    state: _State,
    one: tuple[Region, Field],
    other: tuple[Region, Field],
    value: Value,
    search: _Search,
) -> Iterator[_State]:
    """Every fact of the one place has a value there, and none of the other has it."""
    (place, mine), (far, theirs) = one, other
    if not _fits(theirs, value):
        return
    else_ = place.narrowed(ValueSet.holding(mine, value).outside())
    same = far.narrowed(ValueSet.holding(theirs, value))
    after = state if else_ is None else state.barring(else_, search)
    after = after.barring(same, search) if after is not None and same is not None else after
    if after is not None:
        yield after


def _common(values: ValueSet, state: _State, kind: str) -> Iterator[Value]:
    """Values of a field that some fact can have."""
    boxes = (box for some in state.boxes for box in some if box.kind == kind)
    for box in boxes:
        yield from islice(box.set_of(values.field).meet(values).values(), 1)


def _fits(field: Field, value: Input) -> bool:
    return not field.allowed or value in field.allowed


def _made(state: _State, search: _Search) -> Situation | None:
    """One box for each place, so that the links can hold."""
    linked = {at for link in state.links for at, _ in link}
    some = [boxes if at in linked else boxes[:1] for at, boxes in enumerate(state.boxes)]
    if any(box.empty is None for boxes in state.boxes for box in boxes):
        search.sure = False
    for boxes in product(*some):
        if search.spent():
            return None
        places = joined(boxes, state.links)
        if places is not None and all(place.values() is not None for place in places):
            return Situation(places=places, links=state.links)
    return None

"""Situations: facts, as regions, of which some conjunctions hold and others do not, or a proof.

A search over finitely many choices. A conjunction fails where no fact fits one of its patterns,
or where a fact fits one of its absences; so each of those that must not hold is undone in one of
these ways, and what is left of every fact's region shows whether that can be.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Final, Literal, TypeAlias

from ontology.kinds import Field
from ontology.values import Datatype, Value
from rules.conditions import Conjunction
from rules.regions import Region
from rules.value_sets import ValueSet

MOST_CHOICES: Final = 4_000
MOST_BOXES: Final = 64

Link: TypeAlias = tuple[tuple[int, Field], tuple[int, Field]]
"""Two fields, each of the fact at a place, that hold the same."""

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

    def beside(self, other: "Asked") -> "Asked":
        """What both ask, each of facts of its own."""
        by = len(self.places)
        return Asked(
            places=(*self.places, *other.places),
            links=(*self.links, *(((a + by, f), (b + by, g)) for (a, f), (b, g) in other.links)),
            without=(*self.without, *(_moved(one, by) for one in other.without)),
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
    search = _Search()
    state: _State | None = _State(boxes=tuple((p,) for p in wanted.places), links=wanted.links)
    for one in wanted.without:
        if one.anchor is not None and one.equal:
            search.sure = search.sure and not _may(one.region, wanted.places)
        state = state.barring(one.region, search) if state is not None else None
    if any(place.empty for place in wanted.places) or state is None:
        return "never" if search.sure else "unknown"
    found = next(_undone(state, [*unwanted], search), None)
    return found or ("never" if search.sure else "unknown")


def _may(region: Region, places: Iterable[Region]) -> bool:
    return any(region.meet(place) is not None for place in places)


def _moved(one: Without, by: int) -> Without:
    return one if one.anchor is None else replace(one, anchor=one.anchor + by)


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
    for after in _ways(state, rest[0], search):
        yield from _undone(after, rest[1:], search)


def _ways(state: _State, one: Asked, search: _Search) -> Iterator[_State]:
    if any(not any(_may(place, boxes) for boxes in state.boxes) for place in one.places):
        yield state
        return
    if one.links or any(without.anchor is not None for without in one.without):
        search.sure = False  # facts that fit but are not linked would undo it as well
    for place in sorted(one.places, key=lambda place: len(place.sets), reverse=True):
        after = state.barring(place, search)
        if after is not None:
            yield after
    for without in one.without:
        added = state.adding(without.region) if without.anchor is None else None
        if added is not None:
            yield added


def _made(state: _State, search: _Search) -> Situation | None:
    """One box for each place, so that the links can hold."""
    linked = {at for link in state.links for at, _ in link}
    some = [boxes if at in linked else boxes[:1] for at, boxes in enumerate(state.boxes)]
    if any(box.empty is None for boxes in state.boxes for box in boxes):
        search.sure = False
    for boxes in product(*some):
        if search.spent():
            return None
        places = _linked(boxes, state.links)
        if places is not None and all(place.values() is not None for place in places):
            return Situation(places=places, links=state.links)
    return None


def _linked(boxes: Sequence[Region], links: Sequence[Link]) -> tuple[Region, ...] | None:
    """The boxes with one value in the fields that are linked; None where they share none."""
    found = [*boxes]
    for group in _groups(links):
        sets = [found[at].set_of(shape).given() for at, shape in group]
        value = shared(sets)
        if value is None:
            return None
        for at, shape in group:
            narrowed = found[at].narrowed(ValueSet.holding(shape, value))
            if narrowed is None:
                return None
            found[at] = narrowed
    return tuple(found)


def _groups(links: Sequence[Link]) -> list[list[tuple[int, Field]]]:
    """The fields that hold one value, because links lead from each to the others."""
    groups: list[list[tuple[int, Field]]] = []
    for one, other in links:
        touched = [group for group in groups if one in group or other in group]
        joined = [*dict.fromkeys([one, other, *(end for group in touched for end in group)])]
        groups = [*(group for group in groups if group not in touched), joined]
    return groups


def shared(sets: Sequence[ValueSet]) -> Value | None:
    """A value that lies in every one of some sets of fields that can be compared; None without."""
    first, *others = sorted(sets, key=lambda one: one.field.datatype is not Datatype.TOKEN)
    if first.field.datatype is Datatype.TOKEN:
        named = (name for name in first.field.allowed if first.has(name))
        return next((name for name in named if all(_has(one, name) for one in others)), None)
    for other in others:
        first = first.meet(replace(other, field=first.field))
    return next(first.values(), None)


def _has(one: ValueSet, name: str) -> bool:
    if one.field.allowed and name not in one.field.allowed:
        return False
    return one.has(name)

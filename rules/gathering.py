"""Gathering: what several conjunctions ask, of as few facts as can be: one of a kind, or a key."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice, product
from typing import Final

from ontology.kinds import Kind
from rules.linked_fields import Link
from rules.regions import Region
from rules.situations import Asked

MOST_WAYS: Final = 24


def gathered(
    parts: Sequence[Asked], kinds: Mapping[str, Kind], *, single: bool = True
) -> Iterator[Asked]:
    """What all the parts ask together, the fewest facts first.

    Facts of different parts are one fact where they can be. With `single`, they have to be: a
    kind has one fact (one for each key), but where a part itself asks for several. What rules
    conclude may always be several.
    """
    if not parts:
        yield Asked(places=())
        return
    whole: Iterator[Asked] = iter([parts[0]])
    for part in parts[1:]:
        whole = _with(whole, part, kinds, single=single)
    yield from whole


def _with(
    wholes: Iterator[Asked], part: Asked, kinds: Mapping[str, Kind], *, single: bool
) -> Iterator[Asked]:
    for whole in wholes:
        options = [[*_options(place, whole, kinds, single=single)] for place in part.places]
        for chosen in islice(product(*options), MOST_WAYS):
            joined = _joined(whole, part, chosen)
            if joined is not None:
                yield joined


def _options(
    place: Region, whole: Asked, kinds: Mapping[str, Kind], *, single: bool
) -> Iterator[tuple[int | None, Region]]:
    """Where a fact can be: that of a place of the whole, or one of its own."""
    alike = [(at, one) for at, one in enumerate(whole.places) if one.kind == place.kind]
    kind = kinds[place.kind]
    for at, one in alike:
        met = one.meet(place)
        if met is not None:
            yield at, met
    if not alike or not single or kind.stratum is not None:
        yield None, place
    elif kind.keys:
        other = _keyed_apart(place, [one for _, one in alike], kind)
        if other is not None:
            yield None, other


def _keyed_apart(place: Region, others: Sequence[Region], kind: Kind) -> Region | None:
    """The region where a key is another than that of the facts there are; None without any."""
    key = kind.fields[kind.keys[0]]
    found: Region | None = place
    for other in others:
        theirs = other.set_of(key)
        value = theirs.one()
        if found is not None and theirs == theirs.holding(key, value):
            found = found.narrowed(theirs.outside())
    return found


def _joined(
    whole: Asked, part: Asked, chosen: Sequence[tuple[int | None, Region]]
) -> Asked | None:
    places = [*whole.places]
    at: list[int] = []
    for to, region in chosen:
        if to is None:
            at.append(len(places))
            places.append(region)
            continue
        met = places[to].meet(region)
        if met is None:
            return None
        places[to] = met
        at.append(to)
    apart = [
        one if one.anchor is None else replace(one, anchor=at[one.anchor]) for one in part.without
    ]
    return Asked(
        places=tuple(places),
        links=(*whole.links, *(_link(one, at) for one in part.links)),
        without=(*whole.without, *apart),
    )


def _link(link: Link, at: Sequence[int]) -> Link:
    (left, mine), (right, theirs) = link
    return (at[left], mine), (at[right], theirs)

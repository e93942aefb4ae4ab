"""What remains of an alternative where others do not hold: alternatives again, never too few."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice, product
from math import prod
from typing import Final

from rules.alternatives import Alternative, Lack, less
from rules.conditions import Join
from rules.regions import Region

MOST_PIECES: Final = 64
"""Alternatives into which one may fall; what would make more of it is not taken away."""

_MOST_WAYS: Final = 64


def remainder(
    some: Iterable[Alternative], others: Iterable[Alternative]
) -> tuple[Alternative, ...]:
    """Alternatives that together hold wherever one of `some` does and none of the others.

    # INVARIANT: never too few. Where joins, patterns of texts or too many pieces keep it from
    # being exact, more remains than is true; so what leaves nothing is covered for certain.
    """
    pieces = [one for one in some if one.possible]
    for other in others:
        cut = dict.fromkeys(p for piece in pieces for p in _without(piece, other))
        kept = [piece for piece in cut if piece.possible]
        pieces = kept if len(kept) <= MOST_PIECES else pieces
    return tuple(pieces)


def _without(one: Alternative, other: Alternative) -> Iterator[Alternative]:
    if _apart(one, other):
        yield one  # only two facts of one kind could fulfil both: told as if none could
    elif other.joined:
        yield from _without_joined(one, other)
    else:
        for region in other.regions:
            yield from _lacking(one, region)
        for region in other.barred:
            yield _having(one, region)


def _apart(one: Alternative, other: Alternative) -> bool:
    """Whether a kind that both ask for once keeps them apart."""
    mine, theirs = (Counter(r.kind for r in side.regions) for side in (one, other))
    found = {r.kind: r for r in other.regions if theirs[r.kind] == 1}
    return any(
        mine[r.kind] == 1 and r.kind in found and r.meet(found[r.kind]) is None
        for r in one.regions
    )


def _lacking(one: Alternative, region: Region) -> Iterator[Alternative]:
    """The same, and no fact in the region."""
    lack = Lack(region=region)
    absences = one.absences if lack in one.absences else (*one.absences, lack)
    ways = [less(own, region) if own.kind == region.kind else (own,) for own in one.regions]
    if prod(map(len, ways)) > MOST_PIECES:
        ways = [(own,) for own in one.regions]
    for regions in product(*ways):
        yield replace(one, regions=regions, absences=absences)


def _having(one: Alternative, region: Region) -> Alternative:
    """The same, and a fact in the region."""
    if any(own.within(region) for own in one.regions):
        return one
    return replace(one, regions=(*one.regions, region))


def _without_joined(one: Alternative, other: Alternative) -> Iterator[Alternative]:
    """Where the joins of the other hold as well, one of its regions or absences must fail."""
    way = next((way for way in _ways(one, other) if _implied(one, other, way)), None)
    if way is None:
        yield one
        return
    for at, region in zip(way, other.regions, strict=True):
        for piece in less(one.regions[at], region):
            yield replace(one, regions=(*one.regions[:at], piece, *one.regions[at + 1 :]))
    for region in other.barred:
        if Lack(region=region) not in one.absences:
            yield _having(one, region)


def _ways(one: Alternative, other: Alternative) -> Iterator[tuple[int, ...]]:
    """Ways to give each region of the other one of this; the one in its own place first."""
    places: list[list[int]] = []
    for here, region in enumerate(other.regions):
        found = [at for at, own in enumerate(one.regions) if own.kind == region.kind]
        places.append([at for at in found if at == here] + [at for at in found if at != here])
    return islice(product(*places), _MOST_WAYS)


def _implied(one: Alternative, other: Alternative, way: Sequence[int]) -> bool:
    """Whether joins and joined absences of the other are among those of this one."""
    mine = {_ends(join, range(len(one.regions))) for join in one.joins}
    return all(_ends(join, way) in mine for join in other.joins) and all(
        replace(lack, anchor=way[lack.anchor]) in one.absences
        for lack in other.absences
        if lack.anchor is not None
    )


def _ends(join: Join, way: Sequence[int]) -> frozenset[tuple[int, str]]:
    left = (way[join.left], join.left_field.name)
    return frozenset({left, (way[join.right], join.right_field.name)})

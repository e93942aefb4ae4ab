"""Implication: a conjunction that asks at least as much as another, place by place and joined."""

from collections.abc import Iterator, Sequence
from itertools import islice, product
from typing import Final

from rules.situations import Asked, Without

MOST_MAPPED: Final = 256


def follows(one: Asked, other: Asked) -> bool:
    """Whether the other holds wherever the one does, because every thing it asks is asked there.

    Sound for any number of facts. Not complete: `situation` finds what this does not see.
    """
    choices = [
        [at for at, mine in enumerate(one.places) if mine.within(theirs)]
        for theirs in other.places
    ]
    return any(_linked(one, other, to) for to in islice(product(*choices), MOST_MAPPED))


def _linked(one: Asked, other: Asked, to: Sequence[int]) -> bool:
    """Whether links and absences of the other are among those of the one."""
    mine = {frozenset(((a, f.name), (b, g.name))) for (a, f), (b, g) in one.links}
    links = {frozenset(((to[a], f.name), (to[b], g.name))) for (a, f), (b, g) in other.links}
    return links <= mine and all(
        any(_stronger(here, there, to) for here in one.without) for there in other.without
    )


def _stronger(here: Without, there: Without, to: Sequence[int]) -> bool:
    """Whether whatever one absence keeps away, another does."""
    if not there.region.within(here.region):
        return False
    if here.anchor is None or not here.equal:
        return True
    same = {*_names(here)} <= {*_names(there)}
    return same and there.anchor is not None and to[there.anchor] == here.anchor


def _names(one: Without) -> Iterator[tuple[str, str]]:
    return ((mine.name, theirs.name) for mine, theirs in one.equal)

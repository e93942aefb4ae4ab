"""What a tone audit says first, and what it withholds, said once for each reason."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, TypeVar

from knowledge.measures.estimates import Withheld

Key = TypeVar("Key")
Item = TypeVar("Item")
Missing = tuple[str, str, Withheld]
"""A place, a score, and why its figure is withheld."""
_MOST: Final = 8


def headline(
    drifted: Mapping[str, Sequence[tuple[str, str]]], apart: Sequence[tuple[str, str]] | None
) -> Iterator[str]:
    r"""What drifted and which groups differ, or that nothing is shown, or can be told.

    `drifted` holds places with scores by verdict, `apart` who differs by which score, None where
    nothing could be compared.

    >>> print(*headline({"drifted": [("team/a", "sound"), ("team/a", "grade")]}, None), sep="\n")
    Drifted: team/a (sound, grade)
    No difference between groups can be told
    """
    sure, perhaps = drifted.get("drifted"), drifted.get("worth a look")
    if sure:
        yield f"Drifted: {_places(sure)}"
    else:
        yield f"No drift {'is shown' if {*drifted} - {'cannot tell'} else 'can be told'}"
    if perhaps:
        yield f"Worth a look: {_places(perhaps)}"
    if apart:
        yield f"Apart by more than chance: {_places(apart)}"
    else:
        yield f"No difference between groups {'can be told' if apart is None else 'is shown'}"


def _places(found: Iterable[tuple[str, str]]) -> str:
    scores = gathered(found)
    told = [f"{name} ({', '.join(dict.fromkeys(each))})" for name, each in scores.items()]
    more = [f"{len(told) - _MOST} more"] if len(told) > _MOST else []
    return ", ".join([*told[:_MOST], *more])


def withheld(missing: Iterable[Missing], scores: Sequence[str]) -> Iterator[str]:
    """What is withheld, once for each reason: where, of which scores unless of all, and why.

    >>> why = Withheld(reason="1 group", n=9)
    >>> [*withheld([("teams", "empathy", why), ("channels", "empathy", why)], ["empathy"])]
    ['teams, channels: withheld: 1 group (n = 9)']
    """
    by_reason = gathered((why.reason, (place, score, why.n)) for place, score, why in missing)
    for reason, several in by_reason.items():
        wanting = gathered((place, score) for place, score, _ in several)
        alike = gathered((tuple(of), place) for place, of in wanting.items())
        for of, places in alike.items():
            sizes = [n for place, _, n in several if place in places]
            which = "" if {*of} >= {*scores} else f": {', '.join(of)}"
            yield f"{', '.join(places)}{which}: withheld: {reason} (n = {_span(sizes)})"


def _span(sizes: Sequence[int]) -> str:
    low, high = min(sizes), max(sizes)
    return f"{low}" if low == high else f"{low} to {high}"


def gathered(pairs: Iterable[tuple[Key, Item]]) -> dict[Key, list[Item]]:
    """Items by their key, in order of the first of each."""
    found: dict[Key, list[Item]] = {}
    for key, item in pairs:
        found.setdefault(key, []).append(item)
    return found

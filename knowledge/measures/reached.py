"""Reach over several channels: never added up, bounded by how many may be in both."""

from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.measures.estimates import Estimate, Figure, Withheld
from knowledge.proportions import wilson


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What a number of people lies between; nothing in between is likelier than anything else.

    `n` is how many reports of reach it was worked out from.
    """

    low: float
    high: float
    n: int

    def to_json(self) -> dict[str, float | int]:
        """Both ends under names that say what they are."""
        return {"at_least": self.low, "at_most": self.high, "n": self.n}

    def words(self) -> str:
        """Both ends for people.

        >>> Bounds(low=1200, high=3400, n=3).words()
        'from 1,200 to 3,400 (n = 3)'
        """
        return f"from {self.low:,.0f} to {self.high:,.0f} (n = {self.n})"


def together(parts: Sequence[Bounds]) -> Bounds | Withheld:
    """How many people several reached between them.

    At least as many as the one that surely reached most, if all others reached the same people;
    at most the sum, if nobody was reached twice.

    >>> together([Bounds(low=100, high=120, n=1), Bounds(low=50, high=90, n=2)])
    Bounds(low=100, high=210, n=3)
    """
    if not parts:
        return Withheld(reason="nobody measured reach; bring measurements of kind reach", n=0)
    return Bounds(
        low=max(one.low for one in parts),
        high=sum(one.high for one in parts),
        n=sum(one.n for one in parts),
    )


def of_report(impressions: int, reach: int | None) -> Bounds:
    """What one report says: a stated reach, or from one person (or none) up to every impression.

    >>> of_report(900, None)
    Bounds(low=1, high=900, n=1)
    """
    if reach is not None:
        return Bounds(low=min(reach, impressions), high=min(reach, impressions), n=1)
    return Bounds(low=min(1, impressions), high=impressions, n=1)


def clicked(impressions: int, clicks: int, reports: int) -> Figure:
    """The share of impressions that were clicked, where clicks were counted at all."""
    if not impressions or not reports:
        return Withheld(reason="nobody counted clicks", n=0)
    hits = min(clicks, impressions)
    low, high = wilson(hits, impressions)
    return Estimate(value=hits / impressions, low=low, high=high, n=impressions)

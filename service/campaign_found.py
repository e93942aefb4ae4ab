"""What was found of a campaign: an outcome in either arm, and the difference in each group."""

from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.measures.estimates import Figure
from knowledge.measures.uplift import Uplift


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One outcome: what was seen in either arm, and the difference."""

    outcome: str
    share: bool
    """Whether it is a share of people; else a mean."""

    treated: Figure
    control: Figure
    known: tuple[int, int]
    """How many of each arm have an outcome."""

    difference: Figure
    each: Figure
    """For each person who got something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouped:
    """One outcome in the groups of one kind; `differ` is how likely they differ so by chance."""

    outcome: str
    by: str
    found: Sequence[Uplift]
    differ: float | None

"""Retention: who stays after a personalised answer, against their like after a usual one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from knowledge.measures.designs import Design, Floats, Values, design
from knowledge.measures.effects import Effects, Sample, Weighing, effects, weighing
from knowledge.measures.estimates import Estimate, Figure, Unsuited, Withheld
from knowledge.measures.hazards import Hazards, hazards
from knowledge.measures.resampled import resampled
from knowledge.measures.survival import Curve, kaplan_meier

FEWEST: Final = 100
"""People below which nothing is said of retention."""


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """One row a person, from the first answer on; all times in days.

    `exposed` is 1 where that answer was personalised; `until` is how long the person was seen to
    stay, `left` whether that ended by leaving, `followed` how long leaving would have been seen.
    `columns` is what is declared of people before the answer.
    """

    exposed: Floats
    until: Floats
    left: Floats
    followed: Floats
    columns: Mapping[str, Values]

    def of(self, rows: npt.NDArray[np.bool_]) -> "People":
        """Some of the people."""
        return People(
            exposed=self.exposed[rows],
            until=self.until[rows],
            left=self.left[rows],
            followed=self.followed[rows],
            columns={name: values[rows] for name, values in self.columns.items()},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """What goes with personal answers; `curves` are of the usual ones and of the personal ones.

    `brief` people are in no figure of `effects`: leaving within the horizon would not have been
    seen. `days` is how many days longer people stay of the first `horizon`.
    """

    people: int
    personal: int
    left: int
    brief: int
    design: Design
    weighed: Weighing
    effects: Effects | Withheld
    hazards: Hazards | Withheld
    curves: tuple[Curve, Curve]
    days: Figure


def retention(people: People, horizon: float, generator: np.random.Generator) -> Retention:
    """Compare those who got personal answers with their like, within a horizon and beyond.

    Raises:
        Unsuited: too few people, or nobody has a like in the other group.
    """
    many = len(people.exposed)
    if many < FEWEST:
        raise Unsuited(
            f"{many} people were answered and have a known relationship; at least {FEWEST} are"
            " needed: take a longer time, or load more of `response` and `relationship`"
        )
    whole = design(people.columns, many)
    sample = Sample(exposed=people.exposed, happened=people.left, design=whole)
    weighed = weighing(sample)
    seen = people.followed >= horizon
    kept = weighed.kept
    return Retention(
        people=many,
        personal=int(people.exposed.sum()),
        left=int(people.left.sum()),
        brief=int((~seen).sum()),
        design=whole,
        weighed=weighed,
        effects=_effects(people, whole, seen, horizon),
        hazards=_hazards(sample.of(kept), people.until[kept]),
        curves=_curves(people.of(kept), weighed.weights),
        days=_days(people.of(kept), weighed.weights, horizon, generator),
    )


def _effects(
    people: People, whole: Design, seen: npt.NDArray[np.bool_], horizon: float
) -> Effects | Withheld:
    """Of those whose leaving would have been seen, whether they left or not: no other choice."""
    within = ((people.left > 0) & (people.until <= horizon)).astype(float)
    sample = Sample(exposed=people.exposed, happened=within, design=whole).of(seen)
    try:
        return effects(sample, weighing(sample), what=f"left within {horizon:g} days")
    except Unsuited as error:
        return Withheld(reason=str(error), n=int(seen.sum()))


def _hazards(sample: Sample, until: Floats) -> Hazards | Withheld:
    try:
        return hazards(sample, until)
    except Unsuited as error:
        return Withheld(reason=str(error), n=len(until))


def _curves(people: People, weights: Floats) -> tuple[Curve, Curve]:
    """Weighted to all who are compared, each group counted as so many people as it is worth."""
    found = []
    for value in (0.0, 1.0):
        some = people.exposed == value
        mine = weights[some]
        worth = mine * mine.sum() / (mine**2).sum()
        found.append(kaplan_meier(people.until[some], people.left[some], worth))
    return found[0], found[1]


def _days(
    people: People, weights: Floats, horizon: float, generator: np.random.Generator
) -> Figure:
    many = len(people.until)
    least = min(float(people.until[people.exposed == value].max()) for value in (0.0, 1.0))
    if least < horizon:
        return Withheld(
            reason=f"one group is followed for {least:g} days only; a horizon up to that would do",
            n=many,
        )

    def apart(drawn: Floats) -> Floats:
        means = []
        for value in (0.0, 1.0):
            some = (people.exposed == value) & (drawn > 0)
            curve = kaplan_meier(people.until[some], people.left[some], (weights * drawn)[some])
            means.append(curve.mean(horizon))
        return np.array([means[1] - means[0]])

    found = resampled(apart, np.arange(many), generator)
    ends = found.interval(0)
    if ends is None:
        return Withheld(reason="too few people in one group to draw them again", n=many)
    return Estimate(value=float(found.values[0]), low=ends[0], high=ends[1], n=many)

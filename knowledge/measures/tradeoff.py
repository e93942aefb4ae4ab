"""The trade-off of speed and care: whether quick cases are those in which people were heard."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from knowledge.measures.designs import Design, Floats
from knowledge.measures.effects import EVENTS_A_TERM
from knowledge.measures.estimates import Estimate, Figure, Unsuited, Withheld
from knowledge.measures.quantiles import deviations, quantile_regression
from knowledge.measures.ranks import spearman
from knowledge.measures.resampled import TIMES, resampled
from knowledge.measures.survival import kaplan_meier, seen_weights
from knowledge.proportions import NORMAL

QUANTILES: Final = (0.25, 0.5, 0.75, 0.9)
FEWEST: Final = 30
FEW_TIMES: Final = 199
_LEAST_SEEN: Final = 0.1
_MANY: Final = 8_000
_MOST_BEYOND: Final = 0.01
_MINUTE: Final = 1 / 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Cases:
    """One row a case: hours until it was resolved or not seen any more, care and effort.

    `care` is 0 to 6, `effort` 1 to 7 (7 is easy), NaN where nobody said; `people` tells whose
    case it was.
    """

    hours: Floats
    resolved: Floats
    care: Floats
    effort: Floats
    people: npt.NDArray[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """How two figures go together: plainly, and among cases that are alike."""

    name: str
    plain: Figure
    alike: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Slope:
    """How many times as long the cases at a quantile take, for each point of care more."""

    quantile: float
    times: Figure


def horizon(cases: Cases) -> float:
    """Hours up to which enough cases are still followed that those seen can stand for all."""
    if (cases.resolved > 0).all():
        return float(cases.hours.max())
    lost = kaplan_meier(cases.hours, 1 - cases.resolved)
    thin = lost.times[lost.share < _LEAST_SEEN]
    return float(thin[0]) if len(thin) else float(cases.hours.max())


def seen(cases: Cases, until: float) -> tuple[Floats, Floats]:
    """Hours up to a horizon, and weights by which the cases seen stand for those that were not."""
    hours = np.maximum(np.minimum(cases.hours, until), _MINUTE)
    told = ((cases.resolved > 0) | (cases.hours >= until)).astype(float)
    return hours, seen_weights(hours, told)


def together(cases: Cases, design: Design, generator: np.random.Generator) -> Sequence[Together]:
    """Spearman's correlations of hours, care and effort, plainly and like with like.

    Raises:
        Unsuited: fewer than thirty cases have both a time and an answer's care.
    """
    carried(cases)
    hours, weights = seen(cases, horizon(cases))
    matrix = design.with_constant()
    pairs = [
        ("hours and care", hours, cases.care, weights),
        ("hours and ease", hours, cases.effort, weights),
        ("care and ease", cases.care, cases.effort, np.ones(len(hours))),
    ]
    found = []
    for name, one, two, weight in pairs:
        some = np.isfinite(one) & np.isfinite(two) & (weight > 0)
        figures = _pair(
            (one[some], two[some]), (weight[some], matrix[some]), cases.people[some], generator
        )
        found.append(Together(name=name, plain=figures[0], alike=figures[1]))
    return found


def carried(cases: Cases) -> None:
    """Check that there is enough to compare at all.

    Raises:
        Unsuited: there is not.
    """
    both = int((np.isfinite(cases.care) & (cases.resolved > 0)).sum())
    if both < FEWEST:
        raise Unsuited(
            f"{both} resolved cases have an answer whose empathy is known; at least {FEWEST} are"
            " needed: load `resolution` and `response` with `empathy` of a longer time"
        )


def slopes(cases: Cases, design: Design) -> Sequence[Slope]:
    """Quantile regression of the logarithm of hours on care and on what is held equal."""
    some = np.isfinite(cases.care)
    until = horizon(cases)
    hours, weights = seen(cases, until)
    hours, weights, people = hours[some], weights[some], cases.people[some]
    matrix = design.of(some).with_constant(cases.care[some])
    told = weights > 0
    logs, weights, matrix, people = np.log(hours[told]), weights[told], matrix[told], people[told]
    censored = bool((cases.resolved == 0).any())
    limit = np.log(until) if censored else np.inf
    return [
        Slope(quantile=q, times=_slope((matrix, logs), q, weights, people, limit))
        for q in QUANTILES
    ]


def _slope(
    rows: tuple[Floats, Floats],
    share: float,
    weights: Floats,
    people: npt.NDArray[Any],
    limit: float,
) -> Figure:
    matrix, logs = rows
    solved = quantile_regression(matrix, logs, share, weights)
    reason = _uncarried(matrix, solved, share, limit)
    if reason is not None:
        return Withheld(reason=reason, n=len(logs))
    wide = NORMAL * float(deviations(matrix, logs, share, weights, solved, people)[1])
    value, low, high = (float(np.exp(solved[1] + one)) for one in (0.0, -wide, wide))
    return Estimate(value=value, low=low, high=high, n=len(logs))


def _pair(
    both: tuple[Floats, Floats],
    by: tuple[Floats, Floats],
    people: npt.NDArray[Any],
    generator: np.random.Generator,
) -> tuple[Figure, Figure]:
    (one, two), (weights, matrix) = both, by
    many = len(one)
    if many < FEWEST:
        none = Withheld(reason=f"at least {FEWEST} cases with both are needed", n=many)
        return none, none

    def measured(drawn: Floats) -> Floats:
        weight = weights * drawn
        return np.array([spearman(one, two, weight), spearman(one, two, weight, matrix)])

    found = resampled(measured, people, generator, _times(many))
    plain, alike = (between(found.values[at], found.interval(at), many) for at in range(2))
    if many < EVENTS_A_TERM * matrix.shape[1]:
        reason = f"{matrix.shape[1]} terms are too many for {many} cases; hold less equal"
        alike = Withheld(reason=reason, n=many)
    return plain, alike


def _uncarried(matrix: Floats, solved: Floats, share: float, limit: float) -> str | None:
    """Why a quantile can't be told from this sample, if it can't."""
    many, terms = matrix.shape
    beyond = min(share, 1 - share) * many
    if beyond < EVENTS_A_TERM * terms:
        return (
            f"{beyond:.0f} cases lie beyond it, {EVENTS_A_TERM * terms} are needed for {terms}"
            " terms; hold less equal or wait for more cases"
        )
    over = int((matrix @ solved >= limit).sum())
    if over > _MOST_BEYOND * many:
        return f"for {over} cases it lies beyond the time up to which cases are followed"
    return None


def between(value: float, ends: tuple[float, float] | None, many: int) -> Figure:
    """A figure with its interval, withheld where it has none."""
    if ends is None or not np.isfinite(value):
        return Withheld(reason="too little of it is seen, or nothing varies", n=many)
    return surely(value, ends, many)


def surely(value: float, ends: tuple[float, float] | None, many: int) -> Estimate:
    """A figure with its interval, endless where it has none."""
    low, high = ends if ends is not None else (float("-inf"), float("inf"))
    return Estimate(value=float(value), low=min(low, value), high=max(high, value), n=many)


def _times(many: int) -> int:
    return TIMES if many < _MANY else FEW_TIMES

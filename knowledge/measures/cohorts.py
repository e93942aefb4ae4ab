"""Cohorts: people whom an incident touched against their like, month by month and beyond."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from knowledge.measures.confounding import Hidden, hidden
from knowledge.measures.designs import Floats
from knowledge.measures.estimates import Estimate, Figure, Unsuited, Withheld
from knowledge.measures.resampled import Resampled, resampled
from knowledge.measures.survival import Curve, kaplan_meier, log_rank

MONTH: Final = 30.0
"""Days of a month of follow-up."""

FEWEST: Final = 30
SMALLEST: Final = 10
_TAIL: Final = 3
_SIDES: Final = (True, False)
_MOST_LASTING: Final = 0.995


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """Rows of matched sets: the affected and who was matched to them, by days from the onset.

    `trust` has a column for before and one for each month, `paid` one for each month; NaN where
    nothing was said, or the person was not followed to the end of the month. Those who left and
    are still followed paid 0.
    """

    affected: npt.NDArray[np.bool_]
    weights: Floats
    sets: npt.NDArray[Any]
    until: Floats
    left: Floats
    trust: Floats
    paid: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How far one looks, the discount a year, and what difference of trust counts as restored."""

    months: int
    discount: float
    margin: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave:
    """Trust in one month (0: before): of both groups, and the difference; who answered of whom."""

    month: int
    affected: Figure
    others: Figure
    apart: Figure
    answered: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Courses:
    """How both went on; pairs are of the affected and of the others.

    `restored` is the first month from which on trust is surely no lower than the margin, None if
    it is not seen; `value` is what each paid within the months, discounted, `lifetime` with what
    is to be expected after. `gone` is how many times as often the affected left within the time;
    `hidden` how strongly something unseen would have to be to explain leaving away.
    """

    curves: tuple[Curve, Curve]
    stayed: Figure
    gone: Figure
    hidden: Hidden | Withheld
    log_rank: float
    waves: Sequence[Wave]
    restored: int | None
    paid: Sequence[Figure]
    value: tuple[Figure, Figure, Figure]
    lifetime: tuple[Figure, Figure, Figure]
    lasting: tuple[float, float]


def courses(cohort: Cohort, terms: Terms, generator: np.random.Generator) -> Courses:
    """Work out how both groups went on; intervals draw matched sets again.

    Raises:
        Unsuited: fewer than thirty affected people have a match.
    """
    many = int(cohort.affected.sum())
    if many < FEWEST:
        raise Unsuited(
            f"{many} affected people have a match; at least {FEWEST} are needed: declare fewer"
            " covariates or a wider caliper, or load more of `relationship`"
        )
    found = resampled(lambda drawn: _all(cohort, terms, drawn), cohort.sets, generator)
    waves, months = cohort.trust.shape[1], terms.months
    starts = np.cumsum([1, 3 * waves, months, 3])
    told = [_wave(cohort, at, found, 1 + 3 * at) for at in range(waves)]
    one, other = (_lasting(cohort, side, cohort.weights) for side in _SIDES)
    return Courses(
        curves=(
            _curve(cohort, _SIDES[0], cohort.weights),
            _curve(cohort, _SIDES[1], cohort.weights),
        ),
        stayed=_figure(found, 0, len(cohort.left)) if _followed(cohort, terms) else _short(cohort),
        gone=_figure(found, -1, len(cohort.left)) if _followed(cohort, terms) else _short(cohort),
        hidden=_hidden(cohort, terms),
        log_rank=log_rank(cohort.until, cohort.left, cohort.affected.astype(float)),
        waves=told,
        restored=_restored(told, terms.margin),
        paid=[_figure(found, int(starts[1]) + at, _payers(cohort, at)) for at in range(months)],
        value=_three(found, int(starts[2]), cohort),
        lifetime=_three(found, int(starts[3]), cohort),
        lasting=(one, other),
    )


def _all(cohort: Cohort, terms: Terms, drawn: Floats) -> Floats:
    """Everything that needs an interval, in one row."""
    weights = cohort.weights * drawn
    until = terms.months * MONTH
    curves = [_curve(cohort, side, weights) for side in _SIDES]
    means = [one.mean(until) for one in curves]
    gone = [1 - one.at(until)[0] for one in curves]
    trust = [_means(cohort.trust, cohort.affected == side, weights) for side in _SIDES]
    paid = [_means(cohort.paid, cohort.affected == side, weights) for side in _SIDES]
    monthly = (1 + terms.discount) ** (np.arange(1, terms.months + 1) / 12)
    value = [float((one / monthly).sum()) for one in paid]
    after = [
        _after(one, _lasting(cohort, side, weights), terms)
        for one, side in zip(paid, _SIDES, strict=True)
    ]
    whole = [one + more for one, more in zip(value, after, strict=True)]
    waves = np.column_stack([*trust, trust[0] - trust[1]]).ravel()
    return np.array(
        [
            means[0] - means[1],
            *waves,
            *(paid[0] - paid[1]),
            *value,
            value[0] - value[1],
            *whole,
            whole[0] - whole[1],
            gone[0] / gone[1] if gone[1] > 0 else np.nan,
        ]
    )


def _after(paid: Floats, lasting: float, terms: Terms) -> float:
    """What is paid after the last month, if the last three go on and people stay as lately."""
    monthly = float(np.mean(paid[-_TAIL:]))
    rate = float((1 + terms.discount) ** (1 / 12))
    start = (1 + terms.discount) ** (-terms.months / 12)
    return monthly * lasting / (rate - lasting) * start if rate > lasting else float("nan")


def _lasting(cohort: Cohort, side: bool, weights: Floats) -> float:  # noqa: FBT001 - which group
    """The share of people who stay from one month to the next, lately; never quite all."""
    some = cohort.affected == side
    days = float((weights[some] * cohort.until[some]).sum())
    gone = float((weights[some] * cohort.left[some]).sum())
    return min(_MOST_LASTING, float(np.exp(-gone / days * MONTH))) if days else 0.0


def _curve(cohort: Cohort, side: bool, weights: Floats) -> Curve:  # noqa: FBT001 - which group
    some = (cohort.affected == side) & (weights > 0)
    return kaplan_meier(cohort.until[some], cohort.left[some], weights[some])


def _means(columns: Floats, some: npt.NDArray[np.bool_], weights: Floats) -> Floats:
    """The weighted mean of each column over those who have a value; NaN where nobody has."""
    mine, by = columns[some], weights[some][:, None]
    known = np.isfinite(mine)
    whole = (known * by).sum(axis=0)
    sums = (np.where(known, mine, 0.0) * by).sum(axis=0)
    return np.asarray(np.divide(sums, whole, out=np.full(len(whole), np.nan), where=whole > 0))


def _wave(cohort: Cohort, month: int, found: Resampled, start: int) -> Wave:
    known = np.isfinite(cohort.trust[:, month])
    had = (int((known & cohort.affected).sum()), int((known & ~cohort.affected).sum()))
    figures: list[Figure] = []
    for at, many in enumerate((had[0], had[1], min(had))):
        if many < SMALLEST:
            reason = f"fewer than {SMALLEST} of one group answered"
            figures.append(Withheld(reason=reason, n=many))
        else:
            figures.append(_figure(found, start + at, sum(had) if at > 1 else many))
    return Wave(
        month=month, affected=figures[0], others=figures[1], apart=figures[2], answered=had
    )


def _restored(waves: Sequence[Wave], margin: float) -> int | None:
    """The first month after which every difference that is known is surely above the margin."""
    first = None
    for wave in waves[1:]:
        if isinstance(wave.apart, Withheld):
            continue
        first = (wave.month if first is None else first) if wave.apart.low > -margin else None
    return first


def _hidden(cohort: Cohort, terms: Terms) -> Hidden | Withheld:
    """Bounds of leaving within the time, from sets in which everybody's end is known."""
    until = terms.months * MONTH
    left = (cohort.left > 0) & (cohort.until <= until)
    known = left | (cohort.until >= until)
    whole = ~np.isin(cohort.sets, cohort.sets[~known])
    return hidden(cohort.sets[whole], cohort.affected[whole], left[whole])


def _followed(cohort: Cohort, terms: Terms) -> bool:
    return all(
        cohort.until[cohort.affected == side].max() >= terms.months * MONTH for side in _SIDES
    )


def _short(cohort: Cohort) -> Withheld:
    least = min(float(cohort.until[cohort.affected == side].max()) for side in _SIDES)
    reason = f"people are followed for {least:.0f} days only; ask for fewer months"
    return Withheld(reason=reason, n=len(cohort.left))


def _payers(cohort: Cohort, month: int) -> int:
    return int(np.isfinite(cohort.paid[:, month]).sum())


def _three(found: Resampled, start: int, cohort: Cohort) -> tuple[Figure, Figure, Figure]:
    last = np.isfinite(cohort.paid[:, -1])
    least = min(int((last & (cohort.affected == side)).sum()) for side in _SIDES)
    if least < SMALLEST:
        reason = f"{least} people of one group are followed to the last month; ask for fewer"
        none = Withheld(reason=reason, n=least)
        return none, none, none
    one, two, three = (_figure(found, start + at, int(last.sum())) for at in range(3))
    return one, two, three


def _figure(found: Resampled, at: int, many: int) -> Figure:
    value, ends = float(found.values[at]), found.interval(at)
    if ends is None or not np.isfinite(value):
        return Withheld(reason="nothing is known of one group", n=many)
    return Estimate(value=value, low=min(ends[0], value), high=max(ends[1], value), n=many)

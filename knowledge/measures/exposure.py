"""Exposure: how much revenue is at risk if customers come to think worse, and what drives that."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from knowledge.measures.designs import Floats
from knowledge.measures.effects import both_carry
from knowledge.measures.estimates import Estimate, Unsuited
from knowledge.measures.logistic import Fitted, Separated, logistic
from knowledge.measures.ranks import spearman

DRAWS: Final = 4_000
_BLOCK: Final = 2_000
_LEAST_PAYERS: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """How leaving goes with what people say: the model, and the odds of leaving a point lower."""

    fitted: Fitted
    middle: float
    odds: Estimate
    people: int
    left: int
    terms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """Revenue a year at risk now, after the fall, and what the fall adds; over all draws.

    `drivers` has by name how much of the spread of what is added goes with it (a squared rank
    correlation; they need not add up to one).
    """

    now: Estimate
    after: Estimate
    added: Estimate
    drivers: Mapping[str, float]


def link(scores: Floats, left: Floats, tenure: Floats) -> Link:
    """Fit leaving within the horizon on a score, with years of tenure held equal.

    Raises:
        Unsuited: too few left or stayed, or nothing varies.
    """
    both_carry(left, 3, what="left")
    if scores.std() == 0:
        raise Unsuited("everybody who answered said the same; leaving can't be linked to that")
    middle = float(scores.mean())
    matrix = _matrix(scores - middle, tenure, tenure)
    try:
        fitted = logistic(matrix, left)
    except Separated as error:
        raise Unsuited(
            "what people said tells without doubt who left, so no odds are finite; wait for more"
            " answers"
        ) from error
    value, wide = -fitted.coefficients[1], 1.96 * float(np.sqrt(fitted.covariance[1, 1]))
    odds = Estimate(
        value=float(np.exp(value)),
        low=float(np.exp(value - wide)),
        high=float(np.exp(value + wide)),
        n=len(scores),
    )
    return Link(
        fitted=fitted,
        middle=middle,
        odds=odds,
        people=len(scores),
        left=int(left.sum()),
        terms=matrix.shape[1],
    )


def exposure(
    linked: Link,
    present: tuple[Floats, Floats, Floats],
    fall: tuple[float, float],
    generator: np.random.Generator,
) -> Exposure:
    """Draw coefficients, customers and the fall; `present` are scores, tenure, revenue a year.

    Coefficients come from their estimated covariance, the fall evenly from its declared range,
    and customers are drawn again with replacement.

    Raises:
        Unsuited: too few customers pay.
    """
    scores, tenure, paid = present
    if int((paid > 0).sum()) < _LEAST_PAYERS:
        raise Unsuited(f"{int((paid > 0).sum())} customers paid; at least {_LEAST_PAYERS} must")
    matrix = _matrix(scores - linked.middle, tenure, np.arange(linked.terms - 1.0))
    drawn = generator.multivariate_normal(
        linked.fitted.coefficients, linked.fitted.covariance, DRAWS, method="cholesky"
    )
    falls = generator.uniform(*fall, DRAWS)
    before, after = np.empty(DRAWS), np.empty(DRAWS)
    sums = np.empty(DRAWS)
    rows = min(len(scores), _BLOCK)
    for at in range(DRAWS):
        # Of many customers fewer are drawn than there are: quicker, and the interval is wider.
        some = generator.integers(0, len(scores), rows)
        by, worth = matrix[some], paid[some] * (len(scores) / rows)
        lines = by @ drawn[at]
        before[at] = worth @ _expit(lines)
        after[at] = worth @ _expit(lines - drawn[at, 1] * falls[at])
        sums[at] = worth.sum()
    added = after - before
    ones = np.ones(DRAWS)
    drivers = {
        "how closely leaving goes with what people say": drawn[:, 1],
        "how many leave anyhow": drawn[:, 0],
        "how far it falls": falls,
        "who the customers are and what they pay": sums,
    }
    return Exposure(
        now=_told(before, len(scores)),
        after=_told(after, len(scores)),
        added=_told(added, len(scores)),
        drivers={
            name: float(np.nan_to_num(spearman(one, added, ones)) ** 2)
            for name, one in drivers.items()
        },
    )


def _told(draws: Floats, many: int) -> Estimate:
    low, middle, high = (float(one) for one in np.quantile(draws, (0.025, 0.5, 0.975)))
    return Estimate(value=middle, low=low, high=high, n=many)


def _matrix(scores: Floats, tenure: Floats, spread: Floats) -> Floats:
    """A constant, scores, and tenure where it differs between people."""
    columns = [np.ones(len(scores)), scores]
    return np.column_stack([*columns, _years(tenure)] if np.ptp(spread) > 0 else columns)


def _years(days: Floats) -> Floats:
    return np.log1p(np.maximum(0, days) / 365)


def _expit(lines: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(lines, -35, 35))))

"""Effects: how much less often people leave who got something, held against their like."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from knowledge.measures.balance import Term, balance, effective
from knowledge.measures.confounding import e_value, e_value_of_limit
from knowledge.measures.designs import Design, Floats
from knowledge.measures.estimates import Estimate, Unsuited
from knowledge.measures.logistic import Separated, logistic, summed
from knowledge.parity import Counts, newcombe
from knowledge.proportions import NORMAL

EVENTS_A_TERM: Final = 10
"""How many events a term of a model needs (Peduzzi and others 1996)."""

SMALLEST_ARM: Final = 20
TAIL: Final = 0.05
"""People who got it, or not, with less than this probability have no like to be held against."""

_MOST_TRIMMED: Final = 1 / 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """People: whether they got it, whether it happened to them, what is declared of them.

    `groups` tells who belongs together, for example the same person twice.
    """

    exposed: Floats
    happened: Floats
    design: Design
    groups: npt.NDArray[Any] | None = None

    def of(self, rows: npt.NDArray[np.bool_]) -> "Sample":
        """Some of the people."""
        return Sample(
            exposed=self.exposed[rows],
            happened=self.happened[rows],
            design=self.design.of(rows),
            groups=None if self.groups is None else self.groups[rows],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighing:
    """Who is compared, by which weights, and how alike the two groups are by them.

    `trimmed` people had no like in the other group; `scores` are the probabilities of having got
    it, of those who are compared.
    """

    kept: npt.NDArray[np.bool_]
    scores: Floats
    weights: Floats
    terms: Sequence[Term]
    trimmed: int

    @property
    def worth(self) -> float:
        """How many unweighted people those who are compared are worth."""
        return effective(self.weights)


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """What is different for those who got it: plainly (`crude`), and held against their like."""

    crude: Estimate
    exposed: Estimate
    others: Estimate
    difference: Estimate
    ratio: Estimate
    odds: Estimate
    e_value: float
    e_value_of_limit: float


def carries(events: int, people: int, terms: int, *, what: str) -> None:
    """Check that a sample carries a model of so many terms.

    Raises:
        Unsuited: too few events.
    """
    if events < EVENTS_A_TERM * terms:
        raise Unsuited(
            f"{events} of {people} people {what}; the {terms} terms of the model need at least"
            f" {EVENTS_A_TERM} each ({EVENTS_A_TERM * terms}): declare fewer confounders or"
            " categories, take a longer time, or wait for more data"
        )


def both_carry(happened: Floats, terms: int, *, what: str) -> None:
    """Check that both answers, yes and no, are frequent enough for a model of so many terms.

    Raises:
        Unsuited: one is not.
    """
    events = int(happened.sum())
    carries(events, len(happened), terms, what=what)
    carries(len(happened) - events, len(happened), terms, what=f"were not those who {what}")


def weighing(sample: Sample) -> Weighing:
    """Weigh people by how probable what they got was, given what is declared of them.

    Those who were nearly sure to get it, or not to, are left out (Crump and others 2009).

    Raises:
        Unsuited: a group is too small, or more than a third of the people have no like.
    """
    _arms(sample.exposed)
    scores = _scores(sample)
    kept = (scores > TAIL) & (scores < 1 - TAIL)
    trimmed = int((~kept).sum())
    if trimmed > _MOST_TRIMMED * len(kept):
        raise Unsuited(
            f"{trimmed} of {len(kept)} people were nearly sure (over {1 - TAIL:.0%}) to get one or"
            " the other by what is declared of them, so they have nobody to be held against;"
            " compare within the group in which both were given"
        )
    if trimmed:
        sample = sample.of(kept)
        _arms(sample.exposed)
        scores = np.clip(_scores(sample), TAIL / 2, 1 - TAIL / 2)
    got = sample.exposed
    weights = got / scores + (1 - got) / (1 - scores)
    return Weighing(
        kept=kept,
        scores=scores,
        weights=weights,
        terms=balance(sample.design, got, weights),
        trimmed=trimmed,
    )


def effects(sample: Sample, weighed: Weighing, *, what: str = "left") -> Effects:
    """Risks of both groups as if all had got it, and as if nobody had; intervals are robust.

    Weights and a model of the outcome are joined (Robins, Rotnitzky and Zhao 1994): one of the
    two has to be right. The odds ratio is that of the model of the outcome.

    Raises:
        Unsuited: too few events, or a term tells without doubt to whom it happened.
    """
    sample = sample.of(weighed.kept)
    got, happened, groups = sample.exposed, sample.happened, sample.groups
    terms = len(sample.design.terms) + 1
    both_carry(happened, terms, what=what)
    matrix = sample.design.with_constant(got)
    try:
        model = logistic(matrix, happened, groups)
    except Separated as error:
        raise Unsuited(_separation(sample, what)) from error
    arms = []
    for value in (1.0, 0.0):
        matrix[:, 1] = value
        expected = model.predicted(matrix)
        share = weighed.scores if value else 1 - weighed.scores
        arms.append(expected + (got == value) * (happened - expected) / share)
    one, other = (float(arm.mean()) for arm in arms)
    spread = _covariance(np.column_stack(arms), groups)
    wide = math.sqrt(max(0.0, spread[0, 0] + spread[1, 1] - 2 * spread[0, 1]))
    many = len(got)
    ratio = _ratio(one, other, spread, many)
    log_odds, deviation = model.coefficients[1], math.sqrt(model.covariance[1, 1])
    return Effects(
        crude=_crude(got, happened),
        exposed=_share(one, math.sqrt(spread[0, 0]), many),
        others=_share(other, math.sqrt(spread[1, 1]), many),
        difference=_estimate(one - other, wide, many),
        ratio=ratio,
        odds=_exponential(float(log_odds), deviation, many),
        e_value=e_value(ratio.value),
        e_value_of_limit=e_value_of_limit(ratio.low, ratio.high),
    )


def _arms(exposed: Floats) -> None:
    had = int(exposed.sum())
    if min(had, len(exposed) - had) < SMALLEST_ARM:
        raise Unsuited(
            f"{had} people got it and {len(exposed) - had} did not; each group needs at least"
            f" {SMALLEST_ARM}: take a longer time, or another limit of what counts as having it"
        )


def _scores(sample: Sample) -> Floats:
    got, terms = sample.exposed, len(sample.design.terms)
    if not terms:
        return np.full(len(got), float(got.mean()))
    both_carry(got, terms, what="got it")
    try:
        return logistic(sample.design.with_constant(), got).probabilities
    except Separated as error:
        raise Unsuited(
            "what is declared tells without doubt who got it"
            f" ({_telling(sample.design, got)}), so nobody there has a like in the other group;"
            " leave that out, or compare within the group in which both were given"
        ) from error


def _separation(sample: Sample, what: str) -> str:
    return (
        f"what is declared tells without doubt who {what}"
        f" ({_telling(sample.design, sample.happened)}), so no odds ratio is finite;"
        " declare wider categories, leave that one out, or wait for more data"
    )


def _telling(design: Design, answers: Floats) -> str:
    """The term that tells most of who has it."""
    for name, column in zip(design.terms, design.matrix.T, strict=True):
        for value in np.unique(column)[:2]:
            some = answers[column == value]
            if len(some) > 1 and (some.all() or not some.any()):
                word = "all" if some.all() else "none"
                return f"{name!r} {'is so' if value > 0 else 'is not so'}: {word} of {len(some)}"
    return "several terms together"


def _covariance(rows: Floats, groups: npt.NDArray[Any] | None) -> Floats:
    away = summed(rows - rows.mean(axis=0), groups)
    many = len(away)
    return np.asarray(away.T @ away / len(rows) ** 2 * many / max(1, many - 1))


def _crude(got: Floats, happened: Floats) -> Estimate:
    had = got > 0
    counts = Counts(
        hits=int(happened[had].sum()),
        of=int(had.sum()),
        rest_hits=int(happened[~had].sum()),
        rest_of=int((~had).sum()),
    )
    low, high = newcombe(counts)
    value = counts.hits / counts.of - counts.rest_hits / counts.rest_of
    return Estimate(value=value, low=low, high=high, n=len(got))


def _ratio(one: float, other: float, spread: Floats, many: int) -> Estimate:
    one, other = max(one, 1e-9), max(other, 1e-9)
    variance = spread[0, 0] / one**2 + spread[1, 1] / other**2 - 2 * spread[0, 1] / (one * other)
    return _exponential(math.log(one / other), math.sqrt(max(0.0, variance)), many)


def _exponential(value: float, deviation: float, many: int) -> Estimate:
    ends = (math.exp(value + sign * NORMAL * deviation) for sign in (-1, 1))
    low, high = ends
    return Estimate(value=math.exp(value), low=low, high=high, n=many)


def _estimate(value: float, error: float, many: int) -> Estimate:
    return Estimate(value=value, low=value - NORMAL * error, high=value + NORMAL * error, n=many)


def _share(value: float, error: float, many: int) -> Estimate:
    found = _estimate(value, error, many)
    low, high = max(0.0, found.low), min(1.0, found.high)
    return Estimate(value=min(max(value, 0.0), 1.0), low=low, high=high, n=many)

"""Hazards: how much sooner people leave, by Cox's model, and whether that ratio stays the same."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from knowledge.measures.designs import Floats
from knowledge.measures.effects import Sample, carries
from knowledge.measures.estimates import Estimate, Unsuited
from knowledge.proportions import NORMAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Hazards:
    """The hazard ratio of those who got it; `proportional` is the p of Schoenfeld's residuals.

    A small p says that the ratio changes as time goes on, so that one number is an average.
    """

    ratio: Estimate
    proportional: float


def hazards(sample: Sample, durations: Floats, *, what: str = "left") -> Hazards:
    """Cox's model of what is declared; ties as Efron has them, a robust covariance.

    Raises:
        Unsuited: too few events, or all events are of one side.
    """
    got, happened = sample.exposed, sample.happened
    carries(int(happened.sum()), len(happened), len(sample.design.terms) + 1, what=what)
    for side, name in ((got > 0, "got it"), (got == 0, "did not get it")):
        if not happened[side].any():
            raise Unsuited(
                f"none of the {int(side.sum())} people who {name} {what}, so no hazard ratio is"
                " finite; take a longer time"
            )
    matrix = np.column_stack([got, sample.design.matrix])
    groups = np.arange(len(got)) if sample.groups is None else sample.groups
    value, deviation, proportional = _cox(durations, happened, matrix, groups)
    if not math.isfinite(value + deviation) or deviation > 10:  # noqa: PLR2004 - no maximum
        raise Unsuited(
            "the hazard ratio has no finite estimate in this sample; declare wider categories or"
            " wait for more data"
        )
    low, high = (math.exp(value + sign * NORMAL * deviation) for sign in (-1, 1))
    ratio = Estimate(value=math.exp(value), low=low, high=high, n=len(got))
    return Hazards(ratio=ratio, proportional=proportional)


def _cox(
    durations: Floats, happened: Floats, matrix: Floats, groups: npt.NDArray[Any]
) -> tuple[float, float, float]:
    """The log hazard ratio of the first column, its standard error, and the test of its trend."""
    from statsmodels.duration.hazard_regression import (  # type: ignore[import-untyped]  # noqa: PLC0415 - slow to load
        PHReg,
    )

    _, places = np.unique(groups, return_inverse=True)
    model = PHReg(durations, matrix, status=happened, ties="efron")
    plain = model.fit(disp=0)
    robust = model.fit(disp=0, groups=places)
    return (
        float(robust.params[0]),
        float(robust.bse[0]),
        _trend(plain, durations, happened),
    )


def _trend(fitted: Any, durations: Floats, happened: Floats) -> float:  # noqa: ANN401 - untyped library
    """The p of the scaled Schoenfeld residuals against ranks of time (Grambsch, Therneau 1994)."""
    from scipy.stats import chi2, rankdata  # type: ignore[import-untyped]  # noqa: PLC0415

    events = happened > 0
    residuals = np.asarray(fitted.schoenfeld_residuals)[events]
    covariance = np.asarray(fitted.cov_params())
    scaled = events.sum() * residuals @ covariance
    ranks = rankdata(durations[events])
    away = ranks - ranks.mean()
    spread = covariance[0, 0] * events.sum() * float((away**2).sum())
    statistic = float((away * scaled[:, 0]).sum()) ** 2 / spread if spread else 0.0
    return float(chi2.sf(statistic, 1))

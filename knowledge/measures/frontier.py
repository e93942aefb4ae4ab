"""The frontier of speed and care: which units no other one beats, as if all had the same cases."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from knowledge.measures.designs import Design, Floats, Values
from knowledge.measures.estimates import Estimate, Figure
from knowledge.measures.resampled import resampled
from knowledge.measures.survival import kaplan_meier
from knowledge.measures.tradeoff import FEW_TIMES, Cases, between, horizon, seen, surely

SMALLEST: Final = 10
"""A unit of fewer cases is not shown."""

_HALF: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A team, channel or template: hours that half of its cases take, its care, its cases.

    `efficient` is how often no other unit is both quicker and more caring, over samples drawn
    again. `plain` is the pair of hours and care before case mix was held equal.
    """

    name: str
    hours: Figure
    care: Estimate
    efficient: float
    on_frontier: bool
    plain: tuple[float, float]


def units(
    cases: Cases, names: Values, design: Design, generator: np.random.Generator
) -> tuple[Sequence[Unit], int]:
    """Each unit's hours and care, which are on the frontier; how many are too small to show.

    Hours and care are as if every unit had the cases of all: what the terms of `design` make of
    them within units (least squares, of the logarithm of hours) is taken off, anew in each sample
    that is drawn.
    """
    some = np.isfinite(cases.care) & np.array([one is not None for one in names])
    named, counts = np.unique(names[some].astype(str), return_counts=True)
    shown = [str(one) for one, many in zip(named, counts, strict=True) if many >= SMALLEST]
    rows = [np.flatnonzero(some & (names == one)) for one in shown]
    if not rows:
        return (), len(named)
    mixed = _Mixed.of(cases, rows, design)

    def measured(drawn: Floats) -> Floats:
        return mixed.units(mixed.alike(drawn), drawn)

    found = resampled(measured, cases.people, generator, FEW_TIMES)
    efficient = np.mean([_frontier(one) for one in found.drawn], axis=0)
    now, plain = _frontier(found.values), mixed.units(cases, np.ones(len(cases.hours)))
    made = [
        Unit(
            name=name,
            hours=between(found.values[2 * at], found.interval(2 * at), len(rows[at])),
            care=surely(found.values[2 * at + 1], found.interval(2 * at + 1), len(rows[at])),
            efficient=float(efficient[at]),
            on_frontier=bool(now[at]),
            plain=(float(plain[2 * at]), float(plain[2 * at + 1])),
        )
        for at, name in enumerate(shown)
    ]
    return made, len(named) - len(shown)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mixed:
    """Cases of units, whose mix differs by the columns of `terms`."""

    cases: Cases
    rows: Sequence[npt.NDArray[np.integer[Any]]]
    terms: Floats
    unit: Floats
    seen: Floats
    logs: Floats

    @classmethod
    def of(
        cls, cases: Cases, rows: Sequence[npt.NDArray[np.integer[Any]]], design: Design
    ) -> "_Mixed":
        unit = np.zeros((len(cases.hours), len(rows)))
        for at, row in enumerate(rows):
            unit[row, at] = 1.0
        told = unit.sum(axis=1) > 0
        terms = np.where(told[:, None], design.matrix, 0.0)
        terms -= terms[told].mean(axis=0) * told[:, None]
        hours, weights = seen(cases, horizon(cases))
        return cls(
            cases=cases,
            rows=rows,
            terms=terms,
            unit=unit,
            seen=weights * told,
            logs=np.log(hours),
        )

    def alike(self, drawn: Floats) -> Cases:
        """The cases as if all were of the same kind."""
        if not self.terms.shape[1]:
            return self.cases
        told = self.unit.sum(axis=1) > 0
        care = np.where(told, self.cases.care, 0.0)
        slower = self.terms @ self._made(self.logs, self.seen * drawn)
        kinder = self.terms @ self._made(care, told * drawn)
        return replace(
            self.cases, hours=self.cases.hours * np.exp(-slower), care=self.cases.care - kinder
        )

    def units(self, cases: Cases, drawn: Floats) -> Floats:
        """Hours and care of each unit, one after the other."""
        until = horizon(cases)
        found = [value for row in self.rows for value in _unit(cases, row, drawn[row], until)]
        return np.array(found)

    def _made(self, what: Floats, weights: Floats) -> Floats:
        """What each term makes of something, within units."""
        matrix = np.column_stack([self.unit, self.terms])
        heavy = matrix * weights[:, None]
        solved = np.linalg.lstsq(matrix.T @ heavy, heavy.T @ what, rcond=None)[0]
        return np.asarray(solved[self.unit.shape[1] :])


def _unit(
    cases: Cases, row: npt.NDArray[np.integer[Any]], drawn: Floats, until: float
) -> Iterator[float]:
    """The median time and the mean care of a unit; NaN where half of its cases are not seen."""
    there = drawn > 0
    if not there.any():
        yield from (float("nan"), float("nan"))
        return
    row, drawn = row[there], drawn[there]
    curve = kaplan_meier(cases.hours[row], cases.resolved[row], drawn)
    below = np.flatnonzero(curve.share <= _HALF)
    yield float(curve.times[below[0]]) if len(below) and curve.times[below[0]] <= until else np.nan
    yield float(np.average(cases.care[row], weights=drawn))


def _frontier(measured: Floats) -> npt.NDArray[np.bool_]:
    """Which units no other one beats in one and at least equals in the other."""
    hours, care = measured[::2], measured[1::2]
    slow = np.where(np.isnan(hours), np.inf, hours)
    return np.array(
        [
            not np.any(
                (slow <= slow[at]) & (care >= care[at]) & ((slow < slow[at]) | (care > care[at]))
            )
            for at in range(len(hours))
        ]
    )

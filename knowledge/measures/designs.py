"""Designs: declared columns of people become the matrix of a model, with what is missing told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]
Values = npt.NDArray[Any]

NOT_KNOWN: Final = "not known"
OTHER: Final = "other"
FEWEST: Final = 10
"""A category of fewer people is counted as `other`; a number in which fewer differ, as nothing."""

_MOST_LEVELS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """People by terms, without a constant; numbers are centred and in standard deviations.

    `missing` has by column how many people have no value. Those without a number get the median
    and a term of their own, those without a category are one; `left_out` are columns in which
    all are alike.
    """

    terms: tuple[str, ...]
    matrix: Floats
    missing: Mapping[str, int]
    left_out: tuple[str, ...]

    def of(self, rows: npt.NDArray[np.bool_]) -> "Design":
        """The design of some of the people, without terms that are constant among them."""
        matrix = self.matrix[rows]
        kept = np.flatnonzero(np.ptp(matrix, axis=0) > 0) if len(matrix) else np.arange(0)
        return Design(
            terms=tuple(self.terms[at] for at in kept),
            matrix=matrix[:, kept],
            missing=self.missing,
            left_out=self.left_out,
        )

    def with_constant(self, *more: Floats) -> Floats:
        """A constant, further columns, and then the terms."""
        return np.column_stack([np.ones(len(self.matrix)), *more, self.matrix])


def design(columns: Mapping[str, Values], rows: int | None = None) -> Design:
    """The design of columns, by name; numbers are floats, everything else is a category.

    Where there may be no column, `rows` says how many people there are.

    >>> found = design({"region": np.array(["n"] * 10 + ["s"] * 10 + [None], dtype=object)})
    >>> found.terms, dict(found.missing)
    (('region: other', 'region: s'), {'region': 1})
    """
    terms: list[str] = []
    parts: list[Floats] = []
    missing: dict[str, int] = {}
    left_out: list[str] = []
    for name, values in columns.items():
        numeric = values.dtype.kind in "fiu"
        found = _number(name, values) if numeric else _categories(name, values)
        gone = np.isnan(values.astype(float)) if numeric else np.array([v is None for v in values])
        if gone.any():
            missing[name] = int(gone.sum())
        if not found:
            left_out.append(name)
        terms += [term for term, _ in found]
        parts += [part for _, part in found]
    many = len(next(iter(columns.values()))) if columns else rows or 0
    matrix = np.column_stack(parts) if parts else np.empty((many, 0))
    return Design(terms=tuple(terms), matrix=matrix, missing=missing, left_out=tuple(left_out))


def _number(name: str, values: Values) -> list[tuple[str, Floats]]:
    numbers = values.astype(float)
    gone = np.isnan(numbers)
    if gone.all():
        return []
    filled = np.where(gone, np.median(numbers[~gone]), numbers)
    found = []
    _, counts = np.unique(filled, return_counts=True)
    spread = float(filled.std())
    if spread > 0 and len(filled) - int(counts.max()) >= FEWEST:
        found.append((name, (filled - filled.mean()) / spread))
    if gone.any():
        found.append((f"{name}: {NOT_KNOWN}", gone.astype(float)))
    return found


def _categories(name: str, values: Values) -> list[tuple[str, Floats]]:
    named = np.array([NOT_KNOWN if one is None else str(one) for one in values], dtype=object)
    levels, counts = np.unique(named.astype(str), return_counts=True)
    order = np.argsort(-counts, kind="stable")
    kept = [str(levels[at]) for at in order[:_MOST_LEVELS] if counts[at] >= FEWEST]
    named = np.where(np.isin(named.astype(str), kept), named, OTHER)
    present: Sequence[str] = sorted({str(one) for one in named})
    if len(present) < 2:  # noqa: PLR2004 - all are alike
        return []
    reference = kept[0] if kept else present[0]
    return [
        (f"{name}: {one}", (named == one).astype(float)) for one in present if one != reference
    ]

"""Histories: what lies in each person's time before or after a moment, whole columns at a time."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from knowledge.measures.designs import Floats

Integers = npt.NDArray[np.integer[Any]]
_SECONDS: Final = 2**34
"""More seconds than any moment has since 1970 that a row may name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Rows of people in order of person and time; moments are seconds since 1970."""

    people: Integers
    keys: Integers
    values: Floats
    sums: Floats

    @classmethod
    def of(cls, subjects: Integers, moments: Integers, values: Floats | None = None) -> "History":
        """The history that rows tell, in any order; without values each row counts one."""
        numbers = np.ones(len(subjects)) if values is None else values
        people, codes = np.unique(subjects, return_inverse=True)
        keys = codes.astype(np.int64) * _SECONDS + moments
        order = np.argsort(keys, kind="stable")
        sums = np.concatenate([[0.0], np.cumsum(numbers[order])])
        return cls(people=people, keys=keys[order], values=numbers[order], sums=sums)

    def sums_between(self, subjects: Integers, since: Integers, until: Integers) -> Floats:
        """What the rows of each person add up to from one moment on and before another."""
        first, last = self._places(subjects, since), self._places(subjects, until)
        return np.asarray(self.sums[last] - self.sums[first])

    def counts_between(self, subjects: Integers, since: Integers, until: Integers) -> Integers:
        """How many rows of each person lie there."""
        return self._places(subjects, until) - self._places(subjects, since)

    def last_between(self, subjects: Integers, since: Integers, until: Integers) -> Floats:
        """The last value of each person there; NaN where there is none."""
        first, last = self._places(subjects, since), self._places(subjects, until)
        padded = np.append(self.values, np.nan)
        return np.where(last > first, padded[np.maximum(last - 1, 0)], np.nan)

    def first_between(self, subjects: Integers, since: Integers, until: Integers) -> Floats:
        """The first value of each person there; NaN where there is none."""
        first, last = self._places(subjects, since), self._places(subjects, until)
        padded = np.append(self.values, np.nan)
        return np.where(last > first, padded[first], np.nan)

    def _places(self, subjects: Integers, moments: Integers) -> Integers:
        """Before how many rows each moment of each person lies; those unknown lie nowhere."""
        at = np.searchsorted(self.people, subjects)
        inside = np.minimum(at, max(0, len(self.people) - 1))
        known = (
            self.people[inside] == subjects if len(self.people) else np.zeros(len(subjects), bool)
        )
        keys = inside.astype(np.int64) * _SECONDS + np.clip(moments, 0, _SECONDS - 1)
        return np.where(known, np.searchsorted(self.keys, keys), 0)

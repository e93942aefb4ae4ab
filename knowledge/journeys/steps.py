"""Steps: the contacts of journeys as columns, put in order, each said once."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from enum import IntEnum
from typing import Any, Final, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

Ints: TypeAlias = NDArray[np.int64]
Hashes: TypeAlias = NDArray[np.uint64]

UNKNOWN: Final = -1
"""Nobody said whether a step did harm."""


class Outcome(IntEnum):
    """How a journey ended at a step; of two that are said of one step the worse counts."""

    NONE = 0
    RESOLVED = 1
    CHURN = 2
    COMPLAINT = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """Columns of one length, a row a contact.

    `journey` holds the first eight bytes of a keyed hash, `touchpoint` places in a list that the
    caller keeps, `at` microseconds since 1970, `outcome` values of `Outcome`, `harm` 1, 0 or
    `UNKNOWN`, `sentiment` -1 to 1 or NaN.
    """

    journey: Hashes
    touchpoint: Ints
    at: Ints
    outcome: NDArray[np.int8]
    harm: NDArray[np.int8]
    sentiment: NDArray[np.float32]

    def __len__(self) -> int:
        """How many contacts."""
        return len(self.journey)

    @classmethod
    def of(cls, rows: Sequence[tuple[int, int, int, int, int, float]] = ()) -> Self:
        """The steps of rows, each with the columns in their order."""
        columns: Sequence[Any] = [*zip(*rows, strict=True)] or [()] * len(TYPES)
        return cls(
            **{
                name: np.array(column, dtype)
                for (name, dtype), column in zip(TYPES.items(), columns, strict=True)
            }
        )

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """One after another."""
        if not parts:
            return cls.of()
        return cls(**{name: np.concatenate([getattr(p, name) for p in parts]) for name in TYPES})

    def where(self, chosen: NDArray[Any]) -> Self:
        """The rows that a mask or a list of places chooses."""
        return type(self)(**{name: getattr(self, name)[chosen] for name in TYPES})


TYPES: Final[dict[str, Any]] = {
    field.name: dtype
    for field, dtype in zip(
        fields(Steps),
        (np.uint64, np.int64, np.int64, np.int8, np.int8, np.float32),
        strict=True,
    )
}
"""The columns and what each holds."""


def settled(steps: Steps) -> Steps:
    """The steps by journey and time, those of one time in the order in which they were said.

    A journey is at a touchpoint once at a moment: what is said of that again is put together, the
    worse outcome, harm and sentiment counting. So loading twice, or in another order, changes
    nothing but the order of contacts at the very same moment.
    """
    if not len(steps):
        return steps
    order = np.lexsort((steps.touchpoint, steps.at, steps.journey))  # stable
    found = steps.where(order)
    starts = np.flatnonzero(_differs(found.journey, found.at, found.touchpoint))
    merged = Steps(
        journey=found.journey[starts],
        touchpoint=found.touchpoint[starts],
        at=found.at[starts],
        outcome=np.maximum.reduceat(found.outcome, starts),
        harm=np.maximum.reduceat(found.harm, starts),
        sentiment=np.fmin.reduceat(found.sentiment, starts),
    )
    said_first = np.minimum.reduceat(order, starts)
    return merged.where(np.lexsort((said_first, merged.at, merged.journey)))


def fingerprints(steps: Steps) -> Hashes:
    """64 bits a row, the same for the same contact said alike; to know what is stored."""
    found = np.zeros(len(steps), np.uint64)
    tone = np.nan_to_num(steps.sentiment, nan=9.0).view(np.uint32).astype(np.uint64)
    plain = (steps.touchpoint, steps.at, steps.outcome, steps.harm)
    for column in (steps.journey, *(c.astype(np.int64).view(np.uint64) for c in plain), tone):
        found = scrambled(found ^ column)
    return found


def scrambled(values: Hashes) -> Hashes:
    """64 bits mixed so that each of the input's moves about half of the output's (splitmix64)."""
    with np.errstate(over="ignore"):
        mixed = values + np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def _differs(*columns: NDArray[Any]) -> NDArray[np.bool_]:
    """Where a row is another than the one before; the first is."""
    found = np.ones(len(columns[0]), np.bool_)
    found[1:] = np.logical_or.reduce([column[1:] != column[:-1] for column in columns])
    return found

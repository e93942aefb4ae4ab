"""False alarms over many groups and repeated looks: what a figure has to reach to be told."""

from collections.abc import Sequence
from typing import Final

from knowledge.parity import adjusted

A_YEAR: Final = 0.05
"""The chance of any false alarm in a year of looks where nothing changed."""
LOOKS: Final = 12
FALSE_SHARE: Final = 0.05
"""Of what a look shows as worth a look, the share that is chance in the long run."""


def level(looks: int = LOOKS, a_year: float = A_YEAR) -> float:
    """What one look may spend so that all looks of a year keep to `a_year` (Šidák 1967).

    >>> round(level(), 5)
    0.00427
    """
    return float(-((1 - a_year) ** (1 / looks)) + 1)


def verdicts(ps: Sequence[float | None]) -> list[tuple[float | None, str]]:
    """Of each p value its adjusted one and a verdict, over all that one look compares.

    `drifted`: where nothing changed, the chance that any is called so in a year of looks is one
    in twenty (Benjamini and Hochberg 1995 hold that of one look at its own level). `worth a look`:
    of those shown one in twenty is chance. `not shown`: nothing that chance would not do.
    """
    known = [p for p in ps if p is not None]
    rest = iter(adjusted(known))
    return [(None, "cannot tell") if p is None else _verdict(next(rest)) for p in ps]


def _verdict(q: float) -> tuple[float, str]:
    if q <= level():
        return q, "drifted"
    return q, "worth a look" if q <= FALSE_SHARE else "not shown"

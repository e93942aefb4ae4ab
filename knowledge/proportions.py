"""How sure a share is, or a number of events, that was counted."""

import math
from typing import Final

NORMAL: Final = 1.959_963_985
_TAIL: Final = 0.025


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927); nothing counted, nothing known.

    >>> wilson(0, 0)
    (0.0, 1.0)
    >>> [round(end, 3) for end in wilson(8, 10)]
    [0.49, 0.943]
    """
    if not of:
        return 0.0, 1.0
    share, square = hits / of, NORMAL * NORMAL
    middle = (share + square / (2 * of)) / (1 + square / of)
    width = math.sqrt(share * (1 - share) / of + square / (4 * of * of))
    width *= NORMAL / (1 + square / of)
    # Rounding may push an end past the share where it is none or all.
    return min(share, max(0.0, middle - width)), max(share, min(1.0, middle + width))


def poisson(counted: int) -> tuple[float, float]:
    """The exact 95 % interval of how many were to be expected (Garwood 1936).

    >>> [round(end, 2) for end in poisson(0)], [round(end, 2) for end in poisson(10)]
    ([0.0, 3.69], [4.8, 18.39])
    """
    from scipy.special import (  # type: ignore[import-untyped] # noqa: PLC0415 - slow to load
        gammaincinv,
    )

    low = float(gammaincinv(counted, _TAIL)) if counted else 0.0
    return low, float(gammaincinv(counted + 1, 1 - _TAIL))

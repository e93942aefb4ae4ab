"""Confounding: how strong something unmeasured would have to be to explain an effect away."""

import math


def e_value(ratio: float) -> float:
    """The E-value of a risk ratio (VanderWeele and Ding 2017).

    Something unmeasured that is associated with both what people got and what became of them by
    risk ratios of so much each, beyond what is declared, could explain the whole ratio; weaker
    could not.

    >>> round(e_value(3.9), 2), round(e_value(1 / 3.9), 2), e_value(1.0)
    (7.26, 7.26, 1.0)
    """
    if ratio <= 0 or not math.isfinite(ratio):
        return math.inf
    up = max(ratio, 1 / ratio)
    return up + math.sqrt(up * (up - 1))


def e_value_of_limit(low: float, high: float) -> float:
    """The E-value of the end of an interval that is nearer to no effect; 1 where it has none.

    >>> round(e_value_of_limit(1.8, 8.7), 2), e_value_of_limit(0.9, 2.0)
    (3.0, 1.0)
    """
    if low <= 1 <= high:
        return 1.0
    return e_value(low if low > 1 else high)

"""Confounding: how strong something unmeasured would have to be to explain an effect away."""

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from knowledge.measures.designs import Floats
from knowledge.measures.estimates import Withheld

_SURE: Final = 0.025
_FEWEST: Final = 10
_MOST: Final = 50.0
_HALVINGS: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """How strongly something unseen would have to have decided who of a matched set got it.

    Up to `gamma`, the odds of having got it may differ within a set, and what happened is still
    more than chance (one-sided, 2.5 %); 1: it is not, even where all had the same odds. `more`
    says whether it happened more often to those who got it, `sets` how many tell anything.
    """

    gamma: float
    more: bool
    sets: int


def hidden(
    sets: npt.NDArray[Any], got: npt.NDArray[np.bool_], happened: npt.NDArray[np.bool_]
) -> Hidden | Withheld:
    """Rosenbaum's bounds for what happened or not, in matched sets in each of which one got it.

    The sum over sets of whether it happened to who got it, in the normal form with continuity
    correction (Rosenbaum 2002, section 4.4). Sets in which it happened to all or to nobody tell
    nothing.
    """
    _, place = np.unique(sets, return_inverse=True)
    size, events = np.bincount(place), np.bincount(place, happened)
    hit = np.bincount(place, happened & got)
    telling = (events > 0) & (events < size) & (np.bincount(place, got) == 1)
    many = int(telling.sum())
    if many < _FEWEST:
        reason = f"{many} matched sets tell anything, {_FEWEST} are needed"
        return Withheld(reason=reason, n=many)
    size, events, hit = size[telling], events[telling], hit[telling]
    more = bool(hit.sum() >= (events / size).sum())
    if not more:
        events, hit = size - events, 1 - hit
    low, high = 1.0, _MOST
    if _chance(size, events, hit, low) >= _SURE:
        return Hidden(gamma=1.0, more=more, sets=many)
    for _ in range(_HALVINGS):
        middle = math.sqrt(low * high)
        sure = _chance(size, events, hit, middle) < _SURE
        low, high = (middle, high) if sure else (low, middle)
    return Hidden(gamma=low, more=more, sets=many)


def _chance(size: Floats, events: Floats, hit: Floats, gamma: float) -> float:
    """The largest chance of so many hits, where odds differ by no more than a factor."""
    each = gamma * events / (gamma * events + size - events)
    wide = math.sqrt(float((each * (1 - each)).sum()))
    beyond = (float(hit.sum() - each.sum()) - 0.5) / wide
    return 0.5 * math.erfc(beyond / math.sqrt(2))


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

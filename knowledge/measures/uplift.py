"""Uplift by group: what changed in each, held against all looks, and whether groups differ."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from knowledge.measures.estimates import Estimate, Figure, Withheld
from knowledge.measures.trials import LEAST, Arms, means_differ, shares_differ
from knowledge.parity import Counts, Spread, adjusted, alike, alike_means, hidden
from knowledge.proportions import NORMAL

ALPHA: Final = 0.05
"""The share of differences that are told as standing although there are none."""

_TWO: Final = 2

Strata = Mapping[str, Arms]


@dataclass(frozen=True, slots=True, kw_only=True)
class Uplift:
    """The difference in one group; `q` is its p value held against all looks at once."""

    group: str
    difference: Figure
    p: float | None
    q: float | None = None

    @property
    def stands(self) -> bool | None:
        """Whether it is one of those of which no more than 5 % are false; None where withheld."""
        return None if self.q is None else self.q < ALPHA


def by_group(groups: Mapping[str, Strata], *, share: bool) -> list[Uplift]:
    """Treated less control in each group, groups by name; `share` where values are 0 and 1.

    A group of so few that the difference would tell of single people is withheld, and so is
    another one where it could be worked out from all and the rest.
    """
    sizes = {name: _size(strata) for name, strata in groups.items()}
    kept_back = hidden(sizes, LEAST)
    return [
        _uplift(name, groups[name], kept_back=name in kept_back, share=share)
        for name in sorted(groups)
    ]


def judged(several: Sequence[Sequence[Uplift]]) -> list[list[Uplift]]:
    """Every look at every outcome held against how many there are (Benjamini and Hochberg 1995).

    >>> looked = Uplift(group="a", difference=Withheld(reason="few", n=1), p=None)
    >>> judged([[looked]]) == [[looked]]
    True
    """
    ps = [one.p for row in several for one in row if one.p is not None]
    qs = iter(adjusted(ps))
    return [[one if one.p is None else replace(one, q=next(qs)) for one in row] for row in several]


def differ(found: Sequence[Uplift]) -> float | None:
    """How likely groups differ so much where the change is the same in all (Cochran 1954).

    None where fewer than two groups can be told.
    """
    from scipy.stats import chi2  # type: ignore[import-untyped]  # noqa: PLC0415 - light start

    told = [one.difference for one in found if isinstance(one.difference, Estimate)]
    errors = [(one.high - one.low) / (2 * NORMAL) for one in told]
    pairs = [(one.value, 1 / error**2) for one, error in zip(told, errors, strict=True) if error]
    if len(pairs) < _TWO:
        return None
    whole = sum(weight for _, weight in pairs)
    middle = sum(value * weight for value, weight in pairs) / whole
    away = sum(weight * (value - middle) ** 2 for value, weight in pairs)
    return float(chi2.sf(away, len(pairs) - 1))


def _uplift(name: str, strata: Strata, *, kept_back: bool, share: bool) -> Uplift:
    if kept_back:
        words = f"with what is told of the others it would tell of fewer than {LEAST} people"
        withheld = Withheld(reason=words, n=0)
        return Uplift(group=name, difference=withheld, p=None)
    found = (shares_differ if share else means_differ)(strata)
    if isinstance(found, Withheld):
        return Uplift(group=name, difference=found, p=None)
    return Uplift(group=name, difference=found, p=(_p_shares if share else _p_means)(strata))


def _p_shares(strata: Strata) -> float:
    """By Cochran, Mantel and Haenszel; by Fisher's exact test where so few show it."""
    from scipy.stats import fisher_exact  # noqa: PLC0415 - light start

    counts = [
        Counts(
            hits=round(sum(one.treated)),
            of=len(one.treated),
            rest_hits=round(sum(one.control)),
            rest_of=len(one.control),
        )
        for one in strata.values()
    ]
    hits, rest = sum(one.hits for one in counts), sum(one.rest_hits for one in counts)
    misses, others = (
        sum(one.of for one in counts) - hits,
        sum(one.rest_of for one in counts) - rest,
    )
    found = alike(counts)
    if found is None or min(hits, rest, misses, others) < LEAST:
        return float(fisher_exact([[hits, misses], [rest, others]])[1])
    return found.p


def _p_means(strata: Strata) -> float:
    pairs = [(Spread.of(one.treated), Spread.of(one.control)) for one in strata.values()]
    found = alike_means(pairs)
    return 1.0 if found is None or math.isnan(found.p) else found.p


def _size(strata: Strata) -> int:
    return sum(len(one.treated) + len(one.control) for one in strata.values())

"""Randomised trials: how many to compare with, who they are, and what the treatment changed."""

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from knowledge.measures.estimates import Estimate, Figure, Withheld
from knowledge.parity import Counts, Difference, Spread, alike, alike_means, newcombe
from knowledge.proportions import NORMAL, wilson

LEAST: Final = 10
"""The fewest people of either arm whose outcome carries a difference."""


class TooFew(ValueError):
    """So few people can't show so small a difference, however they are parted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arms:
    """What one stratum's people of either arm came to, one value each."""

    treated: Sequence[float]
    control: Sequence[float]


def power(share: float, people: int, base: float, detect: float) -> float:
    """How likely a difference of two shares is seen (two-sided, 5 %, normal law).

    `share` of the people are left alone; of them `base` shows the outcome, of the others
    `base + detect`.

    >>> round(power(0.5, 1252, 0.70, 0.07), 2)
    0.8
    """
    error = math.sqrt(_variance(share, base, detect) / people) if people else math.inf
    return _normal(abs(detect) / error - NORMAL)


def share_needed(people: int, base: float, detect: float, wanted: float) -> float:
    """The least share to be left alone so that the difference is seen with the power wanted.

    Raises:
        TooFew: half of them would not do; the message says what can be seen, and how many would.

    >>> round(share_needed(5_000, 0.70, 0.05, 0.8), 3)
    0.153
    """
    if not 0 < base + detect < 1:
        raise TooFew(f"{base} and {detect} more are {base + detect:.2f}, no share between 0 and 1")
    if power(0.5, people, base, detect) < wanted:
        needed = math.ceil(
            _variance(0.5, base, detect) * ((NORMAL + quantile(wanted)) / detect) ** 2
        )
        seen = next(
            (
                size / 1000
                for size in range(1, 1000)
                if base + size / 1000 < 1 and power(0.5, people, base, size / 1000) >= wanted
            ),
            None,
        )
        more = f"; {people} show {seen:.1%} or more" if seen is not None else ""
        words = f"{people} people can't show a difference of {detect:.1%} from {base:.0%}"
        raise TooFew(f"{words}; {needed} could{more}")
    low, high = 0.0, 0.5
    for _ in range(60):
        middle = (low + high) / 2
        enough = middle > 0 and power(middle, people, base, detect) >= wanted
        low, high = (low, middle) if enough else (middle, high)
    return high


def left_alone(seed: bytes, strata: Mapping[str, Sequence[str]], share: float) -> frozenset[str]:
    """Who is left alone: of each stratum the share, drawn in an order that the seed fixes.

    Parts of people are given to the strata with the largest ones, so that the whole comes out.
    """
    wanted = {name: share * len(people) for name, people in strata.items()}
    counts = {name: math.floor(one) for name, one in wanted.items()}
    spare = round(sum(wanted.values())) - sum(counts.values())
    for name in sorted(wanted, key=lambda one: (counts[one] - wanted[one], one))[:spare]:
        counts[name] += 1
    return frozenset(
        one for name, people in strata.items() for one in drawn(seed, people)[: counts[name]]
    )


def drawn(seed: bytes, people: Iterable[str]) -> list[str]:
    """People in the order of the keyed hash of their names: whoever has the seed can check it."""
    return sorted(people, key=lambda one: (hashlib.blake2b(one.encode(), key=seed).digest(), one))


def shares_differ(strata: Mapping[str, Arms]) -> Figure:
    """Treated less control of a share (values 0 and 1), strata held alike."""
    counts = [
        Counts(
            hits=round(sum(one.treated)),
            of=len(one.treated),
            rest_hits=round(sum(one.control)),
            rest_of=len(one.control),
        )
        for one in strata.values()
    ]
    if (few := _few(strata)) is not None:
        return few
    whole = Counts(
        hits=sum(one.hits for one in counts),
        of=sum(one.of for one in counts),
        rest_hits=sum(one.rest_hits for one in counts),
        rest_of=sum(one.rest_of for one in counts),
    )
    found = alike(counts)
    if found is None or _rare(whole):
        low, high = newcombe(whole)
        value = whole.hits / whole.of - whole.rest_hits / whole.rest_of
        return Estimate(value=value, low=low, high=high, n=whole.of + whole.rest_of)
    return _estimate(found, whole.of + whole.rest_of)


def means_differ(strata: Mapping[str, Arms]) -> Figure:
    """Treated less control of a mean, strata held alike; by the normal law."""
    if (few := _few(strata)) is not None:
        return few
    pairs = [(Spread.of(one.treated), Spread.of(one.control)) for one in strata.values()]
    found = alike_means(pairs)
    if found is None:
        return Withheld(reason="no group has two people of both arms", n=_many(strata))
    return _estimate(found, _many(strata))


def arm(values: Sequence[float], *, share: bool) -> Figure:
    """What one arm came to: a share with Wilson's interval, a mean by the law of Student."""
    many = len(values)
    if many < LEAST:
        return Withheld(reason=f"fewer than {LEAST} of this arm have an outcome", n=many)
    value = math.fsum(values) / many
    if share:
        low, high = wilson(round(sum(values)), many)
        return Estimate(value=value, low=low, high=high, n=many)
    from scipy.stats import t  # type: ignore[import-untyped]  # noqa: PLC0415 - light start

    wide = float(t.ppf(0.975, many - 1)) * math.sqrt(Spread.of(values).variance / many)
    return Estimate(value=value, low=value - wide, high=value + wide, n=many)


def per_treated(difference: Figure, reached: int, of: int) -> Figure:
    """The difference for each person who really got something (Bloom 1984).

    It takes for granted that whoever got nothing was not changed by the campaign.
    """
    if isinstance(difference, Withheld):
        return difference
    if not reached:
        return Withheld(reason="nobody got anything", n=difference.n)
    by = of / reached
    return Estimate(
        value=difference.value * by,
        low=difference.low * by,
        high=difference.high * by,
        n=difference.n,
    )


def quantile(share: float) -> float:
    """The value of the normal law that a share of it lies below."""
    from statistics import NormalDist  # noqa: PLC0415 - light start

    return NormalDist().inv_cdf(share)


def _normal(value: float) -> float:
    return (1 + math.erf(value / math.sqrt(2))) / 2


def _variance(share: float, base: float, detect: float) -> float:
    """Of the difference, for one person."""
    other = base + detect
    return base * (1 - base) / share + other * (1 - other) / (1 - share)


def _few(strata: Mapping[str, Arms]) -> Withheld | None:
    least = min(
        sum(len(one.treated) for one in strata.values()),
        sum(len(one.control) for one in strata.values()),
    )
    if least >= LEAST:
        return None
    words = f"{least} people of one arm have an outcome; {LEAST} of both would do"
    return Withheld(reason=words, n=_many(strata))


def _rare(whole: Counts) -> bool:
    """Whether so few show it, or do not, that the normal law would mislead."""
    cells = (whole.hits, whole.of - whole.hits, whole.rest_hits, whole.rest_of - whole.rest_hits)
    return min(cells) < LEAST


def _many(strata: Mapping[str, Arms]) -> int:
    return sum(len(one.treated) + len(one.control) for one in strata.values())


def _estimate(found: Difference, n: int) -> Estimate:
    return Estimate(value=found.value, low=found.low, high=found.high, n=n)

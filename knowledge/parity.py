"""Parity: how a group differs from the rest, like held against like, and what may be told."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from knowledge.proportions import NORMAL, wilson


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Of a group and of the rest, how many there are and how many of them had it."""

    hits: int
    of: int
    rest_hits: int
    rest_of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Figures that were measured: how many, their mean, and their sum of squared deviations."""

    many: int
    mean: float
    squares: float

    @classmethod
    def of(cls, values: Iterable[float]) -> "Spread":
        """The spread of some figures (Welford 1962).

        >>> Spread.of([1.0, 3.0])
        Spread(many=2, mean=2.0, squares=2.0)
        """
        many, mean, squares = 0, 0.0, 0.0
        for value in values:
            many += 1
            away = value - mean
            mean += away / many
            squares += away * (value - mean)
        return cls(many=many, mean=mean, squares=squares)

    def joined(self, other: "Spread") -> "Spread":
        """The spread of both together (Chan, Golub and LeVeque 1983).

        >>> Spread.of([1.0]).joined(Spread.of([3.0])) == Spread.of([1.0, 3.0])
        True
        """
        many = self.many + other.many
        if not many:
            return self
        away = other.mean - self.mean
        squares = self.squares + other.squares + away * away * self.many * other.many / many
        return Spread(many=many, mean=self.mean + away * other.many / many, squares=squares)

    @property
    def variance(self) -> float:
        """The sample variance, 0 of fewer than two."""
        return self.squares / (self.many - 1) if self.many > 1 else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Group less rest, with its 95 % interval; `p` is how likely so much is where there is none.

    `many` are the cases of the group that have their like among the rest.
    """

    value: float
    low: float
    high: float
    p: float
    many: int


def newcombe(one: Counts) -> tuple[float, float]:
    """The 95 % interval of a difference of two shares (Newcombe 1998, method 10).

    >>> [round(end, 4) for end in newcombe(Counts(hits=56, of=70, rest_hits=48, rest_of=80))]
    [0.0524, 0.3339]
    """
    share = one.hits / one.of if one.of else 0.0
    rest = one.rest_hits / one.rest_of if one.rest_of else 0.0
    low, high = wilson(one.hits, one.of)
    rest_low, rest_high = wilson(one.rest_hits, one.rest_of)
    below = math.hypot(share - low, rest_high - rest)
    above = math.hypot(high - share, rest - rest_low)
    return max(-1.0, share - rest - below), min(1.0, share - rest + above)


def alike(strata: Sequence[Counts]) -> Difference | None:
    """The difference of shares within strata, weighed as Mantel and Haenszel (1959) do.

    Its variance is that of Sato (1989), which holds for few large strata and for many small ones;
    p is of Cochran, Mantel and Haenszel's test without correction. None where no stratum has
    cases of both.
    """
    both = [one for one in strata if one.of and one.rest_of]
    weight = sum(one.of * one.rest_of / (one.of + one.rest_of) for one in both)
    if not weight:
        return None
    value = sum(_crossed(one) for one in both) / weight
    wide = NORMAL * math.sqrt(max(0.0, _sato(both, value))) / weight
    return Difference(
        value=value,
        low=max(-1.0, value - wide),
        high=min(1.0, value + wide),
        p=_cochran(both),
        many=sum(one.of for one in both),
    )


def alike_means(strata: Sequence[tuple[Spread, Spread]]) -> Difference | None:
    """The difference of means within strata, each weighed by n·m/(n+m), by the normal law.

    That is the least-squares difference where strata differ in level only. None where no stratum
    has two cases of each.
    """
    both = [(one, rest) for one, rest in strata if one.many > 1 and rest.many > 1]
    weights = [one.many * rest.many / (one.many + rest.many) for one, rest in both]
    if not both:
        return None
    whole = sum(weights)
    pairs = [*zip(weights, both, strict=True)]
    value = sum(w * (one.mean - rest.mean) for w, (one, rest) in pairs) / whole
    variance = sum(
        w * w * (one.variance / one.many + rest.variance / rest.many) for w, (one, rest) in pairs
    )
    error = math.sqrt(variance) / whole
    return Difference(
        value=value,
        low=value - NORMAL * error,
        high=value + NORMAL * error,
        p=_two_sided(value / error) if error else float(value == 0),
        many=sum(one.many for one, _ in both),
    )


def standardised(one: Spread, rest: Spread) -> float | None:
    """The difference of means in standard deviations (Cohen 1988), None where there are none."""
    degrees = one.many + rest.many - 2
    deviation = math.sqrt((one.squares + rest.squares) / degrees) if degrees > 0 else 0.0
    return (one.mean - rest.mean) / deviation if deviation else None


def adjusted(ps: Sequence[float]) -> list[float]:
    """The p values adjusted so that a share of them is false (Benjamini and Hochberg 1995).

    >>> [round(q, 3) for q in adjusted([0.01, 0.04, 0.03, 0.5])]
    [0.04, 0.053, 0.053, 0.5]
    """
    order = sorted(range(len(ps)), key=lambda at: -ps[at])
    found, least = [0.0] * len(ps), 1.0
    for place, at in enumerate(order):
        least = min(least, ps[at] * len(ps) / (len(ps) - place))
        found[at] = least
    return found


def hidden(sizes: Mapping[str, int], least: int) -> frozenset[str]:
    """The groups whose figures must not be told, though the figures of all together are.

    Those smaller than `least`, and the next smallest besides where what is left over from all
    would tell of a single group or of fewer than `least`.

    >>> sorted(hidden({"a": 100, "b": 40, "c": 3}, 10))
    ['b', 'c']
    >>> hidden({"a": 100, "b": 40}, 10)
    frozenset()
    """
    present = sorted((size, name) for name, size in sizes.items() if size)
    held = [one for one in present if one[0] < least]
    for one in present[len(held) :]:
        if not held or (len(held) > 1 and sum(size for size, _ in held) >= least):
            break
        held.append(one)
    return frozenset(name for _, name in held)


_ENOUGH: Final = 2


def _crossed(one: Counts) -> float:
    return (one.hits * one.rest_of - one.rest_hits * one.of) / (one.of + one.rest_of)


def _sato(strata: Sequence[Counts], value: float) -> float:
    found = 0.0
    for one in strata:
        n, m, a, b = one.of, one.rest_of, one.hits, one.rest_hits
        all_ = n + m
        skew = (n * n * b - m * m * a + n * m * (m - n) / 2) / (all_ * all_)
        found += value * skew + (a * (m - b) + b * (n - a)) / (2 * all_)
    return found


def _cochran(strata: Sequence[Counts]) -> float:
    away = variance = 0.0
    for one in strata:
        all_, hits = one.of + one.rest_of, one.hits + one.rest_hits
        if all_ < _ENOUGH:
            continue
        away += one.hits - one.of * hits / all_
        spread = one.of * one.rest_of * hits * (all_ - hits)
        variance += spread / (all_ * all_ * (all_ - 1))
    return _two_sided(away / math.sqrt(variance)) if variance else 1.0


def _two_sided(score: float) -> float:
    """How likely a normal score is at least so far from 0."""
    return math.erfc(abs(score) / math.sqrt(2))

"""The likelihood of posts under a background, sudden changes and exponential kernels."""

import math
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import numpy as np

from knowledge.spread.background import Background, Floats
from knowledge.spread.excitation import Evidence
from knowledge.spread.likelihood import Flags, Problem
from knowledge.spread.onsets import Onset, Onsets, onset

Member: TypeAlias = int | Onset
"""A kernel by the index of its scale, or a sudden change."""

KERNEL_GAIN: Final = 2.0
"""The logarithm of the likelihood that a further kernel must gain."""
ONSET_GAIN: Final = 8.0
"""As much for a sudden change: there are thousands to choose from."""
_PART: Final = 0.1
"""A first change that gains less than this part of what a kernel gains is no rival to it."""
_MOST: Final = 7
_ZERO: Final = 1e-12
_SCAN_ROWS: Final = 6000


@dataclass(frozen=True, slots=True, kw_only=True)
class Mixture:
    """A fitted rate: the weights of the background and of its members, and how likely it is."""

    knots: Floats
    members: tuple[Member, ...]
    weights: Floats
    likelihood: float
    rate: Floats
    curve: Floats = field(repr=False)
    """Second derivatives in all weights, scaled to a diagonal of 1 by `scale`."""
    scale: Floats
    free: Flags
    """Which weights are not held at 0."""

    @property
    def kernels(self) -> list[int]:
        """The places of kernels among the members."""
        return [place for place, each in enumerate(self.members) if isinstance(each, int)]

    @property
    def factor(self) -> float:
        """How many further posts one post brings about."""
        return float(self.weights[self.kernels].sum())

    def error(self) -> float:
        """The standard error of the factor; 0 without kernels."""
        asked = np.zeros(len(self.scale))
        for place in self.kernels:
            asked[len(self.knots) + place] = 1
        asked = (asked / self.scale)[self.free]
        inside = self.curve[np.ix_(self.free, self.free)]
        variance = float(asked @ np.linalg.solve(inside, asked))
        return math.sqrt(max(0.0, variance))


class Search:
    """Finds which kernels and changes posts call for, one at a time, on one background."""

    def __init__(self, evidence: Evidence, background: Background, longest: float) -> None:
        """Prepare; `longest` is the longest scale of a kernel that may be asked for."""
        background.place(evidence.times)
        self._evidence, self.background = evidence, background
        self._onsets = Onsets(evidence)
        self._many = int((evidence.scales <= longest * 1.001).sum())
        self._plain = background.sums(evidence.counts) / np.maximum(background.wholes, _ZERO)
        self.bare = self._fit(self._plain, (), np.zeros(0))

    def kernels_first(self, *, onsets: bool) -> Mixture:
        """Begin with the best kernel."""
        scale, share = self._scan()
        begun = self._fit(self.bare.knots * (1 - share), (scale,), np.array([share]))
        return self._grow(begun, kernels=True, onsets=onsets, most=_MOST)

    def onsets_first(self, least: float) -> Mixture | None:
        """Begin with sudden changes; None where they stay below this likelihood by far."""
        if self._next_onset(self.bare)[0] < _PART * (least - self.bare.likelihood):
            return None
        begun = self._grow(self.bare, kernels=False, onsets=True, most=3)
        if not begun.members or begun.likelihood < least:
            return None
        return self._grow(begun, kernels=True, onsets=True, most=_MOST)

    def neighbours(self, found: Mixture) -> list[Mixture]:
        """The same with one kernel fewer and one kernel more, whether it calls for them or not."""
        near = []
        if found.kernels:
            last = found.kernels[-1]
            kept = [place for place in range(len(found.members)) if place != last]
            members = tuple(found.members[place] for place in kept)
            near.append(self._fit(found.knots, members, found.weights[kept]))
        _, member, weight = self._next_kernel(found)
        if weight > 0 and len(found.members) < _MOST:
            near.append(self._with(found, member, weight))
        return near

    def _scan(self) -> tuple[int, float]:
        """The single kernel that does best, roughly, and its share of the posts."""
        seen = self._evidence
        some = slice(None, None, 1 + len(seen.times) // _SCAN_ROWS)
        plain = self.background.rates(self._plain)[some]
        counts, apart = seen.counts[some], seen.excited[: self._many, some] - plain
        shares = np.full((self._many, 1), 0.5)
        for _ in range(3):
            ratio = apart / (plain + shares * apart)
            slope = ratio * counts
            curve = (slope * ratio).sum(axis=1, keepdims=True)
            step = slope.sum(axis=1, keepdims=True) / np.maximum(curve, _ZERO)
            shares = np.clip(shares + step, 0.01, 0.98)
        best = int(np.argmax(np.log(plain + shares * apart) @ counts))
        return best, float(shares[best, 0])

    def _grow(self, found: Mixture, *, kernels: bool, onsets: bool, most: int) -> Mixture:
        while len(found.members) < most:
            offers = [self._next_kernel(found)] if kernels else []
            offers += [self._next_onset(found)] if onsets else []
            surplus, member, weight = max(offers, key=lambda offer: offer[0])
            if surplus < 0:
                break
            needed = KERNEL_GAIN if isinstance(member, int) else ONSET_GAIN
            more = self._with(found, member, weight)
            if more.likelihood < found.likelihood + needed:
                break
            found = more
        return found

    def _with(self, found: Mixture, member: Member, weight: float) -> Mixture:
        """One member more; members whose weight falls to 0 go."""
        members = (*found.members, member)
        more = self._fit(found.knots, members, np.append(found.weights, weight))
        kept = more.weights > _ZERO
        if kept.all():
            return more
        left = tuple(each for each, stays in zip(members, kept, strict=True) if stays)
        return self._fit(more.knots, left, more.weights[kept])

    def _next_kernel(self, found: Mixture) -> tuple[float, Member, float]:
        seen, many = self._evidence, self._many
        ratio = seen.counts / found.rate
        excited = seen.excited[:many]
        weighed = excited * (ratio / found.rate)
        columns = self._columns(found.members)[0]
        mixed = np.vstack([self.background.sums(weighed).T, columns @ weighed.T])
        curve = np.einsum("ij,ij->i", weighed, excited)
        gain, step = _gain(found, excited @ ratio - seen.expected[:many], curve, mixed)
        gain[[each for each in found.members if isinstance(each, int)]] = 0
        best = int(np.argmax(gain))
        return float(gain[best]) - KERNEL_GAIN, best, min(float(step[best]), 0.3)

    def _next_onset(self, found: Mixture) -> tuple[float, Member, float]:
        columns = self._columns(found.members)[0]
        gains = self._onsets.gains(self.background, columns, self._evidence.counts, found.rate)
        gain, step = _gain(found, gains.slope, gains.curve, gains.mixed)
        best = int(np.argmax(gain))
        return float(gain[best]) - ONSET_GAIN, onset(best), float(step[best])

    def _columns(self, members: tuple[Member, ...]) -> tuple[Floats, Floats]:
        """Each member at each time, and the integral of each."""
        seen = self._evidence
        pairs = [
            (seen.excited[each], float(seen.expected[each]))
            if isinstance(each, int)
            else self._onsets.column(each)
            for each in members
        ]
        columns = np.array([column for column, _ in pairs]).reshape(len(pairs), len(seen.times))
        return columns, np.array([whole for _, whole in pairs])

    def _fit(self, knots: Floats, members: tuple[Member, ...], weights: Floats) -> Mixture:
        columns, wholes = self._columns(members)
        wholes = np.concatenate([self.background.wholes, wholes])
        problem = Problem(self._evidence.counts, self.background, columns, wholes)
        every, likelihood, rate, local = problem.solve(np.concatenate([knots, weights]))
        return Mixture(
            knots=every[: len(knots)],
            members=members,
            weights=every[len(knots) :],
            likelihood=likelihood,
            rate=rate,
            curve=local.curve,
            scale=local.scale,
            free=local.free,
        )


def _gain(found: Mixture, slope: Floats, curve: Floats, mixed: Floats) -> tuple[Floats, Floats]:
    """What a further weight would gain in likelihood, about, and how large it would be."""
    scaled = mixed / found.scale[:, None]
    left = curve - (scaled * np.linalg.solve(found.curve, scaled)).sum(axis=0)
    known = (slope > 0) & (left > 1e-9 * curve.max())
    left = np.where(known, left, 1.0)
    return np.where(known, slope * slope / left / 2, 0.0), np.where(known, slope / left, 0.0)

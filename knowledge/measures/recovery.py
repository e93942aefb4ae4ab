"""Recovery: whether a series fell, how far, how it came back, each figure with its interval."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from knowledge.measures.binned import LEAST_BINS, LEAST_POSTS, Array, Binned, Gap
from knowledge.measures.dip_draws import LEFT, Draws, chance_of, drawn
from knowledge.measures.dips import SHAPES, closer, drop, held, with_noises
from knowledge.measures.estimates import Estimate, Figure, Unsuited, Withheld
from knowledge.measures.noise import Noise, student
from knowledge.measures.smoothing import smooth

NEVER: Final = {True: "never fell", False: "never rose"}
FELL: Final = 0.01
"""A fall is told where noise alone looks as much like one at most this often."""
_SURE: Final = 0.95
_HIDDEN: Final = 0.2
_MISSED: Final = 0.05
_EARLY: Final = 3
_HOUR: Final = 3600.0
_TAIL: Final = 0.01
"""How much of the draws lies beyond each end of an interval of 95 %: no draw has a shape that is
not tried, so they lie closer together than the truth may; see `python -m bench recovery`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """What became of one series.

    `answer` is `never fell` (or `never rose`), `recovered`, `not recovered yet` or `cannot
    tell`. Of the figures `onset`, `trough` and `recovered` are seconds since 1970, `half_life`
    hours from the trough, `area` value times hours, the others values. `models` are Akaike's
    criteria above the best; `line` (value, low, high) is the smoothed series, `curve` the dips
    that fit it.
    """

    answer: str
    why: str
    chance: float
    shape: str
    models: Mapping[str, float]
    figures: Mapping[str, Figure]
    line: tuple[Array, Array, Array]
    curve: tuple[Array, Array, Array] | None


def recovery(
    series: Binned,
    gaps: Sequence[Gap],
    rng: np.random.Generator,
    *,
    stated: float | None = None,
    harm: float = -1.0,
) -> Recovery:
    """Work it out; `harm` says where harm lies: -1 below the baseline, 1 above it.

    Raises:
        Unsuited: there is too little to say anything.
    """
    known = int(series.known.sum())
    if known < LEAST_BINS or series.posts < LEAST_POSTS:
        raise Unsuited(
            f"{series.posts} posts in {known} stretches of {series.width / _HOUR:g} hours are too"
            f" few for a curve; {LEAST_POSTS} posts in {LEAST_BINS} stretches would do"
        )
    turned = _turned(series, -harm)
    coarse = held(turned, stated=None if stated is None else -harm * stated)
    chance = chance_of(coarse, drop(coarse), rng)
    near = closer(coarse)
    models = {one: near.criterion(one) for one in SHAPES}
    models = {one: value - min(models.values()) for one, value in models.items()}
    draws = drawn(with_noises(near), rng)
    if chance > FELL or float(np.median(draws.depth)) <= 0:
        level = _level(series)
        return Recovery(
            answer=NEVER[harm < 0],
            why=f"noise alone looks as much like a fall in {chance:.3g} of cases",
            chance=chance,
            shape="level",
            models=models,
            figures={"baseline": level},
            line=smooth(series),
            curve=None,
        )
    read = _Read(series=series, gaps=gaps, draws=draws, harm=harm, stated=stated)
    shape = min((one for one in models if one != "level"), key=models.__getitem__)
    answer, why = read.answer()
    value, low, high = smooth(series, [float(np.median(draws.onset))])
    curves = np.quantile(draws.fitted, [0.5, 0.025, 0.975], axis=0) * -harm
    return Recovery(
        answer=answer,
        why=why,
        chance=chance,
        shape=shape,
        models=models,
        figures=read.figures(),
        line=(value, low, high),
        curve=(curves[0], curves[1:].min(axis=0), curves[1:].max(axis=0)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """Figures read off draws."""

    series: Binned
    gaps: Sequence[Gap]
    draws: Draws
    harm: float
    stated: float | None

    def figures(self) -> dict[str, Figure]:
        """Every figure, or why not."""
        draws, step = self.draws, self.series.width / _HOUR
        sign = -self.harm
        return {
            "baseline": self._baseline(),
            "trough_value": self._there(sign * (draws.baseline - draws.depth), draws.trough),
            "depth": self._with_baseline(self._there(draws.depth, draws.trough)),
            "onset": self._moment(draws.onset),
            "trough": self._moment(draws.trough),
            "half_life": self._with_baseline(self._half(step)),
            **({"half_life_to_settled": self._settling(step)} if self._early() else {}),
            "recovered": self._with_baseline(self._end()),
            "area": self._with_baseline(self._area(step)),
        }

    def answer(self) -> tuple[str, str]:
        """Whether it is back, with the probability that it is."""
        last = len(self.series.middle) - 1
        back = float((self.draws.end <= last).mean())
        words = f"at most {LEFT:.0%} of the depth is left in {back:.0%} of the curves that fit"
        if self._early():
            return "cannot tell", "it had begun before anybody listened; state what was usual"
        if back >= _SURE:
            return "recovered", words
        return ("not recovered yet" if back <= 1 - _SURE else "cannot tell"), words

    def _early(self) -> bool:
        """Whether too little lies before the onset to know what was usual."""
        before = self.series.known[: max(0, int(np.median(self.draws.onset)) + 1)].sum()
        return self.stated is None and int(before) < _EARLY

    def _baseline(self) -> Figure:
        if self.stated is not None:
            return Withheld(reason=f"stated, not measured: {self.stated:g}", n=0)
        sign = -self.harm
        return self._with_baseline(_interval(sign * self.draws.baseline, self.series.posts))

    def _with_baseline(self, figure: Figure) -> Figure:
        if not self._early():
            return figure
        return Withheld(
            reason=f"fewer than {_EARLY} stretches are known before the onset, so nobody knows"
            " what was usual; state a baseline, or listen from earlier on",
            n=figure.n,
        )

    def _there(self, values: Array, at: Array) -> Figure:
        return self._hidden(at) or _interval(values, self.series.posts)

    def _moment(self, at: Array) -> Figure:
        """A moment, no closer than half a stretch: posts of one are taken together."""
        found = self._hidden(at) or _interval(self._seconds(at), self.series.posts)
        if isinstance(found, Withheld):
            return found
        near = self.series.width / 2
        return replace(found, low=found.low - near, high=found.high + near)

    def _half(self, step: float) -> Figure:
        draws, last = self.draws, len(self.series.middle) - 1
        hidden = self._hidden(draws.trough) or self._hidden(draws.trough + draws.half)
        seen = float((draws.trough + draws.half <= last).mean())
        if hidden is None and seen < 1 / 2:
            return Withheld(
                reason="half of what was lost had not come back by the end; look again later",
                n=self.series.posts,
            )
        return hidden or _interval(draws.half * step, self.series.posts)

    def _settling(self, step: float) -> Figure:
        """Of what had begun before: until half of the way to where it settles was gone."""
        return self._hidden(self.draws.trough) or _interval(
            self.draws.half * step, self.series.posts
        )

    def _end(self) -> Figure:
        last = len(self.series.middle) - 1
        if float((self.draws.end <= last).mean()) < 1 / 2:
            reason = f"more than {LEFT:.0%} of the depth was left at the end; look again later"
            return Withheld(reason=reason, n=self.series.posts)
        return self._moment(self.draws.end)

    def _area(self, step: float) -> Figure:
        if hidden := self._hidden(self.draws.onset):
            return hidden
        onset = max(0, int(np.median(self.draws.onset)))
        lost = ~self.series.known[onset:] & self._in_gap(self.series.middle[onset:])
        if lost.mean() > _MISSED:
            return Withheld(
                reason=f"a feed was silent in {lost.mean():.0%} of the time since the onset",
                n=self.series.posts,
            )
        return _interval(self.draws.area * step, self.series.posts)

    def _hidden(self, at: Array) -> Withheld | None:
        """The reason not to tell what may lie in a gap."""
        share = float(self._in_gap(self._seconds(at)).mean())
        if share <= _HIDDEN:
            return None
        reason = f"a feed was silent where it may lie ({share:.0%} of the curves that fit)"
        return Withheld(reason=reason, n=self.series.posts)

    def _in_gap(self, seconds: Array) -> NDArray[np.bool_]:
        inside = np.zeros(len(seconds), dtype=np.bool_)
        for gap in self.gaps:
            inside |= (seconds >= gap.since) & (seconds < gap.until)
        return inside

    def _seconds(self, bins: Array) -> Array:
        return np.asarray(self.series.middle[0] + bins * self.series.width)


def _turned(series: Binned, sign: float) -> Binned:
    """The series with harm below."""
    if sign > 0:
        return series
    return replace(series, value=-series.value)


def _interval(values: Array, posts: int) -> Figure:
    low, middle, high = np.quantile(values, [_TAIL, 0.5, 1 - _TAIL], method="inverted_cdf")
    if not np.isfinite(middle):
        return Withheld(reason="it may never come; look again later", n=posts)
    return Estimate(value=float(middle), low=float(low), high=float(high), n=posts)


def _level(series: Binned) -> Figure:
    """The level of a series that never fell, by generalised least squares."""
    number = int(series.known.sum())
    ones = np.ones((1, number))
    noise = Noise.of(series, np.full(number, np.nanmedian(series.value[series.known])), ones)
    values, flat = noise.whitened(series.value[series.known]), noise.whitened(ones)[0]
    weight = float(flat @ flat)
    middle = float(flat @ values) / weight
    left = values - middle * flat
    margin = student(number - 3) * float(np.sqrt(left @ left / (number - 1) / weight))
    return Estimate(value=middle, low=middle - margin, high=middle + margin, n=series.posts)

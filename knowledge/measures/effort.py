"""Answers to a scale: means, shares and changes, where people may have answered more than once."""

from dataclasses import dataclass, replace
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from knowledge.measures.estimates import Estimate, Figure, Withheld
from knowledge.proportions import NORMAL

LEAST: Final = 10
"""People without whom nothing is said: fewer could be told from each other, and say little."""

_TAIL: Final = 0.025
Floats: TypeAlias = npt.NDArray[np.float64]
Flags: TypeAlias = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Scores from `low` to `high`, each of somebody: answers of one person hang together."""

    score: Floats
    who: npt.NDArray[np.uint64]
    low: float = 1.0
    high: float = 7.0

    def __len__(self) -> int:
        """How many answers."""
        return len(self.score)

    @property
    def people(self) -> int:
        """How many people answered."""
        return len(np.unique(self.who))

    def where(self, fits: Flags) -> "Answers":
        """Some of the answers."""
        return replace(self, score=self.score[fits], who=self.who[fits])


def mean_of(answers: Answers) -> Figure:
    """The mean answer with its t interval, robust to people who answered several times."""
    if answers.people < LEAST:
        return few(answers.people, len(answers))
    mean = float(answers.score.mean())
    people = answers.people
    spread = _spread((answers.score - mean) / len(answers), answers.who)
    width = _t(people - 1) * float(np.sqrt(spread + _unseen(answers) / people**2))
    return Estimate(
        value=mean,
        low=max(answers.low, mean - width),
        high=min(answers.high, mean + width),
        n=len(answers),
    )


def share_of(hits: Flags, who: npt.NDArray[np.uint64]) -> Figure:
    """A share with Wilson's interval, for as many answers as these are worth."""
    many, people = len(hits), len(np.unique(who))
    if people < LEAST:
        return few(people, many)
    share = float(hits.mean())
    plain = share * (1 - share) / many
    worth = float(people)
    if plain > 0:
        spread = _spread((hits - share) / many, who)
        worth = many / min(max(1.0, spread / plain), many / people * 2)
    square = NORMAL * NORMAL
    middle = (share + square / (2 * worth)) / (1 + square / worth)
    width = NORMAL * float(np.sqrt(share * (1 - share) / worth + square / (4 * worth * worth)))
    width /= 1 + square / worth
    low, high = max(0.0, middle - width), min(1.0, middle + width)
    return Estimate(value=share, low=min(low, share), high=max(high, share), n=many)


def change(before: Answers, after: Answers) -> Figure:
    """The mean after minus the mean before; who answered in both counts as one person."""
    least = min(before.people, after.people)
    if least < LEAST:
        return few(least, len(before) + len(after))
    value, error, free = _gap(before, after)
    width, bound = _t(free) * error, before.high - before.low
    return Estimate(
        value=value,
        low=max(-bound, value - width),
        high=min(bound, value + width),
        n=len(before) + len(after),
    )


def chance(before: Answers, after: Answers) -> float:
    """How likely so large a change is where there is none, two-sided; both need `LEAST` people."""
    from scipy.special import (  # type: ignore[import-untyped] # noqa: PLC0415 - slow to load
        stdtr,
    )

    value, error, free = _gap(before, after)
    return float(2 * stdtr(free, -abs(value) / error))


def _gap(before: Answers, after: Answers) -> tuple[float, float, float]:
    """The difference of two means, its standard error, and its degrees of freedom (Welch)."""
    both = (before, after)
    parts = [(one.score - one.score.mean()) / len(one) for one in both]
    who = np.concatenate([before.who, after.who])
    unseen = [_unseen(one) / one.people**2 for one in both]
    spread = _spread(np.concatenate([-parts[0], parts[1]]), who) + sum(unseen)
    own = [
        _spread(part, one.who) + more for part, one, more in zip(parts, both, unseen, strict=True)
    ]
    free = sum(own) ** 2 / sum(
        part**2 / (one.people - 1) for part, one in zip(own, both, strict=True)
    )
    value = float(after.score.mean() - before.score.mean())
    return value, float(np.sqrt(spread)), free


def as_asked(
    answers: Answers, stratum: npt.NDArray[np.int64], asked: npt.NDArray[np.int64]
) -> Figure:
    """The mean if every stratum had answered in the share in which it was asked.

    `stratum` is that of each answer, `asked` how many of each stratum were asked. It is right as
    far as those who kept silent would have answered like those of their stratum who did not.
    """
    if answers.people < LEAST:
        return few(answers.people, len(answers))
    many = np.bincount(stratum, minlength=len(asked))
    if np.any((many < 2) & (asked > 0)):  # noqa: PLR2004 - two answers have a spread
        return Withheld(
            reason="of some of those who were asked fewer than two answered; group them coarser",
            n=len(answers),
        )
    weight = np.divide(asked / asked.sum(), many, out=np.zeros(len(asked)), where=many > 0)
    each = weight[stratum]
    means = np.bincount(stratum, answers.score, len(asked)) / np.maximum(many, 1)
    value = float((each * answers.score).sum())
    spread = _spread(each * (answers.score - means[stratum]), answers.who)
    unseen = _unseen(answers) * float((each**2).sum()) / len(answers)
    width = _t(answers.people - len(asked)) * float(np.sqrt(spread + unseen))
    low, high = max(answers.low, value - width), min(answers.high, value + width)
    return Estimate(value=value, low=low, high=high, n=len(answers))


def few(people: int, many: int) -> Withheld:
    """Why nothing is said of few people."""
    return Withheld(reason=f"{people} people answered, {LEAST} are needed", n=many)


def _spread(parts: Floats, who: npt.NDArray[np.uint64]) -> float:
    """The variance of a sum whose parts hang together by person (Liang and Zeger 1986)."""
    _, person = np.unique(who, return_inverse=True)
    sums = np.bincount(person.reshape(-1), parts)
    people = len(sums)
    return float((sums**2).sum()) * people / (people - 1)


def _unseen(answers: Answers) -> float:
    """What one more answer, anywhere on the scale, would add to the spread.

    So an interval has a width where all answered alike, too, and where the few who would not
    have are not in the sample.
    """
    scale = np.arange(answers.low, answers.high + 1)
    return float(((scale - answers.score.mean()) ** 2).mean())


def _t(free: float) -> float:
    from scipy.special import (  # noqa: PLC0415 - slow to load
        stdtrit,
    )

    return float(stdtrit(max(free, 1.0), 1 - _TAIL))

"""Which words are said more, or less, than before: log-odds held back where words are rare."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import erfc, log, sqrt
from typing import Final

from knowledge.measures.estimates import Estimate
from knowledge.parity import adjusted

PRIOR: Final = 0.01
"""Of the texts of both times, how many more are thought to have been read before."""
FEWEST_TEXTS: Final = 20
FEWEST_PEOPLE: Final = 3
FALSE_SHARE: Final = 0.05
_NORMAL: Final = 1.959_963_985
_HALF: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A word: the log of how its odds changed, in how many texts it was then and is now."""

    word: str
    figure: Estimate
    q: float
    now: int
    then: int


def moved(
    now: Sequence[frozenset[str]],
    then: Sequence[frozenset[str]],
    people: Mapping[str, int],
    most: int,
) -> tuple[Moved, ...]:
    """The words that moved most, by texts that have them (Monroe, Colaresi and Quinn 2008).

    A text counts a word once, so that saying it ten times is saying it. Words of fewer than
    FEWEST_TEXTS texts or of fewer than FEWEST_PEOPLE people are nobody's business.
    """
    counts = [Counter(word for text in texts for word in text) for texts in (now, then)]
    told = sorted(
        word
        for word in counts[0] | counts[1]
        if counts[0][word] + counts[1][word] >= FEWEST_TEXTS
        and people.get(word, 0) >= FEWEST_PEOPLE
    )
    found = [_moved(word, counts, (len(now), len(then))) for word in told]
    qs = adjusted([p for _, _, p in found])
    shown = [
        Moved(word=word, figure=figure, q=q, now=counts[0][word], then=counts[1][word])
        for (word, figure, _), q in zip(found, qs, strict=True)
        if q <= FALSE_SHARE
    ]
    return tuple(sorted(shown, key=lambda one: (-abs(one.figure.value), one.word))[:most])


def _moved(
    word: str, counts: Sequence[Counter[str]], of: tuple[int, int]
) -> tuple[str, Estimate, float]:
    share = (counts[0][word] + counts[1][word]) / sum(of)
    odds, error = [], 0.0
    for side, many in zip(counts, of, strict=True):
        more = PRIOR * sum(of)
        had = side[word] + more * share + _HALF
        lacked = many - side[word] + more * (1 - share) + _HALF
        odds.append(log(had / lacked))
        error += 1 / had + 1 / lacked
    value, wide = odds[0] - odds[1], _NORMAL * sqrt(error)
    p = erfc(abs(value) / sqrt(2 * error))
    return word, Estimate(value=value, low=value - wide, high=value + wide, n=sum(of)), p

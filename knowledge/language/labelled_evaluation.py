"""Urgency and betrayal are measured on texts that the authors labelled: self-labelled figures."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from knowledge.language.indicators import Judge
from knowledge.language.labelled import INDICATORS, Half, Labelled
from knowledge.language.measures import (
    Labels,
    Numbers,
    auroc,
    average_precision,
    calibration_error,
    f1,
    figure,
)

SELF_LABELLED: Final = "self-labelled"
EVEN: Final = 0.5
FEWEST: Final = 10
"""Texts of each answer that a slice needs before anything is said of it."""
SHORT, LONG = 80, 180
"""Characters up to which a text is short, and beyond which it is long."""
KEYWORDS: Final[Mapping[str, re.Pattern[str]]] = {
    "urgency": re.compile(
        r"\b(?:urgent|urgently|emergency|asap|immediately|right now|now|help|hurry|tonight"
        r"|danger|trapped|deadline)\b"
    ),
    "betrayal": re.compile(
        r"\b(?:betray\w*|lied|lying|liars?|promised?|promises|trusted|loyal\w*|never again"
        r"|cheated|deceived|misled|abandoned)\b"
    ),
}
"""The baseline: words that anybody would list before seeing a text."""
_NEGATION: Final = re.compile(
    r"\b(?:not|no|never|nobody|nothing|none|neither|nor|without|cannot"
    r"|dont|cant|wont|isnt|didnt|doesnt|aint)\b|n['\u2019]t\b"
)

Scorer = Callable[[Sequence[str]], Mapping[str, Numbers]]
"""Gives each indicator's probabilities, one a text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure with its 95 % bootstrap interval, and the same figure of the keyword list.

    `part` is "all" or a slice such as "register: letter". Nothing of this is a headline: `data`
    says that the authors labelled it.
    """

    data: str
    split: str
    part: str
    figure: str
    value: float
    low: float
    high: float
    baseline: float | None
    texts: int
    positives: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scored:
    labels: Labels
    scores: Numbers
    words: Numbers

    def only(self, chosen: Sequence[bool]) -> "_Scored":
        rows = np.flatnonzero(np.asarray(chosen))
        return _Scored(labels=self.labels[rows], scores=self.scores[rows], words=self.words[rows])


def evaluate(score: Scorer, texts: Sequence[Labelled], split: Half) -> list[Row]:
    """Figures of both indicators on one half of the texts, whole and by slice.

    Texts without words are left out, so that without the public corpora only those count that
    the authors wrote; `Row.texts` says how many.
    """
    at_hand = [one for one in texts if one.text is not None and one.half == split]
    scores = score([one.text or "" for one in at_hand])
    found: list[Row] = []
    for indicator in INDICATORS:
        asked = [one.asked(indicator) for one in at_hand]
        mine = [one for one in at_hand if one.asked(indicator)]
        scored = _Scored(
            labels=np.asarray([one.answers[indicator].final for one in mine], dtype=np.int64),
            scores=scores[indicator][np.asarray(asked, dtype=np.bool_)],
            words=keywords(indicator, [one.text or "" for one in mine]),
        )
        found += _figures(indicator, split, mine, scored)
    return found


def from_judge(judge: Judge) -> Scorer:
    """Scores as the product gives them; a text that is not judged counts as nothing found."""

    def score(texts: Sequence[str]) -> Mapping[str, Numbers]:
        judged = [one.scores for one in judge.score(texts)]
        return {
            "urgency": np.asarray([one.urgency or 0.0 for one in judged]),
            "betrayal": np.asarray([one.betrayal or 0.0 for one in judged]),
        }

    return score


def keywords(indicator: str, texts: Sequence[str]) -> Numbers:
    """How many different words of the baseline's list each text holds.

    >>> keywords("betrayal", ["You promised, you lied", "It never came"]).tolist()
    [2.0, 0.0]
    """
    lowered = [text.lower() for text in texts]
    return np.asarray([float(len(set(KEYWORDS[indicator].findall(one)))) for one in lowered])


def agreement(texts: Sequence[Labelled]) -> dict[str, dict[str, dict[str, float]]]:
    """Raw agreement and Cohen's kappa of the two passes by indicator, each with its interval."""
    found = {}
    for indicator in INDICATORS:
        answers = [one.answers[indicator] for one in texts if one.asked(indicator)]
        first = np.asarray([one.first for one in answers], dtype=np.int64)
        second = np.asarray([one.second for one in answers], dtype=np.int64)
        found[indicator] = {
            "agreement": figure(_same, first, second),
            "kappa": figure(kappa, first, second),
        }
    return found


def kappa(first: Labels, second: Labels) -> float:
    """Cohen's kappa: agreement beyond what the shares of yes alone would give.

    >>> kappa(np.array([1, 1, 0, 0]), np.array([1, 0, 0, 0]))
    0.5
    """
    one, other = float(first.mean()), float(second.mean())
    chance = one * other + (1 - one) * (1 - other)
    return (_same(first, second) - chance) / (1 - chance) if chance < 1 else 1.0


def precision(labels: Labels, guesses: Labels) -> float:
    """Share of what is flagged that is right; 0 where nothing is flagged."""
    return float(labels[guesses == 1].mean()) if guesses.any() else 0.0


def recall(labels: Labels, guesses: Labels) -> float:
    """Share of what is right that is flagged; 0 where there is nothing to flag."""
    return float(guesses[labels == 1].mean()) if labels.any() else 0.0


_AT_EVEN: Final = {"precision": precision, "recall": recall, "F1": f1}
_RANKED: Final = {"AUROC": auroc, "average precision": average_precision}


def _figures(
    indicator: str, split: Half, texts: Sequence[Labelled], scored: _Scored
) -> Iterator[Row]:
    yield from _measured(indicator, split, "all", scored, (*_AT_EVEN, *_RANKED))
    yield _row(indicator, split, "all", "calibration error", scored)
    for part, chosen in _slices(texts).items():
        own = scored.only(chosen)
        if min(own.labels.sum(), len(own.labels) - own.labels.sum()) >= FEWEST:
            yield from _measured(indicator, split, part, own, ("precision", "recall", "AUROC"))
    for kind in sorted({one.answers[indicator].kind for one in texts} - {""}):
        own = scored.only([one.answers[indicator].kind == kind for one in texts])
        if len(own.labels) >= FEWEST:
            yield _row(indicator, split, f"kind: {kind}", "recall", own)


def _slices(texts: Sequence[Labelled]) -> dict[str, list[bool]]:
    named = [
        {
            f"length: {_length(one.text or '')}",
            f"register: {one.register}",
            "source: written" if one.source == "written" else "source: public",
            f"negation: {'yes' if _NEGATION.search((one.text or '').lower()) else 'no'}",
        }
        for one in texts
    ]
    return {part: [part in own for own in named] for part in sorted(set().union(*named))}


def _length(text: str) -> str:
    return "short" if len(text) <= SHORT else "long" if len(text) > LONG else "middle"


def _measured(
    indicator: str, split: Half, part: str, scored: _Scored, names: Sequence[str]
) -> Iterator[Row]:
    for name in names:
        yield _row(indicator, split, part, name, scored)


def _row(indicator: str, split: Half, part: str, name: str, scored: _Scored) -> Row:
    labels, baseline = scored.labels, None
    if name in _AT_EVEN:
        measure = _AT_EVEN[name]
        found = figure(measure, labels, (scored.scores >= EVEN).astype(np.int64))
        baseline = measure(labels, (scored.words > 0).astype(np.int64))
    else:
        ranked = _RANKED.get(name)
        found = figure(ranked or calibration_error, labels, scored.scores)
        baseline = ranked(labels, scored.words) if ranked else None
    return Row(
        data=f"{indicator}, {SELF_LABELLED}",
        split=split,
        part=part,
        figure=name,
        value=found["value"],
        low=found["low"],
        high=found["high"],
        baseline=None if baseline is None else round(baseline, 3),
        texts=len(labels),
        positives=int(labels.sum()),
    )


def _same(first: Labels, second: Labels) -> float:
    return float((first == second).mean())

"""How well the rules of disclosure find what the authors labelled: self-labelled figures."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

import numpy as np

from knowledge.language import admission
from knowledge.language.admission import Screen
from knowledge.language.disclosure_labels import LABELS, OWN, Sentence, Split
from knowledge.language.labelled_evaluation import SELF_LABELLED, Row, kappa
from knowledge.language.measures import DECIMALS, Labels, f1, figure
from knowledge.proportions import wilson

FEWEST: Final = 5
"""Sentences that a share is counted on, at the least."""
KEYWORDS: Final[Mapping[str, re.Pattern[str]]] = {
    "harm": re.compile(
        r"\b(?:died|dead|death|killed|hurt|injured|ill|suffer\w*|lost|pain|without|stranded|stuck"
        r"|stolen|affected)\b"
    ),
    "fault": re.compile(
        r"\b(?:our (?:fault|mistake|error|negligence|failure)|we failed|we caused|responsib\w*"
        r"|should have|mistakes?|negligen\w*|to blame)\b"
    ),
    "non_apology": re.compile(
        r"\b(?:sorry if|sorry you feel|mistakes were made|any inconvenience|only a|small number"
        r"|minor|isolated|closed|lessons)\b"
    ),
}
"""The baseline: words that anybody would list before seeing a sentence."""

Judge = Callable[[Sequence[str]], Mapping[str, Sequence[bool]]]
"""Says of each sentence what each label is."""


def by_rules(texts: Sequence[str]) -> Mapping[str, Sequence[bool]]:
    """What the rules of the package find."""
    found = [admission.read(one, "en", OWN) for one in texts]
    return {label: [bool(getattr(one, label)) for one in found] for label in LABELS}


def by_screen(screen: Screen) -> Judge:
    """What the rules find or the screen suspects: what a person gets to see."""

    def judge(texts: Sequence[str]) -> Mapping[str, Sequence[bool]]:
        found = [admission.read(one, "en", OWN, screen=screen) for one in texts]
        seen = [{each.about.replace("-", "_") for each in one.suspicions} for one in found]
        return {
            label: [
                bool(getattr(one, label)) or label in suspected
                for one, suspected in zip(found, seen, strict=True)
            ]
            for label in LABELS
        }

    return judge


def by_keyword(texts: Sequence[str]) -> Mapping[str, Sequence[bool]]:
    """What a plain list of keywords finds.

    >>> by_keyword(["Sorry if you feel hurt"])["non_apology"]
    [True]
    """
    return {
        label: [KEYWORDS[label].search(one.lower()) is not None for one in texts]
        for label in LABELS
    }


def evaluate(judge: Judge, given: Sequence[Sentence], split: Split) -> list[Row]:
    """Precision, recall and F1 of each label on one split, whole and by slice.

    Precision and recall with Wilson's interval, F1 with a bootstrap over sentences.
    """
    texts = [one for one in given if one.split == split]
    guessed, plain = judge([one.text for one in texts]), by_keyword([one.text for one in texts])
    rows: list[Row] = []
    for label in LABELS:
        labels = _array([one.answers[label].final for one in texts])
        guesses, baseline = _array(guessed[label]), _array(plain[label])
        measured = _Measured(label, split)
        rows += measured.rows("all", labels, guesses, baseline)
        for part, chosen in _slices(texts).items():
            kept = np.flatnonzero(chosen)
            rows += measured.rows(part, labels[kept], guesses[kept], baseline[kept])
    return rows


def missed(judge: Judge, given: Sequence[Sentence], split: Split) -> Iterator[tuple[str, str]]:
    """Each sentence of a split that is judged wrongly, with the label."""
    texts = [one for one in given if one.split == split]
    guessed = judge([one.text for one in texts])
    for label in LABELS:
        for one, guess in zip(texts, guessed[label], strict=True):
            if guess != one.answers[label].final:
                yield f"{label} {'found' if guess else 'missed'}", one.text


def agreement(given: Sequence[Sentence]) -> dict[str, dict[str, dict[str, float]]]:
    """Raw agreement and Cohen's kappa of the two passes by label, each with its interval."""
    found = {}
    for label in LABELS:
        first = _array([one.answers[label].first for one in given])
        second = _array([one.answers[label].second for one in given])
        found[label] = {
            "agreement": figure(_same, first, second),
            "kappa": figure(kappa, first, second),
        }
    return found


class _Measured:
    """Makes the rows of one label."""

    def __init__(self, label: str, split: Split) -> None:
        self._label = label
        self._split: Split = split

    def rows(self, part: str, labels: Labels, guesses: Labels, baseline: Labels) -> Iterator[Row]:
        whole = part == "all"
        for name, of in (("precision", guesses), ("recall", labels)):
            hits, counted = int((labels & guesses).sum()), int(of.sum())
            if whole or counted >= FEWEST:
                plain = baseline if name == "precision" else labels
                low, high = wilson(hits, counted)
                share = int((labels & baseline).sum()) / max(1, int(plain.sum()))
                values = (hits / counted if counted else 0.0, low, high)
                yield self._row(part, name, values, share, labels)
        if whole:
            found = figure(f1, labels, guesses)
            values = (found["value"], found["low"], found["high"])
            yield self._row(part, "F1", values, f1(labels, baseline), labels)

    def _row(
        self,
        part: str,
        name: str,
        values: tuple[float, float, float],
        baseline: float,
        labels: Labels,
    ) -> Row:
        value, low, high = (round(one, DECIMALS) for one in values)
        return Row(
            data=f"{self._label.replace('_', '-')}, {SELF_LABELLED}",
            split=self._split,
            part=part,
            figure=name,
            value=value,
            low=low,
            high=high,
            baseline=round(baseline, DECIMALS),
            texts=len(labels),
            positives=int(labels.sum()),
        )


def _slices(texts: Sequence[Sentence]) -> dict[str, list[bool]]:
    named = [
        {
            f"register: {one.register}",
            f"sector: {one.sector}",
            f"clauses: {one.clauses}",
            f"kind: {one.kind}",
        }
        for one in texts
    ]
    return {part: [part in own for own in named] for part in sorted(set().union(*named))}


def _array(answers: Sequence[bool]) -> Labels:
    return np.asarray(answers, dtype=np.int64)


def _same(first: Labels, second: Labels) -> float:
    return float((first == second).mean())

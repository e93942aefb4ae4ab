"""The fitted heads are measured on the rows that were kept from them."""

from collections.abc import Mapping
from typing import Final

import numpy as np

from knowledge.language import heads, lexicon_files
from knowledge.language.corpora import MIXED, Corpus
from knowledge.language.fitting import Labels
from knowledge.language.heads import Block, Floats, Head
from knowledge.language.measures import (
    Numbers,
    auroc,
    average_precision,
    best_threshold,
    calibration_error,
    f1,
    figure,
    macro_f1,
)
from knowledge.language.wording import wording

Given = Mapping[str, tuple[Corpus, Mapping[str, Block]]]
Figures = dict[str, object]
EVEN: Final = 0.5


def evaluate(given: Given, fitted: Mapping[str, Head]) -> dict[str, Figures]:
    """Figures by head and corpus, of validation rows only, each with a 95 % interval.

    A threshold that is not one half is chosen on one half of the rows and used on the other.
    """
    return {
        "frustration": _frustration(*given["goemotions"], fitted["frustration"]),
        "sentiment": _sentiment(*given["goemotions"], fitted["sentiment"]),
        "irony (TweetEval)": _irony(*given["irony"], fitted["irony"]),
        "irony (iSarcasmEval)": _irony(*given["isarcasm"], fitted["irony"]),
    }


def _frustration(corpus: Corpus, blocks: Mapping[str, Block], head: Head) -> Figures:
    rows = np.flatnonzero(corpus.validation)
    lexicon = lexicon_files.load("frustration")
    said = [lexicon.evidence(wording(corpus.texts[int(row)]).words) for row in rows]
    logits = _logits(blocks, head, rows)[:, 0] + np.asarray(said, dtype=np.float32)
    labels, scores = corpus.labels["frustration"][rows], _doubles(heads.sigmoid(logits))
    return {
        **_ranking(labels, scores),
        "macro_f1": figure(macro_f1, labels, _crossed(labels, scores)),
        "threshold": best_threshold(labels, scores),
    }


def _irony(corpus: Corpus, blocks: Mapping[str, Block], head: Head) -> Figures:
    rows = np.flatnonzero(corpus.validation)
    scores = _doubles(heads.sigmoid(_logits(blocks, head, rows)[:, 0]))
    labels = corpus.labels["irony"][rows]
    guesses = (scores >= EVEN).astype(np.int64)
    return {
        **_ranking(labels, scores),
        "f1": figure(f1, labels, guesses),
        "threshold": EVEN,
    }


def _sentiment(corpus: Corpus, blocks: Mapping[str, Block], head: Head) -> Figures:
    labels = corpus.labels["sentiment"]
    rows = np.flatnonzero(corpus.validation & (labels != MIXED))
    classes = heads.softmax(_logits(blocks, head, rows))
    guesses = classes.argmax(axis=1)
    negative = (labels[rows] == 0).astype(np.int64)
    return {
        "rows": len(rows),
        "macro_f1": figure(macro_f1, labels[rows], guesses),
        "negative": _ranking(negative, _doubles(classes[:, 0])),
    }


def _ranking(labels: Labels, scores: Numbers) -> Figures:
    return {
        "rows": len(labels),
        "share": round(float(labels.mean()), 3),
        "auroc": figure(auroc, labels, scores),
        "average_precision": figure(average_precision, labels, scores),
        "calibration_error": figure(calibration_error, labels, scores),
    }


def _crossed(labels: Labels, scores: Numbers) -> Labels:
    guesses = np.zeros(len(labels), dtype=np.int64)
    for half in (0, 1):
        own = np.arange(len(labels)) % 2 == half
        guesses[own] = scores[own] >= best_threshold(labels[~own], scores[~own])
    return guesses


def _logits(blocks: Mapping[str, Block], head: Head, rows: Labels) -> Floats:
    return head.logits({name: blocks[name][rows] for name in head.weights})


def _doubles(scores: Floats) -> Numbers:
    return scores.astype(np.float64)

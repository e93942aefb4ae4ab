"""How good a judge is on rows it has not seen, each figure with its interval."""

from collections.abc import Callable
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata  # type: ignore[import-untyped] # ships no types

RESAMPLES: Final = 400
BINS: Final = 15
SEED: Final = 20_260
DECIMALS: Final = 3

Numbers = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]
Given = TypeVar("Given", Numbers, Labels)
Figure = dict[str, float]
"""`value`, and `low` and `high` of a 95 % bootstrap interval over the rows."""


def auroc(labels: Labels, scores: Numbers) -> float:
    """The chance that a row of class 1 scores above one of class 0; ties count half.

    >>> auroc(np.array([0, 1, 0, 1]), np.array([0.1, 0.4, 0.35, 0.8]))
    1.0
    """
    positive = int(labels.sum())
    negative = len(labels) - positive
    if not positive or not negative:
        return float("nan")
    ranks = float(rankdata(scores)[labels == 1].sum())
    return (ranks - positive * (positive + 1) / 2) / (positive * negative)


def average_precision(labels: Labels, scores: Numbers) -> float:
    """Precision averaged over the recall that each distinct score adds.

    >>> round(average_precision(np.array([0, 1, 0, 1]), np.array([0.9, 0.8, 0.2, 0.7])), 4)
    0.5833
    """
    order = np.argsort(-scores, kind="stable")
    found, ordered = np.cumsum(labels[order]), scores[order]
    last = np.append(np.flatnonzero(np.diff(ordered)), len(ordered) - 1)
    if not found[-1]:
        return float("nan")
    gains = np.diff(np.concatenate([[0], found[last]])) / found[-1]
    return float((gains * found[last] / (last + 1)).sum())


def macro_f1(labels: Labels, guesses: Labels) -> float:
    """The mean over the classes in `labels` of the harmonic mean of precision and recall."""
    return float(np.mean([f1(labels, guesses, each) for each in np.unique(labels)]))


def f1(labels: Labels, guesses: Labels, positive: int = 1) -> float:
    """The harmonic mean of precision and recall of one class; 0 where neither exists."""
    hits = int(((labels == positive) & (guesses == positive)).sum())
    total = int((labels == positive).sum() + (guesses == positive).sum())
    return 2 * hits / total if total else 0.0


def calibration_error(labels: Labels, scores: Numbers) -> float:
    """Mean distance of probability and frequency over 15 groups of equal size (ECE)."""
    groups = np.array_split(np.argsort(scores, kind="stable"), min(BINS, len(scores)))
    gaps = [abs(scores[one].mean() - labels[one].mean()) * len(one) for one in groups]
    return float(np.sum(gaps) / len(scores))


def best_threshold(labels: Labels, scores: Numbers) -> float:
    """The threshold, in steps of .01, at which macro-F1 is highest."""
    steps = np.arange(0.02, 0.99, 0.01)
    reached = [macro_f1(labels, (scores >= step).astype(np.int64)) for step in steps]
    return round(float(steps[int(np.argmax(reached))]), 2)


def figure(measure: Callable[[Labels, Given], float], labels: Labels, scores: Given) -> Figure:
    """A measure with its 95 % bootstrap interval; the same rows give the same interval."""
    chance = np.random.default_rng(SEED)
    values = []
    for _ in range(RESAMPLES):
        rows = chance.integers(0, len(labels), len(labels))
        values.append(measure(labels[rows], scores[rows]))
    low, high = np.nanquantile(values, (0.025, 0.975))
    names = ("value", "low", "high")
    found = (measure(labels, scores), float(low), float(high))
    return {name: round(value, DECIMALS) for name, value in zip(names, found, strict=True)}

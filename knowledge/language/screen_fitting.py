"""The screen is fitted to what the full models found in the same texts, and measured on others."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize  # type: ignore[import-untyped] # ships no types
from scipy.sparse import csr_matrix  # type: ignore[import-untyped] # ships no types

from knowledge.language.measures import Figure, auroc, figure
from knowledge.language.screening import BUCKETS, Screen, features
from ontology.signals import MARKED_FROM, Scores

PENALTY: Final = 1e-4
KEPT: Final = 5
"""Every fifth text is kept from the fit, to measure on."""

_FOUND: Final = 0.5
_STEPS: Final = 150

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """A screen as a file, and how good it is on texts that it has not seen.

    `marked` is the share of texts that it marks, `recall` the share marked of those in which the
    full models find something.
    """

    file: bytes
    texts: int
    found: float
    auroc: Figure
    marked: float
    recall: float


def finds(scores: Scores) -> bool:
    """Whether the full models find ill feeling, frustration, urgency or betrayal.

    Irony is left out: no words tell it.
    """
    told = (scores.negative, scores.frustration, scores.urgency, scores.betrayal)
    return any(one is not None and one >= _FOUND for one in told)


def fit(texts: Sequence[str], found: Sequence[bool]) -> Fitted:
    """Fit on four fifths of the texts, measure on the rest.

    Raises:
        ValueError: there are too few texts, or all of them are alike in what was found.
    """
    labels = np.asarray(found, dtype=np.int64)
    rows = np.arange(len(texts)) % KEPT == 0
    if min(labels[rows].sum(), (1 - labels[rows]).sum()) < KEPT:
        raise ValueError("too few texts with, or without, a finding to measure on; give more")
    weights, bias = _weights(
        [t for t, kept in zip(texts, rows, strict=True) if not kept], labels[~rows]
    )
    screen = Screen(weights.astype(np.float16).astype(np.float32), bias)
    seen = np.asarray(screen.look([texts[int(row)] for row in np.flatnonzero(rows)]), np.float64)
    marked = seen >= MARKED_FROM
    return Fitted(
        file=_file(weights, bias),
        texts=len(texts),
        found=float(labels.mean()),
        auroc=figure(auroc, labels[rows], seen),
        marked=float(marked.mean()),
        recall=float(marked[labels[rows] == 1].mean()),
    )


def _weights(texts: Sequence[str], labels: npt.NDArray[np.int64]) -> tuple[Numbers, float]:
    told = [features(text) for text in texts]
    ends = np.cumsum([0, *map(len, told)])
    places = np.fromiter((one for each in told for one in each), dtype=np.int64, count=ends[-1])
    given = csr_matrix((np.ones(len(places)), places, ends), shape=(len(texts), BUCKETS))

    def loss(flat: Numbers) -> tuple[float, Numbers]:
        logits = given @ flat[:-1] + flat[-1]
        value = np.mean(np.logaddexp(0.0, logits) - labels * logits)
        slope = (0.5 * (1.0 + np.tanh(0.5 * logits)) - labels) / len(labels)
        penalised = value + 0.5 * PENALTY * float(flat[:-1] @ flat[:-1])
        return penalised, np.append(given.T @ slope + PENALTY * flat[:-1], slope.sum())

    start = np.zeros(BUCKETS + 1)
    best = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": _STEPS}).x
    return best[:-1], float(best[-1])


def _file(weights: Numbers, bias: float) -> bytes:
    kept = BytesIO()
    np.savez_compressed(kept, weights=weights.astype(np.float16), bias=np.float32(bias))
    return kept.getvalue()

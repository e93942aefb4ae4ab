"""The heads of suspicion are fitted to the labelled development sentences, and to no others."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from knowledge.language import fitting
from knowledge.language.disclosure_labels import OWN, Sentence
from knowledge.language.embedding import Embedder
from knowledge.language.heads import Head
from knowledge.language.suspicion import BLOCKS, LABELS, Screen, blocks

PENALTY: Final = 0.01
"""Chosen by ten-fold cross-validation on the development sentences."""
DECIMALS: Final = 5


def fit(given: Sequence[Sentence], embedder: Embedder) -> Screen:
    """Fit one head a label."""
    shown = [one for one in given if one.split == "development"]
    read = blocks([one.text for one in shown], OWN, embedder)
    heads = {}
    for label in LABELS:
        labels = np.asarray([one.answers[label].final for one in shown], dtype=np.int64)
        problem = fitting.Problem(blocks=read, labels=labels, classes=2)
        heads[label] = _rounded(fitting.fit(problem, penalty=PENALTY))
    return Screen(heads=heads, embedder=embedder)


def write(screen: Screen, file: Path) -> None:
    """Store the heads; the texts are not in them."""
    arrays: dict[str, Any] = {f"{name}/bias": head.bias for name, head in screen.heads.items()}
    for label, head in screen.heads.items():
        arrays |= {f"{label}/{name}": head.weights[name] for name in BLOCKS}
    np.savez_compressed(file, **arrays)


def _rounded(head: Head) -> Head:
    weights = {name: np.round(each, DECIMALS) for name, each in head.weights.items()}
    return Head(weights=weights, bias=np.round(head.bias, DECIMALS))

"""Which training rows are held out: the encoder and the heads never see them, they calibrate."""

from typing import Final

import numpy as np
import numpy.typing as npt

from knowledge.language.corpora import MIXED, Corpus, Labels

HELD_OUT: Final = 10
"""Every tenth training row calibrates and fits nothing else."""
SEED: Final = 7

Rows = npt.NDArray[np.int64]


def split(rows: Rows) -> tuple[Rows, Rows]:
    """Rows to fit and rows held out, each in rising order; the same rows split alike."""
    shuffled = np.random.default_rng(SEED).permutation(rows)
    cut = len(rows) // HELD_OUT
    return np.sort(shuffled[cut:]), np.sort(shuffled[:cut])


def halves(corpus: Corpus) -> tuple[Rows, Rows]:
    """A corpus' training rows, split; its validation rows are in neither."""
    return split(np.flatnonzero(~corpus.validation))


def without_mixed(rows: Rows, labels: Labels) -> Rows:
    """The rows whose label is no mixture."""
    chosen: Rows = rows[labels[rows] != MIXED]
    return chosen

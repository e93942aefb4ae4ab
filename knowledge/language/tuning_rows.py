"""Rows of several corpora become one mixture: each row says which outputs it teaches, how much."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from knowledge.language.columns import (
    EMOTIONS,
    FRUSTRATION,
    IRONY,
    LEVELS,
    OUTPUTS,
    SARCASM,
    SENTIMENT,
)
from knowledge.language.corpora import MIXED, Corpus
from knowledge.language.encoder import Ids
from knowledge.language.heads import Floats
from knowledge.language.packaged import tokenizer
from knowledge.language.splitting import Rows, halves
from knowledge.language.wording import wording

WEIGHTS: Final = {
    "emotion": 1.0,
    "frustration": 6.0,
    "sentiment": 4.0,
    "irony": 12.0,
    "level": 2.0,
}
"""How much an output counts against one emotion of GoEmotions."""
REPEATED: Final = 2
"""How often a tweet that may be ironic is shown for each comment of GoEmotions."""
PIECES: Final = 96
"""Word pieces of a text that teach; judging reads 256."""
_LEVELS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Mixture:
    """Word pieces of each row, what its outputs should be, how much each counts, (n, OUTPUTS)."""

    pieces: list[list[int]]
    targets: Floats
    weights: Floats

    def padded(self, rows: Rows) -> tuple[Ids, Ids]:
        """Word pieces of some rows side by side, and where they are no padding."""
        longest = max(len(self.pieces[row]) for row in rows)
        ids = np.zeros((len(rows), longest), dtype=np.int64)
        present = np.zeros_like(ids)
        for place, row in enumerate(rows):
            own = self.pieces[row]
            ids[place, : len(own)], present[place, : len(own)] = own, 1
        return ids, present


def mixture(read: Mapping[str, Corpus]) -> Mixture:
    """All rows to fit of every corpus, without the held-out tenth and the validation rows."""
    moods, tweets, sarcasm = read["goemotions"], read["irony"], read["isarcasm"]
    parts = [
        (moods, halves(moods)[0], _moods(moods)),
        (tweets, np.repeat(halves(tweets)[0], REPEATED), _ironic(tweets, IRONY)),
        (sarcasm, np.repeat(halves(sarcasm)[0], REPEATED), _ironic(sarcasm, SARCASM)),
        (read["epitome"], halves(read["epitome"])[0], _levels(read["epitome"])),
    ]
    texts = [corpus.texts[int(row)] for corpus, rows, _ in parts for row in rows]
    cutter = tokenizer()
    cutter.enable_truncation(PIECES)
    return Mixture(
        pieces=[cutter.encode(wording(text).words).ids for text in texts],
        targets=np.concatenate([taught[0][rows] for _, rows, taught in parts]),
        weights=np.concatenate([taught[1][rows] for _, rows, taught in parts]),
    )


def _moods(corpus: Corpus) -> tuple[Floats, Floats]:
    targets, weights = _blank(corpus)
    sentiment = corpus.labels["sentiment"]
    targets[:, EMOTIONS] = corpus.emotions
    targets[:, FRUSTRATION] = corpus.labels["frustration"][:, None]
    targets[:, SENTIMENT] = np.eye(3)[np.maximum(sentiment, 0)]
    weights[:, EMOTIONS] = WEIGHTS["emotion"]
    weights[:, FRUSTRATION] = WEIGHTS["frustration"]
    weights[:, SENTIMENT] = WEIGHTS["sentiment"]
    weights /= weights[0].sum()
    weights[sentiment == MIXED, SENTIMENT] = 0.0
    return targets, weights


def _ironic(corpus: Corpus, column: slice) -> tuple[Floats, Floats]:
    targets, weights = _blank(corpus)
    targets[:, column] = corpus.labels["irony"][:, None]
    weights[:, column] = WEIGHTS["irony"] / _total()
    return targets, weights


def _levels(corpus: Corpus) -> tuple[Floats, Floats]:
    targets, weights = _blank(corpus)
    for name, columns in LEVELS.items():
        targets[:, columns] = np.eye(_LEVELS)[corpus.labels[name]]
        weights[:, columns] = WEIGHTS["level"] / _total()
    return targets, weights


def _total() -> float:
    emotions = EMOTIONS.stop * WEIGHTS["emotion"]
    return emotions + WEIGHTS["frustration"] + _LEVELS * WEIGHTS["sentiment"]


def _blank(corpus: Corpus) -> tuple[Floats, Floats]:
    shape = (len(corpus.texts), OUTPUTS)
    return np.zeros(shape, dtype=np.float32), np.zeros(shape, dtype=np.float32)

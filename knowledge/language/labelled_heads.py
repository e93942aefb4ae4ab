"""A proposal: heads for urgency and betrayal, fitted to the self-labelled development texts.

Nothing that decides reads them: `attune language labelled --proposal` says what they would gain.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from knowledge.language import fitting, lexicon_files
from knowledge.language.embedding import Embedder
from knowledge.language.heads import Block
from knowledge.language.labelled import INDICATORS, Labelled
from knowledge.language.labelled_evaluation import Scorer
from knowledge.language.measures import Numbers
from knowledge.language.wording import wording

PENALTY: Final = 0.003
"""Chosen by ten-fold cross-validation on the development half."""


def propose(texts: Sequence[Labelled], embedder: Embedder) -> Scorer:
    """Fit one head an indicator to the development texts that are at hand; never to the test half.

    A head reads the inner layers of the untouched MiniLM and the lexicon's evidence. The share of
    yes among the texts is a quarter, far above a feed's: its probabilities are high.
    """
    given = [one for one in texts if one.text is not None and one.half == "development"]
    blocks = _blocks([one.text or "" for one in given], embedder)
    fitted = {}
    for name in INDICATORS:
        rows = np.flatnonzero([one.asked(name) for one in given])
        labels = np.asarray([one.answers[name].final for one in given], dtype=np.int64)
        problem = fitting.Problem(blocks=blocks[name], labels=labels, classes=2)
        fitted[name] = fitting.fit(problem.rows(rows), penalty=PENALTY)

    def score(words: Sequence[str]) -> Mapping[str, Numbers]:
        own = _blocks(words, embedder)
        return {
            name: fitting.probabilities(head, own[name]).astype(np.float64)
            for name, head in fitted.items()
        }

    return score


def _blocks(texts: Sequence[str], embedder: Embedder) -> dict[str, dict[str, Block]]:
    words = [wording(text).words for text in texts]
    depths = embedder.depths(words)
    found: dict[str, dict[str, Block]] = {}
    for name in INDICATORS:
        lexicon = lexicon_files.load(name)
        evidence = [[lexicon.evidence(one)] for one in words]
        found[name] = {"depths": depths, "lexicon": np.asarray(evidence, dtype=np.float32)}
    return found

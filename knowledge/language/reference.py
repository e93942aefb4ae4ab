"""The embedder held to sentence-transformers, which made its model."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from knowledge.language.embedding import load, readable
from knowledge.language.packaged import folder

TEXTS: Final = (
    "Again late, again nobody told us.",
    "",
    "Wo bleibt der Nachtzug? \N{PENSIVE FACE} Ça suffit, à la fin !",
    "no\0body " + chr(0xD83D),
    "one word more " * 140,
    *(f"train {number} " * (number % 9) for number in range(60)),
)
"""Short, empty, long, foreign and broken ones."""


def apart(texts: Sequence[str] = TEXTS) -> float:
    """How far our vectors lie from those of sentence-transformers, in any coordinate."""
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - five seconds of CPU
    from transformers.utils.logging import disable_progress_bar  # noqa: PLC0415 - comes with it

    disable_progress_bar()  # type: ignore[no-untyped-call] # theirs
    theirs = SentenceTransformer(str(folder()), device="cpu", local_files_only=True)
    wanted = theirs.encode(
        [readable(text) for text in texts], normalize_embeddings=True, show_progress_bar=False
    )
    return float(np.abs(load().embed(texts) - wanted).max())

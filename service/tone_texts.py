"""What was said in a month and before: replies posted elsewhere and our own messages, scored."""

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from knowledge.language import empathy_reader
from knowledge.language.corpora import MECHANISMS
from knowledge.language.embedding import DIMENSIONS, Vectors
from knowledge.language.empathy_reader import SOUND
from knowledge.language.languages import supported
from knowledge.language.reading import reading
from knowledge.language.voice import sound
from knowledge.measures.contrasts import Codes, Numbers
from knowledge.vector_cache import VectorCache
from service.library import current
from service.observing import observed, words
from service.recorded_history import Progress
from service.tone_messages import published
from service.world import World

DIVIDED: Final = ("agent", "team", "region", "channel")
"""By what texts are compared."""
SOURCES: Final = ("replies", "messages")
"""Replies that were posted elsewhere, and messages that went out from here."""
SCORES: Final = ("empathy", "voice", "grade")
_LEVELS: Final = 6
_SEED: Final = 20_262
_CHUNK: Final = 1_024


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Texts as columns: who, where, about what; how each sounds, and its scores, NaN if unknown.

    `unjudged` are texts in languages that no model here reads, and those that were erased.
    """

    texts: Sequence[str]
    at: npt.NDArray[np.float64]
    columns: dict[str, npt.NDArray[np.object_]]
    scores: dict[str, Numbers]
    sounds: Vectors
    unjudged: int

    def part(self, rows: npt.NDArray[Any]) -> "Said":
        """Some of the rows."""
        places = np.flatnonzero(rows)
        return Said(
            texts=[self.texts[int(row)] for row in places],
            at=self.at[places],
            columns={name: one[places] for name, one in self.columns.items()},
            scores={name: one[places] for name, one in self.scores.items()},
            sounds=self.sounds[places],
            unjudged=0,
        )

    def codes(self, *names: str) -> Codes:
        """Whole numbers that are equal where all these columns are."""
        if not len(self.texts):
            return np.zeros(0, dtype=np.int64)
        joined = [repr(one) for one in zip(*(self.columns[name] for name in names), strict=True)]
        return np.asarray(np.unique(joined, return_inverse=True)[1], dtype=np.int64)


def said(
    world: World, since: datetime, until: datetime, progress: Progress, of: Sequence[str] = SOURCES
) -> Said:
    """Everything that was said between two moments, scored; kept scores are used.

    `of` names the sources. How a text sounds is kept on disk under a keyed digest of it, and can
    be deleted any time.
    """
    rows = [row for source in of for row in _FOUND[source](world, since, until)]
    kept = [
        row
        for row in rows
        if row["text"] and supported((row["language"] or "en").partition("-")[0])
    ]
    told = [str(row["text"]) for row in kept]
    read = read_texts(world, told, progress)
    voice = current(world).voice
    return Said(
        texts=told,
        at=np.asarray([row["at"].timestamp() for row in kept], dtype=np.float64),
        columns={
            name: np.asarray([row[name] for row in kept], dtype=object)
            for name in (*DIVIDED, "incident", "language", "subject", "message", "addressee")
        },
        scores={
            "empathy": read[:, :3].sum(axis=1).astype(np.float64),
            "voice": np.asarray([sound(text, "en", voice).score for text in told], dtype=float),
            "grade": np.asarray([_grade(text) for text in told], dtype=np.float64),
        },
        sounds=sounds_of(read),
        unjudged=len(rows) - len(kept),
    )


def _replies(world: World, since: datetime, until: datetime) -> list[dict[str, Any]]:
    table = observed(world, "reply", since, until)
    texts = words(world, "reply", "text", table["text"])
    rows = table.drop_columns(["text"]).to_pylist()
    return [
        {**row, "text": text, "addressee": None} for row, text in zip(rows, texts, strict=True)
    ]


_FOUND: Final[Mapping[str, Callable[[World, datetime, datetime], list[dict[str, Any]]]]] = {
    "replies": _replies,
    "messages": published,
}


def read_texts(world: World, texts: Sequence[str], progress: Progress) -> Vectors:
    """Levels, chances and sound of each text, kept on disk under a keyed digest: (n, 384)."""
    cache = VectorCache(
        world.settings.home / "tone" / empathy_reader.digest()[:16],
        _packed,
        digest=lambda text: world.keys.mac("tone-text", [text]).hex()[:32],
    )
    return cache.vectors(texts, progress)


def sounds_of(read: Vectors) -> Vectors:
    """How texts sound, of what was read of them."""
    return read[:, _LEVELS:]


def levels_of(read: Vectors) -> Vectors:
    """The levels of the three mechanisms, of what was read of texts: (n, 3)."""
    return read[:, : len(MECHANISMS)]


def _packed(texts: Sequence[str]) -> Vectors:
    """Levels, the chances that they show strongly, and how a text sounds: (n, 384)."""
    rows = []
    for start in range(0, len(texts), _CHUNK):
        for one in empathy_reader.load().read(texts[start : start + _CHUNK]):
            halves = one.sound.reshape(2, -1)
            norms = np.maximum(np.linalg.norm(halves, axis=1, keepdims=True), 1e-6)
            levels = [getattr(one.empathy, name) for name in MECHANISMS]
            sounds = (halves / norms).reshape(-1) @ _folding()
            rows.append(np.concatenate([levels, one.chances[:, 1], sounds]))
    return np.asarray(rows, dtype=np.float32).reshape(-1, DIMENSIONS)


@functools.cache
def _folding() -> Vectors:
    """A fixed random projection: it keeps distances, and what is kept is half as large."""
    width = DIMENSIONS - _LEVELS
    drawn = np.random.default_rng(_SEED).standard_normal((SOUND, width)) / np.sqrt(width)
    return np.asarray(drawn, dtype=np.float32)


def _grade(text: str) -> float:
    found = reading(text, "en")
    return np.nan if found is None or found.grade is None else found.grade

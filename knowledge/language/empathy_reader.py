"""Empathy passage by passage: of each mechanism a text shows what its best passage does."""

import functools
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

import numpy as np

from knowledge.language import encoder
from knowledge.language.corpora import MECHANISMS
from knowledge.language.embedding import DIMENSIONS, Vectors
from knowledge.language.empathy_passages import Passage, heard, passages
from knowledge.language.encoder import Encoder
from knowledge.language.heads import sigmoid

FILE: Final = "empathy.onnx"
CURE: Final = "attune language empathy --data DIR --work DIR"
SOUND: Final = 2 * DIMENSIONS
"""Columns that say how a passage sounds: the means of the third and of the last layer."""
STEPS: Final = 2
SHOWS: Final = (0.5, 0.4, 0.5)
"""The chance from which each mechanism shows. That of interpretations suits the held-out tenth."""
STRONGLY: Final = 0.5
SHOWN: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Empathy:
    """Levels of EPITOME's three mechanisms in a response: 0 none, 1 weak, 2 strong."""

    emotional_reactions: int
    interpretations: int
    explorations: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """The passage that carries a level: where it stands, and the chance that it shows so much."""

    start: int
    end: int
    words: str
    level: int
    chance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The empathy of a text, by mechanism the passage that carries what is above 0.

    `sound` is the mean over its passages of how they sound, (768,); zero where it has none.
    """

    empathy: Empathy
    carried: Mapping[str, Carried]
    chances: Vectors
    sound: Vectors


class EmpathyReader:
    """MiniLM taught on EPITOME passage by passage; safe to share by threads."""

    def __init__(self, reader: Encoder) -> None:
        """Wrap the network's file; `load` is the door."""
        self._reader = reader

    def read(self, texts: Sequence[str]) -> list[Shown]:
        """What each text shows; a passage that several texts share is read once.

        Nothing that stands beside a passage changes what it shows, so padding moves no level;
        nor does a question mark.
        """
        cut = [passages(text) for text in texts]
        said = [*dict.fromkeys(heard(one.words) for parts in cut for one in parts)]
        found = self._reader.read(said)
        place = {words: at for at, words in enumerate(said)}
        return [_shown(parts, found[[place[heard(one.words)] for one in parts]]) for parts in cut]


def load() -> EmpathyReader:
    """The reader of this process; `EncoderInvalid` says what is broken."""
    return _load()


def stored() -> Traversable:
    """Where this package's network of empathy stands."""
    return files(__package__) / FILE


@functools.cache
def digest() -> str:
    """The SHA-256 of this package's network of empathy, in hex: what was read by it names it."""
    return hashlib.sha256(encoder.content(stored(), CURE)).hexdigest()


def opened(content: bytes) -> Encoder:
    """The network of a file's bytes, on one thread."""
    return encoder.opened(content, file=FILE, cure=CURE, width=SOUND + len(MECHANISMS) * STEPS)


def level(shows: float, strongly: float, least: float) -> int:
    """The level of a mechanism by its chances, and by the chance from which it shows at all.

    >>> level(0.9, 0.2, 0.5), level(0.2, 0.1, 0.5), level(0.9, 0.7, 0.5)
    (1, 0, 2)
    """
    return 2 if strongly >= STRONGLY else int(shows >= least)


@functools.cache
def _load() -> EmpathyReader:
    return EmpathyReader(opened(encoder.content(stored(), CURE)))


def _shown(parts: Sequence[Passage], found: Vectors) -> Shown:
    if not parts:
        nothing = np.zeros((len(MECHANISMS), STEPS), dtype=np.float32)
        silent = Empathy(emotional_reactions=0, interpretations=0, explorations=0)
        blank = np.zeros(SOUND, dtype=np.float32)
        return Shown(empathy=silent, carried={}, chances=nothing, sound=blank)
    odds = sigmoid(found[:, SOUND:].reshape(-1, len(MECHANISMS), STEPS))
    odds[..., 1] *= odds[..., 0]
    best = odds.max(axis=0)
    levels = [
        level(float(one[0]), float(one[1]), least) for one, least in zip(best, SHOWS, strict=True)
    ]
    carried = {
        name: _carried(parts, odds[:, at], each)
        for at, (name, each) in enumerate(zip(MECHANISMS, levels, strict=True))
        if each
    }
    return Shown(
        empathy=Empathy(**dict(zip(MECHANISMS, levels, strict=True))),
        carried=carried,
        chances=best,
        sound=np.asarray(found[:, :SOUND].mean(axis=0), dtype=np.float32),
    )


def _carried(parts: Sequence[Passage], odds: Vectors, found: int) -> Carried:
    place = int(odds[:, found - 1].argmax())
    one = parts[place]
    chance = round(float(odds[place, found - 1]), SHOWN)
    return Carried(start=one.start, end=one.end, words=one.words, level=found, chance=chance)

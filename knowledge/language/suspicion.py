"""Sentences that may admit fault though no rule says so: fitted heads send them to a person.

They refuse nothing and explain nothing. They are there because people find ever new words.
"""

import functools
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

import numpy as np
import numpy.typing as npt

from knowledge.language import disclosure_rules
from knowledge.language.embedding import Embedder
from knowledge.language.fitting import probabilities
from knowledge.language.grammar import words_of
from knowledge.language.heads import Head
from knowledge.language.scopes import scopes
from knowledge.language.searching import FUTURE, NEGATORS, POSSIBLE, Stream
from knowledge.language.subjects import read
from knowledge.language.wording import wording

LABELS: Final = ("harm", "fault", "non_apology")
BLOCKS: Final = ("depths", "lexicon")
_EFFECTS: Final = ("denied", "open", "conditional", "reported", "quoted", "question")
_SUBJECTS: Final = frozenset({"we", "i"})
_OWNERS: Final = words_of("owners")
_PAST: Final = frozenset({"did", "had", "was", "were"})
_MANY: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """Heads by label, and the model whose layers they read."""

    heads: Mapping[str, Head]
    embedder: Embedder

    def probabilities(
        self, texts: Sequence[str], own: Sequence[str] = ()
    ) -> list[Mapping[str, float]]:
        """Of each sentence, how likely each label is. Calibrated on hard negatives: high."""
        if not texts:
            return []
        given = blocks(texts, own, self.embedder)
        found = {name: probabilities(head, given).tolist() for name, head in self.heads.items()}
        return [{name: found[name][row] for name in found} for row in range(len(texts))]


def load() -> Screen:
    """The screen that attune ships, with the embedder of this process."""
    return Screen(heads=_shipped(), embedder=Embedder.load())


def stored() -> Traversable:
    """The file with the heads."""
    return files(__package__) / "suspicion.npz"


@functools.cache
def _shipped() -> Mapping[str, Head]:
    return unpacked(stored())


def unpacked(file: Traversable) -> Mapping[str, Head]:
    """The heads of a file.

    Raises:
        ValueError: it is no such file.
    """
    try:
        with file.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
            return {
                label: Head(
                    weights={name: arrays[f"{label}/{name}"] for name in BLOCKS},
                    bias=arrays[f"{label}/bias"],
                )
                for label in LABELS
            }
    except (KeyError, ValueError, zipfile.BadZipFile) as error:
        raise ValueError(f"{file.name} holds no heads: {str(error)[:80]}") from None


def blocks(
    texts: Sequence[str], own: Sequence[str], embedder: Embedder
) -> dict[str, npt.NDArray[np.float32]]:
    """What the heads read of sentences: MiniLM's inner layers, and 15 marks of grammar."""
    depths = embedder.depths([wording(one).words for one in texts])
    marks = np.asarray([_marks(one, own) for one in texts], dtype=np.float32)
    return {"depths": np.asarray(depths, dtype=np.float32), "lexicon": marks}


def _marks(text: str, own: Sequence[str]) -> list[float]:
    message = read(text, own)
    rules = disclosure_rules.load()
    effects = scopes(message, Stream(message.words, rules.lists), rules.frames)
    said = [one.said for one in message.words]
    heard, everywhere = set(said), [effects.at(at) for at in range(len(said))]
    ours = [at for at, one in enumerate(said) if one in _SUBJECTS | _OWNERS]
    present = frozenset[str]().union(*everywhere)
    return [
        float(bool(heard & _SUBJECTS)),
        float(bool(heard & _OWNERS)),
        len(ours) / _MANY,
        float(bool(heard & NEGATORS)),
        float(bool(heard & POSSIBLE)),
        float(bool(heard & FUTURE - {"to", "should", "ought"})),
        float(any(everywhere[at].isdisjoint(_EFFECTS) for at in ours)),
        *(float(one in present) for one in _EFFECTS),
        float(bool(heard & {"should", "ought"})),
        float(bool(heard & _PAST) or any(one.endswith("ed") for one in heard)),
    ]

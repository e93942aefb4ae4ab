"""The exemplars of tone: wordings that people chose, which version of them, and how like them."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from knowledge.language import empathy_reader
from knowledge.language.embedding import Vectors
from ontology.events import Json
from service.library import current
from service.recorded_history import Progress
from service.tone_texts import read_texts
from service.wording_checks import tried
from service.world import World

SHORT: Final = 12
_NEAREST: Final = 3
_ROWS: Final = 4_096


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """Which exemplars an audit was held to.

    `digest` is of the wordings alone: where two audits have the same one, their likeness can be
    held against each other, also if the policy changed otherwise. `reader` is the network that
    read them.
    """

    digest: str
    wordings: int
    policy: str
    reader: str

    def json(self) -> dict[str, Json]:
        """The version, whole."""
        return {
            "exemplars": self.digest,
            "wordings": self.wordings,
            "policy": self.policy,
            "reader": self.reader,
        }

    def words(self) -> str:
        """The version in a line."""
        return (
            f"Held to {self.wordings} wordings, exemplars {self.digest[:SHORT]} of policy"
            f" {self.policy[:SHORT]}, read by {self.reader[:SHORT]}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemplars:
    """Wordings with the channel for which each was made, and how they sound."""

    texts: tuple[str, ...]
    channels: tuple[frozenset[str], ...]
    read: Vectors
    version: Version


def exemplars(world: World, progress: Progress = lambda _done, _all: None) -> Exemplars:
    """The English templates of the active policy, with examples in their slots."""
    found: dict[str, set[str]] = {}
    for channel, text in _wordings(world):
        found.setdefault(text, set()).add(channel)
    named = {text: sorted(channels) for text, channels in sorted(found.items())}
    return Exemplars(
        texts=tuple(found),
        channels=tuple(frozenset(one) for one in found.values()),
        read=read_texts(world, [*found], progress),
        version=Version(
            digest=digest_of(named),
            wordings=len(found),
            policy=world.policies.current().policy.digest,
            reader=empathy_reader.digest(),
        ),
    )


def likeness(sounds: Vectors, chosen: Vectors) -> npt.NDArray[np.float64]:
    """Of each text how many of 100 chosen wordings are further from their nearest than it is."""
    unit, ours = _unit(sounds), _unit(chosen)
    among = ours @ ours.T
    np.fill_diagonal(among, -1.0)
    own = np.sort(np.sort(among, axis=1)[:, -_NEAREST:].mean(axis=1))
    near = np.concatenate(
        [np.zeros(0, dtype=np.float32)]
        + [np.sort(rows @ ours.T, axis=1)[:, -_NEAREST:].mean(axis=1) for rows in _chunks(unit)]
    )
    return np.asarray(100.0 * np.searchsorted(own, near) / len(own), dtype=np.float64)


def _wordings(world: World) -> Iterator[tuple[str, str]]:
    library = current(world)
    for template in library.templates.values():
        if template.language == "en":
            for one in tried(template, library.voice):
                if one.examples:
                    yield one.text.channel, one.text.text


def digest_of(named: Mapping[str, list[str]]) -> str:
    """Names wordings with their channels: another word or channel gives another digest.

    >>> digest_of({"We are here.": ["email"]}) == digest_of({"We are here.": ["sms"]})
    False
    """
    return hashlib.sha256(
        json.dumps(sorted(named.items()), ensure_ascii=False).encode()
    ).hexdigest()


def _chunks(rows: Vectors) -> Iterator[Vectors]:
    for start in range(0, len(rows), _ROWS):
        yield rows[start : start + _ROWS]


def _unit(rows: Vectors) -> Vectors:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6))

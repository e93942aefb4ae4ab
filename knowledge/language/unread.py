"""Sentences of a message that do not read as English, whatever its language is said to be."""

import functools
from importlib.resources import files
from typing import Final

from knowledge.language.sentences import Message

FEWEST_WORDS: Final = 6
"""Words without which a sentence is too short to tell."""
SHARE: Final = 0.16
"""Share of common English words below which a sentence is not taken for English."""

_MORE: Final = (
    "a an in on at to of by for as is or so no it be has had did who may up us one i me my said"
    " call open if two"
)


def foreign(message: Message) -> tuple[tuple[int, int], ...]:
    """The places of sentences that hold hardly any of the commonest English words."""
    known = _known()
    found = []
    for one in message.sentences:
        said = [word.said for word in message.words[one.first : one.last] if word.said.isalpha()]
        if len(said) >= FEWEST_WORDS and sum(map(known.__contains__, said)) < SHARE * len(said):
            found.append((one.start, one.end))
    return tuple(found)


@functools.cache
def _known() -> frozenset[str]:
    lines = (files(__package__) / "lexicons" / "english.txt").read_text("utf-8").splitlines()
    words = {word for line in lines if not line.startswith("#") for word in line.split()}
    return frozenset(words | set(_MORE.split()))

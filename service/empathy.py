"""The empathy of texts: of each mechanism the highest level that any passage of a text shows."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from knowledge.language.reading import sentences
from service.world import World

if TYPE_CHECKING:
    from knowledge.language.indicators import Empathy, Judged

MOST_SENTENCES: Final = 24
"""Of a text, as many sentences as are judged; a message that has more is too long anyway."""


def passages(text: str) -> list[str]:
    """The sentences of a text and each two that follow each other.

    The judge learned from answers of a few sentences (Sharma et al. 2020); a letter as a whole
    drowns what one sentence of it says.

    >>> passages("I am sorry. Call me.")
    ['I am sorry.', 'Call me.', 'I am sorry. Call me.']
    """
    parts = sentences(text)[:MOST_SENTENCES]
    return [*parts, *(f"{one} {other}" for one, other in pairwise(parts))]


def empathies(
    world: World,
    texts: Sequence[str],
    language: str,
    answers: str,
    *,
    budget_ms: float | None = None,
) -> "list[Empathy | None]":
    """The empathy of each text as an answer to some words; None where it can't be judged.

    It takes at most `budget_ms`, else what the settings give.

    Raises:
        NotInTime: the judge was not warm, or too slow.
    """
    cut = [passages(text) for text in texts]
    every = [passage for parts in cut for passage in parts]
    judged = world.perception.score(
        every,
        [language] * len(every),
        world.policies.reading(),
        budget_ms=world.settings.max_wait_ms if budget_ms is None else budget_ms,
        contexts=[answers] * len(every),
    )
    rest = iter(judged)
    return [_highest(_taken(rest, len(parts))) for parts in cut]


def _taken(judged: "Iterator[Judged]", count: int) -> "list[Empathy]":
    found = [next(judged).empathy for _ in range(count)]
    return [one for one in found if one is not None]


def _highest(found: "Sequence[Empathy]") -> "Empathy | None":
    if not found:
        return None
    from knowledge.language.indicators import Empathy  # noqa: PLC0415 - torch comes with it

    return Empathy(
        emotional_reactions=max(one.emotional_reactions for one in found),
        interpretations=max(one.interpretations for one in found),
        explorations=max(one.explorations for one in found),
    )

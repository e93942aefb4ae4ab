"""The empathy of texts: of each mechanism the highest level that any passage of a text shows."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from knowledge.language.empathy_passages import passages as cut
from service.world import World

if TYPE_CHECKING:
    from knowledge.language.indicators import Judged


def passages(text: str) -> list[str]:
    """The passages of a text as the judge of empathy reads them.

    >>> passages("I am sorry you had to wait. Call me.")
    ['I am sorry you had to wait.', 'Call me.']
    """
    return [one.words for one in cut(text)]


def empathies(
    world: World,
    texts: Sequence[str],
    language: str,
    answers: str,
    *,
    budget_ms: float | None = None,
) -> "Sequence[Judged]":
    """What is judged of each text as an answer to some words; no empathy where it can't be.

    It takes at most `budget_ms`, else what the settings give.

    Raises:
        NotInTime: the judge was not warm, or too slow.
    """
    return world.perception.score(
        texts,
        [language] * len(texts),
        world.policies.reading(),
        budget_ms=world.settings.max_wait_ms if budget_ms is None else budget_ms,
        contexts=[answers] * len(texts),
    )

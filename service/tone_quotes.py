"""Texts of ours as they may be quoted: without names, figures or addresses of anybody."""

import re
from collections.abc import Callable, Iterable
from typing import Final

from ontology.identity import ThingId
from service.observing import hashes
from service.quoted_words import GAP, inert, ordinary
from service.spoken_runs import Runs
from service.tone_texts import Said
from service.world import World

_GREETED: Final = re.compile(
    r"\A\s*((?:dear|hello|hi|hey|good (?:morning|afternoon|evening))\b)[^,.!:;?\n]{1,60}",
    re.IGNORECASE,
)
_CALLED: Final = re.compile(r"\A\s*[^\W\d_]+(?=,)")
"""A first word with a comma behind it: often the name of who is spoken to."""


def quoting(world: World, spoken: Said) -> Callable[[str, Iterable[str]], str]:
    """What makes a quote of a text and the names known of whom it is to, in the words of a time.

    A word may begin a sentence if three of those who wrote use it small.
    """
    begins = ordinary(zip(map(int, spoken.codes("agent")), spoken.texts, strict=True))
    means = Runs(world).means

    def quoted(text: str, names: Iterable[str] = ()) -> str:
        return inert(greeting_blanked(text), names, begins, means)

    return quoted


def greeting_blanked(text: str) -> str:
    """A text without whom it greets, however that is written.

    >>> greeting_blanked("hi rose, we are sorry"), greeting_blanked("Grace, we are sorry")
    ('hi […], we are sorry', '[…], we are sorry')
    """
    return _CALLED.sub(GAP, _GREETED.sub(rf"\1 {GAP}", text))


def addressees(world: World, spoken: Said) -> dict[object, str]:
    """The names of customers to whom something was said, by the hash that stands in a reply."""
    wanted = {one for one in spoken.columns["subject"] if one is not None}
    if not wanted:
        return {}
    people = world.graph.of_type("Customer")
    return {
        mark: str(world.graph.get(ThingId(who), "displayName") or "")
        for who, mark in hashes(world, people, "reply").items()
        if mark in wanted
    }

"""One text that somebody wrote, as reports on verbatims read it, and whose it is."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from ontology.identity import ThingId
from ontology.signals import Scores
from service.observing import hashes
from service.world import World

SURVEY, CASE, POST = "survey", "case", "post"
ERASED: Final = "erased"
SHARED: Final = "passed on, so in the words of others"
_WHO: Final = "verbatims"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One text. `who` is a hash of its person, the same in all sources where that is known.

    `message` is what it answers, `customer` who may be asked for consent to quote it (none may for
    what an agent noted of a case), `scores` what was judged as it was heard, None: not yet.
    """

    source: str
    text: str
    who: int
    at: int
    language: str | None
    message: str = ""
    customer: ThingId | None = None
    scores: Scores | None = None


@dataclass(slots=True, kw_only=True)
class Gathered:
    """The texts, and how many were left out, by why."""

    texts: list[Written] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)


class People:
    """The hash of each person: that of surveys for customers, so that nobody counts twice."""

    def __init__(self, world: World) -> None:
        """Nobody is known yet."""
        self._world: Final = world
        self._known: Final[dict[str, int]] = {}

    def learn(self, customers: Iterable[ThingId]) -> None:
        """Look up several customers at once."""
        for who, mark in hashes(self._world, customers).items():
            self._known[who] = mark

    def mark(self, who: str) -> int:
        """The hash of one."""
        if who not in self._known and who.startswith("customer/"):
            self.learn([ThingId(who)])
        if who not in self._known:
            drawn = self._world.keys.mac(_WHO, [who])[:8]
            self._known[who] = int.from_bytes(drawn, "big")
        return self._known[who]

"""What a sitrep is made of: lines that each name the events that tell them, in six parts."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from knowledge.ledger import Ledger
from ontology.events import Event, Json
from ontology.identity import ThingId
from service.bodies import instant

PARTS: Final = {
    "known": ("Known", "Nothing is known beyond its name."),
    "unknown": ("Not known", "No question is open."),
    "said": ("Said", "Nothing has gone out yet."),
    "promised": ("Promised", "Nothing is promised."),
    "next": ("Next", "Nothing is due."),
    "who": ("Who", "Nobody is named."),
}
"""The parts with their titles, and what is said where one is empty."""

MOST: Final = 40
"""Lines of a part that are shown; the rest are counted."""
_LONGEST: Final = 1_200
_UNSEEN: Final = frozenset({"Cc", "Cs", "Co", "Cn"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing that is so, since `at` or until `due`; `words` are somebody's, in `language`.

    `events` are the sequences that tell it, in their order; `mark` says in a word how it stands
    where that needs to be seen: `late`, `kept`.
    """

    says: str
    events: tuple[int, ...]
    thing: str | None = None
    at: datetime | None = None
    due: datetime | None = None
    words: str | None = None
    language: str | None = None
    mark: str | None = None

    def to_json(self) -> dict[str, Json]:
        """What is known of it; names without a value are left out."""
        told: dict[str, Json] = {
            "says": self.says,
            "words": self.words,
            "language": self.language,
            "mark": self.mark,
            "at": None if self.at is None else instant(self.at),
            "due": None if self.due is None else instant(self.due),
            "thing": self.thing,
            "events": [*self.events],
        }
        return {name: value for name, value in told.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a sitrep: its first lines, and how many were left out."""

    name: str
    lines: tuple[Line, ...]
    left_out: int

    @classmethod
    def of(cls, name: str, lines: Iterable[Line], more: int = 0) -> "Part":
        """The first lines; `more` are left out already."""
        found = [*lines]
        return cls(name=name, lines=tuple(found[:MOST]), left_out=max(0, len(found) - MOST) + more)

    @property
    def title(self) -> str:
        """What people call it."""
        return PARTS[self.name][0]

    @property
    def nothing(self) -> str:
        """What is said where there is no line."""
        return PARTS[self.name][1]


class Trace:
    """Which event tells something, as far as the ledger of that moment goes."""

    def __init__(self, ledger: Ledger) -> None:
        """Look it up in a ledger that ends where knowledge did."""
        self._ledger: Final = ledger

    def of(self, *things: str, types: Sequence[str] = ()) -> tuple[int, ...]:
        """The newest event about each thing, of some types."""
        found = (self.event(thing, types) for thing in dict.fromkeys(things))
        return tuple(sorted({one.sequence for one in found if one is not None}))

    def event(self, thing: str, types: Sequence[str] = ()) -> Event | None:
        """The newest one."""
        found = self._ledger.newest(subject=ThingId(thing), types=types, limit=1)
        return found[0] if found else None

    def all(self, thing: str, types: Sequence[str] = ()) -> Iterator[Event]:
        """All of them, oldest first."""
        after = 0
        while events := self._ledger.read(after, subject=ThingId(thing), types=types):
            yield from events
            after = events[-1].sequence


def plain(said: object) -> str:
    """Words on one line, without what cannot be seen; what is very long is cut, and says so.

    >>> plain("one   two" + chr(0))
    'one two'
    """
    text = "".join(
        " " if one.isspace() else one
        for one in str(said)
        if one.isspace() or unicodedata.category(one) not in _UNSEEN
    )
    text = re.sub(" +", " ", text).strip()
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST].rstrip()} … (cut)"


def worded(term: object) -> str:
    """A term as words."""
    return str(term).replace("-", " ").replace("_", " ")


def minute(at: datetime) -> str:
    """A moment to the minute.

    >>> minute(datetime(2026, 11, 22, 17, 30, tzinfo=UTC))
    '22 Nov 2026 17:30 UTC'
    """
    return f"{at.astimezone(UTC):%d %b %Y %H:%M} UTC"

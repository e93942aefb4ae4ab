"""Whether an occurrence becomes an alert of its own, a repeat, or waits: one pure choice."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final
from zlib import crc32

from ontology.identity import ThingId
from service.alerts import LOUD, LOW, Alert

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Way(StrEnum):
    """What becomes of an occurrence."""

    RAISE = "raise"
    REPEATED = "repeated"
    SNOOZED = "snoozed"
    OVER_BUDGET = "over-budget"


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """Something that people may have to look at: a decision, whom it names, whom to tell.

    `cause` is a keyed hash of what makes two of them the same.
    """

    id: str
    at: datetime
    cause: str
    tier: str
    team: ThingId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What a team was told within an hour, and what it can take, by who is on shift."""

    told: int
    budget: float

    @property
    def spent(self) -> bool:
        """Whether one more would be too many."""
        return self.told + 1 > self.budget


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The way of an occurrence; `alert` is the one on which it is counted."""

    way: Way
    alert: ThingId | None = None


def choose(one: Occurrence, alike: Iterable[Alert], share: Share, window: timedelta) -> Choice:
    """What becomes of an occurrence, given the alerts of the same cause, the oldest first.

    # INVARIANT: what goes to executives or the board is told, or counted on an alert of the same
    # cause that was told; it is never put off and never bundled.
    """
    place = slot(one.cause, one.at, window)
    for alert in alike:
        if alert.snoozed(one.at) and one.tier not in LOUD:
            return Choice(way=Way.SNOOZED, alert=alert.id)
        if alert.open and slot(one.cause, alert.raised_at, window) == place:
            return Choice(way=Way.REPEATED, alert=alert.id)
    if one.tier in LOW and share.spent:
        return Choice(way=Way.OVER_BUDGET)
    return Choice(way=Way.RAISE)


def slot(cause: str, at: datetime, window: timedelta) -> int:
    """The number of the window in which a moment lies; each cause has windows of its own.

    That depends on nothing that came before, so that the order of occurrences does not matter.

    >>> hour = timedelta(hours=1)
    >>> slot("a", _EPOCH + 5 * hour, hour) + 1 == slot("a", _EPOCH + 6 * hour, hour)
    True
    """
    offset = window * (crc32(cause.encode()) / 2**32)
    return (at - _EPOCH + offset) // window

"""Why a ledger, its database or its keys refuse: one typed error a reason."""

from collections.abc import Sequence
from dataclasses import dataclass

from ontology.identity import Scope, ThingId


class LedgerRefused(Exception):
    """The ledger did not do what was asked; nothing was recorded unless the message says so."""


class DatabaseUrlInvalid(LedgerRefused, ValueError):
    """A text names no database that can keep a ledger."""

    def __init__(self, url: str) -> None:
        """Quote the text without a password."""
        shown = url if "@" not in url else f"…@{url.rpartition('@')[2]}"
        super().__init__(
            f"{shown[:200]!r} names no database file or server; write 'sqlite:////var/lib/attune/"
            "ledger.sqlite' or 'postgresql://attune@db.example/attune'"
        )


class DatabaseUnavailable(LedgerRefused):
    """The database or its lock is not to be had now, or is of a later version."""


class DraftInvalid(LedgerRefused, ValueError):
    """A draft can't become an event; `errors` has every reason."""

    def __init__(self, errors: Sequence[str]) -> None:
        """Join all the reasons."""
        self.errors = tuple(errors)
        super().__init__("; ".join(self.errors))


class EventTooLarge(DraftInvalid):
    """An event's data, or an append as a whole, exceeds its bound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A scope that is not at the version that the writer judged."""

    scope: Scope
    expected: int
    actual: int


class Conflict(LedgerRefused):
    """Someone else wrote to a scope first; read again, judge again, append again."""

    def __init__(self, moved: Sequence[Moved]) -> None:
        """Name every scope that moved."""
        self.moved = tuple(moved)
        told = ", ".join(f"{m.scope} is at {m.actual}, not {m.expected}" for m in self.moved[:20])
        super().__init__(f"the ground moved: {told}")


class DuplicateEvent(LedgerRefused):
    """An event with that id is recorded already."""

    def __init__(self, event: str) -> None:
        """Name the id."""
        self.event = event
        super().__init__(f"an event {event!r} is recorded already; a new event needs a new id")


class IdempotencyMismatch(LedgerRefused):
    """An idempotency key comes back with another request."""

    def __init__(self, first: int) -> None:
        """Name the events of the first request."""
        self.first = first
        super().__init__(
            f"this idempotency key was used for another request, recorded as event {first};"
            " use a new key for a new request"
        )


class Erased(LedgerRefused):
    """What was sealed can't be read: its subject's key is destroyed."""


class SealBroken(LedgerRefused):
    """A sealed value was altered, moved to another place, or belongs to another key store."""


class SegmentBroken(LedgerRefused):
    """A segment's file is missing, altered, or not readable with these keys."""


class MasterKeyInvalid(LedgerRefused, ValueError):
    """The master key is missing, malformed, open to others, or of another key store."""


class LegalHold(LedgerRefused):
    """A subject may not be erased while a matter holds its data."""

    def __init__(self, subject: ThingId, matters: Sequence[str]) -> None:
        """Name the matters."""
        self.subject = subject
        self.matters = tuple(matters)
        super().__init__(f"{subject} is under legal hold for {', '.join(self.matters[:20])}")

"""Folds that follow one ledger: what each reads of it, and how far it has read."""

import threading
from collections.abc import Callable, Sequence
from typing import Final, Generic, Protocol, TypeVar

from knowledge.ledger import Ledger
from ontology.events import Event
from ontology.identity import ThingId

BATCH: Final = 2_000


class Fold(Protocol):
    """Something that events make what it is."""

    @property
    def types(self) -> tuple[str, ...]:
        """The events that change it."""

    def apply(self, event: Event) -> None:
        """Take in one event, in the order of the ledger; others than `types` change nothing."""


F = TypeVar("F", bound=Fold)
T = TypeVar("T")


class Followed(Generic[F]):
    """A fold that is brought up to the head when somebody asks for it; safe across threads.

    `outlines` reads events without what is personal, which is cheap.
    """

    def __init__(self, fold: F, ledger: Ledger, *, outlines: bool = False) -> None:
        """Nothing is read yet."""
        self.fold: Final = fold
        self._ledger: Final = ledger
        self._outlines: Final = outlines
        self._cursor = 0
        self._lock: Final = threading.RLock()

    def now(self) -> F:
        """The fold, up to the head."""
        with self._lock:
            head = self._ledger.head()
            while events := self._next():
                for event in events:
                    self.fold.apply(event)
                self._cursor = events[-1].sequence
            self._cursor = max(self._cursor, head)  # so that nothing is looked through twice
        return self.fold

    def _next(self) -> Sequence[Event]:
        read = self._ledger.outlines if self._outlines else self._ledger.read
        return read(self._cursor, types=self.fold.types, limit=BATCH)


class View(Generic[T]):
    """What is read from the graph as a whole, again only after an event that concerns it."""

    def __init__(
        self, read: Callable[[], T], concerns: Callable[[ThingId, T], bool], lock: threading.RLock
    ) -> None:
        """`lock` is held by whoever moves the graph, so nothing is read of a graph on the move."""
        self._read: Final = read
        self._concerns: Final = concerns
        self._lock: Final = lock
        self._known: T | None = None

    def apply(self, event: Event) -> None:
        """Forget what was read, if this event changes it."""
        if self._known is not None and self._concerns(event.subject, self._known):
            self._known = None

    def now(self) -> T:
        """What the graph says now."""
        known = self._known
        if known is None:
            with self._lock:
                known = self._known = self._read()
        return known

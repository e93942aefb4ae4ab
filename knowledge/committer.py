"""Group commit: while one thread of the process commits, the others queue for the next commit."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar, cast

from knowledge.refusals import DatabaseUnavailable, LedgerRefused

_Ask = TypeVar("_Ask")
_Answer = TypeVar("_Answer")

_MOST: Final = 256
_GATHER_SECONDS: Final = 0.0005


@dataclass(slots=True, kw_only=True)
class _Ticket(Generic[_Ask, _Answer]):
    ask: _Ask
    answer: _Answer | LedgerRefused | None = None


class Committer(Generic[_Ask, _Answer]):
    """Runs `commit` on what all threads asked meanwhile, one batch at a time.

    `commit` takes up to 256 asks and gives for each, in order, an answer or its refusal; if it
    raises, the whole batch fails.
    """

    def __init__(
        self, commit: Callable[[Sequence[_Ask]], Sequence[_Answer | LedgerRefused]]
    ) -> None:
        """Commit with this function."""
        self._commit: Final = commit
        lock = threading.Lock()
        self._changed: Final = threading.Condition(lock)
        self._arrived: Final = threading.Condition(lock)
        self._queue: Final[deque[_Ticket[_Ask, _Answer]]] = deque()
        self._leading = False
        self._company = 1  # how many waited or were answered when the last batch ended

    def submit(self, ask: _Ask) -> _Answer:
        """Wait until the ask is committed.

        Raises:
            LedgerRefused: the ask's own refusal, or DatabaseUnavailable for its whole batch.
        """
        ticket = _Ticket[_Ask, _Answer](ask=ask)
        with self._changed:
            self._queue.append(ticket)
            self._arrived.notify()
        while batch := self._turn(ticket):
            self._lead(batch)
        if isinstance(ticket.answer, LedgerRefused):
            raise ticket.answer
        return cast("_Answer", ticket.answer)

    def _turn(self, ticket: _Ticket[_Ask, _Answer]) -> Sequence[_Ticket[_Ask, _Answer]]:
        """The batch that the caller leads now; empty once its own ticket is answered."""
        with self._changed:
            while self._leading and ticket.answer is None:
                self._changed.wait()
            if ticket.answer is not None:
                return ()
            self._gather()
            return [self._queue.popleft() for _ in range(min(_MOST, len(self._queue)))]

    def _gather(self) -> None:
        """Lead while those who were answered last come again: it saves them a commit."""
        self._leading = True
        try:
            self._arrived.wait_for(self._complete, timeout=_GATHER_SECONDS)
        except BaseException:
            self._leading = False  # an interrupt must leave the lead to those who wait
            self._changed.notify_all()
            raise

    def _complete(self) -> bool:
        return len(self._queue) >= min(self._company, _MOST)

    def _lead(self, batch: Sequence[_Ticket[_Ask, _Answer]]) -> None:
        answers: Sequence[_Answer | LedgerRefused] = ()
        failure = "the commit was interrupted: it may or may not be kept"
        try:
            answers = self._commit([ticket.ask for ticket in batch])
        except Exception as error:
            failure = str(error)
            raise
        finally:
            with self._changed:
                for place, ticket in enumerate(batch):
                    failed = place >= len(answers)
                    ticket.answer = DatabaseUnavailable(failure) if failed else answers[place]
                self._company = len(batch) + len(self._queue)
                self._leading = False
                self._changed.notify_all()

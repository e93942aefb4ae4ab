"""Questions: short reads that every request asks, without what building a statement costs."""

import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

KEPT: Final = 16
"""Connections that wait for the next question; more than that are closed after use."""

Row: TypeAlias = tuple[Any, ...]


class Questions:
    """Asks an SQLite file over connections of its driver, which threads borrow in turn.

    Each answer shows all that was committed before it was asked.
    """

    def __init__(self, path: str, configure: Callable[[sqlite3.Connection], None]) -> None:
        """Ask this file; `configure` prepares each new connection."""
        self._path: Final = path
        self._configure: Final = configure
        self._idle: Final[deque[sqlite3.Connection]] = deque()

    def ask(self, text: str, values: Sequence[object]) -> list[Row]:
        """All rows of an answer; `text` has a `?` for each value.

        Raises:
            sqlite3.Error: the file can't be read.
        """
        connection = self._borrowed()
        try:
            rows = connection.execute(text, values).fetchall()
        except BaseException:
            connection.close()
            raise
        if len(self._idle) < KEPT:
            self._idle.append(connection)
        else:
            connection.close()
        return rows

    def close(self) -> None:
        """Close what is not borrowed."""
        while self._idle:
            self._idle.pop().close()

    def _borrowed(self) -> sqlite3.Connection:
        try:
            return self._idle.pop()
        except IndexError:
            connection = sqlite3.connect(self._path, check_same_thread=False)
            self._configure(connection)
            return connection

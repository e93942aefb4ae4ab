"""The example connector with a channel that counts, and that dies where it is told to.

What it posts and that it posted it are one transaction, as docs/connectors.md asks for; nothing
else keeps it from posting twice.
"""

import argparse
import os
import signal
import sqlite3
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from docs.example_connector import Connector, Website, digest, listening

POSTED = "CREATE TABLE IF NOT EXISTS posted (placement TEXT, words TEXT)"
HEARD = "CREATE TABLE IF NOT EXISTS heard (placement TEXT, attempt INTEGER)"


class Counting(Website):
    """A channel in which the same words twice are there twice."""

    def __init__(self) -> None:
        self.memory: sqlite3.Connection

    def post(self, placement: str, words: str) -> tuple[str, str, str]:
        """Show words."""
        row = self.memory.execute("INSERT INTO posted VALUES (?, ?)", (placement, words))
        return f"post-{row.lastrowid}", f"https://www.example.org/{row.lastrowid}", words

    def take_down(self, placement: str) -> None:
        """Show nothing of it any more."""
        self.memory.execute("DELETE FROM posted WHERE placement = ?", (placement,))


class Mortal(Connector):
    """Dies once it has taken, posted or told of something, if it is to."""

    def __init__(self, die: str, *how: Any) -> None:
        channel = Counting()
        super().__init__(how[0], channel, *how[1:])
        self._die = die
        self.heard: set[str] = set()
        channel.memory = self._memory
        for table in (POSTED, HEARD):
            self._memory.execute(table)

    def take(self, asked: Mapping[str, Any]) -> None:
        """Remember what is asked."""
        with self._lock:
            row = (asked["placement"], asked["attempt"])
            self._memory.execute("INSERT INTO heard VALUES (?, ?)", row)
        super().take(asked)
        self._reach("taken")
        self.heard.add(asked["placement"])

    def poll(self) -> None:
        """Ask for work, on a short lease."""
        _, answer = self._call("GET", f"{self._path}/work?limit=10&lease_seconds=5")
        for asked in answer.get("items", []):
            self.take(asked)

    def _posted(self, row: sqlite3.Row, asked: Mapping[str, Any]) -> dict[str, Any]:
        found = super()._posted(row, asked)
        self._reach("posted")
        return found

    def _told(self, receipt: Mapping[str, Any]) -> bool:
        heard = super()._told(receipt)
        if heard:
            self._reach("told")
        return heard

    def _reach(self, point: str) -> None:
        if self._die == point:
            os.kill(os.getpid(), signal.SIGKILL)


def heard_of(memory: Path) -> list[str]:
    """The placements that it was asked for, in order, as often as it was."""
    with sqlite3.connect(memory) as connection:
        rows = connection.execute("SELECT placement FROM heard ORDER BY rowid").fetchall()
    return [placement for (placement,) in rows]


def words_of(memory: Path) -> list[tuple[str, str]]:
    """What was posted: placements and the digests of their words."""
    with sqlite3.connect(memory) as connection:
        rows = connection.execute("SELECT placement, words FROM posted").fetchall()
    return [(placement, digest(words)) for placement, words in rows]


def main() -> None:
    """Run until killed."""
    parser = argparse.ArgumentParser()
    for name in ("attune", "connector", "key", "memory", "secret", "port", "die", "until"):
        parser.add_argument(f"--{name}", default="")
    told = parser.parse_args()
    how = (Path(told.memory), told.attune, told.connector, told.key)
    connector = Mortal(told.die, *how)
    if told.secret:
        server = listening(connector, told.secret, int(told.port))
        threading.Thread(target=server.serve_forever, daemon=True).start()
    while True:
        if not told.secret:
            connector.poll()
        if told.until in connector.heard | {""}:  # else it does nothing yet
            connector.step()
        time.sleep(0.05)


if __name__ == "__main__":
    main()

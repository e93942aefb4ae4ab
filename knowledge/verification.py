"""Verification: the whole ledger recomputed from the stored bytes, and every difference named."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

import orjson
from sqlalchemy import Connection, func, select

from knowledge.database import Database
from knowledge.envelopes import instant
from knowledge.merkle import EMPTY_ROOT, Frontier, Node, leaf_hash
from knowledge.tables import COMMITS, EVENTS, NEWEST_HEAD, REQUESTS, SCOPES, TILES
from knowledge.tiles import TILE_LEVELS

_PAGE: Final = 2_000
_MOST_PROBLEMS: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What a verification found: the size and root as recomputed, and up to 100 problems."""

    size: int
    root: bytes
    governed: int
    problems: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing differs."""
        return not self.problems


def silent(_done: int, _total: int) -> None:
    """Report no progress."""


def verify(database: Database, progress: Callable[[int, int], None]) -> Verification:
    """Recompute leaves, tree, heads, tiles, scopes and order up to the head as it is now."""
    with database.reading() as connection:
        # The order matters: a commit in between makes the head larger, never the events.
        last = connection.execute(select(func.max(EVENTS.c.sequence))).scalar() or 0
        head = connection.execute(NEWEST_HEAD).first()
        size = head.size if head else 0
        check = _Check(connection, size)
        for start in range(0, size, _PAGE):
            check.page(start, min(start + _PAGE, size))
            progress(min(start + _PAGE, size), size)
        check.head(last)
        check.scopes()
        check.requests()
        return check.result()


class _Check:
    """A fold over the events that compares what is stored beside them."""

    def __init__(self, connection: Connection, size: int) -> None:
        self._connection = connection
        self._size = size
        self._frontier = Frontier.empty()
        self._governed = 0
        self._recorded_at = 0
        self._versions: dict[str, int] = {}
        self._problems: list[str] = []

    def page(self, start: int, stop: int) -> None:
        """Check the events after `start` up to `stop`, and the heads and tiles they make."""
        heads = {row.size: row for row in self._heads(start, stop)}
        tiles: list[Node] = []
        for row in self._rows(start, stop):
            if row.sequence != self._frontier.size + 1:
                self._say(f"event {self._frontier.size + 1} is missing")
                return
            body = bytes(row.body)
            if leaf_hash(body) != bytes(row.leaf):
                self._say(f"event {row.sequence}: its bytes do not match its leaf")
            self._read(row, body)
            nodes = self._frontier.push(leaf_hash(body))
            tiles += [node for node in nodes if node.level % TILE_LEVELS == 0]
            if head := heads.pop(row.sequence, None):
                self._head(head)
        if self._frontier.size < stop:
            self._say(f"event {self._frontier.size + 1} is missing")
        self._tiles(tiles)

    def head(self, last: int) -> None:
        """The last head covers every event."""
        if last > self._size:
            self._say(f"event {last} is stored, but the last head covers {self._size}")

    def scopes(self) -> None:
        """Compare the versions of scopes; those that moved past the head meanwhile are new."""
        stored = {row.scope: row.version for row in self._connection.execute(select(SCOPES))}
        for scope in sorted(self._versions.keys() | stored.keys()):
            kept, folded = stored.get(scope, 0), self._versions.get(scope, 0)
            if kept != folded and kept <= self._size:
                self._say(f"scope {scope}: version {kept} is stored, {folded} follows from events")

    def requests(self) -> None:
        """Idempotency keys point at events that are there."""
        query = select(REQUESTS.c.first, REQUESTS.c.count)
        for first, count in self._connection.execute(query):
            if first < 1 or count < 1:
                self._say(f"a request points at events {first} to {first + count - 1}")

    def result(self) -> Verification:
        """What was found."""
        return Verification(
            size=self._frontier.size,
            root=self._frontier.root() if self._frontier.size else EMPTY_ROOT,
            governed=self._governed,
            problems=tuple(self._problems[:_MOST_PROBLEMS]),
        )

    def _read(self, row: Any, body: bytes) -> None:  # noqa: ANN401 - a row of the driver
        try:
            self._columns(row, orjson.loads(body))
        except (ValueError, KeyError, TypeError):
            self._say(f"event {row.sequence}: its bytes are no event")

    def _columns(self, row: Any, told: Any) -> None:  # noqa: ANN401 - a row, and stored JSON
        if row.recorded_at < self._recorded_at:
            self._say(f"event {row.sequence}: recorded before the event ahead of it")
        self._recorded_at = row.recorded_at
        stored = (row.sequence, row.id, row.type, row.subject, row.governed)
        meant = (told["sequence"], told["id"], told["type"], told["subject"], told["governed"])
        if stored != meant or instant(row.recorded_at) != told["recorded_at"]:
            self._say(f"event {row.sequence}: its columns differ from its bytes")
        if told["governed"]:
            self._governed = row.sequence
            named = (*told["scopes"], told["subject"])
            self._versions |= dict.fromkeys(named, row.sequence)

    def _head(self, row: Any) -> None:  # noqa: ANN401 - a row of the driver
        stored = (bytes(row.root), bytes(row.frontier), row.governed, row.recorded_at)
        meant = (
            self._frontier.root(),
            self._frontier.encode(),
            self._governed,
            self._recorded_at,
        )
        if stored != meant:
            self._say(f"the head at {row.size} does not follow from the events")

    def _tiles(self, nodes: Iterable[Node]) -> None:
        for node in nodes:
            query = select(TILES.c.hash).where(
                TILES.c.level == node.level, TILES.c.position == node.position
            )
            if self._connection.execute(query).scalar() != node.hash:
                self._say(f"tile {node.level}/{node.position} does not follow from the events")

    def _rows(self, start: int, stop: int) -> Iterable[Any]:
        column = EVENTS.c.sequence
        query = select(EVENTS).where(column > start, column <= stop).order_by(column)
        return self._connection.execute(query).all()

    def _heads(self, start: int, stop: int) -> Iterable[Any]:
        column = COMMITS.c.size
        query = select(COMMITS).where(column > start, column <= stop)
        return self._connection.execute(query).all()

    def _say(self, problem: str) -> None:
        self._problems.append(problem)

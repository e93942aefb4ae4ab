"""The stored tree: subtree hashes from leaves and tiles, for roots and proofs of any size."""

from typing import Final

from sqlalchemy import Connection, select

from knowledge.merkle import Subtree, perfect
from knowledge.refusals import DatabaseUnavailable
from knowledge.tables import EVENTS, TILES

TILE_LEVELS: Final = 4
"""Inner nodes are kept at every fourth level; those between follow from at most 8 of them."""


def stored_tree(connection: Connection) -> Subtree:
    """Hashes of full subtrees over leaves that are committed."""

    def subtree(level: int, index: int) -> bytes:
        stored, height = level - level % TILE_LEVELS, level % TILE_LEVELS
        start, count = index << height, 1 << height
        hashes = (
            _leaves(connection, start, count)
            if stored == 0
            else _tiles(connection, stored, start, count)
        )
        if len(hashes) != count:
            raise DatabaseUnavailable(
                f"the stored tree lacks hashes of level {stored} from {start}; verify the ledger"
            )
        return perfect(hashes)

    return subtree


def _leaves(connection: Connection, start: int, count: int) -> list[bytes]:
    column = EVENTS.c.sequence  # leaf 0 is event 1
    query = select(EVENTS.c.leaf).where(column > start, column <= start + count).order_by(column)
    return [bytes(leaf) for leaf in connection.execute(query).scalars()]


def _tiles(connection: Connection, level: int, start: int, count: int) -> list[bytes]:
    column = TILES.c.position
    query = (
        select(TILES.c.hash)
        .where(TILES.c.level == level, column >= start, column < start + count)
        .order_by(column)
    )
    return [bytes(tile) for tile in connection.execute(query).scalars()]

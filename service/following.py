"""Following the ledger in one worker at a time, from where it was left."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Final

import orjson

from knowledge.durable import replace_whole
from ontology.events import Event
from service.lease import Lease, lease
from service.world import World

LOOK_BACK: Final = timedelta(hours=1)
"""How far back a home looks that never followed before."""

_BATCH: Final = 200


class Follower:
    """New events of some types, in order; use it from one thread.

    The place is kept in the home as a shortcut only: what follows an event must have an id made of
    that event, so that reading one twice changes nothing.
    """

    def __init__(
        self,
        world: World,
        name: str,
        types: tuple[str, ...],
        first: Callable[[], int] | None = None,
    ) -> None:
        """Read and take nothing yet; `name` is of the lease and of the file.

        `first` is the place to begin at where none was kept; an hour back where it is left out.
        """
        self._first: Final = first
        self._world: Final = world
        self._types: Final = types
        self._lease: Final[Lease] = lease(world.settings.database_url, name, world.settings.home)
        self._kept: Final[Path] = world.settings.home / f"{name}.json"
        self._cursor: int | None = None

    def leads(self) -> bool:
        """Whether this worker follows, or could from now on."""
        return self._lease.held()

    @property
    def cursor(self) -> int:
        """How far was read."""
        if self._cursor is None:
            self._cursor = self._restored()
        return self._cursor

    def events(self, floor: int = 0) -> Iterator[tuple[Event, ...]]:
        """Batches of what is new after a place; nothing while another worker follows."""
        if not self._lease.held():
            return
        cursor = max(floor, self.cursor)
        self._world.catch_up()
        while events := self._world.ledger.read(cursor, types=self._types, limit=_BATCH):
            yield tuple(events)
            cursor = events[-1].sequence
            self._keep(cursor)
        self._cursor = cursor

    def close(self) -> None:
        """Let another worker follow."""
        self._lease.release()

    def _restored(self) -> int:
        """Where following goes on: as kept, if it is of this ledger; else an hour back."""
        ledger = self._world.ledger
        try:
            kept = orjson.loads(self._kept.read_bytes())
            cursor = int(kept["cursor"])
            if cursor <= ledger.head() and ledger.root(cursor).hex() == kept["root"]:
                return cursor
        except (OSError, ValueError, KeyError, TypeError):
            """It is only a shortcut."""
        if self._first is not None:
            return self._first()
        return ledger.sequence_at(self._world.clock.now() - LOOK_BACK)

    def _keep(self, cursor: int) -> None:
        root = self._world.ledger.root(cursor).hex()
        replace_whole(self._kept, orjson.dumps({"cursor": cursor, "root": root}))

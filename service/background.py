"""What a worker does between requests: warm models, follow, sweep due dates, deliver."""

import threading
from collections.abc import Callable
from typing import Final

from service.clock import pause
from service.delivery import Outbox
from service.sweep import sweep
from service.world import World


class Background:
    """Daemon threads over one world; every step may fail and is tried again after a pause."""

    def __init__(self, world: World) -> None:
        """Start nothing yet."""
        self._world: Final = world
        self._outbox: Final = Outbox(world)
        self._stop: Final = threading.Event()
        self._threads: Final = [
            threading.Thread(target=work, name=name, daemon=True)
            for name, work in (
                ("warm", self._warm),
                ("sweep", lambda: self._repeat("sweep", self._sweep)),
                ("deliver", lambda: self._repeat("deliver", self._outbox.step)),
            )
        ]

    def start(self) -> None:
        """Start all of it."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Ask all of it to end and wait for what is under way."""
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=self._world.settings.sweep_seconds + 5)
        self._outbox.close()

    def _warm(self) -> None:
        try:
            self._world.perception.warm()
        except Exception:
            self._world.log.exception("models are cold")

    def _sweep(self) -> None:
        self._world.catch_up()
        sweep(self._world, self._world.clock.now())

    def _repeat(self, name: str, work: Callable[[], object]) -> None:
        while not pause(self._world.settings.sweep_seconds, self._stop):
            try:
                work()
            except Exception:
                self._world.log.exception("background work failed", work=name)

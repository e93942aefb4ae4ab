"""A flood through workers that are killed, one and then all: what was acknowledged stays."""

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import psutil  # type: ignore[import-untyped] # ships no types
import pytest

from ontology.identity import ThingId
from service.clock import LiveClock
from service.settings import Settings
from service.world import World
from tests.serving import Served, serving

BATCH = 100
KILLS = 3
DEAD_WITHIN_S = 20


class Flood:
    """Sends batches without end from several threads, each again until it is acknowledged."""

    def __init__(self, threads: int) -> None:
        self.acknowledged: set[str] = set()
        self.served: Served | None = None
        self._numbers = iter(range(10**9))
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._work) for _ in range(threads)]

    def start(self) -> None:
        for one in self._threads:
            one.start()

    def stop(self) -> None:
        self._stop.set()
        for one in self._threads:
            one.join()

    def wait_for(self, more: int) -> None:
        """Wait until so many more posts are acknowledged."""
        wanted = len(self.acknowledged) + more
        until = time.monotonic() + 120
        while len(self.acknowledged) < wanted:
            assert time.monotonic() < until, f"{len(self.acknowledged)} of {wanted} acknowledged"
            time.sleep(0.02)

    def _work(self) -> None:
        while not self._stop.is_set():
            with self._lock:
                numbers = [next(self._numbers) for _ in range(BATCH)]
            posts = [self._post(number) for number in numbers]
            while not self._stop.is_set():
                if self._sent(posts):
                    with self._lock:
                        self.acknowledged |= {post["id"] for post in posts}
                    break
                time.sleep(0.1)

    def _sent(self, posts: list[dict[str, Any]]) -> bool:
        """Whether the batch was acknowledged; a broken connection says nothing."""
        if (served := self.served) is None:
            return False
        try:
            with served.client() as client:
                answer = client.post("/v1/signals/batch", json={"signals": posts})
        except httpx.TransportError:
            return False
        assert answer.status_code in {202, 429, 500, 503}, answer.text
        return answer.status_code == 202

    def _post(self, number: int) -> dict[str, Any]:
        at = LiveClock().now() - timedelta(seconds=1)
        return {
            "id": f"flood-{number}",
            "platform": "platform/twitter",
            "feed": "feed/listening",
            "posted_at": at.isoformat(),
            "text": f"The train at #SpuytenDuyvil left the rails, says {number} of the flood",
            "author": {"system": "twitter", "key": f"u{number % 997}"},
        }


def kill(process: psutil.Process) -> None:
    os.kill(process.pid, signal.SIGKILL)
    psutil.wait_procs([process], timeout=DEAD_WITHIN_S)


@contextmanager
def served_to(flood: Flood, home: Path) -> Iterator[Served]:
    """A service with two workers that the flood goes to."""
    with serving(home, language=False, workers=2) as served:
        flood.served = served
        yield served
        flood.served = None


@pytest.mark.slow
def test_every_acknowledged_signal_is_there_once_however_often_workers_are_killed(
    home: Path,
) -> None:
    flood = Flood(threads=4)
    with ExitStack() as stack:
        stack.callback(flood.stop)
        flood.start()
        with served_to(flood, home) as served:
            for _ in range(KILLS):
                flood.wait_for(5 * BATCH)
                kill(served.workers()[0])
            flood.wait_for(5 * BATCH)
            kill(psutil.Process(served.process.pid))  # the whole service, amid the flood
            served.process.wait()
            for worker in psutil.process_iter(["environ"]):
                if (worker.info["environ"] or {}).get("ATTUNE_HOME") == str(home):
                    kill(worker)
        with served_to(flood, home):
            flood.wait_for(5 * BATCH)
            flood.stop()
    check(home, flood.acknowledged)


def check(home: Path, acknowledged: set[str]) -> None:
    """Stored once each, nothing altered, and counted once by a worker that starts now."""
    with closing(World.open(Settings(home=home, language=False))) as world:
        kept = (one for event in world.segments.committed() for one in world.segments.read(event))
        stored = Counter(one.id.partition("-")[2] for one in kept)
        assert set(stored.values()) == {1}
        assert acknowledged <= set(stored)
        assert len(acknowledged) >= (KILLS + 2) * 5 * BATCH
        assert world.segments.verify() == ()
        assert world.ledger.verify().problems == ()
        at = world.clock.now()
        for incident in (None, ThingId("incident/2013-ny-train")):
            with world.listening() as windows:
                day = next(row for row in windows.spread(incident, at) if row["window"] == "P1D")
            assert day["volume"] == len(stored)

"""A flood through a real service: two workers, screened, a minute long; its CPU counts, too.

Who sends shares the cores, so what is sent is written down beforehand. On a machine with other
work the rate says little; the CPU of the service a signal says what two cores of its own take.
"""

import json
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from pathlib import Path

import httpx

from bench.http import Served, founded, served
from bench.measuring import Figure
from bench.posts import rows, texts
from bench.signals import WORKERS
from service.clock import LiveClock
from service.settings import Settings

_BATCH = 500
_CONNECTIONS = 6
_SECONDS = 60.0
_WARM_SECONDS = 10.0
_MOST_A_SECOND = 8_000
_NOW = "@"
"""Stands in what is sent for the moment of sending, in a time and nowhere else."""


class _Client:
    """Sends posts from several connections and counts what became of them."""

    def __init__(self, url: str, key: str) -> None:
        self._url, self._key = url, key
        said, most = texts(), int((_SECONDS + _WARM_SECONDS) * _MOST_A_SECOND)
        self._bodies = iter([_body(said, first) for first in range(0, most, _BATCH)])
        self._lock = threading.Lock()
        self.taken = self.later = 0

    def flood(self, seconds: float) -> float:
        """Send for so long; how long it took until the last answer."""
        start = time.perf_counter()
        threads = [
            threading.Thread(target=self._send, args=(start + seconds,))
            for _ in range(_CONNECTIONS)
        ]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        return time.perf_counter() - start

    def _send(self, end: float) -> None:
        headers = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"}
        with httpx.Client(headers=headers, timeout=120) as client:
            while time.perf_counter() < end:
                with self._lock:
                    body = next(self._bodies)
                now = f'"{LiveClock().now().isoformat()}"'.encode()
                body = body.replace(f'"{_NOW}"'.encode(), now)
                while (answer := client.post(self._url, content=body)).status_code == (
                    HTTPStatus.TOO_MANY_REQUESTS
                ):
                    self.later += 1
                    time.sleep(float(answer.headers["Retry-After"]))
                answer.raise_for_status()
                with self._lock:
                    self.taken += answer.json()["new"]


def _body(said: Sequence[str], first: int) -> bytes:
    posts = rows(said, first, _BATCH, LiveClock().now(), 1e6)
    return json.dumps({"signals": [one | {"posted_at": _NOW} for one in posts]}).encode()


def measure() -> Iterator[Figure]:
    """Signals a second, CPU a signal, and how memory grows."""
    folder = Path(tempfile.mkdtemp(prefix="attune-bench-"))
    try:
        here = founded(folder / "home") | {"ATTUNE_LANGUAGE": "true"}
        key = Settings(home=folder / "home").operator_key.read_text().strip()
        command = ["-m", "service", "serve", "--workers", str(WORKERS)]
        with served(command, here, "/v1/signals/batch") as service:
            client = _Client(service.url, key)
            client.flood(_WARM_SECONDS)
            yield from _figures(service, client)
    finally:
        shutil.rmtree(folder)


def _figures(service: Served, client: _Client) -> Iterator[Figure]:
    before, sizes, taken = service.cpu_seconds(), _sizes(service), client.taken
    took = client.flood(_SECONDS)
    signals, cpu = client.taken - taken, service.cpu_seconds() - before
    yield Figure(
        name="signals acknowledged, for a minute", value=signals / took, unit="/s", aim="≥ 5,000"
    )
    yield Figure(name="a signal, of all of the service", value=cpu / signals * 1e6, unit="µs CPU")
    yield Figure(
        name=f"what {WORKERS} free cores take",
        value=WORKERS * signals / cpu,
        unit="/s",
        aim="≥ 5,000",
    )
    grown = max(now - then for now, then in zip(_sizes(service), sizes, strict=False))
    yield Figure(name="a worker grew in that minute by", value=grown, unit="MB")
    yield Figure(name="requests answered with later", value=client.later, unit="")


def _sizes(service: Served) -> list[float]:
    return [process.memory_info().rss / 1e6 for process in service.processes()]

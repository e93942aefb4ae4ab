"""Decisions over HTTP, recorded durably: 16 connections, 2 workers, beside plain appends.

Both services stand at once and are asked in turn, so that whatever else the machine does in the
meantime weighs on both.
"""

import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil

from bench.measuring import Figure
from service.settings import Settings

_CONNECTIONS = 16
_SECONDS = 4.0
_ROUNDS = 5
_WARM_SECONDS = 6.0
_ASKED = {
    "incident": "incident/2013-ny-train",
    "customer": {"system": "zendesk", "key": "1001"},
    "facts": {"request": {"kind": "reply", "audience": "customer"}},
    "precedents": 0,
}


@dataclass(slots=True, kw_only=True)
class Served:
    """A service that runs, and what it did: requests a second and CPU a request, by round."""

    url: str
    pid: int
    rates: list[float] = field(default_factory=list)
    costs: list[float] = field(default_factory=list)

    def round(self, key: str, seconds: float) -> None:
        """Ask for some seconds and note how it went."""
        before, start = self.cpu_seconds(), time.perf_counter()
        done = _asked(self.url, key, seconds)
        self.rates.append(done / (time.perf_counter() - start))
        self.costs.append((self.cpu_seconds() - before) / max(1, done) * 1_000.0)

    def cpu_seconds(self) -> float:
        """User and system time of all its processes, so far."""
        times = [process.cpu_times() for process in self.processes()]
        return float(sum(one.user + one.system for one in times))

    def processes(self) -> list[psutil.Process]:
        """The service and its workers."""
        root = psutil.Process(self.pid)
        return [root, *root.children(recursive=True)]


def measure() -> Iterator[Figure]:
    """Requests a second of decisions and of an endpoint that appends one event."""
    folder = Path(tempfile.mkdtemp(prefix="attune-bench-"))
    try:
        here, beside = (founded(folder / name) for name in ("decisions", "appends"))
        key = Settings(home=folder / "decisions").operator_key.read_text().strip()
        with (
            served(["-m", "bench.appending"], beside, "/append") as plain,
            served(["-m", "service", "serve", "--workers", "2"], here, "/v1/decisions") as asked,
        ):
            for one in (plain, asked):
                _asked(one.url, key, _WARM_SECONDS)
            for _ in range(_ROUNDS):
                plain.round(key, _SECONDS)
                asked.round(key, _SECONDS)
            sizes = [process.memory_info().rss / 1e6 for process in asked.processes()]
        yield from _figures(plain, asked, max(sizes))
    finally:
        shutil.rmtree(folder)


def _figures(plain: Served, asked: Served, size: float) -> Iterator[Figure]:
    median = statistics.median
    ratios = [mine / theirs for mine, theirs in zip(asked.rates, plain.rates, strict=True)]
    yield Figure(name="plain appends over HTTP", value=median(plain.rates), unit="/s")
    yield Figure(
        name="decisions over HTTP, recorded",
        value=median(asked.rates),
        unit="/s",
        against="plain appends",
        ratio=median(ratios),
        aim="≥ 0.4 ×",
    )
    for name, one in (("plain append", plain), ("decision", asked)):
        yield Figure(name=f"the service's CPU a {name}", value=median(one.costs), unit="ms CPU")
    yield Figure(name="memory a worker, without models", value=size, unit="MB")


def founded(home: Path) -> dict[str, str]:
    """A sample world; gives the environment that serves it."""
    environment = {**os.environ, "ATTUNE_HOME": str(home), "ATTUNE_LANGUAGE": "false"}
    subprocess.run(
        [sys.executable, "-m", "service", "init", "--sample", "--json"],
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return environment


@contextmanager
def served(command: list[str], environment: dict[str, str], path: str) -> Iterator[Served]:
    """A service on a free port, once it is ready; `path` is what its rounds ask."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, *command, *(["--port", str(port)] if "serve" in command else [])],
        env={**environment, "BENCH_PORT": str(port)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                if httpx.get(f"{url}/readyz").is_success:
                    break
            except httpx.TransportError:
                pass
            time.sleep(0.1)
        yield Served(url=url + path, pid=server.pid)
    finally:
        server.terminate()
        server.wait(timeout=30)


def _asked(url: str, key: str, seconds: float) -> int:
    """How many requests were answered."""
    end = time.perf_counter() + seconds
    done = [0] * _CONNECTIONS

    def ask(index: int) -> None:
        with httpx.Client(headers={"Authorization": f"Bearer {key}"}) as client:
            while time.perf_counter() < end:
                client.post(url, json=_ASKED).raise_for_status()
                done[index] += 1

    threads = [threading.Thread(target=ask, args=(index,)) for index in range(_CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done)

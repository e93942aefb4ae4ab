"""Decisions over HTTP, recorded durably: 16 connections, 2 workers, beside plain appends."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil

from bench.measuring import Figure
from service.settings import Settings

_CONNECTIONS = 16
_SECONDS = 8.0
_ASKED = {
    "incident": "incident/2013-ny-train",
    "customer": {"system": "zendesk", "key": "1001"},
    "facts": {"request": {"kind": "reply", "audience": "customer"}},
    "precedents": 0,
}


def measure() -> Iterator[Figure]:
    """Requests a second of decisions and of an endpoint that appends one event."""
    home = Path(tempfile.mkdtemp(prefix="attune-bench-"))
    environment = {**os.environ, "ATTUNE_HOME": str(home), "ATTUNE_LANGUAGE": "false"}
    try:
        subprocess.run(
            [sys.executable, "-m", "service", "init", "--sample", "--json"],
            env=environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        key = Settings(home=home).operator_key.read_text().strip()
        with _served(["-m", "bench.appending"], environment) as (url, _):
            plain = _rate(url + "/append", key)
        with _served(["-m", "service", "serve", "--workers", "2"], environment) as (url, pid):
            decided = _rate(url + "/v1/decisions", key)
            workers = psutil.Process(pid).children(recursive=True)
            sizes = [worker.memory_info().rss / 1e6 for worker in workers]
        yield Figure(name="plain appends over HTTP", value=plain, unit="/s")
        yield Figure(
            name="decisions over HTTP, recorded",
            value=decided,
            unit="/s",
            against="plain appends",
            ratio=decided / plain,
            aim="≥ 0.4 ×",
        )
        yield Figure(name="memory a worker, without models", value=max(sizes), unit="MB")
    finally:
        shutil.rmtree(home)


@contextmanager
def _served(command: list[str], environment: dict[str, str]) -> Iterator[tuple[str, int]]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, *command, *(["--port", str(port)] if "serve" in command else [])],
        env={**environment, "BENCH_PORT": str(port)},
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
        yield url, server.pid
    finally:
        server.terminate()
        server.wait(timeout=30)


def _rate(url: str, key: str) -> float:
    end = time.perf_counter() + _SECONDS
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
    return sum(done) / _SECONDS

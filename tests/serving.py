"""A real service in processes of its own: `attune serve` on a free port, ended by its id."""

import os
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil  # type: ignore[import-untyped] # ships no types

from tests.commands import attune

__all__ = ["PLAIN", "Served", "attune", "environment", "free_port", "serving"]

READY_WITHIN_S = 120
READY_IN_A_ROW = 16
ENDS_WITHIN_S = 30
PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For addresses of this machine: the usual context reads every authority, 20 ms each time."""


@dataclass(frozen=True)
class Served:
    """A running service: its home, its address, its first key and its main process."""

    home: Path
    url: str
    key: str
    process: subprocess.Popen[bytes]
    log: Path

    def client(self, key: str | None = None) -> httpx.Client:
        """A fresh connection with a key: the operator's, where none is given."""
        headers = {"Authorization": f"Bearer {key or self.key}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=60, verify=PLAIN)

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        with self.client() as client:
            answer = client.get(path, params=query)
            assert answer.is_success, answer.text
            return dict(answer.json())

    def post(self, path: str, body: object = None, status: int = 201) -> dict[str, Any]:
        with self.client() as client:
            answer = client.post(path, json=body)
            assert answer.status_code == status, answer.text
            return dict(answer.json())

    def workers(self) -> list[psutil.Process]:
        """The worker processes that live."""
        children = psutil.Process(self.process.pid).children()
        return [one for one in children if one.status() != psutil.STATUS_ZOMBIE]


def environment(home: Path, **settings: object) -> dict[str, str]:
    """The environment of a service with these settings and no others."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ATTUNE_")}
    given = {"home": home, **settings}
    return kept | {f"ATTUNE_{name.upper()}": str(value) for name, value in given.items()}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


@contextmanager
def serving(home: Path, **settings: object) -> Iterator[Served]:
    """A service that is ready; afterwards it is ended, whatever state it is in."""
    port = free_port()
    log = home.parent / f"serve-{port}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter
            [sys.executable, "-m", "service", "serve", "--port", str(port)],
            env=environment(home, **settings),
            stdout=output,
            stderr=output,
        )
    key = (home / "operator.key").read_text().strip()
    served = Served(home=home, url=f"http://127.0.0.1:{port}", key=key, process=process, log=log)
    try:
        _wait(served)
        yield served
    finally:
        _end(process)


def _wait(served: Served) -> None:
    until, ready = time.monotonic() + READY_WITHIN_S, 0
    while time.monotonic() < until:
        assert served.process.poll() is None, served.log.read_text()
        try:
            # Each connection reaches some worker: a long run of yeses has reached them all.
            answer = httpx.get(f"{served.url}/readyz", timeout=30, verify=PLAIN)
            ready = ready + 1 if answer.is_success else 0
        except httpx.TransportError:
            ready = 0  # not listening yet
        if ready >= READY_IN_A_ROW:
            return
        time.sleep(0.0 if ready else 0.1)
    raise AssertionError(f"not ready: {served.log.read_text()}")


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    family = [*psutil.Process(process.pid).children(recursive=True)]
    process.terminate()
    try:
        process.wait(ENDS_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for one in family:
        if one.is_running():
            one.kill()

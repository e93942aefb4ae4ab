"""The page that every employee reads: 32 connections, 2 workers, whole pages and unchanged ones.

The client speaks HTTP over plain sockets, so that on a small machine it leaves the cores to the
service; all the same it takes its part of them.
"""

import shutil
import socket
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from bench.http import Served, founded, served
from bench.measuring import Figure
from service.settings import Settings

_CONNECTIONS = 32
_SECONDS = 4.0
_ROUNDS = 5


def measure() -> Iterator[Figure]:
    """Reads a second and CPU a read, of who has nothing yet and of who has the page already."""
    folder = Path(tempfile.mkdtemp(prefix="attune-bench-"))
    try:
        here = founded(folder / "home")
        key = Settings(home=folder / "home").operator_key.read_text().strip()
        with served(["-m", "service", "serve", "--workers", "2"], here, "/now") as service:
            cookie, digest = _signed_in(service.url, key)
            for name, status, more in (
                ("whole page", b"200", ""),
                ("not changed", b"304", f"If-None-Match: {digest}\r\n"),
            ):
                yield from _measured(service, name, status, f"Cookie: {cookie}\r\n{more}")
    finally:
        shutil.rmtree(folder)


def _measured(service: Served, name: str, status: bytes, headers: str) -> Iterator[Figure]:
    _read(service.url, status, headers, 1.0)
    rates, costs = list[float](), list[float]()
    for _ in range(_ROUNDS):
        before, start = service.cpu_seconds(), time.perf_counter()
        done = _read(service.url, status, headers, _SECONDS)
        rates.append(done / (time.perf_counter() - start))
        costs.append((service.cpu_seconds() - before) / max(1, done) * 1_000.0)
    aim = "≥ 2,000 /s"
    yield Figure(name=f"microsite, {name}", value=statistics.median(rates), unit="/s", aim=aim)
    yield Figure(
        name=f"the service's CPU a read, {name}", value=statistics.median(costs), unit="ms CPU"
    )


def _signed_in(url: str, key: str) -> tuple[str, str]:
    """The cookie of a session, and the ETag of the page."""
    with httpx.Client() as client:
        done = client.post(url.replace("/now", "/sign-in"), data={"key": key})
        cookie = done.headers["set-cookie"].partition(";")[0]
        page = client.get(url, headers={"Cookie": cookie}).raise_for_status()
    return cookie, page.headers["etag"]


def _read(url: str, status: bytes, headers: str, seconds: float) -> int:
    """How many reads were answered with a status."""
    at = urlsplit(url)
    asked = f"GET {at.path} HTTP/1.1\r\nHost: {at.netloc}\r\n{headers}\r\n".encode()
    end, done = time.perf_counter() + seconds, [0] * _CONNECTIONS

    def ask(index: int) -> None:
        with socket.create_connection((at.hostname or "", at.port or 80)) as line:
            while time.perf_counter() < end:
                line.sendall(asked)
                head = _answer(line)
                if head[9:12] != status:
                    raise ValueError(head)
                done[index] += 1

    threads = [threading.Thread(target=ask, args=(one,)) for one in range(_CONNECTIONS)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return sum(done)


def _answer(line: socket.socket) -> bytes:
    """The head of one answer, its body read and dropped."""
    got = b""
    while b"\r\n\r\n" not in got:
        got += line.recv(65_536)
    head, _, body = got.partition(b"\r\n\r\n")
    length = next(
        (
            int(row[15:])
            for row in head.split(b"\r\n")
            if row.lower().startswith(b"content-length")
        ),
        0,
    )
    left = length - len(body) if head[9:12] != b"304" else 0
    while left > 0:
        left -= len(line.recv(left))
    return head

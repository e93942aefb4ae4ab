"""A platform that misbehaves, as a real HTTP server: limits, faults, a clock of its own.

It speaks as Mastodon and Bluesky document their timelines. Time is the test's: it passes when the
client pauses and while the server drips. One fault of the plan befalls each request in turn.
"""

import json
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

START = datetime(2026, 11, 23, 15, tzinfo=UTC)
FAULTS = (
    "429 seconds",
    "429 date",
    "429 bare",
    "503 later",
    "500",
    "502",
    "truncated",
    "cut off",
    "drip",
    "no json",
    "duplicate",
    "expired cursor",
    "packed",
    "deep",
    "redirect",
)
"""Faults after which the platform goes on; 401 and 403 shut the client out."""


class Clock:
    """Time that passes only when somebody says so; shared by client and server."""

    def __init__(self, at: datetime = START) -> None:
        self._at = at
        self._lock = threading.Lock()

    def now(self) -> datetime:
        return self._at

    def pass_by(self, seconds: float) -> None:
        with self._lock:
            self._at += timedelta(seconds=max(seconds, 0.001))


@dataclass
class Platform:
    """What the platform has, does to whoever asks, and saw of them."""

    clock: Clock
    quota: int = 30
    window: timedelta = timedelta(minutes=5)
    skew: timedelta = timedelta()
    faults: deque[str] = field(default_factory=deque)
    posts: list[tuple[datetime, str]] = field(default_factory=list)
    asked: list[datetime] = field(default_factory=list)
    suspended: bool = False
    page: int = 5

    def publish(self, seconds: Iterable[float]) -> None:
        """Let posts appear so many seconds after the start."""
        for at in seconds:
            moment = START + timedelta(seconds=at)
            self.posts.append((moment, f"post {len(self.posts)}"))

    def visible(self) -> list[dict[str, Any]]:
        """The posts that are there by now, oldest first, as (id, time, text)."""
        rows = [(_snowflake(at, n), at, text) for n, (at, text) in enumerate(self.posts)]
        return [
            {"id": i, "at": at, "text": text}
            for i, at, text in sorted(rows)
            if at <= self.clock.now()
        ]

    def ids(self) -> set[str]:
        """The ids of all posts there will ever be."""
        return {str(_snowflake(at, n)) for n, (at, _) in enumerate(self.posts)}

    def most_asked(self) -> int:
        """The most requests that began within one window of the quota."""
        return max(
            (sum(at <= one < at + self.window for one in self.asked) for at in self.asked),
            default=0,
        )


def _snowflake(at: datetime, number: int) -> int:
    return (int(at.timestamp() * 1000) << 16) + number


def _mastodon(platform: Platform, query: dict[str, str]) -> tuple[int, object]:
    after, limit = int(query.get("min_id", -1)), min(int(query["limit"]), platform.page)
    rows = platform.visible()
    if "min_id" in query:
        rows = [row for row in rows if row["id"] > after][:limit]
    return 200, [_status(row) for row in reversed(rows[-limit:])]


def _status(row: dict[str, Any]) -> dict[str, Any]:
    """A status with the members that Mastodon documents, as far as attune looks at them."""
    return {
        "id": str(row["id"]),
        "created_at": row["at"].isoformat(),
        "content": f"<p>{row['text']} <a href='#'>#<span>train</span></a></p>",
        "language": "en",
        "reblog": None,
        "account": {"acct": "ada@mastodon.example", "followers_count": 12},
        "tags": [{"name": "train", "url": "https://mastodon.example/tags/train"}],
    }


def _bluesky(platform: Platform, query: dict[str, str]) -> tuple[int, object]:
    limit = min(int(query["limit"]), platform.page)
    rows, start = list(reversed(platform.visible())), query.get("cursor")
    if start is not None:
        rows = [row for row in rows if row["id"] < int(start)]
    page = rows[:limit]
    more = {"cursor": str(page[-1]["id"])} if len(rows) > limit else {}
    return 200, {"posts": [_post(row) for row in page], **more}


def _post(row: dict[str, Any]) -> dict[str, Any]:
    """A post view with the members that Bluesky documents, as far as attune looks at them."""
    return {
        "uri": f"at://did:plc:abc/app.bsky.feed.post/{row['id']}",
        "cid": "bafyrei",
        "author": {"did": "did:plc:abc", "handle": "ada.bsky.example"},
        "record": {
            "$type": "app.bsky.feed.post",
            "text": f"{row['text']} #train",
            "createdAt": row["at"].isoformat(),
            "langs": ["en"],
        },
        "indexedAt": row["at"].isoformat(),
    }


class _Server(ThreadingHTTPServer):
    """Serves one platform."""

    platform: Platform
    last: bytes = b"[]"

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that have gone."""


class _Handler(BaseHTTPRequestHandler):
    """Answers one request, or fails as the plan says."""

    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        """Answer a page of a timeline."""
        platform = self.server.platform
        platform.asked.append(platform.clock.now())
        url = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        fault = platform.faults.popleft() if platform.faults else ""
        if platform.suspended:
            fault = "403"
        dialect = _mastodon if "/timelines/" in url.path else _bluesky
        self._befall(fault, dialect, query)

    def _befall(self, fault: str, dialect: Any, query: dict[str, str]) -> None:
        platform = self.server.platform
        theirs = platform.clock.now() + platform.skew
        if fault.startswith("429"):
            later = theirs + timedelta(seconds=40)
            after = {"429 seconds": "40", "429 date": format_datetime(later, usegmt=True)}
            self._say(429, b"{}", {"Retry-After": after[fault]} if fault in after else {})
        elif fault == "503 later":
            self._say(503, b"{}", {"Retry-After": "7"})
        elif fault.isdecimal():
            self._say(int(fault), b'{"error":"no"}')
        elif fault == "expired cursor" and "cursor" in query:
            self._say(400, b'{"error":"InvalidCursor"}')
        else:
            status, answer = dialect(platform, query)
            self._spoil(fault, status, json.dumps(answer).encode())

    def _spoil(self, fault: str, status: int, body: bytes) -> None:
        """Send a page, whole or spoilt."""
        before, self.server.last = self.server.last, body
        spoilt = {
            "truncated": body[: max(1, len(body) // 2)],
            "no json": b"<html>busy</html>",
            "deep": b"[" * 200_000 + b"]" * 200_000,
            "huge": b'["' + b"x" * (5 * 1024 * 1024) + b'"]',
            "duplicate": before if before[:1] == body[:1] else body,
        }
        if fault == "redirect":
            self._say(302, b"", {"Location": "/api/v1/timelines/tag/elsewhere?limit=5"})
        elif fault == "packed":
            self._say(status, body, {"Content-Encoding": "gzip"})
        elif fault == "cut off":
            self._start(status, {"Content-Length": str(len(body) + 10)})
            self.wfile.write(body)
            self.close_connection = True
        elif fault == "drip":
            self._drip(status, body)
        else:
            self._say(status, spoilt.get(fault, body))

    def _drip(self, status: int, body: bytes) -> None:
        """A few bytes every three seconds, for longer than anybody waits."""
        self._start(status, {"Content-Length": str(len(body) + 1000)})
        self.close_connection = True
        try:
            for byte in body[:40]:
                self.server.platform.clock.pass_by(3)
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
        except OSError:
            return  # the client has gone

    def _say(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self._start(status, {"Content-Length": str(len(body)), **(headers or {})})
        self.wfile.write(body)

    def _start(self, status: int, headers: dict[str, str]) -> None:
        platform = self.server.platform
        self.send_response_only(status)
        theirs = platform.clock.now() + platform.skew
        self.send_header("Date", format_datetime(theirs, usegmt=True))
        self.send_header("Content-Type", "application/json")
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Say nothing."""


@contextmanager
def simulated(platform: Platform) -> Iterator[str]:
    """The address at which a platform answers."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.platform = platform
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)

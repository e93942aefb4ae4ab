"""A connector to copy: posts what attune asks for to a folder, as a website, and confirms it.

It needs Python 3.11 and nothing else. With `--secret` it listens for attune's webhooks; without,
it asks for its work. Replace `Website` by your channel; the rest can stay. docs/connectors.md says
what each part is for.

    python example_connector.py --attune http://127.0.0.1:8080 --connector connector/website \
        --key-file website.key --secret-file website.secret --memory website.db --pages pages
"""

import argparse
import base64
import hashlib
import hmac
import html
import json
import logging
import os
import sqlite3
import threading
import time
import unicodedata
import urllib.error
import urllib.request
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

MOST_BYTES: Final = 1 << 20
OLDEST_S: Final = 300
PAUSE_S: Final = 1.0
PASSING: Final = frozenset({401, 403, 404, 408, 409, 425, 429})
"""Answers to a receipt after which it is sent again: a key may be mended, a clock caught up."""

TABLES: Final = """
CREATE TABLE IF NOT EXISTS work (
    placement TEXT, do TEXT, attempt INTEGER, asked TEXT, result TEXT, confirmed INTEGER DEFAULT 0,
    PRIMARY KEY (placement, do)
)
"""

log = logging.getLogger("connector")


class Website:
    """The channel: a folder of pages, each named by its placement.

    The name makes posting twice the same as posting once. Where a channel gives such a name to
    nothing, look there for what was begun and not remembered before you post it again.
    """

    def __init__(self, pages: Path, base: str) -> None:
        """Take the folder and the address under which it is seen."""
        self._pages = pages
        self._base = base
        pages.mkdir(parents=True, exist_ok=True)

    def post(self, placement: str, words: str) -> tuple[str, str, str]:
        """Show words; the id and the address of the page, and the words as they stand there."""
        page = self._page(placement)
        partial = page.with_suffix(".part")
        with partial.open("w", encoding="utf-8", newline="") as file:
            file.write(f"<!doctype html><article>{html.escape(words)}</article>")
            file.flush()
            os.fsync(file.fileno())
        partial.replace(page)
        stands = page.read_text("utf-8").partition("<article>")[2].partition("</article>")[0]
        return page.stem, f"{self._base}/{page.name}", html.unescape(stands)

    def take_down(self, placement: str) -> None:
        """Show it no more; what is not there is gone already."""
        self._page(placement).unlink(missing_ok=True)

    def _page(self, placement: str) -> Path:
        return self._pages / f"{placement.partition('/')[2]}.html"


class Connector:
    """Remembers what it was asked, does it once, and confirms it until attune has heard."""

    def __init__(self, memory: Path, site: Website, attune: str, connector: str, key: str) -> None:
        """Open the memory; what was not done or confirmed before is done now."""
        self._site = site
        self._attune = attune.rstrip("/")
        self._path = f"/v1/connectors/{connector.partition('/')[2]}"
        self._key = key
        self._lock = threading.Lock()
        self._memory = sqlite3.connect(memory, check_same_thread=False, isolation_level=None)
        self._memory.row_factory = sqlite3.Row
        self._memory.execute("PRAGMA synchronous = FULL")
        self._memory.execute(TABLES)

    def take(self, asked: Mapping[str, Any]) -> None:
        """Remember what is asked; only after that may attune be told that it arrived."""
        row = (asked["placement"], asked["do"], asked["attempt"], json.dumps(asked))
        again = (
            "INSERT INTO work (placement, do, attempt, asked) VALUES (?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET confirmed = 0, attempt = excluded.attempt,"
            " asked = excluded.asked WHERE excluded.attempt >= attempt"
        )
        with self._lock:
            self._memory.execute(again, row)

    def step(self) -> None:
        """Do and confirm what is left, oldest first."""
        with self._lock:
            rows = self._memory.execute(
                "SELECT * FROM work WHERE NOT confirmed ORDER BY rowid"
            ).fetchall()
        for row in rows:
            receipt = self._done(row)
            if receipt is None or self._told(receipt):
                self._end(row)

    def poll(self) -> None:
        """Ask attune for work."""
        status, answer = self._call("GET", f"{self._path}/work?limit=10&lease_seconds=60")
        for asked in answer.get("items", []) if status == HTTPStatus.OK else []:
            self.take(asked)

    def _done(self, row: sqlite3.Row) -> dict[str, Any] | None:
        """Do what a row asks, unless it was done; the receipt for it."""
        asked, common = json.loads(row["asked"]), {"placement": row["placement"]}
        with self._lock:
            if row["do"] == "take-down":
                self._site.take_down(row["placement"])
                return common | {"outcome": "taken-down", "attempt": row["attempt"]}
            if row["result"] is not None:
                return common | dict(json.loads(row["result"]))
            down = "SELECT 1 FROM work WHERE placement = ? AND do = 'take-down'"
            if self._memory.execute(down, (row["placement"],)).fetchone():
                return None  # what was once taken down is never posted
            return common | self._posted(row, asked)

    def _posted(self, row: sqlite3.Row, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Post it and remember that, in one transaction where the channel can take part in it."""
        if "text" not in asked:
            told = {"reason": "These words are for one person.", "retryable": False}
            return {"outcome": "failed", "attempt": row["attempt"], **told}
        words = "\n".join(asked[name] for name in ("subject", "text") if name in asked)
        self._memory.execute("BEGIN IMMEDIATE")
        try:
            name, url, stands = self._site.post(row["placement"], words)
            result = {
                "outcome": "posted",
                "external_id": name,
                "url": url,
                "at": datetime.fromtimestamp(time.time(), UTC).isoformat(),
                "digest": digest(stands),
            }
            kept = "UPDATE work SET result = ? WHERE placement = ? AND do = 'post'"
            self._memory.execute(kept, (json.dumps(result), row["placement"]))
        except OSError as error:
            self._memory.execute("ROLLBACK")
            told = {"reason": f"The page can't be written: {error.strerror}", "retryable": True}
            return {"outcome": "failed", "attempt": row["attempt"], **told}
        self._memory.execute("COMMIT")
        return result

    def _told(self, receipt: Mapping[str, Any]) -> bool:
        """Whether attune has heard, or will never hear, what became of it."""
        status, answer = self._call("POST", f"{self._path}/receipts", receipt)
        if status >= HTTPStatus.BAD_REQUEST:
            log.warning("receipt refused: %s %s", status, answer.get("detail"))
        server = status == 0 or status >= HTTPStatus.INTERNAL_SERVER_ERROR
        return not server and status not in PASSING

    def _end(self, row: sqlite3.Row) -> None:
        """Keep that it was confirmed, unless it was asked for anew meanwhile."""
        ended = "UPDATE work SET confirmed = 1 WHERE placement = ? AND do = ? AND attempt = ?"
        with self._lock:
            self._memory.execute(ended, (row["placement"], row["do"], row["attempt"]))

    def _call(self, method: str, path: str, body: object = None) -> tuple[int, dict[str, Any]]:
        """Ask attune; 0 where nobody answers."""
        request = urllib.request.Request(  # noqa: S310 - the operator names the address
            f"{self._attune}{path}",
            method=method,
            data=json.dumps(body).encode() if body is not None else None,
            headers={"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - the same
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            try:
                return error.code, json.load(error)
            except ValueError:
                return error.code, {}
        except (OSError, ValueError):
            return 0, {}


def digest(words: str) -> str:
    """The SHA-256 of words in Unicode's form NFC whose white space is one blank each."""
    plain = " ".join(unicodedata.normalize("NFC", words).split())
    return hashlib.sha256(plain.encode()).hexdigest()


def signed(secret: str, headers: Mapping[str, str], body: bytes, now: float) -> bool:
    """Whether attune has signed a message within the last five minutes (Standard Webhooks)."""
    name, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not (stamp.isascii() and stamp.isdigit()) or abs(now - int(stamp)) > OLDEST_S:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    made = hmac.new(key, f"{name}.{stamp}.".encode() + body, hashlib.sha256).digest()
    wanted = f"v1,{base64.b64encode(made).decode()}".encode()
    given = headers.get("webhook-signature", "").encode("utf-8", "replace").split()
    return any(hmac.compare_digest(wanted, one) for one in given)


def listening(connector: Connector, secret: str, port: int) -> ThreadingHTTPServer:
    """A server that takes what attune posts to it."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            if not length.isdigit() or int(length) > MOST_BYTES:
                self._answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
                return
            body = self.rfile.read(int(length))
            headers = {name.lower(): value for name, value in self.headers.items()}
            if not signed(secret, headers, body, time.time()):
                self._answer(HTTPStatus.UNAUTHORIZED)
                return
            connector.take(json.loads(body)["data"]["data"])
            self._answer(HTTPStatus.NO_CONTENT)

        def log_message(self, form: str, *told: object) -> None:
            log.info(form, *told)

        def _answer(self, status: HTTPStatus) -> None:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    return server


def main() -> None:
    """Run until interrupted."""
    logging.basicConfig(level=logging.INFO)
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    for name in ("--attune", "--connector", "--key-file", "--memory", "--pages"):
        parser.add_argument(name, required=True)
    parser.add_argument("--secret-file", help="of the webhook; without it, work is asked for")
    parser.add_argument("--port", type=int, default=8070)
    parser.add_argument("--base", default="https://www.example.org/news")
    told = parser.parse_args()
    site = Website(Path(told.pages), told.base.rstrip("/"))
    key = Path(told.key_file).read_text("ascii").strip()
    connector = Connector(Path(told.memory), site, told.attune, told.connector, key)
    if told.secret_file:
        secret = Path(told.secret_file).read_text("ascii").strip()
        server = listening(connector, secret, told.port)
        threading.Thread(target=server.serve_forever, daemon=True).start()
    while True:
        if not told.secret_file:
            connector.poll()
        connector.step()
        time.sleep(PAUSE_S)


if __name__ == "__main__":
    main()

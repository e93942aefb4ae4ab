"""The page that every employee may read: rendered once for each change, and served from memory.

Nothing on it depends on who reads it, so all get the same bytes, and most only hear that they have
them already (304).
"""

import hashlib
import threading
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

from apiflask import APIBlueprint
from flask import Response, current_app, request

from service import microsite
from service.api.answers import world
from service.clock import monotonic_ms
from service.microsite import Now
from service.pages.frame import HEADERS, render
from service.world import World

bp = APIBlueprint("page_microsite", __name__, enable_openapi=False)

_FRESH_MS: Final = 500.0
"""How long what was rendered is served without a look at what happened since."""

_LONGEST_MS: Final = 10_000.0
"""After so long it is rendered anew though nothing happened: an embargo may have ended."""

_MOST_LANGUAGES: Final = 60


@dataclass(slots=True)
class _Kept:
    """What this process has rendered: by language, its bytes and their digest."""

    at: float = -_LONGEST_MS
    looked: float = -_LONGEST_MS
    head: int = -1
    now: Now | None = None
    pages: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def page(self, here: World, wanted: str) -> tuple[bytes, str]:
        """The page in a language, and the digest that tells its bytes from others."""
        with self.lock:
            self._refresh(here)
            if wanted not in self.pages:
                if len(self.pages) >= _MOST_LANGUAGES:
                    self.pages.clear()
                text = render("microsite.html", now=self.now, wanted=wanted).encode()
                self.pages[wanted] = text, hashlib.sha256(text).hexdigest()[:32]
            return self.pages[wanted]

    def language(self, here: World) -> str:
        """The language asked for, of those in which something is said; else English."""
        with self.lock:
            self._refresh(here)
            said = self.now.languages if self.now is not None else ()
        return request.accept_languages.best_match(said) or "en"

    def _refresh(self, here: World) -> None:
        clock = monotonic_ms()
        if clock - self.looked < _FRESH_MS:
            return
        self.looked = clock
        head = here.ledger.head()
        if head == self.head and clock - self.at < _LONGEST_MS:
            return
        here.catch_up()
        found = microsite.now(here)
        if self.now is None or found.digest != self.now.digest:
            self.now = found
            self.pages.clear()
        self.at, self.head = clock, head


@bp.get("/now")
def now() -> Response:
    """What is so now; 304 where the reader has it already."""
    kept = current_app.extensions.setdefault("attune-microsite", _Kept())
    here = world()
    text, digest = kept.page(here, kept.language(here))
    answer = Response(text, content_type="text/html; charset=utf-8", headers=HEADERS)
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["Vary"] = "Cookie, Accept-Language"
    answer.set_etag(digest)
    if request.if_none_match.contains(digest):
        answer.status_code = HTTPStatus.NOT_MODIFIED
        answer.set_data(b"")
    return answer

"""What happens, as it happens: a stream of server-sent events that misses nothing.

Each event says only that something of a kind changed; a page then asks for what its reader may
see. Its id is the place in the ledger, so a browser that comes back is told all since.
"""

import threading
from collections.abc import Iterator
from http import HTTPStatus
from typing import Final

import orjson
from apiflask import APIBlueprint
from flask import Response, g, request

from ontology.events import Event
from ontology.identity import kind_of
from service.api.answers import world
from service.clock import monotonic_ms, pause
from service.keyring import Key
from service.problems import ProblemError, bad_request, quoted
from service.world import World

bp = APIBlueprint("page_live", __name__, enable_openapi=False)

LASTS_S: Final = 600
"""After so long a stream ends; the browser comes back by itself, with its place."""

_TYPE: Final = "text/event-stream; charset=utf-8"
_LOOK_S: Final = 0.5
_BEAT_S: Final = 10.0
_BATCH: Final = 200
_SHOWN: Final = frozenset(
    {"alert", "decision", "deviation", "drill", "incident", "message", "platform", "validation"}
)
"""Kinds whose ids tell nothing about a person; of others only the kind is said."""

_NEVER: Final = threading.Event()
_RETRY: Final = {"Retry-After": "10"}


class Streams:
    """How many streams a process holds open, for each keeps a thread."""

    def __init__(self) -> None:
        """None yet."""
        self._open = 0
        self._lock = threading.Lock()

    def enter(self, most: int) -> bool:
        """Whether there was a place for one more."""
        with self._lock:
            if self._open >= most:
                return False
            self._open += 1
            return True

    def leave(self) -> None:
        """One has ended."""
        with self._lock:
            self._open -= 1


STREAMS: Final = Streams()


@bp.get("/live")
def stream() -> Response:
    """The events after a place in the ledger, then each new one within a second.

    Raises:
        ProblemError: all places for streams are taken (503), or the place is none (400).
    """
    here, session = world(), g.session
    after = _place(here)
    if request.method == "HEAD":  # nobody would read it, and nothing would end it
        return Response(content_type=_TYPE)
    if not STREAMS.enter(max(1, here.settings.threads // 2)):
        told = "All places for live pages are taken; the page asks again by itself."
        raise ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, "streams-full", told, headers=_RETRY)
    answer = Response(
        _told(here, session, after),
        content_type=_TYPE,
        headers={"X-Accel-Buffering": "no", "Cache-Control": "no-store"},
    )
    answer.call_on_close(STREAMS.leave)  # also where nothing of it was ever read
    return answer


def _place(here: World) -> int:
    given = request.headers.get("Last-Event-ID") or request.args.get("after", "")
    head = here.ledger.head()
    if not given:
        return head
    if not given.isascii() or not given.isdigit() or len(given) > 18:  # noqa: PLR2004 - of 64 bits
        raise bad_request(f"{quoted(given)} is no place in the ledger; write /live?after={head}")
    return min(int(given), head)


def _told(here: World, session: Key, after: int) -> Iterator[str]:
    yield f"retry: 2000\nid: {after}\nevent: begun\ndata: {{}}\n\n"
    ends = monotonic_ms() + LASTS_S * 1000.0
    beat = monotonic_ms()
    while monotonic_ms() < ends:
        events = here.ledger.read(after, limit=_BATCH)
        yield from (_line(event) for event in events)
        if events:
            after = events[-1].sequence
        if monotonic_ms() - beat > _BEAT_S * 1000.0:
            beat = monotonic_ms()
            if not _still(here, session):
                yield "event: ended\ndata: {}\n\n"
                return
            yield ": still here\n\n"
        if not events:
            pause(_LOOK_S, _NEVER)


def _still(here: World, session: Key) -> bool:
    """Whether the session has neither ended nor been taken back."""
    ring = here.keys_now()
    found = ring.get(session.id)
    return found is not None and ring.lives(found, here.clock.now())


def _line(event: Event) -> str:
    kind = kind_of(event.subject)
    said = {"kind": kind, "type": event.type}
    if kind in _SHOWN:
        said["thing"] = event.subject
    return f"id: {event.sequence}\nevent: change\ndata: {orjson.dumps(said).decode()}\n\n"

"""Placements: one message on one channel through one connector, as the ledger tells it."""

import hashlib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from knowledge.graph import Graph
from knowledge.ledger import Ledger
from ontology.events import Event, Json
from ontology.identity import ThingId

KIND: Final = "placement"
ASKED: Final = "placement.asked"
LEASED: Final = "placement.leased"
ACTED: Final = "thing.acted"

POST: Final = "post"
TAKE_DOWN: Final = "take-down"

OPEN: Final = frozenset({"going-out", "being-taken-back"})
"""The states in which a connector has something to do."""

AWAITED: Final = {POST: "going-out", TAKE_DOWN: "being-taken-back"}
"""The state in which a placement waits for what its connector was asked."""

_TYPES: Final = (ACTED, ASKED, LEASED)
_BATCH: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """One placement. `attempt` counts what its connector was asked, posting and taking down alike.

    `asked` is the sequence of the last such event; `since` is when the state was entered.
    """

    id: ThingId
    message: ThingId
    connector: ThingId
    plan: ThingId
    state: str
    since: datetime
    do: str = POST
    attempt: int = 0
    tried: int = 0
    asked: int = 0
    asked_at: datetime
    first_asked_at: datetime
    leased_until: datetime | None = None
    external_id: str | None = None
    url: str | None = None
    posted_at: datetime | None = None
    altered: bool = False
    reason: str | None = None
    retryable: bool | None = None


def read(ledger: Ledger, placement: ThingId) -> Placement | None:
    """One placement as it stands, None where there is none."""
    found: Placement | None = None
    for event in _events(ledger, placement):
        if event.type == ASKED and found is not None:
            found = _asked(found, event)
        elif event.type == LEASED and found is not None:
            found = replace(found, leased_until=_moment(event.data["until"]))
        elif event.type == ACTED:
            found = _acted(found, event)
    return found


def of_message(graph: Graph, message: ThingId) -> tuple[ThingId, ...]:
    """Where a message was to go."""
    return graph.subjects("places", message)


def overtaken(ledger: Ledger, event: Event) -> bool:
    """Whether what an event asks of a connector is no longer wanted, or was asked anew."""
    if event.type != ASKED:
        return False
    later = ledger.read(event.sequence, types=(ACTED, ASKED), subject=event.subject, limit=_BATCH)
    wanted = AWAITED[str(event.data["do"])]
    return any(one.type == ASKED or one.data["to"] != wanted for one in later)


def words_of(graph: Graph, message: ThingId) -> str | None:
    """What a connector posts: the subject line, where there is one, and the text under it.

    None where they were erased with the person whom they answered.
    """
    subject, text = (graph.get(message, name) for name in ("subject", "text"))
    if text is None:
        return None
    return str(text) if subject is None else f"{subject}\n{text}"


def digest_of(words: str) -> str:
    r"""The SHA-256 of words whose white space is one blank each, in Unicode's form NFC.

    >>> digest_of("We are\r\nsorry. ") == digest_of("We are sorry.")
    True
    """
    plain = " ".join(unicodedata.normalize("NFC", words).split())
    return hashlib.sha256(plain.encode()).hexdigest()


def _events(ledger: Ledger, placement: ThingId) -> Iterator[Event]:
    after = 0
    while events := ledger.read(after, types=_TYPES, subject=placement, limit=_BATCH):
        yield from events
        after = events[-1].sequence


def _asked(known: Placement, event: Event) -> Placement:
    do, attempt = str(event.data["do"]), int(str(event.data["attempt"]))
    anew = known.attempt == 0 or do != known.do
    return replace(
        known,
        do=do,
        attempt=attempt,
        tried=1 if anew else known.tried + 1,
        asked=event.sequence,
        asked_at=event.occurred_at,
        first_asked_at=event.occurred_at if anew else known.first_asked_at,
        leased_until=None,
        reason=None,
        retryable=None,
    )


def _acted(known: Placement | None, event: Event) -> Placement:
    state, at = str(event.data["to"]), event.occurred_at
    if known is None:
        properties = _mapping(event.data["properties"])
        return Placement(
            id=event.subject,
            message=ThingId(str(properties["places"])),
            connector=ThingId(str(properties["throughConnector"])),
            plan=ThingId(str(properties["ofPlan"])),
            state=state,
            since=at,
            asked_at=at,
            first_asked_at=at,
        )
    data = _mapping(event.data.get("data"))
    moved = known
    if state != known.state:
        moved = replace(known, state=state, since=at, reason=None, retryable=None)
    if "reason" in data:
        retryable = bool(data["retryable"]) if "retryable" in data else None
        moved = replace(moved, reason=str(data["reason"]), retryable=retryable)
    if "external_id" not in data:
        return moved
    return replace(
        moved,
        external_id=_text(data, "external_id"),
        url=_text(data, "url"),
        posted_at=_moment(data["posted_at"]),
        altered=data.get("altered") is True,
    )


def _mapping(value: Json) -> dict[str, Json]:
    return value if isinstance(value, dict) else {}


def _text(data: dict[str, Json], name: str) -> str | None:
    return str(data[name]) if name in data else None


def _moment(value: Json) -> datetime:
    return datetime.fromisoformat(str(value))

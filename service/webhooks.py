"""Webhooks: who is told of which events, under which secret, and in which words."""

import base64
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast

import orjson
from standardwebhooks import Webhook as Signer

from knowledge.ledger import Ledger
from knowledge.sealing import KeyStore
from ontology.events import Draft, Event, Json
from ontology.identity import Scope, ThingId
from service.placements import ASKED

ACTIVITY_EVENTS: Final = (
    "activity.planned",
    "activity.started",
    "activity.held",
    "activity.released",
    "activity.ended",
    "activity.cancelled",
)
"""What whoever carries out paid posts, offers and surveys is told."""

CREATED: Final = "webhook.created"
REMOVED: Final = "webhook.removed"
EVERYTHING: Final = "*"
TELLABLE: Final = (
    "decision.made",
    "decision.changed",
    "thing.acted",
    "record.put",
    "record.removed",
    "policy.proposed",
    "policy.activated",
    "refusal.recorded",
    "gate.differed",
    "subject.erased",
    "alert.repeated",
    "alert.suppressed",
    "message.published",
    "message.withdrawn",
    ASKED,
    "routing.pushed",
    "routing.recalled",
    *ACTIVITY_EVENTS,
    "campaign.sent",
    "embargo.ended",
)
"""The events that a webhook can be told of; keys, webhooks and deliveries never leave."""

MOST_BYTES: Final = 256 * 1024
_BATCH: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """One address and the types of events that it is told of, from `since` (a sequence) on.

    That of a `connector` is told of what this one is asked, and of nothing else.
    """

    id: ThingId
    url: str
    types: frozenset[str]
    since: int
    created: datetime
    connector: ThingId | None = None

    def wants(self, event: Event) -> bool:
        """Whether it is told of an event."""
        if event.sequence <= self.since or event.type not in TELLABLE:
            return False
        if self.connector is not None:
            return event.type == ASKED and event.data["connector"] == self.connector
        return event.type in self.types or EVERYTHING in self.types


class Webhooks:
    """The webhooks there are, as far as events were applied."""

    def __init__(self) -> None:
        """Start with none."""
        self._all: dict[ThingId, Webhook] = {}

    @classmethod
    def of(cls, ledger: Ledger) -> "Webhooks":
        """The webhooks of a ledger as it stands."""
        found, after = cls(), 0
        while events := ledger.read(after, types=(CREATED, REMOVED), limit=_BATCH):
            for event in events:
                found.apply(event)
            after = events[-1].sequence
        return found

    def apply(self, event: Event) -> None:
        """Fold one event; others than those of webhooks change nothing."""
        if event.type == CREATED:
            self._all[event.subject] = Webhook(
                id=event.subject,
                url=str(event.data["url"]),
                types=frozenset(cast(list[str], event.data["types"])),
                since=event.sequence,
                created=event.recorded_at,
                connector=ThingId(str(given)) if (given := event.data.get("connector")) else None,
            )
        elif event.type == REMOVED:
            self._all.pop(event.subject, None)

    def get(self, webhook: ThingId) -> Webhook | None:
        """One webhook."""
        return self._all.get(webhook)

    def all(self) -> tuple[Webhook, ...]:
        """All webhooks, oldest first."""
        return tuple(self._all.values())

    def told(self, event: Event) -> Iterator[Webhook]:
        """Those that are told of an event."""
        return (webhook for webhook in self._all.values() if webhook.wants(event))


def secret(keys: KeyStore, webhook: ThingId) -> str:
    """The signing secret of a webhook; it is made from the key store and written nowhere."""
    return "whsec_" + base64.b64encode(keys.mac("webhook-secrets", webhook)).decode()


def creation(  # noqa: PLR0913 - a webhook has that many sides
    webhook: ThingId,
    *,
    url: str,
    types: Iterable[str],
    event: str,
    actor: ThingId,
    at: datetime,
    connector: ThingId | None = None,
) -> Draft:
    """The draft that records a webhook."""
    data: dict[str, Json] = {"url": url, "types": [*sorted(set(types))]}
    data |= {"connector": connector} if connector is not None else {}
    return _draft(CREATED, webhook, event, (actor, at), data)


def removal(webhook: ThingId, *, event: str, actor: ThingId, at: datetime) -> Draft:
    """The draft that ends a webhook; what waits for it is dropped."""
    return _draft(REMOVED, webhook, event, (actor, at), {})


def message(event: Event) -> bytes:
    """What is posted for an event, as JSON: type, timestamp, data.

    Personal fields stay here, and so does data beyond 256 KiB: `complete` says whether all of it
    is there; the ledger has the rest under the sequence.
    """
    kept = {name: value for name, value in event.data.items() if name not in event.personal}
    body = _body(event, kept, complete=not event.personal)
    return body if len(body) <= MOST_BYTES else _body(event, {}, complete=False)


def headers(
    keys: KeyStore, webhook: ThingId, event: Event, body: bytes, at: datetime
) -> dict[str, str]:
    """The headers of a signed message (Standard Webhooks); the id is the same at every attempt."""
    name = f"msg_{webhook.partition('/')[2]}_{event.sequence}"
    return {
        "content-type": "application/json",
        "user-agent": "attune",
        "webhook-id": name,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Signer(secret(keys, webhook)).sign(name, at, body.decode()),
    }


def _body(event: Event, data: Mapping[str, Json], *, complete: bool) -> bytes:
    return orjson.dumps(
        {
            "type": event.type,
            "timestamp": event.recorded_at,
            "data": {
                "id": event.id,
                "sequence": event.sequence,
                "subject": event.subject,
                "actor": event.actor,
                "occurred_at": event.occurred_at,
                "complete": complete,
                "data": dict(data),
            },
        },
        option=orjson.OPT_UTC_Z,
    )


def _draft(
    type_: str, webhook: ThingId, event: str, by: tuple[ThingId, datetime], data: dict[str, Json]
) -> Draft:
    return Draft(
        id=event,
        type=type_,
        subject=webhook,
        actor=by[0],
        occurred_at=by[1],
        scopes=(Scope(webhook),),
        data=data,
    )

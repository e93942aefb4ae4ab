"""Delivery: what the ledger records goes out, signed, until it is taken or given up."""

import secrets
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Protocol

import orjson
from structlog.typing import FilteringBoundLogger

from knowledge.ledger import Ledger
from knowledge.sealing import KeyStore
from ontology.events import Draft, Event, Json
from ontology.identity import ThingId
from ontology.lifecycle import ATTUNE
from service.addresses import Guard
from service.clock import Clock, Ids, elapsed_ms, monotonic_ms
from service.lease import Lease, lease
from service.outgoing import DEAD, FAILED, REQUESTED, SENT, Outgoing, Waiting
from service.outward import Courier, Receipt
from service.placements import overtaken
from service.rerouting import taken_back
from service.settings import Settings
from service.silence import Silence, hushed
from service.webhooks import CREATED, REMOVED, Webhook, headers, message

SCHEDULE: Final = (5.0, 300.0, 1_800.0, 7_200.0, 18_000.0, 36_000.0, 36_000.0)
"""Seconds from each failed attempt to the next one; after the last the delivery is dead."""

SPREAD: Final = 0.2
"""The part of a wait that jitter can add."""

_random: Final = secrets.SystemRandom().random
_AT_ONCE: Final = 50
_WORKERS: Final = 8
_BATCH: Final = 1_000
_KEEP_EVERY_MS: Final = 5_000.0
_GONE: Final = 410
_STALE: Final = "taken back, or asked anew, before it was delivered"


class Sending(Protocol):
    """What delivering needs of a world."""

    @property
    def settings(self) -> Settings:
        """Where things are kept and which addresses are allowed."""

    @property
    def ledger(self) -> Ledger:
        """What is followed, and where receipts go."""

    @property
    def keys(self) -> KeyStore:
        """Where signing secrets come from."""

    @property
    def clock(self) -> Clock:
        """The world's time."""

    @property
    def ids(self) -> Ids:
        """What makes ids."""

    @property
    def outbound(self) -> bool:
        """Whether anything may leave."""

    @property
    def silence(self) -> Silence:
        """What is kept still."""

    @property
    def log(self) -> FilteringBoundLogger:
        """Where the night watch reads."""

    def catch_up_governed(self) -> None:
        """Fold governed events."""


class Outbox:
    """Follows the ledger and delivers, in one worker at a time; use it from one thread.

    Each event goes to a webhook at least once, under the same message id at every attempt.
    """

    def __init__(
        self,
        world: Sending,
        *,
        schedule: Sequence[float] = SCHEDULE,
        jitter: Callable[[], float] = _random,
        courier: Courier | None = None,
    ) -> None:
        """Nothing is read or taken yet; `jitter` gives numbers from 0 to 1."""
        settings = world.settings
        self._world: Final = world
        self._schedule: Final = tuple(schedule)
        self._jitter: Final = jitter
        self._courier: Final = courier or Courier(Guard(settings.webhook_allow))
        self._lease: Final[Lease] = lease(settings.database_url, "outbox", settings.home)
        self._kept: Final[Path] = settings.home / "outbox.json"
        self._outgoing: Outgoing | None = None
        self._kept_at = monotonic_ms()

    def step(self) -> int:
        """Deliver what is due now; how many attempts were made.

        None are made where nothing may leave, or while another worker holds the lease.
        """
        if not self._world.outbound or not self._lease.held():
            return 0
        outgoing = self._follow()
        due = outgoing.due(self._world.clock.now(), _AT_ONCE)
        known = [
            (found, waiting) for w, waiting in due.items() if (found := outgoing.webhooks.get(w))
        ]
        made = 0
        if known:
            with ThreadPoolExecutor(min(_WORKERS, len(known)), "delivery") as pool:
                for receipts in pool.map(self._deliver, *zip(*known, strict=True)):
                    made += len(receipts)
                    for receipt in receipts:
                        outgoing.apply(receipt)
        if elapsed_ms(self._kept_at) > _KEEP_EVERY_MS:
            self._keep()
        return made

    def close(self) -> None:
        """Keep the cursor and let another worker deliver."""
        if self._outgoing is not None:
            self._keep()
        self._lease.release()

    def _follow(self) -> Outgoing:
        """The fold, up to the head of the ledger."""
        outgoing = self._outgoing or self._restored()
        self._outgoing = outgoing
        ledger = self._world.ledger
        head = ledger.head()
        self._world.catch_up_governed()  # so that silence is known up to the head
        while events := ledger.read(outgoing.cursor, head, types=outgoing.types(), limit=_BATCH):
            for event in events:
                outgoing.apply(event)
                outgoing.cursor = event.sequence
                if event.type == CREATED:  # it may want types that were not read for
                    break
        outgoing.cursor = max(outgoing.cursor, head)
        outgoing.refill(lambda a, u, types, limit: ledger.read(a, u, types=types, limit=limit))
        return outgoing

    def _deliver(self, webhook: Webhook, waiting: Sequence[Waiting]) -> tuple[Event, ...]:
        """Send to one webhook until one fails; the receipts are recorded together."""
        drafts = []
        for one in waiting:
            event = self._world.ledger.at(one.sequence)
            if event is None:
                continue
            ledger = self._world.ledger
            if taken_back(ledger, event) or overtaken(ledger, event):
                drafts.append(self._stale(webhook, one))
                continue
            receipt = self._posted(webhook, event)
            drafts.append(self._receipt(webhook, one, receipt))
            if not receipt.taken:
                break
        return self._world.ledger.append(drafts) if drafts else ()

    def _posted(self, webhook: Webhook, event: Event) -> Receipt:
        body, at = message(event), self._world.clock.now()
        signed = headers(self._world.keys, webhook.id, event, body, at)
        return self._courier.post(webhook.url, signed, body)

    def _receipt(self, webhook: Webhook, one: Waiting, receipt: Receipt) -> Draft:
        """What is recorded of an attempt: sent, failed with the next one's time, or dead."""
        now, attempt = self._world.clock.now(), one.attempts + 1
        last = attempt > len(self._schedule) or receipt.status == _GONE
        kind = SENT if receipt.taken else DEAD if last else FAILED
        following = self._next(now, attempt, receipt) if kind == FAILED else None
        data: dict[str, Json] = {
            "event": one.sequence,
            "attempt": attempt,
            "status": receipt.status,
            "error": receipt.error,
            "milliseconds": round(receipt.milliseconds),
            "next": following.isoformat() if following else None,
        }
        return _draft(kind, webhook.id, self._world.ids("event"), now, data)

    def _stale(self, webhook: Webhook, one: Waiting) -> Draft:
        """What is recorded of an event that must not arrive any more."""
        now = self._world.clock.now()
        data: dict[str, Json] = {"event": one.sequence, "attempt": one.attempts, "error": _STALE}
        return _draft(DEAD, webhook.id, self._world.ids("event"), now, data)

    def _next(self, now: datetime, attempt: int, receipt: Receipt) -> datetime:
        """When to try again: the schedule's wait with jitter, or what the other side asks for."""
        wait = self._schedule[attempt - 1] * (1 + SPREAD * self._jitter())
        return now + timedelta(seconds=max(wait, receipt.retry_after or 0.0))

    def _restored(self) -> Outgoing:
        """The fold as it was kept, if it is of this ledger; else from the first event on."""
        outgoing, ledger = self._fresh(), self._world.ledger
        try:
            kept = orjson.loads(self._kept.read_bytes())
            cursor = int(kept["cursor"])
            if cursor <= ledger.head() and ledger.root(cursor).hex() == kept["root"]:
                events = _all(ledger, cursor)
                outgoing.restore(cursor, kept["waiting"], kept["behind"], events)
        except (OSError, ValueError, KeyError, TypeError):
            return self._fresh()  # it is only a shortcut
        return outgoing

    def _fresh(self) -> Outgoing:
        world = self._world
        return Outgoing(hushed=lambda event: hushed(world.silence, world.ledger, event))

    def _keep(self) -> None:
        """Write the cursor and what waits, so that the next start is short."""
        if self._outgoing is None:
            return
        root = self._world.ledger.root(self._outgoing.cursor).hex()
        partial = self._kept.with_suffix(".part")
        partial.write_bytes(orjson.dumps({**self._outgoing.to_json(), "root": root}))
        partial.replace(self._kept)
        self._kept_at = monotonic_ms()


def request_again(
    webhook: ThingId, sequence: int, *, event: str, actor: ThingId, at: datetime
) -> Draft:
    """The draft that asks for an event to be delivered again, whatever came of it before."""
    draft = _draft(REQUESTED, webhook, event, at, {"event": sequence})
    return Draft(
        id=draft.id,
        type=draft.type,
        subject=draft.subject,
        actor=actor,
        occurred_at=at,
        data=draft.data,
        governed=False,
    )


def _draft(kind: str, webhook: ThingId, event: str, at: datetime, data: dict[str, Json]) -> Draft:
    return Draft(
        id=event,
        type=kind,
        subject=webhook,
        actor=ATTUNE,
        occurred_at=at,
        data=data,
        governed=False,
    )


def _all(ledger: Ledger, until: int) -> Sequence[Event]:
    """Every event of a webhook's life up to a sequence."""
    found: list[Event] = []
    while events := ledger.read(
        found[-1].sequence if found else 0, until, types=(CREATED, REMOVED), limit=_BATCH
    ):
        found += events
    return found

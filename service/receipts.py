"""Receipts: what a connector confirms of a placement, recorded once, however often it is sent."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from knowledge.refusals import DuplicateEvent
from ontology.events import Draft, Event, Json
from ontology.identity import Scope, ThingId
from ontology.lifecycle import Actor, ActRefused
from ontology.lifecycle import act as follow
from ontology.lifecycle_data import DataProblem
from service.acts import acted, standing
from service.committing import Done, ThingUnknown, commit_all
from service.connectors import Connector
from service.placements import KIND, TAKE_DOWN, Placement, digest_of, read, words_of
from service.placing import alert, asked, channel_of
from service.postings import RECORDED
from service.world import World

_SECOND: Final = "{connector} tells of a second posting of {message} on {channel}: {url}"
_ALTERED: Final = (
    "What {connector} posted of {message} on {channel} is not what was approved: {url}"
)
_LATE: Final = "{message} was posted on {channel} after it had been taken back: {url}"
_REMOVED: Final = (
    "{message} was taken down from {channel} by {connector}, and nobody asked for that."
)
_STAYS: Final = "{message} can't be taken down from {channel} by {connector}: {reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a connector says became of a placement.

    `attempt` is that of what it was asked; `digest` is of the words that stand there
    (`placements.digest_of`).
    """

    placement: ThingId
    outcome: Literal["posted", "failed", "taken-down"]
    attempt: int | None = None
    external_id: str | None = None
    url: str | None = None
    at: datetime | None = None
    digest: str | None = None
    reason: str | None = None
    retryable: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What came of a receipt: `event` is None where it is about an attempt that was overtaken."""

    event: Event | None
    known: bool
    placement: Placement


def receive(world: World, connector: Connector, receipt: Receipt, actor: Actor) -> Received:
    """Record a receipt; the same once more changes nothing and gives the first event back.

    Raises:
        ThingUnknown: the connector has no such placement.
        ActRefused: it can't be so, as the placement stands.
        Conflict: others kept acting on the placement; send it again.
    """
    standing_now = _own(world, connector, receipt.placement)
    event = _event_id(world, receipt, standing_now)
    if (found := world.ledger.by_id(event)) is not None:
        return Received(event=found, known=True, placement=standing_now)
    if _overtaken(receipt, standing_now):
        return Received(event=None, known=True, placement=standing_now)
    drafted = _Drafting(world=world, receipt=receipt, actor=actor, event=event)
    try:
        recorded = commit_all(world, [Scope(receipt.placement)], drafted.drafts)[0]
    except (DuplicateEvent, ActRefused):  # perhaps because the same one was first
        if (found := world.ledger.by_id(event)) is None:
            raise
        now = _own(world, connector, receipt.placement)
        return Received(event=found, known=True, placement=now)
    now = _own(world, connector, receipt.placement)
    return Received(event=recorded, known=False, placement=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drafting:
    """One receipt on its way into the ledger."""

    world: World
    receipt: Receipt
    actor: Actor
    event: str

    def drafts(self) -> list[Draft]:
        """The act that follows from it, and what goes with that."""
        known = read(self.world.ledger, self.receipt.placement)
        if known is None:
            raise ThingUnknown(self.receipt.placement)
        done = self._done(known)
        first = acted(self.event, done.stands, done.outcome, self.actor, done.at)
        return [first, *self._beside(known, done)]

    def _done(self, known: Placement) -> Done:
        world, at = self.world, self.world.clock.now()
        stands = standing(world, known.id, KIND)
        act, data = _act_of(self.receipt, known), self._data(known, at)
        outcome = follow(world.lifecycles, stands, act, actor=self.actor, at=at, data=data)
        return Done(stands=stands, outcome=outcome, actor=self.actor, at=at)

    def _data(self, known: Placement, now: datetime) -> dict[str, Json]:
        receipt = self.receipt
        if receipt.outcome == "failed":
            return {"reason": receipt.reason or "?", "retryable": bool(receipt.retryable)}
        if receipt.outcome == "taken-down":
            return {}
        data: dict[str, Json] = {
            "external_id": receipt.external_id,
            "url": receipt.url,
            "posted_at": (receipt.at or now).isoformat(),
            "digest": receipt.digest,
            "altered": self._altered(known),
        }
        return {name: value for name, value in data.items() if value is not None}

    def _altered(self, known: Placement) -> bool | None:
        """Whether other words stand there than were approved; None where nobody can tell."""
        words = words_of(self.world.graph, known.message)
        if self.receipt.digest is None or words is None:
            return None
        return self.receipt.digest != digest_of(words)

    def _beside(self, known: Placement, done: Done) -> list[Draft]:
        """Who is told, and what is asked, because of a receipt."""
        world, act, at = self.world, done.outcome.act, done.at
        drafts = []
        if act == "post-late" and known.state == "gone":
            drafts.append(asked(world, known, TAKE_DOWN, at))
            drafts.append(self._alert(known, _LATE, at))
        if act == "post-again" and known.external_id not in {None, self.receipt.external_id}:
            drafts.append(self._alert(known, _SECOND, at))
        elif done.outcome.details.get("altered") is True:
            drafts += [self._alert(known, _ALTERED, at), self._posting(known, at)]
        if act == "take-down" and known.state == "out":
            drafts.append(self._alert(known, _REMOVED, at))
        if act == "stay" and not self.receipt.retryable:
            drafts.append(self._alert(known, _STAYS, at))
        return drafts

    def _alert(self, known: Placement, words: str, at: datetime) -> Draft:
        told = words.format(
            connector=known.connector,
            message=known.message,
            channel=channel_of(self.world, known),
            url=self.receipt.url or self.receipt.external_id,
            reason=self.receipt.reason,
        )
        return alert(self.world, known, told, at, name=self.event.partition("/")[2])

    def _posting(self, known: Placement, at: datetime) -> Draft:
        """What was said in other words than approved, beside what was said outside attune."""
        told: dict[str, Json] = {
            "link": self.receipt.url or self.receipt.external_id,
            "channel": channel_of(self.world, known),
            "posted_at": (self.receipt.at or at).isoformat(),
            "incident": self.world.graph.get(known.message, "aboutIncident"),
            "found": "altered",
            "message": known.message,
        }
        return Draft(
            id=self.event.replace("receipt", "posting", 1),
            type=RECORDED,
            subject=known.message,
            actor=self.actor.id,
            occurred_at=at,
            data={name: value for name, value in told.items() if value is not None},
            governed=False,
        )


def _act_of(receipt: Receipt, known: Placement) -> str:
    """The act that a receipt is, as its placement stands.

    Raises:
        ActRefused: nothing was asked that it could answer.
    """
    if receipt.outcome == "posted":
        late = known.state in {"being-taken-back", "gone"}
        return "post-late" if late else "post-again" if known.state == "out" else "post"
    if receipt.outcome == "failed":
        return "stay" if known.state == "being-taken-back" else "fail"
    if known.state in {"going-out", "failed"}:
        words = f"{known.id} is {known.state}; tell posted or failed first"
        raise ActRefused("take-down", (DataProblem("state", words),), ())
    return "take-down"


def _overtaken(receipt: Receipt, known: Placement) -> bool:
    """Whether it is about an attempt before the last one, or says what people said already."""
    if receipt.outcome == "failed":
        return receipt.attempt != known.attempt
    return receipt.outcome == "taken-down" and known.state == "gone"


def _own(world: World, connector: Connector, placement: ThingId) -> Placement:
    found = read(world.ledger, placement)
    if found is None or found.connector != connector.id:
        raise ThingUnknown(placement)
    return found


def _event_id(world: World, receipt: Receipt, known: Placement) -> str:
    """The id of the event of a receipt: the same for what says the same."""
    said: list[Json] = [receipt.placement, receipt.outcome]
    if receipt.outcome == "posted":
        said += [receipt.external_id, receipt.url, receipt.digest]
    else:
        said.append(known.attempt if receipt.attempt is None else receipt.attempt)
    return f"event/receipt-{world.keys.mac('receipts', said).hex()[:32]}"

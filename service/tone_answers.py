"""Answers to figures of tone: what somebody says to a month of theirs, beside the figures."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from ontology.events import Draft, Event, Json
from ontology.identity import ThingId
from ontology.lifecycle import Actor
from service.committing import event_id, said_before
from service.tone_bodies import AnswerIn
from service.world import World

ANSWERED: Final = "tone.answered"
_BATCH: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What somebody said to a month; the last words of a month count."""

    by: ThingId
    month: str
    at: datetime
    text: str

    def json(self) -> dict[str, Json]:
        """It, without who said it."""
        return {"month": self.month, "at": self.at.isoformat(), "text": self.text}


def give(world: World, said: AnswerIn, actor: Actor, *, idempotency: str | None = None) -> Event:
    """Keep an answer, sealed under the key of who gives it.

    Raises:
        IdempotencyMismatch: the key was used for something else.
    """
    world.catch_up()
    event = event_id(world, idempotency)
    digest = world.keys.mac(ANSWERED, [actor.id, said.model_dump_json()]).hex()[:64]
    if idempotency is not None and (found := said_before(world, event, digest)):
        return found
    draft = Draft(
        id=event,
        type=ANSWERED,
        subject=actor.id,
        actor=actor.id,
        occurred_at=world.clock.now(),
        data={"month": said.month, "said": digest, "text": said.text},
        personal={"text": actor.id},
        governed=False,
    )
    return world.ledger.append([draft])[0]


def answers(
    world: World, since: date, until: date, by: ThingId | None = None
) -> tuple[Answer, ...]:
    """The answers to months of a time, of all or of one person; none of whom was erased."""
    newest: dict[tuple[ThingId, str], Answer] = {}
    for event in _events(world, by):
        month, text = event.data.get("month"), event.data.get("text")
        if not (isinstance(month, str) and isinstance(text, str)) or event.subject is None:
            continue  # erased
        if since <= date.fromisoformat(f"{month}-01") < until:
            newest[event.subject, month] = Answer(
                by=event.subject, month=month, at=event.occurred_at, text=text
            )
    return tuple(newest.values())


def _events(world: World, by: ThingId | None) -> Iterator[Event]:
    after = 0
    while events := world.ledger.read(after, types=(ANSWERED,), subject=by, limit=_BATCH):
        yield from events
        after = events[-1].sequence

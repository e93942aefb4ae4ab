"""Alignment sessions: who may vote on what, secret votes, and how they ended."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from knowledge.refusals import IdempotencyMismatch
from ontology.events import Draft, Event, Json
from ontology.identity import Scope, ThingId
from ontology.lifecycle import ActRefused
from ontology.lifecycle_data import DataProblem
from ontology.record_values import RecordInvalid
from ontology.values import quote
from rules.dilemmas import dilemmas
from service import ballots
from service.acts import ACTED, recorded
from service.ballots import Ballot, Count
from service.committing import Here, ThingUnknown, event_id

KIND: Final = "session"
VOTED: Final = "vote.cast"
OPENED: Final = "session.opened"
READABLE: Final = frozenset({"closed", "adopted", "abandoned"})
_VOTING: Final = "voting"
_BATCH: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A session as it stands; what it is about is fixed once it was opened."""

    id: ThingId
    state: str
    name: str
    dilemmas: tuple[str, ...]
    participants: tuple[ThingId, ...]
    quorum: int
    region: ThingId | None
    votes: tuple[Event, ...]
    """The votes since voting last began, sealed as they are recorded."""

    @property
    def voters(self) -> tuple[ThingId, ...]:
        """Who has voted on anything."""
        return tuple(sorted({one.actor for one in self.votes}))


def session(world: Here, thing: ThingId) -> Session | None:
    """One session, None where none was planned under that id."""
    events = [*_events(world, thing)]
    acts = [one for one in events if one.type == ACTED]
    if not acts:
        return None
    fixed = [one for one in events if one.type == OPENED]
    stated = _object(fixed[-1].data["content"]) if fixed else recorded(world, thing)
    begun = [one.sequence for one in acts if one.data["act"] == "start-voting"]
    since = begun[-1] if begun else 0
    region = stated.get("inRegion")
    return Session(
        id=thing,
        state=str(acts[-1].data["to"]),
        name=str(stated.get("name", "")),
        dilemmas=tuple(_texts(stated.get("dilemma"))),
        participants=tuple(map(ThingId, _texts(stated.get("participant")))),
        quorum=int(str(stated.get("quorum", 2))),
        region=ThingId(str(region)) if region is not None else None,
        votes=tuple(one for one in events if one.type == VOTED and one.sequence > since),
    )


def counted(world: Here, one: Session) -> tuple[Count, ...]:
    """How the votes ended, dilemma by dilemma; nothing before they may be read."""
    if one.state not in READABLE:
        return ()
    key = world.keys.secret(ballots.SECRET)
    found = [
        ballots.opened(key, str(event.data["ballot"]), one.id, event.id, event.actor)
        for event in one.votes
    ]
    cast = [ballot for ballot in found if ballot is not None]
    return tuple(ballots.count(dilemma, cast, one.quorum) for dilemma in one.dilemmas)


def vote(world: Here, thing: ThingId, said: Ballot, *, idempotency: str | None = None) -> Event:
    """Cast a vote, or change it; nobody can read it before the vote is closed.

    Raises:
        ThingUnknown: there is no such session.
        ActRefused: it is not voting now, or somebody who does not take part votes.
        RecordInvalid: no such dilemma here, or no such option.
        Conflict: the vote was closed at the same moment.
        IdempotencyMismatch: the key was used for another vote.
    """
    scope = Scope(thing)
    versions = world.ledger.versions([scope])
    one = session(world, thing)
    if one is None:
        raise ThingUnknown(thing)
    event = event_id(world, idempotency)
    key = world.keys.secret(ballots.SECRET)
    if idempotency is not None and (found := world.ledger.by_id(event)) is not None:
        sealed = str(found.data.get("ballot", ""))
        if found.type != VOTED or ballots.opened(key, sealed, thing, event, said.by) != said:
            raise IdempotencyMismatch(found.sequence)
        return found
    _check(one, said)
    draft = Draft(
        id=event,
        type=VOTED,
        subject=thing,
        actor=said.by,
        occurred_at=world.clock.now(),
        data={"ballot": ballots.sealed(key, said, thing, event)},
        governed=False,
    )
    (recorded,) = world.ledger.append([draft], expected=versions)
    return recorded


def refused(act: str, words: str, where: str = "state") -> ActRefused:
    """An act that can't be done, and why."""
    return ActRefused(act, (DataProblem(where, words),), ())


def _check(one: Session, said: Ballot) -> None:
    """That this person may vote so now."""
    if one.state != _VOTING:
        raise refused("vote", f"{one.id} is {one.state}; votes are cast while it is voting")
    if said.by not in one.participants:
        raise refused("vote", f"{said.by} does not take part in {one.id}", "actor")
    errors: dict[str, str] = {}
    known = dilemmas().get(said.dilemma) if said.dilemma in one.dilemmas else None
    if known is None:
        there = ", ".join(one.dilemmas)
        errors["/dilemma"] = f"{quote(said.dilemma)} is no dilemma of {one.id}; it has {there}"
    elif said.choice not in known.options:
        there = ", ".join(known.options)
        errors["/choice"] = f"{quote(said.choice)} is no option; they are {there}"
    if said.reason is not None and len(said.reason) > ballots.LONGEST_REASON:
        errors["/reason"] = f"is longer than {ballots.LONGEST_REASON} characters"
    if errors:
        raise RecordInvalid(errors)


def _events(world: Here, thing: ThingId) -> Iterator[Event]:
    after = 0
    types = (ACTED, VOTED, OPENED)
    while events := world.ledger.read(after, types=types, subject=thing, limit=_BATCH):
        yield from events
        after = events[-1].sequence


def _texts(value: Json) -> list[str]:
    several = value if isinstance(value, list) else [value] if value is not None else []
    return [str(one) for one in several]


def _object(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, dict) else {}

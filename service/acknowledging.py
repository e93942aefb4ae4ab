"""Acknowledging: a person has read a guideline and writes by it, recorded once by its digest."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final, Protocol, Self

from knowledge.refusals import DuplicateEvent
from ontology.events import Draft, Event, Json
from ontology.identity import ThingId, kind_of
from ontology.lifecycle import Actor, ActRefused
from ontology.lifecycle_data import DataProblem
from service.bodies import instant
from service.committing import Here
from service.guidelines import Guidelines, Version

ACKNOWLEDGED: Final = "guideline.acknowledged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged:
    """That a person has read a text: when, which one, and the event that says so."""

    person: ThingId
    at: datetime
    version: ThingId
    digest: str
    event: str

    @classmethod
    def of(cls, event: Event) -> Self:
        """What an event says."""
        return cls(
            person=event.actor,
            at=event.occurred_at,
            version=event.subject,
            digest=str(event.data["digest"]),
            event=event.id,
        )

    def json(self) -> dict[str, Json]:
        """The evidence."""
        return {
            "person": self.person,
            "at": instant(self.at),
            "version": self.version,
            "digest": self.digest,
            "event": self.event,
        }


class Acknowledgements:
    """Who has read what, folded from the ledger, by guideline and digest."""

    types: Final = (ACKNOWLEDGED,)

    def __init__(self) -> None:
        """Start with none."""
        self._of: dict[tuple[str, str], dict[ThingId, Acknowledged]] = {}

    def apply(self, event: Event) -> None:
        """Fold one event; others than acknowledgements change nothing."""
        if event.type != ACKNOWLEDGED:
            return
        one = Acknowledged.of(event)
        key = (str(event.data["guideline"]), one.digest)
        self._of.setdefault(key, {}).setdefault(one.person, one)

    def of(self, version: Version) -> Mapping[ThingId, Acknowledged]:
        """Who has read the text of a version, be it in one before that says the same."""
        return MappingProxyType(self._of.get((version.guideline, version.digest), {}))


class Reading(Here, Protocol):
    """What it takes to say who has read what."""

    def guidelines(self) -> Guidelines:
        """All versions of all guidelines."""

    def acknowledgements_now(self) -> Acknowledgements:
        """Who has read what, up to the head."""


def acknowledge(world: Reading, guideline: ThingId, digest: str, actor: Actor) -> Event:
    """Record that a person has read the version of a guideline that is in force; twice is once.

    Raises:
        ThingUnknown: there is no such guideline.
        ActRefused: it is not what is in force, or whoever says so is no person.
    """
    world.catch_up()
    versions = world.guidelines().of(guideline)
    at = world.clock.now()
    one = world.guidelines().in_force(guideline, at)
    if one is None:
        raise _refused("state", f"no version of {versions[0].guideline} is in force")
    if kind_of(actor.id) != "person" or actor.via is not None:
        words = f"{actor.via or actor.id} is no person; whoever writes says so under their own key"
        raise _refused("actor", words)
    if digest != one.digest:
        words = f"{digest[:80]!r} is not the digest of {one.id}, which is {one.digest}; read it"
        raise _refused("digest", words)
    named = hashlib.sha256(f"{one.id}\n{actor.id}".encode()).hexdigest()[:32]
    draft = Draft(
        id=f"event/acknowledged-{named}",
        type=ACKNOWLEDGED,
        subject=one.id,
        actor=actor.id,
        occurred_at=at,
        data={"guideline": guideline, "digest": digest},
        governed=False,
    )
    try:
        (recorded,) = world.ledger.append([draft])
    except DuplicateEvent:
        found = world.ledger.by_id(draft.id)
        if found is None:
            raise
        return found
    return recorded


def _refused(where: str, words: str) -> ActRefused:
    return ActRefused("acknowledge", (DataProblem(where, words),), ())

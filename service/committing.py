"""Committing a draft: judged by the gate, appended if the ground has not moved, tried thrice."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Protocol

from structlog.typing import FilteringBoundLogger

from knowledge.graph import Graph
from knowledge.ledger import Ledger
from knowledge.refusals import Conflict, DuplicateEvent, IdempotencyMismatch
from knowledge.sealing import KeyStore
from ontology.events import Draft, Event, Json
from ontology.gate import Result, Verdict, judge
from ontology.identity import Scope, ThingId
from ontology.lifecycle import Actor, Lifecycles, Outcome, Standing
from ontology.nearest import nearest
from ontology.shape_files import shapes as packaged
from service.clock import Clock, Ids
from service.connectors import Connectors
from service.gating import report
from service.policies import Policies
from service.settings import Settings
from service.snoozes import Snoozes

ATTEMPTS: Final = 3
MOST_RESULTS: Final = 50
"""How many results of the gate a recorded refusal keeps."""

_ONCE: Final = "idempotency"
_ACTED: Final = "thing.acted"


class Here(Protocol):
    """What acting needs of a world."""

    @property
    def ledger(self) -> Ledger:
        """Where events are kept."""

    @property
    def graph(self) -> Graph:
        """What the gate judges on."""

    @property
    def keys(self) -> KeyStore:
        """Pseudonyms and keyed hashes."""

    @property
    def lifecycles(self) -> Lifecycles:
        """What may be done."""

    @property
    def clock(self) -> Clock:
        """The world's time."""

    @property
    def ids(self) -> Ids:
        """What makes ids."""

    @property
    def policies(self) -> Policies:
        """Whose shapes the gate judges by."""

    @property
    def settings(self) -> Settings:
        """By which engine the gate judges."""

    @property
    def log(self) -> FilteringBoundLogger:
        """Where those who run the service are told."""

    @property
    def connectors(self) -> Connectors:
        """Who posts what goes out."""

    @property
    def snoozes(self) -> Snoozes:
        """Which rules people have snoozed, and for what."""

    @property
    def guards(self) -> "Mapping[str, Guard]":
        """What acts on a kind of thing need besides its lifecycle."""

    @property
    def joints(self) -> "Mapping[str, Joint]":
        """What goes with acts on a kind of thing."""

    def catch_up(self) -> None:
        """Fold what the ledger holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """An act that its lifecycle allows: how the thing stood, what follows, who does it, when."""

    stands: Standing
    outcome: Outcome
    actor: Actor
    at: datetime


class Joint(Protocol):
    """What a kind of thing asks to be done beside an act on it."""

    def relied(self, world: Here, stands: Standing, act: str) -> tuple[Scope, ...]:
        """What is read besides the thing itself, before it is read."""

    def drafts(self, world: Here, done: Done) -> list[Draft]:
        """What goes with the act.

        Raises:
            ActRefused: it can't be done as things stand.
        """


Guard = Callable[[ThingId, str, Mapping[str, Json]], tuple[Scope, ...]]
"""Given a thing, an act and its data, raises `ActRefused`, or names more scopes to write to."""


class GateRefused(Exception):
    """The gate refuses a draft; `results` says which shapes, where and why.

    `valid` has for each result the nearest values that would pass, as far as there are any.
    """

    def __init__(
        self,
        subject: ThingId,
        results: Sequence[Result],
        valid: Sequence[tuple[str, ...]] = (),
    ) -> None:
        """Join the shapes' words."""
        super().__init__(f"{subject}: " + "; ".join(r.message for r in results[:MOST_RESULTS]))
        self.subject = subject
        self.results = tuple(results)
        self.valid = (*valid, *[()] * (len(results) - len(valid)))


class ThingUnknown(LookupError):
    """There is no such thing here."""

    def __init__(self, thing: ThingId) -> None:
        """Name it."""
        super().__init__(f"there is no {thing!r} here")
        self.thing = thing


def commit(world: Here, relied: Sequence[Scope], prepare: Callable[[], Draft]) -> Event:
    """Judge and append what `prepare` makes of the ledger as it stands, up to three times.

    `relied` are the scopes whose state `prepare` reads; the gate adds those that it read.

    Raises:
        GateRefused: a shape refuses it; the refusal is recorded first.
        Conflict: others wrote to what it relied on, three times in a row.
    """
    return commit_all(world, relied, lambda: [prepare()])[0]


def commit_all(
    world: Here, relied: Sequence[Scope], prepare: Callable[[], Sequence[Draft]]
) -> tuple[Event, ...]:
    """Judge and append several drafts as one: all of them or none.

    Raises:
        GateRefused: a shape refuses one; that of a single draft, or of an act, is recorded first.
        Conflict: others wrote to what they relied on, three times in a row.
    """
    conflict: Conflict | None = None
    for _ in range(ATTEMPTS):
        # INVARIANT: versions are read before anything else, so what moves later is seen.
        versions = dict(world.ledger.versions(relied))
        world.catch_up()
        drafts = list(prepare())
        verdict = _judged(world, drafts)
        expected = _lowest(versions, verdict.scopes)
        touched = (scope for scope in sorted(verdict.touches) if scope not in drafts[0].scopes)
        drafts[0] = replace(drafts[0], scopes=(*drafts[0].scopes, *touched))
        try:
            return tuple(world.ledger.append(drafts, expected=expected))
        except Conflict as error:
            conflict = error
        except DuplicateEvent:
            if len(drafts) == 1 and (found := world.ledger.by_id(drafts[0].id)):
                return (found,)
            raise
    raise conflict or AssertionError("three attempts leave an event or a conflict")


def event_id(world: Here, idempotency: str | None) -> str:
    """The id of the event to come: fresh, or always the same one for an idempotency key."""
    if idempotency is None:
        return world.ids("event")
    return f"event/once-{world.keys.mac(_ONCE, idempotency).hex()[:32]}"


def said_before(world: Here, event: str, said: str) -> Event | None:
    """The event of an idempotency key that was used before, None for a fresh one.

    `said` is the keyed hash of what is asked, which events keep under that name.

    Raises:
        IdempotencyMismatch: the key was used for something else.
    """
    found = world.ledger.by_id(event)
    if found is not None and found.data.get("said") != said:
        raise IdempotencyMismatch(found.sequence)
    return found


def _judged(world: Here, drafts: Sequence[Draft]) -> Verdict:
    """What the gate says of drafts that it lets pass."""
    shapes, engine = world.policies.shapes(), world.settings.gate_engine
    verdict = judge(world.graph, drafts, drafts[0].occurred_at, shapes, engine)
    if verdict.disagreements or verdict.faults:
        report(world, drafts, verdict)
    if verdict.refused:
        violations = [one for one in verdict.results if one.severity == "Violation"]
        if len(drafts) == 1 or drafts[0].type == _ACTED:
            _record_refusal(world, drafts[0], violations)
        known = shapes or packaged()
        valid = [nearest(known, world.graph, one) for one in violations[:MOST_RESULTS]]
        raise GateRefused(drafts[0].subject, violations, valid)
    return verdict


def _record_refusal(world: Here, draft: Draft, results: Sequence[Result]) -> None:
    """Record that a draft was refused, by shape and path; values may be personal and stay out."""
    told: list[Json] = [
        {"shape": r.shape, "severity": r.severity, "path": r.path, "source": r.source}
        for r in results[:MOST_RESULTS]
    ]
    world.ledger.append(
        [
            Draft(
                id=world.ids("event"),
                type="refusal.recorded",
                subject=draft.subject,
                actor=draft.actor,
                occurred_at=draft.occurred_at,
                data={"type": draft.type, "act": draft.data.get("act"), "results": told},
                governed=False,
            )
        ]
    )


def _lowest(first: Mapping[Scope, int], second: Mapping[Scope, int]) -> dict[Scope, int]:
    """The version that both relied on: of two readings the older one."""
    found = dict(first)
    for scope, version in second.items():
        found[scope] = min(version, found.get(scope, version))
    return found

"""Holding: whatever could go out waits in one act, and stays back while the hold stands."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from knowledge.refusals import Conflict
from ontology.events import Draft, Json
from ontology.identity import Scope, ThingId, kind_of
from ontology.lifecycle import Actor, ActRefused, Standing
from ontology.lifecycle import act as follow
from ontology.lifecycle_data import DataProblem
from service.activities import GOES_OUT, HOLD, told
from service.activities import KIND as ACTIVITY
from service.acts import acted, standing
from service.audiences import HOLDS, SOLD, audience_of, reached
from service.committing import Done, GateRefused, Here, commit_all
from service.message_content import KIND as MESSAGE
from service.recording import written
from service.sweep import ITSELF
from service.telling import told as alert

AT_ONCE: Final = 100
_REFUSED: Final = (ActRefused, Conflict, GateRefused)
WAITING: Final = ("approved", "scheduled", "due")
"""The states from which a message could go out."""

BY_ITSELF: Final = frozenset({"scheduled", "due"})
_OUTSIDE: Final = frozenset({"public", "customer"})

_LONGEST: Final = 4_000
_GOES_OUT: Final = {"Activity": GOES_OUT, "Campaign": ("approved", "running")}
"""The states from which what is offered and asked could reach people, by type."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One thing that waits now, and why it counted."""

    thing: ThingId
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A hold, and what it held."""

    hold: ThingId
    held: tuple[Held, ...]


def hold_all(world: Here, reason: str, actor: Actor, *, incident: ThingId | None = None) -> Placed:
    """Hold everything that could go out, of an incident or at all, and keep it back from now on.

    The hold and the first hundred things are one commit, each hundred more another. What goes
    out between the look and the commit is live. Where others write to one of a share, its things
    are held one by one, and what they made of that one is left to them. Where the same hold
    stands already, it goes on.
    """
    world.catch_up()
    held, tried, stands = list[Held](), set[ThingId](), _standing(world, incident)
    hold = stands or ThingId(world.ids(HOLD))
    first = None if stands is not None else hold
    while (found := _next(world, incident, tried)) or first is not None:
        tried |= {one.thing for one in found}
        held += _share(world, found, reason, actor, first, incident)
        first = None
        world.catch_up()
    return Placed(hold=hold, held=tuple(held))


def _standing(world: Here, incident: ThingId | None) -> ThingId | None:
    """The hold that stands over an incident, or over everything."""
    for one in sorted(world.graph.of_type("Hold")):
        same = world.graph.get(one, "aboutIncident") == incident
        if same and world.graph.state(one) == "standing":
            return one
    return None


def _next(world: Here, incident: ThingId | None, tried: set[ThingId]) -> list[Held]:
    """The next share of what could go out and was not tried."""
    fresh = (one for one in _waiting(world, incident) if one.thing not in tried)
    return [*islice(fresh, AT_ONCE)]


def _waiting(world: Here, incident: ThingId | None) -> Iterator[Held]:
    for one in world.graph.of_type("Message"):
        if kind_of(one) == MESSAGE and world.graph.state(one) in WAITING:
            why = "it could go out" if incident is None else _of_message(world, one, incident)
            if why is not None:
                yield Held(thing=one, why=why)
    yield from _reached(world, incident)


def _of_message(world: Here, message: ThingId, incident: ThingId) -> str | None:
    """Why a message waits, None where it need not.

    It is about the incident; or it sells, or goes out by itself, and reaches who is affected.
    """
    said = world.graph.properties(message)
    by_itself = said["state"][0] in BY_ITSELF or said["messageKind"][0] in SOLD
    if incident not in said.get("aboutIncident", ()) and not (
        by_itself and said["audience"][0] in _OUTSIDE
    ):
        return None
    return reached(world, audience_of(world, message), incident)


def _reached(world: Here, incident: ThingId | None) -> Iterator[Held]:
    """What reaches those who are affected; without an incident, everything that goes out."""
    for type_, states in _GOES_OUT.items():
        for one in world.graph.of_type(type_):
            if world.graph.state(one) in states:
                audience, why = audience_of(world, one), "over everything"
                found = reached(world, audience, incident) if incident is not None else why
                if found is not None:
                    yield Held(thing=one, why=found)


def _commit(
    world: Here,
    share: Sequence[Held],
    reason: str,
    actor: Actor,
    hold: ThingId | None,
    incident: ThingId | None,
) -> None:
    def prepare() -> list[Draft]:
        drafts = _placed(world, hold, reason, actor, incident) if hold is not None else []
        for one in share:
            drafts += _held(world, one, reason, actor)
        return drafts

    relied = [Scope(one.thing) for one in share]
    if hold is not None or share:
        commit_all(world, [*relied, *([HOLDS] if hold is not None else [])], prepare)


def _placed(
    world: Here, hold: ThingId, reason: str, actor: Actor, incident: ThingId | None
) -> list[Draft]:
    said: dict[str, Json] = {"heldBecause": reason}
    said |= {"aboutIncident": incident} if incident is not None else {}
    at, stands = world.clock.now(), Standing(thing=hold, kind=HOLD, state=None)
    outcome = follow(world.lifecycles, stands, "place", actor=actor, at=at, data={})
    begun = acted(world.ids("event"), stands, outcome, actor, at)
    record = written(world, hold, "Hold", said, actor)
    # INVARIANT: it writes to the scope on which whatever a hold forbids relies.
    return [replace(record, scopes=(*record.scopes, HOLDS)), begun]


def _held(world: Here, one: Held, reason: str, actor: Actor) -> list[Draft]:
    at, kind = world.clock.now(), kind_of(one.thing)
    stands = standing(world, one.thing, kind)
    words = reason if kind == MESSAGE else f"{reason} ({one.why})"[:_LONGEST]
    outcome = follow(world.lifecycles, stands, "hold", actor=actor, at=at, data={"reason": words})
    done = Done(stands=stands, outcome=outcome, actor=actor, at=at)
    more = [told(world, done)] if kind == ACTIVITY else []
    return [acted(world.ids("event"), stands, outcome, actor, at), *more]


def _share(
    world: Here,
    share: Sequence[Held],
    reason: str,
    actor: Actor,
    hold: ThingId | None = None,
    incident: ThingId | None = None,
) -> list[Held]:
    """Hold a share in one commit; where one of it can't be held, each by itself."""
    try:
        _commit(world, share, reason, actor, hold, incident)
    except _REFUSED:
        _commit(world, [], reason, actor, hold, incident)
        return [one for one in share if _held_alone(world, one, reason, actor)]
    return [*share]


def _held_alone(world: Here, one: Held, reason: str, actor: Actor) -> bool:
    try:
        _commit(world, [one], reason, actor, None, None)
    except _REFUSED as error:
        world.log.warning("not held", thing=one.thing, why=str(error)[:200])
        return False
    return True


def keep_back(world: Here) -> int:
    """Hold what a hold that stands should have held, and has not; how many things that was.

    An incident that spreads affects more people, a worker may have died between two commits, and
    a plan may have been made at the same moment as the hold.
    """
    kept = 0
    for hold in sorted(world.graph.of_type("Hold")):
        if world.graph.state(hold) == "standing":
            about = world.graph.get(hold, "aboutIncident")
            incident = ThingId(str(about)) if about is not None else None
            reason = str(world.graph.get(hold, "heldBecause"))
            missing = [*_reached(world, incident)]
            for start in range(0, len(missing), AT_ONCE):
                kept += len(_share(world, missing[start : start + AT_ONCE], reason, ITSELF))
                world.catch_up()
    return kept


class HoldJoint:
    """A hold is placed by one door; one that stands for long is told."""

    def relied(self, world: Here, stands: Standing, act: str) -> tuple[Scope, ...]:
        """Nothing else."""
        del world, stands, act
        return ()

    def drafts(self, world: Here, done: Done) -> list[Draft]:
        """The alert that goes with a hold that stands for long.

        Raises:
            ActRefused: it has a door of its own.
        """
        act, hold = done.outcome.act, done.stands.thing
        if act == "place":
            raise ActRefused(act, (DataProblem("act", "do it by POST /v1/messages/hold"),), ())
        if act != "remind":
            return []
        words = f"{hold} has stood for a day: {world.graph.get(hold, 'heldBecause')}"
        incident = world.graph.get(hold, "aboutIncident")
        return [alert(world, done, "specialist", words, incident=incident)]

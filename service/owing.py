"""Owing: decisions about incidents open the duties that they carry, once, or tighten them."""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

import orjson

from ontology.decisions import Duty as Owed
from ontology.events import Draft, Event, Json
from ontology.identity import Scope, ThingId
from ontology.lifecycle import ActRefused, Past, Standing
from ontology.record_values import RecordInvalid
from ontology.values import encode
from service import desk
from service.acts import ACTED
from service.committing import GateRefused, commit_all
from service.duties import KIND, MECHANISMS, Duty, read
from service.duty_joints import told
from service.following import Follower
from service.incidents import LISTENED
from service.informing import clock
from service.recording import amended, written
from service.signing import accompanying
from service.silence import is_live
from service.sweep import ITSELF
from service.world import World

MADE: Final = "decision.made"


class Owing:
    """Follows decisions in one worker at a time; use it from one thread.

    A decision that is read twice changes nothing: what it carries is owed already.
    """

    def __init__(self, world: World) -> None:
        """Nothing is read yet."""
        self._world: Final = world
        self._follower: Final = Follower(world, "duties", (MADE,))

    def step(self) -> int:
        """Follow what was decided; how many duties were opened or tightened."""
        return sum(
            followed(self._world, event) for events in self._follower.events() for event in events
        )

    def close(self) -> None:
        """Let another worker follow."""
        self._follower.close()


def duty_id(incident: ThingId, owed: Owed) -> ThingId:
    """The id of what a rule owes about an incident: the same for every decision and worker."""
    named = [incident, owed.rule, owed.family, owed.to_region, owed.to_team]
    return ThingId(f"{KIND}/{hashlib.sha256(orjson.dumps(named)).hexdigest()[:32]}")


def followed(world: World, event: Event) -> int:
    """How many duties a decision opened or tightened; what can't be read stops no other.

    Raises:
        Conflict: others kept writing to what it relies on; it is to be followed again.
    """
    request = event.data.get("request")
    incident = request.get("incident") if isinstance(request, Mapping) else None
    if incident is None or event.erased or not is_live(event):
        return 0
    try:
        duties = desk.stored(event).duties
    except (LookupError, ValueError) as error:
        world.log.error("duties not read", id=event.id, why=str(error)[:200])  # noqa: TRY400 - says all
        return 0
    return sum(_tried(world, ThingId(str(incident)), owed, event) for owed in duties)


def _tried(world: World, incident: ThingId, owed: Owed, event: Event) -> bool:
    try:
        return _settled(world, incident, owed, event)
    except (ActRefused, GateRefused, RecordInvalid) as error:
        world.log.error("duty not opened", id=event.id, why=str(error)[:200])  # noqa: TRY400 - says all
        return False


def _settled(world: World, incident: ThingId, owed: Owed, event: Event) -> bool:
    """Open or tighten one; whether anything was to be done."""
    duty = duty_id(incident, owed)

    def prepare() -> list[Draft]:
        if not _holds(world, incident, event.occurred_at):
            return []
        if world.graph.state(duty) in {None, "met", "ended"}:
            if not _anew(world, duty, incident, event.occurred_at):
                return []
            return [*_opened(world, duty, incident, owed, event)]
        return [*_tightened(world, read(world.graph, duty), owed, event)]

    world.catch_up_governed()
    if not prepare():
        return False
    commit_all(world, [Scope(duty), Scope(incident)], lambda: _moved(prepare()))
    return True


def _moved(drafts: list[Draft]) -> list[Draft]:
    """The drafts, unless others did it since.

    Raises:
        ActRefused: nothing is left to do.
    """
    if not drafts:
        raise ActRefused("owe", (), ())
    return drafts


def _holds(world: World, incident: ThingId, at: datetime) -> bool:
    """Whether what was decided at a moment still counts: the incident goes on since."""
    known = world.incidents.get(incident)
    if known is None or known.state not in LISTENED:
        return False
    return not known.stood_down or known.tier_since is None or at > known.tier_since


def _anew(world: World, duty: ThingId, incident: ThingId, at: datetime) -> bool:
    """Whether a duty was never owed, or ended before a decision says again that it is.

    What was met stays met until the incident is reopened, which ends it. What a person ended
    stays so until the tier of the incident changes.
    """
    state = world.graph.state(duty)
    if state != "ended":
        return state is None
    (last,) = world.ledger.newest(types=(ACTED,), subject=duty, limit=1)
    known = world.incidents.get(incident)
    changed = known.tier_since if known is not None else None
    by_hand = last.actor != ITSELF.id
    return at > last.occurred_at and not (
        by_hand and (changed is None or changed <= last.occurred_at)
    )


def _opened(
    world: World, duty: ThingId, incident: ThingId, owed: Owed, event: Event
) -> Iterator[Draft]:
    held, at = event.occurred_at, world.clock.now()
    said: dict[str, Json] = {
        "owedFor": incident,
        "byRule": owed.rule,
        "wordFamily": owed.family,
        "ownedBy": owed.from_team,
        "heldSince": held.isoformat(),
        "owedWithin": encode(owed.within),
        "updateEvery": encode(owed.every) if owed.every is not None else None,
        "forRegion": owed.to_region,
        "forTeam": owed.to_team,
        **{name: getattr(owed, name) for name in MECHANISMS},
    }
    record = {name: value for name, value in said.items() if value is not None}
    yield written(world, duty, "Duty", record, ITSELF)
    data = {"decision": event.id, **clock(held + owed.within - at, owed.within)}
    state = world.graph.state(duty)
    past = () if state is None else (Past(act="end", actor=ITSELF.id, before=None, after=state),)
    stands = Standing(thing=duty, kind=KIND, state=state, history=past)
    yield accompanying(world, duty, KIND, "owe", data, at, stands=stands)
    yield told(world, duty, ThingId(owed.from_team), incident, "owe", at)


def _tightened(world: World, duty: Duty, owed: Owed, event: Event) -> Iterator[Draft]:
    """What a later decision asks beyond what is owed: less time, more often, more empathy."""
    within = min(duty.within, owed.within)
    every = min((one for one in (duty.every, owed.every) if one is not None), default=None)
    least = {name: getattr(owed, name) for name in MECHANISMS}
    changes: dict[str, Json] = {
        name: level
        for name, level in least.items()
        if level is not None and level > duty.minimum.get(name, 0)
    }
    if every is not None and every != duty.every:
        changes["updateEvery"] = encode(every)
    if within < duty.within:
        changes["owedWithin"] = encode(within)
    if not changes:
        return
    yield amended(world, duty.id, changes, ITSELF)
    if within < duty.within and duty.state == "owed":
        at = world.clock.now()
        data = {"decision": event.id, **clock(duty.held + within - at, within)}
        yield accompanying(world, duty.id, KIND, "tighten", data, at)

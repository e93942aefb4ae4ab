"""The sweep: deadlines that passed become acts of attune, each exactly once over all workers."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from structlog.typing import FilteringBoundLogger

from knowledge.due import Due, Lapse
from knowledge.refusals import Conflict, DuplicateEvent
from ontology.events import Draft, Json
from ontology.identity import Scope
from ontology.lifecycle import ATTUNE, Actor, ActRefused, Role, act
from service.acts import acted, standing
from service.committing import Done, Here

LATE: Final = timedelta(seconds=60)
"""How long after its deadline a lapse may be recorded without being marked as late."""

ITSELF: Final = Actor(id=ATTUNE, roles=frozenset({Role.ATTUNE}))
"""Attune as the one who acts."""

_BATCH: Final = 200


class Sweeping(Here, Protocol):
    """What sweeping needs of a world."""

    @property
    def log(self) -> FilteringBoundLogger:
        """Where the night watch reads."""

    def due_now(self) -> Due:
        """What is due, folded up to the head of the ledger."""


def sweep(world: Sweeping, now: datetime) -> int:
    """Record every deadline that has passed at `now`; how many this worker recorded.

    What another worker recorded first is left to it: the event's id says which deadline it is.
    """
    recorded = 0
    while lapses := world.due_now().lapsed(now, limit=_BATCH):
        scopes = {Scope(lapse.thing) for lapse in lapses}
        versions = world.ledger.versions(scopes)
        # INVARIANT: the fold is newer than the versions, so what moves from here on is a conflict.
        still = set(world.due_now().lapsed(now, limit=_BATCH))
        chosen = [lapse for lapse in lapses if lapse in still]
        recorded += sum(_record(world, one, versions[Scope(one.thing)], now) for one in chosen)
        if not _shrank(world, lapses, now):
            break
    return recorded


def lapse_id(lapse: Lapse) -> str:
    """The id of the event that records a lapse: the same for every worker.

    What is released after its start has passed meets the same deadline again, in a state that
    another event brought.
    """
    due = lapse.deadline.due.isoformat()
    named = f"{lapse.thing}\n{lapse.deadline.name}\n{due}\n{lapse.entered}"
    return f"event/lapse-{hashlib.sha256(named.encode()).hexdigest()[:32]}"


def _record(world: Sweeping, lapse: Lapse, version: int, now: datetime) -> bool:
    """Record one lapse, unless somebody did so or acted on the thing before."""
    scope = Scope(lapse.thing)
    try:
        drafts = _drafted(world, lapse, now)
    except ActRefused as error:
        if world.ledger.versions([scope])[scope] == version:
            world.log.warning("a deadline has no act", thing=lapse.thing, error=str(error))
            world.due_now().give_up(lapse)
        return False
    try:
        world.ledger.append(drafts, expected={scope: version})
    except (DuplicateEvent, Conflict):
        return False
    return True


def _drafted(world: Sweeping, lapse: Lapse, now: datetime) -> list[Draft]:
    """The act that follows a deadline, with what it brings; new deadlines run from now."""
    stands = standing(world, lapse.thing, lapse.kind)
    outcome = act(world.lifecycles, stands, lapse.deadline.lapse, actor=ITSELF, at=now, data={})
    draft = acted(lapse_id(lapse), stands, outcome, ITSELF, now)
    due = lapse.deadline.due
    told: dict[str, Json] = {"name": lapse.deadline.name, "due": due.isoformat()}
    late = replace(draft, data={**draft.data, "lapsed": told, "late": now - due > LATE})
    joint = world.joints.get(lapse.kind)
    done = Done(stands=stands, outcome=outcome, actor=ITSELF, at=now)
    return [late, *(joint.drafts(world, done) if joint is not None else [])]


def _shrank(world: Sweeping, before: Sequence[Lapse], now: datetime) -> bool:
    """Whether a round changed what is due, so that another one gets further."""
    return set(before) != set(world.due_now().lapsed(now, limit=_BATCH))

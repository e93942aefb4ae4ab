"""Settling: connectors are asked again, and plans end as their rules say, in one worker."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain
from typing import Final

from knowledge.refusals import Conflict, DuplicateEvent
from ontology.events import Json
from ontology.identity import Scope, ThingId
from ontology.lifecycle import ActRefused
from service.acts import propose
from service.committing import GateRefused, ThingUnknown
from service.connectors import Connector
from service.lease import Lease, lease
from service.outgoing import DEAD
from service.placements import KIND as PLACEMENT
from service.placements import Placement, of_message, read
from service.planning import COMPENSATE, Plan, missing, plan_of
from service.planning import KIND as PLAN
from service.sweep import ITSELF
from service.world import World

WAITS: Final = tuple(timedelta(minutes=m) for m in (1, 2, 5, 10, 15, 30))
"""How long a connector is given before it is asked again, by how often it was; then each hour."""

HOURLY: Final = timedelta(hours=1)
MOST: Final = 30
"""How often a connector is asked to post before a placement fails: for about a day."""

GRACE: Final = timedelta(minutes=1)
"""How long people, and receipts that attune itself was too late for, have before all is undone."""

_OPEN: Final = 10_000
_LOOKED_AT: Final = 100
_GONE: Final = 410
_BECAUSE: Final = "Not all channels confirmed, and the plan's rule is to take back what is out: "

Step = tuple[str, Mapping[str, Json]]
"""An act and what it carries."""


class Settling:
    """Does what follows of itself for placements and plans; use it from one thread.

    Each act has an id made of what it answers to, or changes a state that it needs: whoever does
    it twice, in two workers or after a crash, changes nothing.
    """

    def __init__(self, world: World) -> None:
        """Read and take nothing yet."""
        self._world: Final = world
        settings = world.settings
        self._lease: Final[Lease] = lease(settings.database_url, "settling", settings.home)
        self._known: dict[ThingId, tuple[int, Placement]] = {}

    def step(self) -> int:
        """Do what is due now; how many acts that were. None while another worker does it."""
        if not self._lease.held():
            return 0
        self._world.catch_up()
        return self._chase() + self._conclude()

    def close(self) -> None:
        """Let another worker settle."""
        self._lease.release()

    def _chase(self) -> int:
        """Ask connectors again, or give up on them."""
        done, world = 0, self._world
        due = world.due_now().queue(kinds=[PLACEMENT], limit=_OPEN)
        placements = self._read([one.thing for one in due])
        self._known = {one.id: self._known[one.id] for one in placements}
        gone = self._gone(placements)
        for one in placements:
            connector = world.connectors.get(one.connector)
            step = following(one, connector, one.id in gone, world.clock.now())
            if step is not None:
                once = f"settled|{one.id}|{one.attempt}|{one.state}|{step[0]}"
                done += self._act(one.id, PLACEMENT, step, once)
        return done

    def _conclude(self) -> int:
        """Do with open plans what follows from how their placements stand."""
        done = 0
        for one in self._world.due_now().queue(kinds=[PLAN], limit=_OPEN):
            try:
                plan = plan_of(self._world, one.thing)
            except ThingUnknown:  # begun since the graph was folded
                continue
            names = chain(*(of_message(self._world.graph, message) for message in plan.messages))
            placements = self._read([*names])
            if (step := self._ending(plan, placements, one.since)) is not None:
                once = f"settled|{plan.id}|{one.sequence}|{step[0]}"
                done += self._act(plan.id, PLAN, step, once)
        return done

    def _ending(self, plan: Plan, placements: Sequence[Placement], since: datetime) -> Step | None:
        world = self._world
        lacking = missing(world, placements)
        live = any(world.graph.state(message) == "live" for message in plan.messages)
        if not live:
            gone = all(one.state == "gone" for one in placements)
            return ("finish", {}) if gone else None
        if plan.state == "taking-back":
            return None
        if not lacking:
            return ("complete", {})
        if plan.state == "going-out":
            hopeless = any(one.state == "failed" and not one.retryable for one in lacking)
            return ("fall-short", {}) if hopeless else None
        if plan.rule == COMPENSATE and world.clock.now() >= since + GRACE:
            channels = {str(world.graph.get(one.message, "onChannel")) for one in lacking}
            return (COMPENSATE, {"reason": f"{_BECAUSE}{', '.join(sorted(channels))}"})
        return None

    def _act(self, thing: ThingId, kind: str, step: Step, once: str) -> int:
        act, data = step
        try:
            propose(
                self._world,
                thing=thing,
                kind=kind,
                act=act,
                data=data,
                actor=ITSELF,
                idempotency=once,
            )
        except (ActRefused, Conflict, DuplicateEvent):  # it moved meanwhile
            return 0
        except GateRefused as error:
            self._world.log.warning("plan not settled", thing=thing, why=str(error)[:200])
            return 0
        return 1

    def _read(self, names: Sequence[ThingId]) -> list[Placement]:
        """Placements as they stand, read again only where they moved."""
        ledger, found = self._world.ledger, []
        versions = ledger.versions(map(Scope, names)) if names else {}
        for name in names:
            version = versions[Scope(name)]
            known = self._known.get(name)
            if known is None or known[0] != version:
                one = read(ledger, name)
                if one is None:
                    continue
                known = self._known[name] = (version, one)
            found.append(known[1])
        return found

    def _gone(self, placements: Iterable[Placement]) -> set[ThingId]:
        """Those whose connector's address answered that it is gone for good."""
        waiting = {one.asked: one.id for one in placements if one.state == "going-out"}
        connectors = self._world.connectors.all() if waiting else ()
        hooks = [one.webhook for one in connectors if one.webhook is not None]
        found = set()
        for hook in hooks:
            dead = self._world.ledger.newest(types=(DEAD,), subject=hook, limit=_LOOKED_AT)
            asked = (event.data for event in dead if event.data.get("status") == _GONE)
            found |= {waiting[s] for data in asked if (s := int(str(data["event"]))) in waiting}
        return found


def following(
    one: Placement,
    connector: Connector | None,
    gone: bool,  # noqa: FBT001 - one of two answers of its address
    now: datetime,
) -> Step | None:
    """What follows for a placement by itself, None for nothing yet.

    A connector without webhook asks for its work; only what failed and may pass is put before it
    again.
    """
    if one.state == "going-out" and (connector is None or gone):
        why = "its address answers 410 Gone" if connector is not None else "it was removed"
        return _failed(f"{one.connector} can't be asked: {why}.")
    pushed = connector is not None and connector.webhook is not None
    if one.state == "failed" and one.retryable and one.tried < MOST:
        return ("ask-again", {}) if now >= one.since + waiting(one.tried) else None
    if not pushed or now < max(one.asked_at + waiting(one.tried), one.leased_until or now):
        return None
    if one.state == "going-out":
        if one.tried >= MOST:
            return _failed(f"{one.connector} was asked {one.tried} times and never confirmed.")
        return ("ask-again", {})
    return (
        ("press", {}) if one.state == "being-taken-back" and one.retryable is not False else None
    )


def waiting(tried: int) -> timedelta:
    """How long a connector is given that was asked so often."""
    return WAITS[tried - 1] if 0 < tried <= len(WAITS) else HOURLY


def _failed(why: str) -> Step:
    return ("fail", {"reason": why, "retryable": False})

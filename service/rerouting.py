"""Rerouting: what goes to the contact centre with each act on a temporary routing, and when."""

from collections.abc import Mapping
from typing import Final

from knowledge.ledger import Ledger
from ontology.events import Draft, Event, Json
from ontology.identity import Scope, ThingId, kind_of
from ontology.lifecycle import (
    ATTUNE,
    Actor,
    ActRefused,
    Outcome,
    Role,
    Standing,
)
from ontology.lifecycle import act as follow
from ontology.lifecycle_data import DataProblem
from service.acts import acted
from service.committing import Done, Here
from service.temporary import APPROVED, PUSHED, RECALLED, Content

ITSELF: Final = Actor(id=ATTUNE, roles=frozenset({Role.ATTUNE}))
_SENT: Final = frozenset({"pushed", "confirmed"})
_OVER: Final = frozenset({"expired", "rolled-back", "failed"})
_ALERTS: Final[Mapping[str, str]] = {
    "fail": "The contact centre has not confirmed {routing} in time; it was taken back.",
    "refuse": "The contact centre can't route {routing}; it was taken back.",
}


class RoutingJoint:
    """Keeps what was approved, sends it, takes it back, and alerts people where it fails."""

    def relied(self, world: Here, stands: Standing, act: str) -> tuple[Scope, ...]:
        """Nothing else."""
        del world, stands, act
        return ()

    def drafts(self, world: Here, done: Done) -> list[Draft]:
        """What was approved, what is sent, what is taken back, and whom a failure alerts.

        Raises:
            ActRefused: its record is not there any more.
        """
        stands, outcome, actor = done.stands, done.outcome, done.actor
        if outcome.act == "approve":
            if not stands.stated:
                raise refused(outcome.act, "its record is not there any more; put it again")
            data: dict[str, Json] = {"content": dict(stands.stated)}
            return [_draft(world, stands.thing, APPROVED, actor, data, governed=True)]
        if outcome.act == "push":
            return [_draft(world, stands.thing, PUSHED, actor, _pushed(world, stands.thing))]
        if outcome.to_state in _OVER and outcome.from_state in _SENT:
            taken: dict[str, Json] = {"routing": stands.thing, "why": outcome.to_state}
            recall = _draft(world, stands.thing, RECALLED, actor, taken)
            return [recall, *_alert(world, stands, outcome)]
        return []


def approved(ledger: Ledger, routing: ThingId) -> Mapping[str, Json]:
    """What was approved of a temporary routing, empty where nothing was."""
    found = ledger.newest(types=(APPROVED,), subject=routing, limit=1)
    content = found[0].data.get("content") if found else None
    return content if isinstance(content, dict) else {}


def taken_back(ledger: Ledger, event: Event) -> bool:
    """Whether what an event pushes was taken back since; it must not arrive any more."""
    if event.type != PUSHED:
        return False
    return bool(ledger.read(event.sequence, types=(RECALLED,), subject=event.subject, limit=1))


def refused(act: str, words: str, where: str = "state") -> ActRefused:
    """An act that can't be done now, and why."""
    return ActRefused(act, (DataProblem(where, words),), ())


def _pushed(world: Here, routing: ThingId) -> dict[str, Json]:
    """What the contact centre gets: the content, and how it confirms."""
    local = routing.partition("/")[2]
    return {
        "routing": routing,
        "content": dict(approved(world.ledger, routing)),
        "confirm": {"method": "POST", "path": f"/v1/routings/{local}/acts", "act": "confirm"},
    }


def _alert(world: Here, stands: Standing, outcome: Outcome) -> list[Draft]:
    """The alert of a failure, to the team that answers next."""
    words = _ALERTS.get(outcome.act)
    stated = approved(world.ledger, stands.thing)
    if words is None or not stated:
        return []
    content = Content.of(stated)
    alert = ThingId(f"alert/{stands.thing.replace('/', '-')[:110]}")
    data: dict[str, Json] = {
        "team": content.next,
        "tier": "specialist",
        "reason": words.format(routing=stands.thing),
        **({"incident": content.incident} if content.incident else {}),
    }
    fresh = Standing(thing=alert, kind=kind_of(alert), state=None)
    at = world.clock.now()
    raised = follow(world.lifecycles, fresh, "raise", actor=ITSELF, at=at, data=data)
    return [acted(world.ids("event"), fresh, raised, ITSELF, at)]


def _draft(
    world: Here,
    routing: ThingId,
    kind: str,
    actor: Actor,
    data: dict[str, Json],
    *,
    governed: bool = False,
) -> Draft:
    return Draft(
        id=world.ids("event"),
        type=kind,
        subject=routing,
        actor=actor.id,
        occurred_at=world.clock.now(),
        scopes=(Scope(routing),) if governed else (),
        data=data,
        governed=governed,
    )

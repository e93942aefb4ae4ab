"""Alerts of geofences: where the policy finds a local surge, the people of the place are told."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from knowledge.refusals import Conflict
from ontology.decisions import Decision
from ontology.events import Event, Json
from ontology.identity import ThingId
from ontology.lifecycle import ATTUNE, Actor, ActRefused, Role
from rules.combine import decide
from service import acts, desk
from service.decision_bodies import DecisionRequest
from service.silence import is_live
from service.situation import Situation, build
from service.world import World

SURGE: Final = "local-surge"
"""The detection for which a geofence's people are alerted."""

QUIET_HOURS: Final = 6
"""How long an alert that nobody has closed keeps others of its geofence quiet."""

_ITSELF: Final = Actor(id=ATTUNE, roles=frozenset({Role.ATTUNE}))
_CLOSED: Final = frozenset({"handled", "false-alarm"})


def watch(world: World, fences: Iterable[ThingId]) -> tuple[Event, ...]:
    """Look at geofences that have new posts; the alerts that were raised, one each at most.

    A fence is looked at again when its hour has grown by a tenth. What goes wrong is logged: the
    signals are kept by then.
    """
    raised: list[Event] = []
    for fence in dict.fromkeys(fences):
        try:
            alert = _look(world, fence)
        except Exception:
            world.log.exception("geofence not watched", geofence=fence)
            continue
        if alert is not None:
            raised.append(alert)
    return tuple(raised)


def alert_id(fence: ThingId, at: datetime) -> ThingId:
    """The id of a geofence's alert of one hour: all workers mean the same."""
    return ThingId(f"alert/{fence.partition('/')[2][:100]}-{at:%Y%m%dT%H}")


def _look(world: World, fence: ThingId) -> Event | None:
    at = world.clock.now()
    with world.listening():
        grown = world.counting.fenced.grown(fence, at)
    if not grown:
        return None
    policy = world.policies.current()
    request = DecisionRequest(geofence=fence, facts={"request": {"kind": "alert"}}, precedents=0)
    situation = build(world, request, policy, at, budget_ms=0.0)
    decision = decide(situation.facts, policy.policy, at, policy.engines)
    if SURGE not in decision.detections or _told(world, fence, at):
        return None
    return _raised(world, fence, situation, request)


def _told(world: World, fence: ThingId, at: datetime) -> bool:
    """Whether there is an alert of this hour, or an open one of the hours before."""
    for hour in range(QUIET_HOURS):
        alert = alert_id(fence, at - timedelta(hours=hour))
        past = acts.history(world, alert)
        if past and (hour == 0 or past[-1].after not in _CLOSED):
            return True
    return False


def _raised(
    world: World, fence: ThingId, situation: Situation, request: DecisionRequest
) -> Event | None:
    """Record the decision and raise the alert that names it."""
    alert = alert_id(fence, situation.at)
    asked = desk.ask(world, request, ATTUNE, idempotency=f"attune|{alert}")
    if not is_live(asked.event):
        return None
    here = next(fact.values for fact in situation.facts if fact.kind == "geofence")
    data: dict[str, Json] = {
        "team": _team(here, asked.decision),
        "tier": asked.decision.tier,
        "geofence": fence,
        "decision": asked.event.id,
        "reason": f"{here['volume']} posts in an hour where {here['baseline']} are usual.",
    }
    try:
        return acts.propose(
            world, thing=alert, kind="alert", act="raise", data=data, actor=_ITSELF
        )
    except (ActRefused, Conflict):  # another worker was first
        return None


def _team(here: Mapping[str, object], decision: Decision) -> str:
    """The place's own people, where somebody of them can be reached; else whom the rules name."""
    reachable = here.get("local_team_on_call") is True
    return str(here["team"]) if reachable else decision.routes[0].team

"""Duties and what goes with them: alerts to whoever owes, and what becomes of the incident."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from ontology.events import Draft, Json
from ontology.identity import Scope, ThingId
from ontology.lifecycle import Standing
from rules.snoozing import KIND as SNOOZE
from service.alerts import KIND as ALERT
from service.approving import upwards
from service.cases import after as case_after
from service.cases import case_of
from service.committing import Done, Here
from service.debriefs import after as debrief_after
from service.debriefs import debrief_of
from service.duties import KIND, OPEN, Duty, of_incident, read
from service.informing import clock
from service.signing import accompanying

INCIDENT: Final = "incident"
_TOLD: Final = {
    "owe": ("specialist", "A word is owed to our own people"),
    "warn": ("crisis-team", "Three quarters of the time are over for the word to our own people"),
    "miss": ("executive", "The time has passed for the word to our own people"),
}
"""The tier and the words of the alert that goes with an act on a duty."""

_ENDS: Final = {
    "stand-down": "The incident was stood down.",
    "merge": "The incident was merged; what is owed follows from the other one.",
    "dismiss": "The incident was nothing.",
    "close": "The incident was closed.",
    "reopen": "The incident was reopened; the next decision says anew what is owed.",
}
_SAID: Final = frozenset({"met", "closing"})
_LONGEST: Final = 300


class DutyJoint:
    """An alert goes with a duty that is near its time, and two with one that is late."""

    def relied(self, world: Here, stands: Standing, act: str) -> tuple[Scope, ...]:  # noqa: ARG002
        """Nothing besides the duty."""
        return ()

    def drafts(self, world: Here, done: Done) -> list[Draft]:
        """The alert to whoever owes it; once it is late, to those above them, too."""
        act, thing = done.outcome.act, done.stands.thing
        if act not in {"warn", "miss"}:
            return []
        duty = read(world.graph, thing)
        teams = upwards(world, duty.owner)[: 2 if act == "miss" else 1]
        return [told(world, thing, ThingId(t), duty.incident, act, done.at) for t in teams]


class IncidentJoint:
    """What is owed ends as its incident is stood down; a last word follows when it is resolved.

    Its debrief is due then, and its case goes back once it is reopened. A tier that rises ends
    every snooze of a rule for it.
    """

    def relied(self, world: Here, stands: Standing, act: str) -> tuple[Scope, ...]:
        """The duties about it, or the snoozes."""
        if act == "escalate":
            snoozes = world.snoozes.about(stands.thing, world.clock.now())
            return tuple(Scope(one.id) for one in snoozes)
        if act not in _ENDS and act != "resolve":
            return ()
        duties = world.graph.subjects("owedFor", stands.thing)
        return tuple(map(Scope, (*duties, debrief_of(stands.thing), case_of(world, stands.thing))))

    def drafts(self, world: Here, done: Done) -> list[Draft]:
        """What becomes of the duties, the debrief and the case, or of the snoozes.

        Raises:
            ActRefused: it is to be closed while its debrief waits.
        """
        act = done.outcome.act
        if act == "escalate":
            return [*_woken(world, done)]
        if act not in _ENDS and act != "resolve":
            return []
        duties = of_incident(world.graph, done.stands.thing)
        return [
            *_followed(world, duties, act, done.at),
            *debrief_after(world, done),
            *case_after(world, done),
        ]


def told(
    world: Here, duty: ThingId, team: ThingId, incident: ThingId, act: str, at: datetime
) -> Draft:
    """The alert to a team that goes with an act on a duty."""
    tier, words = _TOLD[act]
    about = world.graph.get(incident, "name") or incident
    data: dict[str, Json] = {
        "team": team,
        "incident": incident,
        "tier": tier,
        "reason": f"{words} about {about} ({duty})"[:_LONGEST],
    }
    alert = ThingId(world.ids(ALERT))
    stands = Standing(thing=alert, kind=ALERT, state=None)
    return accompanying(world, alert, ALERT, "raise", data, at, stands=stands)


def _woken(world: Here, done: Done) -> Iterator[Draft]:
    """The end of every snooze about an incident whose tier rises."""
    tier = {**done.outcome.details, **done.outcome.properties}["tier"]
    for one in world.snoozes.about(done.stands.thing, done.at):
        yield accompanying(world, one.id, SNOOZE, "rise", {"tier": tier}, done.at)


def _followed(world: Here, duties: list[Duty], act: str, at: datetime) -> Iterator[Draft]:
    for duty in duties:
        if act == "resolve":
            if duty.stage == "update" and duty.state in OPEN and duty.every is not None:
                yield accompanying(world, duty.id, KIND, "wind-up", clock(duty.every), at)
        elif duty.state in (_SAID if act == "reopen" else OPEN):
            yield accompanying(world, duty.id, KIND, "end", {"reason": _ENDS[act]}, at)

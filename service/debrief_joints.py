"""Debriefs and their actions: who is told when one is late, and what an act on one needs."""

from collections.abc import Mapping
from typing import Final

from ontology.events import Draft, Json
from ontology.identity import Scope, ThingId
from ontology.lifecycle import Standing
from service.approving import upwards
from service.committing import Done, Here, Joint
from service.debriefs import KIND, moment
from service.sessions import refused
from service.telling import told

ACTION: Final = "action"
_STEPS: Final = {
    "remind": ("frontline", "is due soon"),
    "overdue": ("specialist", "is overdue"),
    "escalate": ("crisis-team", "is overdue by a day; the lead is told"),
    "escalate-further": ("executive", "is still overdue; executives are told"),
}
"""The tier and the words of the alert that goes with a lapse; each lapse goes one step up."""

_UP: Final = {"escalate": 1, "escalate-further": -1}
_LONGEST: Final = 160


class DebriefJoint:
    """Tells its owner, then the lead, then executives; refuses times that can't be."""

    def relied(self, world: Here, stands: Standing, act: str) -> tuple[Scope, ...]:  # noqa: ARG002
        """Nothing besides the debrief."""
        return ()

    def drafts(self, world: Here, done: Done) -> list[Draft]:
        """The alert to whoever has to see to it now.

        Raises:
            ActRefused: it was held in the future or before the resolution, or is convened for
                the past.
        """
        act, thing = done.outcome.act, done.stands.thing
        shown = {**done.outcome.properties, **done.outcome.details}
        if act == "hold":
            held, resolved = moment(shown["heldAt"]), world.graph.get(thing, "resolvedAt")
            if held > done.at:
                raise refused(act, f"{shown['heldAt']} lies ahead; tell what was held", "heldAt")
            if resolved is not None and held < moment(str(resolved)):
                words = f"{shown['heldAt']} is before the incident was resolved, {resolved}"
                raise refused(act, words, "heldAt")
        if (
            act == "convene"
            and moment(shown["startsAt" if "startsAt" in shown else "convenedFor"]) <= done.at
        ):
            raise refused(act, "it is convened for a moment that is past", "startsAt")
        if act not in _STEPS:
            return []
        incident = world.graph.get(thing, "aboutIncident")
        team = world.graph.get(thing, "routedTo") or _owner(world, incident)
        name = world.graph.get(ThingId(str(incident)), "name") or incident
        return [_alert(world, done, f"The debrief of {name} ({thing})", team, incident)]


class ActionJoint:
    """Tells its owner's team, then the lead, then executives; refuses dates that are past."""

    def relied(self, world: Here, stands: Standing, act: str) -> tuple[Scope, ...]:  # noqa: ARG002
        """Nothing besides the action."""
        return ()

    def drafts(self, world: Here, done: Done) -> list[Draft]:
        """The alert to whoever has to see to it now.

        Raises:
            ActRefused: its date is past, or its reminder comes after it.
        """
        act, thing = done.outcome.act, done.stands.thing
        shown = done.outcome.properties
        if "dueAt" in shown:
            due = moment(shown["dueAt"])
            if due <= done.at:
                raise refused(act, f"{shown['dueAt']} is past; name a date ahead", "dueAt")
            if "remindAt" in shown and not done.at < moment(shown["remindAt"]) < due:
                words = f"{shown['remindAt']} does not lie between now and {shown['dueAt']}"
                raise refused(act, words, "remindAt")
        if act not in _STEPS:
            return []
        debrief = ThingId(str(world.graph.get(thing, "ofDebrief")))
        doer = ThingId(str(world.graph.get(thing, "doer")))
        team = (
            world.graph.get(thing, "routedTo")
            or world.graph.get(doer, "memberOf")
            or world.graph.get(debrief, "routedTo")
        )
        task = str(world.graph.get(thing, "task"))[:_LONGEST]
        incident = world.graph.get(debrief, "aboutIncident")
        return [_alert(world, done, f"“{task}” of {doer} ({thing})", team, incident)]


JOINTS: Final[Mapping[str, Joint]] = {KIND: DebriefJoint(), ACTION: ActionJoint()}


def _owner(world: Here, incident: Json) -> Json:
    return world.graph.get(ThingId(str(incident)), "ownedBy") if incident is not None else None


def _alert(world: Here, done: Done, what: str, team: Json, incident: Json) -> Draft:
    tier, words = _STEPS[done.outcome.act]
    path = upwards(world, ThingId(str(team))) if team is not None else []
    step = _UP.get(done.outcome.act, 0)
    chosen = path[min(step, len(path) - 1)] if path else None
    return told(world, done, tier, f"{what} {words}.", team=chosen, incident=incident)

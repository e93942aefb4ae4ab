"""Approving: who may sign for a message, and what follows from a signature."""

from typing import Final

from ontology.events import Draft
from ontology.identity import Scope, ThingId
from ontology.lifecycle import ActRefused, Standing
from ontology.lifecycle_data import DataProblem
from service.acts import history
from service.committing import Done, Here
from service.message_content import KIND, approvals, read
from service.signing import accompanying, asking

MOST_STEPS: Final = 20
"""How far up a path of escalation is followed."""

WITHIN: Final = "PT30M"
"""By when the next team up has to answer where one has let its time pass."""

_WRITTEN: Final = frozenset({"draft", "edit"})
_OF_PEOPLE: Final = frozenset({"grant", "refuse", "recuse", "delegate"})


class ApprovalJoint:
    """The last signature approves a message, a refusal returns it, silence asks the next up."""

    def relied(self, world: Here, stands: Standing, act: str) -> tuple[Scope, ...]:
        """The message, and the other signatures for it."""
        message = world.graph.get(stands.thing, "approves")
        if act not in _OF_PEOPLE or message is None:
            return ()
        one = ThingId(str(message))
        return (Scope(one), *map(Scope, approvals(world.graph, one)))

    def drafts(self, world: Here, done: Done) -> list[Draft]:
        """What follows for the message.

        Raises:
            ActRefused: the actor may not sign for the team.
        """
        act, outcome = done.outcome.act, done.outcome
        if act == "lapse":
            return _passed_up(world, done)
        if act not in _OF_PEOPLE:
            return []
        if problem := _stranger(world, done):
            raise ActRefused(act, (problem,), ())
        message = ThingId(str(world.graph.get(done.stands.thing, "approves")))
        if world.graph.state(message) != "submitted":
            return []
        if outcome.to_state == "refused":
            reason = {"reason": done.outcome.details.get("reason") or "An approval was refused."}
            return [accompanying(world, message, KIND, "return", reason, done.at)]
        if outcome.to_state == "granted" and not _missing(world, message, done.stands.thing):
            return [accompanying(world, message, KIND, "approve", {}, done.at)]
        return []


def _passed_up(world: Here, done: Done) -> list[Draft]:
    """The request to the next team up, where there is one and the message still waits."""
    shown = world.graph.properties(done.stands.thing)
    message = ThingId(str(shown["approves"][0]))
    above = upwards(world, ThingId(str(shown["routedTo"][0])))[1:2]
    if not above or world.graph.state(message) != "submitted":
        return []
    content, name = read(world.graph, message), str(shown["requirement"][0])
    team, lapsed = ThingId(above[0]), done.stands.thing
    return [asking(world, content, name, team, WITHIN, done.at, instead=lapsed)]


def _missing(world: Here, message: ThingId, granted: ThingId) -> bool:
    """Whether a requirement of the text as it stands is met by none but the one just granted."""
    digest = world.graph.get(message, "contentDigest")
    of_text = {
        one: shown
        for one, shown in approvals(world.graph, message).items()
        if shown["contentDigest"][0] == digest and shown["state"][0] != "void"
    }
    met = {
        shown["requirement"][0]
        for one, shown in of_text.items()
        if one == granted or shown["state"][0] == "granted"
    }
    return not {shown["requirement"][0] for shown in of_text.values()} <= met


def _stranger(world: Here, done: Done) -> DataProblem | None:
    """Why the actor may not sign: not of the team, not above it, not asked by one who is."""
    actor = done.actor
    message = ThingId(str(world.graph.get(done.stands.thing, "approves")))
    if actor.id in {past.actor for past in history(world, message) if past.act in _WRITTEN}:
        words = f"{actor.id} wrote the text; somebody else must {done.outcome.act}"
        return DataProblem("actor", words)
    return stranger(world, done)


def stranger(world: Here, done: Done) -> DataProblem | None:
    """Why the actor may not answer for the team that a thing is routed to, None where they may."""
    actor = done.actor
    delegated = {
        str(past.data.get("to")) for past in done.stands.history if past.act == "delegate"
    }
    team = ThingId(str(world.graph.get(done.stands.thing, "routedTo")))
    mine = world.graph.get(actor.id, "memberOf")
    if actor.id in delegated or mine in upwards(world, team):
        return None
    theirs = f"is of {mine}" if mine is not None else "is of no team that attune knows"
    words = f"{actor.id} {theirs}; it is for {team}, or a team above it, to sign"
    return DataProblem("actor", words)


def upwards(world: Here, team: ThingId) -> list[str]:
    """A team and those that it escalates to."""
    path: list[str] = [team]
    while len(path) < MOST_STEPS:
        above = world.graph.get(ThingId(path[-1]), "escalatesTo")
        if above is None or str(above) in path:
            return path
        path.append(str(above))
    return path

"""What goes with acts on service level agreements: never two in force for the same scope."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ontology.events import Draft
from ontology.identity import Scope, ThingId
from ontology.lifecycle import ActRefused, Standing
from ontology.lifecycle_data import DataProblem
from service.committing import Done, Here
from service.kept_documents import document
from service.signing import accompanying
from service.telling import told

KIND: Final = "sla"
CLOCK: Final = "clock"
SLAS: Final = Scope("slas")
"""What moves when a version begins: another one must not begin beside it."""

_LIVE: Final = ("approved", "in-force")


class SlaJoint:
    """A version takes the place of the one before; two agreements never share a scope."""

    def relied(self, world: Here, stands: Standing, act: str) -> tuple[Scope, ...]:
        """What else is in force."""
        del world, stands, act
        return (SLAS,)

    def drafts(self, world: Here, done: Done) -> list[Draft]:
        """The versions that it replaces.

        Raises:
            ActRefused: it has a door of its own, or another agreement holds for the same cases.
        """
        act, thing = done.outcome.act, done.stands.thing
        if act == "propose":
            raise ActRefused(act, (DataProblem("act", "do it by POST /v1/slas"),), ())
        if act == "approve":
            _alone(world, thing, act)
        return [*_replaced(world, done)] if act == "begin" else []


class ClockJoint:
    """The team of a clock hears before its time is over, and when it is."""

    def relied(self, world: Here, stands: Standing, act: str) -> tuple[Scope, ...]:
        """Nothing else."""
        del world, stands, act
        return ()

    def drafts(self, world: Here, done: Done) -> list[Draft]:
        """The alert."""
        act, clock = done.outcome.act, done.stands.thing
        if act not in _WORDS:
            return []
        said = world.graph.properties(clock)
        case, team = (next(iter(said.get(name, ())), None) for name in ("ofCase", "routedTo"))
        target = clock.rpartition("/")[2].partition("-")[2]
        tier, words = _WORDS[act]
        incident = world.graph.get(ThingId(str(case)), "aboutIncident") if case else None
        text = words.format(target=target, case=case)
        return [told(world, done, tier, text, team=team, incident=incident)]


_WORDS: Final = {
    "warn": ("frontline", "{target} of {case} is nearly due"),
    "breach": ("specialist", "{target} of {case} is overdue"),
}


def standing(world: Here) -> Iterator[tuple[ThingId, Mapping[str, Any]]]:
    """Versions that are, or will be, in force, each with what it says."""
    for one in sorted(world.graph.of_type("Sla")):
        if world.graph.state(one) in _LIVE:
            yield one, document(world, one)


def _alone(world: Here, thing: ThingId, act: str) -> None:
    own = document(world, thing)["said"]
    for other, content in standing(world):
        said = content["said"]
        if said["sla"] != own["sla"] and _scope(said) == _scope(own):
            words = f"{other} of {said['sla']!r} holds for the same cases; revise that one"
            raise ActRefused(act, (DataProblem("scope", words),), ())


def _scope(said: Mapping[str, Any]) -> dict[str, list[str]]:
    return {name: sorted(set(several)) for name, several in said["scope"].items()}


def _replaced(world: Here, done: Done) -> Iterator[Draft]:
    own = document(world, done.stands.thing)["said"]["sla"]
    for other, content in standing(world):
        same = content["said"]["sla"] == own and other != done.stands.thing
        if same and world.graph.state(other) == "in-force":
            yield accompanying(world, other, KIND, "replace", {}, done.at)

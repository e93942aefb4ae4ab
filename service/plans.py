"""Plans: many messages go out in one commit or none does; all that waits is held in one act."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from knowledge.refusals import Conflict
from ontology.events import Draft, Event, Json
from ontology.identity import Scope, ThingId
from ontology.lifecycle import Actor, ActRefused
from ontology.lifecycle import act as follow
from ontology.lifecycle_data import DataProblem
from service.acts import acted, standing
from service.committing import Done, ThingUnknown, commit_all
from service.message_content import KIND
from service.world import World

MOST: Final = 50
"""How many messages one plan publishes: the variants of a work over its places and channels."""

HELD_AT_ONCE: Final = 100
WAITING: Final = ("approved", "scheduled", "due")
"""The states from which a message could go out."""


def publish_together(world: World, messages: Sequence[ThingId], actor: Actor) -> tuple[Event, ...]:
    """Let all of these messages go out, or none: the gate judges how they would stand together.

    Raises:
        ThingUnknown: one of them is not there.
        ActRefused: one of them can't be published; every reason is in it.
        GateRefused: a shape refuses one of them.
        Conflict: others kept writing to what they rely on.
    """
    wanted = [*dict.fromkeys(messages)]
    joint = world.joints[KIND]

    def prepare() -> list[Draft]:
        acts, more, problems = [], [], []
        for message in wanted:
            try:
                done = _allowed(world, message, "publish", {}, actor)
            except ActRefused as error:
                problems += [_about(message, one) for one in error.problems]
                continue
            at = done.at
            acts.append(acted(world.ids("event"), done.stands, done.outcome, actor, at))
            more += joint.drafts(world, done)
        if problems:
            raise ActRefused("publish", tuple(problems), ())
        return [*acts, *_once(more)]

    world.catch_up()
    relied = [Scope(message) for message in wanted]
    for message in wanted:
        relied += joint.relied(world, standing(world, message, KIND), "publish")
    return commit_all(world, relied, prepare)[: len(wanted)]


def hold_all(
    world: World, reason: str, actor: Actor, *, incident: ThingId | None = None
) -> list[ThingId]:
    """Hold everything that could go out, of an incident or at all; which messages were held.

    What goes out between the look and the commit is live. Where others write to one of a share,
    its messages are held one by one, and what they made of that one is left to them.
    """
    world.catch_up()
    held: list[ThingId] = []
    waiting = _waiting(world, incident)
    for start in range(0, len(waiting), HELD_AT_ONCE):
        share = waiting[start : start + HELD_AT_ONCE]
        try:
            held += _held(world, share, reason, actor)
        except (ActRefused, Conflict):
            held += _held_alone(world, share, reason, actor)
    world.catch_up()
    return held


def _held(world: World, share: Sequence[ThingId], reason: str, actor: Actor) -> list[ThingId]:
    def prepare() -> list[Draft]:
        told: dict[str, Json] = {"reason": reason}
        dones = [_allowed(world, one, "hold", told, actor) for one in share]
        return [acted(world.ids("event"), d.stands, d.outcome, actor, d.at) for d in dones]

    events = commit_all(world, [Scope(one) for one in share], prepare)
    return [event.subject for event in events]


def _held_alone(
    world: World, share: Sequence[ThingId], reason: str, actor: Actor
) -> list[ThingId]:
    held = []
    for one in share:
        with suppress(ActRefused, Conflict):
            held += _held(world, [one], reason, actor)
    return held


def _waiting(world: World, incident: ThingId | None) -> list[ThingId]:
    graph = world.graph
    known = (
        graph.of_type("Message") if incident is None else graph.subjects("aboutIncident", incident)
    )
    return [one for one in known if one.startswith(f"{KIND}/") and graph.state(one) in WAITING]


def _allowed(
    world: World, message: ThingId, act: str, data: dict[str, Json], actor: Actor
) -> Done:
    at = world.clock.now()
    stands = standing(world, message, KIND)
    if stands.state is None:
        raise ThingUnknown(message)
    outcome = follow(world.lifecycles, stands, act, actor=actor, at=at, data=data)
    return Done(stands=stands, outcome=outcome, actor=actor, at=at)


def _about(message: ThingId, problem: DataProblem) -> DataProblem:
    return DataProblem(problem.where, f"{message}: {problem.message}")


def _once(drafts: Sequence[Draft]) -> list[Draft]:
    """One act a thing and type: two messages of a plan may replace the same one."""
    return [*{(draft.subject, draft.type): draft for draft in drafts}.values()]

"""Plans: many messages go out in one commit or none does."""

from collections.abc import Sequence
from typing import Final, cast

from knowledge.refusals import Conflict, IdempotencyMismatch
from ontology.events import Draft, Event, Json
from ontology.identity import Scope, ThingId
from ontology.lifecycle import Actor, ActRefused
from ontology.lifecycle import act as follow
from ontology.lifecycle_data import DataProblem
from service.acts import ACTED, acted, standing
from service.committing import Done, ThingUnknown, commit_all
from service.message_content import KIND
from service.planning import KIND as PLAN
from service.planning import Terms, begun
from service.publishing import published
from service.world import World

MOST: Final = 50
"""How many messages one plan publishes: the variants of a work over its places and channels."""

_USUAL: Final = Terms()


def publish_together(
    world: World,
    messages: Sequence[ThingId],
    actor: Actor,
    *,
    plan: ThingId | None = None,
    terms: Terms = _USUAL,
) -> tuple[Event, ...]:
    """Let all of these messages go out, or none: the gate judges how they would stand together.

    The events of the messages, and last the one with which their plan begins. A plan that began
    before is given back as it began.

    Raises:
        ThingUnknown: one of them is not there.
        ActRefused: one of them can't be published; every reason is in it.
        GateRefused: a shape refuses one of them.
        Conflict: others kept writing to what they rely on.
        IdempotencyMismatch: the plan went out before, with other messages.
    """
    wanted = [*dict.fromkeys(messages)]
    named = plan or ThingId(world.ids(PLAN))
    if plan is not None and (before := _begun_before(world, plan, wanted)):
        return before

    def prepare() -> list[Draft]:
        dones = _all_allowed(world, wanted, actor)
        acts = [acted(world.ids("event"), d.stands, d.outcome, actor, d.at) for d in dones]
        begins = begun(world, named, wanted, terms, actor, world.clock.now())
        return [*acts, begins, *_once([one for d in dones for one in published(world, d, named)])]

    world.catch_up()
    relied = [Scope(named), *map(Scope, wanted)]
    for message in wanted:
        relied += world.joints[KIND].relied(world, standing(world, message, KIND), "publish")
    try:
        return commit_all(world, relied, prepare)[: len(wanted) + 1]
    except (ActRefused, Conflict):  # perhaps because a retry of the same plan was first
        if plan is None or not (before := _begun_before(world, plan, wanted)):
            raise
        return before


def _all_allowed(world: World, messages: Sequence[ThingId], actor: Actor) -> list[Done]:
    """What publishing each of them would be.

    Raises:
        ActRefused: one of them can't be published; every reason is in it.
    """
    dones, problems = [], []
    for message in messages:
        try:
            dones.append(_allowed(world, message, "publish", {}, actor))
        except ActRefused as error:
            problems += [_about(message, one) for one in error.problems]
    if problems:
        raise ActRefused("publish", tuple(problems), ())
    return dones


def _begun_before(world: World, plan: ThingId, wanted: Sequence[ThingId]) -> tuple[Event, ...]:
    """The events with which a plan went out, its messages first; none where it did not.

    Raises:
        IdempotencyMismatch: it went out with other messages.
    """
    found = world.ledger.read(0, types=(ACTED,), subject=plan, limit=1)
    if not found:
        return ()
    begun_with = cast("dict[str, list[str]]", found[0].data["properties"])["publishes"]
    if {*begun_with} != {*wanted}:
        raise IdempotencyMismatch(found[0].sequence)
    count = len(begun_with)
    return world.ledger.range(found[0].sequence - count, count + 1)


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

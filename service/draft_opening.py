"""Opening a policy draft: from the active policy, another one, a proposal, or another draft."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from ontology.events import Draft, Json
from ontology.identity import Scope, ThingId
from ontology.lifecycle import Actor, Standing
from ontology.lifecycle import act as follow
from service.acts import acted
from service.committing import commit_all, event_id, said_before
from service.draft_editing import Saving, changed, event_of, one
from service.policy_drafts import DRAFT, OPENED, PolicyDraft
from service.policy_sources import source
from service.problems import ProblemError
from service.world import World

MOST_OPEN: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A draft that somebody begins: from which policy, what it is called, why."""

    start: str
    name: str
    reason: str


def open_draft(
    world: World, opening: Opening, actor: Actor, idempotency: str | None = None
) -> PolicyDraft:
    """Begin a draft on a policy.

    What is opened from a proposal goes on from where that was written. All else is written on the
    active policy, in place of it.

    Raises:
        ProblemError: too many drafts are open (409).
        SourceUnknown: no policy is meant by the name.
        ActRefused: the actor may not.
    """
    said = world.keys.mac(DRAFT, [opening.start, opening.name, opening.reason]).hex()[:32]
    event = event_id(world, idempotency)
    world.catch_up()
    if idempotency is not None and (found := said_before(world, event, said)) is not None:
        return one(world, found.subject)
    thing = ThingId(world.ids(DRAFT))

    def prepare() -> Sequence[Draft]:
        known = world.policy_drafts.all.values()
        if sum(draft.state == "editing" for draft in known) >= MOST_OPEN:
            words = f"{MOST_OPEN} drafts are open; discard one that nobody writes any more."
            raise ProblemError(HTTPStatus.CONFLICT, "too-many-drafts", words)
        at, base = world.clock.now(), _base(world, opening.start)
        stands = Standing(thing=thing, kind=DRAFT, state=None)
        data: dict[str, Json] = {"reason": opening.reason}
        outcome = follow(world.lifecycles, stands, "open", actor=actor, at=at, data=data)
        told: dict[str, Json] = {"name": opening.name, "base": base, **data, "said": said}
        return [
            event_of(thing, OPENED, actor, at, told, event),
            acted(world.ids("event"), stands, outcome, actor, at),
            *_differing(world, thing, opening.start, base, actor),
        ]

    commit_all(world, [Scope(thing)], prepare)
    world.catch_up()
    return one(world, thing)


def _differing(
    world: World, thing: ThingId, start: str, base: str, actor: Actor
) -> Iterator[Draft]:
    """The first change, where a draft starts from other files than those of its base."""
    files, under = source(world, start).files, world.policies.files(base)
    names = [name for name in {*files, *under} if files.get(name) != under.get(name)]
    if names:
        at = world.clock.now()
        fresh = PolicyDraft(id=thing, name="", reason="", by=actor.id, opened_at=at, base=base)
        saving = Saving(files={name: files.get(name) for name in names})
        yield changed(world, fresh, saving, actor, world.ids("event"))


def _base(world: World, start: str) -> str:
    proposal = world.policies.proposals.get(ThingId(start))
    if proposal is not None and proposal.base is not None:
        return proposal.base
    draft = world.policy_drafts.all.get(ThingId(start))
    return draft.base if draft is not None else source(world, "active").digest

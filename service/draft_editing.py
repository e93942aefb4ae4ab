"""Editing policy drafts: files saved as long as nobody else holds the draft or was first."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final

from ontology.events import Draft, Event, Json
from ontology.identity import Scope, ThingId
from ontology.lifecycle import Actor
from service.bundle import PARTS, part_of
from service.committing import commit
from service.policies import Policies
from service.policy_drafts import (
    CHANGED,
    LOCKED,
    UNLOCKED,
    PolicyDraft,
    etag,
    overlaid,
)
from service.policy_sources import Source
from service.problems import Fault, ProblemError, not_found, quoted, unprocessable
from service.proposing import MOST_BYTES
from service.world import World

MOST_FILE: Final = 1_000_000
MOST_CHANGED: Final = 3_000_000
MOST_FILES: Final = 500
EXAMPLE: Final = "policy-draft/01kb8x3vq2m7c4d5e6f7g8h9ja"


@dataclass(frozen=True, slots=True, kw_only=True)
class Saving:
    """What a save sets: files by name, None for one that goes; perhaps on another base.

    `undoes` names the change that it takes back.
    """

    files: Mapping[str, str | None]
    base: str | None = None
    undoes: int | None = None


Prepared = Callable[[PolicyDraft], Saving]
"""What to save, given the draft as it stands; raises where it can't be."""


def one(world: World, thing: str) -> PolicyDraft:
    """A draft by its id.

    Raises:
        ProblemError: there is none (404).
    """
    found = world.policy_drafts.all.get(ThingId(thing))
    if found is None:
        raise not_found("policy draft", thing, EXAMPLE)
    return found


def files_of(policies: Policies, draft: PolicyDraft) -> dict[str, str]:
    """All files of a draft, those of its base among them."""
    return overlaid(policies.files(draft.base), draft.overlay)


def save(world: World, thing: str, prepared: Prepared, actor: Actor) -> Event | None:
    """Save what `prepared` makes of the draft as it stands; None where that changes nothing.

    Raises:
        ProblemError: it is over (409), held by somebody else (423), too large (413), or has a
            file that is none of a policy's (422).
        Conflict: others kept saving.
    """
    draft = one(world, thing)
    event = world.ids("event")

    def prepare() -> Draft:
        stands = one(world, thing)
        _may(stands, actor, world.clock.now())
        saving = prepared(stands)
        _check(stands, saving)
        if _same(world, stands, saving):
            raise _Unchanged
        return changed(world, stands, saving, actor, event)

    try:
        saved = commit(world, [Scope(draft.id)], prepare)
    except _Unchanged:
        return None
    world.catch_up()
    return saved


def hold(world: World, thing: str, actor: Actor, span: timedelta | None) -> PolicyDraft:
    """Take or renew the lock of a draft for a time; None lets go of it.

    Raises:
        ProblemError: the draft is over (409), or somebody else holds it (423).
    """

    def prepare() -> Draft:
        draft, at = one(world, thing), world.clock.now()
        _may(draft, actor, at)
        if span is None:
            return event_of(draft.id, UNLOCKED, actor, at, {}, event)
        until: dict[str, Json] = {"until": (at + span).isoformat()}
        return event_of(draft.id, LOCKED, actor, at, until, event)

    event = world.ids("event")
    commit(world, [Scope(one(world, thing).id)], prepare)
    world.catch_up()
    return one(world, thing)


class _Unchanged(Exception):
    """Nothing would change."""


def _may(draft: PolicyDraft, actor: Actor, at: datetime) -> None:
    if draft.state != "editing":
        words = f"{draft.id} is {draft.state}; open another one."
        raise ProblemError(HTTPStatus.CONFLICT, "draft-over", words)
    lock = draft.holder(at)
    if lock is not None and lock.by != actor.id:
        raise ProblemError(
            HTTPStatus.LOCKED,
            "locked",
            f"{lock.by} edits it until {lock.until.isoformat()}; wait, or take it over with the"
            " act take-over and a reason.",
            headers={"Retry-After": str(max(1, int((lock.until - at).total_seconds())))},
        )


def _check(draft: PolicyDraft, saving: Saving) -> None:
    """Refuse what is no file of a policy, or too much."""
    for name, text in saving.files.items():
        if text is not None and part_of(name) is None:
            places = ", ".join(f"{part.folder}/{part.names}" for part in PARTS)
            fault = Fault(
                pointer="",
                detail=f"is none of {places}",
                value=quoted(name),
                example="rules/books/escalation.yaml",
            )
            raise unprocessable([fault])
    sizes = [len(text.encode()) for text in saving.files.values() if text is not None]
    under = {} if saving.base is not None else draft.overlay
    overlay = {**under, **saving.files}
    total = sum(len(text.encode()) for text in overlay.values() if text is not None)
    for many, most in ((max(sizes, default=0), MOST_FILE), (total, MOST_CHANGED)):
        if many > most:
            words = f"{many:,} bytes are more than {most:,}."
            raise ProblemError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too-large", words)


def _same(world: World, draft: PolicyDraft, saving: Saving) -> bool:
    now = files_of(world.policies, draft)
    moves = saving.base is not None and saving.base != draft.base
    return not moves and all(now.get(name) == text for name, text in saving.files.items())


def changed(world: World, draft: PolicyDraft, saving: Saving, actor: Actor, event: str) -> Draft:
    """The event of a save; what equals the base is not kept as a difference from it."""
    now = files_of(world.policies, draft)
    under = draft.overlay if saving.base is None else {}
    then = overlaid(world.policies.files(saving.base or draft.base), {**under, **saving.files})
    before, after = Source.of("", now), Source.of("", then)
    size = sum(len(content) for content in after.content.values())
    if size > MOST_BYTES or len(then) > MOST_FILES:
        words = (
            f"{size:,} bytes in {len(then)} files are more than {MOST_BYTES:,} in {MOST_FILES}."
        )
        raise ProblemError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too-large", words)
    names = sorted(name for name in {*now, *then} if now.get(name) != then.get(name))
    told: dict[str, Json] = {
        "files": dict(saving.files),
        "changed": {name: [_mark(now, name), _mark(then, name)] for name in names},
        "before": before.digest,
        "after": after.digest,
        **({"base": saving.base} if saving.base is not None else {}),
        **({"undoes": saving.undoes} if saving.undoes is not None else {}),
    }
    return event_of(draft.id, CHANGED, actor, world.clock.now(), told, event)


def _mark(files: Mapping[str, str], name: str) -> str | None:
    return etag(files[name]) if name in files else None


def event_of(
    thing: ThingId, kind: str, actor: Actor, at: datetime, data: Mapping[str, Json], event: str
) -> Draft:
    """The draft of an event about a policy draft; `event` is its id."""
    return Draft(
        id=event,
        type=kind,
        subject=thing,
        actor=actor.id,
        occurred_at=at,
        scopes=(Scope(thing),),
        data=data,
    )

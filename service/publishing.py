"""Publishing: what goes with a message that goes out or is taken back."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from ontology.events import Draft, Json
from ontology.identity import Scope, ThingId
from ontology.lifecycle import ActRefused, Standing
from ontology.lifecycle_data import MAX_DURATION, DataProblem
from ontology.values import encode
from service import boundaries, earned, informing
from service.audiences import HOLDS, refuse_selling
from service.committing import Done, Here
from service.embargoes import terms
from service.message_content import KIND, PROMISE, Content, due_of, read, standing_for
from service.placements import ASKED
from service.placing import placed, taken_down
from service.planning import KIND as PLAN
from service.planning import Terms, begun
from service.signing import accompanying, voided

PUBLISHED: Final = "message.published"
WITHDRAWN: Final = "message.withdrawn"
_TOLD: Final = {
    "work": "versionOf",
    "version": "versionNumber",
    "kind": "messageKind",
    "audience": "audience",
    "channel": "onChannel",
    "language": "language",
    "region": "forRegion",
    "team": "forTeam",
    "incident": "aboutIncident",
}
"""What channels are told besides the words, by the property that says it."""

_DOORS: Final = {
    "draft": "POST /v1/messages",
    "edit": "PUT /v1/messages/<id>",
    "submit": "POST /v1/messages/<id>/submission",
}
"""Acts that need more than an act carries."""

_UNDONE: Final = frozenset({"return", "reject", "recall"})
_OPEN: Final = frozenset({"open", "broken"})
_WARNED: Final = 0.75
"""The part of its time after which a promise that nobody has kept yet is warned of."""


class MessageJoint:
    """Going out replaces the version before and makes its promises; coming back ends them."""

    def relied(self, world: Here, stands: Standing, act: str) -> tuple[Scope, ...]:
        """The versions that it replaces, its work, its promises."""
        if act not in {"publish", "withdraw"} or stands.state is None:
            return (HOLDS,) if act == "release" else ()
        content = read(world.graph, stands.thing)
        work = content.one("versionOf")
        under = content.one("underPathway")
        named = [*standing_for(world.graph, content), *content.promises]
        named += [ThingId(under)] if under is not None else []
        others = (*earned.relied(content), *boundaries.relied(world, content), HOLDS)
        others = (*others, *informing.relied(world, content))
        return (*map(Scope, named), *([Scope(work)] if work is not None else []), *others)

    def drafts(self, world: Here, done: Done) -> list[Draft]:
        """What follows for other versions, for approvals and for promises.

        Raises:
            ActRefused: it promises something for a time that has passed, or the act has a door
                of its own.
        """
        act, message = done.outcome.act, done.stands.thing
        if act in _DOORS:
            raise ActRefused(act, (DataProblem("act", f"do it by {_DOORS[act]}"),), ())
        if act == "publish":
            plan = ThingId(world.ids(PLAN))
            drafts = published(world, done, plan)
            if not any(draft.type == ASKED for draft in drafts):
                return drafts
            at = done.at
            return [*drafts, begun(world, plan, [message], Terms(), done.actor, at)]
        if act == "withdraw":
            content = read(world.graph, message)
            ended = [*_ended(world, content, done), *_out(world, content, done)]
            owed = earned.taken_back(world, content, done)
            ended += informing.taken_back(world, content, done)
            return [*ended, *owed, *taken_down(world, message, done.at)]
        if act == "release":
            refuse_selling(world, message, act)
        return [*voided(world, message, done.at)] if act in _UNDONE else []


def published(world: Here, done: Done, plan: ThingId) -> list[Draft]:
    """What goes with a message that goes out with a plan: what it replaces, promises and asks.

    Raises:
        ActRefused: it promises something for a time that has passed, its pathway holds no more, it
            sells against a hold, repeats what was said off the record, or does not meet the
            duty that it names.
    """
    content = read(world.graph, done.stands.thing)
    refuse_selling(world, content.id, "publish")
    _still_inside(world, content, done)
    asks = [*placed(world, content, plan, done.at)]
    replaced = [*_superseded(world, content, done)]
    made = [*_made(world, content, done), *_out(world, content, done)]
    told = [*boundaries.named(world, content, done.actor), *earned.gone_out(world, content, done)]
    told += informing.said(world, content, done)
    return [*made, *asks, *replaced, *told]  # the new words are posted before the old ones go


def _out(world: Here, content: Content, done: Done) -> Iterator[Draft]:
    """What channels are told: the words and their place, or that they are taken back.

    Words to one person are in the sealed record only; whoever sends them asks for them by key.
    """
    public = content.one("addressee") is None
    told: dict[str, Json] = {
        "digest": content.digest,
        "replaces": [*standing_for(world.graph, content)],
        **{name: content.one(term) for name, term in _TOLD.items()},
        **terms(world, content.id),
        **({name: content.one(name) for name in ("subject", "text")} if public else {}),
    }
    yield Draft(
        id=world.ids("event"),
        type=PUBLISHED if done.outcome.act == "publish" else WITHDRAWN,
        subject=content.id,
        actor=done.actor.id,
        occurred_at=done.at,
        data={name: value for name, value in told.items() if value is not None},
        governed=False,
    )


def _still_inside(world: Here, content: Content, done: Done) -> None:
    """Refuse what went without a signature by a pathway that holds no more."""
    under = content.one("underPathway")
    if under is None:
        return
    shown = world.graph.properties(ThingId(under))
    state, *_ = shown.get("state", (None,))
    end, *_ = shown.get("validUntil", (None,))
    if state == "approved" and datetime.fromisoformat(str(end)) > done.at:
        return
    words = f"{under} holds no more ({state}, valid until {end}); submit the message again"
    raise ActRefused("publish", (DataProblem("underPathway", words),), ("recall",))


def _superseded(world: Here, content: Content, done: Done) -> Iterator[Draft]:
    """The version that it revises; another live one is for the gate to refuse."""
    for other in standing_for(world.graph, content):
        if other == content.one("revisionOf"):
            yield accompanying(world, other, KIND, "supersede", {}, done.at)
            yield from _ended(world, read(world.graph, other), done)
            yield from taken_down(world, other, done.at)


def _made(world: Here, content: Content, done: Done) -> Iterator[Draft]:
    owner = world.graph.get(content.incident, "ownedBy") if content.incident is not None else None
    for one, part in content.promises.items():
        left = _left(part, done.at)
        team = part.get("ownedBy", (owner,))[0]
        data: dict[str, Json] = {
            "warn": encode(_whole(left * _WARNED)),
            "within": encode(_whole(left)),
        }
        data |= {"team": team} if team is not None else {}
        stands = Standing(thing=one, kind=PROMISE, state=None)
        yield accompanying(world, one, PROMISE, "make", data, done.at, stands=stands)


def _left(part: Mapping[str, tuple[Json, ...]], at: datetime) -> timedelta:
    """The time until a promise is due.

    Raises:
        ActRefused: it has passed, or is further away than a deadline can be.
    """
    due = due_of(part)
    if at < due <= at + MAX_DURATION:
        return due - at
    wrong = (
        "which has passed"
        if due <= at
        else f"more than {MAX_DURATION.days} days ahead; promise a nearer step"
    )
    words = f"it promises {part['sentence'][0]!r} for {due.isoformat()}, {wrong}"
    raise ActRefused("publish", (DataProblem("promises", words),), ("recall",))


def _ended(world: Here, content: Content, done: Done) -> Iterator[Draft]:
    for one in content.promises:
        if world.graph.state(one) in _OPEN:
            yield accompanying(world, one, PROMISE, "void", {}, done.at)


def _whole(span: timedelta) -> timedelta:
    return timedelta(seconds=max(1, int(span.total_seconds())))

"""Deviations: somebody asks to say other words; a grant signs exactly these."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from ontology.decisions import Requirement
from ontology.events import Draft, Event, Json
from ontology.identity import Scope, ThingId, kind_of
from ontology.lifecycle import Actor, ActRefused, Past, Standing
from ontology.lifecycle import act as follow
from ontology.lifecycle_data import DataProblem
from ontology.record_values import RecordInvalid
from ontology.values import encode
from service.acts import acted
from service.approving import stranger, upwards
from service.committing import Done, Here, ThingUnknown, commit_all
from service.deviation_terms import answers_within, holds_until
from service.message_content import Content, read
from service.recording import amended, written
from service.signing import accompanying

KIND: Final = "deviation"
_OPEN: Final = frozenset({"draft", "returned"})
_NEVER: Final = frozenset({"executive-approval", "board-approval", "empathy-check"})
"""Signatures that the gate asks for by name, whoever grants other words."""


def request(
    world: Here, message: ThingId, actor: Actor, *, reason: str, instead_of: str, team: str | None
) -> Event:
    """Ask whether a draft may be said instead of a message or a template.

    The first team asked is the one named, else the one above the requester's own.

    Raises:
        ThingUnknown: there is no such message.
        ActRefused: it is no draft, or asked for already.
        RecordInvalid: there is no team to ask, or what it deviates from is no message here.
    """
    deviation = ThingId(world.ids(KIND))

    def prepare() -> list[Draft]:
        content = read(world.graph, message)
        first = _first(world, content, actor, instead_of, team)
        at = world.clock.now()
        stands = Standing(thing=deviation, kind=KIND, state=None)
        data: dict[str, Json] = {"digest": content.digest, **_asked(world, first)}
        outcome = follow(world.lifecycles, stands, "request", actor=actor, at=at, data=data)
        said: dict[str, Json] = {
            "proposes": message,
            "requester": actor.id,
            "askedBecause": reason,
            "deviatesFrom": instead_of,
            "addressee": content.one("addressee"),
        }
        # the record first: one that is put later would take the team out of the queue
        return [
            written(world, deviation, "Deviation", said, actor),
            acted(world.ids("event"), stands, outcome, actor, at),
        ]

    return commit_all(world, [Scope(message), Scope(deviation)], prepare)[0]


def shown(world: Here, deviation: ThingId) -> Mapping[str, tuple[Json, ...]]:
    """What a deviation says.

    Raises:
        ThingUnknown: there is no such deviation.
    """
    found = world.graph.properties(deviation)
    if kind_of(deviation) != KIND or "state" not in found:
        raise ThingUnknown(deviation)
    return found


def granted(world: Here, content: Content) -> ThingId | None:
    """The last deviation that was granted for exactly what a message says, and has not ended."""
    for one in sorted(world.graph.subjects("proposes", content.id), reverse=True):
        same = world.graph.get(one, "contentDigest") == content.digest
        if same and world.graph.state(one) == "granted" and not _ended(world, one):
            return one
    return None


def _ended(world: Here, deviation: ThingId) -> bool:
    until = world.graph.get(deviation, "validUntil")
    return until is not None and datetime.fromisoformat(str(until)) <= world.clock.now()


def signs(world: Here, content: Content, needed: Requirement, fallback: str) -> bool:
    """Whether a grant counts as a signature: of the team that has to sign, or one above it."""
    deviation = granted(world, content)
    cleared = content.one("admission") == "fault" and needed.name == "legal-approval"
    if deviation is None or cleared or needed.name in _NEVER:
        return False
    by = world.graph.get(deviation, "routedTo")
    return by in upwards(world, ThingId(needed.from_team or fallback))


def lets(world: Here, content: Content, board: ThingId) -> bool:
    """Whether a board, or a team above it, granted exactly what a message says."""
    deviation = granted(world, content)
    by = world.graph.get(deviation, "routedTo") if deviation is not None else None
    return by in upwards(world, board)


class DeviationJoint:
    """Answered by the team that is asked; where nobody answers, the next one up is."""

    def relied(self, world: Here, stands: Standing, act: str) -> tuple[Scope, ...]:  # noqa: ARG002
        """The message whose words it is about."""
        message = world.graph.get(stands.thing, "proposes")
        return (Scope(str(message)),) if message is not None else ()

    def drafts(self, world: Here, done: Done) -> list[Draft]:
        """The next team up is asked once one has let its time pass.

        Raises:
            ActRefused: the actor may not answer, or the text has changed since.
        """
        match done.outcome.act:
            case "request":
                problem = DataProblem("act", "do it by POST /v1/deviations, with the reason")
                raise ActRefused("request", (problem,), ())
            case "grant":
                _answered(world, done)
                return [_holding(world, done)]
            case "refuse":
                _answered(world, done)
                return []
            case "lapse":
                return _passed_up(world, done)
            case _:
                return []


def _first(
    world: Here, content: Content, actor: Actor, instead_of: str, team: str | None
) -> ThingId:
    if content.state not in _OPEN:
        problem = DataProblem("message", f"it is {content.state}, no draft; recall it first")
        raise ActRefused("request", (problem,), ("recall",))
    if _waiting(world, content):
        problem = DataProblem("message", "somebody is asked about exactly these words already")
        raise ActRefused("request", (problem,), ())
    if kind_of(ThingId(instead_of)) == "message" and not world.graph.exists(ThingId(instead_of)):
        raise RecordInvalid({"/instead_of": f"{instead_of[:140]!r} is no message here"})
    own = world.graph.get(actor.id, "memberOf")
    above = upwards(world, ThingId(str(own)))[1:2] if own is not None else []
    named = [team] if team is not None else above
    if not named or not world.graph.exists(ThingId(named[0])):
        words = f"{team or 'nobody'} is no team here; name one like team/crisis-office"
        raise RecordInvalid({"/team": words})
    return ThingId(named[0])


def _waiting(world: Here, content: Content) -> bool:
    return any(
        world.graph.state(one) == "requested"
        and world.graph.get(one, "contentDigest") == content.digest
        for one in world.graph.subjects("proposes", content.id)
    )


def _asked(world: Here, team: ThingId) -> dict[str, Json]:
    return {"team": team, "within": encode(answers_within(world, team))}


def _answered(world: Here, done: Done) -> None:
    deviation, act = done.stands.thing, done.outcome.act
    if world.graph.get(deviation, "requester") == done.actor.id:
        words = f"{done.actor.id} asks for it; somebody else must {act}"
        raise ActRefused(act, (DataProblem("actor", words),), ())
    if problem := stranger(world, done):
        raise ActRefused(act, (problem,), ())
    content = read(world.graph, ThingId(str(world.graph.get(deviation, "proposes"))))
    if act == "grant" and content.digest != world.graph.get(deviation, "contentDigest"):
        problem = DataProblem("digest", "the text has changed since; ask for it anew")
        raise ActRefused(act, (problem,), ("refuse",))


def _holding(world: Here, done: Done) -> Draft:
    """The record with the end of the grant."""
    team = ThingId(str(world.graph.get(done.stands.thing, "routedTo")))
    until = holds_until(world, team, done.at, done.outcome.details.get("until"))
    end = until.isoformat().replace("+00:00", "Z")
    return amended(world, done.stands.thing, {"validUntil": end}, done.actor)


def _passed_up(world: Here, done: Done) -> list[Draft]:
    stands, state = done.stands, done.outcome.to_state
    path = upwards(world, ThingId(str(world.graph.get(stands.thing, "routedTo"))))
    if len(path) == 1:
        return []
    past = Past(act="lapse", actor=done.actor.id, before=stands.state, after=state)
    after = Standing(thing=stands.thing, kind=KIND, state=state, history=(*stands.history, past))
    data = _asked(world, ThingId(path[1]))
    return [accompanying(world, stands.thing, KIND, "ask-next", data, done.at, stands=after)]

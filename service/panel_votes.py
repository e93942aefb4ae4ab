"""Votes of panels: secret ballots by seat, counted once closed, with dissent and intervals."""

from collections.abc import Iterator
from typing import Any, Final

from knowledge.measures.estimates import Estimate
from knowledge.proportions import wilson
from ontology.events import Draft, Event, Json
from ontology.identity import Scope, ThingId, kind_of
from ontology.lifecycle import Actor, ActRefused, Standing
from ontology.lifecycle_data import DataProblem
from ontology.record_values import RecordInvalid
from ontology.values import quote
from service import ballots
from service.ballots import Ballot
from service.beginning import Beginning, begin
from service.committing import Done, Here, ThingUnknown
from service.kept_documents import digest_of, document, kept
from service.panel_bodies import BallotIn, QuestionIn
from service.panels import seats, sits

KIND: Final = "panel-vote"
CAST: Final = "panel.ballot"
READABLE: Final = frozenset({"closed", "laid-before"})
_BATCH: Final = 500


def open_vote(
    world: Here,
    panel: ThingId,
    said: QuestionIn,
    actor: Actor,
    *,
    idempotency: str | None = None,
) -> Event:
    """Put a question to the seats of a panel.

    Raises:
        ActRefused: the panel is not seated, or fewer sit than the quorum.
        RecordInvalid: what it is about does not stand.
        IdempotencyMismatch: the key was used for something else.
    """

    def made(thing: ThingId) -> Beginning:
        sitting = sum(one.state == "accepted" for one in seats(world, panel))
        if world.graph.state(panel) != "seated":
            words = f"{panel} is {world.graph.state(panel)}; it votes once it is seated"
            raise _refused("open", "state", words)
        if sitting < said.quorum:
            words = f"{sitting} sit on {panel}; a quorum of {said.quorum} can't be reached"
            raise _refused("open", "quorum", words)
        about = ThingId(said.on)
        if kind_of(about) != "template" and not world.graph.exists(about):
            raise RecordInvalid({"/on": f"there is no {quote(said.on)} here"})
        content: dict[str, Any] = {
            "said": said.model_dump(mode="json"),
            "panel": panel,
            "sitting": sitting,
        }
        digest = digest_of(content)
        properties: dict[str, Json] = {
            "name": said.question[:200],
            "ofPanel": panel,
            "votesOn": said.on,
        }
        return Beginning(
            properties=properties,
            data={"digest": digest, "within": said.within},
            beside=[kept(world, thing, content, actor)],
        )

    return begin(
        world,
        KIND,
        "open",
        made,
        actor,
        body=said,
        idempotency=idempotency,
        relied=[Scope(panel)],
    )


def cast(world: Here, vote: ThingId, said: BallotIn, actor: Actor) -> Event:
    """Record a seat's ballot, sealed; who carries it is on record, how it votes is not readable.

    Raises:
        ThingUnknown: there is no such vote.
        ActRefused: it is over, or the code is not that of the seat.
        RecordInvalid: no such option.
        Conflict: the vote was closed at the same moment.
    """
    scope = Scope(vote)
    versions = world.ledger.versions([scope])
    world.catch_up()
    content = document(world, vote)
    if not content:
        raise ThingUnknown(vote)
    state = world.graph.state(vote)
    if state != "voting":
        raise _refused("vote", "state", f"{vote} is {state}; ballots are cast while it is voting")
    if not sits(world, ThingId(content["panel"]), said.seat, said.code):
        raise _refused("vote", "code", f"the code is not that of seat {said.seat}")
    options = content["said"]["options"]
    if said.choice not in options:
        there = ", ".join(options)
        words = f"{quote(said.choice)} is no option; they are {there}"
        raise RecordInvalid({"/choice": words})
    event = world.ids("event")
    seat = ThingId(f"seat/{said.seat}")
    ballot = Ballot(by=seat, dilemma=vote, choice=said.choice, reason=said.reason)
    key = world.keys.secret(ballots.SECRET)
    draft = Draft(
        id=event,
        type=CAST,
        subject=vote,
        actor=actor.id,
        occurred_at=world.clock.now(),
        data={"seat": said.seat, "ballot": ballots.sealed(key, ballot, vote, event)},
        governed=False,
    )
    (recorded,) = world.ledger.append([draft], expected=versions)
    return recorded


def told(world: Here, vote: ThingId) -> dict[str, Any]:
    """A vote: its question, how many voted, and once it is closed the result and the dissent.

    Raises:
        ThingUnknown: there is none.
    """
    content = document(world, vote)
    if not content:
        raise ThingUnknown(vote)
    said, state = content["said"], world.graph.state(vote)
    cast_by = {int(str(one.data["seat"])) for one in _cast(world, vote)}
    shown = world.graph.properties(vote)
    found: dict[str, Any] = {
        "id": vote,
        "state": state,
        "panel": content["panel"],
        **said,
        "sitting": content["sitting"],
        "voted": len(cast_by),
        "laid_before": [*shown.get("evidenceFor", ())],
        "result": None,
    }
    if state in READABLE:
        found["result"] = _result(world, vote, said)
    return found


def evidence(world: Here, proposal: ThingId) -> Iterator[dict[str, Any]]:
    """What panels said that was laid before a proposal."""
    for vote in sorted(world.graph.subjects("evidenceFor", proposal)):
        found = told(world, vote)
        result = found["result"] or {}
        kept = ("decided", "quorate", "turnout", "shares", "dissent")
        shown = {name: result.get(name) for name in kept}
        yield {"vote": vote, "question": found["question"], "on": found["on"], **shown}


def votes(world: Here, panel: ThingId | None = None, on: str | None = None) -> Iterator[ThingId]:
    """Votes, of one panel or about one thing, by id."""
    for one in sorted(world.graph.of_type("PanelVote")):
        if panel is not None and world.graph.get(one, "ofPanel") != panel:
            continue
        if on is None or world.graph.get(one, "votesOn") == on:
            yield one


def _result(world: Here, vote: ThingId, said: dict[str, Any]) -> dict[str, Any]:
    key = world.keys.secret(ballots.SECRET)
    found = [
        ballots.opened(
            key, str(one.data["ballot"]), vote, one.id, ThingId(f"seat/{one.data['seat']}")
        )
        for one in _cast(world, vote)
    ]
    count = ballots.count(vote, [one for one in found if one is not None], int(said["quorum"]))
    many = len(count.votes)
    shares = {}
    for option in said["options"]:
        hits = count.tally.get(option, 0)
        low, high = wilson(hits, many)
        value = hits / many if many else 0.0
        shares[option] = dict(Estimate(value=value, low=low, high=high, n=many).to_json())
    reasons = sorted((one.choice, one.reason) for one in count.votes if one.reason)
    dissent = sorted((one.choice, one.reason or "") for one in count.dissent)
    return {
        "decided": count.decided,
        "quorate": many >= count.quorum,
        "turnout": many,
        "shares": shares,
        "reasons": [{"choice": choice, "reason": reason} for choice, reason in reasons],
        "dissent": [{"choice": choice, "reason": reason or None} for choice, reason in dissent],
    }


def _cast(world: Here, vote: ThingId) -> Iterator[Event]:
    after = 0
    while events := world.ledger.read(after, types=(CAST,), subject=vote, limit=_BATCH):
        yield from events
        after = events[-1].sequence


def _refused(act: str, where: str, words: str) -> ActRefused:
    return ActRefused(act, (DataProblem(where, words),), ())


class PanelVoteJoint:
    """A question is put by one door; what is laid before a proposal activates nothing."""

    def relied(self, world: Here, stands: Standing, act: str) -> tuple[Scope, ...]:
        """Nothing else."""
        del world, stands, act
        return ()

    def drafts(self, world: Here, done: Done) -> list[Draft]:
        """Nothing goes with it.

        Raises:
            ActRefused: it has a door of its own, or a proposal does not stand.
        """
        act = done.outcome.act
        if act == "open":
            raise _refused(act, "act", "do it by POST /v1/panels/…/votes")
        if act == "lay-before":
            said = done.outcome.properties.get("evidenceFor")
            for one in said if isinstance(said, list) else []:
                if not world.graph.exists(ThingId(str(one))):
                    raise _refused(act, "proposal", f"there is no {one} here")
        return []

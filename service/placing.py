"""Placing: connectors are asked to post what goes out, and to take down what is taken back."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from ontology.events import Draft, Json
from ontology.identity import Scope, ThingId
from ontology.lifecycle import ATTUNE, ActRefused, Standing
from ontology.lifecycle_data import DataProblem
from service.alerts import KIND as ALERT
from service.committing import Done, Here
from service.connectors import Connector
from service.embargoes import terms
from service.message_content import Content
from service.pathways import larger
from service.placements import (
    ASKED,
    KIND,
    POST,
    TAKE_DOWN,
    Placement,
    digest_of,
    of_message,
    read,
    words_of,
)
from service.signing import accompanying

_DOOR: Final = "do it by POST /v1/connectors/<id>/receipts, under the connector's own key"
_BY_RECEIPT: Final = frozenset({"post", "post-again", "post-late", "fail", "stay", "take-down"})
"""Acts that follow from a receipt and have its door."""

_ENDED: Final = frozenset({"being-taken-back", "gone"})
_LONGEST: Final = 400
_TOLD: Final = {
    "incident": "aboutIncident",
    "kind": "messageKind",
    "audience": "audience",
    "channel": "onChannel",
    "language": "language",
    "region": "forRegion",
}
"""What a connector is told besides the words, by the property that says it."""


class PlacementJoint:
    """Asking again asks the connector; what should be gone and is not alerts people."""

    def relied(self, world: Here, stands: Standing, act: str) -> tuple[Scope, ...]:
        """Nothing besides the placement."""
        del world, stands, act
        return ()

    def drafts(self, world: Here, done: Done) -> list[Draft]:
        """What is asked of the connector, or who is alerted.

        Raises:
            ActRefused: the act has a door of its own.
        """
        act, placement = done.outcome.act, done.stands.thing
        if act in _BY_RECEIPT and done.actor.id != ATTUNE:
            raise ActRefused(act, (DataProblem("act", _DOOR),), ())
        known = read(world.ledger, placement)
        if known is None:
            return []
        if act in {"ask-again", "press"}:
            return [asked(world, known, POST if act == "ask-again" else TAKE_DOWN, done.at)]
        if act == "overdue":
            where = f"{channel_of(world, known)} ({known.connector})"
            words = f"{known.message} was taken back and may still stand on {where}."
            return [alert(world, known, words, done.at, name=f"{_local(placement)}-overdue")]
        return []


def placed(world: Here, content: Content, plan: ThingId, at: datetime) -> Iterator[Draft]:
    """What a message that goes out asks of each connector that it is for."""
    for connector in serving(world, content):
        placement = name_of(world, content.id, connector.id)
        data: dict[str, Json] = {"message": content.id, "connector": connector.id, "plan": plan}
        stands = Standing(thing=placement, kind=KIND, state=None)
        yield accompanying(world, placement, KIND, "ask", data, at, stands=stands)
        fresh = Placement(
            id=placement,
            message=content.id,
            connector=connector.id,
            plan=plan,
            state="going-out",
            since=at,
            asked_at=at,
            first_asked_at=at,
        )
        yield asked(world, fresh, POST, at)


def taken_down(world: Here, message: ThingId, at: datetime) -> Iterator[Draft]:
    """What a message that is taken back or replaced asks of each connector that may have it."""
    for name in of_message(world.graph, message):
        known = read(world.ledger, name)
        if known is not None and known.state not in _ENDED:
            yield accompanying(world, name, KIND, "take-back", {}, at)
            yield asked(world, known, TAKE_DOWN, at)


def serving(world: Here, content: Content) -> tuple[Connector, ...]:
    """The connectors that a message is for."""
    region = content.one("forRegion")
    there = [*larger(world, ThingId(region))] if region is not None else []
    channel, language = (str(content.one(name)) for name in ("onChannel", "language"))
    return world.connectors.serving(channel, there, language)


def name_of(world: Here, message: ThingId, connector: ThingId) -> ThingId:
    """The id of the one placement of a message through a connector."""
    return ThingId(f"{KIND}/{world.keys.mac('placements', [message, connector]).hex()[:26]}")


def asked(world: Here, known: Placement, do: str, at: datetime) -> Draft:
    """What a connector is asked; who drafts it relies on the placement, so that none asks twice.

    Words to one person stay in the sealed record; whoever sends them asks for them by key.
    """
    attempt = known.attempt + 1
    shown = world.graph.properties(known.message)
    told: dict[str, Json] = {
        "placement": known.id,
        "connector": known.connector,
        "do": do,
        "attempt": attempt,
        "message": known.message,
        "plan": known.plan,
        **{name: shown[term][0] for name, term in _TOLD.items() if term in shown},
        **terms(world, known.message),
    }
    if do == TAKE_DOWN:
        told |= {"external_id": known.external_id, "url": known.url}
    elif "addressee" not in shown:
        told |= {name: shown[name][0] for name in ("subject", "text") if name in shown}
        told["digest"] = digest_of(words_of(world.graph, known.message) or "")
    path = f"/v1/connectors/{_local(known.connector)}/receipts"
    told["confirm"] = {"method": "POST", "path": path}
    return Draft(
        id=world.ids("event"),
        type=ASKED,
        subject=known.id,
        actor=ATTUNE,
        occurred_at=at,
        scopes=(Scope(known.id),),
        data={name: value for name, value in told.items() if value is not None},
    )


def alert(
    world: Here,
    known: Placement,
    words: str,
    at: datetime,
    *,
    name: str,
    tier: str = "crisis-team",
) -> Draft:
    """The alert about a placement, to whoever owns its plan."""
    given: dict[str, Json] = {
        "team": world.graph.get(known.plan, "routedTo"),
        "incident": world.graph.get(known.message, "aboutIncident"),
        "tier": tier,
        "reason": words[:_LONGEST],
    }
    data = {key: value for key, value in given.items() if value is not None}
    thing = ThingId(f"{ALERT}/{name}")
    stands = Standing(thing=thing, kind=ALERT, state=None)
    return accompanying(world, thing, ALERT, "raise", data, at, stands=stands)


def channel_of(world: Here, known: Placement) -> str:
    """The channel on which a placement stands."""
    return str(world.graph.get(known.message, "onChannel"))


def _local(thing: ThingId) -> str:
    return thing.partition("/")[2]

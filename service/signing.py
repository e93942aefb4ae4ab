"""Signing: what attune itself does to approvals and messages beside the acts of people."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from ontology.events import Draft, Json
from ontology.identity import ThingId
from ontology.lifecycle import Standing
from ontology.lifecycle import act as follow
from service.acts import acted, standing
from service.committing import Here
from service.message_content import Content, approvals
from service.sweep import ITSELF

APPROVAL: Final = "approval"
STANDING: Final = frozenset({"requested", "granted"})
"""The states of a signature that has been asked for and not fallen away."""


def accompanying(  # noqa: PLR0913 - an act has that many sides
    world: Here,
    thing: ThingId,
    kind: str,
    act: str,
    data: Mapping[str, Json],
    at: datetime,
    *,
    stands: Standing | None = None,
) -> Draft:
    """An act of attune's own that goes with another one."""
    how = stands if stands is not None else standing(world, thing, kind)
    outcome = follow(world.lifecycles, how, act, actor=ITSELF, at=at, data=data)
    return acted(world.ids("event"), how, outcome, ITSELF, at)


def asking(  # noqa: PLR0913 - a signature has that many sides
    world: Here,
    content: Content,
    requirement: str,
    team: ThingId,
    within: Json,
    at: datetime,
    *,
    name: ThingId | None = None,
    instead: ThingId | None = None,
) -> Draft:
    """The request for one signature."""
    approval = name or ThingId(world.ids(APPROVAL))
    quorum = world.graph.get(team, "quorum")
    data: dict[str, Json] = {
        "message": content.id,
        "requirement": requirement,
        "team": team,
        "digest": content.digest,
        "within": within,
        "persons": quorum if isinstance(quorum, int) else None,
        "instead_of": instead,
    }
    given = {name: value for name, value in data.items() if value is not None}
    stands = Standing(thing=approval, kind=APPROVAL, state=None)
    return accompanying(world, approval, APPROVAL, "request", given, at, stands=stands)


def voided(world: Here, message: ThingId, at: datetime) -> Iterator[Draft]:
    """What was asked or granted before counts no more."""
    for one, shown in approvals(world.graph, message).items():
        if shown["state"][0] in STANDING:
            yield accompanying(world, one, APPROVAL, "void", {}, at)

"""Informing: a message that goes out meets what is owed; one that is taken back owes it again."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from ontology.events import Draft, Json
from ontology.identity import Scope, ThingId
from ontology.lifecycle import ActRefused
from ontology.lifecycle_data import DataProblem
from ontology.values import encode
from service.acts import ACTED
from service.committing import Done, Here, ThingUnknown
from service.duties import KIND, OPEN, Duty, lacks, of_incident, read, unlike
from service.message_content import Content
from service.signing import accompanying

WARNED: Final = 0.75
"""The part of its time after which the owner of a duty is warned."""

_MOST_ACTS: Final = 10_000
_UNDER_WAY: Final = frozenset({"candidate", "open", "recovery"})


def relied(world: Here, content: Content) -> list[Scope]:
    """The duties that a message may meet, or owe again."""
    if content.one("underDuty") is None or content.incident is None:
        return []
    return [Scope(one) for one in world.graph.subjects("owedFor", content.incident)]


def refused(world: Here, content: Content) -> list[DataProblem]:
    """Why a message does not meet the duty that it names; nothing where it names none."""
    named = content.one("underDuty")
    if named is None:
        return []
    try:
        duty = read(world.graph, ThingId(named))
    except ThingUnknown:
        return [DataProblem("duty", f"there is no {named}; GET /v1/duties lists them")]
    return [*lacks(content, duty, world.graph), *unlike(world, content, duty)]


def said(world: Here, content: Content, done: Done) -> Iterator[Draft]:
    """What going out means for duties: the one that the message names, and all that it meets.

    Raises:
        ActRefused: it names a duty and does not meet it.
    """
    if problems := refused(world, content):
        raise ActRefused("publish", tuple(problems), ("recall",))
    named = content.one("underDuty")
    if named is None or content.incident is None:
        return
    for duty in of_incident(world.graph, content.incident):
        if duty.state in OPEN and (duty.id == named or not any(lacks(content, duty, world.graph))):
            yield _met(world, duty, content.id, done)


def taken_back(world: Here, content: Content, done: Done) -> Iterator[Draft]:
    """What is owed again because the only word of a duty that stands is taken back."""
    if content.one("underDuty") is None or content.incident is None:
        return
    if world.graph.state(content.incident) not in _UNDER_WAY | {"resolved"}:
        return
    for duty in of_incident(world.graph, content.incident):
        words = _words(world, duty)
        standing = any(world.graph.state(one) == "live" for one in words - {content.id})
        if content.id in words and not standing and duty.state not in {"owed", "ended"}:
            left = duty.due - done.at
            yield accompanying(world, duty.id, KIND, "take-back", clock(left), done.at)


def clock(left: timedelta, whole: timedelta | None = None) -> dict[str, Json]:
    """The data of an act that starts the clock of a duty: what is left of the whole time."""
    whole = whole if whole is not None else left
    warn = left - whole * (1 - WARNED)
    return {"warn": encode(_least(warn)), "within": encode(_least(left))}


def _met(world: Here, duty: Duty, message: ThingId, done: Done) -> Draft:
    data: dict[str, Json] = {"message": message}
    again = duty.every is not None and world.graph.state(duty.incident) in _UNDER_WAY
    if duty.every is None or not again:
        return accompanying(world, duty.id, KIND, "meet", data, done.at)
    return accompanying(world, duty.id, KIND, "inform", data | clock(duty.every), done.at)


def _words(world: Here, duty: Duty) -> set[ThingId]:
    """Every message that ever met a duty."""
    events = world.ledger.read(0, types=(ACTED,), subject=duty.id, limit=_MOST_ACTS)
    shown = [event.data.get("properties") for event in events]
    said = [one.get("lastWord") for one in shown if isinstance(one, dict)]
    return {ThingId(str(one)) for one in said if one is not None}


def _least(span: timedelta) -> timedelta:
    return timedelta(seconds=max(1, int(span.total_seconds())))

"""Guiding: what goes with an act on a version of a guideline, from its approval to its end."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Final

from ontology.events import Draft, Json
from ontology.identity import Scope, ThingId
from ontology.lifecycle import ActRefused, Past, Standing
from ontology.lifecycle_data import DataProblem
from service.acts import standing
from service.committing import Done, Here
from service.guideline_reminders import reminded
from service.guidelines import GUIDELINES, IN_FORCE, VERSION, Guidelines, Version, newest
from service.signing import accompanying

_MOVES: Final = frozenset({"approve", "withdraw"})
_BEGUN: Final = frozenset({"approved", *IN_FORCE})


def guard(_thing: ThingId, act: str, _data: Mapping[str, Json]) -> tuple[Scope, ...]:
    """What is in force moves with an approval and a withdrawal, for all who write."""
    return (GUIDELINES,) if act in _MOVES else ()


class GuidelineJoint:
    """A version takes the place of the one before; its end brings that one back."""

    def __init__(self, known: Callable[[], Guidelines]) -> None:
        """Judge by these guidelines."""
        self._known: Final = known

    def relied(self, world: Here, stands: Standing, act: str) -> tuple[Scope, ...]:
        """The guideline, and its other versions."""
        if act not in _MOVES or stands.state is None:
            return ()
        world.catch_up()
        guideline = self._known().one(stands.thing).guideline
        return (Scope(guideline), *(Scope(each.id) for each in self._known().of(guideline)))

    def drafts(self, world: Here, done: Done) -> list[Draft]:
        """What follows for the other versions, and who is told.

        Raises:
            ActRefused: it was written against a version that was replaced since, or a review names
                a moment that has passed.
        """
        if done.outcome.act == "propose":
            raise _refused(done, "act", "do it by POST /v1/guidelines, with its text")
        world.catch_up()  # a sweep may have run ahead of what this worker has folded
        one = self._known().one(done.stands.thing)
        match done.outcome.act:
            case "approve":
                return [*_approved(world, self._known(), one, done)]
            case "begin":
                return [*_superseded(world, self._known(), one, done.at)]
            case "withdraw" | "end" if done.stands.state in IN_FORCE:
                return [*_reinstated(world, self._known(), one, done.at)]
            case "review":
                _reviewed(done)
            case "remind" | "escalate" | "fall-due" | "pass-up":
                return [*reminded(world, one, done)]
        return []


def _approved(world: Here, known: Guidelines, one: Version, done: Done) -> Iterator[Draft]:
    base = newest(known.of(one.guideline))
    if base is not None and one.revises != base.id:
        words = f"it revises {one.revises or 'nothing'}, and {base.id} was approved since"
        raise _refused(done, "revises", f"{words}; propose it again against that one")
    if one.valid_until is not None and one.valid_until <= done.at:
        raise _refused(done, "validUntil", f"it would have ended at {one.valid_until.isoformat()}")
    if one.valid_from is None or one.valid_from <= done.at:
        stands = done.stands
        past = Past(act="approve", actor=done.actor.id, before=stands.state, after="approved")
        after = Standing(
            thing=one.id,
            kind=VERSION,
            state="approved",
            history=(*stands.history, past),
            stated=stands.stated,
        )
        yield accompanying(world, one.id, VERSION, "begin", {}, done.at, stands=after)
        yield from _superseded(world, known, one, done.at)


def _superseded(world: Here, known: Guidelines, one: Version, at: datetime) -> Iterator[Draft]:
    """Every lower version that is in force, or would take effect later."""
    for other in known.of(one.guideline):
        if other.number < one.number:
            stands = standing(world, other.id, VERSION)
            if stands.state in _BEGUN:
                yield accompanying(world, other.id, VERSION, "supersede", {}, at, stands=stands)


def _reinstated(world: Here, known: Guidelines, one: Version, at: datetime) -> Iterator[Draft]:
    """The highest of the other versions that still covers the moment."""
    covering = [each for each in known.of(one.guideline) if each.id != one.id and each.covers(at)]
    if covering and (stands := standing(world, covering[-1].id, VERSION)).state == "replaced":
        data: dict[str, Json] = {"reviewBy": covering[-1].review_by.isoformat()}
        yield accompanying(world, covering[-1].id, VERSION, "reinstate", data, at, stands=stands)


def _reviewed(done: Done) -> None:
    said = str(done.outcome.properties["nextReviewBy"])
    if datetime.fromisoformat(said) <= done.at:
        raise _refused(done, "reviewBy", f"{said} has passed; name a moment to come")


def _refused(done: Done, where: str, words: str) -> ActRefused:
    return ActRefused(done.outcome.act, (DataProblem(where, words),), ())

"""Proposing a version of a guideline: its text is fixed, and waits for somebody else."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Self

import orjson

from knowledge.language.guideline_text import TextInvalid, principles
from ontology.events import Draft, Event, Json
from ontology.identity import Scope, ThingId
from ontology.lifecycle import Actor, Standing
from ontology.lifecycle import act as follow
from ontology.lifecycle_data import duration
from ontology.record_values import RecordInvalid
from ontology.values import duration_text
from service.acts import acted
from service.committing import commit_all, event_id, said_before
from service.guideline_bodies import GuidelineIn
from service.guidelines import VERSION, Version, newest
from service.recording import written
from service.world import World

REVIEWED_AFTER: Final = timedelta(days=180)
"""When a version is looked at again where nobody says when."""

_REMINDED: Final = 0.75
"""The part of its time after which those who have not acknowledged a version are reminded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Times:
    """From when a version holds, if that is said, and what is due by when."""

    begins: datetime | None
    ends: datetime | None
    review_by: datetime
    within: timedelta

    @classmethod
    def of(cls, said: GuidelineIn, now: datetime) -> Self:
        """The times that somebody states, with the usual ones in place of those left out.

        Raises:
            RecordInvalid: they do not fit together.
        """
        try:
            within = duration(said.acknowledge_within)
        except ValueError as error:
            raise RecordInvalid({"/acknowledge_within": str(error)}) from error
        begins = max(now, said.effective_from or now)
        ends = said.effective_until
        usual = min(filter(None, (begins + REVIEWED_AFTER, ends)))
        review = said.review_by or usual
        if problems := dict(_untimely(begins, ends, review, within)):
            raise RecordInvalid(problems)
        return cls(begins=said.effective_from, ends=ends, review_by=review, within=within)


def propose(
    world: World, said: GuidelineIn, actor: Actor, *, idempotency: str | None = None
) -> Event:
    """Write a version down for somebody else to approve; what is written never changes.

    The first version of a guideline begins it; the others revise the one that was approved last.

    Raises:
        RecordInvalid: its text or its times do not fit, or it revises what was replaced since.
        ActRefused: the actor may not.
        GateRefused: it names a team or a region that does not stand.
        IdempotencyMismatch: the key was used for something else.
    """
    event = event_id(world, idempotency)
    sent = world.keys.mac(VERSION, said.model_dump_json()).hex()[:32]
    if idempotency is not None and (found := said_before(world, event, sent)):
        return found
    try:
        principles(said.text)
    except TextInvalid as error:
        told = "; ".join(f"line {line}: {words}" for line, words in error.problems)
        raise RecordInvalid({"/text": told}) from error
    guideline = ThingId(said.guideline)

    def prepare() -> list[Draft]:
        at = world.clock.now()
        times = _Times.of(said, at)
        before = world.guidelines().versions.get(guideline, ())
        revised = newest(before)
        if problems := dict(_unbased(said, revised)):
            raise RecordInvalid(problems)
        number = before[-1].number + 1 if before else 1
        version = ThingId(f"{VERSION}/{guideline.partition('/')[2]}-{number}")
        stands = Standing(thing=version, kind=VERSION, state=None)
        data: dict[str, Json] = {"digest": digest(said)}
        outcome = follow(world.lifecycles, stands, "propose", actor=actor, at=at, data=data)
        begun = acted(event, stands, outcome, actor, at)
        properties = _properties(said, times) | {
            "versionNumber": number,
            "author": actor.id,
            "revises": revised.id if revised is not None else None,
        }
        stated = {name: value for name, value in properties.items() if value is not None}
        name: dict[str, Json] = {"name": said.name}
        fresh = [] if before else [written(world, guideline, "Guideline", name, actor)]
        return [
            replace(
                begun, data={**begun.data, "said": sent}, scopes=(*begun.scopes, Scope(guideline))
            ),
            written(world, version, "GuidelineVersion", stated, actor),
            *fresh,
        ]

    return commit_all(world, [Scope(guideline)], prepare)[0]


def digest(said: GuidelineIn) -> str:
    """The SHA-256 of what people acknowledge: the text, and for what it holds."""
    scope = (said.languages, said.regions, said.audiences, said.channels)
    whole = [said.text, *(sorted(set(names)) for names in scope)]
    return hashlib.sha256(orjson.dumps(whole)).hexdigest()


def _untimely(
    begins: datetime, ends: datetime | None, review: datetime, within: timedelta
) -> Iterator[tuple[str, str]]:
    if ends is not None and ends <= begins:
        yield "/effective_until", f"{ends.isoformat()} comes before it takes effect"
    elif ends is not None and review > ends:
        yield "/review_by", f"is after {ends.isoformat()}, when it ends; name an earlier moment"
    elif review < begins + within:
        earliest = (begins + within).isoformat(timespec="seconds")
        words = f"{review.isoformat(timespec='seconds')} comes before all have acknowledged it"
        yield "/review_by", f"{words}; name {earliest} or later, or acknowledge sooner"


def _unbased(said: GuidelineIn, revised: Version | None) -> Iterator[tuple[str, str]]:
    """What is missing of a version that follows another."""
    if said.revises is not None and (revised is None or said.revises != revised.id):
        now = revised.id if revised is not None else "none"
        words = f"is not {said.revises!r} any more; read it, and revise that one"
        yield "/revises", f"the version that was approved last is {now} and {words}"
    if revised is not None and said.because is None:
        words = f"is missing: say why {revised.id} is changed"
        yield "/because", f"{words}, like 'Readers found the first name too familiar.'"


def _properties(said: GuidelineIn, times: _Times) -> dict[str, Json]:
    return {
        "ofGuideline": said.guideline,
        "name": said.name,
        "ownedBy": said.owner,
        "guidance": said.text,
        "revisedBecause": said.because,
        "languages": [*dict.fromkeys(said.languages)] or None,
        "inRegion": [*dict.fromkeys(said.regions)] or None,
        "coversAudience": [*dict.fromkeys(said.audiences)] or None,
        "coversChannel": [*dict.fromkeys(said.channels)] or None,
        "heldByTeam": [*dict.fromkeys(said.teams)] or None,
        "validFrom": _text(times.begins),
        "validUntil": _text(times.ends),
        "reviewBy": _text(times.review_by),
        "acknowledgeWithin": duration_text(times.within),
        "remindAfter": duration_text(_whole(times.within * _REMINDED)),
    }


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None


def _whole(span: timedelta) -> timedelta:
    return timedelta(seconds=max(1, int(span.total_seconds())))

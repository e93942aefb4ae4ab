"""Agreeing: what a session decided becomes agreements, which people sign, renew or let end."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from ontology.events import Draft, Json
from ontology.identity import Scope, ThingId
from ontology.lifecycle import Actor, Standing
from ontology.lifecycle import act as follow
from ontology.lifecycle_data import duration
from ontology.records import check
from ontology.values import duration_text
from rules.dilemmas import Boundary, dilemmas
from service.acts import acted, recorded
from service.committing import Done, Here
from service.recording import PUT, amended
from service.rerouting import ITSELF
from service.sessions import OPENED, Session, counted, refused, session

AGREEMENT: Final = "agreement"
MOST_PARTICIPANTS: Final = 9
_REMINDER: Final = timedelta(days=60)


class SessionJoint:
    """Fixes what a session is about when it opens, and makes agreements of what it decided."""

    def relied(self, world: Here, stands: Standing, act: str) -> tuple[Scope, ...]:
        """Nothing else."""
        del world, stands, act
        return ()

    def drafts(self, world: Here, done: Done) -> list[Draft]:
        """Its content as it opens, or the agreements that it decided.

        Raises:
            ActRefused: its record does not make a session, or nothing was decided.
        """
        act, thing = done.outcome.act, done.stands.thing
        if act in {"plan", "open"}:
            stated = recorded(world, thing)
            _checked(stated, act)
            return [_opened(world, thing, stated, done.actor)] if act == "open" else []
        return [*_adopted(world, done)] if act == "adopt" else []


class AgreementJoint:
    """Lets only signatories sign, and puts the record again with a later end."""

    def relied(self, world: Here, stands: Standing, act: str) -> tuple[Scope, ...]:
        """Nothing else."""
        del world, stands, act
        return ()

    def drafts(self, world: Here, done: Done) -> list[Draft]:
        """The record with its new end, where it is renewed.

        Raises:
            ActRefused: no record, a signature of somebody who is no signatory, or an end that is
                past.
        """
        act, stated, thing = done.outcome.act, done.stands.stated, done.stands.thing
        if not stated and act in {"draft", "sign", "renew"}:
            raise refused(act, f"there is no record {thing}; put one first")
        if act == "sign" and done.actor.id not in _several(stated.get("signatory")):
            raise refused(act, f"{done.actor.id} is no signatory of {thing}", "actor")
        if act != "renew":
            return []
        until, remind = (str(done.outcome.details[name]) for name in ("validUntil", "remindAt"))
        if datetime.fromisoformat(until) <= done.at:
            raise refused(act, f"{until} is past", "validUntil")
        changes: dict[str, Json] = {"validUntil": until, "remindAt": remind}
        return [amended(world, thing, changes, done.actor)]


def _several(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [value]


def _checked(stated: Mapping[str, Json], act: str) -> None:
    """That a record makes a session: dilemmas that there are, a quorum that can be reached."""
    if not stated:
        raise refused(act, "there is no record of it; put a Session with POST /v1/records first")
    named, people = stated.get("dilemma"), stated.get("participant")
    known = dilemmas()
    for one in named if isinstance(named, list) else []:
        if one not in known:
            there = ", ".join(known)
            raise refused(act, f"there is no dilemma {str(one)[:80]!r}; there are {there}")
    present = len(people) if isinstance(people, list) else 0
    if present > MOST_PARTICIPANTS:
        words = f"{present} take part; more than {MOST_PARTICIPANTS} can't sign together"
        raise refused(act, words)
    if int(str(stated.get("quorum", 0))) > present:
        raise refused(act, f"its quorum is {stated.get('quorum')}, but {present} take part")


def _opened(world: Here, thing: ThingId, stated: Mapping[str, Json], actor: Actor) -> Draft:
    return Draft(
        id=world.ids("event"),
        type=OPENED,
        subject=thing,
        actor=actor.id,
        occurred_at=world.clock.now(),
        scopes=(Scope(thing),),
        data={"content": dict(stated)},
    )


def _adopted(world: Here, done: Done) -> Iterator[Draft]:
    """The agreements that were decided, each waiting for as many signatures as the quorum."""
    thing, at = done.stands.thing, done.at
    one = session(world, thing)
    within = duration(str(done.outcome.details["within"]))
    found = [*_decided(world, one)] if one is not None else []
    if one is None or not found:
        raise refused("adopt", "nothing was decided that sets a boundary; vote again")
    for dilemma, boundary in found:
        agreement = ThingId(f"agreement/{thing.partition('/')[2][:60]}-{dilemma}"[:130])
        stated = _stated(one, boundary, at, within)
        record = check("Agreement", stated, id=agreement)
        yield Draft(
            id=world.ids("event"),
            type=PUT,
            subject=agreement,
            actor=done.actor.id,
            occurred_at=at,
            scopes=(Scope(agreement),),
            data=record.data(),
        )
        fresh = Standing(thing=agreement, kind=AGREEMENT, state=None, stated=record.properties)
        data: dict[str, Json] = {"persons": one.quorum}
        drawn = follow(world.lifecycles, fresh, "draft", actor=ITSELF, at=at, data=data)
        yield acted(world.ids("event"), fresh, drawn, ITSELF, at)


def _decided(world: Here, one: Session) -> Iterator[tuple[str, Boundary]]:
    """The dilemmas whose winning option sets a boundary. The session is closed already."""
    for count in counted(world, one):
        option = dilemmas()[count.dilemma].options.get(count.decided or "")
        if option is not None and option.boundary is not None:
            yield count.dilemma, option.boundary


def _stated(one: Session, boundary: Boundary, at: datetime, within: timedelta) -> dict[str, Json]:
    until = at + within
    remind = until - min(_REMINDER, within / 4)
    names: list[Json] = [*one.participants]
    said: dict[str, Json | None] = {
        "topic": boundary.topic,
        "agreementKind": "boundary",
        "boundary": boundary.says,
        "fromSession": one.id,
        "signatory": names,
        "party": [one.name],
        "inRegion": one.region,
        "validFrom": at.isoformat(),
        "validUntil": until.isoformat(),
        "remindAt": remind.isoformat(),
        "forbidsClaim": [boundary.forbids_claim] if boundary.forbids_claim else None,
        "forbidsStrategy": boundary.forbids_strategy,
        "requiresStep": boundary.requires,
        "requiresWithin": duration_text(boundary.within) if boundary.within else None,
        "bindsKind": [*boundary.binds] or None,
        "compensationLimit": boundary.limit,
    }
    return {name: value for name, value in said.items() if value is not None}

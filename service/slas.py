"""Service level agreements: their versions, which of them holds for a case, and how one begins."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

from knowledge.measures.service_levels import Target
from knowledge.measures.staffed_time import Staffed
from ontology.events import Event, Json
from ontology.identity import ThingId
from ontology.lifecycle import Actor
from ontology.lifecycle_data import duration
from ontology.record_values import RecordInvalid
from service.beginning import Beginning, begin
from service.kept_documents import digest_of, document, kept
from service.sla_bodies import ScopeIn, SlaIn
from service.sla_calendars import fixed, hours
from service.sla_case import Case
from service.sla_joint import KIND, SLAS
from service.world import World

IN_FORCE: Final = "in-force"


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """One target of a version: within how much of which time, and when its team is warned."""

    target: Target
    within: timedelta
    warn_after: timedelta
    staffed: Staffed = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of an agreement."""

    id: ThingId
    sla: str
    number: int
    state: str | None
    begins: datetime
    scope: ScopeIn
    aims: tuple[Aim, ...]
    team: ThingId
    content: dict[str, Any] = field(repr=False)


Tried: TypeAlias = Callable[[World, Version], dict[str, Any]]
"""What a version would have done to recorded cases."""


def version(world: World, thing: ThingId) -> Version | None:
    """One version; None where there is none."""
    content = document(world, thing)
    return read(thing, content, world.graph.state(thing)) if content else None


def read(thing: ThingId, content: dict[str, Any], state: str | None) -> Version:
    """A version as its document says it."""
    said = SlaIn.model_validate(content["said"])
    open_hours, always = Staffed(hours=hours(content["hours"])), Staffed(hours=hours(None))
    aims = tuple(
        Aim(
            target=Target(one.what),
            within=duration(one.within),
            warn_after=duration(one.within) * one.warn_at,
            staffed=open_hours if one.hours == "staffed" else always,
        )
        for one in said.targets
    )
    return Version(
        id=thing,
        sla=said.sla,
        number=int(content["number"]),
        state=state,
        begins=datetime.fromisoformat(content["begins"]),
        scope=said.scope,
        aims=aims,
        team=ThingId(said.team),
        content=content,
    )


def versions(world: World) -> tuple[Version, ...]:
    """Every version, by agreement and number."""
    found = (version(world, one) for one in world.graph.of_type("Sla"))
    known = [one for one in found if one is not None]
    return tuple(sorted(known, key=lambda one: (one.sla, one.number)))


def in_force(world: World) -> tuple[Version, ...]:
    """The versions that are in force."""
    return tuple(one for one in versions(world) if one.state == IN_FORCE)


def holds(known: Sequence[Version], case: Case) -> Version | None:
    """The version that holds for a case: the closest, of equals the one that began last.

    A touchpoint goes before a channel, that before a tier, a segment and a region; of regions the
    narrowest goes first.
    """
    fits = [(close, one) for one in known if (close := closeness(one.scope, case)) is not None]
    fits.sort(key=lambda pair: (pair[0], pair[1].begins, pair[1].id))
    return fits[-1][1] if fits else None


def closeness(scope: ScopeIn, case: Case) -> tuple[int, ...] | None:
    """How closely a scope fits a case, part by part; None where it does not hold for it."""
    parts = (
        (scope.touchpoints, case.touchpoint),
        (scope.channels, case.channel),
        (scope.tiers, case.tier),
        (scope.segments, case.segment),
    )
    found = []
    for named, own in parts:
        if named and own not in named:
            return None
        found.append(int(bool(named)))
    if not scope.regions:
        return (*found, 0)
    near = next((n for n, one in enumerate(case.regions) if one in scope.regions), None)
    return None if near is None else (*found, len(case.regions) - near)


def propose(
    world: World,
    said: SlaIn,
    actor: Actor,
    tried: Tried,
    *,
    idempotency: str | None = None,
) -> Event:
    """Write a version down, tried on recorded cases; two people put it in force.

    Raises:
        RecordInvalid: its calendar has no hours, or its time is over.
        ActRefused: the actor may not.
        GateRefused: it names what does not stand.
        IdempotencyMismatch: the key was used for something else.
    """

    def made(thing: ThingId) -> Beginning:
        content = _content(world, said)
        content |= {"tried": tried(world, read(thing, content, None))}
        until = said.effective_until
        properties: dict[str, Json] = {
            "name": said.name,
            "ownedBy": said.team,
            "versionNumber": content["number"],
            "validFrom": content["begins"],
            "validUntil": until.isoformat() if until is not None else None,
        }
        return Beginning(
            properties=properties,
            data={"digest": digest_of(content)},
            beside=[kept(world, thing, content, actor)],
            touches=[SLAS],
        )

    return begin(
        world, KIND, "propose", made, actor, body=said, idempotency=idempotency, relied=[SLAS]
    )


def _content(world: World, said: SlaIn) -> dict[str, Any]:
    now = world.clock.now()
    begins = max(now, said.effective_from or now)
    if said.effective_until is not None and said.effective_until <= begins:
        words = f"{said.effective_until.isoformat()} comes before it takes effect"
        raise RecordInvalid({"/effective_until": words})
    before = [one.number for one in versions(world) if one.sla == said.sla]
    calendar = said.calendar
    return {
        "said": said.model_dump(mode="json"),
        "number": max(before, default=0) + 1,
        "begins": begins.isoformat(),
        "hours": fixed(world.graph, ThingId(calendar), begins.year) if calendar else None,
    }

"""Which template is asked for, in which words, and whether the addressee may be written to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from zoneinfo import ZoneInfo

from knowledge.graph import Graph
from ontology.identity import ThingId
from rules.channels import CHANNELS
from rules.picking import Wanted
from rules.template import Template
from rules.template_parts import PERSONS
from service.addressee import Addressee
from service.basis import Basis
from service.decision_bodies import DecisionRequest
from service.library import Library
from service.spoken import Place
from service.world import World

LANGUAGE: Final = "en"
_SPOKEN: Final = (
    ("customer", "language"),
    ("request", "language"),
    ("geofence", "language"),
)
"""What says in which language somebody is spoken to, the first that is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposeRequest:
    """What a text is wanted for: a recorded decision, or a request on which one is made.

    `channels` are all that the template has where none is named. `slots` are values that only
    the caller knows. `answers` is what the text answers; empathy is judged only with it.
    `sees_people` says whether the reader may read about customers. `duty` is the duty to inform
    that the text is to meet, and `least` what it asks for of each mechanism.
    """

    decision: ThingId | None = None
    request: DecisionRequest | None = None
    channels: tuple[str, ...] = ()
    template: str | None = None
    locale: str | None = None
    tasks: tuple[str, ...] = ()
    kind: str | None = None
    audience: str | None = None
    slots: Mapping[str, object] = field(default_factory=dict)
    answers: str | None = None
    sees_people: bool = True
    duty: ThingId | None = None
    least: Mapping[str, int] = field(default_factory=dict)


def spoken(world: World, basis: Basis, request: ComposeRequest) -> tuple[str, str]:
    """The locale, and where it comes from."""
    if request.locale is not None:
        return request.locale, "the caller"
    found = basis.first(_SPOKEN)
    if found is not None:
        return found
    region = basis.things.get("region")
    team = world.graph.get(region, "localTeam") if region is not None else None
    if team is not None:
        tongues = world.graph.properties(ThingId(str(team))).get("speaksLanguage", ())
        if len(tongues) == 1:
            return str(tongues[0]), f"{team} speaks nothing else"
    return LANGUAGE, "nothing says otherwise"


def wanted(
    basis: Basis,
    request: ComposeRequest,
    library: Library,
    addressee: Addressee,
    locale: str,
) -> Wanted:
    """What is known of the situation, as picking asks for it."""
    decision = basis.decision
    named = [one.template for one in decision.responses if one.template is not None]
    fits = {
        "strategy": frozenset(one.strategy for one in decision.responses),
        "tier": frozenset({decision.tier}),
        "cluster": frozenset({decision.cluster}),
        "touchpoint": frozenset(basis.values("touchpoint", "kind")),
        "phase": frozenset(basis.values("incident", "phase")),
        "kind": _kinds(basis, request),
        "audience": frozenset(
            [request.audience] if request.audience else basis.values("request", "audience")
        ),
    }
    situation = {
        "task": frozenset(request.tasks),
        "sector": frozenset(library.voice.organisation.sectors),
        "detection": frozenset(decision.detections),
        "requirement": frozenset(one.name for one in decision.requirements),
        "prohibition": frozenset(decision.prohibitions),
        "recovery": frozenset(one.step for one in decision.recovery),
        "person": addressee.marks() & frozenset(PERSONS),
        "harm": frozenset(basis.values("incident", "harm")),
        "type": frozenset(basis.values("incident", "type")),
    }
    return Wanted(
        at=basis.at,
        fits={name: known for name, known in fits.items() if known},
        situation=situation,
        channels=frozenset(request.channels) or natural(basis),
        locale=locale,
        named=request.template or (min(named) if named else None),
        local=_local(addressee.graph, basis),
    )


def _local(graph: Graph, basis: Basis) -> frozenset[str]:
    """The templates that are worded for the geofence."""
    fence = basis.things.get("geofence")
    found = graph.properties(fence).get("template", ()) if fence is not None else ()
    return frozenset(map(str, found))


def _kinds(basis: Basis, request: ComposeRequest) -> frozenset[str]:
    """What is to be sent: as the caller says, or a reply where somebody has said something."""
    if request.kind is not None:
        return frozenset({request.kind})
    known = frozenset(basis.values("request", "kind")) - {"triage"}
    spoken = any(fact.kind == "signal" for fact in basis.facts)
    return known or frozenset({"reply"} if spoken else ())


def refused(template: Template, addressee: Addressee) -> str | None:
    """Why the addressee may not be written to; None where they may."""
    if template.purpose == "answer" or addressee.customer is None:
        return None
    if template.purpose == "marketing" and addressee.opted_out():
        return "the addressee has opted out of marketing"
    if addressee.consent(template.purpose) is None:
        return f"the addressee has given no consent for {template.purpose}"
    return None


def place_of(world: World, basis: Basis, locale: str) -> Place:
    """The words and the clock of the region that is spoken to, or of the incident's."""
    region = basis.things.get("region")
    if region is None and "incident" in basis.things:
        inside = world.graph.properties(basis.things["incident"]).get("inRegion", ())
        region = ThingId(str(inside[0])) if inside else None
    zone = world.graph.get(region, "timeZone") if region is not None else None
    law = world.graph.get(region, "jurisdiction") if region is not None else None
    territory = str(law).partition("-")[0] if law is not None else None
    return Place(
        locale=locale,
        territory=None if territory == "EU" else territory,
        zone=ZoneInfo(str(zone or "UTC")),
    )


def natural(basis: Basis) -> frozenset[str]:
    """The channels that the request or the touchpoint asks for; none where nobody knows."""
    means = {*basis.values("request", "channel")}
    kinds = {*basis.values("touchpoint", "kind")}
    found = {one.name for one in CHANNELS.values() if one.means in means}
    return frozenset(
        found or {one.name for one in CHANNELS.values() if kinds & {*one.touchpoints}}
    )

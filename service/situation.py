"""A request becomes facts: what is known of the things it names, what is heard, what it says."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ontology.events import Json
from ontology.facts import Fact, Origin
from ontology.identity import ExternalKey, ThingId, kind_of
from service import usage
from service.bundle import Reading
from service.clock import elapsed_ms, monotonic_ms
from service.decision_bodies import DecisionRequest
from service.diversion import Asked
from service.locating import PLACE, count, in_local_language, placed
from service.overlay import checked, offers, overlay
from service.perception import NotInTime
from service.policies import Compiled
from service.problems import Fault, pointer, quoted, unprocessable
from service.recording import PEOPLE
from service.sources import READERS, Sources, speaker
from service.told import diversions, snoozed, told
from service.values import Values
from service.world import World

_ROSTER: Final = frozenset({"team", "agreement"})
_EXAMPLES: Final[Mapping[str, Json]] = {
    "incident": "incident/2013-ny-train",
    "customer": {"system": "zendesk", "key": "1001"},
    "touchpoint": "touchpoint/contact-centre",
    "platform": "platform/twitter",
    "region": "region/us-ny",
    "geofence": "geofence/spuyten-duyvil",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """The facts of one request at one moment, and what is missing from them.

    `named` are the things that were found, by kind; `unknown` says what the caller named and
    nobody knows; `degraded` lists the parts of perception that did not answer in time.
    """

    facts: tuple[Fact, ...]
    named: Mapping[str, ThingId]
    unknown: tuple[str, ...]
    degraded: tuple[str, ...]
    at: datetime


def resolve(world: World, kind: str, given: ThingId | ExternalKey) -> ThingId | None:
    """The thing that an id or a caller's key names, None where it is not known here."""
    if isinstance(given, ExternalKey):
        if kind in PEOPLE:
            given = world.keys.pseudonym(kind, given.system, given.key)
        else:
            return world.graph.find_key(given.system, given.key)
    return given if world.graph.exists(given) else None


def build(
    world: World, request: DecisionRequest, policy: Compiled, at: datetime, *, budget_ms: float
) -> Situation:
    """The situation of a request, seen by a policy; the folds must have caught up.

    Raises:
        ProblemError: a reference of the wrong kind, or an inline fact that fits no kind (422).
    """
    started = monotonic_ms()
    asked = {kind: given for kind in READERS if (given := getattr(request, kind)) is not None}
    named, unknown = _resolved(world, asked)
    sources = Sources(
        graph=world.graph,
        incidents=world.incidents,
        roster=world.roster(),
        law=policy.law,
        at=at,
    )
    found = [READERS[kind](sources, thing) for kind, thing in named.items()]
    found += placed(world, sources, request, named)
    count(world, found, at)
    found += _implied(sources, named)
    for one in found:
        if one.kind == "platform":
            usage.overlay(world.ledger, one, named["platform"], at)
    found += told(world, named, at)
    spoken, degraded = _said(world, request, policy.reading, budget_ms - elapsed_ms(started))
    if world.counting.lost and "incident" in named:
        degraded = (*degraded, "segments")
    if request.text is not None and "customer" in named:
        spoken[0].add(speaker(sources, named["customer"]))
    if request.text is not None and "region" in named and request.location is not None:
        spoken[0].put("region", named["region"], Origin(source="request", ref="/location"))
    found += spoken
    found += _lacking(unknown, degraded)
    roster, language = world.roster(), request.language or _language(found)
    in_local_language(world, found, language)
    if _ROSTER & request.facts.keys() or offers(request):
        found += roster.values(at, language)
        prepared: tuple[Fact, ...] = ()
    else:
        prepared = roster.facts(at, language)
    overlay(found, request.facts)
    found += [
        *diversions(world, found, Asked.of(named, language, world.incidents), at),
        *snoozed(world, found, named, at),
    ]
    return Situation(
        facts=(*checked(found), *prepared),
        named=named,
        unknown=(*(_shown(kind, asked[kind]) for kind, _ in unknown), *_nowhere(found)),
        degraded=degraded,
        at=at,
    )


def _resolved(
    world: World, asked: Mapping[str, ThingId | ExternalKey]
) -> tuple[dict[str, ThingId], list[tuple[str, str]]]:
    """The things by kind, and the kind and recorded name of each that is unknown."""
    faults = [
        Fault(
            pointer=pointer([kind]),
            detail=f"is no {kind}",
            value=quoted(given),
            example=_EXAMPLES[kind],
        )
        for kind, given in asked.items()
        if isinstance(given, str) and kind_of(given) != kind
    ]
    if faults:
        raise unprocessable(faults)
    named: dict[str, ThingId] = {}
    unknown: list[tuple[str, str]] = []
    for kind, given in asked.items():
        thing = resolve(world, kind, given)
        if thing is not None:
            named[kind] = thing
        elif isinstance(given, ExternalKey) and kind in PEOPLE:
            unknown.append((kind, world.keys.pseudonym(kind, given.system, given.key)))
        else:
            unknown.append((kind, _shown(kind, given)))
    return named, unknown


def _shown(kind: str, given: ThingId | ExternalKey) -> str:
    """What the caller wrote, in one line of at most 200 printable characters."""
    text = f"{kind} {given.system}:{given.key}" if isinstance(given, ExternalKey) else given
    return "".join(c if c.isprintable() else "�" for c in text)[:200]


def _implied(sources: Sources, named: dict[str, ThingId]) -> Iterator[Values]:
    """What follows from the named things: platform, region, agreements, the calendar."""
    for kind, owner, term in (
        ("platform", "touchpoint", "usesPlatform"),
        ("region", "customer", "homeRegion"),
    ):
        thing = sources.get(named[owner], term) if owner in named and kind not in named else None
        if thing is not None and sources.graph.exists(ThingId(str(thing))):
            named[kind] = ThingId(str(thing))
            yield READERS[kind](sources, named[kind])
    incident = sources.incidents.get(named["incident"]) if "incident" in named else None
    regions = incident.scope.get("inRegion", ()) if incident is not None else ()
    calendar = sources.roster.calendar_values(sources.at, [ThingId(one) for one in regions])
    if calendar is not None:
        yield calendar


def _said(
    world: World, request: DecisionRequest, reading: Reading, budget_ms: float
) -> tuple[list[Values], tuple[str, ...]]:
    """What the text says, within what is left of the budget; the text itself is not kept."""
    origin = Origin(source="request", ref="/text")
    asked = Values(kind="request", origins=[origin])
    if request.language is not None:
        asked.put("language", request.language, Origin(source="request", ref="/language"))
    read_in = None if request.region is None else resolve(world, "region", request.region)
    asked.put("region", read_in, Origin(source="request", ref="/region"))
    if request.text is None:
        return [asked] if asked.values else [], ()
    try:
        judged = world.perception.score(
            [request.text], [request.language], reading, budget_ms=budget_ms
        )[0]
    except NotInTime as late:
        asked.put("language_judged", False, origin)  # noqa: FBT003 - the value of a field
        unjudged = Values(kind="signal")
        unjudged.put("judged", False, origin)  # noqa: FBT003 - the value of a field
        return [unjudged, asked], (late.part,)
    signal = Values(kind="signal")
    for name in ("sentiment", "frustration", "urgency", "betrayal", "irony"):
        signal.put(name, getattr(judged.scores, name), origin)
    signal.put("judged", judged.judged, origin)
    signal.put("language", judged.language, origin)
    asked.put("language", request.language or judged.language, origin)
    asked.put("language_judged", judged.judged, origin)
    if judged.language is not None:
        supported = world.perception.judge().language_supported(judged.language)
        asked.put("language_supported", supported, origin)
    return [signal, asked], ()


def _language(found: Iterable[Values]) -> str | None:
    """The language that the request or the customer speaks."""
    for kind in ("request", "customer"):
        for one in found:
            language = one.values.get("language") if one.kind == kind else None
            if isinstance(language, str):
                return language
    return None


def _nowhere(found: Iterable[Values]) -> Iterator[str]:
    """The place that was named, where nobody can tell which it is; its name is not repeated."""
    if any(one.kind == "unknown" and one.values.get("reference") == PLACE for one in found):
        yield PLACE


def _lacking(unknown: Iterable[tuple[str, str]], degraded: Iterable[str]) -> Iterator[Values]:
    """What was named and nobody knows, and what did not answer in time."""
    for kind, text in unknown:
        yield _missing("unknown", {"reference": text, "kind": kind})
    for part in degraded:
        yield _missing("degraded", {"part": part})


def _missing(kind: str, values: Mapping[str, object]) -> Values:
    return Values(kind=kind, values=dict(values), origins=[Origin(source="request", ref="")])

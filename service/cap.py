"""Incidents as alerts of the Common Alerting Protocol 1.2 (OASIS, ITU-T X.1303)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from xml.etree import ElementTree as ET

import shapely

from knowledge.areas import Circle, read_area, without_holes
from ontology.events import Event, Json
from ontology.identity import ThingId
from service.cap_words import CATEGORIES, ENGLISH, EVENTS
from service.settings import WorldKind
from service.values import Properties, first
from service.world import World

NAMESPACE: Final = "urn:oasis:names:tc:emergency:cap:1.2"
MOST_REFERENCES: Final = 100
LONGEST_HEADLINE: Final = 160
"""Characters that the standard recommends for a headline."""

RESTRICTION: Final = "For partners of the sender; not for publication before it is approved."
_TYPES: Final = ("record.put", "thing.acted")
_BATCH: Final = 1_000
_CANCELLED: Final = frozenset({"dismissed", "merged"})
_OVER: Final = frozenset({"resolved", "closed"})
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9._~-]")


class NothingToTell(LookupError):
    """An incident has had no act yet, so that no alert speaks of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One alert of an incident's life: its id, when it was sent, the state it tells of."""

    identifier: str
    sent: str
    state: str


def messages(world: World, incident: ThingId) -> tuple[Message, ...]:
    """The alerts of an incident, oldest first: one for each change that they would tell of.

    The first is its first act; the raising of a tier is nobody's business outside.
    """
    found: list[Message] = []
    after = 0
    while events := world.ledger.read(after, types=_TYPES, subject=incident, limit=_BATCH):
        for event in events:
            if _tells(event, found):
                state = str(event.data["to"]) if event.type == _TYPES[1] else found[-1].state
                found.append(_message(incident, event, state))
        after = events[-1].sequence
    return tuple(found)


def alert(world: World, incident: ThingId) -> bytes:
    """The newest alert of an incident, as XML; it refers to those before.

    Raises:
        NothingToTell: there is none.
    """
    told = messages(world, incident)
    if not told:
        raise NothingToTell(f"{incident} has had no act yet, so there is no alert of it")
    sender, newest = world.settings.sender, told[-1]
    root = ET.Element("alert", xmlns=NAMESPACE)
    before = [f"{sender},{one.identifier},{one.sent}" for one in told[:-1]]
    cancelled = newest.state in _CANCELLED
    kind = "Cancel" if cancelled and before else "Update" if before else "Alert"
    for name, value in (
        ("identifier", newest.identifier),
        ("sender", sender),
        ("sent", newest.sent),
        ("status", "Actual" if world.kind is WorldKind.LIVE else "Exercise"),
        ("msgType", kind),
        ("scope", "Restricted"),
        ("restriction", RESTRICTION),
        ("note", f"The incident was {newest.state}." if cancelled else None),
        ("references", " ".join(before[-MOST_REFERENCES:]) or None),
        ("incidents", _safe(incident.partition("/")[2])),
    ):
        _put(root, name, value)
    said = world.graph.properties(incident)
    areas = [*_areas(world, said)]
    for language in _languages(world, said):
        _info(root, said, newest, language)
        for area in areas:
            root[-1].append(area)
    ET.indent(root)
    content: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return content


def _tells(event: Event, before: Sequence[Message]) -> bool:
    """Whether an event changes what an alert says."""
    if event.type == _TYPES[1]:
        return event.data["from"] != event.data["to"]
    return bool(before)


def _message(incident: ThingId, event: Event, state: str) -> Message:
    local = _safe(incident.partition("/")[2])
    return Message(
        identifier=f"attune-{local}-{event.sequence}", sent=_time(event.occurred_at), state=state
    )


def _info(root: ET.Element, said: Properties, newest: Message, language: str) -> None:
    """One block in one language; the incident's own name stays as people wrote it."""
    kind = str(first(said, "crisisType") or "")
    event = EVENTS[language].get(kind, EVENTS[language][""])
    name = str(first(said, "name") or "")
    over = newest.state in _OVER
    info = ET.SubElement(root, "info")
    for tag, value in (
        ("language", language),
        ("category", CATEGORIES.get(kind, "Other")),
        ("event", event),
        ("responseType", "AllClear" if over else None),
        ("urgency", "Past" if over else _level(said, "urgency")),
        ("severity", _level(said, "severity")),
        ("certainty", _level(said, "certainty")),
        ("onset", _onset(said)),
        ("headline", f"{event}: {name}"[:LONGEST_HEADLINE] if name else event),
        ("description", name or None),
    ):
        _put(info, tag, value)


def _level(said: Properties, term: str) -> str:
    return str(first(said, term) or "unknown").capitalize()


def _onset(said: Properties) -> str | None:
    value = first(said, "onset")
    return _time(datetime.fromisoformat(value)) if isinstance(value, str) else None


def _languages(world: World, said: Properties) -> Iterator[str]:
    """English, and those spoken at the incident's places and by the people there."""
    yield ENGLISH
    spoken: set[str] = set()
    for fence in said.get("inGeofence", ()):
        spoken |= {*map(str, world.graph.properties(ThingId(str(fence))).get("languages", ()))}
    for region in said.get("inRegion", ()):
        team = first(world.graph.properties(ThingId(str(region))), "localTeam")
        told = world.graph.properties(ThingId(str(team))) if team is not None else {}
        spoken |= {*map(str, told.get("speaksLanguage", ()))}
    primary = {one.partition("-")[0] for one in spoken} - {ENGLISH}
    yield from sorted(primary & EVENTS.keys())


def _areas(world: World, said: Properties) -> Iterator[ET.Element]:
    """Each geofence with its shape, then each region by its code."""
    for fence in said.get("inGeofence", ()):
        told = world.graph.properties(ThingId(str(fence)))
        if told.get("area"):
            yield _fence(world, told, str(first(told, "name") or fence))
    for region in said.get("inRegion", ()):
        told = world.graph.properties(ThingId(str(region)))
        area = ET.Element("area")
        _put(area, "areaDesc", str(first(told, "name") or region))
        _geocode(area, told)
        yield area


def _fence(world: World, told: Properties, name: str) -> ET.Element:
    radius = first(told, "radius")
    shape = read_area(str(first(told, "area")), None if radius is None else float(str(radius)))
    area = ET.Element("area")
    _put(area, "areaDesc", name)
    if isinstance(shape, Circle):
        _put(area, "circle", f"{_pair(shape.lon, shape.lat)} {shape.radius_m / 1000:.3f}")
    else:
        for part in without_holes(shape):  # CAP has no holes: the rest is cut around them
            ring = shapely.get_coordinates(part.exterior)
            _put(area, "polygon", " ".join(_pair(lon, lat) for lon, lat in ring))
    region = first(told, "inRegion")
    if region is not None:
        _geocode(area, world.graph.properties(ThingId(str(region))))
    return area


def _geocode(area: ET.Element, region: Mapping[str, tuple[Json, ...]] | Properties) -> None:
    code = first(region, "jurisdiction")
    if code is None:
        return
    inner = ET.SubElement(area, "geocode")
    _put(inner, "valueName", "ISO3166-2" if "-" in str(code) else "ISO3166-1")
    _put(inner, "value", str(code))


def _pair(lon: float, lat: float) -> str:
    return f"{lat:.6f},{lon:.6f}"


def _time(moment: datetime) -> str:
    """A time as CAP writes it: whole seconds, UTC as -00:00.

    >>> _time(datetime(2013, 12, 1, 12, 20, tzinfo=UTC))
    '2013-12-01T12:20:00-00:00'
    """
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}-00:00"


def _put(parent: ET.Element, tag: str, value: str | None) -> None:
    """A child with a text."""
    # INVARIANT: records hold no characters that XML forbids; the rest is escaped when written.
    if value is not None:
        ET.SubElement(parent, tag).text = value


def _safe(text: str) -> str:
    """A text without spaces, commas and what else an identifier of CAP must not have."""
    return _UNSAFE.sub("-", text)

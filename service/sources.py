"""What is known of a thing, as the values of a fact: one function a kind."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from knowledge.graph import Graph
from ontology.facts import Origin
from ontology.identity import ThingId
from rules import jurisdictions
from rules.jurisdictions import Jurisdictions
from service.incidents import Incident, Incidents
from service.roster import Roster
from service.values import Properties, Span, Values, first, moment, triple

MOST_CASES: Final = 200
"""Cases of one customer that are counted; more say nothing new."""

_YEAR_DAYS: Final = 365.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """The folds that facts are read from, and the moment they are read for."""

    graph: Graph
    incidents: Incidents
    roster: Roster
    law: Jurisdictions
    at: datetime
    read: dict[ThingId, Properties] = field(default_factory=dict)
    """What was read of the graph already, for this request only."""

    def properties(self, thing: ThingId) -> Properties:
        """All that the graph says of a thing, read once a request."""
        found = self.read.get(thing)
        if found is None:
            found = self.read[thing] = self.graph.properties(thing)
        return found

    def get(self, thing: ThingId, term: str) -> object:
        """One value of a property, None where there is none."""
        return first(self.properties(thing), term)

    def copied(self, kind: str, thing: ThingId, names: Mapping[str, str]) -> Values:
        """A fact whose fields are properties of the thing; `names` maps field → property."""
        properties = self.properties(thing)
        found = Values(kind=kind)
        for name, term in names.items():
            for value in properties.get(term, ())[:1]:
                found.put(name, value, triple(thing, term, value))
        return found


def incident(sources: Sources, thing: ThingId) -> Values:
    """What is known of an incident."""
    found = sources.copied("incident", thing, _INCIDENT)
    known = sources.incidents.get(thing)
    found.put("id", thing, triple(thing, "type", "Incident"))
    if known is None:
        return found
    for name, value in _progress(known, sources.at).items():
        found.put(name, value, triple(thing, name, value))
    onset = moment(sources.get(thing, "onset")) or known.opened_at
    if onset is not None:
        age = max(timedelta(), sources.at - onset)
        found.put("age", age, triple(thing, "onset", onset.isoformat()))
    return found


def _progress(known: Incident, at: datetime) -> Mapping[str, object]:
    return {
        "phase": known.state,
        "tier": known.tier,
        "stood_down": known.stood_down,
        "reopened": known.reopened,
        "tier_age": _since(known.tier_since, at),
        "resolved_for": _since(known.resolved_at, at),
    }


def customer(sources: Sources, thing: ThingId) -> Values:
    """What is known of a customer, with cases, consents and incidents that touch them."""
    at = sources.at
    found = sources.copied("customer", thing, _CUSTOMER)
    properties = sources.properties(thing)
    known = triple(thing, "type", "Customer")
    found.put("id", thing, known)
    found.put("known", True, known)  # noqa: FBT003 - the value of a field
    touched = [ThingId(str(one)) for one in properties.get("affectedBy", ())]
    states = [sources.incidents.get(one) for one in touched]
    under_way = sum(one is not None and one.listened for one in states)
    found.put("affected", under_way > 0, known)
    found.put("incidents", under_way, known)
    since = day(first(properties, "since"))
    if since is not None:
        years = max(0.0, (at.date() - since).days / _YEAR_DAYS)
        found.put("tenure_years", years, triple(thing, "since", since))
    theirs = sources.graph.subjects("ofCustomer", thing)
    _count_cases(sources, thing, theirs, found)
    consents = [sources.properties(one) for one in theirs]
    personal = [one for one in consents if one.get("purpose") == ("personalisation",)]
    valid = any(_in_force(one, at) for one in personal)
    if personal:
        found.put("consent_personalisation", valid, triple(thing, "hasConsent", "personalisation"))
    return found


def speaker(sources: Sources, thing: ThingId) -> Values:
    """What is known of who wrote a text, as fields of the signal."""
    return sources.copied("signal", thing, _SPEAKER)


def _count_cases(
    sources: Sources, thing: ThingId, theirs: Sequence[ThingId], found: Values
) -> None:
    cases = [
        properties
        for one in theirs[:MOST_CASES]
        if one.startswith("case/") and (properties := sources.properties(one))
    ]
    opened = [moment(first(one, "openedAt")) for one in cases]
    week = sources.at - timedelta(days=7)
    origin = Origin(source="triple", ref=f"case/… attune:ofCustomer {thing}")
    found.put("open_cases", sum(not one.get("closedAt") for one in cases), origin)
    recent = sum(one is not None and week <= one <= sources.at for one in opened)
    found.put("contacts_week", recent, origin)


def touchpoint(sources: Sources, thing: ThingId) -> Values:
    """What is known of a touchpoint and whether its owner can be reached."""
    found = sources.copied("touchpoint", thing, _TOUCHPOINT)
    found.put("id", thing, triple(thing, "type", "Touchpoint"))
    owner = sources.get(thing, "ownedBy")
    found.put("owned", owner is not None, triple(thing, "ownedBy", owner or "nobody"))
    if owner is not None:
        reachable = sources.roster.on_call(ThingId(str(owner)), sources.at)
        found.put("on_call", reachable, triple(str(owner), "onCall", reachable))
    return found


def platform(sources: Sources, thing: ThingId) -> Values:
    """What is known of a platform and of the access to it."""
    found = sources.copied("platform", thing, _PLATFORM)
    found.put("id", thing, triple(thing, "type", "Platform"))
    fallback = sources.get(thing, "fallback")
    has = fallback is not None and fallback != thing
    found.put("has_fallback", has, triple(thing, "fallback", fallback or "none"))
    state = sources.graph.state(thing)
    if state is not None:
        found.put("fallen_back", state == "fallen-back", triple(thing, "state", state))
    expires = moment(sources.get(thing, "accessExpires"))
    if expires is not None:
        left = max(timedelta(), expires - sources.at)
        found.put("expires_in", left, triple(thing, "accessExpires", expires.isoformat()))
    return found


def region(sources: Sources, thing: ThingId) -> Values:
    """What is known of a region, its law and its local team."""
    found = sources.copied("region", thing, _REGION)
    found.put("id", thing, triple(thing, "type", "Region"))
    law = sources.law.of(str(found.values.get("jurisdiction", "")))
    if law is not None and "apology" not in found.values:
        origin = Origin(source="policy", ref=f"{jurisdictions.FILE} {law.code}")
        found.put("apology", law.protection, origin)
    touching = [
        one
        for one in sources.incidents.all()
        if one.listened and thing in one.scope.get("inRegion", ())
    ]
    found.put("affected", bool(touching), triple(thing, "inRegion", "…"))
    local = sources.get(thing, "localTeam")
    found.put("local_team", local is not None, triple(thing, "localTeam", local or "none"))
    if local is not None:
        reachable = sources.roster.on_call(ThingId(str(local)), sources.at)
        found.put("local_team_on_call", reachable, triple(str(local), "onCall", reachable))
    return found


def geofence(sources: Sources, thing: ThingId) -> Values:
    """What is known of a geofence: its region, the team that answers for it, its language."""
    found = Values(kind="geofence")
    found.put("id", thing, triple(thing, "type", "Geofence"))
    found.put("by", "id", triple(thing, "type", "Geofence"))
    here = sources.get(thing, "inRegion")
    found.put("region", here, triple(thing, "inRegion", here or "none"))
    languages = sources.properties(thing).get("languages", ())
    if len(languages) == 1:
        found.put("language", languages[0], triple(thing, "languages", languages[0]))
    touching = any(
        one.listened and thing in one.scope.get("inGeofence", ())
        for one in sources.incidents.all()
    )
    found.put("affected", touching, triple(thing, "inGeofence", "…"))
    owner, team = thing, sources.get(thing, "localTeam")
    if team is None and here is not None:
        owner, team = ThingId(str(here)), sources.get(ThingId(str(here)), "localTeam")
    told = triple(owner, "localTeam", team or "none")
    found.put("local_team", team is not None, told)
    if team is not None:
        found.put("team", team, told)
        reachable = sources.roster.on_call(ThingId(str(team)), sources.at)
        found.put("local_team_on_call", reachable, triple(str(team), "onCall", reachable))
    return found


def day(value: object) -> date | None:
    """A date that the graph holds as text."""
    return date.fromisoformat(value[:10]) if isinstance(value, str) else None


def _since(start: datetime | None, at: datetime) -> timedelta | None:
    return None if start is None else max(timedelta(), at - start)


def _in_force(consent: Properties, at: datetime) -> bool:
    withdrawn = moment(first(consent, "withdrawnAt"))
    given = Span.of(consent, "validFrom", "validUntil").covers(at)
    return given and (withdrawn is None or at < withdrawn)


_INCIDENT: Final = {
    "type": "crisisType",
    "cluster": "cluster",
    "severity": "severity",
    "certainty": "certainty",
    "urgency": "urgency",
    "harm": "harm",
    "people_at_risk": "peopleAtRisk",
    "customers_affected": "customersAffected",
    "similar_history": "similarHistory",
    "prior_reputation": "priorReputation",
    "allegation": "allegation",
    "internal": "internal",
    "colleagues_hurt": "colleaguesHurt",
}
_CUSTOMER: Final = {
    "segment": "inSegment",
    "vulnerable": "vulnerable",
    "bereaved": "bereaved",
    "minor": "minor",
    "opted_out": "optedOut",
    "region": "homeRegion",
    "language": "preferredLanguage",
}
_SPEAKER: Final = {
    "from_employee": "employee",
    "from_press": "press",
    "influential": "influential",
}
_TOUCHPOINT: Final = {
    "kind": "touchpointKind",
    "stage": "journeyStage",
    "empathy_sensitivity": "empathySensitivity",
    "risk_zone": "riskZone",
    "quiet": "quiet",
}
_PLATFORM: Final = {
    "status": "status",
    "access": "access",
    "minutes_to_exhaustion": "minutesToExhaustion",
}
_REGION: Final = {"jurisdiction": "jurisdiction", "apology": "apologyProtection"}
READERS: Final[Mapping[str, Callable[[Sources, ThingId], Values]]] = {
    "incident": incident,
    "customer": customer,
    "touchpoint": touchpoint,
    "platform": platform,
    "region": region,
    "geofence": geofence,
}
"""How each kind of thing that a request may name becomes a fact."""

"""The context of an alert for one reader: who, what came before, what is like it, what to do."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from knowledge.precedents import Filters
from knowledge.refusals import SegmentBroken
from ontology.decisions import Decision, Firing
from ontology.events import Event, Json
from ontology.identity import ThingId
from ontology.lifecycle import Role
from ontology.signals import Signal
from service import desk
from service.alert_permits import ERASED, ROLE, Permits, Withheld, hide
from service.alerts import About, Alert
from service.bodies import instant
from service.perception import NotInTime
from service.permissions import SEE_PEOPLE
from service.sources import MOST_CASES
from service.values import Span, first, moment
from service.world import World

MOST_SHOWN: Final = 10
MOST_ALIKE: Final = 1_000
SEARCH_MS: Final = 500.0
_WEEK, _QUARTER = timedelta(days=7), timedelta(days=90)
_CUSTOMER: Final = {
    "name": "displayName",
    "segment": "inSegment",
    "vulnerable": "vulnerable",
    "bereaved": "bereaved",
    "minor": "minor",
    "home_region": "homeRegion",
    "language": "preferredLanguage",
    "since": "since",
    "opted_out": "optedOut",
}
_CASE: Final = {
    "opened_at": "openedAt",
    "closed_at": "closedAt",
    "touchpoint": "atTouchpoint",
    "incident": "aboutIncident",
    "summary": "summary",
}
_PLACE: Final = {
    "name": "name",
    "kind": "touchpointKind",
    "stage": "journeyStage",
    "need_for_empathy": "empathySensitivity",
    "risk_zone": "riskZone",
    "owner": "ownedBy",
}
_PARTS: Final = ("customer", "cases", "consent", "history", "post")


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What one reader may know about an alert at a moment; what is left out has a name."""

    world: World
    alert: Alert
    roles: frozenset[Role]
    at: datetime
    withheld: Withheld = field(default_factory=Withheld)

    def json(self) -> dict[str, Json]:
        """All parts, and `withheld`: each field that is left out, with why."""
        graph, event = self.world.graph, self._decision()
        about, erased = self._about(event)
        permits = Permits(graph, self.at)
        found: dict[str, Json] = {**self._place(), "similar": self._similar()}
        if erased or (about is not None and not graph.exists(about.customer)):
            hide(_PARTS, self.withheld, ERASED)
        elif about is not None and not self.roles & SEE_PEOPLE:
            hide(_PARTS, self.withheld, ROLE)
        elif about is not None:
            found |= self._person(about.customer, permits)
            found |= self._post(about, permits)
        return found | self._recommended(event) | {"withheld": self.withheld.json()}

    def _about(self, event: Event | None) -> tuple[About | None, bool]:
        """Whom it is about, and whether that person was erased; else the decision says it."""
        if self.alert.about is not None or self.alert.erased or event is None:
            return self.alert.about, self.alert.erased
        request = event.data["request"]
        customer = request.get("customer") if isinstance(request, dict) else None
        about = About(customer=ThingId(str(customer))) if customer is not None else None
        return about, bool(event.erased)

    def _place(self) -> dict[str, Json]:
        """The touchpoint, which says nothing about a person."""
        thing = self.alert.touchpoint
        if thing is None:
            return {}
        known = Permits(self.world.graph, self.at).shown(thing, _PLACE, "place", self.withheld)
        return {"place": {"id": thing, **known}}

    def _person(self, customer: ThingId, permits: Permits) -> dict[str, Json]:
        said = permits.shown(customer, _CUSTOMER, "customer", self.withheld)
        cases = [*self._cases(customer, permits)]
        return {
            "customer": {"id": customer, **said},
            "cases": self._open(customer, cases, permits),
            "consent": self._consent(customer, permits),
            "history": self._history(customer, cases, permits),
        }

    def _cases(self, customer: ThingId, permits: Permits) -> Iterator[dict[str, Json]]:
        """The customer's cases, as far as what each relies on permits."""
        if (why := permits.barred(customer, "case")) is not None:
            self.withheld.add("cases", why)
            return
        theirs = self.world.graph.subjects("ofCustomer", customer)
        for case in [one for one in theirs if one.startswith("case/")][:MOST_CASES]:
            told = permits.shown(case, _CASE, "cases", self.withheld)
            closed = self.world.graph.get(case, "closedAt") is not None
            if "opened_at" in told:
                yield {"id": case, "open": not closed, **told}

    def _open(self, customer: ThingId, cases: Sequence[dict[str, Json]], permits: Permits) -> Json:
        if permits.barred(customer, "case") is not None:
            return None
        found = [one for one in cases if one["open"]]
        found.sort(key=lambda one: str(one["opened_at"]), reverse=True)
        shown: list[Json] = [*found[:MOST_SHOWN]]
        return {"open": len(found), "items": shown}

    def _consent(self, customer: ThingId, permits: Permits) -> Json:
        """By purpose whether a consent stands, was withdrawn or has ended."""
        if (why := permits.barred(customer, "consent")) is not None:
            self.withheld.add("consent", why)
            return None
        graph, found = self.world.graph, dict[str, Json]()
        for one in graph.subjects("ofCustomer", customer):
            if not one.startswith("consent/"):
                continue
            properties = graph.properties(one)
            purpose, withdrawn = (
                str(first(properties, "purpose")),
                first(properties, "withdrawnAt"),
            )
            gone = moment(withdrawn)
            stands = Span.of(properties, "validFrom", "validUntil").covers(self.at)
            state = "withdrawn" if gone is not None and gone <= self.at else "ended"
            if stands and state == "ended":
                state = "given"
            if found.get(purpose) != "given":
                found[purpose] = state
        return found

    def _history(
        self, customer: ThingId, cases: Sequence[dict[str, Json]], permits: Permits
    ) -> Json:
        opened = [at for one in cases if (at := moment(one["opened_at"])) is not None]
        last = sorted(cases, key=lambda one: str(one["opened_at"]), reverse=True)[:MOST_SHOWN]
        contacts: list[Json] = [
            {name: one[name] for name in ("opened_at", "touchpoint", "incident") if name in one}
            for one in last
        ]
        found: dict[str, Json] = {"incidents": self._touched(customer, cases, permits)}
        if permits.barred(customer, "case") is None:
            found |= {
                "contacts": contacts,
                "contacts_week": sum(self.at - _WEEK <= one <= self.at for one in opened),
                "contacts_quarter": sum(self.at - _QUARTER <= one <= self.at for one in opened),
            }
        return found

    def _touched(
        self, customer: ThingId, cases: Sequence[dict[str, Json]], permits: Permits
    ) -> list[Json]:
        """The incidents that touched a customer, by record or by case."""
        names = [str(one["incident"]) for one in cases if "incident" in one]
        if (why := permits.barred(customer, "affectedBy")) is not None:
            self.withheld.add("history.incidents", why)
        else:
            names += map(str, self.world.graph.properties(customer).get("affectedBy", ()))
        return [self._incident(ThingId(one)) for one in dict.fromkeys(names)][:MOST_SHOWN]

    def _incident(self, thing: ThingId) -> Json:
        known = self.world.incidents.get(thing)
        if known is None:
            return {"id": thing}
        return {"id": thing, "name": known.name, "state": known.state}

    def _post(self, about: About, permits: Permits) -> dict[str, Json]:
        """The post, as far as its feed's agreement permits its fields."""
        found = self._heard(about)
        if found is None:
            return {}
        said: dict[str, Json] = {
            "id": found.id,
            "platform": found.platform,
            "posted_at": instant(found.posted_at),
            "text": found.text,
            "region": found.region,
            "reach": found.reach,
        }
        shown = dict[str, Json]()
        for name, value in said.items():
            if value is None:
                continue
            if (why := permits.barred(found.feed, name)) is not None and name != "platform":
                self.withheld.add(f"post.{name}", why)
            else:
                shown[name] = value
        return {"post": shown}

    def _heard(self, about: About) -> Signal | None:
        """The post, while it is kept."""
        if about.signal is None or about.segment is None:
            return None
        event = self.world.ledger.at(about.segment)
        try:
            kept = self.world.segments.read(event) if event is not None else []
        except SegmentBroken as error:
            self.world.log.warning("post of an alert not read", why=str(error))
            return None
        return next((one for one in kept if one.id == about.signal), None)

    def _similar(self) -> dict[str, Json]:
        """How many cases are about the same incident or place, and the nearest precedents."""
        graph, alert = self.world.graph, self.alert
        term, thing = ("aboutIncident", alert.incident)
        if thing is None:
            term, thing = ("atTouchpoint", alert.touchpoint)
        if thing is None:
            return {"cases": None, "precedents": []}
        found = [one for one in graph.subjects(term, thing) if one.startswith("case/")]
        return {
            "of": thing,
            "cases": min(len(found), MOST_ALIKE),
            "more": len(found) > MOST_ALIKE,
            "precedents": self._precedents(thing),
        }

    def _precedents(self, thing: ThingId) -> list[Json]:
        name = self.world.graph.get(thing, "name")
        if name is None:
            return []
        try:
            hits = self.world.perception.search(str(name), 3, Filters(), budget_ms=SEARCH_MS)
        except NotInTime:
            self.withheld.add("similar.precedents", "not in time")
            return []
        return [{"id": h.precedent.id, "title": h.precedent.title, "score": h.score} for h in hits]

    def _recommended(self, event: Event | None) -> dict[str, Json]:
        """What the decision says to do; its reasons as far as they tell of nothing withheld."""
        if event is None:
            return {}
        link = f"/v1/decisions/{event.id.partition('/')[2]}"
        if event.erased:
            self.withheld.add("recommended", ERASED)
            return {"recommended": {"decision": event.id, "links": {"decision": link}}}
        decision = desk.stored(event)
        shown = decision.to_json()
        kept: dict[str, Json] = {
            name: shown[name]
            for name in ("tier", "within", "routes", "responses", "requirements", "prohibitions")
            if name in shown
        }
        reasons: list[Json] = [*self._reasons(event, decision)]
        links: dict[str, Json] = {"decision": link, "explanation": f"{link}/explanation"}
        return {
            "recommended": {
                "decision": event.id,
                **kept,
                "reasons": reasons,
                "links": links,
            }
        }

    def _decision(self) -> Event | None:
        name = self.alert.latest_decision or self.alert.decision
        found = self.world.ledger.by_id(name) if name is not None else None
        return found if found is not None and found.type == "decision.made" else None

    def _reasons(self, event: Event, decision: Decision) -> Iterator[Json]:
        """Each rule that fired with its reason."""
        if event.personal and not self.roles & SEE_PEOPLE:
            self.withheld.add("recommended.reasons", ROLE)
            return
        agreed = self._agreement()
        rules = {r.id: r for r in self.world.policies.get(decision.policy).policy.rules}
        for firing in decision.firings:
            if agreed is not None and _tells(firing):
                self.withheld.add("recommended.reasons", agreed)
            elif firing.rule in rules:
                yield {"rule": firing.rule, "reason": rules[firing.rule].reason}

    def _agreement(self) -> str | None:
        """The agreement that keeps something of the customer back, if there is one."""
        kept = self.withheld.reasons.items()
        return next((why for name, why in kept if name.startswith("customer.")), None)


def _tells(firing: Firing) -> bool:
    return any(fact.kind == "customer" for fact in firing.matched)

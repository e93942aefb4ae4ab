"""The person in an alert's context: who, open cases, consent, history, the post."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from knowledge.refusals import SegmentBroken
from ontology.events import Json
from ontology.identity import ThingId
from ontology.signals import Signal
from service.alert_permits import Permits, Withheld
from service.alerts import About
from service.bodies import instant
from service.sources import MOST_CASES
from service.values import Span, first, moment
from service.world import World

MOST_SHOWN: Final = 10
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Portrait:
    """What may be shown of one person at a moment; what is left out goes to `withheld`."""

    world: World
    at: datetime
    permits: Permits
    withheld: Withheld

    def person(self, customer: ThingId) -> dict[str, Json]:
        """Who it is, open cases, consents, what came before."""
        said = self.permits.shown(customer, _CUSTOMER, "customer", self.withheld)
        cases = [*self._cases(customer)]
        return {
            "customer": {"id": customer, **said},
            "cases": self._open(customer, cases),
            "consent": self._consent(customer),
            "history": self._history(customer, cases),
        }

    def _cases(self, customer: ThingId) -> Iterator[dict[str, Json]]:
        """The customer's cases, as far as what each relies on self.permits."""
        if (why := self.permits.barred(customer, "case")) is not None:
            self.withheld.add("cases", why)
            return
        theirs = self.world.graph.subjects("ofCustomer", customer)
        for case in [one for one in theirs if one.startswith("case/")][:MOST_CASES]:
            told = self.permits.shown(case, _CASE, "cases", self.withheld)
            closed = self.world.graph.get(case, "closedAt") is not None
            if "opened_at" in told:
                yield {"id": case, "open": not closed, **told}

    def _open(self, customer: ThingId, cases: Sequence[dict[str, Json]]) -> Json:
        if self.permits.barred(customer, "case") is not None:
            return None
        found = [one for one in cases if one["open"]]
        found.sort(key=lambda one: str(one["opened_at"]), reverse=True)
        shown: list[Json] = [*found[:MOST_SHOWN]]
        return {"open": len(found), "items": shown}

    def _consent(self, customer: ThingId) -> Json:
        """By purpose whether a consent stands, was withdrawn or has ended."""
        if (why := self.permits.barred(customer, "consent")) is not None:
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

    def _history(self, customer: ThingId, cases: Sequence[dict[str, Json]]) -> Json:
        opened = [at for one in cases if (at := moment(one["opened_at"])) is not None]
        last = sorted(cases, key=lambda one: str(one["opened_at"]), reverse=True)[:MOST_SHOWN]
        contacts: list[Json] = [
            {name: one[name] for name in ("opened_at", "touchpoint", "incident") if name in one}
            for one in last
        ]
        found: dict[str, Json] = {"incidents": self._touched(customer, cases)}
        if self.permits.barred(customer, "case") is None:
            found |= {
                "contacts": contacts,
                "contacts_week": sum(self.at - _WEEK <= one <= self.at for one in opened),
                "contacts_quarter": sum(self.at - _QUARTER <= one <= self.at for one in opened),
            }
        return found

    def _touched(self, customer: ThingId, cases: Sequence[dict[str, Json]]) -> list[Json]:
        """The incidents that touched a customer, by record or by case."""
        names = [str(one["incident"]) for one in cases if "incident" in one]
        if (why := self.permits.barred(customer, "affectedBy")) is not None:
            self.withheld.add("history.incidents", why)
        else:
            names += map(str, self.world.graph.properties(customer).get("affectedBy", ()))
        return [self._incident(ThingId(one)) for one in dict.fromkeys(names)][:MOST_SHOWN]

    def _incident(self, thing: ThingId) -> Json:
        known = self.world.incidents.get(thing)
        if known is None:
            return {"id": thing}
        return {"id": thing, "name": known.name, "state": known.state}

    def post(self, about: About) -> dict[str, Json]:
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
            if (why := self.permits.barred(found.feed, name)) is not None and name != "platform":
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

"""The context of an alert for one reader: who, what came before, what is like it, what to do."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from knowledge.precedents import Filters
from ontology.decisions import Decision, Firing
from ontology.events import Event, Json
from ontology.identity import ThingId
from ontology.lifecycle import Role
from service import desk
from service.alert_permits import ERASED, ROLE, Permits, Withheld, hide
from service.alert_portrait import Portrait
from service.alerts import About, Alert
from service.case_search import may_be_found
from service.perception import NotInTime
from service.permissions import SEE_PEOPLE
from service.world import World

MOST_ALIKE: Final = 1_000
SEARCH_MS: Final = 500.0
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
        found: dict[str, Json] = {**self._place(), "similar": self._similar()}
        if erased or (about is not None and not graph.exists(about.customer)):
            hide(_PARTS, self.withheld, ERASED)
        elif about is not None and not self.roles & SEE_PEOPLE:
            hide(_PARTS, self.withheld, ROLE)
        elif about is not None:
            portrait = Portrait(
                world=self.world,
                at=self.at,
                permits=Permits(graph, self.at),
                withheld=self.withheld,
            )
            found |= portrait.person(about.customer) | portrait.post(about)
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
        return [
            {"id": h.precedent.id, "title": h.precedent.title, "score": h.score}
            for h in hits
            if may_be_found(self.world, h)
        ]

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
            for name in (
                "tier",
                "within",
                "routes",
                "responses",
                "requirements",
                "duties",
                "prohibitions",
            )
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

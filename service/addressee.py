"""The addressee: what of a customer a text may use, and by whose leave."""

from dataclasses import dataclass
from datetime import datetime

from knowledge.graph import Graph
from ontology.identity import ThingId
from service.alert_permits import Permits
from service.values import Span, first, moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """Whether something may be used: by which consents and agreements, or why not."""

    by: tuple[str, ...] = ()
    why_not: str | None = None

    @property
    def given(self) -> bool:
        """Whether it may be used."""
        return self.why_not is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressee:
    """One customer as a text may know them, at a moment.

    `seen` says whether the reader of the text may read about people at all; `personal` whether
    the decision lets personal data shape it.
    """

    graph: Graph
    permits: Permits
    customer: ThingId | None
    at: datetime
    seen: bool
    personal: bool

    def leave(self, thing: ThingId, name: str, purpose: str | None) -> Leave:
        """Whether a property may be used; `purpose` is None for what is not personal."""
        if purpose is not None and (why := self._refused()):
            return Leave(why_not=why)
        relied = tuple(str(one) for one in self.graph.properties(thing).get("reliesOn", ()))
        if (barred := self.permits.barred(thing, name)) is not None:
            words = (
                "the consent that it relies on does not stand" if barred == "consent" else barred
            )
            return Leave(why_not=f"not permitted: {words}")
        if purpose is None:
            return Leave(by=relied)
        consent = self.consent(purpose)
        if consent is None:
            return Leave(why_not=f"no consent for {purpose}")
        return Leave(by=(consent, *relied))

    def consent(self, *purposes: str) -> ThingId | None:
        """A consent for one of these purposes that is in force; the first by its id."""
        if self.customer is None:
            return None
        for one in self.graph.subjects("ofCustomer", self.customer):
            if one.startswith("consent/") and stands(self.graph, one, purposes, self.at):
                return one
        return None

    def opted_out(self) -> bool:
        """Whether they want no marketing."""
        return self.customer is not None and self.graph.get(self.customer, "optedOut") is True

    def marks(self) -> frozenset[str]:
        """What may be known of the person and asks for other words; never shown.

        What is special about a person is used with a consent for contact or personalisation only.
        """
        if self.customer is None or self._refused() is not None:
            return frozenset()
        if self.consent("contact", "personalisation") is None:
            return frozenset()
        found = self.graph.properties(self.customer)
        return frozenset(
            name
            for name in ("vulnerable", "bereaved", "minor", "employee", "press", "influential")
            if first(found, name) is True and self.permits.barred(self.customer, name) is None
        )

    def _refused(self) -> str | None:
        if not self.seen:
            return "your role may not read about customers"
        return None if self.personal else "the decision forbids personalisation"


def stands(graph: Graph, consent: ThingId, purposes: tuple[str, ...], at: datetime) -> bool:
    """Whether a consent for one of these purposes is in force at a moment."""
    said = graph.properties(consent)
    withdrawn = moment(first(said, "withdrawnAt"))
    return (
        first(said, "purpose") in purposes
        and Span.of(said, "validFrom", "validUntil").covers(at)
        and (withdrawn is None or at < withdrawn)
    )

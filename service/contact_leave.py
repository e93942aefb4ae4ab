"""Leave to contact a customer: who is never reached by many at once, and what was consented to."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ontology.identity import ThingId
from service.committing import Here
from service.values import Properties, Span, first, moment

_TENDER: Final = ("vulnerable", "bereaved", "minor")


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """Whether a customer may be reached at a moment: why not, else for which purposes."""

    out: str | None
    purposes: frozenset[str] = frozenset()
    opted_out: bool = False

    def barred(self, purposes: Collection[str]) -> str | None:
        """Why none of these purposes is open; None where one is."""
        if self.out is not None or self.purposes & {*purposes}:
            return self.out
        return "opted-out" if self.opted_out and "marketing" in purposes else "no-consent"


def leave(world: Here, customer: ThingId, now: datetime, shown: Properties | None = None) -> Leave:
    """Whether a customer may be reached at all, and for which purposes they consented.

    What is special about a person only ever keeps a campaign away from them.
    """
    said = world.graph.properties(customer) if shown is None else shown
    if any(first(said, name) is True for name in _TENDER):
        return Leave(out="in-need")
    for name in ("employee", "press"):
        if first(said, name) is True:
            return Leave(out=name)
    given = frozenset(purposes(world, customer, now))
    opted = first(said, "optedOut") is True
    return Leave(out=None, purposes=given - {"marketing"} if opted else given, opted_out=opted)


def purposes(world: Here, customer: ThingId, now: datetime) -> Iterator[str]:
    """The purposes for which a customer's consent is in force."""
    for one in world.graph.subjects("ofCustomer", customer):
        if not one.startswith("consent/"):
            continue
        said = world.graph.properties(one)
        withdrawn = moment(first(said, "withdrawnAt"))
        stands = withdrawn is None or now < withdrawn
        if stands and Span.of(said, "validFrom", "validUntil").covers(now):
            yield str(first(said, "purpose"))

"""Sharing: what an agreement lets a partner send, for which purpose, for how long."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from knowledge.graph import Graph
from ontology.identity import ThingId
from ontology.values import parse_duration
from service.values import Span, first

PURPOSE: Final = "crisis-response"
"""What attune uses signals for; an event that names another purpose is refused."""

_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """One agreement as the door enforces it.

    `fields` are the members of a signal that may be kept, `feeds` the feeds that rely on the
    agreement. `retention` is None where the house's own limit is the only one.
    """

    agreement: ThingId
    partner: ThingId | None
    fields: frozenset[str]
    purposes: frozenset[str]
    retention: timedelta | None
    span: Span
    suspended: bool
    feeds: tuple[ThingId, ...]

    def barred(self, at: datetime) -> tuple[str, str] | None:
        """Why nothing is taken under it at a moment: a short name and a sentence."""
        if self.suspended:
            return "agreement-suspended", f"{self.agreement} is suspended."
        if not self.span.covers(at):
            return "agreement-not-in-force", f"{self.agreement} is not in force now."
        if PURPOSE not in self.purposes:
            return "purpose-not-permitted", f"{self.agreement} does not permit {PURPOSE}."
        if self.retention is not None and self.retention < _DAY:
            return (
                "retention-too-short",
                "attune keeps whole days; permit a retention from P1D on.",
            )
        if not self.feeds:
            return "no-feed", f"No feed relies on {self.agreement}; name it in a feed's reliesOn."
        return None

    def until(self, at: datetime) -> date | None:
        """The day at whose start what came at a moment has to be gone."""
        return None if self.retention is None else at.date() + timedelta(days=self.retention.days)


def terms(graph: Graph, agreement: ThingId) -> Terms | None:
    """The terms of an agreement as it stands, None where there is none."""
    if not graph.exists(agreement):
        return None
    properties = graph.properties(agreement)
    partner, retention = first(properties, "partner"), first(properties, "retention")
    return Terms(
        agreement=agreement,
        partner=ThingId(str(partner)) if partner is not None else None,
        fields=frozenset(str(one) for one in properties.get("permitsField", ())),
        purposes=frozenset(str(one) for one in properties.get("permitsPurpose", ())),
        retention=parse_duration(str(retention)) if retention is not None else None,
        span=Span.of(properties, "validFrom", "validUntil"),
        suspended=first(properties, "suspended") is True,
        feeds=tuple(
            one for one in sorted(graph.subjects("reliesOn", agreement)) if one.startswith("feed/")
        ),
    )


def kept(
    data: Mapping[str, object], fields: frozenset[str]
) -> tuple[dict[str, object], list[str]]:
    """What of a partner's data may be kept, and the names of what is dropped.

    >>> kept({"text": "Stuck", "email": "a@b.example"}, frozenset({"text"}))
    ({'text': 'Stuck'}, ['email'])
    """
    dropped = [name for name in data if name not in fields]
    return {name: value for name, value in data.items() if name in fields}, dropped

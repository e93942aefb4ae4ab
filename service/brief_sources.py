"""What a brief is made of: the messages that are live, their claims, the enquiries so far."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self

from knowledge.triples import Triples
from ontology.events import Json
from ontology.identity import ThingId, kind_of

PRESS: Final = "press"
EMPLOYEES: Final = "employees"
_HEARD: Final = {
    PRESS: frozenset({"public", "press"}),
    EMPLOYEES: frozenset({"public", "press", EMPLOYEES}),
}
"""By whom somebody speaks to: to whom the messages went that they may repeat."""
_BACK: Final = frozenset({"withdrawn", "superseded"})
_KEPT_BACK: Final = frozenset({"standing", "broken"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What the graph holds of an incident at a moment.

    `live` are messages that whoever is spoken to may hear, `embargoed` those under an embargo,
    each with the embargo; `gone` were out and are out no more.
    """

    graph: Triples
    incident: ThingId
    audience: str
    at: datetime
    zone: str
    live: tuple[ThingId, ...]
    embargoed: tuple[tuple[ThingId, ThingId], ...]
    gone: tuple[ThingId, ...]
    enquiries: tuple[ThingId, ...]

    @classmethod
    def of(cls, graph: Triples, incident: ThingId, at: datetime, audience: str = PRESS) -> Self:
        """Read it."""
        about = sorted(graph.subjects("aboutIncident", incident))
        outside = [
            one
            for one in about
            if kind_of(one) == "message" and graph.get(one, "audience") in _HEARD[audience]
        ]
        out = [one for one in outside if graph.state(one) == "live"]
        under = {one: found for one in out if (found := _embargo(graph, one, at)) is not None}
        return cls(
            graph=graph,
            incident=incident,
            audience=audience,
            at=at,
            zone=_zone(graph, incident),
            live=tuple(one for one in out if one not in under),
            embargoed=tuple(under.items()),
            gone=tuple(one for one in outside if graph.state(one) in _BACK),
            enquiries=tuple(one for one in about if kind_of(one) == "enquiry"),
        )

    def said(self, thing: ThingId, name: str) -> Json:
        """One property of a thing."""
        return self.graph.get(thing, name)


def live_claims(sources: Sources) -> list[dict[str, Json]]:
    """What is claimed by what anybody may hear, in the order of topics."""
    rows = [_claim(sources, claim, one) for one in sources.live for claim in claims(sources, one)]
    return sorted(rows, key=lambda row: (str(row["topic"]), str(row["claim"])))


def claims(sources: Sources, message: ThingId) -> list[ThingId]:
    """The claims that a message makes."""
    found = sources.graph.subjects("ofMessage", message)
    return sorted(one for one in found if kind_of(one) == "claim")


def says(sources: Sources, claim: ThingId) -> str:
    """A claim in words: a figure with its unit, or that it is so or not."""
    value, polarity = sources.said(claim, "value"), sources.said(claim, "polarity")
    if value is None:
        return "it is so" if polarity == "affirmed" else "it is not so"
    unit = sources.said(claim, "measuredIn")
    figure = f"{value:g}" if isinstance(value, int | float) else str(value)
    return f"{figure} {unit}" if unit is not None else figure


def _claim(sources: Sources, claim: ThingId, message: ThingId) -> dict[str, Json]:
    topic = ThingId(str(sources.said(claim, "claimTopic")))
    return {
        "claim": claim,
        "topic": topic,
        "name": sources.said(topic, "name"),
        "says": says(sources, claim),
        "sentence": sources.said(claim, "sentence"),
        "message": message,
        "language": sources.said(message, "language"),
        "region": sources.said(message, "forRegion"),
    }


def _embargo(graph: Triples, message: ThingId, at: datetime) -> ThingId | None:
    work = ThingId(str(graph.get(message, "versionOf")))
    for one in sorted(graph.subjects("ofWork", work)):
        until = datetime.fromisoformat(str(graph.get(one, "embargoUntil")))
        if graph.state(one) in _KEPT_BACK and until > at:
            return one
    return None


def _zone(graph: Triples, incident: ThingId) -> str:
    for region in sorted(map(str, graph.properties(incident).get("inRegion", ()))):
        zone = graph.get(ThingId(region), "timeZone")
        if zone is not None:
            return str(zone)
    return "UTC"

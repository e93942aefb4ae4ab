"""Briefing: what a spokesperson may say of an incident, and what not, as the graph stands."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import orjson

from ontology.decisions import Decision
from ontology.events import Json
from ontology.identity import ThingId
from rules.jurisdictions import Jurisdictions
from rules.policy import Policy
from service.brief_limits import do_not_say
from service.brief_sources import EMPLOYEES, PRESS, Sources, live_claims
from service.values import Span

_KEPT: Final = frozenset({"open", "broken"})
_LINES: Final = {
    PRESS: (("statement", "press"), ("statement", "public")),
    EMPLOYEES: (
        ("internal-message", "employees"),
        ("statement", "public"),
        ("statement", "press"),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """By what a brief was made: the policy of its decision, with its table of jurisdictions."""

    policy: Policy
    jurisdictions: Jurisdictions


def gather(
    sources: Sources, decision: Decision, law: Law, enquiry: ThingId | None = None
) -> dict[str, Json]:
    """Everything who speaks has to know; the same graph, decision and moment give the same.

    The words of journalists are not in it: they are read when somebody reads the brief.
    """
    known = live_claims(sources)
    topics = {str(row["topic"]) for row in known}
    return {
        "incident": sources.incident,
        "name": sources.graph.get(sources.incident, "name"),
        "tier": decision.tier,
        "strategies": [*dict.fromkeys(one.strategy for one in decision.responses)],
        "holding_line": _line(sources),
        "known": [*known],
        "unknown": [*_unknown(sources, topics, enquiry)],
        "promises": [*_promises(sources)],
        "do_not_say": [*do_not_say(sources, known, decision, law.policy, law.jurisdictions)],
        "likely_questions": [*_asked(sources, enquiry)],
        "needs_signature": [
            {"requirement": one.name, "team": one.from_team} for one in decision.requirements
        ],
        "ask": [*_ask(sources, decision)],
        "time_zone": sources.zone,
    }


def digest(content: Mapping[str, Json]) -> str:
    """The SHA-256, in hexadecimal digits, of what a brief says."""
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _line(sources: Sources) -> Json:
    """What may always be said: the newest live statement, to whoever is spoken to first.

    Where none is live, the words of a pathway that legal approved for them, slots and all.
    """
    for kind, audience in _LINES[sources.audience]:
        found = [
            one
            for one in sources.live
            if sources.said(one, "messageKind") == kind
            and sources.said(one, "audience") == audience
        ]
        if found:
            one = max(found, key=lambda m: (str(sources.said(m, "draftedAt")), m))
            return {"message": one, "text": sources.said(one, "text")}
    for one in sorted(sources.graph.of_type("Pathway")):
        shown = sources.graph.properties(one)
        span = Span.of(shown, "validFrom", "validUntil")
        ours = sources.graph.state(one) == "approved" and span.covers(sources.at)
        if ours and {sources.audience, "public"} & {*shown.get("coversAudience", ())}:
            return {"pathway": one, "text": shown["approvedText"][0]}
    return None


def _unknown(
    sources: Sources, known: set[str], enquiry: ThingId | None
) -> Iterator[dict[str, Json]]:
    """The topics on which nothing is live: of the incident, and those that were asked about."""
    graph = sources.graph
    wanted = {
        one
        for one in graph.subjects("aboutIncident", sources.incident)
        if one.startswith("claim-")
    }
    for one in {*sources.enquiries, *([enquiry] if enquiry is not None else [])}:
        wanted |= {ThingId(str(topic)) for topic in graph.properties(one).get("asksAbout", ())}
    for topic in sorted(wanted - known):
        if topic.startswith("claim-topic/"):
            yield {"topic": topic, "name": graph.get(topic, "name")}


def _promises(sources: Sources) -> Iterator[dict[str, Json]]:
    graph = sources.graph
    parts = (one for message in sources.live for one in graph.subjects("ofMessage", message))
    kept = (one for one in parts if one.startswith("promise/") and graph.state(one) in _KEPT)
    for due, one in sorted((str(graph.get(one, "dueAt")), one) for one in kept):
        yield {
            "promise": one,
            "sentence": graph.get(one, "sentence"),
            "due": due,
            "state": graph.state(one),
            "team": graph.get(one, "routedTo"),
        }


def _asked(sources: Sources, enquiry: ThingId | None) -> Iterator[dict[str, Json]]:
    """The topics of the enquiries so far, those of the one at hand first, then the most asked."""
    graph, about = sources.graph, dict[str, list[ThingId]]()
    for one in sources.enquiries:
        for topic in graph.properties(one).get("asksAbout", ("",)):
            about.setdefault(str(topic), []).append(one)
    order = sorted(about, key=lambda t: (enquiry not in about[t], -len(about[t]), t))
    for topic in order:
        named: list[Json] = [*about[topic]]
        outlets = {str(graph.get(one, "outlet")) for one in about[topic]}
        name = graph.get(ThingId(topic), "name") if topic else None
        yield {"topic": topic or None, "name": name, "outlets": len(outlets), "enquiries": named}


def _ask(sources: Sources, decision: Decision) -> Iterator[dict[str, Json]]:
    graph = sources.graph
    owner = graph.get(sources.incident, "ownedBy")
    teams = {str(owner): "owns the incident"} if owner is not None else {}
    for route in decision.routes:
        teams.setdefault(route.team, "answers now, by the rules")
    for one in decision.requirements:
        if one.from_team is not None:
            teams.setdefault(one.from_team, f"gives {one.name}")
    for team, why in teams.items():
        yield {"team": team, "why": why, "on_call": [*_on_call(sources, ThingId(team))]}


def _on_call(sources: Sources, team: ThingId) -> Iterator[Json]:
    graph = sources.graph
    for shift in sorted(graph.subjects("ofTeam", team)):
        said = graph.properties(shift)
        if Span.of(said, "startsAt", "endsAt").covers(sources.at) and "holder" in said:
            yield said["holder"][0]

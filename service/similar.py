"""Cases like what a decision is about: the best ones, and how many; outside its digest."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from knowledge.precedents import Filters, Hit
from ontology.events import Json
from ontology.identity import ThingId
from service.case_search import COUNTED, counted, may_be_found
from service.decision_bodies import DecisionRequest
from service.perception import NotInTime
from service.world import World

EXCERPT: Final = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """The best cases and how many are similar; `count` is None where nothing was looked for.

    `late` names the parts that did not answer in time.
    """

    hits: Sequence[Hit] = ()
    count: dict[str, Json] | None = None
    late: tuple[str, ...] = ()


def alike(world: World, asked: DecisionRequest, left_ms: float) -> Alike:
    """Cases like the words of a request, or like the incident that it names."""
    named = asked.incident
    incident = world.incidents.get(ThingId(named)) if isinstance(named, str) else None
    query = asked.text or (incident.name if incident is not None else None)
    if not query or not asked.precedents:
        return Alike()
    most = max(asked.precedents, COUNTED)
    try:
        hits = world.perception.search(query, most, Filters(), budget_ms=left_ms)
    except NotInTime as late:
        return Alike(late=(late.part,))
    seen = [hit for hit in hits if may_be_found(world, hit)]
    return Alike(hits=seen[: asked.precedents], count=counted(seen))


def hit_json(hit: Hit) -> dict[str, Json]:
    """A precedent as a search shows it: what a person needs to judge whether it fits."""
    case = hit.precedent
    shown: dict[str, Json] = {
        "id": case.id,
        "score": hit.score,
        "meaning": hit.meaning,
        "words": hit.words,
        "title": case.title,
        "source": case.source,
        "date": case.date,
        "cluster": case.cluster,
        "severity": case.severity,
        "region": case.region,
        "language": case.language,
        "type": case.type,
        "tier": case.tier,
        "result": case.result,
        "strategy": list(case.strategy),
        "channel": list(case.channel),
        "outcome": case.outcome,
        "lesson": case.lesson,
        "reference": case.reference,
        "invented": case.invented,
        "excerpt": case.text[:EXCERPT],
    }
    return {name: value for name, value in shown.items() if value is not None}

"""Enquiries as answers show them: who asks is for few, and what others were told stands beside."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Final

from ontology.events import Json
from ontology.identity import ThingId
from ontology.lifecycle import Role
from service.enquiries import KIND, known
from service.outlets import name_of
from service.permissions import SEE_PEOPLE
from service.showing import shown
from service.world import World
from service.zoned import local

_PERSONAL: Final = frozenset({"question", "wishesEmbargo", "fromJournalist"})


def told(world: World, enquiry: ThingId, roles: Collection[Role]) -> dict[str, Json]:
    """One enquiry with its remarks, and what other outlets were told on the same topics.

    Raises:
        ThingUnknown: there is no such enquiry.
    """
    known(world, enquiry)
    seen = bool(SEE_PEOPLE & set(roles))
    body = outlined(world, enquiry, roles)
    if not seen:
        return body | {"withheld": ["journalist", "remarks", *sorted(_PERSONAL)]}
    return body | {
        "journalist": _journalist(world, enquiry),
        "remarks": [*_remarks(world, enquiry)],
        "same_topics": [*_same_topics(world, enquiry)],
    }


def outlined(world: World, enquiry: ThingId, roles: Collection[Role]) -> dict[str, Json]:
    """An enquiry as a list shows it; the words are for those who may read about people."""
    hidden = frozenset[str]() if SEE_PEOPLE & set(roles) else _PERSONAL
    body = shown(world, enquiry, roles, hidden)
    at = world.graph.get(enquiry, "answerBy")
    zone = str(body["timeZone"])
    return body | {
        "outlet_name": name_of(world, body["outlet"]),
        "answer_by_local": local(_moment(at), zone),
        "links": {"self": f"/v1/enquiries/{enquiry.partition('/')[2]}"},
    }


def _journalist(world: World, enquiry: ThingId) -> Json:
    named = world.graph.get(enquiry, "fromJournalist")
    if named is None:
        return None
    properties = world.graph.properties(ThingId(str(named)))
    return {"id": named, **{name: values[0] for name, values in sorted(properties.items())}}


def _remarks(world: World, enquiry: ThingId) -> Iterator[dict[str, Json]]:
    for one in sorted(world.graph.subjects("ofEnquiry", enquiry)):
        said = world.graph.properties(one)
        yield {
            "id": one,
            "attribution": said["attribution"][0],
            "text": next(iter(said.get("remarked", ())), None),
            "said_by": said["saidBy"][0],
            "said_at": next(iter(said.get("saidAt", ())), None),
            "topics": [*said.get("asksAbout", ())],
        }


def _same_topics(world: World, enquiry: ThingId) -> Iterator[dict[str, Json]]:
    """What each other outlet that asked about one of the topics got as its answer."""
    graph = world.graph
    for topic in sorted(map(str, graph.properties(enquiry).get("asksAbout", ()))):
        for other in sorted(graph.subjects("asksAbout", ThingId(topic))):
            message = graph.get(other, "answeredBy") if other.startswith(f"{KIND}/") else None
            if other == enquiry or message is None:
                continue
            answer = ThingId(str(message))
            yield {
                "topic": topic,
                "enquiry": other,
                "outlet": graph.get(other, "outlet"),
                "message": answer,
                "state": graph.state(answer),
                "claims": [*_claims(world, answer, topic)],
            }


def _claims(world: World, message: ThingId, topic: str) -> Iterator[dict[str, Json]]:
    for one in sorted(world.graph.subjects("ofMessage", message)):
        said = world.graph.properties(one)
        if said.get("claimTopic", (None,))[0] == topic:
            names = ("polarity", "value", "measuredIn", "sentence")
            yield {"id": one, **{name: said[name][0] for name in names if name in said}}


def _moment(value: Json) -> datetime:
    return datetime.fromisoformat(str(value))

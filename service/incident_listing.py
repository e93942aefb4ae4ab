"""Incidents as answers: how they stand, and what is known of those nobody has confirmed yet."""

from collections.abc import Collection, Mapping
from typing import Final

from knowledge.spread.candidate import Candidate
from ontology.events import Json
from ontology.facts import Origin, catalogue
from ontology.identity import ThingId
from ontology.lifecycle import Role, possible
from ontology.signals import Signal
from service.bodies import instant
from service.clustering import words
from service.exemplars import scores_of
from service.incidents import Incident
from service.permissions import READ_POSTS
from service.suggesting import incident_of, related, twins
from service.world import World

_CATCH_UP_MS: Final = 1_000.0
_HOUR: Final = 3600


def listed(world: World, state: str | None) -> list[Json]:
    """Every incident, or those in a state, in the order in which they became known."""
    standing = _standing(world) if state == "candidate" else {}
    found: list[Json] = []
    for one in world.incidents.all():
        if state is None or one.state == state:
            known = standing.get(one.id)
            found.append(told(one) | (_grown(world, known) if known else {}))
    return found


def shown(world: World, incident: Incident, roles: Collection[Role]) -> dict[str, Json]:
    """One incident with its spread and, while it is a candidate, with what made it one.

    The words of exemplars are shown to those who may read posts, while they are kept.
    """
    answer = told(incident) | {
        "possible": [*possible(world.lifecycles, "incident", incident.state, roles)],
        "spread": spread(world, incident.id),
    }
    if world.counting.assigning.left:
        answer["counting"] = {"segments_left": world.counting.assigning.left}
    known = _standing(world).get(incident.id)
    if known is None:
        return answer
    posts = words(world, known.exemplars) if READ_POSTS & set(roles) else {}
    exemplars = [_exemplar(world, one.id, posts.get(one.id)) for one in known.exemplars]
    return answer | _grown(world, known) | {"exemplars": exemplars}


def _exemplar(world: World, name: ThingId, post: Signal | None) -> Json:
    """A typical post; its words, and what was judged of them, where they may be read."""
    if post is None:
        return {"id": name}
    return {
        "id": name,
        "text": post.text,
        "posted_at": instant(post.posted_at),
        "scores": scores_of(post, world.clustering.judged),
    }


def spread(world: World, incident: ThingId) -> list[Json]:
    """The spread facts that a decision on an incident would see now."""
    at, origin = world.clock.now(), Origin(source="window", ref=incident)
    with world.listening() as windows:
        heard = windows.listen(incident, at)
    rows = [window.complete() for window in heard]
    return [catalogue().fact("spread", row, origin).to_json()["values"] for row in rows]


def told(incident: Incident) -> dict[str, Json]:
    """An incident in a line."""
    line: dict[str, Json] = {
        "id": incident.id,
        "name": incident.name,
        "state": incident.state,
        "tier": incident.tier,
        "tier_since": instant(incident.tier_since) if incident.tier_since else None,
        "stood_down": incident.stood_down,
        "opened_at": instant(incident.opened_at) if incident.opened_at else None,
        "resolved_at": instant(incident.resolved_at) if incident.resolved_at else None,
        "reopened": incident.reopened,
        "merged_into": incident.merged_into,
        "split_into": [*incident.split_into] or None,
        "scope": {term: list(values) for term, values in incident.scope.items() if values},
    }
    return {name: value for name, value in line.items() if value is not None}


def _standing(world: World) -> Mapping[ThingId, Candidate]:
    """What is clustered, by the incident as which it stands."""
    world.clustering.catch_up(world, _CATCH_UP_MS)
    found = {}
    for one in world.clustering.standing():
        incident = incident_of(world, one)
        if incident is not None:
            found[incident.id] = one
    return found


def _grown(world: World, known: Candidate) -> dict[str, Json]:
    """What is known of a candidate now; posts by hour for the last two days."""
    hour = int(world.clock.now().timestamp()) // _HOUR
    by_hour = dict(known.hours)
    hours: list[Json] = [by_hour.get(hour - back, 0) for back in range(47, -1, -1)]
    growth: dict[str, Json] = {
        "posts": known.posts,
        "people": known.voices,
        "this_hour": by_hour.get(hour, 0),
        "hour_before": by_hour.get(hour - 1, 0),
        "by_hour": hours,
    }
    return {
        "confidence": known.confidence,
        "topics_now": [*known.topics],
        "begun": instant(known.begun),
        "noticed": instant(known.noticed),
        "last_post": instant(known.last),
        "growth": growth,
        "places": [*known.regions],
        "platforms": [*known.platforms],
        "same_as": [*twins(world, known)],
        "perhaps_reopens": [*related(world, known)],
    }

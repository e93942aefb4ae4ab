"""Temporary routings as answers show them: what they say, where they stand, who can answer."""

from typing import Final

from ontology.events import Json
from service.acts import recorded
from service.bodies import instant
from service.temporary import Content, Temporary
from service.world import World

_LIVE: Final = frozenset({"proposed", "approved", "pushed", "confirmed"})


def listed(world: World, state: str | None) -> list[Json]:
    """Every temporary routing that was proposed, in one state or in any."""
    known = world.temporaries.all()
    return [shown(world, one) for one in known if state in {None, one.state}]


def shown(world: World, one: Temporary) -> dict[str, Json]:
    """One of them: what was approved, or what its record says as long as nothing was."""
    stated = one.stated or recorded(world, one.id)
    told: dict[str, Json] = {
        "id": one.id,
        "state": one.state,
        "since": instant(one.since),
        "approved": bool(one.stated),
        "content": dict(stated),
    }
    if stated and one.state in _LIVE:
        told |= _staffed(world, Content.of(stated))
    return told


def _staffed(world: World, content: Content) -> dict[str, Json]:
    """Who of the team could answer now."""
    at, skills = world.clock.now(), world.skills()
    return {
        "trained": len(skills.trained(content.team, content.training, at)),
        "trained_on_call": len(skills.on_call(content.team, content.training, at)),
        "minimum": content.minimum,
    }

"""What waits to be done, as answers show it: whose it is, until when, who may do what."""

from collections.abc import Collection

from knowledge.due import Open
from ontology.events import Json
from ontology.lifecycle import NEW, Role, possible
from service.acts import written
from service.bodies import instant
from service.world import World


def waiting(world: World, one: Open, roles: Collection[Role]) -> dict[str, Json]:
    """An open thing; of a decision also how many past cases were like it when it was made."""
    now = world.clock.now()
    said: dict[str, Json] = {
        "thing": one.thing,
        "kind": one.kind,
        "state": one.state,
        "since": instant(one.since),
        "due": instant(one.due) if one.due else None,
        "overdue": one.due is not None and one.due <= now,
        "team": one.team,
        "deadlines": [written(deadline) for deadline in one.deadlines],
        "acts": _roles_by_act(world, one.kind, one.state),
        "possible": [*possible(world.lifecycles, one.kind, one.state, roles)],
    }
    if one.kind == "decision":
        said["similar"] = {**one.similar} if one.similar is not None else None
    return said


def _roles_by_act(world: World, kind: str, state: str) -> dict[str, Json]:
    """The acts from a state, each with the roles that may do it."""
    acts = world.lifecycles[kind].acts.values()
    return {
        one.name: [*sorted(one.roles - {Role.ATTUNE})]
        for one in acts
        if (state or NEW) in one.sources and one.roles != {Role.ATTUNE}
    }

"""Steps that agreements require before a message goes out, and who signs that they were done."""

from typing import Final

from ontology.decisions import Requirement
from ontology.identity import ThingId
from service import message_view
from service.boundaries import naming
from service.message_content import Content
from service.world import World

_STEP: Final = "message-step"


def steps(world: World, content: Content) -> tuple[Requirement, ...]:
    """What agreements require of a message and nothing shows to be done yet, by the gate.

    Somebody of the incident's team signs that it was, or of the team that the rules name.
    """
    if not naming(world, content):
        return ()
    found = [one for one in message_view.refusals(world, content) if isinstance(one, dict)]
    agreements = sorted({str(one["value"]) for one in found if one.get("shape") == _STEP})
    lacking = [world.graph.get(ThingId(one), "requiresStep") for one in agreements]
    owner = world.graph.get(content.incident, "ownedBy") if content.incident is not None else None
    return tuple(
        Requirement(name=str(one), from_team=str(owner) if owner is not None else None)
        for one in dict.fromkeys(lacking)
    )

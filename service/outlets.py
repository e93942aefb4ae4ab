"""Outlets: who reports; one that is named for the first time is written down."""

from typing import Annotated

from pydantic import Field

from ontology.events import Draft
from ontology.identity import ThingId
from service.bodies import Name
from service.committing import Here
from service.recording import written
from service.sweep import ITSELF

OUTLET = "outlet"
OutletId = Annotated[str, Field(pattern="^outlet/.{1,120}$")]
OutletRef = OutletId | Name
"""An outlet by its id, or by its name as it prints it."""


def outlet_of(world: Here, said: str) -> tuple[ThingId, list[Draft]]:
    """The outlet of an id or a name, and what writes down one that was never named."""
    if said.startswith(f"{OUTLET}/"):
        return ThingId(said), []
    name = " ".join(said.split())
    for one in sorted(world.graph.of_type("Outlet")):
        if str(world.graph.get(one, "name")).casefold() == name.casefold():
            return one, []
    local = world.keys.mac("outlets", name.casefold()).hex()[:32]
    outlet = ThingId(f"{OUTLET}/{local}")
    return outlet, [written(world, outlet, "Outlet", {"name": name}, ITSELF)]


def name_of(world: Here, outlet: object) -> str:
    """What people call an outlet."""
    found = world.graph.get(ThingId(str(outlet)), "name")
    return str(found) if found is not None else str(outlet)

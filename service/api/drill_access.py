"""Who may do what in a drill, and where it is: the drill, its world, the roles one has there."""

from typing import Final

from ontology.identity import ThingId
from ontology.lifecycle import Role
from service.api.answers import conflict, principal, world
from service.drill_files import ScenarioUnknown, Written, named
from service.drill_worlds import worlds_of
from service.drills import HELD, Drill, scenarios_of
from service.problems import not_found
from service.security import Denied
from service.world import World

LEADS: Final = frozenset({Role.TRAINER, Role.GOVERNANCE})
"""The roles that lead any drill."""

_EXAMPLE: Final = "drill/01jd3v5k8xq2m4n6p8r0t2w4y6"


def drill_of(local: str) -> Drill:
    """The drill of an address.

    Raises:
        ProblemError: there is none (404).
    """
    here = world()
    here.catch_up_governed()
    found = here.drills.get(ThingId(f"drill/{local}"))
    if found is None:
        raise not_found("drill", f"drill/{local[:140]}", _EXAMPLE)
    return found


def scenario_of(name: str) -> Written:
    """The scenario of a name.

    Raises:
        ProblemError: there is none (404).
    """
    try:
        return named(name, scenarios_of(world().settings.home))
    except ScenarioUnknown as error:
        raise not_found("scenario", name[:80], "bot-answers-a-mother") from error


def check_leads() -> None:
    """Refuse whoever does not lead drills."""
    if not principal().roles & LEADS:
        raise Denied("Drills are led by trainer, governance.", unknown=False)


def roles_in(drill: Drill) -> frozenset[Role]:
    """The roles of whoever asks in the drill's world: all of them for those who lead."""
    asks = principal()
    part = drill.people.get(asks.holder)
    if part is not None:
        return part.roles
    if asks.roles & LEADS:
        return frozenset(Role) - {Role.ATTUNE}
    raise Denied(f"{asks.holder} does not take part in {drill.id}.", unknown=False)


def check_takes_part(drill: Drill) -> None:
    """Refuse whoever neither takes part nor leads."""
    roles_in(drill)


def there(drill: Drill) -> World:
    """The world of a drill.

    Raises:
        ProblemError: it is not there yet (409).
    """
    found = worlds_of(world()).get(world(), drill)
    if found is None:
        raise conflict(f"{drill.id} is {drill.state}, and its world is not there yet.")
    return found


def held(drill: Drill) -> World:
    """The world of a drill under way.

    Raises:
        ProblemError: it is not (409).
    """
    if drill.state not in HELD:
        raise conflict(f"{drill.id} is {drill.state}; nothing can be done in it.")
    found = there(drill)
    found.catch_up()
    return found

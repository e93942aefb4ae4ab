"""Shut out: a platform that is lost is switched to its fallback and its owner hears of it."""

from ontology.identity import ThingId
from ontology.lifecycle import ATTUNE
from service import access, desk
from service.decision_bodies import DecisionRequest
from service.policies import PolicyUnknown
from service.problems import ProblemError
from service.world import World


def switch(world: World, platform: ThingId, *, reason: str, status: str | None) -> bool:
    """Switch to the fallback, and decide whom to tell; whether this call did it.

    What the rules conclude of a platform that is lost goes the way of every decision: into the
    queue, with its deadline, and out by webhook.
    """
    if not access.fall_back(world, platform, reason=reason, status=status):
        return False
    world.log.warning("platform lost", platform=platform)
    try:
        desk.ask(world, DecisionRequest(platform=platform, precedents=0), ATTUNE)
    except (PolicyUnknown, ProblemError) as error:
        world.log.error("nobody was told", platform=platform, why=str(error))  # noqa: TRY400 - says all
    return True


def watch(world: World) -> int:
    """Switch every platform whose record says that it is lost; how many this worker switched."""
    now = world.clock.now()
    switched = 0
    for found, why in [*access.fallen(world.graph, now)]:
        expired = found.expires is not None and found.expires <= now
        status = "revoked" if expired and found.status not in access.SHUT else None
        switched += switch(world, found.platform, reason=why, status=status)
    return switched

"""Starting shadows: a policy by any name that it has runs silently beside the active one."""

from ontology.events import Event, Json
from ontology.identity import ThingId
from ontology.lifecycle import Actor
from service.acts import propose
from service.policy_sources import source
from service.shadow_fold import KIND
from service.world import World


def start(
    world: World,
    policy: str,
    within: str,
    reason: str,
    actor: Actor,
    *,
    idempotency: str | None = None,
) -> Event:
    """Let a policy run silently beside the active one.

    Raises:
        SourceUnknown: no policy is meant by that name.
        ActRefused: the actor may not, it is active, was never proposed, or too many run already.
        IdempotencyMismatch: the key was used for something else.
    """
    world.catch_up()
    digest = source(world, policy).digest
    data: dict[str, Json] = {"digest": digest, "within": within, "reason": reason}
    name = world.keys.mac("shadow", idempotency).hex()[:26] if idempotency is not None else None
    thing = ThingId(f"{KIND}/{name}" if name is not None else world.ids(KIND))
    return propose(
        world, thing=thing, kind=KIND, act="start", data=data, actor=actor, idempotency=idempotency
    )

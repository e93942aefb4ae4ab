"""A draft rule goes where policies are written: into a draft, or into a working copy."""

from collections.abc import Mapping

from ontology.events import Json
from ontology.lifecycle import Actor
from service.draft_editing import Saving, one, save
from service.draft_opening import Opening, open_draft
from service.finding_rule import Drafted
from service.world import World


def put_into(world: World, drafted: Drafted, reason: str, actor: Actor, name: str | None) -> str:
    """Save a draft rule with its cases into a policy draft, or into a new one; its id.

    Raises:
        ProblemError: there is no such draft (404), it is over (409), or somebody else holds it
            (423); or too many are open (409).
        ActRefused: the actor may not.
    """
    world.catch_up()
    if name is None:
        opening = Opening(start="active", name=drafted.rule.id, reason=reason)
        name = open_draft(world, opening, actor).id
    save(world, one(world, name).id, lambda _: Saving(files=drafted.files), actor)
    return name


def links(draft: str) -> Mapping[str, Json]:
    """Where a policy draft goes on."""
    here = f"/v1/policy-drafts/{draft.partition('/')[2]}"
    return {"draft": here, "backtest": f"attune policy backtest {draft}"}

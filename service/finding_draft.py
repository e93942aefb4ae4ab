"""A draft rule goes where policies are written: into a draft, or into a working copy."""

from collections.abc import Mapping
from typing import Any

from ontology.events import Json
from ontology.lifecycle import Actor
from service.backtest import backtest
from service.backtest_report import Asked
from service.draft_editing import Saving, one, save
from service.draft_opening import Opening, open_draft
from service.finding_rule import Drafted
from service.finding_trial import QUARTER
from service.policy_sources import source
from service.recorded_history import Progress
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


def compared(world: World, draft: str, progress: Progress) -> dict[str, Any]:
    """The backtest of a policy draft against the active policy, on the last quarter."""
    asked = Asked(
        policy=source(world, draft),
        against=source(world, "active"),
        since=world.clock.now() - QUARTER,
        every=None,
    )
    return backtest(world, asked, progress).to_json()


def links(draft: str) -> Mapping[str, Json]:
    """Where a policy draft goes on, and the job that tries it on all of the past."""
    here = f"/v1/policy-drafts/{draft.partition('/')[2]}"
    job: dict[str, Json] = {"kind": "backtest", "policy": draft, "against": "active"}
    return {"draft": here, "jobs": "/v1/jobs", "backtest": job}

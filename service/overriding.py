"""Overriding: who lets a policy over the limit of its backtest through, tells the duty officer."""

from ontology.events import Draft
from ontology.identity import Scope
from ontology.lifecycle import Standing
from service.blast_radius import OVERRIDE
from service.committing import Done, Here
from service.telling import team_for, told

_TIER = "executive"


class ProposalJoint:
    """An override of the limit goes with an alert, so that it is not one person's secret."""

    def relied(self, world: Here, stands: Standing, act: str) -> tuple[Scope, ...]:
        """Nothing besides the proposal."""
        del world, stands, act
        return ()

    def drafts(self, world: Here, done: Done) -> list[Draft]:
        """The alert."""
        if done.outcome.act != OVERRIDE:
            return []
        reason = done.outcome.details.get("reason")
        words = f"{done.actor.id} let {done.stands.thing} over its limit: {reason}"
        return [told(world, done, _TIER, words, team=team_for(world, None, done.actor, None))]

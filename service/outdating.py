"""Outdating: whoever holds a brief is told when it says no more what is live."""

from ontology.events import Draft
from ontology.identity import Scope
from ontology.lifecycle import ActRefused, Standing
from ontology.lifecycle_data import DataProblem
from service.committing import Done, Here
from service.telling import told_of

BRIEF = "brief"


class BriefJoint:
    """Its holder is told when it says no more what is live."""

    def relied(self, world: Here, stands: Standing, act: str) -> tuple[Scope, ...]:
        """Nothing else."""
        del world, stands, act
        return ()

    def drafts(self, world: Here, done: Done) -> list[Draft]:
        """The alert to the team of its holder.

        Raises:
            ActRefused: it has a door of its own.
        """
        act, brief = done.outcome.act, done.stands.thing
        if act == "make":
            raise ActRefused(act, (DataProblem("act", "do it by POST /v1/briefs"),), ())
        holder = world.graph.get(brief, "holder")
        if act == "outdate":
            why = done.outcome.details["reason"]
            return [told_of(world, done, "specialist", f"{holder}: {brief} is outdated: {why}")]
        if act == "remind":
            return [told_of(world, done, "crisis-team", f"{holder} has no newer brief: {brief}")]
        return []

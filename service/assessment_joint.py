"""The joint of assessments: acts of people go through a door of their own."""

from typing import Final

from ontology.events import Draft
from ontology.identity import Scope
from ontology.lifecycle import ActRefused, Role, Standing
from ontology.lifecycle_data import DataProblem
from service.committing import Done, Here

KIND: Final = "assessment"


class AssessmentJoint:
    """Acts of people go through the door of assessments, where their words are sealed."""

    def relied(self, world: Here, stands: Standing, act: str) -> tuple[Scope, ...]:
        """Nothing else."""
        del world, stands, act
        return ()

    def drafts(self, world: Here, done: Done) -> list[Draft]:
        """Nothing beside.

        Raises:
            ActRefused: a person acts past that door.
        """
        del world
        if Role.ATTUNE not in done.actor.roles:
            words = "do it by /v1/assessments"
            raise ActRefused(done.outcome.act, (DataProblem("act", words),), ())
        return []

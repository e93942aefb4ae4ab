"""Overdue drills: the team is told of one that was not held, scored or debriefed in time."""

from typing import Final

from ontology.events import Draft
from ontology.identity import Scope
from ontology.lifecycle import Standing
from service.committing import Done, Here
from service.telling import told

DRILL: Final = "drill"
DRILL_DUTY: Final = "drill-duty"


class OverdueJoint:
    """What goes with a lapse of a drill or of a drill that is owed: its team is told."""

    def relied(self, world: Here, stands: Standing, act: str) -> tuple[Scope, ...]:
        """Nothing but the thing itself."""
        del world, stands, act
        return ()

    def drafts(self, world: Here, done: Done) -> list[Draft]:
        """The alert."""
        if done.outcome.act != "overdue":
            return []
        stated = done.stands.history[0].data
        what = "quarter" if done.stands.kind == DRILL_DUTY else "scenario"
        words = f"{done.stands.thing} is overdue ({stated.get(what)}): it was not held in time."
        return [told(world, done, "specialist", words, team=stated.get("team"))]

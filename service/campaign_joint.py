"""What goes with acts on campaigns: one door to draft, none against a hold, who hears of it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final

from ontology.events import Draft
from ontology.identity import Scope
from ontology.lifecycle import ActRefused, Past, Standing
from ontology.lifecycle_data import DataProblem
from service.audiences import HOLDS, audience_of, refuse_held
from service.committing import Done, Here
from service.signing import accompanying
from service.sweep import ITSELF
from service.telling import told

KIND: Final = "campaign"


class CampaignJoint:
    """It has a door of its own; none goes on against a hold, and its team hears when it is due."""

    def relied(self, world: Here, stands: Standing, act: str) -> tuple[Scope, ...]:
        """The holds, for what one would forbid."""
        del world, stands
        return (HOLDS,) if act in {"release", "begin"} else ()

    def drafts(self, world: Here, done: Done) -> list[Draft]:
        """Who is told.

        Raises:
            ActRefused: it has a door of its own, or a hold stands.
        """
        act, thing = done.outcome.act, done.stands.thing
        if act == "draft":
            raise ActRefused(act, (DataProblem("act", "do it by POST /v1/campaigns"),), ())
        if act == "release" or (act == "begin" and done.actor.id != ITSELF.id):
            refuse_held(world, audience_of(world, thing), act)
        if act == "release":
            return [*_goes_on(world, done)]
        if act in {"fall-due", "hold"}:
            said = world.graph.properties(thing)
            words = _WORDS[act].format(thing=thing)
            team = next(iter(said.get("ownedBy", ())), None)
            return [told(world, done, "specialist", words, team=team)]
        return []


def _goes_on(world: Here, done: Done) -> Iterator[Draft]:
    """What had begun before it was held begins again at once: its time will not come twice."""
    stands = done.stands
    if datetime.fromisoformat(str(stands.stated["startsAt"])) <= done.at:
        past = Past(act="release", actor=done.actor.id, before=stands.state, after="approved")
        history = (*stands.history, past)
        after = replace(stands, state="approved", history=history)
        yield accompanying(world, stands.thing, KIND, "begin", {}, done.at, stands=after)


_WORDS: Final = {
    "fall-due": "{thing} is long enough over: look at what it changed",
    "hold": "{thing} is held: it reaches nobody until somebody releases it",
}

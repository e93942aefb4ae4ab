"""Promises: what is near its time, or past it, is told to the team that has to keep it."""

from typing import Final

from ontology.events import Draft, Json
from ontology.identity import Scope, ThingId
from ontology.lifecycle import Standing
from service.alerts import KIND as ALERT
from service.committing import Done, Here
from service.signing import accompanying

TOLD: Final = {
    "warn": ("specialist", "Three quarters of the time are over for what was promised: "),
    "break": ("crisis-team", "The time has passed for what was promised: "),
}
"""The tier and the words of the alert that goes with an act on a promise."""

_LONGEST: Final = 300


class PromiseJoint:
    """An alert goes with each promise that is at risk, and with each that is broken."""

    def relied(self, world: Here, stands: Standing, act: str) -> tuple[Scope, ...]:  # noqa: ARG002
        """Nothing besides the promise."""
        return ()

    def drafts(self, world: Here, done: Done) -> list[Draft]:
        """The alert to the team that has to keep it."""
        act, promise = done.outcome.act, done.stands.thing
        if act not in TOLD:
            return []
        tier, words = TOLD[act]
        sentence = str(world.graph.get(promise, "sentence") or promise)
        data: dict[str, Json] = {
            "team": world.graph.get(promise, "routedTo"),
            "incident": world.graph.get(promise, "promisedFor"),
            "tier": tier,
            "reason": f"{words}{sentence}"[:_LONGEST],
        }
        given = {name: value for name, value in data.items() if value is not None}
        alert = ThingId(world.ids(ALERT))
        stands = Standing(thing=alert, kind=ALERT, state=None)
        return [accompanying(world, alert, ALERT, "raise", given, done.at, stands=stands)]

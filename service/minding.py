"""Minding promises: what is near its time, or past it, is told to the team that has to keep it."""

from typing import Final

from knowledge.refusals import Conflict, DuplicateEvent
from ontology.events import Event, Json
from ontology.identity import ThingId
from ontology.lifecycle import ActRefused
from service.acts import ACTED, propose
from service.alerts import KIND as ALERT
from service.committing import GateRefused
from service.following import Follower
from service.message_content import PROMISE
from service.sweep import ITSELF
from service.world import World

TOLD: Final = {
    "warn": ("specialist", "Three quarters of the time are over for what was promised: "),
    "break": ("crisis-team", "The time has passed for what was promised: "),
}
"""The tier and the words of the alert that follows an act on a promise."""

_LONGEST: Final = 300


class Minding:
    """Raises an alert for each promise at risk or broken; in one worker, from one thread."""

    def __init__(self, world: World) -> None:
        """Nothing is read or taken yet."""
        self._world: Final = world
        self._follower: Final = Follower(world, "promises", (ACTED,))

    def step(self) -> int:
        """Follow what happened to promises; how many alerts were raised."""
        return sum(self._told(event) for events in self._follower.events() for event in events)

    def close(self) -> None:
        """Let another worker mind them."""
        self._follower.close()

    def _told(self, event: Event) -> int:
        act = str(event.data.get("act"))
        if event.data.get("kind") != PROMISE or act not in TOLD:
            return 0
        world, promise = self._world, event.subject
        tier, words = TOLD[act]
        sentence = str(world.graph.get(promise, "sentence") or promise)
        data: dict[str, Json] = {
            "team": world.graph.get(promise, "routedTo"),
            "incident": world.graph.get(promise, "promisedFor"),
            "tier": tier,
            "reason": f"{words}{sentence}"[:_LONGEST],
        }
        given = {name: value for name, value in data.items() if value is not None}
        name = world.keys.mac("promises", [promise, act]).hex()[:32]
        alert = ThingId(f"{ALERT}/promise-{name}")
        try:
            propose(world, thing=alert, kind=ALERT, act="raise", data=given, actor=ITSELF)
        except (ActRefused, Conflict, DuplicateEvent, GateRefused):  # raised before
            return 0
        return 1

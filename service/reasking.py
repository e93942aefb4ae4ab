"""Reasking: where a signature lapsed, the next team up is asked."""

from typing import Final

from knowledge.refusals import Conflict, DuplicateEvent
from ontology.events import Draft, Event
from ontology.identity import Scope, ThingId
from ontology.lifecycle import ActRefused
from service.approving import upwards
from service.committing import GateRefused, commit_all
from service.following import Follower
from service.message_content import read
from service.signing import APPROVAL, asking
from service.world import World

WITHIN: Final = "PT30M"
"""By when the next team up has to answer."""

_ACTED: Final = "thing.acted"


class Reasking:
    """Asks the next team up where a signature lapsed; in one worker at a time, from one thread."""

    def __init__(self, world: World) -> None:
        """Nothing is read or taken yet."""
        self._world: Final = world
        self._follower: Final = Follower(world, "approvals", (_ACTED,))

    def step(self) -> int:
        """Follow what lapsed; how many were asked."""
        return sum(self._asked(event) for events in self._follower.events() for event in events)

    def close(self) -> None:
        """Let another worker ask."""
        self._follower.close()

    def _asked(self, event: Event) -> int:
        if (event.data.get("kind"), event.data.get("act")) != (APPROVAL, "lapse"):
            return 0
        world, approval = self._world, event.subject
        shown = world.graph.properties(approval)
        message = ThingId(str(shown["approves"][0]))
        path = upwards(world, ThingId(str(shown["routedTo"][0])))
        if len(path) == 1 or world.graph.state(message) != "submitted":
            return 0
        fresh = ThingId(f"{APPROVAL}/instead-{world.keys.mac('approvals', approval).hex()[:32]}")
        if world.graph.exists(fresh):
            return 0

        def prepare() -> list[Draft]:
            content = read(world.graph, message)
            at, name = world.clock.now(), str(shown["requirement"][0])
            team = ThingId(path[1])
            return [asking(world, content, name, team, WITHIN, at, name=fresh, instead=approval)]

        try:
            commit_all(world, [Scope(message), Scope(fresh)], prepare)
        except (ActRefused, Conflict, DuplicateEvent, GateRefused) as error:
            world.log.warning("nobody was asked instead", approval=approval, why=str(error)[:200])
            return 0
        return 1

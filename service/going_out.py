"""Going out: scheduled messages whose time has come are published, or held where refused."""

from typing import Final

from knowledge.refusals import Conflict
from ontology.events import Json
from ontology.identity import ThingId
from ontology.lifecycle import ActRefused
from service.acts import propose
from service.committing import GateRefused
from service.message_content import KIND
from service.sweep import ITSELF
from service.world import World

_MOST: Final = 10_000


def publish_due(world: World) -> int:
    """Let what has fallen due go out; hold what the gate refuses. How many went out."""
    out = 0
    for message in _due(world):
        try:
            _act(world, message, "publish", {})
            out += 1
        except Conflict:
            continue
        except (ActRefused, GateRefused) as error:
            _held(world, message, str(error))
    return out


def _due(world: World) -> list[ThingId]:
    found = world.due_now().queue(kinds=[KIND], teams=[], after=None, limit=_MOST)
    return [one.thing for one in found if one.state == "due"]


def _held(world: World, message: ThingId, why: str) -> None:
    try:
        _act(world, message, "hold", {"reason": why[:400]})
    except (ActRefused, Conflict, GateRefused) as error:
        world.log.warning("message neither out nor held", message=message, why=str(error)[:200])


def _act(world: World, message: ThingId, act: str, data: dict[str, Json]) -> None:
    propose(world, thing=message, kind=KIND, act=act, data=data, actor=ITSELF)

"""A drill lets nothing out and changes nothing in the world beside which it is played."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ontology.identity import ThingId
from ontology.lifecycle import ATTUNE
from service.app import create
from service.background import Background
from service.clock import StoppedClock
from service.connectors import Connector, standing
from service.delivery import Outbox
from service.settling import Settling
from service.webhooks import creation
from service.world import World
from tests.conftest import Door, key_for
from tests.service.drill_playing import played
from tests.service.test_delivery import Listener, listener
from tests.service.test_drills import ADA, SMALL, act, drill_of, paused, there

__all__ = ["listener"]

HOOK, WEB = ThingId("webhook/everything"), ThingId("connector/web")
AT_ONCE = SMALL.replace("rules:", "").replace("world: empty", "world: empty\nrules: shown")


@pytest.fixture
def live(open_world: Callable[..., World], listener: Listener) -> World:
    """A home whose webhook hears of everything: pager, mail and chat are behind it."""
    world = open_world(webhook_allow=("127.0.0.1",), platform_allow=("127.0.0.1",))
    _wire(world, listener.url)
    return world


def _wire(world: World, url: str) -> None:
    at = world.clock.now()
    hook = creation(HOOK, url=url, types=("*",), event=world.ids("event"), actor=ATTUNE, at=at)
    web = Connector(
        id=WEB,
        name="The website",
        holder=ADA,
        channels=frozenset({"website"}),
        regions=frozenset(),
        languages=frozenset(),
        webhook=HOOK,
        since=at,
    )
    told = standing(web, event=world.ids("event"), actor=ATTUNE, at=at)
    world.ledger.append([hook, told])
    world.catch_up()


def _delivered(world: World) -> int:
    with closing(Outbox(world)) as outbox:
        return outbox.step()


def test_nothing_of_a_drill_arrives_outside_or_in_the_live_ledger(
    live: World, listener: Listener
) -> None:
    drill = paused(live, AT_ONCE)
    _delivered(live)
    listener.got.clear()
    before, files = live.ledger.head(), _files(live.settings.home)
    play = played(live, drill)
    kinds = {event.type for event in play.world.ledger.read(limit=10_000)}
    assert {"thing.acted", "decision.made", "drill.told", "drill.said"} <= kinds
    _wire(play.world, listener.url)  # whatever a drill's ledger may name, nothing follows it
    assert _delivered(play.world) == 0
    with closing(Settling(play.world)) as settling:
        settling.step()
    play.close()
    live.catch_up()
    assert live.ledger.head() == before
    assert _files(live.settings.home) == files
    assert _delivered(live) == 0
    assert listener.got == []
    act(live, drill, "finish")
    assert _delivered(live) == 1  # and of the drill itself the live world does tell
    assert [body["type"] for body in listener.bodies()] == ["thing.acted"]


def _files(home: Path) -> dict[str, int]:
    """What lies in a home, but for the drills' own folder."""
    return {
        str(path.relative_to(home)): path.stat().st_size
        for path in home.rglob("*")
        if path.is_file()
        and "drills" not in path.relative_to(home).parts
        and not path.name.endswith(("-wal", "-shm", ".lock"))
    }


@pytest.mark.parametrize("rest", ["webhooks", "connectors", "jobs", "drills", "keys"])
def test_no_door_of_a_drill_leads_out(live: World, rest: str) -> None:
    drill = paused(live)
    door = Door(create(live.settings, world=live).test_client(), key_for(live, ADA, "responder"))
    _begin(live, drill.id)
    body: dict[str, Any] = {"url": "https://example.org/", "types": ["*"]}
    path = f"/v1/drills/{drill.local}/world"
    for before in ("/v1/", "//v1/", "/v1//", "/V1/", "/%76%31/", "/v1/incidents/../"):
        answer = door.post(f"{path}{before}{rest}", body, follow_redirects=True)
        assert answer.status_code in {403, 404, 405}, (before, answer.text)


def _begin(live: World, drill: ThingId) -> None:
    from service.drill_running import step_by

    step_by(live, drill_of(live, drill), None, Background)


def test_a_world_of_a_drill_holds_no_customer_and_no_clock_of_the_live_one(live: World) -> None:
    drill = paused(
        live,
        SMALL.replace("world: empty", "world: organisation").replace(
            SMALL[SMALL.index("records:") : SMALL.index("incident:")], ""
        ),
    )
    _begin(live, drill.id)
    drilled = there(live, drill)
    assert isinstance(drilled.clock, StoppedClock)
    assert live.graph.of_type("Customer")
    assert drilled.graph.of_type("Team")
    assert not drilled.graph.of_type("Customer")
    assert not drilled.graph.of_type("Employee")

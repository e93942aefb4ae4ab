"""Whatever two writers publish and take back, in whatever order, no contradiction is live."""

import shutil
import tempfile
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge.ledger import Ledger
from knowledge.refusals import Conflict
from knowledge.sealing import KeyStore
from ontology.identity import ThingId
from ontology.lifecycle import ActRefused
from service.acts import propose
from service.clock import StoppedClock
from service.committing import GateRefused
from service.settings import Settings
from service.world import World
from tests.service.conftest import START
from tests.service.test_messages import CHIEF, WRITER, approved, populate

BRAKES: Final = "claim-topic/brakes"
SIDES: Final = ("denied", "denied", "affirmed", "affirmed")
CHANNELS: Final = ("website", "press", "app", "letter")


def opened(home: Path, stack: ExitStack) -> World:
    chosen = Settings(home=home, language=False)
    keys = stack.enter_context(closing(KeyStore.open(chosen.keys_path)))
    clock = StoppedClock(START)
    lock = home / "ledger.lock"
    ledger = Ledger.open(chosen.database_url, keys=keys, now=clock.now, lock_path=lock)
    world = stack.enter_context(closing(World(chosen, ledger, keys, clock)))
    world.catch_up()
    return world


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[ThingId]]:
    """A home with four signed statements, two of which say the opposite of the other two."""
    home = tmp_path_factory.mktemp("laws") / "home"
    home.mkdir()
    with ExitStack() as stack:
        world = opened(home, stack)
        populate(world)
        messages = [
            approved(world, channel=channel, claims=[{"topic": BRAKES, "polarity": side}])
            for channel, side in zip(CHANNELS, SIDES, strict=True)
        ]
    return home, messages


def live(world: World, messages: list[ThingId]) -> set[str]:
    world.catch_up()
    return {
        side
        for message, side in zip(messages, SIDES, strict=True)
        if world.graph.state(message) == "live"
    }


@pytest.mark.slow
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.lists(
        st.tuples(st.integers(0, 1), st.integers(0, 3), st.sampled_from(["publish", "withdraw"])),
        min_size=2,
        max_size=6,
    )
)
def test_no_order_of_publications_leaves_a_contradiction_live(
    signed: tuple[Path, list[ThingId]], steps: list[tuple[int, int, str]]
) -> None:
    home, messages = signed
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        own = Path(folder) / "home"
        shutil.copytree(home, own)
        writers = [opened(own, stack), opened(own, stack)]
        for writer, which, act in steps:
            data = {"reason": "It was wrong."} if act == "withdraw" else {}
            actor = CHIEF if act == "withdraw" else WRITER
            try:
                propose(
                    writers[writer],
                    thing=messages[which],
                    kind="message",
                    act=act,
                    data=data,
                    actor=actor,
                )
            except (ActRefused, Conflict, GateRefused):
                continue
            assert len(live(writers[1 - writer], messages)) <= 1

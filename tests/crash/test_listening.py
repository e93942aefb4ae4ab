"""`attune listen`, killed with SIGKILL again and again, loses no post and counts none twice."""

import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ontology.events import Json
from ontology.identity import ThingId
from ontology.lifecycle import Actor, Role
from service.clock import LiveClock
from service.founding import OPERATOR
from service.recording import put_record
from service.settings import Settings
from service.world import World
from tests.platform_simulation import START, Clock, Platform, simulated
from tests.serving import attune, environment

KILLS = 4
POSTS = 60
PACE_S = 0.2
GENEROUS_S = 300


class Running(Clock):
    """The machine's clock, as if the platform had started at its own beginning."""

    def __init__(self) -> None:
        super().__init__()
        self._began = LiveClock().now()

    def now(self) -> datetime:
        return START + (LiveClock().now() - self._began)

    def pass_by(self, seconds: float) -> None:
        time.sleep(seconds)


def register(home: Path, url: str) -> None:
    """Point the sample's Mastodon feed at the simulation."""
    owner = Actor(id=OPERATOR, roles=frozenset({Role.ADMIN}))
    properties: dict[str, Json] = {
        "name": "Simulated",
        "observes": "platform/mastodon",
        "endpoint": url,
        "timeline": "mastodon-tag",
        "query": "train",
        "postsPerRequest": 5,
    }
    with closing(World.open(Settings(home=home, language=False))) as world:
        put_record(
            world, type="Feed", id=ThingId("feed/mastodon"), properties=properties, actor=owner
        )


def until(true: Callable[[], bool]) -> None:
    """Wait for a state, however busy the machine is."""
    end = time.monotonic() + GENEROUS_S
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


@contextmanager
def listening(env: dict[str, str]) -> Iterator[None]:
    """`attune listen` in a process of its own, in the end killed."""
    command = [sys.executable, "-m", "service", "listen", "platform/mastodon", "--every", "1"]
    with subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL) as process:  # noqa: S603 - our own
        try:
            yield
        finally:
            process.kill()


@pytest.mark.slow
def test_no_post_is_lost_or_counted_twice_however_often_it_is_killed(home: Path) -> None:
    platform = Platform(clock=Running(), quota=300, window=timedelta(minutes=5))
    platform.publish([-1.0])
    env = environment(home, language=False, platform_allow="127.0.0.1")
    dice = random.Random(7)  # noqa: S311 - any number will do
    with simulated(platform) as url:
        register(home, url)
        with listening(env):  # who begins, begins with the newest page: what is lost comes later
            until(lambda: len(platform.asked) > 1)
        began = (platform.clock.now() - START).total_seconds()
        platform.publish(began + PACE_S * n for n in range(POSTS))
        for _ in range(KILLS):
            asked = len(platform.asked) + dice.randrange(1, 4)
            with listening(env):
                until(lambda asked=asked: len(platform.asked) >= asked)  # type: ignore[misc]
                time.sleep(dice.uniform(0, PACE_S))
        until(lambda: len(platform.visible()) == len(platform.posts))
        done = attune("listen", "platform/mastodon", "--once", env=env)
        assert done.returncode == 0, done.stderr
        assert ";" not in done.stdout  # nothing was in its way
    with closing(World.open(Settings(home=home, language=False))) as world:
        heard = Counter(
            signal.id.rpartition("-")[2]
            for event in world.segments.committed()
            for signal in world.segments.read(event)
        )
    assert set(heard) == platform.ids()
    assert set(heard.values()) == {1}
    assert platform.most_asked() <= platform.quota

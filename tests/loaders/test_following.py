"""Following a timeline through a platform that fails, in every way that can be drawn."""

import tempfile
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loaders.following import Follower, PlaceFile
from loaders.pacing import Quota
from loaders.platform_client import AccessLost, CircuitOpen, PlatformClient, Time
from loaders.timelines import FORMS
from tests.platform_simulation import FAULTS, START, Clock, Platform, simulated
from tests.serving import PLAIN

SECONDS = st.floats(0, 1_500, allow_nan=False)
PAUSE_S = 240
SHM = Path("/dev/shm")  # noqa: S108 - memory, where there is any: what is held is not what a disk does


class Killed(Exception):
    """The process died here."""


class Sink:
    """Keeps posts by id, as intake does; it can die before or after it has kept a page."""

    def __init__(self, deaths: Sequence[str]) -> None:
        self.posts: dict[str, Mapping[str, object]] = {}
        self.deaths = deque(deaths)

    def take(self, posts: Sequence[Mapping[str, object]]) -> None:
        death = self.deaths.popleft() if self.deaths else "none"
        if death == "before":
            raise Killed
        for post in posts:
            self.posts.setdefault(str(post["id"]).rpartition("~")[2], post)
        if death == "after":
            raise Killed


def listen(platform: Platform, url: str, form: str, folder: Path, sink: Sink) -> None:
    """One process: walk until it is killed, the circuit opens, or all is read."""
    clock = platform.clock
    quota = Quota(requests=platform.quota, window=platform.window)
    places = PlaceFile(folder / "place.json")
    with closing(httpx.Client(base_url=url, timeout=5, trust_env=False, verify=PLAIN)) as http:
        client = PlatformClient(
            http,
            quota,
            time=Time(now=clock.now, pause=clock.pass_by, random=lambda: 0.5),
            bucket=places.kept.bucket,
            spend=lambda bucket: places.keep(bucket=bucket),
        )
        follower = Follower(client, FORMS[form]("train", platform.page), places)
        try:
            follower.walk(sink.take)
            clock.pass_by(PAUSE_S)
        except CircuitOpen as opened:
            clock.pass_by((opened.until - clock.now()).total_seconds())


def listen_on(platform: Platform, url: str, form: str, folder: Path, sink: Sink) -> None:
    """Processes one after the other, until the last post has been out for a while."""
    end = START + timedelta(seconds=PAUSE_S + 1_800)
    while platform.clock.now() < end or platform.faults or sink.deaths:
        try:
            listen(platform, url, form, folder, sink)
        except Killed:
            platform.clock.pass_by(5)
    listen(platform, url, form, folder, sink)


@pytest.mark.slow
@pytest.mark.parametrize("form", ["mastodon-tag", "bluesky-search"])
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    times=st.lists(SECONDS, max_size=40),
    faults=st.lists(st.sampled_from(("", *FAULTS)), max_size=30),
    deaths=st.lists(st.sampled_from(("none", "none", "before", "after")), max_size=12),
    skew=st.integers(-7_200, 7_200),
)
def test_every_post_arrives_once_and_the_quota_holds_whatever_fails(
    form: str, times: list[float], faults: list[str], deaths: list[str], skew: int
) -> None:
    platform = Platform(clock=Clock(), skew=timedelta(seconds=skew))
    platform.publish([-60.0])
    sink = Sink(())
    memory = SHM if SHM.is_dir() else None
    with simulated(platform) as url, tempfile.TemporaryDirectory(dir=memory) as folder:
        listen(platform, url, form, Path(folder), sink)  # where reading begins is not drawn
        platform.publish(PAUSE_S + at for at in times)
        platform.faults.extend(faults)
        sink.deaths.extend(deaths)
        listen_on(platform, url, form, Path(folder), sink)
    assert set(sink.posts) == platform.ids()
    assert platform.most_asked() <= platform.quota


@pytest.mark.slow
@pytest.mark.parametrize("form", ["mastodon-tag", "bluesky-search"])
def test_a_surge_is_read_in_order_of_the_quota(form: str, tmp_path: Path) -> None:
    platform = Platform(clock=Clock(), quota=6, window=timedelta(minutes=1))
    platform.publish([-60.0, *(float(n) for n in range(60))])
    sink = Sink(())
    with simulated(platform) as url:
        listen_on(platform, url, form, tmp_path, sink)
    assert set(sink.posts) == platform.ids()
    assert platform.most_asked() <= 6


@pytest.mark.parametrize(("fault", "status"), [("401", "revoked"), ("403", "suspended")])
def test_who_is_shut_out_is_told_so_at_once(fault: str, status: str, tmp_path: Path) -> None:
    platform = Platform(clock=Clock(), faults=deque([fault]))
    with simulated(platform) as url, pytest.raises(AccessLost) as lost:
        listen(platform, url, "mastodon-tag", tmp_path, Sink(()))
    assert lost.value.status == status
    assert len(platform.asked) == 1


def test_a_breaker_opens_after_failures_and_closes_after_one_that_went_well(
    tmp_path: Path,
) -> None:
    platform = Platform(clock=Clock(), faults=deque(["500"] * 6))
    platform.publish([-1.0])
    sink = Sink(())
    with simulated(platform) as url:
        listen(platform, url, "mastodon-tag", tmp_path, sink)
        assert len(platform.asked) == 5
        assert not sink.posts
        listen_on(platform, url, "mastodon-tag", tmp_path, sink)
    assert len(sink.posts) == 1


@pytest.mark.parametrize("fault", ["429 seconds", "429 date"])
@pytest.mark.parametrize("skew", [-3_600, 0, 3_600])
def test_what_the_platform_asks_for_is_waited_whatever_its_clock_says(
    fault: str, skew: int, tmp_path: Path
) -> None:
    platform = Platform(
        clock=Clock(), faults=deque([fault]), skew=timedelta(seconds=skew), quota=300
    )
    with simulated(platform) as url:
        listen(platform, url, "mastodon-tag", tmp_path, Sink(()))
    first, second = platform.asked[:2]
    assert 39 <= (second - first).total_seconds() <= 45


@pytest.mark.parametrize("fault", ["huge", "deep", "redirect", "packed", "drip"])
def test_what_no_platform_should_send_is_a_failure_like_others(fault: str, tmp_path: Path) -> None:
    platform = Platform(clock=Clock(), faults=deque([fault]))
    platform.publish([-1.0])
    sink = Sink(())
    with simulated(platform) as url:
        listen(platform, url, "mastodon-tag", tmp_path, sink)
    assert (len(platform.asked), len(sink.posts)) == (2, 1)


def test_a_restart_forgets_no_request(tmp_path: Path) -> None:
    platform = Platform(clock=Clock(), quota=3, window=timedelta(minutes=10))
    platform.publish([-1.0])
    sink = Sink(["after"] * 8)
    with simulated(platform) as url:
        for _ in range(8):
            with pytest.raises(Killed):
                listen(platform, url, "bluesky-search", tmp_path, sink)
    assert platform.most_asked() <= 3

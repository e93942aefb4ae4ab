"""One real service for all capabilities, with its models: reached by HTTP and the command line."""

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.conftest import Once
from tests.serving import Served, attune, environment, serving

NEW_YORK = ZoneInfo("America/New_York")
WEEKEND = (5, 6)
START = "2026-06-01T14:00:00Z"  # a Monday, ten in the morning in New York


@pytest.fixture(scope="session")
def sampled(once: Once) -> Path:
    """The home of a replay with the sample, made as its user makes one."""

    def make(home: Path) -> None:
        made = attune("init", "--sample", env=environment(home, world="replay", start=START))
        assert made.returncode == 0, made.stderr

    return once("sampled-home", make)


@pytest.fixture(scope="session")
def shared(sampled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A world with the sample, whose clock the tests move forward."""
    home = Path(shutil.copytree(sampled, tmp_path_factory.mktemp("capabilities") / "home"))
    with serving(home, workers=2, world="replay", start=START) as served:
        yield served


@pytest.fixture(scope="module")
def service(shared: Served) -> Served:
    """The shared service on a working day at ten in New York, wherever other files left it."""
    now = datetime.fromisoformat(shared.get("/v1/clock")["at"])
    if (morning := _morning_from(now)) > now:
        shared.post("/v1/clock", {"at": morning.isoformat()}, status=200)
    return shared


def _morning_from(now: datetime) -> datetime:
    morning = now.astimezone(NEW_YORK).replace(hour=10, minute=0, second=0, microsecond=0)
    while morning < now or morning.weekday() in WEEKEND:
        morning += timedelta(days=1)
    return morning


def beside(service: Served, **settings: object) -> dict[str, str]:
    """The environment of a command beside the service: the same world, at the time it has now."""
    return environment(service.home, **{"world": "replay", "language": False, **settings})

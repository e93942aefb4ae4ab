"""One real service for all capabilities, with its models: reached by HTTP and the command line."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Once
from tests.serving import Served, attune, environment, serving

START = "2026-06-01T14:00:00Z"  # a Monday, ten in the morning in New York


@pytest.fixture(scope="session")
def sampled(once: Once) -> Path:
    """The home of a replay with the sample, made as its user makes one."""

    def make(home: Path) -> None:
        made = attune("init", "--sample", env=environment(home, world="replay", start=START))
        assert made.returncode == 0, made.stderr

    return once("sampled-home", make)


@pytest.fixture(scope="session")
def service(sampled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A world with the sample, whose clock the tests move forward."""
    home = Path(shutil.copytree(sampled, tmp_path_factory.mktemp("capabilities") / "home"))
    with serving(home, workers=2, world="replay", start=START) as served:
        yield served


def beside(service: Served, **settings: object) -> dict[str, str]:
    """The environment of a command beside the service: the same world, at the time it has now."""
    return environment(service.home, **{"world": "replay", "language": False, **settings})

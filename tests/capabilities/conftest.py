"""One real service for all capabilities, with its models: reached by HTTP and the command line."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.serving import Served, attune, environment, serving

START = "2026-06-01T14:00:00Z"  # a Monday, ten in the morning in New York


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A world with the sample, whose clock the tests move forward."""
    home: Path = tmp_path_factory.mktemp("capabilities") / "home"
    made = attune("init", "--sample", env=environment(home, world="replay", start=START))
    assert made.returncode == 0, made.stderr
    with serving(home, workers=2, world="replay", start=START) as served:
        yield served


def beside(service: Served, **settings: object) -> dict[str, str]:
    """The environment of a command beside the service: the same world, at the time it has now."""
    return environment(service.home, **{"world": "replay", "language": False, **settings})

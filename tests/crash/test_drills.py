"""A service that is killed in the middle of a drill: it goes on where it stood, with all of it."""

import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped] # ships no types
import pytest

from tests.serving import Served, serving

PATIENCE_S = 90
SAID = ("detect", "decide", "stop", "care", "hold")
SETTINGS: dict[str, object] = {"language": False}
PLAN = {
    "scenario": "account-lost-at-the-peak",
    "team": "team/crisis-office",
    "people": [{"person": "person/operator", "roles": ["responder", "reviewer"]}],
}


def eventually(found: Callable[[], Any]) -> Any:
    until = time.monotonic() + PATIENCE_S
    while not (result := found()):
        assert time.monotonic() < until
        time.sleep(0.1)
    return result


def items(served: Served, path: str) -> list[dict[str, Any]]:
    return list(served.get(f"{path}/events", limit=500)["items"])


def kill(served: Served) -> None:
    family = [*psutil.Process(served.process.pid).children(recursive=True)]
    for one in (psutil.Process(served.process.pid), *family):
        one.kill()
    served.process.wait()


@pytest.mark.slow
def test_a_drill_survives_the_death_of_its_service_and_nothing_arrives_twice(home: Path) -> None:
    with serving(home, workers=2, **SETTINGS) as served:
        path = "/v1/drills/" + served.post("/v1/drills", PLAN)["id"].partition("/")[2]
        served.post(f"{path}/acts", {"act": "start", "data": {"speed": 300}})
        eventually(lambda: "clock" in served.get(path))
        said = [served.post(f"{path}/said", {"act": name})["sequence"] for name in SAID]
        eventually(lambda: len(items(served, path)) > len(said) + 3)
        kill(served)
    with serving(home, workers=2, **SETTINGS) as again:
        stood = items(again, path)
        assert set(said) <= {one["sequence"] for one in stood}  # what was acknowledged is there
        again.post(f"{path}/acts", {"act": "pause"})
        again.post(f"{path}/acts", {"act": "resume", "data": {"speed": 0}})
        eventually(lambda: again.get(path)["state"] == "finished")
        story = items(again, path)
    assert story[: len(stood)] == stood
    told = Counter(one["item"] for one in story if one["what"] == "told")
    assert len(told) == 19  # thirteen posts and six injects
    assert set(told.values()) == {1}
    minutes = [one["minute"] for one in story]
    assert minutes == sorted(minutes)
    fallen = [one for one in story if one["what"] == "acted" and one["act"] == "fall-back"]
    assert len(fallen) == 1

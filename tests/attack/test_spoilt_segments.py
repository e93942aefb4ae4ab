"""A segment that can't be read stops nothing: the service starts, says so, and is cautious."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from service.app import create
from service.world import World
from tests.conftest import Door

Open = Callable[..., World]
ASKED = {"incident": "incident/2013-ny-train", "precedents": 0}


def _door(world: World) -> Door:
    key = world.settings.operator_key.read_text().strip()
    return Door(http=create(world.settings, world=world).test_client(), key=key)


def _hear(door: Door, number: int) -> int:
    signal = {
        "id": f"spoilt-{number}",
        "platform": "platform/twitter",
        "feed": "feed/listening",
        "posted_at": "2026-11-01T06:00:00Z",
        "text": "The train still stands.",
    }
    return int(door.post("/v1/signals", signal).status_code)


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:100])


def _flip(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


@pytest.mark.parametrize(
    "spoil", [_cut, _flip, Path.unlink, lambda file: shutil.rmtree(file.parents[2])]
)
def test_a_service_with_a_spoilt_segment_starts_and_is_cautious(
    open_world: Open, spoil: Callable[[Path], None]
) -> None:
    first = open_world()
    assert _hear(_door(first), 1) == 202
    assert _door(first).post("/v1/decisions", ASKED).get_json()["degraded"] == []
    (file,) = first.settings.segments_path.rglob("*.parquet")
    spoil(file)
    second = open_world()
    door = _door(second)
    answer = door.post("/v1/decisions", ASKED)
    assert answer.status_code == 201
    assert answer.get_json()["degraded"] == ["segments"]
    assert "attune_segments_lost 1.0" in door.http.get("/metrics").get_data(as_text=True)
    assert len(second.segments.verify()) == 1
    assert _hear(door, 2) == 202

"""A worker that is behind says later before it reads a body, and takes nothing by halves."""

from collections.abc import Callable
from typing import Any

import pytest

from service.admission import AT_ONCE, Admission
from service.app import create
from service.problems import ProblemError
from service.world import World
from tests.conftest import Door
from tests.service.test_signals import post


def behind(open_world: Callable[..., World], many: int) -> tuple[World, Door]:
    """A world that may have a thousand posts waiting, and clusters none of those it gets."""
    world = open_world(intake_backlog=1_000)
    key = world.settings.operator_key.read_text().strip()
    door = Door(http=create(world.settings, world=world).test_client(), key=key)
    signals = [post(number) for number in range(many)]
    for start in range(0, many, 500):
        answer = door.post("/v1/signals/batch", {"signals": signals[start : start + 500]})
        assert answer.status_code == 202
    return world, door


def test_who_is_behind_refuses_posts_until_it_has_caught_up(open_world: Any) -> None:
    world, door = behind(open_world, 1_100)
    head = world.ledger.head()
    refused = door.post("/v1/signals/batch", {"signals": [post(5_000)]})
    assert refused.status_code == 429
    assert refused.content_type == "application/problem+json"
    assert int(refused.headers["Retry-After"]) >= 1
    assert refused.get_json()["type"].endswith("/later")
    assert world.ledger.head() == head
    while world.clustering.catch_up(world, 1_000.0):
        pass
    assert door.post("/v1/signals/batch", {"signals": [post(5_000)]}).get_json()["new"] == 1


def test_partners_and_single_posts_are_asked_to_come_later_too(open_world: Any) -> None:
    _, door = behind(open_world, 1_100)
    assert door.post("/v1/signals", post(5_000)).status_code == 429
    assert door.post("/v1/intake/stream-co", {}).status_code == 429


def test_decisions_go_on_while_posts_are_refused(open_world: Any) -> None:
    _, door = behind(open_world, 1_100)
    asked = {"incident": "incident/2013-ny-train"}
    assert door.post("/v1/decisions", asked).status_code == 201


def test_only_so_many_requests_with_posts_are_read_at_once(world: World) -> None:
    admission = Admission(world)
    for _ in range(AT_ONCE):
        admission.enter()
    with pytest.raises(ProblemError, match="are being read"):
        admission.enter()
    admission.leave()
    admission.enter()


def test_a_refused_request_gives_its_place_back(door: Door) -> None:
    for _ in range(AT_ONCE + 1):
        assert door.post("/v1/signals", {"id": "x y"}).status_code == 422
    assert door.post("/v1/signals", post(1)).status_code == 202

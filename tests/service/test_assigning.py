"""Counting anew for incidents whose scope changed gives what a fresh fold of everything gives."""

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest

from ontology.events import Json
from ontology.identity import ThingId
from ontology.lifecycle import Actor, Role
from ontology.signals import Signal
from service.acts import propose, put_record
from service.founding import OPERATOR
from service.world import World

LAKE, STREET = ThingId("incident/lake"), ThingId("incident/street")
ALL = Actor(id=OPERATOR, roles=frozenset(Role))
TEXTS = ("Gas in #Lakeview", "Maple street is blocked", "#Lakeview, maple street", "Nice cats")


def hear(world: World, start: int, texts: Sequence[str]) -> None:
    at = world.clock.now()
    signals = [
        Signal(
            id=ThingId(f"signal/x-{start + number}"),
            platform=ThingId("platform/x"),
            feed=ThingId("feed/x"),
            posted_at=at - timedelta(seconds=start + number),
            received_at=at,
            text=text,
            author=ThingId(f"account/{start + number}"),
        )
        for number, text in enumerate(texts)
    ]
    world.segments.commit(signals, actor=OPERATOR, id=world.ids, at=at)
    world.catch_up()


def put(world: World, incident: ThingId, *topics: str) -> None:
    said: list[Json] = [*topics]
    properties: dict[str, Json] = {"name": "One", "topic": said}
    put_record(world, type="Incident", id=incident, properties=properties, actor=ALL)
    world.catch_up()


def act(world: World, incident: ThingId, name: str, **data: Json) -> None:
    propose(world, thing=incident, kind="incident", act=name, data=data, actor=ALL)
    world.catch_up()


def volume(world: World, incident: ThingId) -> object:
    with world.listening() as windows:
        rows = windows.spread(incident, world.clock.now())
    return next(row.get("volume", 0) for row in rows if row["window"] == "PT1H")


def test_an_incident_is_opened_on_history(bare: World) -> None:
    hear(bare, 1, TEXTS)
    put(bare, LAKE, "lakeview")
    act(bare, LAKE, "open")
    assert volume(bare, LAKE) == 2


def test_other_incidents_are_not_counted_again(bare: World) -> None:
    put(bare, LAKE, "lakeview")
    act(bare, LAKE, "open")
    hear(bare, 1, TEXTS)
    series = bare.counting.windows.spread(LAKE, bare.clock.now())
    put(bare, STREET, "maple street")
    act(bare, STREET, "open")
    assert bare.counting.windows.spread(LAKE, bare.clock.now()) == series
    assert volume(bare, STREET) == 2


def test_many_changes_give_what_a_fresh_fold_gives(worlds: Callable[..., World]) -> None:
    world = worlds()
    hear(world, 1, TEXTS)
    put(world, LAKE, "lakeview")
    act(world, LAKE, "open")
    hear(world, 11, TEXTS)
    put(world, LAKE, "cats", "maple street")
    put(world, STREET, "maple street")
    act(world, STREET, "open")
    hear(world, 21, TEXTS)
    act(world, LAKE, "split", into=[STREET], reason="Two stories.")
    hear(world, 31, TEXTS)
    fresh = worlds()
    at = world.clock.now()
    for incident in (LAKE, STREET, None):
        assert world.counting.windows.spread(incident, at) == fresh.counting.windows.spread(
            incident, at
        )
    assert (volume(world, LAKE), volume(world, STREET)) == (4, 8)


def test_posts_of_a_merged_incident_count_for_the_one_it_went_into(bare: World) -> None:
    put(bare, LAKE, "lakeview")
    act(bare, LAKE, "open")
    put(bare, STREET, "cats")
    act(bare, STREET, "suggest")
    hear(bare, 1, TEXTS)
    assert (volume(bare, LAKE), volume(bare, STREET)) == (2, 1)
    act(bare, STREET, "merge", into=LAKE, reason="The same.")
    assert (volume(bare, LAKE), volume(bare, STREET)) == (3, 0)


def test_what_takes_longer_is_left_for_later(bare: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for turn in range(5):
        hear(bare, 10 * turn + 1, TEXTS)
    monkeypatch.setattr("service.counting.AT_ONCE_MS", 0.0)
    put(bare, LAKE, "lakeview")
    act(bare, LAKE, "open")
    assert bare.counting.assigning.left == 5
    assert volume(bare, LAKE) == 0
    hear(bare, 60, TEXTS)
    assert volume(bare, LAKE) == 2
    while bare.counting.reassign():
        pass
    assert bare.counting.assigning.left == 0
    assert volume(bare, LAKE) == 12

from datetime import timedelta
from typing import Any

from ontology.identity import ThingId
from service.clock import LiveClock
from service.world import World
from tests.conftest import Door, key_for

TRAIN = ThingId("incident/2013-ny-train")


def post(
    number: int, text: str = "Derailment at #SpuytenDuyvil", **more: object
) -> dict[str, Any]:
    return {
        "id": f"40712971016275{number:04d}",
        "platform": "platform/twitter",
        "feed": "feed/listening",
        "posted_at": (LiveClock().now() - timedelta(seconds=number)).isoformat(),
        "text": text,
        "author": {"system": "twitter", "key": f"rider{number}"},
    } | more


def volume(world: World) -> int:
    with world.listening() as windows:
        rows = windows.spread(TRAIN, world.clock.now())
    return int(str(next(row["volume"] for row in rows if row["window"] == "PT1H")))


def test_signals_in_the_scope_of_an_incident_are_counted_for_it(door: Door, world: World) -> None:
    answer = door.post("/v1/signals/batch", {"signals": [post(1), post(2), post(3, "Nice cats")]})
    assert answer.status_code == 202
    assert answer.get_json()["new"] == 3
    assert volume(world) == 2


def test_hearing_a_signal_twice_changes_nothing(door: Door, world: World) -> None:
    door.post("/v1/signals", post(1))
    head = world.ledger.head()
    again = door.post("/v1/signals", post(1))
    assert again.get_json() | {"sequences": []} == {
        "new": 0,
        "known": 1,
        "sequences": [],
        "rejected": [],
    }
    assert world.ledger.head() == head
    assert volume(world) == 1


def test_a_bad_signal_of_a_batch_is_rejected_with_its_pointer_and_the_others_are_taken(
    door: Door,
) -> None:
    bad = [post(2, posted_at="yesterday"), post(3, feed="feed/unheard-of"), {"id": "4"}]
    answer = door.post("/v1/signals/batch", {"signals": [post(1), *bad]})
    assert answer.status_code == 202
    body = answer.get_json()
    assert body["new"] == 1
    pointers = {fault["pointer"] for fault in body["rejected"]}
    assert {"/signals/1/posted_at", "/signals/2/feed", "/signals/3/text"} <= pointers


def test_a_batch_without_a_good_signal_is_refused(door: Door, world: World) -> None:
    head = world.ledger.head()
    answer = door.post("/v1/signals/batch", {"signals": [{"id": "x y"}]})
    assert answer.status_code == 422
    assert world.ledger.head() == head


def test_the_texts_of_signals_are_nowhere_in_clear(door: Door, world: World) -> None:
    phrase = "derailment and my unmistakable phrase"
    door.post("/v1/signals", post(1, phrase))
    for path in world.settings.home.rglob("*"):
        if path.is_file():
            assert phrase.encode() not in path.read_bytes(), path


def test_two_worlds_over_one_home_count_the_same_signals(
    door: Door, world: World, open_world: Any
) -> None:
    other = open_world()
    door.post("/v1/signals/batch", {"signals": [post(1), post(2)]})
    other.catch_up()
    assert volume(other) == volume(world) == 2


def test_opening_another_incident_counts_what_was_heard_before(door: Door) -> None:
    door.post("/v1/signals", post(1, "The #ticketmachine ate my card"))
    record = {
        "type": "Incident",
        "id": "incident/ticket-machines",
        "properties": {"name": "Ticket machines keep cards", "topic": ["ticketmachine"]},
    }
    assert door.post("/v1/records", record).status_code == 201
    assert door.post("/v1/incidents/ticket-machines/acts", {"act": "open"}).status_code == 201
    shown = door.get("/v1/incidents/ticket-machines").get_json()
    assert next(row["volume"] for row in shown["spread"] if row["window"] == "PT1H") == 1


def test_a_surge_in_scope_raises_the_tier_of_the_next_decision(door: Door) -> None:
    before = door.post("/v1/decisions", {"incident": TRAIN}).get_json()
    signals = [post(number, "The train derailed, this is awful") for number in range(60)]
    door.post("/v1/signals/batch", {"signals": signals})
    after = door.post("/v1/decisions", {"incident": TRAIN}).get_json()
    tiers = ("frontline", "specialist", "crisis-team", "executive", "board")
    assert "surge" in after["decision"]["detections"]
    raised = tiers.index(after["decision"]["tier"])
    assert raised > tiers.index(before["decision"]["tier"])


def test_a_trainer_sends_signals_into_a_replay_and_never_into_the_live_world(
    door: Door, world: World, open_world: Any
) -> None:
    from service.app import create

    key = key_for(world, "person/trainer", "trainer")
    live = Door(http=door.http, key=key)
    assert live.post("/v1/signals", post(1)).status_code == 403
    replay = open_world(world="replay")
    there = Door(http=create(replay.settings, world=replay).test_client(), key=key)
    assert there.post("/v1/signals", post(1)).status_code == 202

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ontology.identity import ThingId
from ontology.signals import Scores, Signal
from service.doubts import speaks_of_harm
from service.intake import take
from service.validating import Validating
from service.world import World
from tests.conftest import Door, key_for

TRAIN = ThingId("incident/2013-ny-train")
SYSTEM = ThingId("system/listening")


@pytest.fixture
def validating(world: World) -> Iterator[Validating]:
    made = Validating(world)
    yield made
    made.close()


def post(world: World, number: int, irony: float | None = 0.95, **more: Any) -> Signal:
    at = world.clock.now() - timedelta(seconds=number)
    made = Signal(
        id=ThingId(f"signal/twitter-{number}"),
        platform=ThingId("platform/twitter"),
        feed=ThingId("feed/listening"),
        posted_at=at,
        received_at=at,
        text=f"Best railway ever, thanks for post {number} #SpuytenDuyvil",
        author=ThingId(f"account/{number}"),
        scores=None if irony is None else Scores(irony=irony, sentiment=0.5),
    )
    return replace(made, **more)


def heard(world: World, validating: Validating, *posts: Signal) -> int:
    take(world, posts, actor=SYSTEM)
    return validating.step()


def decided(door: Door, validating: Validating, **facts: object) -> dict[str, Any]:
    body = {"incident": TRAIN, "facts": facts, "precedents": 0}
    answer = door.post("/v1/decisions", body)
    assert answer.status_code == 201, answer.get_json()
    validating.step()
    found = answer.get_json()["decision"]
    assert isinstance(found, dict)
    return found


def waiting(world: World) -> list[ThingId]:
    return [one.id for one in world.validations_now().of(TRAIN) if one.open]


def acted(world: World, door: Door, thing: ThingId, act: str, who: str, **data: object) -> int:
    key = key_for(world, f"person/{who}", "analyst")
    path = f"/v1/validations/{thing.partition('/')[2]}/acts"
    headers = {"Authorization": f"Bearer {key}"}
    return door.http.post(path, json={"act": act, "data": data}, headers=headers).status_code


COPIES = {"spread": {"window": "PT1H", "volume": 40, "duplicate_share": 0.6}}


def test_a_post_that_is_likely_ironic_is_asked_about_once_with_deadline_and_words(
    world: World, door: Door, validating: Validating
) -> None:
    ironic = post(world, 1)
    assert heard(world, validating, ironic, post(world, 2, irony=0.3)) == 1
    assert heard(world, validating, ironic) == 0
    (item,) = door.get("/v1/queue?kind=validation").get_json()["items"]
    assert item["due"] is not None
    assert "claim" in item["acts"]
    shown = door.get(f"/v1/validations/{item['thing'].partition('/')[2]}").get_json()
    assert (shown["signal"], shown["doubt"], shown["score"]) == (ironic.id, "irony", 0.95)
    assert shown["text"] == ironic.text


def test_two_workers_and_a_second_reading_ask_once(
    world: World, validating: Validating, home: Any
) -> None:
    heard(world, validating, post(world, 1))
    validating.close()
    (home / "validations.json").unlink()
    again = Validating(world)
    assert again.step() == 0
    again.close()
    assert len(waiting(world)) == 1


def test_beyond_the_limit_doubts_are_counted_and_not_asked(
    world: World, door: Door, validating: Validating
) -> None:
    most = world.settings.validations_per_incident
    assert heard(world, validating, *(post(world, n) for n in range(1, most + 6))) == most
    answer = door.get(f"/v1/validations?incident={TRAIN}&open=true").get_json()
    assert len(answer["items"]) == most
    assert answer["counted"]["irony"] == 5


def test_a_post_of_harm_in_an_unread_language_is_asked_about_and_a_harmless_one_is_not(
    world: World, validating: Validating
) -> None:
    harm = post(world, 1, text="Hay heridos en el tren #SpuytenDuyvil", irony=None, language="es")
    calm = post(world, 2, text="Qué bonito tren #SpuytenDuyvil", irony=None, language="es")
    assert heard(world, validating, harm, calm) == 1
    (only,) = world.validations_now().of(TRAIN)
    assert (only.signal, only.doubt) == (harm.id, "language")


def test_a_copied_window_is_one_question_however_often_it_is_decided_on(
    world: World, door: Door, validating: Validating
) -> None:
    for _ in range(3):
        assert "copy-paste" in decided(door, validating, **COPIES)["detections"]
    copies = [one for one in world.validations_now().of(TRAIN) if one.doubt == "copy-paste"]
    assert len(copies) == 1
    assert world.validations_now().counted(TRAIN, "copy-paste") == 2


def test_a_verdict_is_a_fact_of_later_decisions_and_keeps_machines_quiet(
    world: World, door: Door, validating: Validating
) -> None:
    request = {"kind": "reply", "automatic": True, "public": True}
    tier = decided(door, validating, **COPIES)["tier"]
    (thing,) = [one.id for one in world.validations_now().of(TRAIN) if one.doubt == "copy-paste"]
    for_all = [one.persons for one in world.validations_now().of(TRAIN)]
    for who in ("ben", "cy")[: max(for_all)]:
        if world.validations_now().get(thing).state != "claimed":  # type: ignore[union-attr]
            assert acted(world, door, thing, "claim", who) == 201
        assert acted(world, door, thing, "judge", who, verdict="brigade") == 201
    calm = {"spread": {"window": "PT1H", "volume": 40, "duplicate_share": 0.0}, "request": request}
    later = decided(door, validating, **calm)
    assert "automatic-publication" in later["prohibitions"]
    order = ["frontline", "specialist", "crisis-team", "executive", "board"]
    assert order.index(later["tier"]) >= order.index("frontline")
    fact = next(
        row
        for row in world.validations_now().facts(TRAIN, world.clock.now())
        if row["doubt"] == "copy-paste"
    )
    assert (fact["verdict"], fact["waiting"]) == ("brigade", 0)
    assert tier in order


def test_what_matters_most_needs_two_people_who_agree(
    world: World, door: Door, validating: Validating
) -> None:
    decided(door, validating, incident={"type": "human-error-harm"}, **COPIES)
    door.post(
        f"/v1/incidents/{TRAIN.partition('/')[2]}/acts",
        {"act": "escalate", "data": {"tier": "board"}},
    )
    heard(world, validating, post(world, 7))
    (thing,) = [one.id for one in world.validations_now().of(TRAIN) if one.signal]
    assert acted(world, door, thing, "claim", "ben") == 201
    assert acted(world, door, thing, "judge", "ben", verdict="ironic") == 201
    assert thing in waiting(world)
    assert acted(world, door, thing, "judge", "ben", verdict="ironic") != 201
    assert acted(world, door, thing, "judge", "cy", verdict="sincere") == 201
    found = world.validations_now().get(thing)
    assert found is not None
    assert found.verdict == "cannot-tell"


def test_harm_is_told_by_the_beginnings_of_words() -> None:
    assert speaks_of_harm("事故で負傷者がいます", "ja")
    assert speaks_of_harm("ДВОЕ РАНЕНЫ", "ru")
    assert not speaks_of_harm("intottoto", "de")
    assert not speaks_of_harm("everything", "xx")

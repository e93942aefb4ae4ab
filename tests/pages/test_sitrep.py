"""The sitrep's page in process: of now, of a minute, as a file, and what is asked wrongly."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from service.bodies import instant
from service.sitrep_proofs import checked
from service.world import World
from tests.conftest import Door
from tests.pages.signed_in import SignedIn, signed_in
from tests.service.test_signals import post

TRAIN = "/incidents/2013-ny-train/sitrep"


@pytest.fixture
def person(world: World) -> Callable[..., SignedIn]:
    return lambda *roles: signed_in(world, *roles)


def test_incidents_lead_to_their_sitreps(person: Callable[..., SignedIn]) -> None:
    reader = person("responder")
    assert f'href="{TRAIN}"' in reader.get("/incidents").text
    text = reader.get(TRAIN).text
    for title in ("Known", "Not known", "Said", "Promised", "Next", "Who"):
        assert f">{title}</h2>" in text
    assert "live:any" in text


def test_a_sitrep_of_a_minute_stands_still_and_says_so(
    world: World, person: Callable[..., SignedIn]
) -> None:
    at = instant(world.clock.now())
    text = person("analyst").get(f"{TRAIN}?at={at}").text
    assert "nothing later stands here" in text
    assert "hx-get" not in text.partition('id="sitrep"')[2].partition(">")[0]
    assert "/sitrep/file?at=" in text


def test_a_time_without_a_zone_is_utc_as_the_form_says(
    world: World, person: Callable[..., SignedIn]
) -> None:
    at = world.clock.now().strftime("%Y-%m-%dT%H:%M:%S")
    assert person("auditor").get(f"{TRAIN}?at={at}").status_code == 200


def test_the_file_holds_and_has_a_policy_of_its_own(person: Callable[..., SignedIn]) -> None:
    answer = person("auditor").get(f"{TRAIN}/file")
    assert checked(answer.text).problems == ()
    assert "person/" not in answer.text
    assert "script-src 'sha256-" in answer.headers["Content-Security-Policy"]
    assert re.search(r'filename="sitrep-2013-ny-train-\d{8}T\d{4}Z.html"', str(answer.headers))


def test_a_moment_that_is_none_is_told_with_one_that_would_do(
    person: Callable[..., SignedIn],
) -> None:
    reader = person("responder")
    for moment in ("yesterday", "0001-01-01T00:00%2B14:00", "2199-01-01T00:00", "%F0%9F%9A%86"):
        answer = reader.get(f"{TRAIN}?at={moment}")
        assert (answer.status_code, "Valid:" in answer.text) == (422, True), moment


def test_an_incident_that_is_none_is_told_as_a_page(person: Callable[..., SignedIn]) -> None:
    answer = person("responder").get("/incidents/nowhere/sitrep")
    assert (answer.status_code, "text/html" in str(answer.content_type)) == (404, True)


def test_people_are_named_to_those_who_may_read_about_people(
    person: Callable[..., SignedIn],
) -> None:
    assert "person/" in person("responder").get(TRAIN).text
    unnamed = person("analyst").get(TRAIN).text.partition('id="sitrep"')[2]
    assert "person/" not in unnamed


def test_what_is_heard_is_known_with_what_is_usual(door: Door) -> None:
    door.post("/v1/signals/batch", {"signals": [post(one) for one in range(1, 30)]})
    known = door.get(f"/v1{TRAIN}").get_json()["known"]["lines"]
    (heard,) = [one for one in known if "in the last hour" in one["says"]]
    assert re.fullmatch(r"Heard in the last hour: \d+ posts, usual are [\d.]+\.", heard["says"])
    assert (len(heard["events"]), "at" in heard) == (1, True)


def test_the_api_gives_the_form_that_is_accepted(door: Door) -> None:
    begins = {
        "application/json": "{",
        "text/plain": "Derailment",
        "text/html": "<!doctype html>",
        "image/svg+xml": "<svg",
        "*/*": "{",
        "text/html;q=0.1, application/json": "{",
    }
    for accept, begin in begins.items():
        answer = door.get(f"/v1{TRAIN}", headers={"Accept": accept})
        assert (answer.status_code, answer.text[: len(begin)]) == (200, begin), accept
    assert door.get(f"/v1{TRAIN}").is_json


def test_the_api_refuses_a_moment_that_is_none(door: Door) -> None:
    moments = ("2013-12-01T10:00:00", "x", "", "1980-01-01T00:00:00Z", "9" * 400, "%00")
    for query in (*(f"at={one}" for one in moments), "till=2026-11-23T08:00:00Z"):
        answer = door.get(f"/v1{TRAIN}?{query}")
        assert answer.status_code == 422, query
        assert answer.get_json()["errors"][0]["pointer"] in {"/at", "/till"}, query


def test_the_api_refuses_another_form_and_another_incident(door: Door, world: World) -> None:
    assert door.get(f"/v1{TRAIN}", headers={"Accept": "image/png"}).status_code == 406
    assert door.get("/v1/incidents/nowhere/sitrep").status_code == 404
    ahead = instant(world.clock.now() + timedelta(hours=1))
    assert door.get(f"/v1{TRAIN}?at={ahead}").status_code == 422

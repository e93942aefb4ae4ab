"""Findings over HTTP and on the command line, and queries under names that two people write."""

import threading
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

import pytest
from typer.testing import CliRunner
from werkzeug.test import TestResponse

from ontology.events import Json
from ontology.identity import ThingId
from ontology.lifecycle import Role
from service.cli import build
from service.finding_desk import READ
from service.saved_findings import Moved, NameInvalid, Reader, every, remove, save, saved
from service.security import Denied
from service.world import World
from tests.conftest import Door, key_for

ADA = Reader(id=ThingId("person/ada"), roles=frozenset({Role.ANALYST}))
GRACE = Reader(id=ThingId("person/grace"), roles=frozenset({Role.RESPONDER}))
QUERY: Mapping[str, Json] = {"source": "signals", "where": {"frustration": "at least 0.7"}}
DECISIONS: Mapping[str, Json] = {
    "source": "decisions",
    "facets": ["tier", "rules"],
    "since": "2026-01-01T00:00:00Z",
}


def test_a_query_is_its_owners_until_it_is_shared(bare: World) -> None:
    save(bare, "angry", QUERY, ADA, shared=False)
    assert saved(bare, "angry", GRACE) is None
    assert every(bare, GRACE) == []
    save(bare, "angry", QUERY, ADA, shared=True)
    assert [one.version for one in every(bare, GRACE)] == [2]
    with pytest.raises(Denied):
        save(bare, "angry", QUERY, GRACE, shared=True)


def test_of_two_writers_who_saw_the_same_version_one_is_told(bare: World) -> None:
    save(bare, "angry", QUERY, ADA, shared=True, version=0)
    save(bare, "angry", {"source": "windows"}, ADA, shared=True, version=1)
    with pytest.raises(Moved, match="version 2 stands"):
        save(bare, "angry", QUERY, ADA, shared=True, version=1)
    with pytest.raises(Moved):
        remove(bare, "angry", ADA, version=1)


def test_of_many_who_write_a_new_query_at_once_all_but_one_are_told(
    worlds: Callable[..., World],
) -> None:
    here = [worlds() for _ in range(4)]
    told: list[object] = []

    def write(world: World, number: int) -> None:
        try:
            save(world, "angry", {"limit": number}, ADA, shared=True, version=0)
            told.append(number)
        except Moved as error:
            told.append(error)

    threads = [threading.Thread(target=write, args=(w, n)) for n, w in enumerate(here)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    (number,) = [one for one in told if isinstance(one, int)]
    kept = saved(here[0], "angry", ADA)
    assert len(told) == len(here)
    assert kept is not None
    assert kept.query == {"limit": number}


def test_what_is_removed_can_be_saved_anew(bare: World) -> None:
    save(bare, "angry", QUERY, ADA, shared=False)
    assert remove(bare, "angry", ADA)
    assert not remove(bare, "angry", ADA)
    assert save(bare, "angry", QUERY, GRACE, shared=False).owner == GRACE.id


@pytest.mark.parametrize("name", ["", "a b", "../x", "ü" * 200, "x\ny"])
def test_a_name_that_can_be_none_is_refused(bare: World, name: str) -> None:
    with pytest.raises(NameInvalid, match="frustrated-riders"):
        save(bare, name, QUERY, ADA, shared=False)


def body(answer: TestResponse) -> Any:
    return answer.json


def test_decisions_are_found_over_http(door: Door) -> None:
    door.post("/v1/decisions", {"incident": "incident/2013-ny-train", "precedents": 0})
    found = body(door.post("/v1/findings", {**DECISIONS, "where": {"team": "given"}}))
    assert found["matched"] == 1
    assert found["facets"][0]["values"][0]["count"] == 1
    drawn = door.post("/v1/findings/picture.svg", DECISIONS)
    assert drawn.mimetype == "image/svg+xml"
    assert "1 of 1 decisions" in drawn.text


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"where": {"teir": "given"}}, "/where/teir"),
        ({"where": {"tier": "at least boss"}}, "/where/tier"),
        ({"facets": ["within"]}, "/facets"),
        ({"zone": "Mars"}, "/zone"),
        ({"cursor": "!!"}, "/cursor"),
        ({"limit": 201}, "/limit"),
        ({"source": "people"}, "/source"),
        ({"sql": "DROP TABLE"}, "/sql"),
    ],
)
def test_what_can_not_be_asked_is_told_with_its_place(
    door: Door, change: dict[str, object], pointer: str
) -> None:
    refused = door.post("/v1/findings", {**DECISIONS, **change})
    assert refused.status_code in {HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.BAD_REQUEST}
    assert [fault["pointer"] for fault in body(refused)["errors"]] == [pointer]


def test_who_may_not_see_people_may_not_ask_of_them(world: World, door: Door) -> None:
    analyst = Door(http=door.http, key=key_for(world, "person/ana", "analyst"))
    refused = analyst.post("/v1/findings", {**DECISIONS, "where": {"customer": "given"}})
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    fields = body(analyst.get("/v1/findings/fields?source=decisions"))["items"]
    assert {one["name"]: one["open"] for one in fields}["customer.vulnerable"] is False


def test_reading_of_people_is_recorded_for_auditors(world: World, door: Door) -> None:
    door.post("/v1/findings", {**DECISIONS, "where": {"customer": "given"}})
    (event,) = world.ledger.newest(types=(READ,), limit=5)
    assert event.data["sensitive"] == ["customer"]
    assert "matched" in event.data


def test_a_query_is_saved_read_changed_and_removed_over_http(door: Door) -> None:
    path = "/v1/findings/saved/angry"

    def put(**headers: str) -> int:
        key = {"Authorization": f"Bearer {door.key}"}
        saying = {"query": QUERY, "shared": True}
        return door.http.put(path, json=saying, headers=key | headers).status_code

    assert put(**{"If-None-Match": "*"}) == HTTPStatus.OK
    assert put(**{"If-None-Match": "*"}) == HTTPStatus.PRECONDITION_FAILED
    assert door.get(path).headers["ETag"] == '"1"'
    assert put(**{"If-Match": '"1"'}) == HTTPStatus.OK
    assert put(**{"If-Match": '"1"'}) == HTTPStatus.PRECONDITION_FAILED
    assert put(**{"If-Match": "one"}) == HTTPStatus.BAD_REQUEST
    assert [one["version"] for one in body(door.get("/v1/findings/saved"))["items"]] == [2]
    assert door.delete(path).status_code == HTTPStatus.NO_CONTENT
    assert door.get(path).status_code == HTTPStatus.NOT_FOUND


def test_a_query_that_can_not_be_asked_is_not_saved(door: Door) -> None:
    saying = {"query": {**QUERY, "where": {"frustration": "lots"}}}
    key = {"Authorization": f"Bearer {door.key}"}
    refused = door.http.put("/v1/findings/saved/angry", json=saying, headers=key)
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def test_the_command_line_finds_charts_and_saves(bare: World) -> None:
    home, run = str(bare.settings.home), CliRunner()
    chart = bare.settings.home / "found.svg"
    words = ["find", "signals", "--home", home, "--where", "language: en", "--facet", "platform"]
    told = run.invoke(build(), [*words, "--chart", str(chart), "--save", "english"])
    assert told.exit_code == 0, told.output
    assert "0 of 0 signals" in told.output
    assert chart.read_text().startswith("<svg")
    again = run.invoke(build(), ["find", "saved", "english", "--home", home])
    assert "0 of 0 signals" in again.output


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--where", "language"], "asks nothing"),
        (["--where", "langage: en"], "did you mean language"),
        (["--where", "reach: at least many"], "reach"),
        (["--facet", "text"], "too many values"),
        (["--since", "yesterday"], "is no time with offset"),
        (["--zone", "Mars/Base"], "is no time zone"),
        (["--chart", "found.png"], "is no .svg"),
        (["--by", "Ada"], "--by"),
        (["--save", "a b"], "can be no name"),
    ],
)
def test_the_command_line_says_what_is_wrong_and_ends_with_2(
    bare: World, words: list[str], told: str
) -> None:
    home = str(bare.settings.home)
    ended = CliRunner().invoke(build(), ["find", "signals", "--home", home, *words])
    assert ended.exit_code == 2
    assert told in ended.output

"""Journeys in a world: loaded, found, told, recorded by acts, seen by rules, drawn."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from typer.testing import CliRunner, Result

from ontology.identity import ThingId
from ontology.lifecycle import Actor, Role
from service.acts import propose
from service.cli import build
from service.founding import OPERATOR
from service.journey_loading import LogRefused, load, logs_of
from service.journey_zones import Studies, record
from service.world import World
from tests.conftest import Door

HELP = ThingId("touchpoint/help-line")
CARE = ThingId("touchpoint/accessibility-line")
ANALYST = Actor(id=ThingId("person/ada"), roles=frozenset({Role.ANALYST}))
HEADER = "journey,touchpoint,time,outcome,harm,sentiment\n"


def lines_for_assisted_travel(journeys: int = 300) -> str:
    """Journeys of people who need help: all are hurt at one line, and half of them leave."""
    rows = []
    for number in range(journeys):
        day = f"2013-11-{1 + number % 25:02d}"
        left = "churn" if number % 2 else "resolved"
        rows += [
            f"{9000 + number},touchpoint/website-chat,{day}T08:00:00Z,,no,",
            f"{9000 + number},touchpoint/accessibility-line,{day}T10:00:00Z,{left},yes,-0.9",
        ]
    return HEADER + "\n".join(rows) + "\n"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATTUNE_LANGUAGE", "false")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log.csv"
    path.write_text(lines_for_assisted_travel())
    return path


def loaded(world: World, file: Path, mapped: Path | None = None) -> Any:
    return load(world, file, mapped=mapped, rejects=file.parent / "bad.jsonl", actor=OPERATOR)


def of(world: World, thing: ThingId) -> Any:
    return next(f for f in Studies().zones(world).study.findings if f.place.id == thing)


def test_the_sample_has_its_zones_found_and_recorded(world: World) -> None:
    zones = {one.place.id for one in Studies().zones(world).study.zones()}
    assert {HELP, ThingId("touchpoint/public-posts")} <= zones
    for thing in world.graph.of_type("Touchpoint"):
        if world.graph.state(thing):
            assert world.graph.get(thing, "riskZone") is (thing in zones)
    assert world.graph.get(CARE, "riskZone") is None


def test_nobody_is_named_in_what_is_kept(world: World, tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    file.write_text(HEADER + "wren.villanueva@mail.example,Help line,2013-11-01T08:00:00Z,,,\n")
    loaded(world, file)
    secret = b"wren.villanueva"
    for kept in [*world.settings.home.rglob("*")]:
        assert not kept.is_file() or secret not in kept.read_bytes()
    blocks = logs_of(world).blocks(logs_of(world).kept(), [HELP])
    assert all(steps.journey.dtype.itemsize == 8 for steps in blocks)


def test_a_key_of_two_systems_is_two_journeys(world: World, tmp_path: Path) -> None:
    file, mapped = tmp_path / "log.csv", tmp_path / "map.yaml"
    file.write_text(HEADER + "1,Help line,2013-11-01T08:00:00Z,,,\n")
    assert loaded(world, file).new == 1
    mapped.write_text("system: genesys\n")
    assert loaded(world, file, mapped).new == 1
    assert loaded(world, file, mapped).known == 1


def test_what_lies_ahead_of_the_worlds_clock_is_rejected(world: World, tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    rows = "1,Help line,2199-12-31T08:00:00Z,,,\n1,Help line,2013-10-01T08:00:00Z,,,\n"
    file.write_text(HEADER + rows)
    found = loaded(world, file)
    assert (found.new, found.rejected) == (1, 1)
    assert "lies ahead" in (tmp_path / "bad.jsonl").read_text()


def test_a_finding_becomes_an_act_with_reason_figures_and_log(world: World, log: Path) -> None:
    loaded(world, log)
    zones = Studies().zones(world)
    done = record(world, zones, reason="Complaints of the panel.", actor=ANALYST)
    assert CARE in done.recorded
    assert world.graph.get(CARE, "riskZone") is True
    (event,) = world.ledger.newest(types=("thing.acted",), subject=CARE, limit=1)
    said = event.data["data"]
    assert event.actor == "person/ada"
    assert isinstance(said, dict)
    assert said["reason"] == "Complaints of the panel."
    assert said["log"] == zones.kept.digest
    assert said["journeys"] == 300
    assert "zone of risk" in str(said["finding"])


def test_recording_the_same_again_adds_nothing(world: World) -> None:
    zones = Studies().zones(world)
    head = world.ledger.head()
    again = record(world, zones, reason="Again.", actor=ANALYST)
    assert again.recorded == ()
    assert HELP in again.known
    assert world.ledger.head() == head


def test_a_disputed_finding_counts_until_somebody_looks_again(world: World) -> None:
    keeper = Actor(id=ThingId("person/ben"), roles=frozenset({Role.RESPONDER}))
    reason = {"reason": "The log has no calls of the night shift."}
    propose(world, thing=HELP, kind="touchpoint", act="dispute", data=reason, actor=keeper)
    world.catch_up()
    assert (world.graph.state(HELP), world.graph.get(HELP, "riskZone")) == ("disputed", True)
    done = record(world, Studies().zones(world), reason="Looked again.", actor=ANALYST)
    assert done.recorded == (HELP,)
    assert world.graph.state(HELP) == "assessed"


def test_a_touchpoint_that_the_gate_refuses_is_named_and_the_others_recorded(
    world: World, log: Path
) -> None:
    loaded(world, log)
    responder = Actor(id=ThingId("person/ben"), roles=frozenset({Role.RESPONDER}))
    done = record(world, Studies().zones(world), reason="May not.", actor=responder)
    assert done.recorded == ()
    assert "analyst" in done.refused[CARE]


def test_a_record_that_is_put_again_leaves_the_finding_alone(door: Door, world: World) -> None:
    put = {"name": "Help line", "ownedBy": "team/customer-care"}
    answer = door.post("/v1/records", {"type": "Touchpoint", "id": HELP, "properties": put})
    assert answer.status_code == 201
    assert world.graph.get(HELP, "riskZone") is True
    refused = door.post(
        "/v1/records",
        {"type": "Touchpoint", "id": HELP, "properties": put | {"riskZone": False}},
    )
    assert refused.status_code == 422
    assert "set by acts" in refused.get_data(as_text=True)


def test_the_past_is_told_as_it_was(world: World, log: Path, door: Door) -> None:
    before = door.get("/v1/journeys/zones").get_json()
    loaded(world, log)
    record(world, Studies().zones(world), reason="Third quarter.", actor=ANALYST)
    now = door.get("/v1/journeys/zones").get_json()
    then = door.get("/v1/journeys/zones", query_string={"at": before["at"]}).get_json()
    assert CARE in now["zones"]
    assert CARE not in then["zones"]
    assert then == before


def test_every_touchpoint_is_told_riskiest_first(door: Door) -> None:
    told = door.get("/v1/journeys/zones").get_json()
    risks = [one["risk"]["value"] for one in told["touchpoints"] if one["risk"]]
    assert risks == sorted(risks, reverse=True)
    assert len(told["touchpoints"]) == 20
    first = told["touchpoints"][0]
    assert first["touchpoint"] == HELP
    assert first["risk"]["low"] < first["risk"]["value"] < first["risk"]["high"]
    assert first["recorded"] is True
    assert told["method"]["samples"] == 1000
    assert told["log"]["journeys"] == 900


def test_the_figures_of_two_requests_are_the_same(door: Door) -> None:
    first, second = (door.get("/v1/journeys/zones").get_json() for _ in range(2))
    assert first["touchpoints"] == second["touchpoints"]


@pytest.mark.parametrize("path", ["/v1/journeys/zones", "/v1/journeys/picture.svg"])
@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"at": "2199-01-01T00:00:00Z"}, "lies ahead"),
        ({"at": "yesterday"}, "at"),
        ({"at": "2026-11-23T08:00:00"}, "at"),
        ({"moment": "2026-11-23T08:00:00Z"}, "is no member"),
    ],
)
def test_a_bad_question_is_a_problem_that_says_what_would_do(
    door: Door, path: str, query: dict[str, str], words: str
) -> None:
    answer = door.get(path, query_string=query)
    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"
    assert words in answer.get_data(as_text=True)


def test_a_damaged_file_is_a_problem_and_no_answer(door: Door, world: World) -> None:
    (file,) = world.settings.journeys_path.glob("*.parquet")
    file.write_bytes(b"nothing")
    answer = door.get("/v1/journeys/zones")
    assert answer.status_code == 500
    assert answer.get_json()["type"].endswith("journeys-damaged")


def test_the_picture_is_an_svg_that_names_places_and_zones(door: Door) -> None:
    answer = door.get("/v1/journeys/picture.svg")
    assert answer.content_type.startswith("image/svg+xml")
    text = answer.get_data(as_text=True)
    assert ET.fromstring(text).tag.endswith("svg")  # noqa: S314 - our own picture
    for words in ("Help line", "ZONE OF RISK", "Complained in public", "No journey met"):
        assert f"<!-- {words}" in text
    assert door.get("/v1/journeys/picture.svg").get_data(as_text=True) == text


def test_the_picture_of_a_world_without_journeys_says_so(
    bare_door: Door,
) -> None:
    text = bare_door.get("/v1/journeys/picture.svg").get_data(as_text=True)
    assert "<!-- Where 0 journeys went" in text
    assert bare_door.get("/v1/journeys/zones").get_json()["touchpoints"] == []


@pytest.fixture
def bare_door(bare: World) -> Door:
    from service.app import create
    from service.founding import found

    made = found(bare, with_sample=False, progress=lambda *_: None)
    app = create(bare.settings, world=bare)
    return Door(http=app.test_client(), key=made.key_file.read_text().strip())


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("log.csv", "", "is empty"),
        ("log.csv", "a,b\n1,2\n", "no column for journey"),
        ("none.csv", None, "none.csv: No such file"),
    ],
)
def test_a_file_that_is_no_log_is_refused(
    world: World, tmp_path: Path, name: str, text: str | None, words: str
) -> None:
    file = tmp_path / name
    if text is not None:
        file.write_text(text)
    with pytest.raises(LogRefused, match=words):
        loaded(world, file)


def run(*words: object) -> Result:
    return CliRunner().invoke(build(), [str(word) for word in words])


@pytest.mark.parametrize("command", [("journeys", "load"), ("load", "journeys")])
def test_both_commands_load_once_and_list_rejects(
    home: Path, tmp_path: Path, command: tuple[str, str]
) -> None:
    file, bad = tmp_path / "log.csv", tmp_path / "bad.jsonl"
    file.write_text(lines_for_assisted_travel(2) + "1,help line,soon,,,\n")
    for new, known in ((4, 0), (0, 4)):
        result = run(*command, file, "--home", home, "--rejects", bad, "--json")
        assert result.exit_code == 0, result.output
        assert json.loads(result.stdout) == {
            "new": new,
            "known": known,
            "rejected": 1,
            "rejects": str(bad),
        }
    (row,) = [json.loads(line) for line in bad.read_text().splitlines()]
    assert (row["line"], row["field"], row["value"]) == (6, "time", "'soon'")


def test_people_read_the_zones_and_their_reasons(home: Path) -> None:
    result = run("journeys", "zones", "--home", home)
    assert result.exit_code == 0
    assert "900 journeys, 1,657 contacts" in result.stdout
    assert "zone         touchpoint/help-line" in result.stdout
    assert "so it is a zone of risk" in result.stdout


def test_a_person_records_what_was_found(home: Path, log: Path) -> None:
    run("journeys", "load", log, "--home", home, "--rejects", log.parent / "bad.jsonl")
    words = ("journeys", "zones", "--home", home, "--record", "--by", "person/ada")
    result = run(*words, "--reason", "Third quarter", "--json")
    assert result.exit_code == 0, result.output
    assert CARE in json.loads(result.stdout)["record"]["recorded"]


def test_people_read_what_was_recorded_and_what_was_known_before(home: Path, log: Path) -> None:
    run("journeys", "load", log, "--home", home, "--rejects", log.parent / "bad.jsonl")
    words = ("journeys", "zones", "--home", home, "--record", "--reason")
    assert f"recorded     {CARE}" in run(*words, "Third quarter").stdout
    assert f"known        {CARE}" in run(*words, "Third quarter").stdout
    before = run("journeys", "zones", "--home", home, "--as-of", "2020-01-01T00:00:00Z")
    assert before.exit_code == 0
    assert before.stdout.startswith("0 journeys")


def test_a_finding_that_is_refused_is_told_with_exit_code_1(home: Path, log: Path) -> None:
    run("journeys", "load", log, "--home", home, "--rejects", log.parent / "bad.jsonl")
    result = run("journeys", "zones", "--home", home, "--record", "--reason", "x" * 5000)
    assert result.exit_code == 1
    assert f"refused      {CARE}" in result.stdout


def test_the_command_draws_the_same_picture(home: Path, tmp_path: Path, door: Door) -> None:
    out = tmp_path / "journeys.svg"
    result = run("journeys", "picture", "--home", home, "--out", out)
    assert result.exit_code == 0, result.output
    assert out.read_bytes() == door.get("/v1/journeys/picture.svg").get_data()


def test_what_is_forgotten_no_longer_counts(home: Path) -> None:
    result = run("journeys", "forget", "--home", home, "--before", "2014-01-01T00:00:00Z")
    assert "files dropped: 1" in result.stdout
    assert "0 journeys" in run("journeys", "zones", "--home", home).stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("zones", "--record"), "--reason"),
        (("zones", "--record", "--reason", " "), "--reason"),
        (("zones", "--record", "--reason", "x", "--as-of", "2020-01-01T00:00:00Z"), "--as-of"),
        (("zones", "--record", "--reason", "x", "--by", "ada"), "'ada' is no id"),
        (("zones", "--record", "--reason", "x", "--by", "team/legal"), "is no person"),
        (("zones", "--as-of", "soon"), "'soon' is no time"),
        (("zones", "--as-of", "2020-01-01T00:00:00"), "has no offset"),
        (("zones", "--as-of", "2199-01-01T00:00:00Z"), "lies ahead"),
        (("zones", "--samples", "7"), "100"),
        (("zones", "--least", "0"), "2"),
        (("picture", "--out", "no/such/folder.svg"), "can't be written"),
        (("forget", "--before", "never"), "is no time"),
        (("load", "no-such.csv"), "no-such.csv"),
        (("load", "no-such.csv", "--map", "no-such.yaml"), "no-such"),
    ],
)
def test_the_command_refuses_what_makes_no_sense(
    home: Path, tmp_path: Path, words: tuple[str, ...], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("journeys", *words, "--home", home)
    assert result.exit_code == 2, result.output
    assert said in result.stderr


def test_a_map_with_a_mistake_is_refused_with_its_line(home: Path, log: Path) -> None:
    mapped = log.parent / "map.yaml"
    mapped.write_text("columns:\n  Wo: tochpoint\n")
    result = run("journeys", "load", log, "--map", mapped, "--home", home)
    assert result.exit_code == 2
    assert "map.yaml:2:7: 'tochpoint' is no field; did you mean 'touchpoint'?" in result.stderr


def test_doctor_names_a_damaged_file(home: Path) -> None:
    (file,) = (home / "journeys").glob("*.parquet")
    assert "1657 contacts" in run("doctor", "--home", home).output
    file.write_bytes(b"nothing")
    result = run("doctor", "--home", home)
    assert result.exit_code != 0
    assert file.name in result.output.replace("\n", "")


def test_a_damaged_file_stops_the_command(home: Path) -> None:
    (file,) = (home / "journeys").glob("*.parquet")
    file.unlink()
    result = run("journeys", "zones", "--home", home)
    assert result.exit_code == 2
    assert file.name in result.stderr


def test_rules_see_the_zone_and_where_it_comes_from(door: Door) -> None:
    body = {"touchpoint": HELP, "facts": {"signal": {"judged": True, "frustration": 0.7}}}
    made = door.post("/v1/decisions", body).get_json()
    facts = door.get(made["links"]["self"]).get_json()["facts"]
    (fact,) = [one for one in facts if one["kind"] == "touchpoint"]
    assert fact["values"]["risk_zone"] is True
    assert any("riskZone" in origin["ref"] for origin in fact["origins"])

"""Outside measurements in a world: loaded by a map, taken over HTTP, listed, erased, dropped."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl  # type: ignore[import-untyped] # ships no types
import pytest
from typer.testing import CliRunner, Result

from knowledge.measures.observation_kinds import KINDS
from service.cli import build
from service.founding import OPERATOR
from service.observation_listing import listed, retain
from service.observation_loading import Loaded, MeasurementsRefused, load
from service.observing import hashes, observed, store, words
from service.world import World
from tests.conftest import Door

HEADER = "subject,at,instrument,score,touchpoint,comment\n"
ROW = "1001,2026-01-05T10:00:00Z,ces,6,Help line,Solved at once.\n"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATTUNE_LANGUAGE", "false")


def loaded(
    world: World, folder: Path, text: str | bytes, kind: str = "survey", mapped: str = ""
) -> Loaded:
    file = folder / "some.csv"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    known = folder / "map.yaml"
    known.write_text(mapped)
    return load(
        world,
        KINDS[kind],
        file,
        mapped=known if mapped else None,
        rejects=folder / "bad.jsonl",
        actor=OPERATOR,
    )


def rejects(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "bad.jsonl").read_text().splitlines()]


def this_year(world: World, kind: str = "survey") -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = observed(world, kind).to_pylist()
    return [row for row in rows if row[KINDS[kind].at].year >= 2026]


def test_the_sample_has_every_kind_and_all_of_its_rows_can_be_read(world: World) -> None:
    for kind in KINDS:
        assert observed(world, kind).num_rows > 0
        assert observed(world, kind).schema == KINDS[kind].schema


def test_a_row_is_kept_with_ids_of_the_ontology(world: World, tmp_path: Path) -> None:
    assert loaded(world, tmp_path, HEADER + ROW).taken.new == 1
    (row,) = this_year(world)
    assert (row["score"], row["touchpoint"]) == (6.0, "touchpoint/help-line")
    who = world.keys.pseudonym("customer", "zendesk", "1001")
    assert hashes(world, [who])[who] == row["subject"]


def test_a_map_says_what_a_file_means(world: World, tmp_path: Path) -> None:
    text = "Kunde;Wann;Note;Kanal;Ort\n1001;05.01.2026 10:00;1,5;Hotline;Hilfe\n"
    mapped = """
        system: zendesk
        zone: Europe/Berlin
        decimal: comma
        dates: ["%d.%m.%Y %H:%M"]
        columns: {Kunde: subject, Wann: at, Note: score, Kanal: channel, Ort: touchpoint}
        constants: {instrument: ces}
        values: {channel: {Hotline: phone}, touchpoint: {Hilfe: touchpoint/help-line}}
        scales: {ces: [5, 1]}
    """
    assert loaded(world, tmp_path, text, mapped=mapped).taken.new == 1
    (row,) = this_year(world)
    assert row["score"] == pytest.approx(6.25)
    assert (row["channel"], row["at"].hour) == ("phone", 9)


def test_an_answer_outside_the_scale_is_rejected_and_told_how_to_declare_it(
    world: World, tmp_path: Path
) -> None:
    assert loaded(world, tmp_path, HEADER + ROW.replace(",6,", ",9,")).rejected == 1
    (bad,) = rejects(tmp_path)
    assert (bad["line"], bad["field"], bad["value"]) == (2, "score", "'9'")
    assert "scales: {ces: [1, 5]}" in bad["reason"]


def test_who_was_asked_and_did_not_answer_is_kept_apart(world: World, tmp_path: Path) -> None:
    before = observed(world, "survey", unanswered=True).num_rows
    loaded(world, tmp_path, HEADER + ROW.replace(",6,", ",,"))
    assert not this_year(world)
    assert observed(world, "survey", unanswered=True).num_rows == before + 1


BAD = [
    ("survey", HEADER + ROW.replace("1001,", ","), "subject", "blank"),
    ("survey", HEADER + ROW.replace("1001,", "x" * 201 + ","), "subject", "1 to 200"),
    ("survey", HEADER + ROW.replace("2026-01-05T10:00:00Z", "soon"), "at", "no time"),
    ("survey", HEADER + ROW.replace("10:00:00Z", "10:00:00"), "at", "offset"),
    ("survey", HEADER + ROW.replace("2026-", "2199-"), "at", "lies ahead"),
    ("survey", HEADER + ROW.replace("2026-", "1026-"), "at", "lies before"),
    ("survey", HEADER + ROW.replace("ces", "cse"), "instrument", "none of ces"),
    ("survey", HEADER + ROW.replace(",6,", ",six,"), "score", "no number"),
    ("survey", HEADER + ROW.replace(",6,", ",NaN,"), "score", "no number"),
    ("survey", HEADER + ROW.replace(",6,", ',"6,5",'), "score", "decimal: comma"),
    ("survey", HEADER + ROW.replace("Help line", "Help lime"), "touchpoint", "help-line"),
    ("survey", HEADER + ROW.replace("Solved", "x" * 10_001), "comment", "10,000"),
    ("survey", HEADER + ROW.strip() + ",more\n", "", "7 cells"),
    ("load", "at,team,contacts\n2026-01-05T10:00:00Z,Legal,4.5\n", "contacts", "whole"),
    ("load", "at,team,contacts\n2026-01-05T10:00:00Z,Legal,-4\n", "contacts", "from 0"),
    ("revenue", "subject,at,amount,currency\n1,2026-01-05T10:00Z,5,Euro\n", "currency", "4217"),
    (
        "relationship",
        "subject,since,observed_until,churned\n1,2020-01-05T10:00Z,2026-01-05T10:00Z,maybe\n",
        "churned",
        "neither",
    ),
    (
        "relationship",
        "subject,since,observed_until,churned\n1,2020-01-05T10:00Z,2026-01-05T10:00Z,yes\n",
        "until",
        "churned is given",
    ),
    (
        "resolution",
        "case,opened,resolved\n1,2026-01-05T10:00Z,2026-01-04T10:00Z\n",
        "resolved",
        "less than opened",
    ),
    (
        "reply",
        "at,text,language\n2026-01-05T10:00Z,Hello,English!\n",
        "language",
        "tag of a language",
    ),
]


@pytest.mark.parametrize(("kind", "text", "field", "reason"), BAD)
def test_a_bad_row_is_rejected_with_line_field_reason_and_a_valid_one(
    world: World, tmp_path: Path, kind: str, text: str, field: str, reason: str
) -> None:
    done = loaded(world, tmp_path, text, kind)
    assert (done.taken.new, done.rejected) == (0, 1)
    (bad,) = rejects(tmp_path)
    assert (bad["line"], bad["field"]) == (2, field)
    assert reason in bad["reason"]
    assert bad["example"]


REFUSED = [
    ("", "", "is empty"),
    ("at,score\n", "", "no column for subject"),
    ("subject,customer,at,instrument\n", "", "both mean subject"),
    (HEADER, "colums: {}\n", "map.yaml:1:1"),
    (HEADER, "zone: Mars/Base\n", "no time zone"),
    (HEADER, "columns: {Note: scor}\n", "did you mean 'score'"),
    (HEADER, "decimal: dot\n", "comma or point"),
    (HEADER, "scales: {ces: [5]}\n", "from worst to best"),
    (HEADER, "scales: {sec: [1, 5]}\n", "none of ces"),
    (HEADER, "constants: {scroe: 5}\n", "no column"),
    (HEADER, "[", "no YAML"),
]


@pytest.mark.parametrize(("text", "mapped", "why"), REFUSED)
def test_a_file_or_map_that_is_none_is_refused_whole(
    world: World, tmp_path: Path, text: str, mapped: str, why: str
) -> None:
    with pytest.raises(MeasurementsRefused, match=why):
        loaded(world, tmp_path, text, mapped=mapped)


def test_json_lines_are_read_like_columns(world: World, tmp_path: Path) -> None:
    row = {"customer": 1001, "at": "2026-01-05T10:00:00Z", "survey": "ces", "score": 3}
    assert loaded(world, tmp_path, json.dumps(row) + "\n{nothing\n[1]\n").rejected == 2
    assert this_year(world)[0]["score"] == 3


def test_the_first_sheet_of_a_workbook_is_read(world: World, tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    for row in (
        ("customer", "time", "survey", "score"),
        (1001, datetime(2026, 1, 5, 10), "ces", 6),  # noqa: DTZ001 - sheets know no zones
    ):
        sheet.append(row)
    workbook.save(tmp_path / "made.xlsx")
    content = (tmp_path / "made.xlsx").read_bytes()
    done = loaded(world, tmp_path, content, mapped="zone: UTC\n")
    assert (done.taken.new, done.rejected) == (1, 0)
    assert this_year(world)[0]["at"] == datetime(2026, 1, 5, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04 no workbook", bytes(range(256)) * 4, b"\xff\xfe\x00", b"\x00" * 99]
)
def test_garbage_is_refused_whole(world: World, tmp_path: Path, content: bytes) -> None:
    with pytest.raises(MeasurementsRefused):
        loaded(world, tmp_path, content)


def test_another_encoding_line_end_and_separator_are_read(world: World, tmp_path: Path) -> None:
    text = HEADER.replace(",", "\t") + "1001\t2026-01-05T10:00Z\tces\t6\t\tZüge 火車\r\n"
    assert loaded(world, tmp_path, text.encode("utf-16")).taken.new == 1
    table = observed(world, "survey")
    assert "Züge 火車" in words(world, "survey", "comment", table["comment"])


def test_erasing_a_customer_takes_the_words_of_a_loaded_answer(
    world: World, tmp_path: Path
) -> None:
    loaded(world, tmp_path, HEADER + ROW)
    who = world.keys.pseudonym("customer", "zendesk", "1001")
    world.ledger.erase(who, actor=OPERATOR, id=world.ids("event"), reason="asked for")
    table = observed(world, "survey")
    assert "Solved at once." not in words(world, "survey", "comment", table["comment"])
    assert who not in hashes(world, [who])
    assert loaded(world, tmp_path, HEADER + ROW).rejected == 1
    assert "erased" in rejects(tmp_path)[0]["reason"]


def test_nobody_of_the_pulse_is_a_customer(world: World) -> None:
    customers = set(observed(world, "survey")["subject"].to_pylist())
    assert customers.isdisjoint(observed(world, "pulse")["subject"].to_pylist())


def test_what_is_there_is_listed_with_gaps_and_rejects(world: World, tmp_path: Path) -> None:
    loaded(world, tmp_path, HEADER + ROW.replace("ces,6", "ces,9") + ROW)
    survey = next(one for one in listed(world) if one["kind"] == "survey")
    assert (survey["rejected"], survey["to"]) == (1, "2026-01-05T10:00:00Z")
    gap = survey["gap"]
    assert isinstance(gap, dict)
    assert gap["to"] == "2026-01-05T10:00:00Z"


def test_measurements_go_when_their_days_are_over(world: World) -> None:
    assert retain(world) == 0
    kept = store(world)
    assert kept.retain(KINDS["pulse"], now=world.clock.now() + timedelta(days=1096), days=1095)
    assert observed(world, "pulse").num_rows == 0


def post(door: Door, rows: object, kind: str = "survey", **more: Any) -> Any:
    return door.post(f"/v1/observations/{kind}", json={"rows": rows}, **more)


ONE = {"subject": "1001", "at": "2026-01-05T10:00:00Z", "instrument": "ces", "score": 6}


def test_rows_come_over_http_each_with_its_verdict(door: Door) -> None:
    bad = {**ONE, "score": 8}
    got = post(door, [ONE, bad, "no row", {**ONE, "scroe": 3, "at": "2026-01-06T10:00:00Z"}])
    assert got.status_code == 202
    body = got.get_json()
    assert (body["new"], body["known"]) == (1, 0)
    pointers = [one["pointer"] for one in body["rejected"]]
    assert pointers == ["/rows/1/score", "/rows/2", "/rows/3/scroe"]
    assert "did you mean 'score'" in body["rejected"][2]["detail"]
    assert post(door, [ONE]).get_json()["known"] == 1
    assert post(door, [{**ONE, "score": 2}]).get_json()["corrected"] == 1


def test_json_lines_come_over_http(door: Door) -> None:
    body = json.dumps(ONE) + "\n" + json.dumps({**ONE, "subject": "1002"}) + "\n\n"
    headers = {"Content-Type": "application/x-ndjson"}
    got = door.post("/v1/observations/survey", data=body, headers=headers)
    assert got.get_json()["new"] == 2


@pytest.mark.parametrize(
    ("rows", "status"), [([], 422), ("none", 422), ([{}], 422), ([ONE] * 1001, 422)]
)
def test_a_body_without_a_good_row_is_refused(door: Door, rows: object, status: int) -> None:
    got = post(door, rows)
    assert got.status_code == status
    assert got.get_json()["errors"]


def test_an_unknown_kind_is_not_found(door: Door) -> None:
    got = post(door, [ONE], "surveys")
    assert got.status_code == 404
    assert "survey" in got.get_json()["detail"]


def test_the_kinds_are_listed_over_http(door: Door) -> None:
    items = door.get("/v1/observations").get_json()["items"]
    assert {one["kind"] for one in items} == set(KINDS)
    assert all(one["rows"] for one in items)


def run(*words: str) -> Result:
    return CliRunner().invoke(build(), list(words))


def test_the_command_line_loads_lists_and_forgets(home: Path, tmp_path: Path) -> None:
    file, bad = tmp_path / "ces.csv", tmp_path / "bad.jsonl"
    file.write_text(HEADER + ROW)
    where = ("--home", str(home))
    done = run("load", "survey", str(file), *where, "--rejects", str(bad), "--json")
    assert json.loads(done.stdout)["new"] == 1
    assert "survey" in run("observations", *where).stdout
    gone = run("observations", "forget", "survey", "--before", "2026-01-01T00:00:00Z", *where)
    assert gone.exit_code == 0, gone.output
    kinds = json.loads(run("observations", *where, "--json").stdout)["items"]
    assert next(one for one in kinds if one["kind"] == "survey")["rows"] == 1


@pytest.mark.parametrize(
    "words",
    [
        ("load", "survey", "nowhere.csv"),
        ("observations", "forget", "surveys", "--before", "2026-01-01T00:00:00Z"),
        ("observations", "forget", "survey", "--before", "yesterday"),
        ("observations", "forget", "survey", "--before", "2199-01-01T00:00:00Z"),
    ],
)
def test_what_the_command_line_cannot_do_it_says_with_code_two(
    home: Path, words: tuple[str, ...], tmp_path: Path
) -> None:
    more = ("--rejects", str(tmp_path / "bad.jsonl")) if words[0] == "load" else ()
    assert run(*words, "--home", str(home), *more).exit_code == 2


def test_a_person_of_another_system_is_somebody_else(world: World, tmp_path: Path) -> None:
    loaded(world, tmp_path, HEADER + ROW)
    assert loaded(world, tmp_path, HEADER + ROW, mapped="system: hubspot\n").taken.new == 1
    first, second = this_year(world)
    assert first["subject"] != second["subject"]

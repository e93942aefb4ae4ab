"""`attune load`: files come in once, and what is bad in them goes to a file with its line."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from service.cli import build

SIGNALS = """\
{"id": "1", "posted_at": "2026-11-22T08:30:00Z", "text": "Train stuck for an hour"}
{"id": "2", "posted_at": "yesterday", "text": "Still stuck"}
{"id": "3", "posted_at": "2026-11-22T08:31:00Z", "text": "Train moves again"}
"""
CUSTOMERS = """\
customer id,full name,segment,vulnerable
7001,Ada Moor,segment/commuters,yes
7002,Bo Fen,segment/commuters,perhaps
7003,Cy Tarn,segment/commuters,no
"""
RECORDS = """\
{"type": "Segment", "id": "segment/night-staff", "properties": {"name": "Night staff"}}
{"type": "Regoin", "id": "region/us-nh", "properties": {"name": "New Hampshire"}}
nonsense
{"type": "Platform", "id": "platform/x", "properties": {"name": "X", "fallback": "platform/x"}}
"""


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATTUNE_LANGUAGE", "false")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a file of each sort, each with something bad in it."""
    (tmp_path / "posts.jsonl").write_text(SIGNALS)
    (tmp_path / "customers.csv").write_text(CUSTOMERS)
    (tmp_path / "records.jsonl").write_text(RECORDS)
    return tmp_path


def run(*words: object) -> Result:
    return CliRunner().invoke(build(), [str(word) for word in words])


def told(*words: object) -> Any:
    result = run(*words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def rejects(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.mark.parametrize(
    ("what", "name", "new", "lines"),
    [
        ("signals", "posts.jsonl", 2, [2]),
        ("crm", "customers.csv", 2, [3]),
        ("records", "records.jsonl", 1, [2, 3, 4]),
    ],
)
def test_loading_twice_changes_nothing_and_lists_the_same_rejects(
    home: Path, folder: Path, what: str, name: str, new: int, lines: list[int]
) -> None:
    words = ("load", what, folder / name, "--home", home, "--rejects", folder / "bad.jsonl")
    first = told(*words)
    assert (first["new"], first["known"]) == (new, 0)
    listed = rejects(folder / "bad.jsonl")
    assert sorted({row["line"] for row in listed}) == lines
    assert all(row["reason"] and row["value"] and row["example"] for row in listed)
    known = _events(home)
    again = told(*words)
    assert (again["new"], again["known"]) == (0, new)
    assert _events(home) == known
    assert rejects(folder / "bad.jsonl") == listed


def test_people_read_the_figures_in_one_line(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "customers.csv"
    file.write_text(CUSTOMERS)
    result = run("load", "crm", file, "--home", home, "--rejects", tmp_path / "bad.jsonl")
    assert "new 2, known 0, rejected 1" in result.stdout


def test_a_customer_of_the_file_is_known_by_the_systems_key(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "customers.csv"
    file.write_text(CUSTOMERS)
    told("load", "crm", file, "--home", home, "--rejects", tmp_path / "bad.jsonl")
    made = told("decide", "--home", home, "--customer", "zendesk:7001")
    assert made["unknown"] == []


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--feed", "feed/none"), "feed/none"),
        (("--platform", "platform/none"), "platform/none"),
        (("--feed", "listening"), "'listening' is no feed"),
    ],
)
def test_posts_of_an_unknown_feed_are_refused(
    home: Path, tmp_path: Path, more: tuple[str, str], said: str
) -> None:
    file = tmp_path / "posts.jsonl"
    file.write_text(SIGNALS)
    result = run("load", "signals", file, "--home", home, *more)
    assert result.exit_code == 2
    assert said in result.stderr


@pytest.mark.parametrize("what", ["signals", "crm", "records"])
def test_a_file_that_is_not_there_is_refused(home: Path, tmp_path: Path, what: str) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_text("the rejects of yesterday\n")
    missing = tmp_path / "customers-none.csv"
    result = run("load", what, missing, "--home", home, "--rejects", bad)
    assert result.exit_code == 2
    assert "customers-none.csv" in result.stderr


def _events(home: Path) -> list[tuple[str, str]]:
    from service.settings import Settings
    from service.world import World

    world = World.open(Settings(home=home, language=False))
    events = world.ledger.read(0, limit=100_000)
    world.close()
    refused = "refusal.recorded"  # each attempt that the gate refuses is one
    return [(one.id, one.type) for one in events if one.type != refused]

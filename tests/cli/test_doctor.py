"""`attune doctor`: whatever is broken is named, with what would mend it."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from service import bundle, checkup
from service.cli import build


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATTUNE_LANGUAGE", "false")


def run(*words: object) -> Result:
    return CliRunner().invoke(build(), [str(word) for word in words])


def unwell(home: Path) -> dict[str, str]:
    """What has to be mended, by check; the exit code says the same."""
    result = run("doctor", "--home", home, "--json")
    found: list[dict[str, Any]] = json.loads(result.stdout)
    bad = {row["check"]: row["found"] for row in found if not row["well"]}
    assert result.exit_code == (1 if bad else 0)
    return bad


def test_a_fresh_home_is_well(home: Path) -> None:
    assert unwell(home) == {}


def test_people_read_one_line_a_check(home: Path) -> None:
    lines = run("doctor", "--home", home).stdout.splitlines()
    assert all(line.startswith("well ") for line in lines)
    assert any("the tree verifies" in line for line in lines)


def test_a_home_that_is_not_there_is_told_how_to_make_one(tmp_path: Path) -> None:
    assert "attune init" in unwell(tmp_path / "nowhere")["home"]


@pytest.mark.parametrize("name", ["operator.key", "keys/master.key", "keys"])
def test_keys_that_others_can_read_are_found(home: Path, name: str) -> None:
    (home / name).chmod(0o755 if (home / name).is_dir() else 0o644)
    found = unwell(home)
    assert (home / name).name in found["keys"]
    assert "chmod" in found["keys"]


def test_a_ledger_that_was_tampered_with_is_found(home: Path) -> None:
    with closing(sqlite3.connect(home / "ledger.db")) as database, database:
        database.execute("update events set subject = 'team/mallory' where sequence = 5")
    found = unwell(home)
    assert "5" in found["ledger"]


def test_coefficients_that_were_tampered_with_are_found(home: Path) -> None:
    (file,) = (home / "coefficients").iterdir()
    file.write_bytes(b"others")
    assert "was altered" in unwell(home)["coefficients"]


def test_shapes_that_came_after_the_active_policy_are_found(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = {**bundle.packaged(), "ontology/shapes/later.ttl": b""}
    monkeypatch.setattr(checkup, "packaged", lambda: later)
    found = unwell(home)["law"]
    assert "ontology/shapes/later.ttl" in found
    assert "policy pull" in found


def test_a_segment_that_was_tampered_with_is_found(home: Path, tmp_path: Path) -> None:
    posts = tmp_path / "posts.jsonl"
    posts.write_text('{"id": "1", "posted_at": "2026-11-22T08:30:00Z", "text": "Stuck"}\n')
    loaded = run("load", "signals", posts, "--home", home, "--rejects", tmp_path / "bad.jsonl")
    assert loaded.exit_code == 0, loaded.output
    assert unwell(home) == {}
    (segment,) = (home / "segments").rglob("*.parquet")
    content = bytearray(segment.read_bytes())
    content[len(content) // 2] ^= 1
    segment.write_bytes(bytes(content))
    assert segment.name in unwell(home)["segments"]


def test_a_segment_that_is_gone_is_found(home: Path, tmp_path: Path) -> None:
    posts = tmp_path / "posts.jsonl"
    posts.write_text('{"id": "1", "posted_at": "2026-11-22T08:30:00Z", "text": "Stuck"}\n')
    run("load", "signals", posts, "--home", home, "--rejects", tmp_path / "bad.jsonl")
    (segment,) = (home / "segments").rglob("*.parquet")
    segment.unlink()
    assert segment.name in unwell(home)["segments"]


def test_a_master_key_that_is_gone_is_found_and_no_new_one_is_made(home: Path) -> None:
    (home / "keys" / "master.key").unlink()
    assert unwell(home)
    assert not (home / "keys" / "master.key").exists()

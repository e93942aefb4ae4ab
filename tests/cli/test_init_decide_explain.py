"""`attune init`, `decide` and `explain`: from nothing to a recorded decision with its reasons."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from service.cli import build


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATTUNE_LANGUAGE", "false")
    monkeypatch.delenv("ATTUNE_URL", raising=False)


def run(*words: object) -> Result:
    return CliRunner().invoke(build(), [str(word) for word in words])


def told(*words: object) -> Any:
    result = run(*words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_init_founds_a_home_and_again_changes_nothing(tmp_path: Path) -> None:
    home = tmp_path / "new" / "home"
    first = told("init", "--home", home)
    assert (first["key_made"], first["records_added"]) == (True, 0)
    key = (home / "operator.key").read_bytes()
    head = told("ledger", "head", "--home", home)
    again = told("init", "--home", home)
    assert (again["key_made"], again["policy"]) == (False, first["policy"])
    assert (home / "operator.key").read_bytes() == key
    assert told("ledger", "head", "--home", home) == head


def test_init_of_the_sample_into_a_home_that_has_it_adds_nothing(home: Path) -> None:
    again = told("init", "--sample", "--home", home)
    assert (again["records_added"], again["key_made"]) == (0, False)


def test_keys_and_master_key_are_for_their_owner_only(tmp_path: Path) -> None:
    home = tmp_path / "home"
    run("init", "--home", home)
    for path in (home / "operator.key", home / "keys" / "master.key", home / "keys"):
        assert not stat.S_IMODE(path.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO), path


def test_a_decision_is_made_recorded_and_explained(home: Path) -> None:
    made = told(
        *("decide", "--home", home, "--incident", "incident/2013-ny-train"),
        *("--customer", "zendesk:1002", "--facts", '{"request": {"kind": "reply"}}'),
    )
    assert made["decision"]["routes"]
    assert made["unknown"] == []
    reasons = told("explain", made["id"], "--home", home)
    assert reasons["id"] == made["id"]
    text = run("explain", made["id"], "--home", home).stdout
    fired = {firing["rule"] for firing in made["decision"]["firings"]}
    assert fired
    assert all(rule in text for rule in fired)


def test_people_read_tier_and_team(home: Path) -> None:
    result = run("decide", "--home", home, "--incident", "incident/2013-ny-train")
    assert "escalate to   specialist" in result.stdout
    assert "who answers   team/" in result.stdout


def test_what_is_unknown_is_listed_and_no_error(home: Path) -> None:
    made = told("decide", "--home", home, "--customer", "zendesk:none-such")
    assert made["unknown"] == ["customer zendesk:none-such"]


def test_a_decision_made_again_is_the_same_to_the_byte(home: Path) -> None:
    made = told("decide", "--home", home, "--incident", "incident/2013-ny-train")
    again = run("replay", "decision", made["id"], "--home", home)
    assert (again.exit_code, again.stdout.strip()) == (0, "identical")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("decide", "--facts", "{"), "is no JSON"),
        (("decide", "--facts", '{"spread": {"window": "week"}}'), "window"),
        (("decide", "--incident", "team/legal"), "is no incident"),
        (("decide", "--incident", "nonsense"), "incident"),
        (("decide", "--url", "http://127.0.0.1:9"), "does not answer"),
        (("explain", "decision/none"), "decision/01jd3v5k8xq2"),
        (("replay", "decision", "decision/none"), "decision/01jd3v5k8xq2"),
    ],
)
def test_what_can_not_be_asked_ends_with_2_and_a_valid_one(
    home: Path, words: tuple[str, ...], said: str
) -> None:
    more = () if "--url" in words else ("--home", str(home))
    result = run(*words, *more)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr


@pytest.mark.parametrize("words", [("decide",), ("explain", "decision/x"), ("keys", "list")])
def test_a_home_that_is_not_there_is_named_with_its_cure(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    result = run(*words, "--home", tmp_path / "nowhere")
    assert result.exit_code == 2
    assert "nowhere" in result.stderr
    assert "attune init" in result.stderr


def test_settings_that_do_not_hold_are_refused_with_the_variable(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATTUNE_PORT", "many")
    result = run("decide", "--home", home)
    assert result.exit_code == 2
    assert "ATTUNE_PORT" in result.stderr
    assert "many" in result.stderr


def test_the_queue_has_what_was_decided_with_the_number_of_similar_cases(home: Path) -> None:
    made = told("decide", "--home", home, "--incident", "incident/2013-ny-train")
    assert made["similar"] == {"count": 0, "or_more": False}
    items = told("queue", "--home", home, "--kind", "decision", "--limit", "200")["items"]
    (mine,) = [one for one in items if one["thing"] == made["id"]]
    assert mine["similar"] == made["similar"]
    lines = run("queue", "--home", home, "--kind", "decision", "--limit", "200").stdout
    assert f"{made['id']}  proposed" in lines
    assert "0 similar cases" in lines


def test_a_queue_of_no_kind_is_refused_with_those_there_are(home: Path) -> None:
    result = run("queue", "--home", home, "--kind", "quarrel")
    assert result.exit_code == 2
    assert "'quarrel'" in result.stderr
    assert "decision" in result.stderr

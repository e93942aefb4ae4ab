"""`attune rules diff` and `attune policy diff`, `blame` and `log`, as their users have them."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from service.bundle import packaged
from service.cli.policy import app as policy
from service.cli.rules import app as rules
from service.working_copy import act_on, pull_into, push_from
from tests.conftest import Door
from tests.service.test_policies import second
from tests.service.test_working_copy import BOOK, url

__all__ = ["second", "url"]

RUN = CliRunner()
THRESHOLD = ("excess: at least 10, volume", "excess: at least 15, volume")
REWORD = ("A candidate is looked at", "Somebody looks at it")


def folder(path: Path, *changes: tuple[str, str]) -> Path:
    """The shipped policy in a folder, some words of its escalation changed."""
    for name, content in packaged().items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)
    for before, after in changes:
        text = (path / BOOK).read_text("utf-8")
        assert before in text
        (path / BOOK).write_text(text.replace(before, after, 1), "utf-8")
    return path


def test_two_folders_that_decide_otherwise_exit_with_one_and_show_facts(tmp_path: Path) -> None:
    found = RUN.invoke(rules, ["diff", "shipped", str(folder(tmp_path, THRESHOLD))])
    assert found.exit_code == 1
    assert "where spread {excess: [10..15)" in found.stdout
    assert "tier: executive → crisis-team" in found.stdout


def test_folders_that_decide_the_same_exit_with_zero_and_give_a_note(tmp_path: Path) -> None:
    changed = str(folder(tmp_path, REWORD))
    found = RUN.invoke(rules, ["diff", "shipped", changed, "--format", "markdown"])
    assert found.exit_code == 0
    assert found.stdout.startswith("### Policy ")
    assert "- `suspected-incident`: reworded" in found.stdout


def test_a_comparison_as_json_is_one_object(tmp_path: Path) -> None:
    changed = str(folder(tmp_path, THRESHOLD))
    told = json.loads(RUN.invoke(rules, ["diff", "shipped", changed, "--format", "json"]).stdout)
    assert told["version"]["level"] == "major"
    assert told["changes"][0]["regions"][0]["example"]["facts"]


@pytest.mark.parametrize("bad", ["nowhere", "/dev/null", "é" * 300])
def test_what_is_no_folder_is_refused(bad: str) -> None:
    assert RUN.invoke(rules, ["diff", "shipped", bad]).exit_code == 2


def test_a_broken_book_is_refused_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("book: [\n", "utf-8")
    found = RUN.invoke(rules, ["diff", "shipped", str(tmp_path / "a.yaml")])
    assert found.exit_code == 2
    assert "a.yaml:" in found.output


def test_a_service_compares_a_proposal_tells_its_history_and_whom_to_ask(
    url: str, door: Door, second: Door, tmp_path: Path
) -> None:
    pull_into(tmp_path, url, door.key, None)
    text = (tmp_path / BOOK).read_text("utf-8").replace(*REWORD, 1)
    (tmp_path / BOOK).write_text(text, "utf-8")
    service = ["--url", url, "--key", door.key]
    same = RUN.invoke(policy, ["diff", str(tmp_path), *service])
    assert (same.exit_code, "1 reworded" in same.stdout) == (0, True)
    proposal = push_from(tmp_path, url, door.key, "It reads better.")["id"]
    assert RUN.invoke(policy, ["diff", proposal, *service]).stdout == same.stdout
    assert RUN.invoke(policy, ["diff", "policy-proposal/none", *service]).exit_code == 2
    act_on(url, second.key, proposal, "approve", {})
    act_on(url, door.key, proposal, "activate", {})
    told = RUN.invoke(policy, ["blame", "suspected-incident", *service]).stdout
    assert "reworded in" in told
    assert "It reads better." in told
    assert "approved by person/second" in told
    log = RUN.invoke(policy, ["log", *service]).stdout
    assert "1 reworded" in log
    assert f"activate {proposal}" in log
    assert RUN.invoke(policy, ["blame", "nothing", *service]).exit_code == 2

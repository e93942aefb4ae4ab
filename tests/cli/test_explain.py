"""`attune explain`: why not, what would change, a picture, in the words that HTTP has for them."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from service.cli import build
from tests.conftest import Door

CALM = {
    "facts": {
        "spread": [
            {
                "window": "PT1H",
                "volume": 30,
                "baseline": 10.0,
                "excess": 3.0,
                "confidence": "likely",
                "judged_share": 1.0,
            }
        ]
    },
    "incident": "incident/2013-ny-train",
}


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATTUNE_LANGUAGE", "false")


@pytest.fixture
def made(door: Door) -> Any:
    return door.post("/v1/decisions", CALM).get_json()


def explain(home: Path, *words: object) -> Result:
    return CliRunner().invoke(build(), ["explain", *map(str, words), "--home", str(home)])


def test_a_rule_says_why_it_stayed_quiet_in_the_words_of_http(
    home: Path, door: Door, made: Any
) -> None:
    path = f"{made['links']['self']}/why-not?rule=tenfold-surge"
    wanted = door.get(path).get_json()
    shown = explain(home, made["id"], "--why-not", "tenfold-surge")
    assert (shown.exit_code, shown.stdout.strip()) == (0, wanted["text"])
    assert "spread.excess is 3.0, asked: at least 10; it would hold from 10.0" in shown.stdout
    told = explain(home, made["id"], "--why-not", "tenfold-surge", "--json")
    assert json.loads(told.stdout) == wanted


def test_a_rule_that_fired_says_that_it_did(home: Path, made: Any) -> None:
    rule = made["decision"]["firings"][0]["rule"]
    assert explain(home, made["id"], "--why-not", rule).stdout == f"{rule} fires.\n"


@pytest.mark.parametrize("of", ["tier", "routes"])
def test_what_would_change_is_told_in_the_words_of_http(
    home: Path, door: Door, made: Any, of: str
) -> None:
    wanted = door.get(f"{made['links']['self']}/counterfactuals?of={of}").get_json()
    assert wanted["items"]
    shown = explain(home, made["id"], "--what-would-change", "--of", of)
    assert shown.stdout.splitlines() == [item["text"] for item in wanted["items"]]
    told = explain(home, made["id"], "--what-would-change", "--of", of, "--json")
    assert json.loads(told.stdout) == wanted


def test_the_picture_is_that_of_http(home: Path, door: Door, made: Any, tmp_path: Path) -> None:
    path = tmp_path / "why.svg"
    shown = explain(home, made["id"], "--picture", path)
    assert shown.exit_code == 0
    assert shown.stdout.startswith(f"{path}: ")
    assert path.read_bytes() == door.get(f"{made['links']['self']}/picture").get_data()
    told = json.loads(explain(home, made["id"], "--picture", path, "--json").stdout)
    assert (told["id"], told["picture"]) == (made["id"], str(path))


def test_without_a_question_it_says_why_as_http_does(home: Path, door: Door, made: Any) -> None:
    wanted = door.get(made["links"]["explanation"]).get_json()
    assert explain(home, made["id"]).stdout.strip() == wanted["text"].strip()
    assert json.loads(explain(home, made["id"], "--json").stdout) == wanted


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--why-not", "tenfold-surg"), "'tenfold-surge'"),
        (("--why-not", ""), "has no rule ''"),
        (("--picture", "no/such/folder/why.svg"), "cannot be written: No such file or directory"),
        (("--picture", "."), "cannot be written: Is a directory"),
        (("--what-would-change", "--of", "mood"), "mood"),
        (("--what-would-change", "--why-not", "surge"), "one thing at a time"),
    ],
)
def test_what_can_not_be_asked_ends_with_2_and_the_cure(
    home: Path, made: Any, words: tuple[str, ...], said: str
) -> None:
    answer = explain(home, made["id"], *words)
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert said in answer.stderr


def test_a_decision_that_is_none_is_named_whatever_is_asked(home: Path, tmp_path: Path) -> None:
    asked = (("--why-not", "surge"), ("--what-would-change",), ("--picture", tmp_path / "x.svg"))
    for words in asked:
        answer = explain(home, "decision/none", *words)
        assert answer.exit_code == 2
        assert "decision/01jd3v5k8xq2" in answer.stderr
    assert not (tmp_path / "x.svg").exists()

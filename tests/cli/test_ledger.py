import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from knowledge import merkle
from knowledge.ledger import Ledger
from knowledge.sealing import KeyStore
from ontology.events import Draft
from ontology.identity import ThingId
from service.cli.ledger import app

ANN = ThingId("customer/ann")
AT = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A home whose ledger has three events about Ann."""
    drafts = [
        Draft(
            id=f"event/{number}",
            type="record.put",
            subject=ANN,
            actor=ThingId("person/ada"),
            occurred_at=AT,
            data={"personal": {"displayName": "Ann Lee"}},
            personal={"personal": ANN},
        )
        for number in range(3)
    ]
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    with (
        closing(KeyStore.open(tmp_path / "keys")) as keys,
        closing(Ledger.open(url, keys=keys, now=lambda: AT)) as ledger,
    ):
        ledger.append(drafts)
        yield tmp_path


def run(home: Path, *words: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, [*words, "--home", str(home)])
    assert result.exit_code == code, result.output
    return result.output


def told(home: Path, *words: str, code: int = 0) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(run(home, *words, "--json", code=code))
    return answer


def test_a_sound_ledger_verifies(home: Path) -> None:
    assert "everything verifies" in run(home, "verify")
    assert told(home, "verify")["ok"] is True


def test_a_head_kept_elsewhere_must_still_hold(home: Path) -> None:
    head = told(home, "head")
    assert told(home, "verify", "--against", f"2:{head['root']}", code=1)["ok"] is False
    assert told(home, "verify", "--against", f"3:{head['root']}")["ok"] is True
    assert "the head kept elsewhere 9" in run(home, "verify", "--against", "9:00", code=1)
    assert "<size>:<root>" in run(home, "verify", "--against", "nonsense", code=2)


def test_a_proof_holds_without_the_ledger(home: Path) -> None:
    proof = told(home, "proof", "event/1")
    leaf = merkle.leaf_hash(proof["entry"].encode())
    path = [bytes.fromhex(node) for node in proof["path"]]
    root = bytes.fromhex(proof["root"])
    assert merkle.includes(leaf, proof["sequence"] - 1, proof["size"], path, root)


def test_an_event_shows_by_sequence_and_by_id(home: Path) -> None:
    assert told(home, "show", "2") == told(home, "show", "event/1")
    assert "Ann Lee" in run(home, "show", "2")


def test_a_person_is_erased_and_the_ledger_still_verifies(home: Path) -> None:
    words = ("erase", ANN, "--actor", "person/ada", "--reason", "asked", "--yes")
    assert told(home, *words)["sequence"] == 4
    assert told(home, "show", "1")["erased"] == ["personal"]
    assert told(home, "verify")["ok"] is True


def test_a_held_person_is_not_erased(home: Path) -> None:
    with closing(KeyStore.open(home / "keys")) as keys:
        keys.hold(ANN, "case 12")
    words = ("erase", ANN, "--actor", "person/ada", "--reason", "asked", "--yes")
    assert "legal hold for case 12" in run(home, *words, code=2)


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (("show", "99"), "1 to 3"),
        (("show", "event/none"), "event/none"),
        (("proof", "1", "--size", "9"), "3 events, not 9"),
        (("erase", "ann", "--actor", "person/a", "--reason", "r", "--yes"), "<kind>/<name>"),
    ],
)
def test_bad_input_ends_with_code_2_and_a_valid_example(
    home: Path, words: tuple[str, ...], wanted: str
) -> None:
    assert wanted in run(home, *words, code=2)


def test_a_folder_that_is_no_home_is_refused_and_left_empty(tmp_path: Path) -> None:
    assert "attune init" in run(tmp_path / "nothing", "head", code=2)
    assert not (tmp_path / "nothing").exists()

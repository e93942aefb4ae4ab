"""`attune keys`: create, list, rotate, revoke; the text of a key is printed once."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from service.cli.keys import app
from service.security import authorise
from service.settings import Settings
from service.world import World


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without anything in it."""
    monkeypatch.setenv("ATTUNE_LANGUAGE", "false")
    World.open(Settings(home=tmp_path / "home"), create=True).close()
    return tmp_path / "home"


def run(home: Path, *words: str) -> Any:
    return CliRunner().invoke(app, [*words, "--home", str(home)])


def told(home: Path, *words: str) -> Any:
    result = run(home, *words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


ADA = ("create", "--holder", "person/ada", "--role", "responder", "--role", "admin")


def opens(home: Path, text: str, endpoint: str) -> str:
    world = World.open(Settings(home=home))
    try:
        now = world.clock.now()
        return authorise(world.keyring(), f"Bearer {text}", endpoint, now).holder
    finally:
        world.close()


def test_a_created_key_opens_what_its_roles_allow(empty: Path) -> None:
    made = told(empty, *ADA)
    assert (made["holder"], made["roles"]) == ("person/ada", ["admin", "responder"])
    assert opens(empty, made["key"], "webhooks.create") == "person/ada"


def test_people_read_the_key_on_a_line_of_its_own(empty: Path) -> None:
    result = run(empty, *ADA)
    assert result.stdout.splitlines()[1].startswith("attune_")
    assert "Keep it now" in result.stderr


def test_the_list_shows_keys_without_their_texts(empty: Path) -> None:
    made = told(empty, *ADA, "--scope", "read:*", "--expires", "2100-01-01T00:00:00Z")
    secret = made.pop("key")
    assert told(empty, "list") == [made]
    plain = run(empty, "list").stdout
    assert made["id"] in plain
    assert secret not in plain


def test_a_rotated_key_is_the_other_of_its_pair(empty: Path) -> None:
    first = told(empty, *ADA)
    second = told(empty, "rotate", first["id"])
    assert (second["pair"], second["line"], second["roles"]) == ("b", first["id"], first["roles"])
    assert second["key"] != first["key"]
    assert len(told(empty, "list")) == 2


def test_a_revoked_key_is_listed_only_when_asked_for(empty: Path) -> None:
    made = told(empty, *ADA)
    assert told(empty, "revoke", made["id"], "--reason", "lost")["revoked"]
    assert told(empty, "list") == []
    assert [key["id"] for key in told(empty, "list", "--all")] == [made["id"]]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("create", "--holder", "ada", "--role", "admin"), "'ada' is no id"),
        (("create", "--holder", "team/legal", "--role", "admin"), "write person/ada"),
        (("create", "--holder", "person/ada", "--role", "king"), "'king' is no role"),
        ((*ADA, "--scope", "all"), "'all' is no scope"),
        ((*ADA, "--expires", "tomorrow"), "'tomorrow' is no time"),
        ((*ADA, "--expires", "2001-01-01T00:00:00Z"), "is not after"),
        ((*ADA, "--actor", "me"), "'me' is no id"),
        (("rotate", "key/none"), "no live key 'key/none'"),
        (("revoke", "key/none"), "no live key 'key/none'"),
        (("create", "--role", "admin"), "--holder"),
    ],
)
def test_bad_input_ends_with_exit_code_2_and_a_reason(
    empty: Path, words: tuple[str, ...], message: str
) -> None:
    result = run(empty, *words)
    assert result.exit_code == 2
    assert message in result.stderr


def test_a_folder_that_is_no_home_is_refused(tmp_path: Path) -> None:
    result = run(tmp_path / "nowhere", "list")
    assert result.exit_code == 2
    assert "attune init" in result.stderr

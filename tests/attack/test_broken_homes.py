"""A home that can't be used is refused in words, by commands and by the service alike."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from service.cli import build
from service.settings import Settings

Spoil = Callable[[Path], object]


def _run(home: Path, *command: str, **more: str) -> Result:
    said = {"ATTUNE_HOME": str(home), "ATTUNE_LANGUAGE": "false"} | more
    return CliRunner().invoke(build(), command, env=said)


def _lose_master(home: Path) -> None:
    (home / "keys" / "master.key").unlink()


def _open_master(home: Path) -> None:
    (home / "keys" / "master.key").chmod(0o644)


def _cut_master(home: Path) -> None:
    path = home / "keys" / "master.key"
    path.write_bytes(path.read_bytes()[:10])


def _lose_keys(home: Path) -> None:
    for path in (home / "keys").glob("keys.db*"):
        path.unlink()


def _spoil_ledger(home: Path) -> None:
    for path in home.glob("ledger.db*"):
        path.unlink()
    (home / "ledger.db").write_bytes(os.urandom(100_000))


@pytest.mark.parametrize(
    ("spoil", "word"),
    [
        (_lose_master, "master.key is missing"),
        (_open_master, "chmod 600"),
        (_cut_master, "64 hex digits"),
        (_lose_keys, "key store"),
        (_spoil_ledger, "file is not a database"),
    ],
)
def test_a_spoilt_home_is_refused_in_words(home: Path, spoil: Spoil, word: str) -> None:
    spoil(home)
    for command in (("decide",), ("init",)):
        ended = _run(home, *command)
        assert ended.exit_code == 2
        assert word in ended.stderr


@pytest.mark.parametrize("spoil", [_lose_master, _open_master, _spoil_ledger])
def test_the_service_does_not_start_on_a_spoilt_home(home: Path, spoil: Spoil) -> None:
    spoil(home)
    ended = _run(home, "serve", "--port", "18997")
    assert ended.exit_code == 2


@pytest.mark.parametrize(
    "url", ["nonsense", "mysql://a/b", "sqlite://", "postgresql://u:hunter2@127.0.0.1:1/x"]
)
def test_a_database_that_cannot_be_is_refused_without_its_password(home: Path, url: str) -> None:
    ended = _run(home, "decide", ATTUNE_DATABASE=url)
    assert ended.exit_code == 2
    assert "hunter2" not in ended.stderr + ended.stdout


def test_an_empty_ledger_is_not_served(home: Path) -> None:
    for path in home.glob("ledger.db*"):
        path.unlink()
    ended = _run(home, "serve", "--port", "18997")
    assert ended.exit_code == 2
    assert "empty" in ended.stderr


@pytest.mark.parametrize("folder", ["/dev/null", "/proc/attune"])
def test_a_home_that_cannot_be_made_is_refused(folder: str) -> None:
    ended = _run(Path(folder), "init")
    assert ended.exit_code == 2


@pytest.mark.parametrize(
    "text", ["10.0.0.0/8, hooks.internal", '["10.0.0.0/8", "hooks.internal"]']
)
def test_allowed_networks_are_written_with_commas_or_as_json(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATTUNE_WEBHOOK_ALLOW", text)
    assert Settings().webhook_allow == ("10.0.0.0/8", "hooks.internal")

"""What is logged helps whoever is on call, and tells nothing that a caller said."""

import logging
import os
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from service import desk
from service.logs import install, logger, told
from service.world import World
from tests.conftest import Door

SECRET = "ada@mail.example lost her son"  # noqa: S105 - a customer's words


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_world: World, request: Any, *_: Any, **__: Any) -> None:
        words = request.text
        raise ValueError(f"{words!r} has no meaning")

    monkeypatch.setattr(desk, "ask", fail)


@pytest.mark.usefixtures("broken")
def test_an_unforeseen_failure_is_one_line_without_words_or_keys(
    open_world: Callable[..., World], capfd: pytest.CaptureFixture[str]
) -> None:
    from service.app import create

    world = open_world()
    key = world.settings.operator_key.read_text().strip()
    door = Door(http=create(world.settings, world=world).test_client(), key=key)
    answer = door.post("/v1/decisions", {"text": SECRET})
    assert answer.status_code == 500
    written = capfd.readouterr()
    assert SECRET not in written.err + written.out + answer.get_data(as_text=True)
    assert key not in written.err + written.out
    (line,) = [orjson.loads(one) for one in written.err.splitlines() if "unforeseen" in one]
    assert line["request_id"] == answer.headers["X-Request-Id"]
    assert line["error"][0] == "ValueError"
    assert any("test_logs.py" in where for where in line["error"])


def test_no_value_begins_another_line(capfd: pytest.CaptureFixture[str]) -> None:
    logger().warning("tier not raised", why='x\n{"event": "all is well"}\x1b[2J\u2028')
    lines = capfd.readouterr().err.splitlines()
    assert len(lines) == 1
    assert orjson.loads(lines[0])["why"].startswith("x\n")


def test_a_value_of_any_kind_and_length_is_logged_short(
    capfd: pytest.CaptureFixture[str],
) -> None:
    logger().error("odd", long="x" * 100_000, lone="\ud800", thing=object(), huge=10**30)
    (line,) = capfd.readouterr().err.splitlines()
    assert len(line) < 2_000


def test_what_flask_and_libraries_log_quotes_no_values(capfd: pytest.CaptureFixture[str]) -> None:
    logging.getLogger().handlers.clear()
    install()
    try:
        int(SECRET)
    except ValueError:
        logging.getLogger("flask").exception("Exception on /v1/decisions")
    logging.getLogger().handlers.clear()
    assert SECRET not in capfd.readouterr().err


def test_a_failure_tells_its_causes() -> None:
    try:
        _full()
    except ValueError as failure:
        lines = told(failure)
    assert lines[0] == "ValueError"
    assert any("Not a directory" in line for line in lines)


def _full() -> None:
    try:
        os.open("/dev/full/nothing", os.O_RDONLY)
    except OSError as error:
        raise ValueError(SECRET) from error

"""The connector that users copy: it takes what attune signed, posts once, and reads back."""

import json
import shutil
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from docs.example_connector import Connector, Website, digest, listening, signed
from service.placements import digest_of

SECRET = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
BODY = '{"text": "Züge stehen."}'


class Deaf(Connector):
    """One whose receipts are kept instead of sent, and that is told whether they were heard."""

    def __init__(self, folder: Path) -> None:
        self.told: list[dict[str, Any]] = []
        self.status = 201
        site = Website(folder / "pages", "https://www.example.org")
        super().__init__(folder / "memory.db", site, "http://127.0.0.1:1", "connector/x", "key")

    def _call(self, method: str, path: str, body: object = None) -> tuple[int, dict[str, Any]]:
        assert isinstance(body, dict), (method, path)
        self.told.append(body)
        return self.status, {}


@pytest.fixture
def connector(tmp_path: Path) -> Deaf:
    return Deaf(tmp_path)


def asked(do: str = "post", attempt: int = 1, **more: Any) -> dict[str, Any]:
    work = {"placement": "placement/a", "do": do, "attempt": attempt}
    return work | ({"text": "Trains stand <still>."} if do == "post" else {}) | more


def pages(folder: Path) -> list[str]:
    return [page.read_text("utf-8") for page in (folder / "pages").iterdir()]


def headers(body: str = BODY, *, at: datetime = NOW, secret: str = SECRET) -> dict[str, str]:
    """As the library of Standard Webhooks signs."""
    return {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign("msg_1", at, body),
    }


def test_what_the_library_signs_is_taken() -> None:
    assert signed(SECRET, headers(), BODY.encode(), NOW.timestamp())


def test_one_good_signature_of_several_is_enough() -> None:
    given = headers()
    given["webhook-signature"] = f"v1,bm9uZQ== {given['webhook-signature']} v1a,x"
    assert signed(SECRET, given, BODY.encode(), NOW.timestamp())


@pytest.mark.parametrize(
    "spoilt",
    [
        {},
        headers("{}"),
        headers(secret="whsec_" + "A" * 32),
        headers(at=NOW - timedelta(minutes=6)),
        headers(at=NOW + timedelta(minutes=6)),
        headers() | {"webhook-timestamp": "soon"},
        headers() | {"webhook-timestamp": "²"},
        headers() | {"webhook-id": "msg_2"},
        headers() | {"webhook-signature": ""},
        headers() | {"webhook-signature": "v1,\udcff é"},
        headers() | {"webhook-signature": headers()["webhook-signature"].replace("v1", "v2")},
    ],
)
def test_what_attune_did_not_sign_just_now_is_not_taken(spoilt: dict[str, str]) -> None:
    assert not signed(SECRET, spoilt, BODY.encode(), NOW.timestamp())


def test_what_is_asked_twice_is_posted_once_and_told_twice(
    connector: Deaf, tmp_path: Path
) -> None:
    for attempt in (1, 1, 2):
        connector.take(asked(attempt=attempt))
        connector.step()
    assert len(pages(tmp_path)) == 1
    assert [one["outcome"] for one in connector.told] == ["posted"] * 3
    assert len({one["at"] for one in connector.told}) == 1


def test_what_nobody_heard_is_told_again_after_a_start(connector: Deaf, tmp_path: Path) -> None:
    connector.take(asked())
    connector.status = 0
    connector.step()
    again = Deaf(tmp_path)
    again.step()
    assert again.told == connector.told
    again.step()
    assert len(again.told) == 1


def test_what_is_refused_for_good_is_not_told_for_ever(connector: Deaf) -> None:
    connector.take(asked())
    connector.status = 422
    connector.step()
    connector.step()
    assert len(connector.told) == 1


def test_the_digest_is_of_the_words_that_stand_on_the_page(connector: Deaf) -> None:
    connector.take(asked(subject="News", text="Trains stand\r\n<still> & wait."))
    connector.step()
    assert connector.told[0]["digest"] == digest_of("News\nTrains stand <still> & wait.")


def test_what_was_taken_down_is_gone_and_never_posted_again(
    connector: Deaf, tmp_path: Path
) -> None:
    for work in (asked(), asked("take-down", 2)):
        connector.take(work)
        connector.step()
    assert pages(tmp_path) == []
    connector.take(asked(attempt=3))
    connector.step()
    assert pages(tmp_path) == []


def test_what_is_taken_down_before_it_was_posted_is_never_posted(
    connector: Deaf, tmp_path: Path
) -> None:
    connector.take(asked("take-down", 2))
    connector.take(asked())
    connector.step()
    assert pages(tmp_path) == []
    assert [one["outcome"] for one in connector.told] == ["taken-down"]


def test_words_to_one_person_fail_for_good(connector: Deaf) -> None:
    work = asked()
    del work["text"]
    connector.take(work)
    connector.step()
    assert (connector.told[0]["outcome"], connector.told[0]["retryable"]) == ("failed", False)


def test_a_channel_that_fails_is_told_and_posted_to_when_it_is_back(
    connector: Deaf, tmp_path: Path
) -> None:
    shutil.rmtree(tmp_path / "pages")
    connector.take(asked())
    connector.step()
    assert (connector.told[0]["outcome"], connector.told[0]["retryable"]) == ("failed", True)
    (tmp_path / "pages").mkdir()
    connector.take(asked(attempt=2))
    connector.step()
    assert connector.told[1]["outcome"] == "posted"


@pytest.fixture
def door(connector: Deaf) -> Iterator[str]:
    server = listening(connector, SECRET, 0)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    thread.join()
    server.server_close()


def test_its_door_takes_what_is_signed_and_refuses_the_rest(door: str, connector: Deaf) -> None:
    body, now = json.dumps({"data": {"data": asked()}}), datetime.now(UTC)  # noqa: TID251 - the door reads the machine's clock
    right = {name.title(): value for name, value in headers(body, at=now).items()}
    assert httpx.post(door, content=body).status_code == 401
    assert httpx.post(door, content=body + " ", headers=right).status_code == 401
    assert httpx.post(door, content=iter([b"x"]), headers=right).status_code == 413
    assert httpx.post(door, content=body, headers=right).status_code == 204
    connector.step()
    assert len(connector.told) == 1


@given(st.text())
def test_it_reckons_digests_as_attune_does(words: str) -> None:
    assert digest(words) == digest_of(words)

"""What strangers and careless partners send to the intake leaves nothing and tells nothing."""

import json
import shutil
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service import signatures
from service.app import DEEPEST
from service.clock import LiveClock
from service.signatures import Unsigned
from tests.signing import BATCH, SINGLE, Partner, sending, signed

QUICK_S = 5.0


@pytest.fixture(scope="module")
def partner(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Partner]:
    home = shutil.copytree(founded, tmp_path_factory.mktemp("door") / "home")
    with sending(home) as one:
        yield one


def told(answer: Any) -> tuple[int, dict[str, Any]]:
    """Status and problem, but for the id of the request."""
    problem = answer.get_json()
    problem.pop("instance")
    return answer.status_code, problem


def head(partner: Partner) -> int:
    return partner.world.ledger.head()


STRANGERS: dict[str, dict[str, Any]] = {
    "another secret": {"secrets": ("whsec_" + "A" * 43 + "=",)},
    "no signature": {"headers": {"webhook-signature": ""}},
    "a signature of another version": {"headers": {"webhook-signature": "v2,AAAA"}},
    "a signature that is no base64": {"headers": {"webhook-signature": "v1,é!!"}},
    "ten thousand signatures": {"headers": {"webhook-signature": "v1,AAAA " * 10_000}},
    "too old": {"off": timedelta(minutes=-5, seconds=-2)},
    "from the future": {"off": timedelta(minutes=5, seconds=2)},
    "no time": {"headers": {"webhook-timestamp": ""}},
    "a time of nan": {"headers": {"webhook-timestamp": "nan"}},
    "a time beyond all": {"headers": {"webhook-timestamp": "9" * 40}},
    "a time before all": {"headers": {"webhook-timestamp": "-1"}},
    "an id that moves the borders": {"name": "msg.1"},
    "no id": {"headers": {"webhook-id": ""}},
    "a long id": {"name": "m" * 201},
    "an unknown partner": {"path": "/v1/intake/nobody-we-know"},
    "a partner that can't be": {"path": "/v1/intake/%F0%9F%98%A1"},
    "a partner without an agreement": {"path": "/v1/intake/zendesk"},
}


@pytest.mark.parametrize("how", STRANGERS.values(), ids=STRANGERS)
def test_every_stranger_gets_the_same_answer_and_leaves_nothing(
    partner: Partner, how: dict[str, Any]
) -> None:
    before = head(partner)
    reference = told(partner.send(partner.post("x1"), secrets=("whsec_" + "B" * 43 + "=",)))
    assert reference[0] == 401
    assert told(partner.send(partner.post("x1"), **how)) == reference
    assert head(partner) == before


def test_a_message_within_the_window_is_taken_on_both_sides(partner: Partner) -> None:
    for number, minutes in enumerate((-4.9, 4.9)):
        answer = partner.send(partner.post(f"w{number}"), off=timedelta(minutes=minutes))
        assert answer.status_code == 202


def test_a_message_that_is_replayed_changes_nothing(partner: Partner) -> None:
    row = partner.post("r1")
    assert partner.send(row, name="seen").status_code == 202
    before = head(partner)
    for _ in range(3):
        assert partner.send(row, name="seen").status_code == 202
    assert head(partner) == before


def test_a_body_that_was_changed_on_the_way_is_not_believed(partner: Partner) -> None:
    now = partner.world.clock.now()
    body = json.dumps(partner.post("t1")).encode()
    name, _ = signatures.verified(headers(partner, body), body, [partner.secret], now)
    assert name == "msg-t"
    with pytest.raises(Unsigned):
        signatures.verified(headers(partner, body), body + b" ", [partner.secret], now)


def headers(partner: Partner, body: bytes) -> dict[str, str]:
    return signed(body, partner.world.clock.now(), partner.secret, name="msg-t")[1]


def nested(levels: int) -> bytes:
    return b'{"data":' + b"[" * levels + b"]" * levels + b"}"


BOMBS: dict[str, tuple[bytes, str, set[int]]] = {
    "deep": (nested(DEEPEST), SINGLE, {400}),
    "very deep": (nested(100_000), SINGLE, {400}),
    "many events": (json.dumps([{}] * 1_001).encode(), BATCH, {413}),
    "a million events": (b"[" + b"{}," * 999_999 + b"{}]", BATCH, {413}),
    "no events": (b"[]", BATCH, {400}),
    "many members": (json.dumps({f"m{n}": 1 for n in range(50_000)}).encode(), SINGLE, {422}),
    "huge": (b'{"x":"' + b"x" * (9 * 1024 * 1024) + b'"}', SINGLE, {413}),
    "a huge number": (b'{"id":' + b"9" * 5_000 + b"}", SINGLE, {400, 422}),
    "nan": (b'{"id":NaN}', SINGLE, {400}),
    "null": (b"null", SINGLE, {400}),
    "empty": (b"", SINGLE, {400}),
    "half": (b'{"id":"a', SINGLE, {400}),
    "a lone surrogate": (b'{"id":"\\ud800"}', SINGLE, {400, 422}),
    "base64 that is deep": (
        json.dumps(
            {
                "specversion": "1.0",
                "id": "a",
                "source": "s",
                "type": "t",
                "data_base64": "W1tb" * 100_000,
            }
        ).encode(),
        SINGLE,
        {422},
    ),
}


@pytest.mark.parametrize(("body", "media", "statuses"), BOMBS.values(), ids=BOMBS)
def test_a_bomb_of_a_partner_is_refused_at_once(
    partner: Partner, body: bytes, media: str, statuses: set[int]
) -> None:
    started = time.process_time()
    answer = partner.send(body, media=media)
    assert time.process_time() - started < QUICK_S
    assert answer.status_code in statuses
    assert answer.content_type == "application/problem+json"


def test_a_compressed_body_is_not_unpacked(partner: Partner) -> None:
    answer = partner.send(partner.post("z1"), headers={"content-encoding": "gzip"})
    assert answer.status_code == 415


def test_names_that_a_partner_invents_do_not_make_the_account_grow(partner: Partner) -> None:
    for start in range(0, 300, 60):
        data = {f"field{start + n}": n for n in range(60)} | {"a@b.example": 1}
        partner.send(partner.post(f"g{start}", data=data))
    account = partner.account()
    assert len(account["form"]) <= 65
    assert len(account["dropped"]) <= 65
    assert "a@b.example" not in json.dumps(account)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(body=st.binary(max_size=200), head=st.text(max_size=60), name=st.text(max_size=30))
def test_no_signature_that_was_guessed_fits(body: bytes, head: str, name: str) -> None:
    given_headers = {
        "webhook-id": name,
        "webhook-timestamp": str(int(LiveClock().now().timestamp())),
        "webhook-signature": head,
    }
    with pytest.raises(Unsigned):
        signatures.verified(given_headers, body, ["whsec_" + "C" * 43 + "="], LiveClock().now())

"""Partners send signed CloudEvents; the agreement is enforced at the door, field by field, and
lag, drift and refusals are told.
"""

import json
from datetime import datetime
from itertools import count
from typing import Any

import httpx
import pytest

from tests.capabilities.conftest import beside
from tests.serving import PLAIN, Served, attune
from tests.signing import BATCH, SINGLE, event, signed

PATH, PARTNER = "/v1/intake/stream-co", "system/stream-co"
AGREEMENT = {
    "topic": "stream-data",
    "agreementKind": "protocol",
    "partner": PARTNER,
    "permitsField": ["text", "language", "reach"],
    "permitsPurpose": ["crisis-response"],
    "validFrom": "2026-01-01T00:00:00Z",
    "validUntil": "2040-01-01T00:00:00Z",
    "retention": "P14D",
}
NUMBERS = count(1)


def run(service: Served, *words: str) -> dict[str, Any]:
    done = attune("partners", *words, "--json", env=beside(service))
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def agree(service: Served, **changes: object) -> None:
    body = {"type": "Agreement", "id": "agreement/stream", "properties": AGREEMENT | changes}
    service.post("/v1/records", body)


@pytest.fixture(scope="module")
def secret(service: Served) -> str:
    """The secret of a partner that was enrolled on the command line."""
    agree(service)
    feed = {"observes": "platform/mastodon", "name": "Stream", "reliesOn": "agreement/stream"}
    service.post("/v1/records", {"type": "Feed", "id": "feed/stream", "properties": feed})
    return str(run(service, "add", PARTNER, "--agreement", "agreement/stream")["secret"])


def post(service: Served, body: object, *secrets: str, media: str = SINGLE) -> httpx.Response:
    at = datetime.fromisoformat(service.get("/v1/clock")["at"])
    content, headers = signed(body, at, *secrets, name=f"msg-{next(NUMBERS)}", media=media)
    # No key: the signature is enough.
    with httpx.Client(base_url=service.url, verify=PLAIN) as client:
        return client.post(PATH, content=content, headers=headers)


def heard(service: Served, local: str, **more: object) -> dict[str, object]:
    return event(local, service.get("/v1/clock")["at"], **more)


def test_a_signed_event_is_taken_without_a_key(service: Served, secret: str) -> None:
    answer = post(service, heard(service, "one"), secret)
    assert (answer.status_code, answer.json()["new"]) == (202, 1)
    rows = [heard(service, "two"), heard(service, "three")]
    assert post(service, rows, secret, media=BATCH).json()["new"] == 2


def test_a_wrong_signature_and_an_unknown_partner_get_the_same_answer(
    service: Served, secret: str
) -> None:
    wrong = post(service, heard(service, "x"), "whsec_" + "A" * 43 + "=")
    with httpx.Client(base_url=service.url, verify=PLAIN) as client:
        nobody = client.post("/v1/intake/nobody", json={})
    told = [{k: v for k, v in one.json().items() if k != "instance"} for one in (wrong, nobody)]
    assert (wrong.status_code, told[0]) == (nobody.status_code, told[1])
    assert secret not in wrong.text


def test_what_the_agreement_does_not_permit_is_dropped_and_counted(
    service: Served, secret: str
) -> None:
    row = heard(service, "four", data={"text": "Stuck", "email": "ada@mail.example"})
    assert post(service, row, secret).json()["dropped"] == {"email": 1}
    account = service.get(PATH)
    assert account["dropped"]["email"] >= 1
    assert account["new"] >= 4
    assert account["lag_seconds"]["p90"] is not None


def test_what_is_outside_the_agreement_is_refused_and_recorded(
    service: Served, secret: str
) -> None:
    answer = post(service, heard(service, "five", purpose="marketing"), secret)
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (
        403,
        "outside-agreement",
    )
    agree(service, suspended=True)
    assert post(service, heard(service, "six"), secret).status_code == 403
    agree(service)
    refused = service.get(PATH)["refused"]
    assert refused["outside-agreement"] == refused["agreement-suspended"] == 1


def test_a_secret_is_rotated_without_a_gap(service: Served, secret: str) -> None:
    fresh = run(service, "rotate-secret", PARTNER)["secret"]
    for number, one in enumerate((secret, fresh)):
        assert post(service, heard(service, f"rotated-{number}"), one).status_code == 202
    run(service, "suspend", PARTNER, "--reason", "audit")
    assert post(service, heard(service, "seven"), fresh).status_code == 403
    run(service, "suspend", PARTNER, "--reason", "audit done", "--resume")
    assert post(service, heard(service, "seven"), fresh).status_code == 202


def test_the_partners_are_listed_with_when_they_were_last_seen(
    service: Served, secret: str
) -> None:
    assert post(service, heard(service, "listed"), secret).status_code == 202
    listed = attune("partners", "list", env=beside(service))
    assert listed.returncode == 0, listed.stderr
    (line,) = [one for one in listed.stdout.splitlines() if one.startswith(PARTNER)]
    assert "may send" in line
    assert "never" not in line
    assert secret not in line


def test_a_changed_form_is_told(service: Served, secret: str) -> None:
    rows = [heard(service, f"form-{n}", data={"reach": n}) for n in range(60)]
    assert post(service, rows, secret, media=BATCH).status_code == 202
    post(service, heard(service, "form-x", data={"reach": "a lot"}), secret)
    account = service.get(PATH)
    assert ("retyped", "reach") in {(one["kind"], one["field"]) for one in account["drift"]}
    assert account["drifted"]


def test_the_secret_is_nowhere_in_the_home(service: Served, secret: str) -> None:
    plain = secret.removeprefix("whsec_").encode()
    for file in service.home.rglob("*"):
        if file.is_file():
            assert plain not in file.read_bytes(), file
    assert plain not in service.log.read_bytes()

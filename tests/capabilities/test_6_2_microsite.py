"""Every employee reads what is so now: approved messages within a second, in any browser, with a
key that opens nothing else; what is taken back is gone as fast.
"""

import json
import time
from collections.abc import Callable, Iterator

import httpx
import pytest

from tests.capabilities.conftest import beside
from tests.capabilities.governed import Desk, incident, person
from tests.serving import PLAIN, Served, attune

TEXT = "Trains stand still near Harmon. We will say more by noon."
PATIENCE = 20.0


@pytest.fixture(scope="module")
def desk(service: Served) -> Desk:
    writer = person(service, "team/communications", "responder", "reviewer", "legal")
    about = incident(service, "microsite-in-june", harm="inconvenience")
    writer.tell_colleagues(about)
    return Desk(service, writer, about)


@pytest.fixture(scope="module")
def key(service: Served) -> str:
    words = ("keys", "create", "--holder", "person/anybody", "--role", "employee", "--json")
    made = attune(*words, env=beside(service))
    assert made.returncode == 0, made.stderr
    return str(json.loads(made.stdout)["key"])


@pytest.fixture
def reader(service: Served, key: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=service.url, verify=PLAIN) as client:
        done = client.post("/sign-in", data={"key": key, "next": "/now"})
        assert done.headers["location"] == "/now"
        client.headers["Cookie"] = done.headers["set-cookie"].partition(";")[0]
        yield client


def comes(reader: httpx.Client, seen: Callable[[str], bool]) -> str:
    until = time.monotonic() + PATIENCE
    while not seen(text := reader.get("/now").text):
        assert time.monotonic() < until, text
        time.sleep(0.2)
    return text


def test_an_approved_message_appears_and_goes_when_it_is_taken_back(
    desk: Desk, reader: httpx.Client
) -> None:
    message = desk.approved(channel="website", text=TEXT, acknowledges_harm=True)
    assert message not in reader.get("/now").text
    before = reader.get("/now").text.count(TEXT)
    desk.writer.act(message, "publish")
    comes(reader, lambda text: text.count(TEXT) > before)
    desk.writer.act(message, "withdraw", reason="The number was wrong.")
    text = comes(reader, lambda text: text.count(TEXT) == before)
    assert "do not repeat it" in text


def test_who_has_the_page_already_is_told_so(reader: httpx.Client) -> None:
    page = reader.get("/now")
    again = reader.get("/now", headers={"If-None-Match": page.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_the_page_needs_no_script_and_names_nobody(desk: Desk, reader: httpx.Client) -> None:
    text = reader.get("/now").text
    assert "<h2>Do not say</h2>" in text
    assert "person/" not in text
    assert desk.about.partition("/")[2] in text


def test_a_key_of_an_employee_opens_nothing_of_the_interface(service: Served, key: str) -> None:
    with service.client(key) as client:
        for path in ("/v1/incidents", "/v1/queue", "/v1/messages", "/v1/ledger/events"):
            assert client.get(path).status_code in {403, 404}, path
        assert client.get("/v1/incidents").status_code == 403

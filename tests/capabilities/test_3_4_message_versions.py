"""Versions of a message over regions and languages: one is live in each place, a revision takes
its place, a localisation keeps the core claims, and what contradicts a live message stays in.
"""

import json
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest

from tests.capabilities.governed import Desk, Person, incident, person
from tests.serving import Served

TOPICS = count(1)


@pytest.fixture(scope="module")
def writer(service: Served) -> Person:
    return person(service, "team/communications", "responder", "reviewer", "legal")


@pytest.fixture(scope="module")
def about(service: Served) -> str:
    return incident(service, "brakes-of-spring", harm="inconvenience")


def topic(service: Served) -> str:
    name = f"claim-topic/spring-{next(TOPICS)}"
    properties = {"name": "The brakes", "words": ["brake"]}
    service.post("/v1/records", {"type": "ClaimTopic", "id": name, "properties": properties})
    return name


@pytest.fixture(scope="module")
def desk(service: Served, writer: Person, about: str) -> Desk:
    return Desk(service, writer, about)


def test_a_revision_takes_the_place_of_the_live_version(writer: Person, desk: Desk) -> None:
    first = desk.approved(channel="store")
    writer.act(first, "publish")
    second = desk.approved(channel="store", revises=first, text="Trains run again.")
    assert writer.show(second)["replaces"] == [first]
    writer.act(second, "publish")
    assert writer.show(first)["state"] == "superseded"
    assert [one["id"] for one in writer.show(second)["versions"]] == [first]


def test_two_live_messages_never_contradict_each_other(
    service: Served, writer: Person, desk: Desk
) -> None:
    brakes = topic(service)
    denied = desk.approved(claims=[{"topic": brakes, "polarity": "denied"}])
    affirmed = desk.approved(channel="press", claims=[{"topic": brakes, "polarity": "affirmed"}])
    writer.act(denied, "publish")
    problem = writer.act(affirmed, "publish", status=422)
    assert "says the opposite" in json.dumps(problem)
    assert "message-contradiction" in json.dumps(problem)


def test_not_even_two_writers_at_once_leave_a_contradiction_live(
    service: Served, writer: Person, desk: Desk
) -> None:
    brakes = topic(service)
    pair = [
        desk.approved(channel=channel, claims=[{"topic": brakes, "polarity": polarity}])
        for channel, polarity in (("letter", "denied"), ("phone", "affirmed"))
    ]

    def publish(message: str) -> int:
        path = f"/v1/messages/{message.partition('/')[2]}/acts"
        with service.client(writer.key) as client:
            return client.post(path, json={"act": "publish"}).status_code

    with ThreadPoolExecutor(2) as pool:
        statuses = sorted(pool.map(publish, pair))
    assert statuses[0] == 201
    assert statuses[1] in {409, 422}
    assert sorted(writer.show(one)["state"] for one in pair) == ["approved", "live"]


def test_a_localisation_without_the_number_is_refused(
    service: Served, writer: Person, desk: Desk
) -> None:
    hurt = topic(service)
    core = {"topic": hurt, "value": 4, "measured_in": "people", "core": True}
    source = desk.approved(channel="intranet", audience="employees", claims=[core])
    passed = {"trainee": writer.id, "exercise": "localisation", "passedAt": "2026-01-01T00:00:00Z"}
    service.post("/v1/records", {"type": "Training", "properties": passed})
    other = writer.draft(
        channel="intranet",
        audience="employees",
        language="fr",
        text="Les trains sont arrêtés.",
        localises=source,
    )["id"]
    assert "message-core-claims" in json.dumps(writer.submit(other, status=422))


def test_what_would_refuse_it_is_told_before_anybody_signs(
    service: Served, writer: Person
) -> None:
    hurt = incident(service, "hurt-of-spring", harm="death")
    message = writer.draft(incident=hurt)["id"]
    path = f"/v1/messages/{message.partition('/')[2]}/refusals"
    found = {one["shape"] for one in writer.ask("GET", path)["items"]}
    assert "message-harm" in found
    assert "message-retention" not in found

"""Customer records and listening come in from the tools that an organisation has; a decision knows
both, and the frontline gets an alert with its context: who, what came before, what is like it,
what to do, and which fields role or agreement keep back. Alike names are only ever suggested.
"""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.capabilities.conftest import beside
from tests.serving import Served, attune

PAYLOADS = Path(__file__).parents[1] / "loaders" / "payloads"
WITHIN_S = 60


@pytest.fixture(scope="module")
def answer(service: Served) -> dict[str, Any]:
    """The answer for a bereaved customer of the derailment."""
    heard = {
        "id": "frontline-1",
        "platform": "platform/twitter",
        "feed": "feed/listening",
        "posted_at": service.get("/v1/clock")["at"],
        "text": "Still thinking of everybody on that train, the derailment was terrible.",
    }
    service.post("/v1/signals", heard, status=202)
    body = {
        "incident": "incident/2013-ny-train",
        "customer": {"system": "zendesk", "key": "1003"},
        "facts": {"request": {"kind": "reply"}},
        "precedents": 0,
    }
    return service.post("/v1/decisions", body)


def test_the_record_decides_whose_hands_it_needs(answer: dict[str, Any]) -> None:
    assert "team/care-desk" in {route["team"] for route in answer["decision"]["routes"]}
    assert "human-contact" in {one["name"] for one in answer["decision"]["requirements"]}
    assert "marketing-contact" in answer["decision"]["prohibitions"]


def test_the_facts_come_from_records_and_from_listening(
    service: Served, answer: dict[str, Any]
) -> None:
    facts = service.get(answer["links"]["self"])["facts"]
    by_kind = {fact["kind"]: fact for fact in facts}
    assert by_kind["customer"]["values"]["bereaved"] is True
    assert by_kind["spread"]["origins"][0]["source"] == "window"
    assert by_kind["coverage"]["values"]["customer_records"] == "available"


def test_the_frontline_reads_the_reasons(service: Served, answer: dict[str, Any]) -> None:
    told = service.get(answer["links"]["explanation"])
    assert "bereaved" in told["text"]


def test_a_new_customer_of_an_export_is_known_to_the_next_decision(service: Served) -> None:
    export = service.home / "customers.csv"
    export.write_text("customer id,full name,vulnerable\n9901,Ada Moor,yes\n")
    loaded = attune(
        *("load", "crm", export, "--rejects", service.home / "bad.jsonl"),
        env=beside(service),
    )
    assert loaded.returncode == 0, loaded.stderr
    body = {"customer": {"system": "zendesk", "key": "9901"}, "precedents": 0}
    answer = service.post("/v1/decisions", body)
    assert answer["unknown"] == []
    facts = service.get(answer["links"]["self"])["facts"]
    assert [f["values"]["vulnerable"] for f in facts if f["kind"] == "customer"] == [True]


def test_a_customer_that_nobody_knows_gets_caution_and_no_error(service: Served) -> None:
    body = {"customer": {"system": "zendesk", "key": "0"}, "precedents": 0}
    assert service.post("/v1/decisions", body)["unknown"] == ["customer zendesk:0"]


def load(service: Served, *arguments: object) -> dict[str, Any]:
    """What a load says, as JSON."""
    done = attune(
        *("load", *arguments, "--rejects", service.home / "bad.jsonl", "--json"),
        env=beside(service),
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def run(service: Served, *arguments: object) -> str:
    done = attune(*arguments, env=beside(service))
    assert done.returncode == 0, done.stderr
    return done.stdout


def alert(service: Served, fits: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The first alert that fits, with its context, once the service has raised it."""
    until = time.monotonic() + WITHIN_S
    while time.monotonic() < until:
        for one in service.get("/v1/alerts", limit=200)["items"]:
            shown = service.get(one["links"]["self"])
            if fits(shown):
                return shown
        time.sleep(0.5)
    raise AssertionError("no such alert was raised")


def about(key: str) -> Callable[[dict[str, Any]], bool]:
    return lambda one: one.get("customer", {}).get("name") == key


@pytest.fixture(scope="module")
def tools(service: Served) -> None:
    """A data-sharing agreement, and what two tools exported under it."""
    terms = {
        "topic": "crm-data",
        "agreementKind": "protocol",
        "validFrom": "2013-01-01T00:00:00Z",
        "permitsField": ["displayName", "case", "openedAt", "atTouchpoint", "summary"],
        "permitsPurpose": ["crisis-response"],
    }
    body = {"type": "Agreement", "id": "agreement/crm-data", "properties": terms}
    service.post("/v1/records", body)
    done = load(
        service,
        *("zendesk", PAYLOADS / "zendesk.json"),
        *("--agreement", "agreement/crm-data", "--via", "chat=touchpoint/website-chat"),
    )
    assert (done["records"], done["rejected"]) == (3, 4)
    assert done["ignored"]["ticket.priority"] == 1
    assert load(service, "salesforce", PAYLOADS / "salesforce.json")["records"] == 3


@pytest.mark.usefixtures("tools")
def test_loading_the_same_payload_twice_changes_nothing(service: Served) -> None:
    again = load(service, "salesforce", PAYLOADS / "salesforce.json")
    assert (again["records"], again["known"]) == (0, 3)


def test_statuses_become_signals_and_what_is_not_public_is_left_out(service: Served) -> None:
    done = load(service, "mastodon", PAYLOADS / "mastodon.json")
    assert (done["signals"], done["rejected"]) == (3, 3)
    told = [json.loads(one) for one in (service.home / "bad.jsonl").read_text().splitlines()]
    assert {one["reason"] for one in told} >= {"is not public", "was deleted there"}


def test_a_listening_export_becomes_signals_in_the_zone_that_is_given(service: Served) -> None:
    file = PAYLOADS / "meltwater.csv"
    assert load(service, "listening", file, "--zone", "America/New_York")["signals"] == 1


@pytest.mark.usefixtures("tools")
def test_the_frontline_gets_an_alert_with_what_the_agreement_permits(service: Served) -> None:
    body = {
        "incident": "incident/2013-ny-train",
        "customer": {"system": "zendesk", "key": "7001"},
        "precedents": 0,
    }
    decision = service.post("/v1/decisions", body)
    shown = alert(service, about("Orla Fenwick"))
    assert shown["cases"]["open"] == 1
    assert shown["cases"]["items"][0]["touchpoint"] == "touchpoint/website-chat"
    assert shown["history"]["contacts_week"] == 1
    assert shown["similar"]["cases"] > 0
    assert shown["recommended"]["decision"] == decision["id"]
    withheld = {one["field"]: one["why"] for one in shown["withheld"]}
    assert withheld["customer.language"] == "agreement/crm-data"
    assert withheld["consent"] == "agreement/crm-data"


def test_what_a_known_customer_posts_reaches_the_frontline(service: Served) -> None:
    heard = {
        "id": "frontline-2",
        "platform": "platform/twitter",
        "feed": "feed/listening",
        "posted_at": service.get("/v1/clock")["at"],
        "text": "I was on that train. The derailment took my neighbour, and nobody calls back.",
        "author": {"system": "twitter", "key": "kalinda_ny"},
    }
    service.post("/v1/signals", heard, status=202)
    shown = alert(
        service, lambda one: one.get("post", {}).get("id") == "signal/twitter-frontline-2"
    )
    assert shown["customer"]["segment"].startswith("segment/")
    assert shown["recommended"]["reasons"]


@pytest.mark.usefixtures("tools")
def test_the_same_cause_is_counted_and_not_told_again(service: Served) -> None:
    body = {
        "incident": "incident/2013-ny-train",
        "customer": {"system": "zendesk", "key": "7001"},
        "precedents": 0,
    }
    service.post("/v1/decisions", body)
    before = alert(service, about("Orla Fenwick"))
    service.post("/v1/decisions", body)
    after = alert(
        service, lambda one: one["id"] == before["id"] and one["count"] > before["count"]
    )
    assert after["raised_at"] == before["raised_at"]


@pytest.mark.usefixtures("tools")
def test_an_alert_is_put_off_and_taken_on_from_the_command_line(service: Served) -> None:
    name = alert(service, about("Orla Fenwick"))["id"]
    put_off = ("alerts", "snooze", name, "--for", "PT1H", "--reason", "She asked for six o'clock.")
    assert "snoozed" in run(service, *put_off)
    link = f"/v1/alerts/{name.partition('/')[2]}"
    assert service.get(link)["state"] == "snoozed"
    service.post(f"{link}/acts", {"act": "wake"})
    assert "acknowledged" in run(service, "alerts", "ack", name)
    assert service.get(link)["acknowledged_by"] == ["person/operator"]
    assert name in run(service, "alerts", "list", "--state", "acknowledged")
    assert "Orla Fenwick" in run(service, "alerts", "show", name)


def test_how_many_alerts_a_team_had_stands_against_its_budget(service: Served) -> None:
    alert(service, lambda _: True)
    for one in service.get("/v1/alerts/load")["items"]:
        assert one["last_hour"] <= one["shift_alerts"] or one["shift_hours"] <= 1
        assert one["budget"] > 0


@pytest.mark.usefixtures("tools")
def test_an_account_joins_a_customer_only_by_a_persons_act(service: Served) -> None:
    load(service, "mastodon", PAYLOADS / "mastodon.json", "--accounts")
    run(service, "links", "suggest")
    links = service.get("/v1/links")["items"]
    link = next(one for one in links if one.get("customer", {}).get("name") == "Orla Fenwick")
    assert link["account"]["handle"] == "@orla"
    record = f"/v1/records/{link['account']['id']}"
    assert "accountOf" not in service.get(record)["properties"]
    said = {"act": "accept", "data": {"reason": "She gave the handle in the chat."}}
    service.post(f"/v1/links/{link['id'].partition('/')[2]}/acts", said)
    assert service.get(record)["properties"]["accountOf"] == [link["customer"]["id"]]


@pytest.mark.usefixtures("tools")
def test_erasing_a_customer_takes_them_out_of_the_alert(service: Served) -> None:
    shown = alert(service, about("Orla Fenwick"))
    customer = shown["customer"]["id"]
    ordered = ("--actor", "person/operator", "--reason", "Asked for.", "--yes")
    run(service, "ledger", "erase", customer, *ordered)
    after = service.get(shown["links"]["self"])
    assert not {"customer", "cases", "consent", "history", "post"} & after.keys()
    assert {"field": "customer", "why": "erased"} in after["withheld"]
    assert "Orla" not in json.dumps(after)

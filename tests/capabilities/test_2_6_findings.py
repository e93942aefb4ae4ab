"""What is recorded is filtered, counted and charted in the words of books, with the gaps of silent
feeds; a filter becomes a draft rule that was tried on the past; and a rule that is wrong for one
incident is snoozed for it, which every decision tells.
"""

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.capabilities.conftest import beside
from tests.serving import Served, attune

INCIDENT = "incident/gates"
RECORD = {
    "type": "Incident",
    "id": INCIDENT,
    "properties": {
        "name": "Gates that trap bags",
        "cluster": "accidental",
        "severity": "severe",
        "certainty": "likely",
        "ownedBy": "team/crisis-office",
        "topic": ["ticketgates"],
        "onPlatform": ["platform/twitter"],
    },
}
FEED = {"name": "Gates", "observes": "platform/twitter", "stallsAfter": "PT1H"}
LOUD = {"window": "PT1H", "excess": 12, "volume": 400, "negative_share": 0.9}


@pytest.fixture(scope="module")
def since(service: Served) -> str:
    """Posts of an hour, a silence of three, posts again; and a decision."""
    now = datetime.fromisoformat(service.get("/v1/clock")["at"])
    begun = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    service.post("/v1/clock", {"at": begun.isoformat()}, status=200)
    service.post("/v1/records", RECORD)
    service.post("/v1/records", {"type": "Feed", "id": "feed/gates", "properties": FEED})
    service.post("/v1/incidents/gates/acts", {"act": "open"})
    for hour in (0, 4):
        start = begun + timedelta(hours=hour)
        end = {"at": (start + timedelta(hours=1)).isoformat()}
        service.post("/v1/clock", end, status=200)
        posts = [
            {
                "id": f"gates-{hour}-{number}",
                "platform": "platform/twitter",
                "feed": "feed/gates",
                "posted_at": (start + timedelta(minutes=3 * number)).isoformat(),
                "text": f"Bag {number} is stuck in the ticketgates again.",
            }
            for number in range(20)
        ]
        service.post("/v1/signals/batch", {"signals": posts}, status=202)
    decided(service)
    return begun.isoformat()


def decided(service: Served) -> dict[str, Any]:
    facts = {"spread": [LOUD]}
    body = {"incident": INCIDENT, "precedents": 0, "facts": facts}
    return dict(service.post("/v1/decisions", body)["decision"])


def test_posts_are_counted_along_time_and_a_silent_feed_is_a_gap(
    service: Served, since: str
) -> None:
    query = {"source": "signals", "where": {"feed": "feed/gates"}, "since": since}
    found = service.post("/v1/findings", query | {"bucket": "hour"}, status=200)
    assert found["matched"] == 40
    counts = [one["count"] for one in found["chart"]]
    assert (counts[0], counts[4]) == (20, 20)
    assert all(found["chart"][hour]["silent"] for hour in (1, 2, 3))


@pytest.mark.usefixtures("since")
def test_a_filter_of_decisions_becomes_a_draft_rule_that_was_tried(service: Served) -> None:
    body = {
        "query": {
            "source": "decisions",
            "where": {"spread.window": "PT1H", "spread.excess": "at least 10", "rules": "surge"},
        },
        "id": "ten-times-the-usual",
        "reason": "Ten times the usual is more than the desk can answer.",
        "owner": "team/crisis-office",
        "then": ["escalate: {tier: executive, within: 30 minutes}"],
        "draft": "new",
    }
    made = service.post("/v1/findings/rules", body)
    assert made["trial"]["fired"] >= 1
    assert [one["field"] for one in made["unsaid"]] == ["rules"]
    assert made["cases_to_judge"] > 0
    assert made["draft"].startswith("policy-draft/")


@pytest.mark.usefixtures("since")
def test_a_snoozed_rule_is_set_aside_and_told_until_it_ends(service: Served) -> None:
    fired = {one["rule"] for one in decided(service)["firings"]}
    rules = {one["rule"]: one["refusal"] for one in service.get("/v1/snoozes/rules")["items"]}
    rule = min(one for one in fired if rules[one] is None)
    body = {"rule": rule, "about": INCIDENT, "within": "PT12H", "reason": "It was announced."}
    snooze = service.post("/v1/snoozes", body)
    (aside,) = decided(service)["set_aside"]
    assert (aside["rule"], aside["snooze"]) == (rule, snooze["id"])
    ended = {"act": "end", "data": {"reason": "Something else now."}}
    service.post(f"{snooze['links']['acts']}", ended)
    assert "set_aside" not in decided(service)
    (line,) = service.get("/v1/snoozes/report")["rules"]
    assert (line["rule"], line["snoozes"], line["set_aside"]) == (rule, 1, 1)


def test_the_command_line_finds_the_same(service: Served, since: str) -> None:
    done = attune(
        "find", "decisions", "--where", "set_aside: given", "--since", since, env=beside(service)
    )
    assert done.returncode == 0, done.stderr
    assert "decisions" in done.stdout

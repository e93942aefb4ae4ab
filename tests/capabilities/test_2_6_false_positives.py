"""What was found and was nothing is logged with reason and word; attune says how often each word
and rule is right, with an interval, and proposes changes with their effect, which people push.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.capabilities.conftest import beside
from tests.serving import Served, attune


def command(service: Served, *words: object) -> dict[str, Any]:
    home = ("--home", service.home)
    done = attune("false-positives", *words, *home, "--json", env=beside(service))
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.fixture(scope="module")
def judged(service: Served) -> None:
    """One rule finds danger ten times; nine times it was a film title."""
    for number in range(10):
        facts = {"signal": {"judged": True, "urgency": 0.95 if number == 9 else 0.7}}
        made = service.post("/v1/decisions", {"facts": facts, "precedents": 0})
        act: dict[str, Any] = {"act": "accept", "data": {}}
        if number != 9:
            data = {"reason": "A film title.", "rule": "one-in-need", "keyword": "stranded"}
            act = {"act": "false-positive", "data": data}
        service.post(f"/v1/decisions/{made['id'].partition('/')[2]}/acts", act)


@pytest.mark.usefixtures("judged")
def test_the_log_has_reason_and_word_and_each_rule_its_precision(service: Served) -> None:
    said = command(service, "list")
    assert {(one["reason"], one["keyword"]) for one in said["log"]} == {
        ("A film title.", "stranded")
    }
    (rule,) = [one for one in said["rules"] if one["name"] == "one-in-need"]
    assert (rule["true"], rule["false"]) == (1, 9)
    assert rule["low"] < 0.1 < rule["high"] < 0.5


@pytest.mark.usefixtures("judged")
def test_a_proposal_says_what_it_would_change_and_which_cases_object(
    service: Served, tmp_path: Path
) -> None:
    found = command(service, "propose")["cures"]
    number = 1 + [one["file"].endswith("detection.yaml") for one in found].index(True)
    cure = found[number - 1]
    assert (cure["found"], cure["after"], cure["lost"]) == (10, 1, [])
    folder = tmp_path / "policy"
    assert command(service, "propose", "--accept", number, "--out", folder)["objections"]
    assert "urgency: at least 0.95" in (folder / "rules/books/detection.yaml").read_text()


@pytest.mark.usefixtures("judged")
def test_an_accepted_one_becomes_a_policy_proposal_and_is_not_applied(
    service: Served, tmp_path: Path
) -> None:
    found = command(service, "propose")["cures"]
    number = 1 + [one["what"] for one in found].index("urgency: remove 'stranded'")
    folder, active = tmp_path / "policy", service.get("/v1/policies")["active"]
    assert command(service, "propose", "--accept", number, "--out", folder)["objections"] == []
    door = ["--url", service.url, "--key", service.key, "--reason", "Film titles.", "--json"]
    pushed = attune("policy", "push", folder, *door, env=beside(service))
    assert pushed.returncode == 0, pushed.stderr
    policies = service.get("/v1/policies")
    assert policies["active"] == active
    assert "proposed" in {one["state"] for one in policies["proposals"]}

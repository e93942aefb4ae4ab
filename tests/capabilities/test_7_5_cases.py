"""A resolved incident becomes a case: put together from the ledger, made anonymous with each
replacement shown, found once two people have checked it, with facets and why it is similar.
"""

import time
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from tests.capabilities.conftest import beside
from tests.capabilities.governed import Person, incident, person
from tests.serving import Served, attune

NAMES = count(1)


@pytest.fixture(scope="module")
def trainer(service: Served) -> Person:
    return person(service, "team/crisis-office", "trainer", "reviewer", "responder")


@pytest.fixture(scope="module")
def lawyer(service: Served) -> Person:
    return person(service, "team/legal", "legal")


def until(found: Callable[[], Any]) -> Any:
    """What is found once it is there; cases follow in the background."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        if there := found():
            return there
        time.sleep(0.2)
    raise AssertionError("it did not come to it")


def drafted(service: Served, trainer: Person) -> dict[str, Any]:
    """The case of an incident that was decided on and resolved."""
    about = incident(service, f"crane-fell-onto-a-school-yard-{next(NAMES)}")
    service.post("/v1/decisions", {"incident": about, "precedents": 0})
    told = "Mr Miller was called at +1 914 555 0190; the crane is gone."
    trainer.act(about, "resolve", reason=told)

    def found() -> Any:
        items = trainer.ask("GET", "/v1/precedents/cases")["items"]
        return [one for one in items if one["incident"] == about]

    (case,) = until(found)
    return dict(case)


def test_a_case_is_found_once_two_people_have_checked_it(
    service: Served, trainer: Person, lawyer: Person
) -> None:
    case = drafted(service, trainer)
    path = f"/v1/{case['id'].replace('precedent/', 'precedents/')}"
    said = trainer.ask("GET", path)
    assert "Miller" not in str(said)
    assert said["timeline"][0]["after"] == "PT0S"
    replaced = trainer.ask("GET", f"{path}/replaced")["replaced"]
    assert {"Miller", "+1 914 555 0190"} <= {one["original"] for one in replaced}

    def hits() -> list[Any]:
        found = service.get("/v1/precedents", q="crane fell onto a school yard", all="true")
        return [one for one in found["items"] if one["id"] == case["id"]]

    assert not hits()
    trainer.act(case["id"], "check-anonymity", digest=case["digest"])
    assert not hits()
    lawyer.act(case["id"], "check-privilege", digest=case["digest"])
    (hit,) = until(hits)
    assert "crane" in hit["why"]["terms"]
    assert hit["why"]["sentences"][0]["score"] > 0

    lawyer.act(case["id"], "withdraw", reason="The family has asked for it.")
    assert not hits()


def test_facets_are_counted_and_pages_go_on(service: Served) -> None:
    first = service.get("/v1/precedents", q="train accident", top=3, all="true")
    assert sum(one["count"] for one in first["facets"]["cluster"]) >= 38
    second = service.get(
        "/v1/precedents", q="train accident", top=3, all="true", cursor=first["cursor"]
    )
    names = [one["id"] for page in (first, second) for one in page["items"]]
    assert len(set(names)) == 6


def test_where_nothing_is_similar_that_is_said(service: Served) -> None:
    found = service.get("/v1/precedents", q="recipe for lentil soup without onions")
    assert found["nothing_similar"] is True
    assert found["items"] == []
    assert found["weak"] > 0


def test_a_question_that_is_not_read_and_words_of_no_case_are_told(service: Served) -> None:
    text = "Der Zug ist heute Morgen entgleist, wo sind die Angehörigen"
    found = service.get("/v1/precedents", q=text)
    assert (found["language"], found["language_supported"]) == ("de", False)
    done = attune("precedents", "search", "train and zeppelin", env=beside(service))
    assert "In no case: zeppelin" in done.stdout


def test_a_decision_says_how_many_cases_are_similar(service: Served) -> None:
    body = {"text": "A commuter train left the rails and people died.", "max_wait_ms": 60_000}
    answer = service.post("/v1/decisions", body)
    assert answer["similar"]["count"] >= 1


def test_the_command_line_lists_and_shows_cases(service: Served, trainer: Person) -> None:
    case = drafted(service, trainer)
    done = attune("precedents", "show", case["id"], env=beside(service))
    assert done.returncode == 0, done.stderr
    assert "replaced 'Miller' → [name 1]" in done.stdout
    assert case["digest"] in done.stdout

"""A trainer searches past cases by what happened, over HTTP or the command line, bounded by
filters; every decision with a text brings the nearest ones along.
"""

import json

from tests.capabilities.conftest import beside
from tests.serving import Served, attune


def test_a_case_is_found_by_what_happened(service: Served) -> None:
    found = service.get("/v1/precedents", q="a commuter train left the rails and people died")
    first = found["items"][0]
    assert "rail" in f"{first['title']} {first['excerpt']}".lower()
    assert first["lesson"]


def test_filters_bound_what_is_found(service: Served) -> None:
    found = service.get("/v1/precedents", q="train", cluster="victim", all="true")
    assert found["items"]
    assert {one["cluster"] for one in found["items"]} == {"victim"}


def test_the_command_line_finds_the_same(service: Served) -> None:
    question = "a commuter train left the rails and people died"
    done = attune("precedents", "search", question, "--json", env=beside(service, language=True))
    assert done.returncode == 0, done.stderr
    here = service.get("/v1/precedents", q=question)
    assert json.loads(done.stdout)["items"][0]["id"] == here["items"][0]["id"]


def test_a_decision_brings_precedents_along(service: Served) -> None:
    body = {"text": "The train derailed and my father was inside.", "max_wait_ms": 60_000}
    answer = service.post("/v1/decisions", body)
    assert len(answer["precedents"]) == 3
    assert all(one["title"] for one in answer["precedents"])

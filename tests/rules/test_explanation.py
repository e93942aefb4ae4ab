import json
from dataclasses import replace

import pytest

from ontology.facts import catalogue
from rules.combine import decide
from rules.explanation import asked, explain
from rules.policy import build
from rules.strata import Engines
from tests.rules.test_strata import AT, DETECT, SURGE, policy


def test_an_explanation_names_rule_reason_facts_and_where_they_are_from() -> None:
    made = policy()
    told = explain(decide(SURGE, made, AT, Engines.of(made)), made)
    text = told.text()
    assert "surge (detect, a.yaml:5)" in text
    assert "Three times the usual." in text
    assert "spread: window PT1H (asked: PT1H), excess 4.0 (asked: at least 3)" in text
    assert "[the request at /facts/0]" in text
    assert "[concluded by surge]" in text
    assert text.index("surge (detect") < text.index("surge-goes-up (escalate")


def test_an_explanation_as_json_holds_the_origins_and_the_tests() -> None:
    made = policy()
    told = explain(decide(SURGE, made, AT, Engines.of(made)), made)
    first = json.loads(json.dumps(told.to_json()))["because"][0]
    assert first["rule"] == "surge"
    assert first["matched"][0]["origins"] == [{"source": "request", "ref": "/facts/0"}]
    excess = {"field": "excess", "asked": "at least 3", "found": 4.0}
    assert excess in first["matched"][0]["seen"]


def test_an_explanation_says_what_was_absent() -> None:
    made = policy()
    told = explain(decide([], made, AT, Engines.of(made)), made)
    assert "saw no detection {name: -}" in told.text()


def test_a_decision_is_explained_by_its_own_policy_only() -> None:
    made = policy()
    decision = replace(decide(SURGE, made, AT, Engines.of(made)))
    other = build({"a.yaml": DETECT.encode()}, catalogue())
    with pytest.raises(ValueError, match="was made by policy"):
        explain(decision, other)


def test_a_rule_says_what_it_asks() -> None:
    assert asked(policy().rule("quiet")) == ["no detection {name: -}"]

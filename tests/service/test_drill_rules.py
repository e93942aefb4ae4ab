"""A disagreement in a drill becomes a rule that reads, fires on its case and nowhere near it."""

from typing import Any

import pytest

from ontology.facts import catalogue
from rules.casetables import run
from service.drill_files import packaged
from service.drill_rules import STRATA, Finished, NoRule, Wanted, finished

SCENARIO = packaged()["bot-answers-a-mother"].scenario
KNOWN: dict[str, Any] = {
    "id": "incident/x",
    "phase": "open",
    "cluster": "unknown",
    "severity": "severe",
    "harm": "injury",
    "internal": False,
    "people_at_risk": True,
}
SAID: dict[str, tuple[Any, Any]] = {
    "tier": ("executive", "crisis-team"),
    "routes": (["team/legal", "team/duty-officer"], ["team/crisis-office"]),
    "strategy": (["instruct", "adjust", "rebuild"], ["instruct", "adjust"]),
}


def made(point: str, people: Any, rules: Any, reason: str = "We made it worse.") -> Finished:
    facts: list[dict[str, Any]] = [
        {"kind": "feed", "values": {}},
        {"kind": "incident", "values": KNOWN},
    ]
    wanted = Wanted(point=point, people=people, rules=rules, reason=reason, facts=facts)
    return finished(SCENARIO, wanted)


def book(point: str, one: Finished) -> str:
    return f"book: drills\nstratum: {STRATA[point]}\nowner: team/legal\nrules:\n{one.rule}"


@pytest.mark.parametrize("point", sorted(SAID))
def test_the_rule_fires_on_its_case_and_stays_quiet_one_condition_away(point: str) -> None:
    one = made(point, *SAID[point])
    results = run(
        book(point, one), f"cases:\n{one.cases}", file="made.cases.yaml", catalogue=catalogue()
    )
    assert len(results) == 6  # it fires; phase, cluster, severity, harm and risk, each otherwise
    assert all(result.passed for result in results)


@pytest.mark.parametrize("reason", ['"quoted": yes # no', "two\nlines", "ü 💔 - [", "x" * 2_000])
def test_any_reason_makes_a_rule_that_reads(reason: str) -> None:
    one = made("tier", "executive", "crisis-team", reason)
    assert run(book("tier", one), f"cases:\n{one.cases}", file="m.yaml", catalogue=catalogue())


@pytest.mark.parametrize(
    ("point", "people", "rules", "why"),
    [
        ("tier", "specialist", "executive", "no rule lowers a tier"),
        ("routes", ["team/legal"], ["team/legal", "team/press"], "rules say team/press"),
        ("strategy", ["adjust"], ["instruct", "adjust"], "narrow the rules"),
    ],
)
def test_people_who_say_less_than_the_rules_get_no_rule_but_the_reason(
    point: str, people: Any, rules: Any, why: str
) -> None:
    with pytest.raises(NoRule, match=why):
        made(point, people, rules)


def test_of_an_incident_of_which_nothing_is_known_no_rule_is_made() -> None:
    wanted = Wanted(point="tier", people="board", rules="executive", reason="Because.", facts=[])
    with pytest.raises(NoRule, match="nothing was known"):
        finished(SCENARIO, wanted)

"""What a comparison says of rules that read differently, and what it can't prove."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

import pytest

from ontology.decisions import Decision
from ontology.facts import catalogue
from rules.comparison import compare
from rules.comparison_report import Report, text
from rules.differences import PARTS
from rules.policy import Policy, build
from rules.shown_regions import shown

RULED = {"id": "one", "reason": "Why."}
EXCLUDED = {
    "firings",
    "outranked",
    "errors",
    "disagreements",
    "policy",
    "at",
    "semantics",
    "set_aside",
}


def book(*rules: Mapping[str, Any], stratum: str = "escalate", **more: Any) -> Policy:
    body = {"book": stratum, "stratum": stratum, "owner": "team/a", "rules": list(rules), **more}
    return build({f"{stratum}.yaml": json.dumps(body).encode()}, catalogue())


def rule(when: Any, tier: str = "executive", **more: Any) -> dict[str, Any]:
    return {**RULED, "when": when, "then": [{"escalate": tier}], **more}


def compared(old: Policy, new: Policy) -> Report:
    comparison = compare(old, new)
    return Report(comparison=comparison, shown=shown(comparison, catalogue()))


def told_as(report: Report) -> list[tuple[str, Sequence[str]]]:
    return [(one.rule.id, one.what) for one in report.comparison.changes]


def test_every_part_of_a_decision_is_compared_or_left_out_on_purpose() -> None:
    assert {one.name for one in fields(Decision)} == {*PARTS} | EXCLUDED


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"incident": {"age": "at least 1 hour"}}, {"incident": {"age": ">= PT60M"}}),
        ({"incident": {"phase": ["open"]}}, {"incident": {"phase": "open"}}),
        (
            [{"signal": {"judged": True}}, {"incident": {"phase": "open"}}],
            [{"incident": {"phase": "open"}}, {"signal": {"judged": True}}],
        ),
        (
            {"any": [{"incident": {"phase": "open"}}, {"incident": {"phase": "closed"}}]},
            {"incident": {"phase": "{open, closed}"}},
        ),
        (
            {"spread": {"window": "PT1H", "volume": "> 9"}},
            {"spread": {"window": "PT1H", "volume": ">= 10"}},
        ),
        (
            {"team": {"id": "given", "as": "x", "load": "> 0.5"}, "request": {"kind": "reply"}},
            {"request": {"kind": "reply"}, "team": {"id": "given", "load": "> 0.5"}},
        ),
    ],
)
def test_the_same_in_other_words_is_proven_to_decide_the_same(before: Any, after: Any) -> None:
    found = compared(book(rule(before)), book(rule(after)))
    assert found.verdict == "same"
    assert found.comparison.same


def test_a_wider_test_gains_just_what_lies_between() -> None:
    old = book(rule({"spread": {"window": "PT1H", "excess": "at least 5"}}))
    new = book(rule({"spread": {"window": "PT1H", "excess": "at least 4"}}))
    found = compared(old, new)
    assert found.verdict == "differs"
    assert [one.region.gained for one in found.shown] == [True]
    assert "excess: [4..5)" in text(found)


def test_swapped_ids_are_two_changes_and_no_renaming() -> None:
    one, two = {"incident": {"phase": "open"}}, {"incident": {"phase": "closed"}}
    old = book(rule(one), rule(two, id="two"))
    new = book(rule(two), rule(one, id="two"))
    found = compared(old, new)
    assert found.verdict == "same"
    assert told_as(found) == [
        ("one", ("rewritten", "reworded")),
        ("two", ("rewritten", "reworded")),
    ]


def test_a_rule_in_the_shade_of_a_higher_tier_goes_without_a_trace() -> None:
    wide = rule({"incident": {"phase": "given"}}, tier="board", id="wide")
    old = book(rule({"incident": {"phase": "open"}}), wide)
    found = compared(old, book(wide))
    assert found.verdict == "same"
    assert found.comparison.changes[0].covered[0].by == ("wide",)


def test_a_shade_that_another_rule_would_see_through_is_none() -> None:
    wide = rule({"incident": {"phase": "given"}}, tier="board", id="wide")
    narrow = rule({"incident": {"phase": "open"}})
    seen = {
        "book": "require",
        "stratum": "require",
        "owner": "team/a",
        "rules": [
            {
                **RULED,
                "id": "seen",
                "when": {"escalation": {"tier": "executive"}},
                "then": [{"forbid": "denial"}],
            }
        ],
    }
    files = {"require.yaml": json.dumps(seen).encode()}
    old = build({**book(narrow, wide).files, **files}, catalogue())
    new = build({**book(wide).files, **files}, catalogue())
    found = compared(old, new)
    assert found.verdict == "differs"
    assert "prohibitions: denial → nothing" in text(found)


def test_rows_of_a_table_are_known_again_by_what_they_mean() -> None:
    def table(*rows: tuple[str, str]) -> Policy:
        made = [{"when": [phase], "then": [tier]} for phase, tier in rows]
        return book(
            tables=[
                {
                    "id": "by-phase",
                    "reason": "Why.",
                    "hit": "U",
                    "inputs": ["incident.phase"],
                    "outputs": ["escalate.tier"],
                    "rows": made,
                }
            ],
            rules=[],
        )

    old = table(("open", "executive"), ("recovery", "specialist"))
    new = table(("candidate", "board"), ("open", "executive"), ("recovery", "specialist"))
    found = compared(old, new)
    assert [what for _, what in told_as(found)] == [("added",), ("renamed",), ("renamed",)]


def test_patterns_that_nobody_can_tell_apart_are_unproven_and_weigh_as_they_could() -> None:
    old = book(rule({"signal": {"language": 'matches "^e.*n$"'}}))
    new = book(rule({"signal": {"language": 'matches "^e.*?n$"'}}))
    found = compared(old, new)
    assert found.verdict == "unproven"
    assert found.level == "major"
    assert "that is no proof" in text(found)


def test_a_progress_that_raises_ends_the_work() -> None:
    class StoppedError(Exception):
        """Somebody ended it."""

    def stop(_done: int, _all: int) -> None:
        raise StoppedError

    old, new = (
        book(rule({"incident": {"phase": "open"}})),
        book(rule({"incident": {"age": "given"}})),
    )
    with pytest.raises(StoppedError):
        shown(compare(old, new), catalogue(), stop)

"""Verification finds what is wrong with a policy, shows it by facts, and heeds what is meant."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest

from ontology.facts import catalogue
from rules.findings import KINDS, Finding, Findings
from rules.policy import Policy, build
from rules.rule import Rule
from rules.sarif import sarif
from rules.strata import Engines, evaluate
from rules.verification import ON_REQUEST, USUAL, verify
from service.bundle import packaged

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
OPEN: Mapping[str, Any] = {"incident": {"phase": "open"}}


def rule(name: str, when: Any, then: Any, **more: Any) -> dict[str, Any]:
    return {"id": name, "reason": "Drawn.", "when": when, "then": [then], **more}


def book(name: str, stratum: str, *rules: Mapping[str, Any], **more: Any) -> dict[str, bytes]:
    text = {"book": name, "stratum": stratum, "owner": "team/a", "rules": [*rules], **more}
    if not rules:
        del text["rules"]
    return {f"{name}.yaml": json.dumps(text).encode()}


def escalation(*rules: Mapping[str, Any], **more: Any) -> dict[str, bytes]:
    return book("escalation", "escalate", *rules, **more)


def checked(*books: Mapping[str, bytes], only: Sequence[str] = (*USUAL,), **more: Any) -> Findings:
    files = {name: content for one in books for name, content in one.items()}
    return verify(build(files, catalogue()), catalogue(), AT, only=only, **more)


def only(found: Findings) -> Finding:
    (one,) = found.found
    return one


def names(one: Finding) -> tuple[str, ...]:
    return (one.kind, one.place.name, *(other.name for other in one.others))


HIGH = rule("high", OPEN, {"escalate": "executive"})


def test_two_rules_that_say_the_same_of_the_same_facts_are_duplicates() -> None:
    again = rule("again", {"incident": {"phase": "[open..open]"}}, {"escalate": "executive"})
    one = only(checked(escalation(HIGH, again)))
    assert names(one) == ("duplicate", "high", "again")
    assert [fact.canonical() for fact in one.facts] == ['{"incident":{"phase":"open"}}']


def test_two_rules_with_other_tiers_for_the_same_facts_are_a_conflict_that_merging_settles() -> (
    None
):
    one = only(checked(escalation(HIGH, rule("low", OPEN, {"escalate": "specialist"}))))
    assert names(one) == ("conflict", "low", "high")
    assert "merging keeps the higher tier" in one.why


def test_a_rule_is_shadowed_by_one_that_fires_more_often_and_says_more() -> None:
    narrow = rule(
        "narrow", {"incident": {"phase": "open", "severity": "severe"}}, {"escalate": "specialist"}
    )
    assert names(only(checked(escalation(HIGH, narrow)))) == ("shadowed", "narrow", "high")


def test_a_rule_that_says_more_where_it_is_narrower_is_not_shadowed() -> None:
    narrow = rule(
        "narrow", {"incident": {"phase": "open", "severity": "severe"}}, {"escalate": "board"}
    )
    assert checked(escalation(HIGH, narrow)).found == ()


def test_a_rule_is_shadowed_by_two_that_together_hold_wherever_it_does() -> None:
    parts = [
        rule(f"part-{at}", {"incident": {"customers_affected": test}}, {"escalate": "executive"})
        for at, test in enumerate(("less than 5", "at least 4"))
    ]
    whole = rule(
        "whole", {"incident": {"customers_affected": "given"}}, {"escalate": "specialist"}
    )
    assert names(only(checked(escalation(*parts, whole)))) == (
        "shadowed",
        "whole",
        "part-0",
        "part-1",
    )


def test_a_lower_tier_that_a_later_rule_asks_for_is_not_shadowed() -> None:
    low = rule(
        "low", {"incident": {"phase": "open", "severity": "severe"}}, {"escalate": "specialist"}
    )
    asks = rule("asks", {"escalation": {"tier": "specialist"}}, {"route": "team/a"})
    found = checked(escalation(HIGH, low), book("routing", "route", asks))
    assert found.found == ()


def test_a_rule_in_force_for_longer_is_not_shadowed() -> None:
    brief = rule("brief", OPEN, {"escalate": "executive"}, effective={"until": "2027-01-01"})
    low = rule("low", OPEN, {"escalate": "specialist"})
    assert checked(escalation(brief, low)).found == ()


def test_duties_are_owed_both_so_neither_shadows_the_other() -> None:
    owed = {"family": "hands", "from_team": "team/a", "within": "1 hour"}
    narrow = {"incident": {"phase": "open", "severity": "severe"}}
    rules = (rule("wide", OPEN, {"owe": owed}), rule("narrow", narrow, {"owe": owed}))
    assert checked(book("protocol", "require", *rules)).found == ()


def test_a_rule_that_rules_itself_out_is_unreachable() -> None:
    never = [OPEN, {"absent": {"incident": {"phase": ["open", "closed"]}}}]
    one = only(checked(escalation(rule("never", never, {"escalate": "board"}))))
    assert names(one) == ("unreachable", "never")
    assert [fact.kind for fact in one.facts] == ["incident"]


def test_joins_that_can_never_meet_make_a_rule_unreachable() -> None:
    when = [
        {"incident": {"customers_affected": "at most 3"}},
        {"spread": {"window": "PT1H", "volume": "at least 4", "as": "s"}},
        {"progress": {"unanswered": "same as incident.customers_affected", "as": "p"}},
        {"validation": {"doubt": "-", "waiting": "same as p.unanswered", "counted": "given"}},
    ]
    apart = [*when[:3], {"validation": {"doubt": "-", "waiting": "same as s.volume"}}]
    assert checked(escalation(rule("meets", when, {"escalate": "board"}))).found == ()
    joined = [
        {"incident": {"customers_affected": "at most 3"}},
        {"progress": {"unanswered": "same as incident.customers_affected"}},
        {"spread": {"window": "PT1H", "volume": "same as progress.unanswered"}},
    ]
    assert checked(escalation(rule("chain", joined, {"escalate": "board"}))).found == ()
    joined[2] = {"spread": {"window": "PT1H", "volume": "same as progress.unanswered"}}
    never = [
        {"incident": {"customers_affected": "at most 3", "as": "i"}},
        {"spread": {"window": "PT1H", "volume": "same as i.customers_affected", "as": "s"}},
        {"validation": {"doubt": "-", "waiting": "same as s.volume", "as": "v"}},
        {"absent": {"validation": {"doubt": "-", "waiting": "at most 3"}}},
    ]
    assert names(only(checked(escalation(rule("never", never, {"escalate": "board"}))))) == (
        "unreachable",
        "never",
    )
    assert apart


def test_a_rule_that_asks_for_what_no_earlier_rule_concludes_is_unreachable() -> None:
    surge = rule("surge", {"detection": {"name": "surge"}}, {"escalate": "board"})
    one = only(checked(escalation(surge)))
    assert names(one) == ("unreachable", "surge")
    assert "no rule concludes" in one.why


def test_a_rule_is_reached_through_the_rules_that_conclude_what_it_asks() -> None:
    detect = rule(
        "detect", {"spread": {"window": "PT1H", "excess": "at least 4"}}, {"detect": "surge"}
    )
    surge = rule("surge", {"detection": {"name": "surge"}}, {"escalate": "board"})
    assert checked(book("detection", "detect", detect), escalation(surge)).found == ()


def test_what_earlier_rules_always_conclude_together_can_make_a_rule_unreachable() -> None:
    both = rule("both", OPEN, [{"detect": ["surge", "flood"]}][0])
    asks = [{"detection": {"name": "surge"}}, {"absent": {"detection": {"name": "flood"}}}]
    found = checked(
        book("detection", "detect", both), escalation(rule("never", asks, {"escalate": "board"}))
    )
    assert names(only(found)) == ("unreachable", "never")


def test_rules_that_are_never_in_force_together_do_not_reach_each_other() -> None:
    detect = rule("detect", OPEN, {"detect": "surge"}, effective={"until": "2027-01-01"})
    surge = rule(
        "surge",
        {"detection": {"name": "surge"}},
        {"escalate": "board"},
        effective={"from": "2027-01-01"},
    )
    found = checked(book("detection", "detect", detect), escalation(surge))
    assert names(only(found)) == ("unreachable", "surge")


def test_a_rule_whose_time_is_over_is_noted_and_no_fault() -> None:
    past = rule("past", OPEN, {"escalate": "board"}, effective={"until": "2026-10-01"})
    found = checked(escalation(HIGH, past))
    assert names(only(found)) == ("expired", "past")
    assert found.clean


def test_an_alternative_that_never_holds_is_told_of_a_rule_that_fires_otherwise() -> None:
    never = [OPEN, {"absent": {"incident": {"phase": "open"}}}]
    when = {"any": [{"incident": {"severity": "severe"}}, {"any": [never]}]}
    found = checked(escalation(rule("half", when, {"escalate": "board"})))
    assert names(only(found)) == ("unreachable", "half")
    assert "alternative 2" in only(found).why


def test_what_no_decision_shows_and_nobody_asks_for_is_ineffective() -> None:
    idle = rule("idle", OPEN, {"intensify": "history"})
    found = checked(book("classification", "classify", idle))
    assert names(only(found)) == ("ineffective", "idle")
    asks = rule("asks", {"intensifier": {"name": "history"}}, {"escalate": "board"})
    assert checked(book("classification", "classify", idle), escalation(asks)).found == ()


def test_another_stand_in_for_the_same_team_is_a_conflict() -> None:
    rules = (
        rule("one", OPEN, {"route": {"team": "team/a", "otherwise": "team/b"}}),
        rule(
            "two",
            {"incident": {"severity": "severe"}},
            {"route": {"team": "team/a", "otherwise": "team/c"}},
        ),
    )
    one = only(checked(book("routing", "route", *rules)))
    assert names(one) == ("conflict", "one", "two")
    assert dict(one.facts[0].values) == {"phase": "open", "severity": "severe"}


def test_rules_that_one_incident_cannot_meet_together_are_no_conflict() -> None:
    rules = [
        rule(
            name, {"incident": {"phase": phase}}, {"route": {"team": "team/a", "otherwise": other}}
        )
        for name, phase, other in (("one", "open", "team/b"), ("two", "closed", "team/c"))
    ]
    assert checked(book("routing", "route", *rules)).found == ()


def test_an_allowance_against_a_prohibition_is_a_conflict() -> None:
    deny = rule("deny", OPEN, {"respond": "deny"})
    forbid = rule("forbid", {"incident": {"harm": "death"}}, {"forbid": "denial"})
    one = only(checked(book("response", "respond", deny), book("publication", "require", forbid)))
    assert names(one) == ("conflict", "deny", "forbid")
    assert "the prohibition wins" in one.why


def test_advice_against_advice_is_no_conflict_where_a_prohibition_always_settles_it() -> None:
    rules = (
        rule("deny", OPEN, {"respond": "deny"}),
        rule("pay", {"incident": {"harm": "death"}}, {"respond": "rebuild"}),
    )
    both = [{"response": {"strategy": "deny"}}, {"response": {"strategy": "rebuild"}}]
    never = rule("never-both", both, {"forbid": "denial"})
    conflicts = [names(one) for one in checked(book("response", "respond", *rules)).found]
    assert conflicts == [("conflict", "deny", "pay")]
    found = checked(book("response", "respond", *rules), book("publication", "require", never))
    assert [names(one) for one in found.found] == [("conflict", "deny", "never-both")]


def test_what_merging_settles_is_told_on_request_only() -> None:
    wide = rule("wide", {"incident": {"severity": "severe"}}, {"escalate": "specialist"})
    assert checked(escalation(HIGH, wide)).found == ()
    found = checked(escalation(HIGH, wide), only=[*ON_REQUEST])
    assert names(only(found)) == ("overlap", "high", "wide")
    assert found.clean


TABLE: Mapping[str, Any] = {
    "id": "tiers",
    "reason": "Drawn.",
    "inputs": ["incident.severity", "incident.people_at_risk"],
    "outputs": ["escalate.tier"],
    "rows": [
        {"when": ["at least severe", "-"], "then": ["executive"]},
        {"when": ["at most moderate", True], "then": ["crisis-team"]},
    ],
}


def tables(**more: Any) -> dict[str, bytes]:
    return escalation(tables=[{**TABLE, **more}])


def test_a_gap_of_a_table_is_told_with_the_row_that_closes_it() -> None:
    one = only(checked(tables()))
    assert names(one) == ("gap", "tiers")
    assert "people_at_risk: false" in one.why
    assert one.row.startswith("- {when: [")
    cells = one.row.partition("[")[2].rpartition("], then")[0]
    closed = (
        json.dumps([*TABLE["rows"]])[:-1]
        + f', {{"when": {_cells(cells)}, "then": ["specialist"]}}]'
    )
    assert checked(tables(rows=json.loads(closed))).found == ()


def _cells(text: str) -> str:
    first, _, second = text.rpartition(", ")
    names_ = [f'"{name}"' for name in first.strip("[]").split(", ")]
    return f"[[{', '.join(names_)}], {second}]"


def test_a_table_is_complete_in_what_it_declares() -> None:
    declared = {"incident": {"severity": "at least severe"}}
    assert checked(tables(complete=declared)).found == ()
    assert checked(tables(hit="C")).found == ()
    wider = {"incident": {"severity": "at least severe, not given"}}
    assert names(only(checked(tables(complete=wider)))) == ("gap", "tiers")


def test_a_book_is_complete_in_what_it_declares_whatever_else_is_given() -> None:
    tiers = [
        rule("severe", {"incident": {"severity": "at least severe"}}, {"escalate": "executive"}),
        rule(
            "other",
            {"incident": {"severity": "at most moderate", "internal": True}},
            {"escalate": "specialist"},
        ),
        rule(
            "rest",
            {"incident": {"severity": "at most moderate", "internal": "not true, not given"}},
            {"escalate": "frontline"},
        ),
    ]
    asks = rule("asks", {"escalation": {"tier": "frontline"}}, {"route": "team/a"})
    complete = {"incident": {"severity": "given"}}
    routing = book("routing", "route", asks)
    assert checked(escalation(*tiers, complete=complete), routing).found == ()
    one, *_ = checked(escalation(*tiers[:2], complete=complete)).found
    assert names(one) == ("gap", "escalation")
    assert one.facts[0].values["severity"] in {"unknown", "minor", "moderate"}


def test_an_absence_leaves_a_gap_where_the_absent_fact_is_there() -> None:
    calm = [{"incident": {"severity": "given"}}, {"absent": {"feed": {"status": "stalled"}}}]
    found = checked(
        escalation(
            rule("calm", calm, {"escalate": "executive"}),
            complete={"incident": {"severity": "given"}},
        )
    )
    assert [fact.kind for fact in only(found).facts] == ["feed", "incident"]


def test_an_accepted_finding_is_counted_and_not_told() -> None:
    low = rule("low", OPEN, {"escalate": "specialist"})
    accepts = [{"finding": "conflict", "rule": "low", "with": "high", "reason": "Meant."}]
    found = checked(escalation(HIGH, low, accepts=accepts))
    assert found.found == ()
    assert [(one.kind, why) for one, why in found.accepted] == [("conflict", "Meant.")]
    assert "accepted in the books: 1" in found.text()


def test_what_is_accepted_for_nothing_is_told() -> None:
    accepts = [{"finding": "conflict", "rule": "high", "with": "low", "reason": "Meant."}]
    assert names(only(checked(escalation(HIGH, accepts=accepts)))) == ("stale", "high")


def test_what_is_accepted_for_nothing_can_be_asked_for_alone() -> None:
    low = rule("low", OPEN, {"escalate": "specialist"})
    accepts = [{"finding": "gap", "reason": "Meant."}]
    files = escalation(HIGH, low, accepts=accepts)
    assert names(only(checked(files, only=["stale"]))) == ("stale", "escalation")
    assert {one.kind for one in checked(files).found} == {"conflict", "stale"}


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"accepts": [{"finding": "shaded", "reason": "x"}]}, "did you mean 'shadowed'?"),
        ({"accepts": [{"finding": "gap"}]}, "has no reason"),
        ({"accepts": {"finding": "gap"}}, "is a list"),
        ({"accepts": [{"finding": "gap", "rule": ["a", "b"], "reason": "x"}]}, "a name is words"),
        ({"accepts": [7]}, "an acceptance is a mapping"),
        ({"complete": {"absent": {"incident": "given"}}}, "says what may be given"),
        ({"complete": {"incident": {"sverity": "given"}}}, "did you mean 'severity'?"),
        ({"complete": {"escalation": "given"}}, "is complete only after the stratum"),
    ],
)
def test_a_declaration_that_says_nothing_is_refused_with_a_cure(more: Any, words: str) -> None:
    with pytest.raises(ValueError, match=r"escalation\.yaml") as caught:
        checked(escalation(HIGH, **more))
    assert words in str(caught.value)


def test_what_there_is_no_time_for_is_unknown_and_counted() -> None:
    found = checked(
        escalation(HIGH, rule("low", OPEN, {"escalate": "specialist"})), expired=lambda: True
    )
    assert found.found == ()
    assert found.unknown["shadowed"] == found.looked["shadowed"] == 2
    assert "unknown: " in found.text()


def test_progress_is_told_and_what_it_raises_ends_the_search() -> None:
    steps: list[tuple[int, int]] = []
    checked(escalation(HIGH), progress=lambda done, every: steps.append((done, every)))
    assert steps[0][0] == 0
    assert steps[-1][0] == steps[-1][1] > 0

    def stop(_done: int, _every: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        checked(escalation(HIGH), progress=stop)


@cache
def shipped() -> tuple[Policy, Findings]:
    policy = build(packaged(), catalogue())
    return policy, verify(policy, catalogue(), AT, only=USUAL)


def test_the_shipped_books_hold_nothing_that_is_not_meant() -> None:
    _, found = shipped()
    assert [*found.found] == []
    assert found.accepted
    assert sum(found.unknown.values()) == 0


def test_every_accepted_finding_of_the_shipped_books_is_shown_by_its_facts() -> None:
    policy, found = shipped()
    engines = Engines.of(policy)
    for one, reason in found.accepted:
        assert one.at is not None
        fired = {f.rule for f in evaluate(policy, one.facts, one.at, engines).firings}
        assert {one.place.name, *(other.name for other in one.others)} <= fired
        assert len(reason) > 20


def mutated(policy: Policy, *more: Rule) -> list[Finding]:
    found = verify(policy.having([*policy.rules, *more]), catalogue(), AT, only=USUAL)
    return [one for one in found.found if any(one_.id in names(one) for one_ in more)]


@pytest.mark.parametrize(
    "name", ["angry-surge", "careful-hands", "no-personal-data-in-public", "win-back"]
)
def test_a_duplicate_a_contradiction_and_a_shadowed_rule_put_in_are_found(name: str) -> None:
    policy, _ = shipped()
    known = {one.id for one in policy.rules}
    original = policy.rule(name if name in known else policy.stratum("require")[0].id)
    again = replace(original, id=f"{original.id}-again")
    assert [one.kind for one in mutated(policy, again)][-1:] == ["duplicate"]
    narrow = replace(
        original,
        id=f"{original.id}-narrow",
        conditions=tuple(_narrowed(policy, one) for one in original.conditions),
    )
    assert "shadowed" in {one.kind for one in mutated(policy, narrow)}


def _narrowed(policy: Policy, one: Any) -> Any:
    """The same, where a part of attune is missing as well."""
    patterns = policy.rule("part-missing").conditions[0].patterns
    return replace(one, patterns=(*one.patterns, *patterns))


def test_a_contradicting_tier_for_the_same_facts_put_in_is_found() -> None:
    policy, _ = shipped()
    original = policy.rule("angry-surge")
    lower = replace(original.conclusions[0], values={"tier": "specialist"})
    other = replace(original, id="angry-surge-after-all", conclusions=(lower,))
    assert {names(one)[0] for one in mutated(policy, other)} == {"conflict"}


def test_findings_as_sarif_name_rules_places_and_fingerprints() -> None:
    low = rule("low", OPEN, {"escalate": "specialist"})
    accepts = [{"finding": "conflict", "rule": "low", "reason": "Meant."}]
    told: Any = sarif(
        checked(escalation(HIGH, low)), version="1", paths={"escalation.yaml": "a b/e.yaml"}
    )
    assert (told["version"], len(told["runs"])) == ("2.1.0", 1)
    (run,) = told["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [one["id"] for one in rules] == [*KINDS]
    assert all(one["help"]["text"] and one["shortDescription"]["text"] for one in rules)
    (result,) = run["results"]
    assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == "conflict"
    assert result["level"] == "error"
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "a%20b/e.yaml"
    assert place["region"]["startLine"] >= 1
    assert [one["message"]["text"] for one in result["relatedLocations"]] == ["high"]
    assert len(result["partialFingerprints"]["attuneFinding/v1"]) == 32
    meant: Any = sarif(checked(escalation(HIGH, low, accepts=accepts)), version="1")
    (result,) = meant["runs"][0]["results"]
    assert result["suppressions"] == [{"kind": "inSource", "justification": "Meant."}]


def test_a_fingerprint_outlives_a_change_of_lines() -> None:
    low = rule("low", OPEN, {"escalate": "specialist"})
    one = only(checked(escalation(HIGH, low)))
    other = only(
        checked(
            escalation(
                rule("first", {"feed": {"status": "stalled"}}, {"escalate": "board"}), HIGH, low
            )
        )
    )
    assert one.fingerprint == other.fingerprint

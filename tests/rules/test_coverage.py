"""Coverage: what counts as tried, and which boundaries a test has."""

from collections.abc import Sequence
from datetime import time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ontology.facts import catalogue
from ontology.kinds import Field
from ontology.values import Value
from rules.boundaries import boundaries
from rules.casetables import read_tables
from rules.coverage import Coverage, coverage, total
from rules.policy import build
from rules.sfeel import MISSING, Input, holds
from rules.unary import parse
from tests.rules import policies

KINDS = catalogue().kinds
EXCESS = KINDS["spread"].fields["excess"]
PHASE = KINDS["incident"].fields["phase"]
TIER = KINDS["incident"].fields["tier"]
BOOK = """
book: escalation
stratum: escalate
owner: team/crisis-office
rules:
  - id: surge
    reason: Many voices about it need one answer.
    when:
      spread: {window: PT1H, excess: at least 3}
      absent: {agreement: {topic: holding-statement, in_force: true}}
    then: [escalate: crisis-team]
"""
FIRES = "{note: a, rule: surge, given: {spread: {window: PT1H, excess: 3}}, want: fires}"


def covered(*cases: str) -> Coverage:
    table = "cases:\n" + "".join(f"  - {case}\n" for case in cases)
    whole = build({"a.yaml": BOOK.encode(), "a.cases.yaml": table.encode()}, catalogue())
    return total(coverage(whole, read_tables(whole, catalogue())))


def quiet(given: str) -> str:
    return f"{{note: a, rule: surge, given: {{{given}}}, want: stays quiet}}"


def sides(text: str, field: Field) -> list[tuple[Input, Input]]:
    return [(one.at, one.beside) for one in boundaries(parse(text, field), field)]


def test_a_rule_is_covered_by_a_case_either_way() -> None:
    assert covered(FIRES).rules.met == 0
    assert covered(FIRES, quiet("spread: {window: PT1H, excess: 2}")).rules.met == 1


def test_a_condition_is_covered_where_it_holds_and_fails_with_the_rest_of_its_pattern() -> None:
    assert covered(FIRES).conditions.met == 0
    assert covered(FIRES, quiet("spread: {window: PT1H, excess: 2}")).conditions.met == 1
    assert covered(FIRES, quiet("spread: {window: P1D, excess: 2}")).conditions.met == 0


def test_a_boundary_is_covered_by_a_case_at_it_and_one_just_beside() -> None:
    far = quiet("spread: {window: PT1H, excess: 2}")
    near = quiet("spread: {window: PT1H, excess: 2.99}")
    assert covered(FIRES, far).boundaries.met == 0
    assert covered(FIRES, near).boundaries.met == 1


def test_the_boundary_of_an_absence_is_covered_by_a_blocker_and_a_near_one() -> None:
    spread = "spread: {window: PT1H, excess: 3}"
    blocked = quiet(f"{spread}, agreement: {{topic: holding-statement, in_force: true}}")
    not_yet = (
        f"{{note: a, rule: surge, given: {{{spread}, "
        "agreement: {topic: holding-statement, in_force: false}}, want: fires}"
    )
    assert covered(FIRES, blocked, not_yet).boundaries.met == 1


def test_a_gap_names_the_rule_the_line_and_both_sides() -> None:
    words = [gap.words for gap in covered(FIRES).gaps if gap.boundary is not None]
    assert words[1] == "no pair of cases for spread.excess (at least 3): 3.0 against 2.99"
    assert {gap.line for gap in covered(FIRES).gaps if gap.boundary is not None} == {9, 10}


def test_a_case_that_names_no_rule_covers_none() -> None:
    case = "{note: a, given: {spread: {window: PT1H, excess: 3}}, want: {tier: crisis-team}}"
    assert covered(case).conditions.met == 0


@pytest.mark.parametrize(
    ("text", "field", "found"),
    [
        (">= 3", EXCESS, [(3.0, 2.99)]),
        ("[1..2)", EXCESS, [(1.0, 0.99), (1.99, 2.0)]),
        ("at least executive", TIER, [("executive", "crisis-team")]),
        ("open", PHASE, [("open", None)]),
        ("open, not given", PHASE, [("open", None), (MISSING, None)]),
        ("not(open)", PHASE, [("open", None)]),
        ("given", EXCESS, [(MISSING, None)]),
        (
            "less than 1 hour",
            KINDS["incident"].fields["age"],
            [(timedelta(seconds=3_599), timedelta(hours=1))],
        ),
        (
            "[08:00:00..18:00:00)",
            KINDS["calendar"].fields["local_time"],
            [(time(8), time(7, 59, 59)), (time(17, 59, 59), time(18))],
        ),
        (">= 00:00:00", KINDS["calendar"].fields["local_time"], []),
        ("-", EXCESS, []),
        ("at least frontline", TIER, []),
    ],
)
def test_a_test_has_these_boundaries(
    text: str, field: Field, found: Sequence[tuple[Input, Input]]
) -> None:
    assert sides(text, field) == found


@settings(max_examples=40, deadline=None)
@given(data=st.data(), field=st.sampled_from([EXCESS, PHASE, TIER]))
def test_on_the_two_sides_of_a_boundary_a_test_answers_otherwise(
    data: st.DataObject, field: Field
) -> None:
    test = parse(data.draw(policies.unary(field)), field)
    tried: list[Value] = policies.values(field)
    for one in boundaries(test, field):
        beside = [one.beside] if one.beside is not None else filter(one.is_beside, tried)
        answers = {holds(test, value, field) for value in beside}
        assert one.is_at(one.at)
        assert not answers or answers == {not holds(test, one.at, field)}


@settings(max_examples=40, deadline=None)
@given(data=st.data(), field=st.sampled_from([EXCESS, PHASE, TIER]))
def test_a_test_without_a_boundary_answers_every_value_alike(
    data: st.DataObject, field: Field
) -> None:
    test = parse(data.draw(policies.unary(field)), field)
    if not [*boundaries(test, field)]:
        tried = policies.values(field) if field is EXCESS else field.allowed
        assert len({holds(test, value, field) for value in tried}) == 1

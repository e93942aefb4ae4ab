"""Temporary rules end: the checker refuses one without an end, and the shipped ones end soon."""

from datetime import timedelta

import pytest

from ontology.facts import catalogue
from rules.policy import PolicyInvalid, build
from tests.rules.test_books import policy

BOOK = """
book: temporary-routing
stratum: route
owner: team/customer-care
rules:
  - id: help-for-a-while
    reason: While customer care moves house, the care desk answers for it.
    effective: {from: 2026-12-01, until: 2026-12-08}
    when: {touchpoint: {kind: phone}}
    then: [{route: team/care-desk}]
"""
LONGEST = timedelta(days=92)


def faults(text: str) -> list[str]:
    try:
        build({"temporary-routing.yaml": text.encode()}, catalogue())
    except PolicyInvalid as error:
        return [str(one) for one in error.diagnostics]
    return []


def test_a_temporary_rule_with_an_end_is_read() -> None:
    assert faults(BOOK) == []


@pytest.mark.parametrize("effective", ["{from: 2026-12-01}", None])
def test_a_temporary_rule_without_an_end_is_refused_with_its_place_and_a_cure(
    effective: str | None,
) -> None:
    line = "    effective: {from: 2026-12-01, until: 2026-12-08}\n"
    text = BOOK.replace(line, f"    effective: {effective}\n" if effective else "")
    (fault,) = faults(text)
    assert fault == (
        "temporary-routing.yaml:6:1: 'help-for-a-while': has no end; a rule of temporary-routing"
        " says until when it holds; for example"
        " effective: {from: 2026-12-19, until: 2027-01-04}"
    )


def test_rules_of_a_table_in_a_temporary_book_end_too() -> None:
    head = BOOK.partition("rules:")[0]
    table = """tables:
  - id: for-a-while
    reason: While customer care moves house, others answer for it.
    inputs: [touchpoint.kind]
    outputs: [route.team]
    rows: [{when: [phone], then: [team/care-desk]}]
"""
    assert len(faults(head + table)) == 1
    effective = "    effective: {until: 2026-12-08}\n    inputs"
    assert faults(head + table.replace("    inputs", effective)) == []


def test_a_book_of_another_name_may_hold_rules_for_good() -> None:
    text = BOOK.replace("book: temporary-routing", "book: routing")
    assert faults(text.replace("    effective: {from: 2026-12-01, until: 2026-12-08}\n", "")) == []


def test_every_shipped_temporary_rule_begins_and_ends_within_three_months() -> None:
    rules = [rule for rule in policy()[0].rules if rule.book.startswith("temporary-")]
    assert rules
    for rule in rules:
        assert rule.effective.start is not None, rule.id
        assert rule.effective.end is not None, rule.id
        assert rule.effective.end - rule.effective.start <= LONGEST, rule.id


def test_a_shipped_rule_of_another_book_is_there_to_stay() -> None:
    others = [rule for rule in policy()[0].rules if not rule.book.startswith("temporary-")]
    assert all(rule.effective.end is None for rule in others)

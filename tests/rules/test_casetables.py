"""Case tables: a case passes or says what differs; a broken table says all its mistakes."""

import pytest

from ontology.facts import catalogue
from rules.cases import CasesInvalid, read_cases
from rules.casetables import CaseResult, run, run_bundle

BOOK = """
book: detection
stratum: detect
owner: team/crisis-office
rules:
  - id: surge
    reason: Three times the usual is a surge.
    effective: {from: 2026-10-01}
    when: {spread: {window: PT1H, excess: at least 3}}
    then: [detect: surge]
  - id: urgent
    reason: Somebody waits.
    when: {signal: {urgency: at least 0.7}}
    then:
      - detect: urgent-need
      - escalate: {tier: specialist, within: 15 minutes}
      - require: [human-contact]
"""


def results(cases: str) -> tuple[CaseResult, ...]:
    return run(BOOK, f"cases:\n{cases}", file="detection.cases.yaml", catalogue=catalogue())


def differences(case: str) -> tuple[str, ...]:
    (only,) = results(case)
    assert only.passed == (not only.differences)
    return only.differences


SURGE = "rule: surge, given: {spread: {window: PT1H, excess: 3}}"
URGENT = "given: {signal: {judged: true, urgency: 0.9}}"


def test_a_rule_that_fires_as_wanted_passes() -> None:
    assert differences(f"  - {{note: A surge, {SURGE}, want: fires}}") == ()


def test_a_rule_that_fires_against_the_wish_says_what_fired() -> None:
    (said,) = differences(f"  - {{note: No surge, {SURGE}, want: stays quiet}}")
    assert said == "surge fires, wanted: stays quiet; fired: surge"


def test_a_rule_that_stays_quiet_says_what_fired_instead() -> None:
    (said,) = differences(f"  - {{note: x, rule: surge, {URGENT}, want: fires}}")
    assert said == "surge stays quiet, wanted: fires; fired: urgent"


def test_a_case_has_its_own_moment() -> None:
    before = f"  - {{note: x, at: 2026-09-30T23:59:59Z, {SURGE}, want: stays quiet}}"
    assert differences(before) == ()


def test_a_decision_is_compared_part_by_part() -> None:
    case = (
        f"  - {{note: x, {URGENT}, want: {{tier: specialist, within: 15 minutes, "
        "requirements: [human-contact], routes: [team/duty-officer], prohibitions: []}, "
        "without: {detections: [surge]}}"
    )
    assert differences(case) == ()


@pytest.mark.parametrize(
    ("want", "said"),
    [
        ("want: {tier: board}", "tier is specialist, wanted: board"),
        ("want: {within: 1 hour}", "within is PT15M, wanted: PT1H"),
        ("want: {threat: severe}", "threat is nothing, wanted: severe"),
        (
            "want: {requirements: [legal-approval]}",
            "requirements lacks legal-approval; it has human-contact",
        ),
        ("want: {detections: []}", "detections has urgent-need, wanted: nothing"),
        (
            "want: {tier: specialist}, without: {requirements: [human-contact]}",
            "requirements has human-contact, wanted: without",
        ),
    ],
)
def test_every_difference_of_a_decision_is_said(want: str, said: str) -> None:
    assert differences(f"  - {{note: x, {URGENT}, {want}}}") == (said,)


def test_a_case_about_a_rule_may_say_what_it_brings_about() -> None:
    case = (
        f"  - {{note: x, rule: urgent, {URGENT}, want: {{tier: specialist, "
        "routes: [{team: team/duty-officer, priority: normal}]}}"
    )
    assert differences(case) == ()


def test_what_a_rule_brings_about_is_compared_only_where_it_fires_too() -> None:
    case = f"  - {{note: x, rule: surge, {URGENT}, want: {{tier: specialist}}}}"
    assert differences(case) == ("surge stays quiet, wanted: fires; fired: urgent",)


@pytest.mark.parametrize(
    ("want", "said"),
    [
        (
            "{routes: [{team: team/legal, priority: urgent}]}",
            "routes lacks {team: team/legal, priority: urgent}; it has team/duty-officer normal",
        ),
        (
            "{requirements: [{name: human-contact, within: 1 hour}]}",
            "requirements lacks {name: human-contact, within: PT1H}; it has human-contact",
        ),
    ],
)
def test_the_parts_of_a_member_are_compared(want: str, said: str) -> None:
    assert differences(f"  - {{note: x, {URGENT}, want: {want}}}") == (said,)


@pytest.mark.parametrize(
    ("want", "said"),
    [
        ("{routes: [{tem: team/legal}]}", "did you mean 'team'"),
        ("{routes: [{priority: urgent}]}", "'team': is missing"),
        ("{notifications: [{team: team/legal, within: soon}]}", "'soon'"),
    ],
)
def test_parts_that_a_member_lacks_are_refused(want: str, said: str) -> None:
    with pytest.raises(CasesInvalid, match=said):
        results(f"  - {{note: x, {URGENT}, want: {want}}}")


@pytest.mark.parametrize("mark", ["true", "false", "later"])
def test_a_case_that_waits_for_a_person_is_refused_with_its_line(mark: str) -> None:
    case = f"  - {{note: x, {SURGE}, want: fires, judge: {mark}}}"
    with pytest.raises(CasesInvalid, match="judge it, then take this line out") as caught:
        results(case)
    assert [one.line for one in caught.value.diagnostics] == [2]


def test_all_mistakes_of_a_table_come_at_once_with_their_places() -> None:
    table = """cases:
  - {note: a, given: {spreadd: {}}, want: {tier: board}}
  - {note: b, given: {spread: {window: PT1H, excess_: 3}}, want: {tier: board}}
  - {note: c, given: {signal: {urgency: soon}}, want: {tier: board}}
  - {note: d, rule: surge, given: {}, want: maybe}
  - {note: e, given: {}, want: {tears: board}}
  - {note: f, at: noon, given: {}, want: {tier: board}}
  - {note: g, given: {}}
  - {note: h, given: {signal: {urgency: [0.1, 0.2]}}, want: {within: soon}}
  - {note: i, givn: {}, want: {}}
"""
    with pytest.raises(CasesInvalid) as caught:
        read_cases(table, file="x.cases.yaml", catalogue=catalogue())
    lines = {diagnostic.line for diagnostic in caught.value.diagnostics}
    assert lines == set(range(2, 11))
    assert "did you mean 'excess'" in str(caught.value)
    assert all(one.file == "x.cases.yaml" for one in caught.value.diagnostics)


@pytest.mark.parametrize("table", ["", "cases: 3", "- a", "cases:\n\t- x", "tables: []"])
def test_what_is_no_table_is_refused(table: str) -> None:
    with pytest.raises(CasesInvalid):
        read_cases(table, file="x.cases.yaml", catalogue=catalogue())


def test_a_case_about_a_rule_that_the_book_lacks_is_refused() -> None:
    with pytest.raises(CasesInvalid, match="tsunami"):
        results("  - {note: x, rule: tsunami, given: {}, want: fires}")


def test_a_bundle_names_rules_that_lack_a_case_either_way() -> None:
    cases = f"cases:\n  - {{note: x, {SURGE}, want: fires}}\n"
    files = {"a.yaml": BOOK.encode(), "a.cases.yaml": cases.encode()}
    report = run_bundle(files, catalogue())
    assert not report.passed
    assert report.unpaired == (
        "surge has no case in which it stays quiet",
        "urgent has no case in which it fires",
        "urgent has no case in which it stays quiet",
    )


def test_a_table_without_a_book_runs_on_the_whole_policy() -> None:
    other = (
        BOOK.replace("book: detection", "book: other")
        .replace("id: surge", "id: surge-too")
        .replace("id: urgent", "id: urgent-too")
        .replace("human-contact", "personal-answer")
    )
    want = "{requirements: [human-contact, personal-answer]}"
    cases = f"cases:\n  - {{note: x, {URGENT}, want: {want}}}\n"
    files = {"a.yaml": BOOK.encode(), "b.yaml": other.encode(), "all.cases.yaml": cases.encode()}
    (result,) = run_bundle(files, catalogue()).results
    assert result.passed

"""Suggested cases: what they hold, that they wait for a person, and that they close the gaps."""

import pytest

from ontology.facts import catalogue
from rules.cases import CasesInvalid, read_cases
from rules.casetables import read_tables, run_tables
from rules.coverage import coverage, total
from rules.policy import build
from rules.suggestion import suggestions, written
from tests.rules.test_mutation import BOOK, FIRES, ONE


def suggested(book: str, *cases: str) -> str:
    files = {"a.yaml": book.encode()}
    if cases:
        files["a.cases.yaml"] = ("cases:\n" + "".join(cases)).encode()
    whole = build(files, catalogue())
    found = suggestions(whole, read_tables(whole, catalogue()), catalogue())
    return written(found, catalogue())


def test_a_case_that_fires_is_changed_in_one_value() -> None:
    lines = suggested(ONE, FIRES.replace("WANT", "fires")).splitlines()
    at = lines.index('    note: "spread.excess is 2.99, asked: at least 3"')
    assert lines[at - 1] == "  - rule: surge"
    assert lines[at + 1 : at + 4] == [
        "    given: {spread: {window: PT1H, excess: 2.99}}",
        "    want: stays quiet",
        "    judge: true",
    ]


def test_each_suggestion_stands_below_the_table_that_it_belongs_to() -> None:
    assert "\n  # a.cases.yaml\n" in suggested(ONE)


def test_a_suggestion_is_refused_until_somebody_has_judged_it() -> None:
    table = suggested(ONE)
    with pytest.raises(CasesInvalid, match="waits for a person") as caught:
        read_cases(table, file="x.cases.yaml", catalogue=catalogue())
    lines = {one.line for one in caught.value.diagnostics}
    assert all("judge: true" in table.splitlines()[line - 1] for line in lines)
    assert len(lines) == table.count("- rule:")


LATER = ONE.replace("    when:", "    effective: {from: 2027-01-01}\n    when:")


@pytest.mark.parametrize("book", [ONE, BOOK, LATER])
def test_suggestions_that_were_judged_close_every_gap_at_a_boundary(book: str) -> None:
    table = suggested(book).replace("    judge: true\n", "")
    whole = build({"a.yaml": book.encode(), "a.cases.yaml": table.encode()}, catalogue())
    tables = read_tables(whole, catalogue())
    assert all(result.passed for result in run_tables(whole, tables).results)
    assert [gap.words for gap in total(coverage(whole, tables)).gaps if gap.boundary] == []


def test_a_suggestion_has_a_moment_at_which_its_rule_is_in_force() -> None:
    assert "    at: 2027-01-01T00:00:00Z\n" in suggested(LATER)
    assert "at:" not in suggested(ONE).partition("cases:")[2]


def test_where_nothing_is_missing_an_empty_table_is_written() -> None:
    table = suggested(ONE).replace("    judge: true\n", "")
    again = suggested(ONE, table.partition("cases:\n")[2])
    assert read_cases(again, file="x.cases.yaml", catalogue=catalogue()) == ()

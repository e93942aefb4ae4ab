"""Decision tables in books: rows become rules that keep to their hit policy on both engines."""

import json
from collections.abc import Mapping, Sequence
from itertools import product
from time import process_time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ontology.facts import Fact, catalogue
from rules.casetables import run
from rules.compiled import Compiled
from rules.conditions import Conjunction
from rules.diagnostics import Diagnostic
from rules.durable import Durable, available
from rules.explanation import asked
from rules.rule import Book, RuleTable
from rules.rulebook import RulebookInvalid, parse
from tests.rules import policies
from tests.rules.examples import thorough

BOOK = """\
book: escalation
stratum: escalate
owner: team/crisis-office
tables:
  - id: tier-by-spread
    reason: How far up it goes depends on whose fault it is and how fast it spreads.
    covers: ["1.1"]
    effective: {from: 2026-10-01}
    hit: P
    inputs: [incident.cluster, spread.window, spread.excess]
    outputs: [{name: escalate.tier, allowed: [executive, crisis-team]}, escalate.within, notify]
    rows:
      - {when: [preventable, PT1H, at least 10], then: [executive, 15 minutes, team/legal]}
      - id: any-surge
        note: A surge alone needs the crisis team.
        when: {spread.window: PT1H, spread.excess: at least 4}
        then: [crisis-team, "-", "-"]
"""


def read(text: str) -> Book:
    return parse(text, file="t.yaml", catalogue=catalogue())


def mistakes(old: str, new: str) -> tuple[Diagnostic, ...]:
    assert old in BOOK
    with pytest.raises(RulebookInvalid) as caught:
        read(BOOK.replace(old, new))
    return caught.value.diagnostics


def fact(kind: str, **values: Any) -> Fact:
    return catalogue().fact(kind, values, policies.ORIGIN)


def fired(book: Book, facts: Sequence[Fact]) -> set[str]:
    compiled = Compiled(book.rules).fire(facts).matched
    if available():
        assert Durable(book.rules).fire(facts).matched == compiled
    return {*compiled}


def test_a_row_is_a_rule_with_the_words_of_its_table() -> None:
    one, two = read(BOOK).rules
    assert (one.id, one.line, one.covers) == ("tier-by-spread-1", 13, ("1.1",))
    assert (two.id, two.reason) == ("any-surge", "A surge alone needs the crisis team.")
    assert two.effective.start is not None
    assert [fact.kind for fact in one.conclusions] == ["escalation", "notification"]
    assert [fact.kind for fact in two.conclusions] == ["escalation"]


def test_a_book_keeps_its_tables_as_written() -> None:
    (table,) = read(BOOK).tables
    assert (table.hit, table.inputs[0], table.outputs[2]) == (
        "P",
        "incident.cluster",
        "notify.team",
    )
    assert len(table.rows) == 2


@pytest.mark.parametrize(
    ("hit", "excess", "cluster", "rules"),
    [
        ("P", 12.0, "preventable", {"tier-by-spread-1"}),
        ("P", 5.0, "preventable", {"any-surge"}),
        ("P", 12.0, "victim", {"any-surge"}),
        ("P", 1.0, "preventable", set()),
        ("C", 12.0, "preventable", {"tier-by-spread-1", "any-surge"}),
    ],
)
def test_of_the_rows_that_hold_priority_takes_the_first_output_and_collect_takes_all(
    hit: str, excess: float, cluster: str, rules: set[str]
) -> None:
    book = read(BOOK.replace("hit: P", f"hit: {hit}"))
    facts = [fact("incident", cluster=cluster), fact("spread", window="PT1H", excess=excess)]
    assert fired(book, facts) == rules


def test_a_row_that_gives_way_says_to_what() -> None:
    assert asked(read(BOOK).rules[1]) == [
        "spread {window: PT1H, excess: at least 4}",
        "no incident {cluster: preventable}",
        "or",
        "spread {window: PT1H, excess: at least 4 and not(at least 10)}",
    ]


def test_the_rows_of_a_table_have_cases_like_rules() -> None:
    cases = """\
cases:
  - rule: any-surge
    note: Nobody is to blame
    given: {spread: {window: PT1H, excess: 12}}
    want: fires
  - rule: any-surge
    note: It is ours
    given: {spread: {window: PT1H, excess: 12}, incident: {cluster: preventable}}
    want: stays quiet
"""
    found = run(BOOK, cases, file="t.cases.yaml", catalogue=catalogue())
    assert [one.differences for one in found] == [(), ()]


@pytest.mark.parametrize(
    ("old", "new", "place", "reason", "nearest"),
    [
        ("hit: P", "hit: U", (14, 9), "row at line 13; make one of them narrower", None),
        ("hit: P", "hit: any", (14, 9), "row at line 13; give them the same", None),
        ("hit: P", "hit: F", (9, 10), "is none of U, A, C, P", None),
        ("hit: P", "hit: priorrity", (9, 10), "is none of", "priority"),
        (", allowed: [executive, crisis-team]", "", (9, 10), "needs an output whose", None),
        ("[crisis-team, ", "[specialist, ", (17, 16), "allows executive, crisis-team", None),
        ("incident.cluster,", "incident.clster,", (10, 14), "no field of incident", "cluster"),
        ("incident.cluster,", "incdent.cluster,", (10, 14), "no kind of fact", "incident"),
        ("incident.cluster,", "incident,", (10, 14), "a kind of fact and its field", None),
        ("spread.window, ", "", (10, 32), "does not say which window", None),
        ("excess: at least 4", "exess: at least 4", (16, 37), "names no column", "spread.excess"),
        ("preventable, PT1H, at", "PT1H, at", (13, 10), "cells: 2, columns: 3", None),
        ("[preventable,", "[preventible,", (13, 17), "is none of", "preventable"),
        ("executive, 15 minutes", "executive, 15", (13, 68), "needs its unit", "15 minutes"),
        ("id: any-surge", "id: tier-by-spread", (14, 13), "names two rules", None),
        ("escalate.within, ", "escalate.tier, ", (11, 73), "names two columns", None),
        ("    reason", "    raeson", (6, 5), "no part of a table", "reason"),
        ("tables:", "tablees:", (4, 1), "no part of a book", "tables"),
        ("at least 10]", "at least 10, -]", (13, 10), "cells: 4, columns: 3", None),
        ("  - id: tier", "    id: tier", (4, 1), "is a list", None),
    ],
)
def test_a_mistake_in_a_table_says_where_it_is(
    old: str, new: str, place: tuple[int, int], reason: str, nearest: str | None
) -> None:
    found = [one for one in mistakes(old, new) if reason in one.reason]
    assert [(one.line, one.column, one.nearest) for one in found][:1] == [(*place, nearest)]


def test_a_mistake_in_a_column_is_told_once() -> None:
    assert len(mistakes("incident.cluster,", "incident.clster,")) == 1


def test_a_row_that_higher_rows_cover_is_a_mistake() -> None:
    found = mistakes("[preventable, PT1H, at least 10]", '["-", PT1H, at least 4]')
    assert "never counts" in found[0].reason


def test_a_table_has_at_most_five_hundred_rows() -> None:
    row = "      - {when: [preventable, PT1H, at least 10], then: [executive, 15 minutes, '-']}\n"
    found = mistakes("      - id: any", row * 500 + "      - id: any")
    assert "at most 500" in found[0].reason


def test_five_hundred_ranked_rows_are_read_in_seconds() -> None:
    text = BOOK[: BOOK.index("    rows:")] + "    rows:\n"
    for at in range(500):
        tier = "executive" if at < 250 else "crisis-team"
        row = f'["-", PT1H, at least {500 - at}], then: [{tier}, "-", "-"]'
        text += f"      - {{when: {row}}}\n"
    started = process_time()
    rules = read(text).rules
    assert process_time() - started < 20
    assert len(rules[-1].conditions) == 1


def test_a_row_that_would_give_way_to_too_many_is_refused() -> None:
    text = BOOK[: BOOK.index("    rows:")] + "    rows:\n"
    for at in range(60):
        text += f'      - {{when: ["-", PT1H, {at * 2}], then: [executive, "-", "-"]}}\n'
    text += '      - {when: ["-", PT1H, at least 0], then: [crisis-team, "-", "-"]}\n'
    with pytest.raises(RulebookInvalid, match="make them simpler"):
        read(text)


# Against brute force

INPUTS = (
    "incident.phase",
    "incident.age",
    "spread.window",
    "spread.excess",
    "team.id",
    "team.load",
)
FORBIDDEN = ("denial", "humour", "marketing-contact")


def field_of(column: str) -> Any:
    kind, _, name = column.partition(".")
    return policies.shape(kind, name)


@st.composite
def tables(draw: st.DrawFn, hit: str) -> RuleTable | None:
    """A table of a hit policy, None where its rows contradict it or can never hold."""
    cell = st.sampled_from(["-", "-", "test"])
    rows = []
    for _ in range(draw(st.integers(1, 5))):
        cells = [
            "-" if draw(cell) == "-" else draw(policies.unary(field_of(column)))
            for column in INPUTS
        ]
        if {*cells} <= {"-", "given"}:
            cells[0] = "given"
        rows.append({"when": cells, "then": [draw(st.sampled_from(FORBIDDEN))]})
    table = {
        "id": "t",
        "reason": "Drawn.",
        "hit": hit,
        "inputs": list(INPUTS),
        "outputs": [{"name": "forbid", "allowed": list(FORBIDDEN)}],
        "rows": rows,
    }
    book = {"book": "b", "stratum": "require", "owner": "team/a", "tables": [table]}
    try:
        return read(json.dumps(book, ensure_ascii=False)).tables[0]
    except RulebookInvalid as error:
        known = ("can never be so", "the same facts", "never counts", "gives way", "takes")
        if all(any(words in one.reason for words in known) for one in error.diagnostics):
            return None
        raise


def holding(row: Conjunction, facts: Sequence[Fact]) -> list[Mapping[str, int]]:
    """Every choice of facts by kind of which a row holds."""
    fitting = [[at for at, one in enumerate(facts) if policies.fits(p, one)] for p in row.patterns]
    kinds = [pattern.kind for pattern in row.patterns]
    return [dict(zip(kinds, chosen, strict=True)) for chosen in product(*fitting)]


def outranked(chosen: Mapping[str, int], higher: Sequence[Mapping[str, int]]) -> bool:
    return any(
        all(chosen[kind] == at for kind, at in other.items() if kind in chosen) for other in higher
    )


def output(table: RuleTable, at: int) -> int:
    return FORBIDDEN.index(str(table.rules[at].conclusions[0].values["name"]))


@thorough
@given(table=tables("P"), facts=policies.facts())
def test_by_priority_a_row_holds_where_no_higher_row_holds_of_the_same_facts(
    table: RuleTable | None, facts: list[Fact]
) -> None:
    if table is None:
        return
    found = Compiled(table.rules).fire(facts).matched
    held = [holding(row, facts) for row in table.rows]
    for at, rule in enumerate(table.rules):
        higher = [
            choice
            for other, choices in enumerate(held)
            if output(table, other) < output(table, at)
            for choice in choices
        ]
        left = [chosen for chosen in held[at] if not outranked(chosen, higher)]
        assert (rule.id in found) == bool(left)
        assert found.get(rule.id, frozenset()) == {at for one in left for at in one.values()}
    if available():
        assert Durable(table.rules).fire(facts).matched == found


@thorough
@given(table=tables("U"), facts=policies.facts())
def test_of_the_same_facts_at_most_one_row_of_a_unique_table_holds(
    table: RuleTable | None, facts: list[Fact]
) -> None:
    if table is None:
        return
    found: list[Mapping[str, int]] = []
    for row in table.rows:
        choices = holding(row, facts)
        assert not any(outranked(choice, found) for choice in choices)
        found += choices


@thorough
@given(table=tables("C"), facts=policies.facts())
def test_collected_rows_are_rules_of_their_own(table: RuleTable | None, facts: list[Fact]) -> None:
    if table is not None:
        assert Compiled(table.rules).fire(facts).matched == policies.reference(table.rules, facts)

"""Mutants: what a slip of the pen may be, and which cases notice it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ontology.facts import Fact, catalogue
from rules.acceptance import accepted
from rules.compiled import Compiled
from rules.mutants import mutants
from rules.mutation import Judged, Proof, sum_up
from rules.rule import Rule
from rules.rulebook import parse
from tests.rules import policies

BOOK = """
book: escalation
stratum: escalate
owner: team/crisis-office
rules:
  - id: surge
    reason: Many voices about it need one answer.
    when:
      any:
        - incident: {phase: [open, recovery]}
        - threat: {level: severe}
      spread: {window: PT1H, excess: at least 3}
      absent: {agreement: {topic: holding-statement, region: same as request.region}}
      request: {kind: statement}
    then:
      - escalate: {tier: crisis-team}
      - notify: [team/legal]
"""
ONE = """
book: escalation
stratum: escalate
owner: team/crisis-office
rules:
  - id: surge
    reason: Many voices about it need one answer.
    when: {spread: {window: PT1H, excess: at least 3}}
    then: [escalate: crisis-team]
"""
FIRES = "  - {note: a, rule: surge, given: {spread: {window: PT1H, excess: 3}}, want: WANT}\n"
QUIET = FIRES.replace("excess: 3", "excess: 2.99").replace("WANT", "stays quiet")
OTHER = FIRES.replace("PT1H", "P1D").replace("WANT", "stays quiet")
SHOWN = FIRES.replace("WANT", "{tier: crisis-team}")


def only(book: str) -> Rule:
    return parse(book, file="a.yaml", catalogue=catalogue()).rules[0]


def said(book: str) -> list[str]:
    return [mutant.words for mutant in mutants(only(book), catalogue())]


def judged(*cases: str, **more: str) -> Judged:
    files = {"a.yaml": ONE, "a.cases.yaml": "cases:\n" + ("".join(cases) or "  []"), **more}
    proof = Proof.of({name: text.encode() for name, text in files.items()}, catalogue())
    return proof.judge("surge")


def alive(*cases: str, **more: str) -> set[str]:
    return {survivor.words for survivor in judged(*cases, **more).survivors}


@pytest.mark.parametrize(
    "words",
    [
        "without spread.excess: at least 3",
        "spread.excess asks >= 3.01, not at least 3",
        "spread.excess asks >= 2.99, not at least 3",
        "spread.excess asks > 3.0, not at least 3",
        "spread.excess asks < 3.0, not at least 3",
        "incident.phase asks recovery, not [open, recovery]",
        "incident.phase asks not(open, recovery), not [open, recovery]",
        "threat.level asks moderate, not severe",
        "without alternative 1",
        "without spread {window: PT1H, excess: at least 3}",
        "without absent agreement {topic: holding-statement}",
        "absent agreement {topic: holding-statement} without its `same as`",
        "absent without agreement.topic: holding-statement",
        "without notification {team: team/legal}",
        "escalation {tier: crisis-team} with tier: specialist",
        "escalation {tier: crisis-team} with tier: executive",
    ],
)
def test_a_slip_of_the_pen_may_be(words: str) -> None:
    assert words in said(BOOK)


def test_no_mutant_stands_twice() -> None:
    assert len(said(BOOK)) == len({*said(BOOK)})


def test_what_stands_beside_alternatives_is_changed_in_all_of_them_at_once() -> None:
    (mutant,) = [m for m in mutants(only(BOOK), catalogue()) if ">= 3.01" in m.words]
    asks = [a for c in mutant.rule.conditions for p in c.patterns for a in p.asks]
    assert {a.accepted for a in asks if a.field.name == "excess"} == {
        accepted(a.test, a.field) for a in asks if a.field.name == "excess"
    }
    assert len(mutant.rule.conditions) == 2
    assert mutant.rule.conditions[0].patterns[1] == mutant.rule.conditions[1].patterns[1]


def test_a_line_of_a_mutant_is_that_of_what_was_changed() -> None:
    lines = {m.words: m.line for m in mutants(only(BOOK), catalogue())}
    assert lines["spread.excess asks >= 3.01, not at least 3"] == 12
    assert lines["without notification {team: team/legal}"] == 6


def test_a_pair_at_the_boundary_notices_a_shifted_threshold() -> None:
    fires = FIRES.replace("WANT", "fires")
    assert "spread.excess asks >= 2.99, not at least 3" in alive(fires)
    assert "spread.excess asks >= 2.99, not at least 3" not in alive(fires, QUIET)
    assert "spread.excess asks > 3.0, not at least 3" not in alive(fires)


def test_a_case_that_only_fires_does_not_notice_another_conclusion() -> None:
    changed = "escalation {tier: crisis-team} with tier: executive"
    assert changed in alive(FIRES.replace("WANT", "fires"), QUIET, OTHER)
    assert alive(SHOWN, QUIET, OTHER) == set()


def test_a_case_of_the_whole_policy_notices_what_the_table_of_the_book_does_not() -> None:
    whole = (
        "cases:\n  - {note: a, given: {spread: {window: PT1H, excess: 3}}, "
        "want: {tier: crisis-team}}\n"
    )
    changed = "without escalation {tier: crisis-team}"
    assert changed in alive(FIRES.replace("WANT", "fires"))
    found = alive(FIRES.replace("WANT", "fires"), **{"all.cases.yaml": whole})
    assert changed not in found
    assert "spread.excess asks >= 3.01, not at least 3" not in found


def test_the_score_counts_what_was_noticed() -> None:
    nothing, everything = judged(), judged(SHOWN, QUIET, OTHER)
    assert nothing.score.met == 0
    assert everything.score.met == everything.score.of == nothing.score.of
    assert sum_up([nothing, everything])["escalation"].score.met == everything.score.of


def test_a_rule_that_is_not_in_force_fires_in_no_case() -> None:
    later = ONE.replace("    when:", "    effective: {from: 2027-01-01}\n    when:")
    quiet = FIRES.replace("WANT", "stays quiet")
    assert "without spread.excess: at least 3" in alive(quiet, **{"a.yaml": later})


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_every_mutant_of_a_condition_asks_for_something_else(data: st.DataObject) -> None:
    for rule in data.draw(policies.rules(most=2)):
        for mutant in mutants(rule, catalogue()):
            changed = mutant.rule.conclusions if mutant.fires_alike else mutant.rule.conditions
            before = rule.conclusions if mutant.fires_alike else rule.conditions
            assert changed != before


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_every_mutant_runs(data: st.DataObject) -> None:
    given_facts = sorted(data.draw(policies.facts(most=6)), key=Fact.canonical)
    for rule in data.draw(policies.rules(most=1)):
        for mutant in mutants(rule, catalogue()):
            assert not Compiled((mutant.rule,)).fire(given_facts).errors

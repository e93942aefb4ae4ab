"""The commonest mistakes of someone who writes rules, not programs: one line each, and a cure."""

import pytest

from ontology.facts import catalogue
from rules.rulebook import RulebookInvalid, parse

BOOK = """\
book: escalation
stratum: escalate
owner: team/crisis-office
rules:
  - id: runaway-spread
    reason: A complaint that grows by itself needs an executive before it peaks.
    covers: ["1.1"]
    effective: {from: 2026-10-01}
    when:
      spread: {window: PT1H, excess: at least 4, negative_share: "> 0.5"}
      incident: {cluster: [preventable, accidental], phase: open, people_at_risk: true}
      absent: {agreement: {topic: holding-statement}}
    then:
      - escalate: {tier: executive, within: 15 minutes}
      - notify: [team/legal, team/communications]
"""

# The ten: what stands in the book, what is written instead, words of the cure, and the form that
# the cure leads to (it must make the book valid again).
TEN = [
    ("      incident", "\tincident", "spaces, not with tabs", "      incident"),
    ('"> 0.5"', "> 0.5", 'negative_share: "> 0.5"', '"> 0.5"'),
    ("at least 4", "'4,5'", "did you mean '4.5'?", "4.5"),
    ('"> 0.5"', "50 %", "did you mean '0.5'?", "0.5"),
    ("preventable", "preventible", "did you mean 'preventable'?", "preventable"),
    ("at least 4", '"=> 4"', "did you mean '>= 4'?", '">= 4"'),
    ("15 minutes", "15", "did you mean '15 minutes'?", "15 minutes"),
    ("window: PT1H, ", "", "for example spread: {window: PT1H}", "window: PT1H, "),
    (
        "people_at_risk: true",
        "people_at_risk: yes",
        "did you mean 'true'?",
        "people_at_risk: true",
    ),
    (
        "reason: A complaint",
        "reason: Runaway: a complaint",
        'reason: "Runaway: a complaint',
        "reason: Runaway, a complaint",
    ),
]
MORE = [
    ("at least 4", "greater than 4", "did you mean 'more than 4'?", "more than 4"),
    ("at least 4", "4 or more", "did you mean 'at least 4'?", "at least 4"),
    ("at least 4", "at lest 4", "did you mean 'at least 4'?", "at least 4"),
    ("at least 4", '"> 4 and < 9"', "did you mean '(4..9)'?", '"(4..9)"'),
    ("at least 4", "4-9", "did you mean 'from 4 to 9'?", "from 4 to 9"),
    ("at least 4", "1 000", "did you mean '1000'?", "1000"),
    ("at least 4", "“at least 4”", "did you mean 'at least 4'?", "at least 4"),
    ("at least 4", "{at_least: 4}", "did you mean 'at least'?", "{at least: 4}"),
    ("at least 4", '"null"', "ask `not given`", "not given"),
    ("at least 4", "", "is empty; write '-'", '"-"'),
    (
        "phase: open",
        "phase: open or recovery",
        "did you mean 'open, recovery'?",
        'phase: "open, recovery"',
    ),
    ("phase: open", "phase: open, recovery", "phase: [open, recovery]", "phase: [open, recovery]"),
    ("phase: open", "phase: Open", "did you mean 'open'?", "phase: open"),
    ("window: PT1H", "window: 1 hour", "did you mean 'PT1H'?", "window: PT1H"),
    ("window: PT1H", "window:PT1H", "window: PT1H", "window: PT1H"),
    (
        "people_at_risk: true",
        "people at risk: true",
        "did you mean 'people_at_risk'?",
        "people_at_risk: true",
    ),
    ("15 minutes", "15m", "did you mean '15 minutes'?", "15 minutes"),
    ("15 minutes", "1 month", "did you mean '30 days'?", "30 days"),
    ("15 minutes", "15 min.", "did you mean '15 min'?", "15 min"),
    ("2026-10-01", "01.10.2026", "did you mean '2026-10-01'?", "2026-10-01"),
    ("runaway-spread", "Runaway Spread", "did you mean 'runaway-spread'?", "runaway-spread"),
    ("[team/legal, team/communications]", "legal", "did you mean 'team/legal'?", "team/legal"),
    (
        "[team/legal, team/communications]",
        "team/legal, team/communications",
        "did you mean '[team/legal, team/communications]'?",
        "[team/legal, team/communications]",
    ),
    (
        "team/communications]",
        "team/communications",
        "a bracket that is not closed",
        "team/communications]",
    ),
    (
        "executive, within",
        "executive within",
        "a comma stands between the fields",
        "executive, within",
    ),
    ("  - id: runaway", "  -id: runaway", "a space follows the dash", "  - id: runaway"),
    ("  - id: runaway", "    id: runaway", "begin each rule with `- id:`", "  - id: runaway"),
    ("      - escalate", "      escalate", "begin every member with `- `", "      - escalate"),
    ("    then:", "   then:", "fields of one rule begin in one column", "    then:"),
    ("book: escalation", "book:escalation", "a space follows the colon", "book: escalation"),
    (
        "reason: A complaint that",
        "reason: 'A customer's complaint that",
        "an apostrophe ends",
        "reason: A customer's complaint that",
    ),
    ("      absent:", "      not:", "stands under `absent`", "      absent:"),
    ("stratum: escalate", "stratum: escalation", "did you mean 'escalate'?", "stratum: escalate"),
    ("    covers", "    cover", "did you mean 'covers'?", "    covers"),
]


def told(text: str) -> list[str]:
    with pytest.raises(RulebookInvalid) as caught:
        parse(text, file="b.yaml", catalogue=catalogue())
    return [str(one) for one in caught.value.diagnostics]


@pytest.mark.parametrize(("right", "wrong", "cure", "cured"), TEN + MORE)
def test_a_common_mistake_has_a_cure_of_one_line_that_works(
    right: str, wrong: str, cure: str, cured: str
) -> None:
    assert right in BOOK
    lines = told(BOOK.replace(right, wrong, 1))
    assert all("\n" not in line for line in lines)
    assert any(cure in line for line in lines), lines
    assert parse(BOOK.replace(right, cured, 1), file="b.yaml", catalogue=catalogue()).rules


@pytest.mark.parametrize(("right", "wrong", "cure", "cured"), TEN)
def test_each_of_the_ten_is_told_once_and_nothing_else_with_it(
    right: str, wrong: str, cure: str, cured: str
) -> None:
    assert cured
    (line,) = told(BOOK.replace(right, wrong, 1))
    assert cure in line
    assert line.startswith("b.yaml:")


def test_every_mistake_shows_what_is_valid() -> None:
    for right, wrong, *_ in TEN + MORE:
        for line in told(BOOK.replace(right, wrong, 1)):
            assert "did you mean" in line or "for example" in line, line


def test_a_fact_may_not_be_compared_with_itself() -> None:
    text = BOOK.replace("phase: open", "severity: same as incident.certainty")
    assert "compares a fact with itself" in told(text)[0]


def test_a_rule_joins_at_most_two_facts_with_others() -> None:
    joined = """\
    when:
      - signal: {as: s}
      - region: {id: same as s.region}
      - customer: {region: same as s.region}
"""
    start, end = BOOK.index("    when:"), BOOK.index("    then:")
    text = BOOK[:start] + joined + BOOK[end:]
    assert parse(text, file="b.yaml", catalogue=catalogue()).rules[0].conditions[0].joins
    more = text.replace(
        "    then:", "      - agreement: {topic: '-', region: same as s.region}\n    then:"
    )
    assert "3 joins; a rule has at most two" in told(more)[0]

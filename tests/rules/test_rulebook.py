import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ontology.facts import catalogue
from rules.diagnostics import Diagnostic
from rules.rulebook import Book, RulebookInvalid, parse

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
      spread: {window: PT1H, excess: at least 4.0, virality: ">= 0.9", confidence: "{likely}"}
      incident: {cluster: [preventable, accidental], phase: {not: [recovery, closed]}}
      absent: {agreement: {topic: holding-statement}}
    then:
      - escalate: {tier: executive, within: 15 minutes}
      - notify: [team/legal, team/communications]
"""


def read(text: str) -> Book:
    return parse(text, file="books/escalation.yaml", catalogue=catalogue())


def mistakes(old: str, new: str) -> tuple[Diagnostic, ...]:
    assert old in BOOK
    with pytest.raises(RulebookInvalid) as caught:
        read(BOOK.replace(old, new))
    return caught.value.diagnostics


def test_a_book_is_read_into_typed_rules() -> None:
    (rule,) = read(BOOK).rules
    assert [pattern.kind for pattern in rule.conditions[0].patterns] == ["spread", "incident"]
    assert [fact.kind for fact in rule.conclusions] == [
        "escalation",
        "notification",
        "notification",
    ]
    assert (rule.file, rule.line) == ("books/escalation.yaml", 5)


@pytest.mark.parametrize(
    ("old", "new", "place", "reason", "nearest"),
    [
        ("spread: {", "sprad: {", (10, 7), "no kind of fact", "spread"),
        ("excess: at", "xcess: at", (10, 30), "no field of spread", "excess"),
        ("window: PT1H, ", "", (10, 7), "does not say which window", None),
        ("[preventable,", "[preventible,", (11, 28), "is none of", "preventable"),
        ("escalate: {tier", "esclate: {tier", (14, 9), "no action", "escalate"),
        ("tier: executive", "tier: boss", (14, 26), "is none of", None),
        ("tier: executive, ", "", (14, 9), "is missing", None),
        ("15 minutes", "15", (14, 45), "needs its unit", "15 minutes"),
        ("at least 4.0", "=> 4", (10, 38), "no comparison", ">= 4"),
        ("at least 4.0", "'0,9'", (10, 38), "decimal sign", "0.9"),
        ("PT1H", "PT5H", (10, 24), "is none of", "PT1H"),
        ("runaway-spread", "Runaway Spread", (5, 9), "small letters", "runaway-spread"),
        ("    reason: A", "    raeson: A", (6, 5), "no part of a rule", "reason"),
        ("stratum: escalate", "stratum: escalation", (2, 10), "is none of", "escalate"),
        ("owner: team/crisis-office", "owner: Crisis Office", (3, 8), "id of a team", None),
        ("2026-10-01", "01.10.2026", (8, 23), "no date", "2026-10-01"),
        ('"1.1"', '"one"', (7, 13), "no number of the map", None),
        ("agreement: {", "escalation: {", (12, 16), "complete only after", None),
        (
            "escalate: {tier: executive",
            "classify: {cluster: victim",
            (14, 9),
            "is over before",
            None,
        ),
        ('virality: ">= 0.9"', "virality: >= 0.9", (10, 60), "quote the test", None),
        ("      incident", "\tincident", (11, 1), "not with tabs", None),
        ("book: escalation", "book:escalation", (1, 1), "space follows the colon", None),
        ("reason: A complaint that", "reason: A complaint: it", (6, 11), "colon is quoted", None),
    ],
)
def test_a_mistake_says_where_it_is_and_how_it_is_put_right(
    old: str, new: str, place: tuple[int, int], reason: str, nearest: str | None
) -> None:
    found = [one for one in mistakes(old, new) if reason in one.reason]
    assert [(one.line, one.column) for one in found][:1] == [place] or reason in {
        "quote the test",
        "colon is quoted",
        "space follows the colon",
    }
    assert found
    assert found[0].nearest == nearest


def test_a_book_that_was_read_is_not_read_again_and_its_place_is_its_own() -> None:
    assert read(BOOK) is read(BOOK)
    elsewhere = parse(BOOK, file="books/other.yaml", catalogue=catalogue())
    assert {rule.file for rule in elsewhere.rules} == {"books/other.yaml"}


def test_every_mistake_is_told_at_once() -> None:
    found = mistakes("excess: at least 4.0", "xcess: 4, volume: 3.5, velocity: '0,9'")
    assert [one.offending for one in found] == ["xcess", "3.5", "0,9"]


def test_a_test_that_can_never_hold_is_a_mistake() -> None:
    found = mistakes("excess: at least 4.0", "negative_share: more than 20")
    assert found[0].reason.endswith("for example 0.62")
    assert mistakes("excess: at least 4.0", "excess: {at least: 5, below: 4}")[0].reason == (
        "can never be so"
    )


def test_words_that_yaml_of_old_took_for_truth_stay_words() -> None:
    found = mistakes("phase: {not: [recovery, closed]}", "people_at_risk: no")
    assert (found[0].offending, found[0].nearest) == ("no", "false")


def test_a_rule_that_asks_nothing_is_a_mistake() -> None:
    book = json.loads(
        json.dumps({"id": "a", "reason": "b", "when": {}, "then": [{"forbid": "denial"}]})
    )
    text = {"book": "a", "stratum": "require", "owner": "team/a", "rules": [book]}
    with pytest.raises(RulebookInvalid, match="asks nothing"):
        read(json.dumps(text))


def test_several_facts_of_a_kind_are_a_list_and_join_by_alias() -> None:
    joined = BOOK.replace("when:\n", "when:\n    - region: {affected: true}\n    - ", 1).replace(
        "      spread", "spread"
    )
    text = joined.replace(
        "      incident", "      request: {region: same as region.id}\n      incident"
    )
    (rule,) = read(text).rules
    (join,) = rule.conditions[0].joins
    assert (join.left_field.name, join.right_field.name) == ("region", "id")


def test_an_alias_that_names_nothing_is_a_mistake() -> None:
    found = mistakes("incident: {", "incident: {id: same as incidnt.id, ")
    assert "names no other fact" in found[0].reason


@given(st.text(max_size=300))
def test_any_text_is_a_book_or_a_refusal(text: str) -> None:
    with pytest.raises(RulebookInvalid):
        read(text)


@pytest.mark.parametrize(
    "text", ["a: &x [1]\nb: *x", "[" * 100, "a: !!python/object x", "x" * 600_000]
)
def test_yaml_that_could_do_harm_is_refused(text: str) -> None:
    with pytest.raises(RulebookInvalid):
        read(text)

import pytest

from ontology.events import Json
from rules.literal_decisions import read_decision
from rules.table_reader import TableInvalid, read_table
from rules.tables import HitViolated, InputInvalid, Table

TABLE = """\
table: compensation
hit: {hit}
inputs:
  - {{name: delay, type: duration}}
  - {{name: segment, type: string, allowed: [commuter, visitor]}}
outputs:
  - {{name: tone, type: string, allowed: [warm, plain]}}
rows:
  - {{when: [">= 30 minutes", "-"], then: [plain]}}
  - {{when: {{segment: commuter}}, then: [warm]}}
  - {{when: [">= 90 minutes", "-"], then: [plain]}}
"""
NUMBERS = """\
table: total
hit: {hit}
inputs: [{{name: age, type: number}}]
outputs: [{{name: amount, type: number}}]
rows:
  - {{when: [">= 18"], then: [100]}}
  - {{when: ["[10..60)"], then: [0.5]}}
  - {{when: ["null"], then: [7]}}
"""


def table(text: str, hit: str) -> Table:
    return read_table(text.format(hit=hit), file="t.yaml")


@pytest.mark.parametrize(
    ("hit", "given", "wanted"),
    [
        ("U", {"delay": "PT45M"}, "plain"),
        ("U", {}, None),
        ("A", {"delay": "PT2H"}, "plain"),
        ("P", {"delay": "PT2H", "segment": "commuter"}, "warm"),
        ("F", {"delay": "PT2H", "segment": "commuter"}, "plain"),
        ("R", {"delay": "PT2H", "segment": "commuter"}, ["plain", "warm", "plain"]),
        ("O", {"delay": "PT2H", "segment": "commuter"}, ["warm", "plain", "plain"]),
        ("C", {}, []),
        ("output order", {"segment": "commuter"}, ["warm"]),
    ],
)
def test_a_hit_policy_settles_what_several_rows_give(
    hit: str, given: dict[str, str], wanted: Json
) -> None:
    assert table(TABLE, hit).evaluate(given) == {"compensation": wanted}


@pytest.mark.parametrize(
    ("hit", "given", "wanted"),
    [
        ("C+", {"age": 20}, 100.5),
        ("C<", {"age": 20}, 0.5),
        ("max", {"age": 20}, 100),
        ("C#", {"age": 20}, 2),
        ("C#", {"age": 5}, 0),
        ("C+", {"age": 5}, None),
        ("C+", {"age": None}, 7),
        ("C+", {}, None),
    ],
)
def test_collected_numbers_are_aggregated(
    hit: str, given: dict[str, object], wanted: Json
) -> None:
    assert table(NUMBERS, hit).evaluate(given) == {"total": wanted}


@pytest.mark.parametrize(
    ("hit", "given"),
    [("U", {"delay": "PT2H"}), ("A", {"delay": "PT45M", "segment": "commuter"})],
)
def test_rows_that_contradict_the_hit_policy_are_told(hit: str, given: dict[str, str]) -> None:
    with pytest.raises(HitViolated) as caught:
        table(TABLE, hit).evaluate(given)
    assert len(caught.value.lines) == 2


def test_inputs_of_the_wrong_type_are_told_all_at_once() -> None:
    with pytest.raises(InputInvalid) as caught:
        table(TABLE, "U").evaluate({"delay": 5, "segment": "tourist"})
    assert [*caught.value.errors] == ["delay", "segment"]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("hit: U", "hit: best", "no hit policy"),
        ("type: duration", "type: span", "is none of number"),
        ("then: [warm]", "then: [cold]", "is none of warm, plain"),
        ("then: [warm]", "then: [warm, 1]", "cells: 2, columns: 1"),
        ('">= 90 minutes"', '"=> 90 minutes"', "no comparison"),
        ("{segment: commuter}", "{segmnt: commuter}", "names no column"),
        ("outputs:", "outpts:", "is none of"),
        ("hit: U", "hit: C+", "needs one output, a number"),
        (", allowed: [warm, plain]", "", ""),
    ],
)
def test_a_mistake_in_a_table_is_named(old: str, new: str, reason: str) -> None:
    text = TABLE.format(hit="U").replace(old, new)
    if not reason:
        assert read_table(text, file="t.yaml").evaluate({"delay": "PT1H"})
        return
    with pytest.raises(TableInvalid, match=reason.replace("+", r"\+")):
        read_table(text, file="t.yaml")


def test_a_table_is_told_from_a_book() -> None:
    assert isinstance(read_decision(TABLE.format(hit="U"), file="t.yaml"), Table)
    assert read_decision("book: x", file="t.yaml") is None
    assert read_decision("[", file="t.yaml") is None


RECKONED = """\
table: refund
inputs:
  - {name: fare, type: number}
  - {name: delay, type: duration}
  - {name: hours, type: number, expression: delay / duration("PT1H")}
outputs: [{name: amount, type: number}]
rows:
  - {when: ["-", "-", ">= 2"], then: ["= fare * 0.5 + hours"]}
  - {when: {hours: "[1..2)"}, then: [= fare / 10]}
  - {when: {hours: "null"}, then: ["null"]}
"""


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"fare": 0.2, "delay": "PT3H"}, 3.1),
        ({"fare": 10, "delay": "PT90M"}, 1),
        ({"delay": "PT3H"}, None),
        ({"fare": 10}, None),
    ],
)
def test_inputs_and_outputs_may_be_reckoned(given: dict[str, object], wanted: Json) -> None:
    assert read_table(RECKONED, file="t.yaml").evaluate(given) == {"refund": wanted}


def test_a_reckoned_output_that_its_column_cannot_hold_is_told() -> None:
    with pytest.raises(InputInvalid, match="the inputs lead to"):
        read_table(RECKONED.replace("* 0.5", "** 2"), file="t.yaml").evaluate(
            {"fare": 1e12, "delay": "P9999999D"}
        )


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("= fare * 0.5", "= fair * 0.5", "is no input"),
        ("= fare / 10", "= delay / 10", "gives a days and time duration"),
        ('delay / duration("PT1H")', "delay + 1", "does not join"),
    ],
)
def test_a_mistake_in_an_expression_of_a_table_is_named(old: str, new: str, reason: str) -> None:
    with pytest.raises(TableInvalid, match=reason):
        read_table(RECKONED.replace(old, new), file="t.yaml")


NOTHING: dict[str, dict[str, object]] = {"missing": {}, "null": {"age": None}, "value": {"age": 5}}


@pytest.mark.parametrize(
    ("test", "holds_of"),
    [
        ("-", {"missing", "null", "value"}),
        ("null", {"null"}),
        ("not given", {"missing"}),
        ("given", {"null", "value"}),
        ("not(null)", {"value"}),
        ("null, not given", {"missing", "null"}),
        (">= 0", {"value"}),
        ("not(>= 9)", {"value"}),
        ("!= 9", {"value"}),
        ("not(null, 9)", {"value"}),
    ],
)
def test_null_is_told_from_missing_and_neither_answers_a_question(
    test: str, holds_of: set[str]
) -> None:
    text = f"""\
table: t
inputs: [{{name: age, type: number}}]
outputs: [{{name: hit, type: boolean}}]
rows: [{{when: ["{test}"], then: [true]}}]
"""
    table = read_table(text, file="t.yaml")
    found = {name for name, given in NOTHING.items() if table.evaluate(given)["t"]}
    assert found == holds_of

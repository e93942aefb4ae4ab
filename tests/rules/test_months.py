"""Years-and-months durations in tests, tables and both engines."""

import json
from datetime import date
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ontology.events import Json
from ontology.facts import Fact, Origin, read_catalogue
from ontology.kinds import Field
from ontology.months import Months, later
from ontology.values import Datatype, encode
from rules.acceptance import accepted
from rules.boundaries import boundaries, nearest, steps
from rules.compiled import Compiled
from rules.durable import Durable, available
from rules.editor_schema import editor_schema
from rules.expression_reader import read_expression
from rules.expressions import worth
from rules.literal_decisions import read_decision
from rules.literals import literal
from rules.rulebook import parse
from rules.sfeel import COMPARES, MISSING, Input, holds
from rules.slips import said
from rules.spelled import LiteralInvalid
from rules.table_reader import read_table
from rules.tables import HITS, HitViolated, InputInvalid
from rules.unary import TestInvalid
from rules.unary import parse as parse_test
from tests.rules.examples import quick, thorough

TERM = Field(name="term", datatype=Datatype.MONTHS, example="P6M")
DAY = {"day": Field(name="day", datatype=Datatype.DATE, example="2026-01-01"), "term": TERM}
SHAPE = """
[] a attune:FactKind ; sh:name "contract" ; rdfs:label "contract" ; sh:description "A contract." ;
  sh:property [ sh:path attune:term ; sh:datatype xsd:yearMonthDuration ; sh:maxCount 1 ;
    sh:name "term" ; sh:description "How long it runs." ; skos:example "P6M" ] .
"""
CATALOGUE = read_catalogue(
    files("ontology").joinpath("shapes/facts.ttl").read_bytes() + SHAPE.encode()
)
BOOK = """\
book: contracts
stratum: require
owner: team/legal
rules:
"""
MONTHS = st.integers(-30, 30).map(Months)


@pytest.mark.parametrize(
    ("text", "of", "answer"),
    [
        ("2 months", Months(2), True),
        ("P2M", Months(2), True),
        ("at least 1 year", Months(12), True),
        ("at least 1 year", Months(11), False),
        ("more than 1 year and 6 months", Months(18), False),
        ('>= duration("P1Y")', Months(12), True),
        ("[P6M..P1Y)", Months(12), False),
        ("from 6 months to 1 year", Months(12), True),
        ("1 year, 2 years", Months(24), True),
        ("not(]P0M..P1M], not given)", Months(2), True),
        ("[P0M..P1M[, 2 months", Months(2), True),
        ("not(1 year)", Months(13), True),
        ("-P1M", Months(-1), True),
        ("at least 1 year", MISSING, False),
        ("not given", MISSING, True),
        ("null", None, True),
    ],
)
def test_a_field_of_years_and_months_is_tested_like_any_other(
    text: str, of: Input, answer: object
) -> None:
    assert holds(parse_test(text, TERM), of, TERM) is answer


@pytest.mark.parametrize(
    ("text", "reason", "nearest_one"),
    [
        ("90 days", "can not be told in days", None),
        ("6", "a duration needs its unit", "6 months"),
        ("P30D", "is not a duration in years and months like P1Y6M or P2M", None),
        ("0.7 months", "months are whole", "1 months"),
        ("2 mnths", "'mnths' is no unit of time", "months"),
        ("[1 year..1 month]", "ends before it begins", "[1 month..1 year]"),
        ('date("2026-01-01")', "stands where term holds a years-and-months duration", None),
    ],
)
def test_a_mistake_in_years_and_months_has_its_cure(
    text: str, reason: str, nearest_one: str | None
) -> None:
    with pytest.raises(TestInvalid) as caught:
        parse_test(text, TERM)
    assert reason in caught.value.reason
    assert caught.value.nearest == nearest_one


def test_months_where_days_belong_are_told_with_the_days_that_were_likely_meant() -> None:
    days = Field(name="within", datatype=Datatype.DURATION, example="PT15M")
    for text, likely in (("P1Y1M", "P395D"), ("1 month", "30 days")):
        with pytest.raises(LiteralInvalid) as caught:
            literal(text, days)
        assert caught.value.nearest == likely


@thorough
@given(MONTHS, st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), MONTHS)
def test_a_comparison_is_that_of_the_numbers_of_months(
    one: Months, sign: str, other: Months
) -> None:
    found = holds(parse_test(f"{sign} {other}", TERM), one, TERM)
    assert found is COMPARES[sign](one.total, other.total)


@thorough
@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)), MONTHS)
def test_what_was_added_compares_as_what_was_added(day: date, months: Months) -> None:
    named: dict[str, Input] = {"day": day, "term": months}

    def value(text: str) -> object:
        return worth(read_expression(text, DAY)[0], named)

    assert value("day + term") == value("term + day") == later(day, months)
    assert value("day - term") == value("day + -term")
    assert value("day + term > day") is (months.total > 0)
    assert value("day + term = day") is (months.total == 0)
    assert value("day + term >= day") is value('term >= duration("P0M")')
    assert value("term * 3 = term + term + term") is True
    assert value("(term * 12) / 12 = term") is True


@quick
@given(MONTHS, MONTHS)
def test_a_boundary_lies_one_month_beside(low: Months, high: Months) -> None:
    low, high = sorted((low, high))
    test = parse_test(f"[{low}..{high}]", TERM)
    found = {(one.at, one.beside) for one in boundaries(test, TERM)}
    assert found == {
        (low, Months(low.total - 1)),
        (high, Months(high.total + 1)),
    }
    assert nearest(test, Months(-99), TERM) == low
    assert [*steps(low, TERM)] == [Months(low.total - 1), Months(low.total + 1)]
    assert parse_test(said(test), TERM) == test


@st.composite
def asked(draw: st.DrawFn, depth: int = 0) -> str:
    one, other = sorted(draw(st.tuples(MONTHS, MONTHS)))
    forms = [
        str(one),
        f">= {one}",
        f"< {one}",
        f"!= {one}",
        f"[{one}..{other})",
        f"]{one}..{other}]",
        "given",
    ]
    if depth < 2:
        forms += [f"not({draw(asked(depth + 1))})", f"{draw(asked(depth + 1))}, not given"]
    return draw(st.sampled_from(forms))


@quick
@given(st.lists(asked(), min_size=1, max_size=4), st.lists(MONTHS | st.none(), max_size=5))
def test_both_engines_find_what_the_evaluator_finds(
    tests: list[str], terms: list[Months | None]
) -> None:
    rules = [
        rule
        for at, test in enumerate(tests)
        if not accepted(parse_test(test, TERM), TERM).nothing
        for rule in parse(_book(at, test), file="b.yaml", catalogue=CATALOGUE).rules
    ]
    facts = [_fact(term) for term in terms]
    wanted = {
        rule.id: frozenset(
            at
            for at, fact in enumerate(facts)
            if all(
                holds(ask.test, fact.values.get("term", MISSING), ask.field)
                for ask in rule.conditions[0].patterns[0].asks
            )
        )
        for rule in rules
    }
    wanted = {rule: places for rule, places in wanted.items() if places}
    assert Compiled(rules).fire(facts).matched == wanted
    if available():
        assert Durable(rules).fire(facts).matched == wanted


def _book(at: int, test: str) -> str:
    when = f"{{contract: {{term: {json.dumps(test)}}}}}"
    return f"{BOOK}  - {{id: r-{at}, reason: Drawn., when: {when}, then: {{forbid: denial}}}}\n"


def _fact(term: Months | None) -> Fact:
    values = {} if term is None else {"term": encode(term)}
    return CATALOGUE.fact("contract", values, Origin(source="request", ref="/"))


TABLE = """\
table: notice
hit: {hit}
inputs: [{{name: term, type: years and months duration}}, {{name: signed, type: date}}]
outputs: [{output}]
rows:
  - {{when: [at least 1 year, "-"], then: [{first}]}}
  - {{when: ["[6 months..2 years]", "-"], then: [{second}]}}
"""


@pytest.mark.parametrize(
    ("hit", "wanted"),
    [
        ("U", None),
        ("A", None),
        ("P", "P2M"),
        ("F", "P3M"),
        ("R", ["P3M", "P2M"]),
        ("O", ["P2M", "P3M"]),
        ("C", ["P3M", "P2M"]),
        ("C+", 5),
        ("C<", 2),
        ("C>", 3),
        ("C#", 2),
    ],
)
def test_every_hit_policy_takes_years_and_months(hit: str, wanted: Json) -> None:
    texts = {"output": "{name: notice, type: string, allowed: [P2M, P3M]}", "first": "P3M"}
    numbers = {"output": "{name: notice, type: number}", "first": "3", "second": "2"}
    gaps = numbers if hit in {"C+", "C<", "C>"} else {**texts, "second": "P2M"}
    table = read_table(TABLE.format(hit=hit, **gaps), file="t.yaml")
    if wanted is None:
        with pytest.raises(HitViolated):
            table.evaluate({"term": "P18M"})
        return
    assert table.evaluate({"term": "P18M"}) == {"notice": wanted}


def test_every_hit_policy_was_tried() -> None:
    marks: Any = test_every_hit_policy_takes_years_and_months.pytestmark  # type: ignore[attr-defined]
    assert {hit for hit, _ in marks[0].args[1]} == {*HITS}


GAPS = {"output": "{name: notice, type: number}", "first": "1", "second": "2"}


def test_outputs_of_years_and_months_are_reckoned_and_stored_in_one_form() -> None:
    gaps = {
        "output": "{name: notice, type: years and months duration}",
        "first": '"= term / 6"',
        "second": "2 months",
    }
    table = read_table(TABLE.format(hit="F", **gaps), file="t.yaml")
    assert table.evaluate({"term": "P24M"}) == {"notice": "P4M"}
    assert table.evaluate({"term": "P6M"}) == {"notice": "P2M"}
    assert table.evaluate({}) == {"notice": None}


@pytest.mark.parametrize(
    ("given", "due"),
    [
        ({"signed": "2026-11-30", "notice": "P3M"}, "2027-02-28"),
        ({"signed": "2026-11-30", "notice": "-P1Y"}, "2025-11-30"),
        ({"signed": "2026-11-30"}, None),
        ({"signed": "2026-11-30", "notice": None}, None),
    ],
)
def test_a_decision_adds_months_to_a_day(given: dict[str, object], due: str | None) -> None:
    text = (
        "decision: due\ntype: date\nexpression: signed + notice\n"
        "inputs: [{name: signed, type: date}, {name: notice, type: years and months duration}]\n"
    )
    found = read_decision(text, file="d.yaml")
    assert found is not None
    assert found.evaluate(given) == {"due": due}


@pytest.mark.parametrize("notice", ["P30D", "PT1H", "P1Y2D", 3, "3 months"])
def test_an_input_that_is_no_years_and_months_is_named(notice: object) -> None:
    table = read_table(TABLE.format(hit="C#", **GAPS), file="t.yaml")
    with pytest.raises(InputInvalid, match="like P1Y6M or P2M; for example P6M"):
        table.evaluate({"term": notice})


def test_an_editor_knows_a_field_of_years_and_months() -> None:
    schema = json.dumps(editor_schema(CATALOGUE)["definitions"]["one.contract.term"])
    assert "YM" in schema

"""Literal S-FEEL expressions: decimals, dates and durations, nulls, types, precedence."""

import json
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from ontology.kinds import Field
from ontology.months import Months
from ontology.values import Datatype
from rules.expression_reader import read_expression
from rules.expressions import LENGTH, MONTHS, Worth, plain, worth
from rules.literal_decisions import LiteralDecision, read_decision
from rules.sfeel import MISSING, Input
from rules.table_reader import TableInvalid
from rules.unary import TestInvalid
from service.cli.rules import app
from tests.rules.examples import thorough

NAMES = {
    name: Field(name=name, datatype=datatype, decimals=12, example="")
    for name, datatype in {
        "a": Datatype.DECIMAL,
        "monthly income": Datatype.DECIMAL,
        "monthly": Datatype.DECIMAL,
        "person.age": Datatype.DECIMAL,
        "name": Datatype.STRING,
        "wait": Datatype.DURATION,
        "day": Datatype.DATE,
        "moment": Datatype.DATETIME,
        "opens": Datatype.TIME,
        "vip": Datatype.BOOLEAN,
        "term": Datatype.MONTHS,
    }.items()
}
GIVEN: dict[str, Input] = {
    "a": 7.5,
    "monthly income": 1200,
    "monthly": 1,
    "person.age": 40,
    "name": "Ada",
    "wait": timedelta(minutes=90),
    "day": date(2026, 2, 28),
    "opens": time(23, 30),
    "vip": True,
    "term": Months(18),
}


def value(text: str, named: dict[str, Input] | None = None) -> object:
    expression, _ = read_expression(text, NAMES)
    return plain(worth(expression, GIVEN if named is None else named))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("10 - 2 - 3", 5),
        ("100 / 10 / 2", 5),
        ("2 ** 3 ** 2", 64),
        ("-2 ** 2", 4),
        ("- (1 + 2)", -3),
        ("0.1 + 0.2", 0.3),
        (".5 * 2", 1),
        ("1 / 3 * 3 = 1", False),
        ("a * 2", 15),
        ("monthly income / 12", 100),
        ("monthly  income+monthly", 1201),
        ("person.age + 1", 41),
        ('"a" + name', "aAda"),
        ('"say \\"x\\""', 'say "x"'),
        ('duration("PT15M") * 3', timedelta(minutes=45)),
        ('wait / @"PT30M"', 3),
        ("wait / 4", timedelta(minutes=22.5)),
        ("-wait", timedelta(minutes=-90)),
        ('day + duration("P1D")', date(2026, 3, 1)),
        ('day - date("2026-02-01")', timedelta(days=27)),
        ('date("2026-03-01") - duration("PT1H")', date(2026, 2, 28)),
        ("opens + wait", time(1)),
        ('day + duration("P1M")', date(2026, 3, 28)),
        ('date("2026-01-31") + @"P1M"', date(2026, 2, 28)),
        ('duration("P1M") + date("2024-01-31")', date(2024, 2, 29)),
        ('date("2024-02-29") + duration("P1Y")', date(2025, 2, 28)),
        ('date("2024-02-29") - duration("P4Y")', date(2020, 2, 29)),
        ('date("2026-03-31") - duration("P1M")', date(2026, 2, 28)),
        (
            'date and time("2026-01-31T23:30:00Z") + duration("P1M")',
            datetime(2026, 2, 28, 23, 30, tzinfo=UTC),
        ),
        ("day + term", date(2027, 8, 28)),
        ('term + duration("P6M") = duration("P2Y")', True),
        ('term - duration("P2Y")', Months(-6)),
        ("term * 2", Months(36)),
        ("2 * -term", Months(-36)),
        ("term / 4", Months(4)),
        ('term / duration("P1Y")', 1.5),
        ('term / duration("P0M")', None),
        ("term / 0", None),
        ('duration("P12M") = duration("P1Y")', True),
        ('duration("P13M") > duration("P1Y")', True),
        ("term = null", False),
        ('day + duration("P9999Y")', None),
        ('day - duration("P9999Y")', None),
        ("opens - wait", time(22)),
        ('opens - time("22:00:00")', timedelta(minutes=90)),
        ('date and time("2026-01-01T01:00:00+01:00") = @"2026-01-01T00:00:00+00:00"', True),
        ("a > 7", True),
        ("a >= 7.5", True),
        ('name = "Ada"', True),
        ('name < "Bob"', True),
        ("vip = true", True),
        ("day != null", True),
        ("null", None),
        ("1 / 0", None),
        ("0 ** -1", None),
        ("(0 - 8) ** 0.5", None),
        ("10 ** 9999", None),
        ('day + duration("P9999999D")', None),
        ("2 ** 0.5 > 1.4142", True),
        ("vip and a > 7", True),
        ("a > 8 or vip", True),
        ("a > 8 and vip or vip", True),
        ("vip and (null > 1)", None),
        ("null or vip", True),
        ("not(vip)", False),
        ("not(null)", None),
        ("a + null", None),
        ('"tab\\t" + "\\u00e9\\uD83D\\uDE00"', "tab\té😀"),
        ("abs(-a) + abs(0 - 1)", 8.5),
        ("abs(-wait)", timedelta(minutes=90)),
        ("abs(-term)", Months(18)),
        ("floor(-1.5)", -2),
        ("ceiling(1.25, 1)", 1.3),
        ("decimal(2.5, 0)", 2),
        ("round up(-1.01, 1)", -1.1),
        ("round half up(2.5, 0)", 3),
        ("round half down(2.5, 0)", 2),
        ("round down(19, -1)", 10),
        ("decimal(1, 99)", None),
        ("modulo(-12, 5)", 3),
        ("modulo(12, -5)", -3),
        ("modulo(1, 0)", None),
        ("sqrt(16)", 4),
        ("sqrt(-1)", None),
        ("min(3, a, 9)", 3),
        ('max("a", name)', "a"),
        ("max(day, null)", None),
        ("sum(1, 2, 3) + mean(1, 2)", 7.5),
        ('string length("é😀")', 2),
        ("upper case(name) + lower case(name)", "ADAada"),
        ('substring("foobar", 3)', "obar"),
        ('substring("foobar", -2, 1)', "a"),
        ('substring("foobar", 0)', None),
        ('contains(name, "d") and starts with(name, "A") and ends with(name, "a")', True),
        ('date(date and time("2026-03-01T23:00:00Z"))', date(2026, 3, 1)),
        ('years and months duration(day, date("2027-03-01"))', Months(12)),
        ('years and months duration(date("2027-03-01"), day)', Months(-12)),
        (
            'date and time("2026-07-01T12:00:00@Europe/Berlin")',
            datetime(2026, 7, 1, 10, tzinfo=UTC),
        ),
    ],
)
def test_an_expression_has_its_value(text: str, wanted: object) -> None:
    assert value(text) == wanted


@pytest.mark.parametrize("nothing", [None, MISSING])
def test_nothing_in_gives_nothing_out_but_null_can_be_told(nothing: Input) -> None:
    assert value("a + 1", {"a": nothing}) is None
    assert value("a < 1", {"a": nothing}) is None
    assert value("-a", {"a": nothing}) is None
    assert value("a = null", {"a": nothing}) is True
    assert value("a != null", {"a": nothing}) is False
    assert value("a = 1", {"a": nothing}) is False
    assert value("a", {}) is None


@pytest.mark.parametrize(
    ("text", "reason", "nearest"),
    [
        ("wait + 1", "+ does not join a days and time duration and a number", None),
        ("wait < term", "with a years and months duration; a month has no fixed length", None),
        ("wait = term", "with a years and months duration; a month has no fixed length", None),
        ("wait + term", "a years and months duration; a month has no fixed length", None),
        ("opens + term", "+ does not join a time and a years and months duration", None),
        ('duration("P1Y2D")', "'P1Y2D' is not a duration in years and months", None),
        ('duration("P1YT1H")', "is not a duration in years and months", None),
        ('duration("P1000001Y")', "is not a duration in years and months", None),
        ("name + 1", "+ does not join a string and a number", None),
        ("vip > true", "compares a boolean", None),
        ("a = name", "compares a number with a string", None),
        ("-name", "has no negative", None),
        ("naame", "is no input", "name"),
        ("gold", "is no input", '"gold"'),
        ("a == 1", "does not go on", "a = 1"),
        ("a => 1", "does not go on", "a >= 1"),
        ("2 ^ 3", "does not go on", "2 ** 3"),
        ("a and vip", "and does not join a number and a boolean", None),
        ("(a", "a bracket is not closed", None),
        ("a +", "a value or a name belongs here", "0"),
        ("", "a value or a name belongs here", "0"),
        ("1.2.3", "belongs here", "0"),
        ('date("2026-02-30")', "is not a date", None),
        ('duration("P")', "is not a duration", None),
        ("(" * 40 + "1" + ")" * 40, "nested deeper", None),
        ("-" * 40 + "1", "nested deeper", None),
        ("1" * 3000, "longer than", None),
        ("a.__class__", "is no input", None),
        ("not(a)", "takes a boolean where a number stands", "not(fare = 20)"),
        ("abs()", "takes other arguments", "abs(fare)"),
        ("abs(1, 2)", "takes other arguments", "abs(fare)"),
        ('min(1, "a")', "of one sort", "min(fare, 20)"),
        ("floor(1", "a bracket is not closed", None),
        ("vip and 1", "and does not join a boolean and a number", None),
        ("+".join("1" * 900), "joins more than 200 parts", None),
        ("a + null - name", "does not join", None),
        ("__import__", "is no input", None),
    ],
)
def test_a_mistake_in_an_expression_is_named(text: str, reason: str, nearest: str | None) -> None:
    with pytest.raises(TestInvalid) as caught:
        read_expression(text, NAMES)
    assert reason in caught.value.reason
    assert nearest is None or caught.value.nearest == nearest


@thorough
@given(st.text(alphabet=st.sampled_from('a1. ()+-*/=<>!"@,null wait'), max_size=40))
def test_any_text_is_an_expression_with_a_value_or_a_named_mistake(text: str) -> None:
    with suppress(TestInvalid):
        expression, sort = read_expression(text, NAMES)
        found: Worth = worth(expression, GIVEN)
        kinds = {
            Decimal: "number",
            str: "string",
            bool: "boolean",
            timedelta: LENGTH,
            Months: MONTHS,
        }
        assert found is None or kinds[type(found)] == sort


@st.composite
def sums(draw: st.DrawFn, depth: int = 0) -> tuple[str, Fraction | None]:
    """An expression as text, and its exact value; None where there is none."""
    if depth == 3 or draw(st.booleans()):
        number = draw(st.integers(-99, 99))
        return (f"({number})", Fraction(number)) if number < 0 else (f"{number}", Fraction(number))
    sign = draw(st.sampled_from("+-*/"))
    (left, one), (right, two) = draw(sums(depth + 1)), draw(sums(depth + 1))
    text = f"({left} {sign} {right})"
    if one is None or two is None or (sign == "/" and two == 0):
        return text, None
    done = {"+": one + two, "-": one - two, "*": one * two}
    return text, done[sign] if sign in done else one / two


@thorough
@given(sums())
def test_arithmetic_is_exact_to_thirty_places(drawn: tuple[str, Fraction | None]) -> None:
    text, wanted = drawn
    found = worth(read_expression(text, {})[0], {})
    if wanted is None:
        assert found is None
        return
    assert isinstance(found, Decimal)
    assert abs(Fraction(found) - wanted) <= abs(wanted) / 10**24 + Fraction(1, 10**20)


LITERAL = """\
decision: refund
type: number
inputs: [{name: fare, type: number}, {name: delay, type: duration}]
expression: fare * 0.5 + delay / duration("PT1H")
"""


def decision(text: str) -> LiteralDecision:
    found = read_decision(text, file="d.yaml")
    assert isinstance(found, LiteralDecision)
    return found


def test_a_literal_decision_gives_its_value_under_its_name() -> None:
    assert decision(LITERAL).evaluate({"fare": 9, "delay": "PT30M"}) == {"refund": 5}
    assert decision(LITERAL).evaluate({"fare": 9}) == {"refund": None}


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("type: number\n", "type: string\n", "gives a number, but refund holds a string"),
        ("fare * 0.5", "fair * 0.5", "'fare'"),
        ("type: number\n", "", "has no type"),
        ("expression:", "exprssion:", "expression"),
    ],
)
def test_a_mistake_in_a_literal_decision_is_named(old: str, new: str, reason: str) -> None:
    with pytest.raises(TableInvalid, match=reason):
        read_decision(LITERAL.replace(old, new, 1), file="d.yaml")


def test_evaluate_takes_a_literal_decision(tmp_path: Path) -> None:
    (tmp_path / "d.yaml").write_text(LITERAL)
    (tmp_path / "in.json").write_text('[{"fare": 1, "delay": "PT1H"}, {}]')
    asked = ["evaluate", str(tmp_path / "d.yaml"), "--input", str(tmp_path / "in.json"), "--json"]
    found = CliRunner().invoke(app, asked)
    assert json.loads(found.stdout) == [{"refund": 1.5}, {"refund": None}]

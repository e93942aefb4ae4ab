from contextlib import suppress
from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ontology.facts import catalogue
from ontology.kinds import Field
from rules.acceptance import Line, Members, accepted
from rules.sfeel import MISSING, Compare, Input, holds
from rules.unary import TestInvalid, parse
from tests.rules import policies


def field(path: str) -> Field:
    kind, _, name = path.partition(".")
    return catalogue().kinds[kind].fields[name]


@pytest.mark.parametrize(
    ("path", "text", "yes", "no"),
    [
        ("spread.excess", ">= 4", 4.0, 3.99),
        ("spread.excess", "at least 4.0", 4.0, 3.99),
        ("spread.excess", "more than 4", 4.01, 4.0),
        ("spread.excess", "under 4", 3.99, 4.0),
        ("spread.excess", "!= 4", 5.0, 4.0),
        ("spread.excess", "[1..5)", 1.0, 5.0),
        ("spread.excess", "(1..5]", 5.0, 1.0),
        ("spread.excess", "]1..5[", 4.99, 5.0),
        ("spread.excess", "from 1 to 5", 5.0, 5.01),
        ("spread.excess", "not([1..5))", 5.0, 1.0),
        ("spread.excess", "1, 2, > 9", 2.0, 3.0),
        ("spread.volume", "not(0, 1)", 2, 1),
        ("incident.phase", "not(recovery, closed)", "open", "closed"),
        ("incident.phase", "{open, recovery}", "recovery", "closed"),
        ("incident.phase", '"open"', "open", "closed"),
        ("incident.tier", "at least executive", "board", "crisis-team"),
        ("incident.severity", "[moderate..severe]", "severe", "extreme"),
        ("incident.people_at_risk", "true", True, False),
        ("incident.age", "over 15 minutes", timedelta(minutes=16), timedelta(minutes=15)),
        ("incident.age", "<= PT15M", timedelta(minutes=15), timedelta(minutes=16)),
        ("incident.age", '< duration("P1DT2H")', timedelta(hours=25), timedelta(hours=26)),
        ("incident.age", "1 hour and 30 minutes", timedelta(minutes=90), timedelta(minutes=91)),
        (
            "incident.age",
            "over 1 hour and 5 minutes",
            timedelta(minutes=66),
            timedelta(minutes=65),
        ),
        ("calendar.local_date", "before 2026-11-22", date(2026, 11, 21), date(2026, 11, 22)),
        ("calendar.local_date", 'date("2026-11-22")', date(2026, 11, 22), date(2026, 11, 23)),
        ("calendar.local_time", "[08:30..17:00)", time(8, 30), time(17)),
        ("team.external", 'matches "^desk"', "desk 7", "a desk"),
        ("team.external", '"a, b"', "a, b", "a"),
        ("agreement.topic", "holding-statement", "holding-statement", "other"),
    ],
)
def test_a_test_tells_values_apart(path: str, text: str, yes: Input, no: Input) -> None:
    shape = field(path)
    test = parse(text, shape)
    assert holds(test, yes, shape)
    assert not holds(test, no, shape)


@pytest.mark.parametrize("text", [">= 4", "not(4)", "not(>= 4)", "not([1..5], 7)", "given"])
def test_a_missing_value_answers_no_question(text: str) -> None:
    shape = field("spread.excess")
    assert not holds(parse(text, shape), MISSING, shape)


@pytest.mark.parametrize("text", ["-", "not given", "> 4, not given", "not(given)"])
def test_a_missing_value_can_be_asked_for(text: str) -> None:
    shape = field("spread.excess")
    assert holds(parse(text, shape), MISSING, shape)


def test_null_is_not_missing() -> None:
    shape = field("spread.excess")
    assert holds(parse("null", shape), None, shape)
    assert not holds(parse("null", shape), MISSING, shape)


@pytest.mark.parametrize(
    ("path", "text", "reason", "nearest"),
    [
        ("spread.excess", "=> 4", "no comparison", ">= 4"),
        ("spread.excess", "0,9", "decimal sign", "0.9"),
        ("spread.negative_share", "20 %", "per cent", "0.2"),
        ("spread.excess", "4.005", "kept to 2 places", None),
        ("spread.excess", '"4"', "is text", "4"),
        ("spread.volume", "3.5", "whole number", None),
        ("spread.excess", "[5..1]", "ends before it begins", "[1..5]"),
        ("incident.phase", "opeen", "is none of", "open"),
        ("incident.people_at_risk", "yes", "true or false", "true"),
        ("incident.people_at_risk", "> true", "no order", None),
        ("incident.age", "15", "needs its unit", "15 minutes"),
        ("incident.age", "15 minits", "no unit of time", "mins"),
        ("team.external", "< b", "no order", None),
        ("team.external", 'matches "["', "no RE2 pattern", None),
        ("spread.excess", 'matches "1"', "patterns are for texts", None),
        ("calendar.local_date", "22.11.2026", "is not a date", "2026-11-22"),
        ("team.id", "crisis-office", "no id of a team", "team/crisis-office"),
        ("spread.excess", "not(" * 10 + "1" + ")" * 10, "nested too deep", None),
    ],
)
def test_a_mistake_is_named_with_its_cure(
    path: str, text: str, reason: str, nearest: str | None
) -> None:
    with pytest.raises(TestInvalid) as caught:
        parse(text, field(path))
    assert reason in caught.value.reason
    assert caught.value.nearest == nearest


@given(st.text(max_size=60))
def test_any_text_is_a_test_or_a_named_mistake(text: str) -> None:
    for path in ("spread.excess", "incident.phase", "team.external", "incident.age"):
        with suppress(TestInvalid):
            parse(text, field(path))


@given(st.data())
def test_the_normal_form_accepts_what_the_test_accepts(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(policies.KINDS))
    shape = policies.shape(kind, data.draw(st.sampled_from(policies.ASKED[kind])))
    test = parse(data.draw(policies.unary(shape)), shape)
    form = accepted(test, shape)
    value = data.draw(st.sampled_from(policies.values(shape)))
    if isinstance(form.present, Members):
        assert ((value in form.present.names) is form.present.named) == holds(test, value, shape)
    if isinstance(form.present, Line):
        inside = any(
            (low is None or low <= (value, False)) and (high is None or (value, False) < high)
            for low, high in form.present.spans()
        )
        assert inside == holds(test, value, shape)
    assert form.missing == holds(test, MISSING, shape)


def test_a_test_beyond_the_range_of_a_field_accepts_nothing() -> None:
    shape = field("spread.negative_share")
    assert accepted(Compare(">", 1.0), shape).nothing
    assert accepted(parse("[0..1]", shape), shape).everything

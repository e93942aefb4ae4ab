"""Watching facts: equal signatures give equal outcomes, whatever stands beside."""

from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ontology.decision_difference import difference
from ontology.decisions import Decision
from ontology.facts import Fact, Origin, catalogue
from rules.combine import decide
from rules.policy import Policy, build
from rules.strata import Engines
from rules.watching import Watch

AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HERE = Origin(source="window", ref="incident/x")


@cache
def bench() -> tuple[Policy, Engines, Watch]:
    folder = files("rules").joinpath("books")
    books = {f"rules/books/{one.name}": one.read_bytes() for one in folder.iterdir()}
    policy = build({n: text for n, text in books.items() if n.endswith(".yaml")}, catalogue())
    return policy, Engines.compiled(policy), Watch(policy)


def decided(facts: list[Fact]) -> Decision:
    policy, engines, _ = bench()
    return decide(facts, policy, AT, engines)


FACTS = st.fixed_dictionaries(
    {
        "excess": st.sampled_from([0.5, 2.9, 3.0, 3.1, 4.0, 9.0]),
        "virality": st.sampled_from([0.1, 0.89, 0.9, 0.91, 1.2]),
        "volume": st.sampled_from([0, 5, 9, 10, 40, 400]),
        "negative_share": st.sampled_from([0.1, 0.4, 0.6, 0.9]),
    }
)
AGES = st.sampled_from([timedelta(minutes=1), timedelta(hours=2), timedelta(days=2)])
STATED = st.sampled_from(["minor", "severe", "extreme"])


def situation(spread: dict[str, float], age: timedelta, severity: str | None) -> list[Fact]:
    make = catalogue().fact
    stated = {} if severity is None else {"severity": severity}
    return [
        make("spread", {"window": "PT1H", "virality_known": True, **spread}, HERE),
        make("incident", {"phase": "open", "age": age, **stated}, HERE),
        make("team", {"id": "team/crisis-office", "on_call": True}, HERE),
    ]


@given(FACTS, FACTS, AGES, AGES, STATED)
def test_equal_signatures_give_equal_outcomes_also_under_what_is_stated(
    one: dict[str, float],
    other: dict[str, float],
    age: timedelta,
    later: timedelta,
    severity: str,
) -> None:
    _, _, watch = bench()
    before, after = situation(one, age, None), situation(other, later, None)
    if watch.signature(before, AT) == watch.signature(after, AT):
        first = decided(situation(one, age, severity))
        second = decided(situation(other, later, severity))
        assert difference(first.to_json(), second.to_json()) == {}


def test_figures_between_two_thresholds_are_the_same() -> None:
    _, _, watch = bench()
    same = {"excess": 0.5, "volume": 5, "virality": 0.2, "negative_share": 0.1}
    age = timedelta(hours=2)
    one = watch.signature(situation(same, age, None), AT)
    assert watch.signature(situation(same | {"excess": 0.51}, age, None), AT) == one
    assert watch.signature(situation(same | {"excess": 9.0}, age, None), AT) != one


@pytest.mark.parametrize("field", ["on_call"])
def test_what_combining_reads_counts_also_where_no_rule_asks(field: str) -> None:
    _, _, watch = bench()
    make = catalogue().fact
    here = make("team", {"id": "team/a", field: True}, HERE)
    gone = make("team", {"id": "team/a", field: False}, HERE)
    assert watch.signature([here], AT) != watch.signature([gone], AT)

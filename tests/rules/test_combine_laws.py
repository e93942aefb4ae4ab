"""Laws of combining: order is nothing, deny overrides, more never takes away."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ontology.decisions import Decision
from ontology.facts import Fact, Field, Kind, Origin, catalogue
from ontology.values import Datatype
from rules.combine import decide
from rules.policy import Policy, build
from rules.strata import Engines
from tests.rules.examples import thorough

AT = datetime(2026, 10, 1, 9, tzinfo=UTC)
TIERS = catalogue().kinds["escalation"].fields["tier"].allowed


def fact(kind: str, /, **values: object) -> Fact:
    return catalogue().fact(kind, values, Origin(source="request", ref="/facts"))


@cache
def shipped() -> tuple[Policy, Engines]:
    folder = files("rules").joinpath("books")
    names = [one.name for one in folder.iterdir() if not one.name.endswith(".cases.yaml")]
    policy = build({name: folder.joinpath(name).read_bytes() for name in names}, catalogue())
    return policy, Engines.compiled(policy)


def whole(facts: Sequence[Fact]) -> Decision:
    policy, compiled = shipped()
    return decide(facts, policy, AT, compiled)


def book(stratum: str, *rules: str) -> str:
    listed = "\n".join(f"  - {rule}" for rule in rules)
    return f"book: drawn\nstratum: {stratum}\nowner: team/crisis-office\nrules:\n{listed}\n"


def rule(name: str, then: str, when: str = "signal: given") -> str:
    return f"{{id: {name}, reason: For the test., when: {{{when}}}, then: [{then}]}}"


def concluded(rules: Sequence[str]) -> Decision:
    text = book("escalate", *rules)
    policy = build({"drawn.yaml": text.encode()}, catalogue())
    return decide([SIGNAL], policy, AT, Engines.compiled(policy))


SIGNAL = fact("signal", judged=True)


def drawn_value(field: Field) -> st.SearchStrategy[Any]:
    if field.allowed:
        return st.sampled_from(field.allowed)
    low, high = field.minimum, field.maximum
    numbers: Mapping[Datatype, Callable[[], st.SearchStrategy[Any]]] = {
        Datatype.BOOLEAN: st.booleans,
        Datatype.INTEGER: lambda: st.integers(int(low or 0), int(high or 200)),  # type: ignore[arg-type]
        Datatype.DECIMAL: lambda: st.floats(
            float(low if low is not None else -4),  # type: ignore[arg-type]
            float(high if high is not None else 12),  # type: ignore[arg-type]
        ),
        Datatype.DURATION: lambda: st.timedeltas(timedelta(0), timedelta(days=20)),
        Datatype.DATETIME: lambda: st.timedeltas(timedelta(-9), timedelta(9)).map(
            lambda away: datetime(2026, 10, 1, 9, tzinfo=UTC) + away
        ),
    }
    return numbers.get(field.datatype, lambda: st.just(field.example))()


def drawn_fact(kind: Kind) -> st.SearchStrategy[Fact]:
    fields = {name: drawn_value(field) for name, field in kind.fields.items()}
    fields = {name: one for name, one in fields.items() if not one.is_empty}
    required = {name: one for name, one in fields.items() if kind.fields[name].required}
    free = {name: one for name, one in fields.items() if name not in required}
    return st.fixed_dictionaries(required, optional=free).map(
        lambda values: fact(kind.name, **{n: v for n, v in values.items() if fits(kind, n, v)})
    )


def fits(kind: Kind, name: str, value: object) -> bool:
    """Dates and times come as their example, which only their JSON form makes valid."""
    try:
        kind.fields[name].check(value)
    except ValueError:
        return False
    return True


DRAWN = {
    kind.name: drawn_fact(kind) for kind in catalogue().kinds.values() if kind.stratum is None
}


@st.composite
def situations(draw: st.DrawFn) -> list[Fact]:
    kinds = draw(st.lists(st.sampled_from(sorted(DRAWN)), max_size=9))
    return [draw(DRAWN[kind]) for kind in kinds]


@thorough
@given(facts=situations(), data=st.data())
def test_the_order_of_facts_changes_nothing(facts: list[Fact], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(facts))
    assert whole(shuffled).canonical() == whole(facts).canonical()


@thorough
@given(facts=situations())
def test_a_fact_said_twice_changes_nothing(facts: list[Fact]) -> None:
    assert whole([*facts, *facts]).canonical() == whole(facts).canonical()


@thorough
@given(facts=situations())
def test_every_decision_comes_back_from_its_text(facts: list[Fact]) -> None:
    decision = whole(facts)
    assert Decision.from_json(decision.to_json()).canonical() == decision.canonical()


@thorough
@given(facts=situations())
def test_nobody_is_left_without_an_answer(facts: list[Fact]) -> None:
    decision = whole(facts)
    away = {f.values["id"] for f in facts if f.kind == "team" and f.values.get("on_call") is False}
    assert decision.routes
    assert {route.team for route in decision.routes} - away or away >= {"team/duty-officer"}


@thorough
@given(facts=situations())
def test_deny_overrides(facts: list[Fact]) -> None:
    decision = whole(facts)
    if "denial" in decision.prohibitions:
        assert "deny" not in {response.strategy for response in decision.responses}
    assert (decision.verdict == "stop") == bool(decision.broken)
    assert set(decision.broken) <= set(decision.prohibitions)


@thorough
@given(facts=situations(), part=st.sampled_from(["language", "spread", "graph"]))
def test_a_missing_part_never_lowers_a_tier_and_removes_no_requirement(
    facts: list[Fact], part: str
) -> None:
    before, after = whole(facts), whole([*facts, fact("degraded", part=part)])
    assert TIERS.index(after.tier) >= max(TIERS.index(before.tier), TIERS.index("specialist"))
    assert {r.name for r in before.requirements} <= {r.name for r in after.requirements}
    assert set(before.prohibitions) <= set(after.prohibitions)


@thorough
@given(facts=situations())
def test_no_tier_falls_below_the_one_an_open_incident_has_reached(facts: list[Fact]) -> None:
    standing = [
        str(f.values["tier"])
        for f in facts
        if f.kind == "incident"
        and "tier" in f.values
        and f.values.get("phase") in {"open", "recovery"}
        and f.values.get("stood_down") is False
    ]
    reached = TIERS.index(whole(facts).tier)
    assert all(TIERS.index(tier) <= reached for tier in standing)


ACTIONS = st.sampled_from(
    [
        "escalate: {tier: specialist, within: 1 hour}",
        "escalate: {tier: executive, within: 15 minutes}",
        "route: {team: team/a, otherwise: team/b}",
        "route: {team: team/b, priority: urgent}",
        "respond: [deny]",
        "require: [legal-approval]",
        "require: [{name: facts-check, from_team: team/legal, within: 1 hour}]",
        "forbid: [denial, humour]",
        "notify: [team/a]",
    ]
)


@thorough
@given(actions=st.lists(ACTIONS, min_size=1, max_size=6), data=st.data())
def test_the_order_of_rules_and_books_changes_nothing(
    actions: list[str], data: st.DataObject
) -> None:
    rules = [rule(f"rule-{place}", action) for place, action in enumerate(actions)]
    other = data.draw(st.permutations(rules))
    one, two = (concluded(order) for order in (rules, other))
    assert replace(one, policy="") == replace(two, policy="")


@thorough
@given(actions=st.lists(ACTIONS, min_size=1, max_size=6), more=ACTIONS)
def test_a_rule_that_is_added_removes_no_requirement_and_lowers_no_tier(
    actions: list[str], more: str
) -> None:
    rules = [rule(f"rule-{place}", action) for place, action in enumerate(actions)]
    before = concluded(rules)
    after = concluded([*rules, rule("rule-added", more)])
    assert set(before.requirements) <= set(after.requirements)
    assert set(before.prohibitions) <= set(after.prohibitions)
    assert set(before.notifications) <= set(after.notifications)
    assert TIERS.index(before.tier) <= TIERS.index(after.tier)

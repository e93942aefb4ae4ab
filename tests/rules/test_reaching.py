"""Where routes arrive: queues, who is next, and temporary routings that spare a team or don't."""

from datetime import UTC, datetime
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ontology.decisions import Decision, Route
from ontology.facts import Fact, Origin, catalogue
from rules.combine import decide
from rules.policy import Policy, build
from rules.reaching import arriving
from rules.strata import Engines

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
BOOK = """
book: drawn
stratum: route
owner: team/a
rules:
  - {id: care, reason: For the test., when: {signal: given}, then: [{route: {team: team/care}}]}
"""
CARE = Route(team="team/care")
SURE = {
    "id": "routing/r",
    "team": "team/desk",
    "reached": "team/desk",
    "external": "queue-7",
    "priority": "urgent",
    "otherwise": "team/office",
    "relieves": "team/care",
    "agents": 2,
    "enough": True,
    "load_known": True,
    "full": False,
}


def fact(kind: str, /, **values: object) -> Fact:
    return catalogue().fact(kind, values, Origin(source="event", ref="1"))


def temporary(**changes: object) -> Fact:
    values = {**SURE, **changes}
    return fact("temporary_routing", **{n: x for n, x in values.items() if x is not None})


@cache
def engines() -> tuple[Policy, Engines]:
    policy = build({"drawn.yaml": BOOK.encode()}, catalogue())
    return policy, Engines.compiled(policy)


def decided(*facts: Fact, semantics: str = "2") -> Decision:
    policy, compiled = engines()
    return decide([fact("signal", judged=True), *facts], policy, AT, compiled, semantics)


def test_a_temporary_routing_that_is_said_twice_is_one() -> None:
    for row in (temporary(), temporary(enough=False)):
        once = arriving([CARE], [row], ruled=True)
        assert arriving([CARE], [row, row], ruled=True) == once


def test_a_sure_one_takes_the_place_of_whom_it_relieves() -> None:
    assert decided(temporary()).routes == (
        Route(
            team="team/desk",
            priority="urgent",
            otherwise="team/office",
            instead_of="team/care",
            external="queue-7",
            by="routing/r",
        ),
    )


@pytest.mark.parametrize(
    "changes",
    [{"enough": False}, {"full": True}, {"full": None, "load_known": False}, {"relieves": None}],
)
def test_one_that_is_not_sure_stands_beside_whom_it_would_relieve(
    changes: dict[str, object],
) -> None:
    teams = [route.team for route in decided(temporary(**changes)).routes]
    assert teams == ["team/care", "team/desk"]


def test_where_another_team_answers_the_route_says_instead_of_whom() -> None:
    passed_on = decided(temporary(reached="team/office", full=True, external="group-1"))
    assert {route.team: route.instead_of for route in passed_on.routes} == {
        "team/care": None,
        "team/office": "team/desk",
    }


def test_one_that_nobody_can_answer_changes_no_route_and_is_told() -> None:
    decision = decided(temporary(reached=None, enough=False))
    assert [route.team for route in decision.routes] == ["team/care"]
    names = {caution.name for caution in decision.cautions}
    assert "temporary-routing-unreachable" in names


def test_an_unknown_load_is_told() -> None:
    cautions = decided(temporary(full=None, load_known=False)).cautions
    assert ("load-unknown", "team/desk") in {(one.name, one.about) for one in cautions}


def test_the_higher_priority_counts_where_both_name_a_team() -> None:
    routes = (Route(team="team/desk", priority="immediate"),)
    (only,) = arriving(routes, [temporary(relieves=None)], ruled=True)
    assert (only.priority, only.by) == ("immediate", "routing/r")


def test_a_route_has_the_queue_of_its_team_and_the_team_above_it() -> None:
    team = fact("team", id="team/care", external="group-3", escalates_to="team/office")
    (only,) = decided(team).routes
    assert (only.external, only.otherwise) == ("group-3", "team/office")


def test_a_rule_that_names_the_next_one_is_heard() -> None:
    team = fact("team", id="team/care", escalates_to="team/office")
    (only,) = arriving([Route(team="team/care", otherwise="team/x")], [team], ruled=True)
    assert only.otherwise == "team/x"


def test_the_duty_officer_gives_way_only_to_a_sure_one() -> None:
    default = [Route(team="team/duty-officer")]
    assert [r.team for r in arriving(default, [temporary()], ruled=False)] == ["team/desk"]
    unsure = temporary(full=None, load_known=False)
    both = [r.team for r in arriving(default, [unsure], ruled=False)]
    assert both == ["team/desk", "team/duty-officer"]


def test_what_was_decided_before_queues_were_named_is_decided_again_the_same() -> None:
    team = fact("team", id="team/care", external="group-3", escalates_to="team/office")
    old = decided(team, temporary(), semantics="1")
    assert old.routes == (CARE,)
    assert old.semantics == "1"
    assert "external" not in old.canonical().partition('"facts"')[0]


TEAMS = st.sampled_from(["team/care", "team/desk", "team/office", "team/x"])
ROWS = st.fixed_dictionaries(
    {"id": st.sampled_from(["routing/a", "routing/b"]), "team": TEAMS, "enough": st.booleans()},
    optional={
        "reached": TEAMS,
        "relieves": TEAMS,
        "full": st.booleans(),
        "priority": st.sampled_from(["normal", "urgent", "immediate"]),
    },
)
ROUTES = st.lists(TEAMS, min_size=1, max_size=3, unique=True)


@given(ROUTES, st.lists(ROWS, max_size=4), st.randoms(use_true_random=False))
def test_the_order_of_temporary_routings_changes_nothing(
    teams: list[str], rows: list[dict[str, object]], chance: "st.DrawFn"
) -> None:
    routes = [Route(team=team) for team in teams]
    facts = [fact("temporary_routing", **row) for row in rows]
    mixed = [*facts]
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    assert arriving(routes, facts, ruled=True) == arriving(routes, mixed, ruled=True)


@given(ROUTES, st.lists(ROWS, max_size=4))
def test_nobody_is_spared_but_by_a_sure_one(
    teams: list[str], rows: list[dict[str, object]]
) -> None:
    facts = [fact("temporary_routing", **row) for row in rows]
    after = arriving([Route(team=team) for team in teams], facts, ruled=True)
    sure = {
        row.get("relieves")
        for row in rows
        if row["enough"] and row.get("full") is False and row.get("reached") == row["team"]
    }
    assert set(teams) - {route.team for route in after} <= sure
    assert after

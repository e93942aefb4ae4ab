"""A decision has one text, and comes back from it whole."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from ontology.decisions import (
    SEMANTICS,
    Caution,
    Decision,
    DecisionInvalid,
    Duty,
    Firing,
    Notification,
    RecoveryStep,
    Requirement,
    Response,
    Route,
    RuleError,
)
from ontology.facts import Fact, Origin, catalogue

AT = datetime(2013, 12, 1, 13, tzinfo=UTC)


def fact(kind: str, **values: object) -> Fact:
    return catalogue().fact(kind, values, Origin(source="event", ref="17"))


def decision(at: datetime = AT) -> Decision:
    surge, severe = fact("detection", name="surge"), fact("threat", level="severe")
    return Decision(
        tier="executive",
        verdict="wait",
        within=timedelta(minutes=15),
        cluster="preventable",
        threat="severe",
        detections=("surge",),
        routes=(Route(team="team/executive", priority="immediate", instead_of="team/board"),),
        responses=(Response(strategy="rebuild"),),
        requirements=(Requirement(name="legal-approval", within=timedelta(minutes=30)),),
        prohibitions=("denial",),
        broken=(),
        duties=(
            Duty(
                rule="executives-speak-first",
                family="executive-word",
                from_team="team/executive",
                within=timedelta(hours=4),
                every=timedelta(days=1),
                concern=1,
            ),
        ),
        notifications=(Notification(team="team/legal"),),
        recovery=(
            RecoveryStep(step="debrief", team="team/crisis-office", within=timedelta(days=3)),
        ),
        cautions=(Caution(name="part-missing", about="language"),),
        firings=(
            Firing(
                rule="a",
                conclusions=(fact("escalation", tier="executive"),),
                matched=(surge, severe),
            ),
            Firing(
                rule="b", conclusions=(fact("notification", team="team/legal"),), matched=(surge,)
            ),
        ),
        outranked=("open-incident",),
        errors=(RuleError(rule="c", reason="too deep"),),
        disagreements=("d",),
        policy="0" * 64,
        at=at,
    )


def test_a_decision_comes_back_from_its_text() -> None:
    stored = json.loads(decision().canonical())
    assert Decision.from_json(stored) == decision()
    assert Decision.from_json(stored).canonical() == decision().canonical()


def test_the_text_does_not_depend_on_the_time_zone_in_which_the_moment_is_written() -> None:
    berlin = AT.astimezone(timezone(timedelta(hours=1)))
    assert decision(berlin).canonical() == decision().canonical()
    assert decision().to_json()["at"] == "2013-12-01T13:00:00Z"


def test_a_fact_stands_once_and_firings_name_it_by_its_place() -> None:
    stored = decision().to_json()
    assert stored["firings"] == [
        {"rule": "a", "matched": [0, 1], "concluded": [2]},
        {"rule": "b", "matched": [0], "concluded": [3]},
    ]
    assert isinstance(stored["facts"], list)
    assert len(stored["facts"]) == 4


def test_the_origin_of_every_matched_fact_is_kept() -> None:
    stored = decision().to_json()
    assert isinstance(stored["facts"], list)
    assert stored["facts"][0] == {
        "kind": "detection",
        "values": {"name": "surge"},
        "origins": [{"source": "event", "ref": "17"}],
    }


def test_what_is_not_there_is_left_out() -> None:
    stored = decision().to_json()
    assert stored["routes"] == [
        {"team": "team/executive", "priority": "immediate", "instead_of": "team/board"}
    ]
    assert stored["semantics"] == SEMANTICS


@pytest.mark.parametrize("lost", ["tier", "facts", "at", "firings", "routes"])
def test_a_decision_that_lacks_a_part_is_refused(lost: str) -> None:
    stored = decision().to_json()
    del stored[lost]
    with pytest.raises(DecisionInvalid, match=lost):
        Decision.from_json(stored)


def test_a_decision_whose_facts_no_longer_fit_is_refused() -> None:
    stored = json.loads(decision().canonical().replace('"surge"', '"tsunami"'))
    with pytest.raises(DecisionInvalid, match="tsunami"):
        Decision.from_json(stored)

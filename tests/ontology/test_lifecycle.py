"""The pure act: what may be done, by whom, and what follows."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ontology.events import Json
from ontology.identity import ThingId
from ontology.lifecycle import (
    ATTUNE,
    NEW,
    Actor,
    ActRefused,
    Outcome,
    Past,
    Role,
    Standing,
    act,
    entered,
    fold,
    possible,
)
from ontology.lifecycle_file import lifecycles, read

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ADA, BEN = ThingId("person/ada"), ThingId("person/ben")
TRAIN, OTHER = ThingId("incident/train"), ThingId("incident/other")

TWO_PEOPLE = read("""\
lifecycles:
  vault:
    comment: It takes two.
    states:
      locked: {comment: Shut.}
      open: {comment: Open., terminal: true}
    acts:
      build: {comment: Make it., from: [new], to: locked, roles: [admin]}
      unlock:
        comment: Turn a key.
        from: [locked]
        to: open
        roles: [admin]
        persons: 2
        not_by: [build]
""")


def standing(state: str | None, *past: Past, kind: str = "incident") -> Standing:
    return Standing(
        thing=TRAIN, kind=kind, state=state, history=past, state_of={OTHER: "open"}.get
    )


def done(
    state: str | None,
    name: str,
    *roles: Role,
    kind: str = "incident",
    data: Mapping[str, Json] | None = None,
) -> Outcome:
    actor = Actor(id=ADA, roles=frozenset(roles))
    return act(lifecycles(), standing(state, kind=kind), name, actor=actor, at=AT, data=data or {})


def refusal(*args: object, **named: object) -> ActRefused:
    with pytest.raises(ActRefused) as caught:
        done(*args, **named)  # type: ignore[arg-type]  # the same arguments as done
    return caught.value


def test_a_responder_confirms_a_candidate() -> None:
    assert done("candidate", "confirm", Role.RESPONDER).to_state == "open"


def test_an_auditor_confirms_nothing() -> None:
    assert [p.where for p in refusal("candidate", "confirm", Role.AUDITOR).problems] == ["role"]


def test_an_act_from_another_state_is_refused_with_what_is_possible() -> None:
    refused = refusal("open", "confirm", Role.RESPONDER)
    assert refused.problems[0].where == "state"
    assert "resolve" in refused.possible


def test_an_act_that_is_unknown_names_those_there_are() -> None:
    assert "confirm" in str(refusal("open", "explode", Role.RESPONDER))


def test_a_kind_without_lifecycle_names_those_that_have_one() -> None:
    assert "incident" in str(refusal(None, "open", Role.RESPONDER, kind="teapot"))


def test_every_mistake_is_told_at_once() -> None:
    wrong: dict[str, Json] = {"tier": "emperor", "colour": "red"}
    refused = refusal("open", "stand-down", Role.AUDITOR, data=wrong)
    assert sorted(p.where for p in refused.problems) == ["colour", "reason", "role", "tier"]


def test_merging_into_an_open_incident_is_shown_by_the_graph() -> None:
    data: dict[str, Json] = {"into": OTHER, "reason": "The same derailment."}
    outcome = done("open", "merge", Role.REVIEWER, data=data)
    assert outcome.to_state == "merged"
    assert outcome.properties == {"mergedInto": OTHER}
    assert outcome.named == (OTHER,)


@pytest.mark.parametrize("into", ["incident/unknown", TRAIN, "team/legal", "not an id"])
def test_merging_into_what_is_not_another_open_incident_is_refused(into: str) -> None:
    data: dict[str, Json] = {"into": into, "reason": "The same derailment."}
    assert refusal("open", "merge", Role.REVIEWER, data=data).problems[0].where == "into"


def test_a_candidate_must_be_triaged_within_half_an_hour() -> None:
    (deadline,) = done(None, "suggest", Role.ATTUNE).deadlines
    assert (deadline.name, deadline.due) == ("triage", AT + timedelta(minutes=30))


def test_an_act_that_stays_sets_no_deadline() -> None:
    assert done("candidate", "overdue", Role.ATTUNE).deadlines == ()


def test_rerouting_again_sets_the_new_teams_deadline() -> None:
    data: dict[str, Json] = {"to": "team/legal", "within": "PT15M", "reason": "Liability."}
    (deadline,) = done("rerouted", "reroute", Role.LEGAL, kind="decision", data=data).deadlines
    assert deadline.due == AT + timedelta(minutes=15)


def test_a_decision_is_due_within_what_it_says() -> None:
    (deadline,) = entered(lifecycles(), "decision", "proposed", at=AT, data={"within": "PT1H"})
    assert deadline.due == AT + timedelta(hours=1)


def test_a_decision_that_says_no_length_has_no_deadline() -> None:
    assert entered(lifecycles(), "decision", "proposed", at=AT, data={}) == ()


def test_who_proposed_a_policy_can_not_approve_it() -> None:
    past = Past(act="propose", actor=ADA, before=None, after="proposed")
    stands = standing("proposed", past, kind="policy-proposal")
    actor = Actor(id=ADA, roles=frozenset({Role.GOVERNANCE}))
    with pytest.raises(ActRefused, match="somebody else must approve"):
        act(lifecycles(), stands, "approve", actor=actor, at=AT, data={})


def test_a_system_can_not_approve_for_anybody() -> None:
    past = Past(act="propose", actor=ADA, before=None, after="proposed")
    stands = standing("proposed", past, kind="policy-proposal")
    spoken = Actor(id=BEN, roles=frozenset({Role.LEGAL}), via=ThingId("key/crm"))
    with pytest.raises(ActRefused, match="key of their own"):
        act(lifecycles(), stands, "approve", actor=spoken, at=AT, data={})


def vault(*past: Past) -> Standing:
    return Standing(thing=ThingId("vault/a"), kind="vault", state="locked", history=past)


def unlocked(actor: ThingId, *past: Past) -> Outcome:
    who = Actor(id=actor, roles=frozenset({Role.ADMIN}))
    return act(TWO_PEOPLE, vault(*past), "unlock", actor=who, at=AT, data={})


ONE_KEY = Past(act="unlock", actor=ADA, before="locked", after="locked")


def test_one_of_two_people_changes_nothing_yet() -> None:
    outcome = unlocked(ADA)
    assert (outcome.to_state, outcome.waiting_for) == ("locked", 1)


def test_the_second_of_two_people_changes_the_state() -> None:
    assert unlocked(BEN, ONE_KEY).to_state == "open"


def test_the_same_person_does_not_count_twice() -> None:
    with pytest.raises(ActRefused, match="did so already"):
        unlocked(ADA, ONE_KEY)


def alerted(*past: Past) -> Standing:
    return Standing(thing=ThingId("alert/a"), kind="alert", state="raised", history=past)


def looked_at(actor: ThingId, *past: Past) -> Outcome:
    who = Actor(id=actor, roles=frozenset({Role.RESPONDER}))
    return act(lifecycles(), alerted(*past), "acknowledge", actor=who, at=AT, data={})


def raised(**data: Json) -> Past:
    return Past(act="raise", actor=ATTUNE, before=None, after="raised", data=data)


SEEN = Past(act="acknowledge", actor=ADA, before="raised", after="raised")


def test_an_earlier_act_says_how_many_people_a_later_one_needs() -> None:
    outcome = looked_at(ADA, raised(persons=2))
    assert (outcome.to_state, outcome.waiting_for) == ("raised", 1)
    assert looked_at(BEN, raised(persons=2), SEEN).to_state == "acknowledged"


def test_where_it_does_not_say_so_one_person_is_enough() -> None:
    assert looked_at(ADA, raised()).to_state == "acknowledged"
    assert looked_at(ADA, raised(persons=-3)).to_state == "acknowledged"


def test_a_state_folds_from_what_was_done() -> None:
    incident = lifecycles()["incident"]
    assert fold(incident, ()) is None
    assert fold(incident, (Past(act="open", actor=ADA, before=None, after="open"),)) == "open"
    assert fold(lifecycles()["decision"], ()) == "proposed"


KINDS = st.sampled_from(sorted(lifecycles()))
ROLES = st.frozensets(st.sampled_from(list(Role)))
JSON: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=5,
)


@st.composite
def attempts(draw: st.DrawFn) -> tuple[str, str | None, str, frozenset[Role], dict[str, Json]]:
    """Any kind, state and act, with examples or nonsense as data."""
    lifecycle = lifecycles()[draw(KINDS)]
    chosen = lifecycle.acts[draw(st.sampled_from(sorted(lifecycle.acts)))]
    state = draw(st.none() | st.sampled_from(sorted(lifecycle.states)))
    examples: dict[str, Json] = {name: spec.example for name, spec in chosen.data.items()}
    data: dict[str, Json] = draw(
        st.just(examples) | st.dictionaries(st.sampled_from(sorted({*examples, "x"})), JSON)
    )
    return lifecycle.kind, state, chosen.name, draw(ROLES), data


Attempt: TypeAlias = tuple[str, str | None, str, frozenset[Role], dict[str, Json]]


def answered(attempt: Attempt) -> Outcome | ActRefused:
    kind, state, name, roles, data = attempt
    stands = Standing(thing=ThingId(f"{kind}/x"), kind=kind, state=state)
    actor = Actor(id=ADA, roles=roles)
    try:
        return act(lifecycles(), stands, name, actor=actor, at=AT, data=data)
    except ActRefused as error:
        return error


@given(st.data())
def test_every_act_passes_from_its_states_by_its_roles_with_its_examples(
    data: st.DataObject,
) -> None:
    lifecycle = lifecycles()[data.draw(KINDS)]
    chosen = lifecycle.acts[data.draw(st.sampled_from(sorted(lifecycle.acts)))]
    source = data.draw(st.sampled_from(chosen.sources))
    role = data.draw(st.sampled_from(sorted(chosen.roles)))
    states = {field.states[0] for field in chosen.data.values() if field.states}
    stands = Standing(
        thing=ThingId(f"{lifecycle.kind}/x"),
        kind=lifecycle.kind,
        state=None if source == NEW else source,
        state_of=lambda _: next(iter(states), None),
    )
    given_data = {name: spec.example for name, spec in chosen.data.items()}
    actor = Actor(id=ADA, roles=frozenset({role}))
    outcome = act(lifecycles(), stands, chosen.name, actor=actor, at=AT, data=given_data)
    assert outcome.to_state in lifecycle.states
    shown = outcome.properties.keys() - {chosen.by, chosen.at}
    assert len(shown) + len(outcome.details) == len(given_data)
    assert chosen.by is None or outcome.properties[chosen.by] == [ADA]
    assert chosen.at is None or outcome.properties[chosen.at] == f"{AT:%Y-%m-%dT%H:%M:%SZ}"
    assert all(d.due > AT and d.state == outcome.to_state for d in outcome.deadlines)


@given(attempts())
def test_an_act_that_passes_was_possible(attempt: Attempt) -> None:
    kind, state, name, roles, _ = attempt
    passed = isinstance(answered(attempt), Outcome)
    assert not passed or name in possible(lifecycles(), kind, state, roles)


@given(attempts())
def test_an_act_that_does_not_pass_says_why(attempt: Attempt) -> None:
    found = answered(attempt)
    assert isinstance(found, Outcome) or all(problem.message for problem in found.problems)


@given(attempts())
def test_an_act_asked_twice_is_answered_twice_the_same(attempt: Attempt) -> None:
    first, second = answered(attempt), answered(attempt)
    assert str(first) == str(second)


@given(KINDS, st.none() | st.sampled_from(["open", "proposed"]), ROLES, ROLES)
def test_more_roles_never_take_an_act_away(
    kind: str, state: str | None, few: frozenset[Role], more: frozenset[Role]
) -> None:
    assert set(possible(lifecycles(), kind, state, few)) <= set(
        possible(lifecycles(), kind, state, few | more)
    )


ROUTING = ThingId("routing/r")
UNTIL = "2026-11-22T11:00:00Z"


def due(stated: Mapping[str, Json], state: str = "pushed") -> dict[str, datetime]:
    found = entered(lifecycles(), "routing", state, at=AT, data={}, stated=stated)
    return {deadline.name: deadline.due for deadline in found}


def test_a_deadline_is_the_moment_or_the_duration_that_the_record_states() -> None:
    assert due({"expiresAt": UNTIL, "confirmWithin": "PT10M"}) == {
        "expiry": AT + timedelta(hours=2),
        "confirmation": AT + timedelta(minutes=10),
    }


def test_what_the_record_does_not_state_runs_no_deadline() -> None:
    assert due({"expiresAt": UNTIL}) == {"expiry": AT + timedelta(hours=2)}
    assert due({}) == {}


def test_what_the_act_carries_counts_before_what_the_record_states() -> None:
    stands = Standing(
        thing=ThingId("agreement/a"),
        kind="agreement",
        state="due-for-renewal",
        stated={"validUntil": UNTIL, "remindAt": UNTIL},
    )
    data: dict[str, Json] = {
        "validUntil": "2027-01-01T00:00:00Z",
        "remindAt": "2026-12-01T00:00:00+01:00",
        "reason": "It is right.",
    }
    actor = Actor(id=ADA, roles=frozenset({Role.LEGAL}))
    outcome = act(lifecycles(), stands, "renew", actor=actor, at=AT, data=data)
    assert {deadline.name: deadline.due for deadline in outcome.deadlines} == {
        "end": datetime(2027, 1, 1, tzinfo=UTC),
        "reminder": datetime(2026, 11, 30, 23, tzinfo=UTC),
    }

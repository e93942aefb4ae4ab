"""Whatever happens to a duty, every word is counted once, and at most one is waited for."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ontology.events import Event
from ontology.identity import Scope, ThingId
from ontology.lifecycle import ActRefused, Standing, act
from ontology.lifecycle_file import lifecycles
from ontology.values import duration_text
from service.acts import acted
from service.duty_history import PUT, DutyHistory, Past, report
from service.sweep import ITSELF

DUTY = ThingId("duty/one")
START = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
ACTS = sorted(lifecycles()["duty"].acts)
STEPS = st.lists(
    st.tuples(st.sampled_from(ACTS), st.integers(1, 50), st.integers(1, 30)), max_size=25
)
EXAMPLES = {"decision": "decision/a", "message": "message/a", "reason": "Over."}


def event(number: int, type_: str, at: datetime, data: Any) -> Event:
    return Event(
        sequence=number,
        id=f"event/{number}",
        type=type_,
        subject=DUTY,
        actor=ITSELF.id,
        occurred_at=at,
        recorded_at=at,
        scopes=(Scope(DUTY),),
        data=data,
        governed=True,
        leaf=b"",
    )


def lived(steps: list[tuple[str, int, int]]) -> Past:
    """A duty after the acts that were possible, each some hours after the one before."""
    history = DutyHistory()
    record = {"owedFor": "incident/a", "byRule": "a-rule", "heldSince": START.isoformat()}
    history.apply(event(1, PUT, START, {"type": "Duty", "properties": record}))
    at, state = START, None
    for number, (name, hours, left) in enumerate([("owe", 0, 4), *steps], start=2):
        at += timedelta(hours=hours)
        within = {"within": duration_text(timedelta(hours=left)), "warn": "PT1S"}
        fields = lifecycles()["duty"].acts[name].data
        data: Any = {one: {**EXAMPLES, **within}[one] for one in fields}
        stands = Standing(thing=DUTY, kind="duty", state=state, state_of=lambda _: None)
        try:
            outcome = act(lifecycles(), stands, name, actor=ITSELF, at=at, data=data)
        except ActRefused:
            continue
        draft = acted(f"event/{number}", stands, outcome, ITSELF, at)
        history.apply(event(number, draft.type, at, draft.data))
        state = outcome.to_state
    (found,) = history.all()
    assert found.state == state
    return found


@given(STEPS)
def test_every_word_is_counted_once(steps: list[tuple[str, int, int]]) -> None:
    past = lived(steps)
    (row,) = report([past])
    assert isinstance(row, dict)
    stages: Any = row["words"]
    assert sum(one["owed"] for one in stages.values()) == sum(not w.void for w in past.words)
    for one in stages.values():
        settled = one["in_time"] + one["late"] + one["missed"]
        assert one["owed"] == settled + one["waiting"]
        if settled:
            low, high = one["interval"]
            assert low <= one["share_in_time"] <= high


@given(STEPS)
def test_at_most_one_word_is_waited_for_and_only_while_one_is_owed(
    steps: list[tuple[str, int, int]],
) -> None:
    past = lived(steps)
    waiting = [one for one in past.words if one.said is None and not one.missed]
    assert len(waiting) == (past.state in {"owed", "informed", "closing"})


@given(STEPS)
def test_words_that_were_said_were_said_after_they_were_owed(
    steps: list[tuple[str, int, int]],
) -> None:
    taken = [one.taken for one in lived(steps).words]
    assert all(one >= timedelta() for one in taken if one is not None)

"""Due dates: what is open, until when, whose it is; folded from events alone."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.due import Due, Lapse
from ontology.events import Event, Json
from ontology.identity import ThingId
from ontology.lifecycle_file import lifecycles

START = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
TRAIN = ThingId("incident/train")
MADE = ThingId("decision/a")


class Story:
    """Events in the order in which they are told, and the fold that heard them."""

    def __init__(self, **options: Any) -> None:
        self.due = Due(lifecycles(), **options)
        self.told: list[Event] = []

    def tell(self, kind: str, subject: ThingId, data: Mapping[str, Json], after: int = 0) -> None:
        event = Event(
            sequence=len(self.told) + 1,
            id=f"event/{len(self.told) + 1}",
            type=kind,
            subject=subject,
            actor=ThingId("person/ada"),
            occurred_at=START + timedelta(minutes=after),
            recorded_at=START + timedelta(minutes=after),
            scopes=(),
            data=data,
            governed=True,
            leaf=b"",
        )
        self.told.append(event)
        self.due.apply(event)

    def act(
        self,
        thing: ThingId,
        before: str | None,
        after: str,
        *,
        due: int | None = None,
        **more: Json,
    ) -> None:
        kind = thing.partition("/")[0]
        moment = (START + timedelta(minutes=due or 0)).isoformat()
        rule = {"incident": ("triage", "overdue"), "decision": ("answer", "lapse")}[kind]
        deadline: Json = {"name": rule[0], "state": after, "due": moment, "lapse": rule[1]}
        data: dict[str, Json] = {"kind": kind, "act": "x", "from": before, "to": after}
        data["deadlines"] = [deadline] if due is not None else []
        self.tell("thing.acted", thing, data | more)

    def decide(self, thing: ThingId, within: str | None = "PT15M", team: str = "team/a") -> None:
        self.tell("decision.made", thing, {"within": within, "team": team})

    def lapsing(self, minutes: int) -> list[tuple[str, str]]:
        lapsed = self.due.lapsed(START + timedelta(minutes=minutes))
        return [(lapse.thing, lapse.deadline.name) for lapse in lapsed]

    def waiting(self, **options: Any) -> list[str]:
        return [one.thing for one in self.due.queue(**options)]


@pytest.fixture
def story() -> Story:
    return Story()


def test_a_deadline_lapses_when_it_is_due_and_not_before(story: Story) -> None:
    story.act(TRAIN, None, "candidate", due=30)
    assert story.lapsing(29) == []
    assert story.lapsing(30) == [(TRAIN, "triage")]


def test_leaving_the_state_ends_its_deadlines(story: Story) -> None:
    story.act(TRAIN, None, "candidate", due=30)
    story.act(TRAIN, "candidate", "open")
    assert story.lapsing(99) == []


def test_an_act_that_stays_leaves_the_deadline_running(story: Story) -> None:
    story.act(TRAIN, None, "candidate", due=30)
    story.act(TRAIN, "candidate", "candidate")
    assert story.lapsing(30) == [(TRAIN, "triage")]


def test_a_lapse_that_stays_is_not_due_again(story: Story) -> None:
    story.act(TRAIN, None, "candidate", due=30)
    story.act(TRAIN, "candidate", "candidate", lapsed={"name": "triage", "due": "…"})
    assert story.lapsing(99) == []
    assert story.waiting() == [TRAIN]


def test_a_new_deadline_of_the_same_name_replaces_the_old_one(story: Story) -> None:
    story.decide(MADE)
    story.act(MADE, "proposed", "rerouted", due=20)
    story.act(MADE, "rerouted", "rerouted", due=40)
    assert story.lapsing(39) == []
    assert story.lapsing(40) == [(MADE, "answer")]


def test_a_decision_waits_for_its_team_within_what_it_says(story: Story) -> None:
    story.decide(MADE, within="PT15M", team="team/legal")
    one = story.due.get(MADE)
    assert one is not None
    assert (one.state, one.team, one.due) == (
        "proposed",
        "team/legal",
        START + timedelta(minutes=15),
    )


def test_rerouting_hands_a_decision_to_another_team(story: Story) -> None:
    story.decide(MADE)
    story.act(MADE, "proposed", "rerouted", properties={"routedTo": "team/legal"})
    assert story.waiting(teams=["team/legal"]) == [MADE]
    assert story.waiting(teams=["team/a"]) == []


def test_an_incident_belongs_to_the_team_that_its_record_names(story: Story) -> None:
    owned: Json = {"ownedBy": "team/crisis-office"}
    story.tell("record.put", TRAIN, {"type": "Incident", "properties": owned})
    story.act(TRAIN, None, "open")
    assert story.waiting(teams=["team/crisis-office"]) == [TRAIN]


@pytest.mark.parametrize("state", ["closed", "merged", "dismissed"])
def test_what_rests_or_has_ended_leaves_the_queue(story: Story, state: str) -> None:
    story.act(TRAIN, None, "open")
    story.act(TRAIN, "open", state)
    assert story.waiting() == []


def test_a_removed_record_leaves_the_queue(story: Story) -> None:
    story.act(TRAIN, None, "candidate", due=30)
    story.tell("record.removed", TRAIN, {"type": "Incident"})
    assert (story.waiting(), story.lapsing(99)) == ([], [])


def test_the_next_deadline_comes_first_then_what_waits_longest(story: Story) -> None:
    for name, within in (("late", "PT2H"), ("never", None), ("soon", "PT5M"), ("none", None)):
        story.decide(ThingId(f"decision/{name}"), within=within)
    assert [one.removeprefix("decision/") for one in story.waiting()] == [
        "soon",
        "late",
        "never",
        "none",
    ]


def test_a_page_goes_on_where_the_last_one_ended(story: Story) -> None:
    for number in range(5):
        story.decide(ThingId(f"decision/{number}"))
    first = story.due.queue(limit=2)
    rest = story.due.queue(after=first[-1].place, limit=9)
    assert [one.thing for one in (*first, *rest)] == [f"decision/{n}" for n in range(5)]


def test_the_queue_can_be_asked_for_one_kind(story: Story) -> None:
    story.decide(MADE)
    story.act(TRAIN, None, "open")
    assert story.waiting(kinds=["incident"]) == [TRAIN]


def test_memory_is_bounded_and_what_has_a_deadline_stays() -> None:
    story = Story(most=100)
    story.act(TRAIN, None, "candidate", due=30)
    for number in range(500):
        story.decide(ThingId(f"decision/{number}"), within=None)
    assert len(story.waiting(limit=1_000)) <= 100
    assert story.due.dropped >= 400
    assert story.lapsing(30) == [(TRAIN, "triage")]
    assert story.waiting(limit=1_000)[-1] == "decision/499"


def test_a_deadline_that_nothing_can_follow_is_given_up(story: Story) -> None:
    story.act(TRAIN, None, "candidate", due=30)
    (lapse,) = story.due.lapsed(START + timedelta(hours=1))
    story.due.give_up(lapse)
    assert story.lapsing(99) == []


def test_the_next_moment_of_interest_is_known(story: Story) -> None:
    assert story.due.next_due() is None
    story.act(TRAIN, None, "candidate", due=30)
    assert story.due.next_due() == START + timedelta(minutes=30)
    story.act(TRAIN, "candidate", "open")
    assert story.due.next_due() is None


def test_asking_twice_gives_the_same_lapses(story: Story) -> None:
    story.act(TRAIN, None, "candidate", due=30)
    story.decide(MADE)
    assert story.lapsing(60) == story.lapsing(60) == [(MADE, "answer"), (TRAIN, "triage")]


STEPS = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.sampled_from(["candidate", "open", "closed"]),
        st.none() | st.integers(1, 60),
    ),
    max_size=30,
)


@given(STEPS, st.integers(0, 70))
def test_what_lapses_is_what_the_last_acts_left(
    steps: list[tuple[int, str, int | None]], minutes: int
) -> None:
    story = Story()
    states: dict[str, str] = {}
    dues: dict[str, int] = {}
    for number, state, due in steps:
        thing = ThingId(f"incident/{number}")
        if states.get(thing) != state:
            dues.pop(thing, None)
        if due is not None:
            dues[thing] = due
        story.act(thing, states.get(thing), state, due=due)
        states[thing] = state
    assert sorted(story.lapsing(minutes)) == sorted(
        (thing, "triage") for thing, due in dues.items() if due <= minutes
    )


@given(STEPS)
def test_a_second_fold_of_the_same_events_is_the_same(
    steps: list[tuple[int, str, int | None]],
) -> None:
    first, second = Story(), Story()
    states: dict[str, str] = {}
    for number, state, due in steps:
        thing = ThingId(f"incident/{number}")
        first.act(thing, states.get(thing), state, due=due)
        states[thing] = state
    for event in first.told:
        second.due.apply(event)

    def seen(due: Due) -> tuple[object, tuple[Lapse, ...]]:
        return due.queue(limit=99), due.lapsed(START + timedelta(hours=2))

    assert seen(first.due) == seen(second.due)


def test_what_rests_until_a_deadline_is_due_and_in_no_queue() -> None:
    story, shadow = Story(), ThingId("shadow/a")
    end: Json = {"name": "end", "state": "running", "due": _at(60), "lapse": "expire"}
    said: dict[str, Json] = {"kind": "shadow", "act": "start", "from": None, "to": "running"}
    story.tell("thing.acted", shadow, {**said, "deadlines": [end]})
    assert story.due.queue() == ()
    assert [lapse.thing for lapse in story.due.lapsed(START + timedelta(hours=2))] == [shadow]


def test_a_silent_decision_waits_for_nobody() -> None:
    story = Story()
    story.tell("decision.made", MADE, {"team": "team/legal", "within": "PT30M", "live": False})
    assert story.due.queue() == ()
    assert story.due.next_due() is None


def _at(minutes: int) -> str:
    return (START + timedelta(minutes=minutes)).isoformat()

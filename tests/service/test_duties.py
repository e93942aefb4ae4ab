"""Duties to inform: opened once by decisions, met by words that reach the minimum, or late."""

import shutil
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ontology.events import Event
from ontology.identity import ThingId
from ontology.lifecycle import Actor, ActRefused, Role
from ontology.record_values import RecordInvalid
from service import desk, drafting, message_view, submitting
from service.acts import propose, put_record
from service.committing import GateRefused
from service.decision_bodies import DecisionRequest
from service.duties import Duty, of_incident
from service.duty_listing import listed
from service.founding import found
from service.message_bodies import MessageIn
from service.message_content import approvals, read
from service.owing import Owing, followed
from service.plans import publish_together
from service.sweep import sweep
from service.world import World
from tests.conftest import Once
from tests.service.conftest import START, peopled

WRITER = Actor(id=ThingId("person/writer"), roles=frozenset({Role.RESPONDER, Role.REVIEWER}))
CHIEF = Actor(id=ThingId("person/chief"), roles=frozenset(Role) - {Role.ATTUNE})
CARE = Actor(id=ThingId("person/care"), roles=frozenset(Role) - {Role.ATTUNE})
CRASH = ThingId("incident/crash")
HOUR = timedelta(hours=1)
STRONG = (
    "Colleagues, a train left the rails. I am so sorry that you have to hear this. "
    "It hurts, and I feel it with you. I understand how hard this is. "
    "What worries you most? Tell me."
)
WEAK = (
    "Colleagues, a train left the rails. Managers instruct their teams."
    " There will be another message at noon."
)
GERMAN = "Liebe Kolleginnen und Kollegen, ein Zug ist entgleist. Es tut mir sehr leid."


@pytest.fixture(scope="session")
def prepared(once: Once) -> Path:
    """A home that is founded once; each test has a copy of its own."""
    return once("duties", peopled(populate))


@pytest.fixture
def world(prepared: Path, tmp_path: Path, worlds: Callable[..., World]) -> World:
    """Teams, people and an open incident; no models."""
    shutil.copytree(prepared, tmp_path / "bare")
    return worlds()


@pytest.fixture
def judging(prepared: Path, tmp_path: Path, worlds: Callable[..., World]) -> World:
    """The same with the models that judge empathy."""
    shutil.copytree(prepared, tmp_path / "bare")
    return worlds(language=True)


def populate(bare: World) -> None:
    found(bare, with_sample=False, progress=lambda *_: None)
    above = {
        "board": {"atTier": "board"},
        "executive": {"atTier": "executive", "escalatesTo": "team/board"},
        "crisis-office": {"escalatesTo": "team/executive"},
        "people-and-culture": {"escalatesTo": "team/executive"},
        "legal": {"escalatesTo": "team/executive"},
        "duty-officer": {"escalatesTo": "team/crisis-office"},
    }
    for name, properties in above.items():
        put(bare, "Team", f"team/{name}", name=name, **properties)
    for name, team in (
        ("writer", "crisis-office"),
        ("chief", "executive"),
        ("care", "people-and-culture"),
    ):
        put(bare, "Person", f"person/{name}", memberOf=f"team/{team}")
    place = {"jurisdiction": "US-NY", "timeZone": "America/New_York"}
    put(bare, "Region", "region/us", name="US", **place)
    put(bare, "Region", "region/us-ny", name="New York", withinRegion="region/us", **place)
    for name in ("crash", "other"):
        put(bare, "Incident", f"incident/{name}", name=name, topic=["rails"], harm="none")
        act(bare, ThingId(f"incident/{name}"), "open")


def put(world: World, kind: str, name: str, /, **properties: Any) -> Event:
    thing = ThingId(name)
    return put_record(world, type=kind, properties=properties, id=thing, actor=WRITER)


def act(world: World, thing: ThingId, name: str, actor: Actor = CHIEF, **data: Any) -> Event:
    kind = thing.partition("/")[0]
    event = propose(world, thing=thing, kind=kind, act=name, data=data, actor=actor)
    world.catch_up()
    return event


def decided(world: World, **facts: Any) -> Event:
    """A decision on the incident, followed."""
    world.catch_up()
    request = {"incident": CRASH, "facts": facts, "precedents": 0}
    answer = desk.ask(world, DecisionRequest.model_validate(request), WRITER.id)
    followed(world, answer.event)
    world.catch_up()
    return answer.event


def stricter(event: Event, **changes: Any) -> Event:
    """The same decision by a rule that asks for more."""
    decision: Any = event.data["decision"]
    duties: Any = [{**one, **changes} for one in decision["duties"]]
    return replace(event, data={**event.data, "decision": {**decision, "duties": duties}})


def owed(world: World) -> Duty:
    """The duty that executives have once they lead."""
    act(world, CRASH, "escalate", tier="executive")
    decided(world)
    (duty,) = of_incident(world.graph, CRASH)
    return duty


def now(world: World) -> Duty:
    world.catch_up()
    (duty,) = of_incident(world.graph, CRASH)
    return duty


def later(world: World, span: timedelta) -> None:
    world.advance(world.clock.now() + span, actor=WRITER.id)
    sweep(world, world.clock.now())
    world.catch_up()


def drafted(world: World, **changes: Any) -> ThingId:
    body = {
        "incident": CRASH,
        "kind": "internal-message",
        "audience": "employees",
        "channel": "intranet",
        "language": "en",
        "text": STRONG,
        "template": "executive-word",
        "admission": "none",
    }
    event = drafting.draft(world, MessageIn.model_validate(body | changes), WRITER)
    world.catch_up()
    return event.subject


def signed(world: World, message: ThingId) -> ThingId:
    """Submitted, and granted by whoever is asked."""
    submitting.submit(world, message, WRITER)
    world.catch_up()
    for one, shown in approvals(world.graph, message).items():
        who = CARE if shown["requirement"][0] == "empathy-check" else CHIEF
        act(world, one, "grant", who)
    return message


def word(world: World, duty: Duty, **changes: Any) -> ThingId:
    """A word under a duty that went out."""
    message = signed(world, drafted(world, duty=duty.id, **changes))
    act(world, message, "publish")
    return message


def due(world: World, duty: Duty) -> Any:
    waiting = world.due_now().get(duty.id)
    assert waiting is not None
    return next(one.due for one in waiting.deadlines if one.name == "due")


def alerts(world: World) -> list[tuple[str, str]]:
    known = sorted(world.alerts_now().newest(), key=lambda one: one.sequence)
    return [(str(one.team), one.tier) for one in known if one.reason and "owed" not in one.reason]


def only(world: World, part: str = "items") -> Any:
    """The one duty as it is listed, or the one row of the report."""
    rows: Any = listed(world)[part]
    (row,) = rows
    return row


def stages(world: World) -> list[tuple[Any, ...]]:
    return [(one["stage"], one["in_time"]) for one in only(world)["words"]]


def test_a_decision_opens_a_duty_with_owner_and_clock(world: World) -> None:
    duty = owed(world)
    assert (duty.state, duty.owner, duty.family) == ("owed", "team/executive", "executive-word")
    waiting = world.due_now().get(duty.id)
    assert waiting is not None
    assert (waiting.team, due(world, duty)) == ("team/executive", START + 4 * HOUR)


def test_many_decisions_open_one_duty(world: World) -> None:
    duty = owed(world)
    later(world, HOUR)
    for _ in range(3):
        decided(world)
    assert now(world) == duty
    assert due(world, duty) == START + 4 * HOUR


def test_two_workers_that_follow_the_same_decision_open_one_duty(
    world: World, worlds: Callable[..., World]
) -> None:
    act(world, CRASH, "escalate", tier="executive")
    request = DecisionRequest.model_validate({"incident": CRASH, "precedents": 0})
    event = desk.ask(world, request, WRITER.id).event
    other = worlds()
    assert followed(world, event) == 1
    assert followed(other, event) == 0
    assert len(of_incident(other.graph, CRASH)) == 1


def test_what_a_dead_worker_did_not_follow_another_one_does(world: World) -> None:
    act(world, CRASH, "escalate", tier="executive")
    request = DecisionRequest.model_validate({"incident": CRASH, "precedents": 0})
    desk.ask(world, request, WRITER.id)
    later(world, timedelta(minutes=20))
    with closing(Owing(world)) as owing:
        assert owing.step() == 1
        assert owing.step() == 0
    duty = now(world)
    assert due(world, duty) == START + 4 * HOUR


def test_a_later_decision_with_less_time_tightens_it(world: World) -> None:
    duty = owed(world)
    later(world, HOUR / 2)
    request = {"incident": CRASH, "precedents": 0}
    event = desk.ask(world, DecisionRequest.model_validate(request), WRITER.id).event
    assert followed(world, stricter(event, within="PT1H", concern=2)) == 1
    tight = now(world)
    assert (tight.within, tight.minimum["concern"]) == (HOUR, 2)
    assert due(world, duty) == START + HOUR
    assert followed(world, event) == 0


def test_a_decision_on_another_tier_owes_nothing(world: World) -> None:
    decided(world)
    assert of_incident(world.graph, CRASH) == []


def test_a_decision_from_before_the_stand_down_opens_nothing(world: World) -> None:
    act(world, CRASH, "escalate", tier="executive")
    request = DecisionRequest.model_validate({"incident": CRASH, "precedents": 0})
    event = desk.ask(world, request, WRITER.id).event
    later(world, HOUR)
    act(world, CRASH, "stand-down", tier="specialist", reason="Nothing.")
    assert followed(world, event) == 0


def test_its_owner_is_alerted_at_three_quarters_and_those_above_once_it_is_late(
    world: World,
) -> None:
    duty = owed(world)
    later(world, 3 * HOUR - timedelta(seconds=1))
    assert alerts(world) == []
    later(world, timedelta(seconds=1))
    assert alerts(world) == [("team/executive", "crisis-team")]
    later(world, HOUR)
    assert now(world).state == "late"
    assert alerts(world)[1:] == [("team/executive", "executive"), ("team/board", "executive")]
    assert world.due_now().get(duty.id) is not None


def test_a_late_word_is_a_fact_for_later_decisions(world: World) -> None:
    owed(world)
    event = decided(world)
    assert [f.values["late_words"] for f in desk.facts_of(event) if f.kind == "progress"] == [0]
    later(world, 5 * HOUR)
    event = decided(world)
    assert [f.values["late_words"] for f in desk.facts_of(event) if f.kind == "progress"] == [1]
    assert "closing" in desk.stored(event).prohibitions


def test_a_stood_down_incident_ends_it(world: World) -> None:
    owed(world)
    act(world, CRASH, "stand-down", tier="specialist", reason="Two hours at baseline.")
    assert now(world).state == "ended"
    later(world, 5 * HOUR)
    assert alerts(world) == []


def test_the_same_duty_opens_again_when_executives_lead_again(world: World) -> None:
    first = owed(world)
    act(world, CRASH, "stand-down", tier="specialist", reason="Two hours at baseline.")
    later(world, HOUR)
    again = owed(world)
    assert (again.id, again.state) == (first.id, "owed")
    assert due(world, again) == START + 5 * HOUR


@pytest.mark.parametrize("how", ["merge", "close"])
def test_an_incident_that_is_over_ends_it(world: World, how: str) -> None:
    owed(world)
    if how == "merge":
        act(world, CRASH, "merge", into="incident/other", reason="The same.")
    else:
        act(world, CRASH, "resolve", reason="All is paid.")
        said: dict[str, Any] = {"minutes": "We were late.", "lesson": "Name deputies."}
        said |= {"heldAt": world.clock.now().isoformat(), "present": [CHIEF.id]}
        act(world, ThingId("debrief/crash"), "hold", **said)
        act(world, CRASH, "close")
    assert now(world).state == "ended"


def test_governance_ends_it_with_a_reason_and_nobody_without(world: World) -> None:
    duty = owed(world)
    with pytest.raises(ActRefused):
        act(world, duty.id, "end")
    with pytest.raises(ActRefused):
        act(world, duty.id, "end", WRITER, reason="We told them.")
    act(world, duty.id, "end", reason="They were told in person, all of them, at nine.")
    later(world, HOUR)
    decided(world)
    assert now(world).state == "ended"
    act(world, CRASH, "stand-down", tier="specialist", reason="Over.")
    assert owed(world).state == "owed"


def test_nobody_says_by_hand_that_it_is_met(world: World) -> None:
    duty = owed(world)
    with pytest.raises(ActRefused):
        act(world, duty.id, "meet", message="message/none")


def test_words_meet_it_until_the_last_one_after_the_incident(judging: World) -> None:
    duty = owed(judging)
    later(judging, 2 * HOUR)
    first = word(judging, duty)
    assert (now(judging).state, now(judging).task) == ("informed", "executive-word-update")
    assert due(judging, duty) == START + 26 * HOUR
    assert judging.graph.get(first, "concern") == 2
    later(judging, 10 * HOUR)
    word(judging, duty, template="executive-update")
    assert due(judging, duty) == START + 36 * HOUR
    act(judging, CRASH, "resolve", reason="All is paid.")
    assert (now(judging).state, now(judging).task) == ("closing", "executive-word-closing")
    later(judging, HOUR)
    word(judging, duty, template="executive-closing")
    assert now(judging).state == "met"
    assert stages(judging) == [("first", True), ("update", True), ("closing", True)]
    row = only(judging, "report")
    assert row["words"]["first"]["median_minutes"] == 120.0
    decided(judging)
    assert now(judging).state == "met"


def test_a_word_that_comes_late_counts_as_late(judging: World) -> None:
    duty = owed(judging)
    later(judging, 5 * HOUR)
    word(judging, duty)
    assert now(judging).state == "informed"
    assert stages(judging) == [("first", False), ("update", None)]
    row = only(judging, "report")
    assert (row["words"]["first"]["late"], row["words"]["first"]["share_in_time"]) == (1, 0.0)


def test_a_weak_word_is_refused_with_the_mechanism_and_words_that_help(judging: World) -> None:
    duty = owed(judging)
    message = drafted(judging, duty=duty.id, text=WEAK)
    with pytest.raises(ActRefused) as error:
        submitting.submit(judging, message, WRITER)
    told = {one.where: one.message for one in error.value.problems}
    assert set(told) == {"concern", "understanding", "asking"}
    assert "level 0" in told["concern"]
    assert "for example: 'This hurts, and I feel it with you.'" in told["concern"]
    listed_now = message_view.refusals(judging, read(judging.graph, message))
    assert {one["path"] for one in listed_now if isinstance(one, dict)} == set(told)
    assert now(judging).state == "owed"


def test_a_duty_that_was_tightened_refuses_at_publish_what_was_signed_before(
    judging: World,
) -> None:
    duty = owed(judging)
    text = STRONG.replace("I am so sorry that you have to hear this.", "I worry about you.")
    message = signed(judging, drafted(judging, duty=duty.id, text=text))
    event = decided(judging)
    assert followed(judging, stricter(event, concern=2)) == 1
    judging.catch_up()
    with pytest.raises(ActRefused, match="concern of level 1"):
        act(judging, message, "publish")


def test_words_that_no_machine_can_judge_need_the_word_of_a_person(judging: World) -> None:
    duty = owed(judging)
    message = drafted(judging, duty=duty.id, text=GERMAN, language="de")
    submitting.submit(judging, message, WRITER)
    judging.catch_up()
    asked = {
        shown["requirement"][0]: shown["routedTo"][0]
        for shown in approvals(judging.graph, message).values()
    }
    assert asked["empathy-check"] == "team/people-and-culture"
    for one, shown in approvals(judging.graph, message).items():
        act(judging, one, "grant", CARE if shown["requirement"][0] == "empathy-check" else CHIEF)
    act(judging, message, "publish")
    assert now(judging).state == "informed"


def test_without_models_a_person_judges_every_word(world: World) -> None:
    duty = owed(world)
    message = drafted(world, duty=duty.id, text=WEAK)
    submitting.submit(world, message, WRITER)
    world.catch_up()
    names = {one["requirement"][0] for one in approvals(world.graph, message).values()}
    assert "empathy-check" in names


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"audience": "press"}, "audience"),
        ({"kind": "statement"}, "kind"),
        ({"incident": "incident/other"}, "incident"),
        ({"incident": None}, "incident"),
        ({"region": "region/us-ny"}, "audience"),
        ({"team": "team/executive"}, "audience"),
        ({"template": "employee-update"}, "template"),
        ({"template": None}, "template"),
    ],
)
def test_what_is_no_word_to_them_does_not_meet_it(
    judging: World, changes: dict[str, Any], where: str
) -> None:
    duty = owed(judging)
    message = drafted(judging, duty=duty.id, **changes)
    with pytest.raises(ActRefused) as error:
        submitting.submit(judging, message, WRITER)
    assert where in {one.where for one in error.value.problems}


def test_a_message_without_the_duty_meets_nothing(judging: World) -> None:
    owed(judging)
    act(judging, signed(judging, drafted(judging)), "publish")
    assert now(judging).state == "owed"


def test_a_duty_that_does_not_stand_can_t_be_named(world: World) -> None:
    with pytest.raises(RecordInvalid, match="duty/none"):
        drafted(world, duty="duty/none")


def test_a_revision_of_a_word_stands_under_the_same_duty(judging: World) -> None:
    duty = owed(judging)
    first = word(judging, duty)
    message = drafted(judging, revises=first, text=WEAK)
    with pytest.raises(ActRefused):
        submitting.submit(judging, message, WRITER)


def test_a_word_that_is_taken_back_is_owed_again(judging: World) -> None:
    duty = owed(judging)
    first = word(judging, duty)
    act(judging, first, "withdraw", reason="The number was wrong.")
    assert now(judging).state == "owed"
    assert due(judging, duty) == START + 4 * HOUR
    row = only(judging)
    assert [one["taken_back"] for one in row["words"]] == [True, False]


def test_a_word_stands_while_another_one_does(judging: World) -> None:
    duty = owed(judging)
    first = word(judging, duty)
    word(judging, duty)
    act(judging, first, "withdraw", reason="Said twice.")
    assert now(judging).state == "informed"


def test_one_word_meets_every_duty_that_it_is_good_enough_for(judging: World) -> None:
    duty = owed(judging)
    put(
        judging,
        "Incident",
        CRASH,
        name="crash",
        topic=["rails"],
        harm="death",
        colleaguesHurt=True,
    )
    decided(judging)
    graver = next(one for one in of_incident(judging.graph, CRASH) if one.id != duty.id)
    assert graver.family == "colleague-harmed"
    message = drafted(judging, duty=graver.id, template="colleagues-died", acknowledges_harm=True)
    act(judging, signed(judging, message), "publish")
    judging.catch_up()
    assert {one.state for one in of_incident(judging.graph, CRASH)} == {"informed"}


def test_the_public_hears_after_our_own_people_or_with_them(world: World) -> None:
    put(world, "Incident", CRASH, name="crash", topic=["rails"], harm="injury")
    public: dict[str, Any] = {"kind": "statement", "audience": "public", "channel": "website"}
    public |= {"template": None, "acknowledges_harm": True}
    statement = signed(world, drafted(world, **public))
    with pytest.raises(GateRefused, match="have not heard of it"):
        act(world, statement, "publish")
    inside = signed(world, drafted(world, template=None, acknowledges_harm=True))
    publish_together(world, [statement, inside], WRITER)
    world.catch_up()
    assert world.graph.state(statement) == "live"

"""Messages: drafted, signed by those who must, out only through the gate, and corrected."""

import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from knowledge.refusals import Conflict, IdempotencyMismatch
from ontology.events import Event, Json
from ontology.identity import ThingId
from ontology.lifecycle import Actor, ActRefused, Role
from ontology.record_values import RecordInvalid
from service import desk, drafting, message_view, submitting
from service.acts import propose, put_record
from service.clock import StoppedClock
from service.committing import GateRefused, ThingUnknown
from service.founding import found
from service.going_out import publish_due
from service.holding import hold_all
from service.message_bodies import MessageIn
from service.message_content import approvals, read
from service.message_reading import read_out
from service.plans import publish_together
from service.sweep import sweep
from service.world import World
from tests.conftest import Once
from tests.service.conftest import peopled

WRITER = Actor(id=ThingId("person/writer"), roles=frozenset({Role.RESPONDER, Role.REVIEWER}))
LAWYER = Actor(id=ThingId("person/lawyer"), roles=frozenset({Role.LEGAL}))
LAWYER_WHO_WRITES = Actor(id=LAWYER.id, roles=frozenset({Role.LEGAL, Role.RESPONDER}))
CHIEF = Actor(id=ThingId("person/chief"), roles=frozenset({Role.REVIEWER}))
STRANGER = Actor(id=ThingId("person/stranger"), roles=frozenset(Role) - {Role.ATTUNE})
LATE, HURT = "incident/late", "incident/hurt"


@pytest.fixture(scope="session")
def prepared(once: Once) -> Path:
    """A home that is founded once; each test has a copy of its own."""
    return once("messages", peopled(populate))


@pytest.fixture
def world(prepared: Path, tmp_path: Path, worlds: Callable[..., World]) -> World:
    """Teams, people, an incident in which people were hurt and one with a delay."""
    shutil.copytree(prepared, tmp_path / "bare")
    return worlds()


def populate(bare: World) -> None:
    found(bare, with_sample=False, progress=lambda *_: None)
    teams = {
        "team/board": {"name": "Board", "atTier": "board"},
        "team/executive": {
            "name": "Executive",
            "atTier": "executive",
            "escalatesTo": "team/board",
        },
        "team/crisis-office": {"name": "Office", "escalatesTo": "team/executive"},
        "team/duty-officer": {"name": "Duty officer", "escalatesTo": "team/crisis-office"},
        "team/localisation": {"name": "Localisation", "escalatesTo": "team/executive"},
        "team/legal": {"name": "Legal", "escalatesTo": "team/executive"},
        "team/communications": {"name": "Communications", "escalatesTo": "team/executive"},
    }
    for name, properties in teams.items():
        put(bare, "Team", name, **properties)
    people = {"writer": "communications", "lawyer": "legal", "chief": "executive"}
    for name, team in people.items():
        put(bare, "Person", f"person/{name}", memberOf=f"team/{team}")
    for name, harm in ((LATE, "inconvenience"), (HURT, "injury")):
        put(
            bare,
            "Incident",
            name,
            name=name,
            topic=["rails"],
            harm=harm,
            crisisType="technical-error-accident",
            ownedBy="team/crisis-office",
        )
        propose(bare, thing=ThingId(name), kind="incident", act="open", data={}, actor=WRITER)
    passed = {"trainee": WRITER.id, "exercise": "localisation"}
    put(bare, "Training", "training/writer", **passed, passedAt="2026-01-01T00:00:00Z")
    put(bare, "ClaimTopic", "claim-topic/brakes", name="The brakes")
    put(bare, "ClaimTopic", "claim-topic/injured", name="Injured people", measuredIn="people")


def put(world: World, kind: str, name: str, /, **properties: Any) -> Event:
    thing = ThingId(name)
    return put_record(world, type=kind, properties=properties, id=thing, actor=WRITER)


def said(**changes: Any) -> MessageIn:
    body = {
        "incident": LATE,
        "kind": "statement",
        "audience": "public",
        "channel": "website",
        "language": "en",
        "text": "Trains stand still between Croton and Harmon. We will say more by noon.",
        "admission": "none",
    }
    return MessageIn.model_validate(body | changes)


def drafted(world: World, actor: Actor = WRITER, **changes: Any) -> ThingId:
    event = drafting.draft(world, said(**changes), actor)
    world.catch_up()
    return event.subject


def act(world: World, thing: ThingId, name: str, actor: Actor = WRITER, **data: Any) -> Event:
    kind = thing.partition("/")[0]
    return propose(world, thing=thing, kind=kind, act=name, data=data, actor=actor)


def state(world: World, thing: ThingId) -> str | None:
    world.catch_up()
    return world.graph.state(thing)


def asked(world: World, message: ThingId) -> dict[str, ThingId]:
    """The signatures that are asked for now, by requirement."""
    world.catch_up()
    found = approvals(world.graph, message)
    return {
        str(one["requirement"][0]): name
        for name, one in found.items()
        if one["state"][0] == "requested"
    }


def shapes_that_refuse(world: World, message: ThingId) -> set[object]:
    world.catch_up()
    found = message_view.refusals(world, read(world.graph, message))
    return {one["shape"] for one in found if isinstance(one, dict)}


def rows(found: Json) -> list[dict[str, Json]]:
    assert isinstance(found, list)
    return [row for row in found if isinstance(row, dict)]


def approved(world: World, actor: Actor = WRITER, **changes: Any) -> ThingId:
    """A message that everybody who is asked has signed."""
    message = drafted(world, actor, **changes)
    submitting.submit(world, message, actor)
    signers = {"team/legal": LAWYER, "team/executive": CHIEF, "team/crisis-office": CHIEF}
    for approval in asked(world, message).values():
        team = str(world.graph.get(approval, "routedTo"))
        act(world, approval, "grant", signers.get(team, CHIEF))
    assert state(world, message) == "approved"
    return message


def live(world: World, **changes: Any) -> ThingId:
    message = approved(world, **changes)
    act(world, message, "publish")
    world.catch_up()
    return message


def test_a_draft_says_what_its_author_wrote_as_version_one_of_a_new_work(world: World) -> None:
    content = read(world.graph, drafted(world))
    assert content.state == "draft"
    assert content.one("text") == said().text
    assert content.one("author") == WRITER.id
    assert content.properties["versionNumber"] == (1,)
    assert world.graph.exists(ThingId(str(content.one("versionOf"))))


def test_the_same_key_drafts_once_and_another_text_under_it_is_refused(world: World) -> None:
    first = drafting.draft(world, said(), WRITER, idempotency="k")
    assert drafting.draft(world, said(), WRITER, idempotency="k") == first
    with pytest.raises(IdempotencyMismatch):
        drafting.draft(world, said(text="Other words."), WRITER, idempotency="k")


def test_a_draft_about_an_incident_that_does_not_stand_is_refused(world: World) -> None:
    with pytest.raises(GateRefused, match="does not stand"):
        drafted(world, incident="incident/none")


def test_a_version_of_a_message_that_does_not_stand_is_refused(world: World) -> None:
    with pytest.raises(RecordInvalid, match="no message here"):
        drafted(world, revises="message/none")


def test_a_text_with_joined_emoji_and_french_spacing_is_taken(world: World) -> None:
    text = "Merci de votre patience\N{NARROW NO-BREAK SPACE}! 👩‍👩‍👧"
    assert read(world.graph, drafted(world, text=text, language="fr")).one("text") == text


def test_an_edit_replaces_text_claims_and_promises(world: World) -> None:
    one = {"topic": "claim-topic/brakes", "polarity": "denied"}
    message = drafted(world, claims=[one, {"topic": "claim-topic/injured", "value": 4}])
    drafting.edit(world, message, said(text="Shorter.", claims=[one]), WRITER)
    world.catch_up()
    content = read(world.graph, message)
    assert content.one("text") == "Shorter."
    assert [part["polarity"] for part in content.claims.values()] == [("denied",)]


def test_what_was_submitted_can_not_be_edited_but_recalled(world: World) -> None:
    message = drafted(world)
    submitting.submit(world, message, WRITER)
    with pytest.raises(ActRefused, match="edit goes from draft or returned"):
        drafting.edit(world, message, said(text="Other."), WRITER)
    act(world, message, "recall")
    drafting.edit(world, message, said(text="Other."), WRITER)
    assert state(world, message) == "draft"


def test_the_rules_say_who_signs_and_the_message_waits_for_all(world: World) -> None:
    message = drafted(world, incident=HURT, acknowledges_harm=True, admission="harm")
    event = submitting.submit(world, message, WRITER)
    waiting = asked(world, message)
    assert "legal-approval" in waiting
    told = event.data["data"]
    assert isinstance(told, dict)
    assert str(told["decision"]).startswith("decision/")
    with pytest.raises(ActRefused, match="publish goes from"):
        act(world, message, "publish")
    for requirement, approval in waiting.items():
        assert state(world, message) == "submitted", requirement
        team = str(world.graph.get(approval, "routedTo"))
        act(world, approval, "grant", LAWYER if team == "team/legal" else CHIEF)
    assert state(world, message) == "approved"


def test_words_that_change_while_the_rules_decide_are_not_submitted(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = drafted(world)
    ask = desk.ask

    def slowly(*asked: Any) -> Any:
        answer = ask(*asked)
        drafting.edit(world, message, said(text="Nobody was hurt. We are at fault."), WRITER)
        return answer

    monkeypatch.setattr(desk, "ask", slowly)
    with pytest.raises(ActRefused, match="changed meanwhile"):
        submitting.submit(world, message, WRITER)
    assert state(world, message) == "draft"


def test_a_reply_that_nobody_has_to_sign_is_approved_at_once(world: World) -> None:
    message = drafted(world, kind="reply", audience="customer", channel="mail")
    submitting.submit(world, message, WRITER)
    assert asked(world, message) == {}
    assert state(world, message) == "approved"


def test_nobody_signs_their_own_words(world: World) -> None:
    lawyer = Actor(id=LAWYER.id, roles=frozenset({Role.LEGAL, Role.RESPONDER}))
    message = drafted(world, lawyer, incident=HURT, acknowledges_harm=True, admission="harm")
    submitting.submit(world, message, lawyer)
    with pytest.raises(ActRefused, match="wrote the text"):
        act(world, asked(world, message)["legal-approval"], "grant", lawyer)


def test_who_changed_the_words_does_not_sign_them_either(world: World) -> None:
    hurt: dict[str, Any] = {"incident": HURT, "acknowledges_harm": True, "admission": "harm"}
    message = drafted(world, **hurt)
    drafting.edit(world, message, said(**hurt, text="People were hurt."), LAWYER_WHO_WRITES)
    submitting.submit(world, message, WRITER)
    with pytest.raises(ActRefused, match="wrote the text"):
        act(world, asked(world, message)["legal-approval"], "grant", LAWYER)


def test_a_stranger_to_the_team_does_not_sign_unless_asked_to(world: World) -> None:
    message = drafted(world, incident=HURT, acknowledges_harm=True, admission="harm")
    submitting.submit(world, message, WRITER)
    approval = asked(world, message)["legal-approval"]
    with pytest.raises(ActRefused, match="for team/legal, or a team above it"):
        act(world, approval, "grant", STRANGER)
    act(world, approval, "delegate", LAWYER, to=STRANGER.id, reason="On a flight.")
    act(world, approval, "grant", STRANGER)
    assert state(world, approval) == "granted"


def test_who_has_an_interest_does_not_sign(world: World) -> None:
    message = drafted(world, incident=HURT, acknowledges_harm=True, admission="harm")
    submitting.submit(world, message, WRITER)
    approval = asked(world, message)["legal-approval"]
    act(world, approval, "recuse", LAWYER, reason="My brother was on the train.")
    with pytest.raises(ActRefused, match="'recuse'"):
        act(world, approval, "grant", LAWYER)


def test_a_refusal_returns_the_message_and_voids_what_others_signed(world: World) -> None:
    message = drafted(world, incident=HURT, acknowledges_harm=True, admission="harm")
    submitting.submit(world, message, WRITER)
    act(world, asked(world, message)["legal-approval"], "refuse", LAWYER, reason="Not the cause.")
    assert state(world, message) == "returned"
    drafting.edit(
        world,
        message,
        said(incident=HURT, acknowledges_harm=True, admission="harm", text="People were hurt."),
        WRITER,
    )
    submitting.submit(world, message, WRITER)
    states = {str(one["state"][0]) for one in approvals(world.graph, message).values()}
    assert "granted" not in states
    assert "legal-approval" in asked(world, message)


def test_a_board_signs_with_its_quorum(world: World) -> None:
    put(world, "Team", "team/legal", name="Legal", escalatesTo="team/executive", quorum=2)
    put(world, "Person", "person/second", memberOf="team/legal")
    second = Actor(id=ThingId("person/second"), roles=frozenset({Role.LEGAL}))
    message = drafted(world, incident=HURT, acknowledges_harm=True, admission="harm")
    submitting.submit(world, message, WRITER)
    approval = asked(world, message)["legal-approval"]
    event = act(world, approval, "grant", LAWYER)
    assert event.data["waiting_for"] == 1
    with pytest.raises(ActRefused, match="did so already"):
        act(world, approval, "grant", LAWYER)
    act(world, approval, "grant", second)
    assert state(world, approval) == "granted"
    assert set(world.graph.properties(approval)["approver"]) == {LAWYER.id, second.id}


def test_where_nobody_answers_the_next_team_up_is_asked(world: World, clock: StoppedClock) -> None:
    message = drafted(world, incident=HURT, acknowledges_harm=True, admission="harm")
    submitting.submit(world, message, WRITER)
    first = asked(world, message)["legal-approval"]
    clock.advance(clock.now() + timedelta(hours=1))
    sweep(world, clock.now())
    assert state(world, first) == "lapsed"
    again = asked(world, message)["legal-approval"]
    assert world.graph.get(again, "routedTo") == "team/executive"
    sweep(world, clock.now())
    assert asked(world, message)["legal-approval"] == again


def test_a_live_message_of_the_same_place_is_replaced_by_its_revision(world: World) -> None:
    first = live(world)
    second = approved(world, text="Trains run again.", revises=first)
    assert read(world.graph, second).properties["versionNumber"] == (2,)
    act(world, second, "publish")
    assert (state(world, first), state(world, second)) == ("superseded", "live")
    chain = message_view.history(world, read(world.graph, second))
    assert [one["id"] for one in chain if isinstance(one, dict)] == [first]


def test_a_second_version_that_replaces_nothing_is_refused(world: World) -> None:
    first = live(world)
    work = read(world.graph, first).one("versionOf")
    other = approved(world, text="Trains run again.", work=work)
    with pytest.raises(GateRefused, match="draft a revision of it"):
        act(world, other, "publish")
    assert world.ledger.newest(types=("refusal.recorded",), limit=1)[0].subject == other


def test_a_statement_that_contradicts_a_live_one_is_refused(world: World) -> None:
    live(world, claims=[{"topic": "claim-topic/brakes", "polarity": "denied"}])
    other = approved(
        world,
        channel="press",
        audience="press",
        claims=[{"topic": "claim-topic/brakes", "polarity": "affirmed"}],
    )
    with pytest.raises(GateRefused, match="says the opposite"):
        act(world, other, "publish")


def test_two_writers_never_leave_a_contradiction_live(
    world: World, worlds: Callable[..., World]
) -> None:
    topic = "claim-topic/brakes"
    one = approved(world, claims=[{"topic": topic, "polarity": "denied"}])
    other = approved(world, channel="press", claims=[{"topic": topic, "polarity": "affirmed"}])
    workers = [worlds(), worlds()]

    def publish(place: int) -> None:
        with pytest.MonkeyPatch.context():
            try:
                act(workers[place], (one, other)[place], "publish")
            except (GateRefused, Conflict, ActRefused):
                return

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(publish, range(2)))
    assert sorted([str(state(world, one)), str(state(world, other))]) == ["approved", "live"]


def test_harm_that_is_not_named_keeps_a_statement_in(world: World) -> None:
    message = approved(world, incident=HURT, admission="none")
    assert "message-harm" in shapes_that_refuse(world, message)
    with pytest.raises(GateRefused, match="name the harm"):
        act(world, message, "publish")


def test_what_would_refuse_a_draft_is_told_and_not_recorded(world: World) -> None:
    message = drafted(world, incident=HURT)
    head = world.ledger.head()
    assert message_view.refusals(world, read(world.graph, message))
    assert world.ledger.head() == head


def test_a_promise_runs_from_the_moment_its_message_goes_out(
    world: World, clock: StoppedClock
) -> None:
    due = clock.now() + timedelta(hours=4)
    promise = {"sentence": "We will say more by noon.", "due": due.isoformat()}
    message = live(world, promises=[promise])
    (one,) = read(world.graph, message).promises
    assert state(world, one) == "open"
    assert world.graph.get(one, "routedTo") == "team/crisis-office"
    clock.advance(due + timedelta(seconds=1))
    sweep(world, clock.now())
    assert state(world, one) == "broken"
    act(world, one, "answer", note="Said in the update.")
    assert state(world, one) == "answered"


def test_a_promise_at_risk_and_a_broken_one_are_told_once_each(
    world: World, clock: StoppedClock
) -> None:
    due = clock.now() + timedelta(hours=4)
    live(world, promises=[{"sentence": "More by noon.", "due": due.isoformat()}])
    for hours, raised in ((3.5, 1), (0.1, 1), (1, 2), (1, 2)):
        clock.advance(clock.now() + timedelta(hours=hours))
        sweep(world, clock.now())
        assert len([*world.alerts_now().newest()]) == raised
    alerts = world.alerts_now().newest()
    assert {(one.tier, one.team) for one in alerts} == {
        ("specialist", "team/crisis-office"),
        ("crisis-team", "team/crisis-office"),
    }


def test_a_promise_that_is_kept_lapses_no_more(world: World, clock: StoppedClock) -> None:
    due = clock.now() + timedelta(hours=4)
    promise = {"sentence": "More by noon.", "due": due.isoformat()}
    (one,) = read(world.graph, live(world, promises=[promise])).promises
    act(world, one, "keep", note="At eleven.")
    clock.advance(due + timedelta(seconds=1))
    sweep(world, clock.now())
    assert state(world, one) == "kept"


def test_a_promise_for_a_time_that_has_passed_does_not_go_out(
    world: World, clock: StoppedClock
) -> None:
    promise = {"sentence": "By nine.", "due": (clock.now() + timedelta(minutes=1)).isoformat()}
    message = approved(world, promises=[promise])
    clock.advance(clock.now() + timedelta(minutes=2))
    with pytest.raises(ActRefused, match="which has passed"):
        act(world, message, "publish")


def test_a_promise_for_a_time_beyond_any_deadline_does_not_go_out(
    world: World, clock: StoppedClock
) -> None:
    promise = {"sentence": "One day.", "due": (clock.now() + timedelta(days=400)).isoformat()}
    message = approved(world, promises=[promise])
    with pytest.raises(ActRefused, match="promise a nearer step"):
        act(world, message, "publish")


def test_taking_a_message_back_ends_its_promises(world: World, clock: StoppedClock) -> None:
    promise = {"sentence": "By noon.", "due": (clock.now() + timedelta(hours=4)).isoformat()}
    message = live(world, promises=[promise])
    act(world, message, "withdraw", CHIEF, reason="The number was wrong.")
    (one,) = read(world.graph, message).promises
    assert (state(world, message), state(world, one)) == ("withdrawn", "void")


def test_a_scheduled_message_goes_out_when_its_time_has_come(
    world: World, clock: StoppedClock
) -> None:
    message = approved(world)
    act(world, message, "schedule", wait="PT2H")
    assert publish_due(world) == 0
    clock.advance(clock.now() + timedelta(hours=2, seconds=1))
    sweep(world, clock.now())
    assert publish_due(world) == 1
    assert state(world, message) == "live"


def test_a_scheduled_message_that_would_contradict_by_then_is_held(
    world: World, clock: StoppedClock
) -> None:
    topic = "claim-topic/brakes"
    message = approved(world, claims=[{"topic": topic, "polarity": "denied"}])
    act(world, message, "schedule", wait="PT2H")
    live(world, channel="press", claims=[{"topic": topic, "polarity": "affirmed"}])
    clock.advance(clock.now() + timedelta(hours=2, seconds=1))
    sweep(world, clock.now())
    assert publish_due(world) == 0
    assert state(world, message) == "held"
    assert publish_due(world) == 0


def test_a_held_message_goes_out_only_after_its_release(world: World) -> None:
    message = approved(world)
    act(world, message, "hold", reason="A second train has stopped.")
    with pytest.raises(ActRefused, match="'held'"):
        act(world, message, "publish")
    act(world, message, "release", CHIEF)
    act(world, message, "publish")
    assert state(world, message) == "live"


@pytest.mark.parametrize("name", ["draft", "edit", "submit"])
def test_acts_that_have_a_door_of_their_own_name_it(world: World, name: str) -> None:
    message = drafted(world) if name != "draft" else ThingId("message/new")
    fixed = {"digest": "0", "decision": "decision/x", "tier": "frontline"}
    data: dict[str, Any] = fixed if name == "submit" else {}
    with pytest.raises(ActRefused, match="/v1/messages"):
        act(world, message, name, **data)


def test_fault_goes_out_only_with_the_signature_of_legal(world: World) -> None:
    message = drafted(world, admission="fault")
    assert "message-fault" in shapes_that_refuse(world, message)
    submitting.submit(world, message, WRITER)
    act(world, asked(world, message)["legal-approval"], "grant", LAWYER)
    assert "message-fault" not in shapes_that_refuse(world, message)


def test_a_localisation_that_leaves_out_a_core_claim_is_not_submitted(world: World) -> None:
    core = {"topic": "claim-topic/injured", "value": 4, "measured_in": "people", "core": True}
    first = live(world, claims=[core])
    other = drafted(world, language="fr", text="Les trains sont arrêtés.", localises=first)
    with pytest.raises(GateRefused, match="at its core"):
        submitting.submit(world, other, WRITER)
    drafting.edit(world, other, said(language="fr", localises=first, claims=[core]), WRITER)
    submitting.submit(world, other, WRITER)
    assert state(world, other) in {"submitted", "approved"}


def test_channels_are_told_the_words_and_what_they_replace(world: World) -> None:
    first = live(world)
    second = approved(world, text="Trains run again.", revises=first)
    act(world, second, "publish")
    (event,) = world.ledger.newest(types=("message.published",), limit=1)
    assert event.subject == second
    assert (event.data["text"], event.data["channel"]) == ("Trains run again.", "website")
    assert event.data["replaces"] == [first]
    act(world, second, "withdraw", CHIEF, reason="It was wrong.")
    assert world.ledger.newest(types=("message.withdrawn",), limit=1)[0].subject == second


def test_channels_are_not_told_words_to_one_person(world: World) -> None:
    put(world, "Customer", "customer/ann", displayName="Ann")
    live(world, kind="reply", audience="customer", channel="mail", addressee="customer/ann")
    (event,) = world.ledger.newest(types=("message.published",), limit=1)
    assert "text" not in event.data


def test_a_plan_goes_out_whole(world: World) -> None:
    pair = [approved(world), approved(world, channel="app")]
    publish_together(world, pair, WRITER)
    assert [state(world, one) for one in pair] == ["live", "live"]


def test_a_plan_whose_parts_contradict_each_other_stays_in_whole(world: World) -> None:
    topic = "claim-topic/brakes"
    pair = [
        approved(world, channel=channel, claims=[{"topic": topic, "polarity": polarity}])
        for channel, polarity in (("app", "denied"), ("press", "affirmed"))
    ]
    with pytest.raises(GateRefused, match="says the opposite"):
        publish_together(world, pair, WRITER)
    assert [state(world, one) for one in pair] == ["approved", "approved"]


def test_a_plan_with_a_part_that_is_not_signed_stays_in_whole(world: World) -> None:
    ready, waiting = approved(world), drafted(world, channel="app")
    with pytest.raises(ActRefused, match=f"{waiting}: .*publish goes from"):
        publish_together(world, [ready, waiting], WRITER)
    assert state(world, ready) == "approved"


def test_everything_of_an_incident_is_held_in_one_act(world: World) -> None:
    mine, planned = approved(world), approved(world, channel="app")
    act(world, planned, "schedule", wait="PT2H")
    other = approved(world, incident=HURT, acknowledges_harm=True, admission="harm")
    placed = hold_all(world, "A second train has stopped.", WRITER, incident=ThingId(LATE))
    assert {one.thing for one in placed.held} == {mine, planned}
    assert [state(world, one) for one in (mine, planned, other)] == ["held", "held", "approved"]
    assert hold_all(world, "Once more.", WRITER, incident=ThingId(LATE)).held == ()


def test_fault_that_a_rule_reads_counts_whatever_the_author_says(world: World) -> None:
    text = "We failed to maintain the brakes. People were hurt, and we are sorry."
    message = drafted(world, text=text, admission="none")
    assert world.graph.get(message, "admission") == "fault"
    assert world.graph.get(message, "acknowledgesHarm") is True


def test_what_no_machine_judged_is_what_its_author_states(world: World) -> None:
    stated = drafted(world, language="sw", text="Treni zimesimama.", admission="none")
    unstated = drafted(world, language="sw", text="Treni zimesimama.", admission=None)
    assert world.graph.get(stated, "admission") == "none"
    assert world.graph.get(unstated, "admission") == "not-judged"


def test_a_message_is_read_for_findings_claims_and_promises(world: World) -> None:
    text = "The brakes were not at fault. We will say more by 18:00."
    put(world, "ClaimTopic", "claim-topic/brakes", name="The brakes", words=["brakes at fault"])
    message = drafted(world, text=text)
    found = read_out(world, read(world.graph, message))
    assert found["admission"] in {"none", "not-judged"}
    (claim,) = rows(found["claims"])
    assert (claim["topic"], claim["polarity"]) == ("claim-topic/brakes", "denied")
    (promise,) = rows(found["promises"])
    assert str(promise["due"]).startswith("2026-11-22T18:00")


def test_a_localisation_is_compared_with_its_source(world: World) -> None:
    source = drafted(world, text="11 people were taken to hospital.")
    other = drafted(
        world, text="12 Menschen sind im Krankenhaus.", language="de", localises=source
    )
    kept = read_out(world, read(world.graph, other))["kept"]
    assert isinstance(kept, dict)
    assert "11" in str(kept["lost"])
    assert "12" in str(kept["added"])


def test_only_who_has_practised_localises(world: World) -> None:
    source = drafted(world)
    other = drafted(world, LAWYER_WHO_WRITES, language="fr", localises=source)
    with pytest.raises(GateRefused, match="passed the exercise localisation"):
        submitting.submit(world, other, LAWYER_WHO_WRITES)


def test_a_localisation_for_the_same_readers_is_refused(world: World) -> None:
    source = drafted(world)
    with pytest.raises(GateRefused, match="revise that message instead"):
        drafted(world, localises=source)


def test_there_is_no_message_where_there_is_none(world: World) -> None:
    with pytest.raises(ThingUnknown):
        submitting.submit(world, ThingId("message/none"), WRITER)


def test_nothing_of_words_to_one_person_is_left_in_claims_and_promises(
    world: World, clock: StoppedClock
) -> None:
    put(world, "Customer", "customer/ann", displayName="Ann")
    claim = {"topic": "claim-topic/brakes", "polarity": "denied", "sentence": "Ann, they held."}
    due = (clock.now() + timedelta(hours=4)).isoformat()
    message = drafted(
        world,
        kind="reply",
        audience="customer",
        channel="mail",
        addressee="customer/ann",
        claims=[claim],
        promises=[{"sentence": "We call you at noon, Ann.", "due": due}],
    )
    content = read(world.graph, message)
    assert "Ann" not in str([content.claims, content.promises])


def test_the_words_to_one_person_fall_with_the_person(world: World) -> None:
    put(world, "Customer", "customer/ann", displayName="Ann")
    message = drafted(
        world, kind="reply", audience="customer", channel="mail", addressee="customer/ann"
    )
    world.ledger.erase(
        ThingId("customer/ann"), actor=WRITER.id, id=world.ids("event"), reason="asked"
    )
    world.catch_up()
    assert world.graph.get(message, "text") is None

"""The press: enquiries, answers, remarks, embargoes, corrections and what a spokesperson reads."""

import json
import shutil
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from knowledge.refusals import IdempotencyMismatch
from ontology.identity import ThingId
from ontology.lifecycle import Actor, ActRefused, Role
from ontology.record_values import RecordInvalid
from service import briefs, correction_requests, embargoes, enquiries, press_view
from service.brief_text import markdown
from service.briefing import digest
from service.briefs import BriefIn
from service.clock import StoppedClock
from service.committing import GateRefused, ThingUnknown
from service.correction_requests import CorrectionIn
from service.embargoes import EmbargoIn
from service.enquiry_bodies import EnquiryIn, RemarkIn
from service.permissions import KEY_ROLES
from service.showing import shown
from service.sweep import sweep
from service.world import World
from tests.service.test_messages import (
    CHIEF,
    LATE,
    WRITER,
    act,
    approved,
    drafted,
    live,
    prepared,
    put,
    shapes_that_refuse,
    state,
)

__all__ = ["prepared"]

INJURED = {"topic": "claim-topic/injured", "value": 4, "measured_in": "people"}
FOUR = "Four people were hurt near Harmon. We will say more by noon."
READER = Actor(id=ThingId("person/reader"), roles=frozenset({Role.ANALYST}))


@pytest.fixture
def world(prepared: Path, tmp_path: Path, worlds: Callable[..., World]) -> World:
    """The world of messages, in which one person may speak to the press."""
    shutil.copytree(prepared, tmp_path / "bare")
    opened = worlds()
    put(opened, "Training", "training/press", trainee=CHIEF.id, exercise="press", passedAt=PASSED)
    return opened


PASSED = "2026-01-01T00:00:00Z"


def asked(world: World, outlet: str = "Bronx Times", **changes: Any) -> ThingId:
    body = {
        "outlet": outlet,
        "journalist": {"name": "Sam Rivera", "email": "sam@bronx-times.example"},
        "questions": ["How many people were hurt?"],
        "topics": ["claim-topic/injured"],
        "incident": LATE,
        "deadline": "2026-11-22T12:30:00",
        "time_zone": "America/New_York",
    }
    event = enquiries.receive(world, EnquiryIn.model_validate(body | changes), WRITER)
    world.catch_up()
    return event.subject


def answer(world: World, *enquiry: ThingId, **changes: Any) -> ThingId:
    more: dict[str, Any] = {"channel": "press", "audience": "press", "text": FOUR}
    message = approved(world, answers=[*enquiry], claims=[INJURED], **more | changes)
    act(world, message, "publish")
    world.catch_up()
    return message


def alerts(world: World) -> list[str]:
    return [str(one.reason) for one in world.alerts_now().newest()]


def test_an_enquiry_waits_in_the_queue_by_its_local_deadline(world: World) -> None:
    enquiry = asked(world)
    (waiting,) = world.due_now().queue(kinds=["enquiry"], teams=[], after=None, limit=9)
    deadlines = {one.name: one.due.isoformat() for one in waiting.deadlines}
    assert deadlines["answer"] == "2026-11-22T17:30:00+00:00"
    assert waiting.team == "team/communications"
    assert (
        press_view.outlined(world, enquiry, KEY_ROLES)["answer_by_local"] == "2026-11-22 12:30 EST"
    )


def test_an_outlet_is_known_by_its_name_and_a_journalist_by_mail(world: World) -> None:
    first, second = asked(world), asked(world, "  bronx   TIMES ", questions=["And why?"])
    assert len(world.graph.of_type("Outlet")) == len(world.graph.of_type("Journalist")) == 1
    assert world.graph.get(first, "outlet") == world.graph.get(second, "outlet")


def test_what_nobody_of_a_team_logs_is_the_incidents_or_the_duty_officers(world: World) -> None:
    nobody = Actor(id=ThingId("system/mailbox"), roles=WRITER.roles)
    for incident, team in ((LATE, "team/crisis-office"), (None, "team/duty-officer")):
        body = {"outlet": "A", "questions": ["Why?"], "deadline": "2026-11-22T17:30Z"}
        one = EnquiryIn.model_validate(body | {"time_zone": "UTC", "incident": incident})
        enquiry = enquiries.receive(world, one, nobody).subject
        world.catch_up()
        assert world.graph.get(enquiry, "routedTo") == team


def test_the_same_key_logs_an_enquiry_once_even_late(world: World, clock: StoppedClock) -> None:
    body = {"outlet": "A", "questions": ["Why?"], "deadline": "2026-11-22T17:30Z"}
    one = EnquiryIn.model_validate(body | {"time_zone": "UTC"})
    first = enquiries.receive(world, one, WRITER, idempotency="k")
    clock.advance(clock.now() + timedelta(days=1))
    assert enquiries.receive(world, one, WRITER, idempotency="k") == first
    other = one.model_copy(update={"questions": ["Who?"]})
    with pytest.raises(IdempotencyMismatch):
        enquiries.receive(world, other, WRITER, idempotency="k")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"deadline": "2026-11-22T03:30:00"}, "has passed"),
        ({"deadline": "2027-03-14T02:30:00"}, "comes never in America/New_York"),
        ({"deadline": "2027-11-07T01:30:00"}, "comes twice in America/New_York"),
        ({"deadline": "0001-01-01T00:00:00"}, "write a time from 1970"),
        ({"deadline": "9999-12-31T23:59:59"}, "write a time from 1970"),
        ({"time_zone": "Mars/Olympus"}, "'Mars/Olympus' is no time zone"),
        ({"received_at": "2026-11-22T09:00:00Z"}, "lies ahead"),
        ({"questions": ["\x00"]}, "control characters"),
    ],
)
def test_a_deadline_that_is_none_is_refused(
    world: World, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(RecordInvalid, match=words):
        asked(world, **changes)


@pytest.mark.parametrize(
    "changes",
    [{"incident": "incident/none"}, {"topics": ["claim-topic/none"]}, {"outlet": "outlet/none"}],
)
def test_what_does_not_stand_can_not_be_asked_about(world: World, changes: dict[str, Any]) -> None:
    with pytest.raises(GateRefused, match="does not stand"):
        asked(world, **changes)


def test_only_who_is_trained_speaks_to_the_press(world: World) -> None:
    enquiry = asked(world)
    with pytest.raises(GateRefused, match="exercise press"):
        act(world, enquiry, "assign", spokesperson=WRITER.id)
    act(world, enquiry, "assign", spokesperson=CHIEF.id, team="team/executive")
    assert state(world, enquiry) == "assigned"
    assert world.graph.get(enquiry, "routedTo") == "team/executive"


def test_time_reminds_warns_and_writes_down_that_nobody_answered(
    world: World, clock: StoppedClock
) -> None:
    enquiry = asked(world)
    for minutes, words in ((16, "Nobody speaks"), (410, "Three quarters"), (541, "got no answer")):
        clock.advance(clock.now().replace(hour=8, minute=30) + timedelta(minutes=minutes))
        sweep(world, clock.now())
        assert words in alerts(world)[0]
    assert state(world, enquiry) == "no-comment"
    answer(world, enquiry)
    assert state(world, enquiry) == "answered"


def test_a_message_that_goes_out_answers_its_enquiries_in_the_same_commit(world: World) -> None:
    first, second = asked(world), asked(world, "Agency")
    message = answer(world, first, second)
    assert {state(world, one) for one in (first, second)} == {"answered"}
    assert world.graph.get(first, "answeredBy") == message


def test_only_what_is_live_answers_an_enquiry(world: World) -> None:
    enquiry, message = asked(world), approved(world, channel="press", audience="press")
    with pytest.raises(ActRefused, match="is approved; publish it"):
        act(world, enquiry, "answer", message=message)
    with pytest.raises(ActRefused, match="is not there"):
        act(world, enquiry, "answer", message="message/none")


def test_the_next_outlet_that_asks_hears_the_same(world: World) -> None:
    answer(world, asked(world))
    second = asked(world, "Agency")
    told = press_view.told(world, second, KEY_ROLES)["same_topics"]
    assert isinstance(told, list)
    assert [one["claims"][0]["value"] for one in told] == [4]  # type: ignore[call-overload, index]
    silent = approved(world, channel="press", audience="press", answers=[second])
    with pytest.raises(GateRefused, match="was told more"):
        act(world, silent, "publish")
    five = {**INJURED, "value": 5}
    other = approved(world, channel="press", audience="press", answers=[second], claims=[five])
    with pytest.raises(GateRefused, match="another figure"):
        act(world, other, "publish")
    statement = live(world, audience="press", channel="press")
    with pytest.raises(GateRefused, match="was told more"):
        act(world, second, "answer", message=statement)


def test_an_answer_is_for_the_press_and_about_the_same_incident(world: World) -> None:
    enquiry = asked(world)
    with pytest.raises(GateRefused, match="is for the press"):
        drafted(world, answers=[enquiry])
    with pytest.raises(GateRefused, match="about another incident"):
        drafted(world, answers=[enquiry], audience="press", incident=None)


def test_what_was_said_off_the_record_is_never_published(world: World) -> None:
    enquiry = asked(world)
    words = "The driver was not from our own depot at all."
    remark = {"attribution": "off-record", "text": words, "topics": ["claim-topic/brakes"]}
    enquiries.remark(world, enquiry, RemarkIn.model_validate(remark), WRITER)
    message = approved(world, text=f"We know this: {words.upper()} We will say more by noon.")
    with pytest.raises(ActRefused, match="off the record in enquiry/"):
        act(world, message, "publish")
    told = RemarkIn.model_validate(remark | {"attribution": "on-record"})
    enquiries.remark(world, enquiry, told, WRITER)
    act(world, message, "publish")
    assert state(world, message) == "live"


def test_a_remark_stands_in_no_event_in_clear_and_falls_with_the_journalist(world: World) -> None:
    enquiry = asked(world)
    remark = RemarkIn(attribution="off-record", text="Nobody checked the doors that night.")
    enquiries.remark(world, enquiry, remark, WRITER)
    events = world.ledger.read(0, types=("record.put",), limit=1_000)
    sealed = [e for e in events if e.subject.startswith(("enquiry/", "remark/", "journalist/"))]
    assert len(sealed) == 3
    assert {str(e.personal["personal"]) for e in sealed} == {str(journalist_of(world, enquiry))}
    world.ledger.erase(
        journalist_of(world, enquiry), actor=WRITER.id, id="event/erased", reason="Asked."
    )
    world.catch_up()
    told = press_view.told(world, enquiry, KEY_ROLES)
    assert "question" not in told
    assert told["remarks"][0]["text"] is None  # type: ignore[call-overload, index]
    assert set(told["journalist"]) == {"id", "worksFor"}  # type: ignore[arg-type]
    assert "Rivera" not in str(told)


def test_a_journalist_who_was_erased_can_ask_again(world: World) -> None:
    journalist = journalist_of(world, asked(world))
    world.ledger.erase(journalist, actor=WRITER.id, id="event/erased", reason="Asked.")
    again = asked(world)
    told = press_view.told(world, again, KEY_ROLES)
    assert told["question"] == ["How many people were hurt?"]


def journalist_of(world: World, enquiry: ThingId) -> ThingId:
    world.catch_up()
    return ThingId(str(world.graph.get(enquiry, "fromJournalist")))


def test_who_may_not_read_about_people_sees_neither_journalist_nor_words(world: World) -> None:
    told = press_view.told(world, asked(world), READER.roles)
    assert "Rivera" not in str(told)
    assert "How many" not in str(told)
    assert "journalist" in told["withheld"]  # type: ignore[operator]


def test_a_remark_of_the_future_or_about_nothing_is_refused(world: World) -> None:
    ahead = RemarkIn.model_validate(
        {"attribution": "background", "text": "x", "said_at": "2027-01-01T00:00Z"}
    )
    with pytest.raises(RecordInvalid, match="lies ahead"):
        enquiries.remark(world, asked(world), ahead, WRITER)
    with pytest.raises(ThingUnknown):
        enquiries.remark(
            world, ThingId("enquiry/none"), RemarkIn(attribution="background", text="x"), WRITER
        )


def embargoed(world: World, message: ThingId, *outlets: str, **changes: Any) -> ThingId:
    body = {
        "message": message,
        "outlets": [*outlets] or ["Bronx Times"],
        "until": "2026-11-22T12:00:00",
        "time_zone": "America/New_York",
    }
    event = embargoes.place(world, EmbargoIn.model_validate(body | changes), WRITER)
    world.catch_up()
    return event.subject


def release(world: World, **changes: Any) -> tuple[ThingId, ThingId, ThingId]:
    """A public message, its embargo, and the same for the press, to the named outlet."""
    public = approved(world)
    embargo = embargoed(world, public)
    (outlet,) = world.graph.properties(embargo)["toOutlet"]
    work = world.graph.get(public, "versionOf")
    more = {"work": work, "channel": "press", "audience": "press", "outlets": [outlet]}
    return public, embargo, approved(world, **more | changes)


def test_named_outlets_have_it_before_the_public(world: World, clock: StoppedClock) -> None:
    public, embargo, early = release(world)
    act(world, early, "publish")
    (event,) = world.ledger.newest(types=("message.published",), limit=1)
    assert event.data["embargo_until"] == "2026-11-22T17:00:00Z"
    assert len(event.data["outlets"]) == 1  # type: ignore[arg-type]
    assert shapes_that_refuse(world, public) == {"message-embargo"}
    with pytest.raises(GateRefused, match="under embargo: schedule"):
        act(world, public, "publish")
    clock.advance(clock.now() + timedelta(hours=8, minutes=30))
    sweep(world, clock.now())
    assert state(world, embargo) == "over"
    act(world, public, "publish")
    assert state(world, public) == "live"


def test_an_outlet_that_is_not_named_waits_with_the_public(world: World) -> None:
    put(world, "Outlet", "outlet/other", name="Other")
    _, _, early = release(world, outlets=["outlet/other"])
    with pytest.raises(GateRefused, match="outlets that the embargo names only"):
        act(world, early, "publish")


def test_a_person_lifts_an_embargo_that_was_broken(world: World, clock: StoppedClock) -> None:
    public, embargo, _ = release(world)
    link, seen = "https://bronx-times.example/1", clock.now().isoformat()
    act(world, embargo, "report-break", link=link, seen_at=seen)
    assert link in alerts(world)[0]
    with pytest.raises(GateRefused, match="under embargo"):
        act(world, public, "publish")
    act(world, embargo, "uphold", CHIEF, reason="One small page.")
    act(world, embargo, "report-break", link=link, seen_at=seen)
    clock.advance(clock.now() + timedelta(minutes=16))
    sweep(world, clock.now())
    assert "Nobody decided" in alerts(world)[0]
    act(world, embargo, "lift", CHIEF, reason="The agency has it.")
    act(world, public, "publish")
    assert state(world, public) == "live"


@pytest.mark.parametrize(
    ("link", "hours", "words"),
    [
        ("ftp://a.example", 0, "is no address"),
        ("https://a.example", 1, "lies ahead"),
    ],
)
def test_what_is_no_break_is_refused(
    world: World, clock: StoppedClock, link: str, hours: int, words: str
) -> None:
    embargo = embargoed(world, drafted(world))
    seen = (clock.now() + timedelta(hours=hours)).isoformat()
    with pytest.raises(ActRefused, match=words):
        act(world, embargo, "report-break", link=link, seen_at=seen)


def test_an_embargo_on_nothing_or_over_what_is_public_is_refused(world: World) -> None:
    with pytest.raises(RecordInvalid, match="is no message here"):
        embargoed(world, ThingId("message/none"))
    with pytest.raises(RecordInvalid, match="has passed"):
        embargoed(world, drafted(world), until="2026-11-22T01:00:00")
    with pytest.raises(GateRefused, match="public already"):
        embargoed(world, live(world))


def test_every_outlet_that_was_given_a_message_is_asked_to_correct_it(world: World) -> None:
    put(world, "Outlet", "outlet/wire", name="Wire")
    message = answer(world, asked(world), outlets=["outlet/wire"])
    act(world, message, "withdraw", CHIEF, reason="The number was wrong.")
    world.catch_up()
    owed = [*world.graph.of_type("CorrectionRequest")]
    assert {state(world, one) for one in owed} == {"owed"}
    assert len(owed) == 2
    shown_ = shown(world, owed[0], KEY_ROLES)
    assert (shown_["concernsMessage"], shown_["routedTo"]) == (message, "team/crisis-office")
    assert "The number was wrong." in str(shown_["wrongly"])


def test_a_revision_that_says_otherwise_owes_corrections_and_an_update_does_not(
    world: World,
) -> None:
    first = answer(world, asked(world))
    more = {"channel": "press", "audience": "press", "text": FOUR + " Buses run."}
    second = live(world, revises=first, claims=[INJURED], outlets=[outlet_of(world)], **more)
    assert world.graph.of_type("CorrectionRequest") == ()
    five = {**INJURED, "value": 5}
    third = live(world, revises=second, claims=[five], **more | {"text": FOUR + " Five, in fact."})
    (owed,) = world.graph.of_type("CorrectionRequest")
    assert f"Use {third} instead." in str(world.graph.get(owed, "asksFor"))


def test_who_was_given_an_earlier_version_is_asked_too(world: World) -> None:
    first = answer(world, asked(world))
    more = {"channel": "press", "audience": "press", "text": FOUR + " Buses run."}
    second = live(world, revises=first, claims=[INJURED], **more)
    act(world, second, "withdraw", CHIEF, reason="The number was wrong.")
    world.catch_up()
    (owed,) = world.graph.of_type("CorrectionRequest")
    assert world.graph.get(owed, "outlet") == outlet_of(world)


def outlet_of(world: World) -> ThingId:
    (outlet,) = world.graph.of_type("Outlet")
    return outlet


def test_a_correction_is_sent_followed_up_and_answered(world: World, clock: StoppedClock) -> None:
    body = {"outlet": "Bronx Times", "wrong": "They write 93.", "asks_for": "Write 4."}
    one = correction_requests.request(world, CorrectionIn.model_validate(body), WRITER).subject
    clock.advance(clock.now() + timedelta(minutes=61))
    sweep(world, clock.now())
    assert "waits to be sent" in alerts(world)[0]
    with pytest.raises(ActRefused, match="has passed"):
        act(world, one, "send", replyBy="2026-11-22T09:00:00Z")
    act(world, one, "send", replyBy="2026-11-22T11:00:00Z")
    clock.advance(clock.now() + timedelta(hours=3))
    sweep(world, clock.now())
    assert state(world, one) == "silent"
    act(world, one, "follow-up", replyBy="2026-11-22T18:00:00Z")
    world.catch_up()
    (waiting,) = world.due_now().queue(kinds=["correction-request"], teams=[], after=None, limit=9)
    assert waiting.team == "team/communications"
    assert world.graph.get(one, "replyBy") == "2026-11-22T18:00:00Z"
    act(world, one, "correct", outcome="Corrected online.")
    world.catch_up()
    assert shown(world, one, KEY_ROLES)["outcome"] == "Corrected online."


def test_a_correction_of_the_future_is_refused(world: World) -> None:
    body = {
        "outlet": "A",
        "wrong": "Wrong.",
        "asks_for": "Right.",
        "published_at": "2027-01-01T00:00Z",
    }
    with pytest.raises(RecordInvalid, match="lies ahead"):
        correction_requests.request(world, CorrectionIn.model_validate(body), WRITER)


def briefed(world: World, **changes: Any) -> ThingId:
    body = {"incident": LATE, "holder": CHIEF.id}
    event = briefs.make(world, BriefIn.model_validate(body | changes), WRITER)
    world.catch_up()
    return event.subject


def text_of(world: World, brief: ThingId) -> str:
    content = briefs.with_questions(world, briefs.content_of(world, brief))
    head = shown(world, brief, KEY_ROLES) | {"outdated": [*briefs.changes(world, brief)]}
    return markdown(head, content)


def test_a_brief_says_what_is_live_promised_asked_and_barred(world: World) -> None:
    due = "2026-11-22T18:00:00Z"
    promise = {"sentence": "We will say more by one.", "due": due}
    live(
        world,
        text=FOUR,
        claims=[{**INJURED, "sentence": "Four people were hurt."}],
        promises=[promise],
    )
    approved(world, channel="app", text="Not yet out: the brakes were fine.")
    asked(world, topics=["claim-topic/injured", "claim-topic/brakes"])
    text = text_of(world, briefed(world))
    for words in (
        "**Injured people**: 4 people. “Four people were hurt.”",
        "The brakes: nothing is approved",
        "By 2026-11-22 18:00 UTC: We will say more by one.",
        "Nothing but: Injured people: 4 people.",
        "admit no fault",
        "How many people were hurt?",
        "team/crisis-office owns the incident",
        FOUR,
    ):
        assert words in text
    assert "Not yet out" not in text
    assert "Rivera" not in text


def test_a_brief_reads_the_same_later_and_by_its_digest(world: World) -> None:
    brief = briefed(world)
    before = briefs.content_of(world, brief)
    live(world, text=FOUR, claims=[INJURED])
    asked(world)
    assert briefs.content_of(world, brief) == before
    assert digest(before) == world.graph.get(brief, "contentDigest")


def test_who_holds_a_brief_is_told_once_its_claims_change(
    world: World, clock: StoppedClock
) -> None:
    watch = briefs.Outdating(world)
    brief = briefed(world)
    live(world, channel="app", text="Trains stand still. We will say more by noon.")
    assert watch.step() == 0
    message = live(world, text=FOUR, claims=[INJURED])
    assert (watch.step(), watch.step()) == (1, 0)
    assert state(world, brief) == "outdated"
    (alert,) = world.alerts_now().newest()
    assert alert.team == "team/executive"
    assert f"{CHIEF.id}: {brief} is outdated: claim-topic/injured" in str(alert.reason)
    assert "went live" in text_of(world, brief)
    clock.advance(clock.now() + timedelta(minutes=16))
    sweep(world, clock.now())
    assert "has no newer brief" in alerts(world)[0]
    newer = briefed(world)
    assert (state(world, brief), state(world, newer)) == ("superseded", "current")
    act(world, message, "withdraw", CHIEF, reason="Wrong.")
    assert watch.step() == 1
    assert "No longer: Injured people: 4 people." in text_of(world, briefed(world))


def test_what_is_under_embargo_and_off_the_record_stands_in_no_brief_but_as_barred(
    world: World,
) -> None:
    _, embargo, early = release(world, text=FOUR, claims=[INJURED])
    act(world, early, "publish")
    watch = briefs.Outdating(world)
    remark = RemarkIn(attribution="off-record", text="The night shift had left the yard early.")
    enquiries.remark(world, asked(world), remark, WRITER)
    brief = briefed(world)
    text = text_of(world, brief)
    assert "before 2026-11-22 12:00 EST" in text
    assert "said off the record; it stays there" in text
    assert FOUR not in text
    assert "night shift" not in text
    assert watch.step() == 0
    act(world, embargo, "lift", CHIEF, reason="All have it.")
    assert watch.step() == 1
    assert state(world, brief) == "outdated"


def test_a_brief_for_an_enquiry_is_its_spokespersons(world: World) -> None:
    enquiry = asked(world)
    act(world, enquiry, "assign", spokesperson=CHIEF.id)
    brief = briefed(world, incident=None, enquiry=enquiry, holder=None)
    assert world.graph.get(brief, "holder") == CHIEF.id


INSIDE: Mapping[str, Any] = {
    "kind": "internal-message",
    "audience": "employees",
    "channel": "intranet",
}


def test_managers_are_told_what_employees_heard_and_the_press_is_not(world: World) -> None:
    live(world, text=FOUR, claims=[{**INJURED, "sentence": "Four people were hurt."}])
    brakes = {"topic": "claim-topic/brakes", "polarity": "denied"}
    inside = "Dear colleagues, it was not the brakes. Four of us stay with the families."
    live(world, text=inside, claims=[brakes], **INSIDE)
    manager, press = briefed(world, audience="employees"), briefed(world)
    told, outside = text_of(world, manager), text_of(world, press)
    assert told.startswith("# Talking points for managers: ")
    assert inside in told
    assert ("it is not so" in told, "it is not so" in outside) == (True, False)
    assert all("**Injured people**: 4 people." in one for one in (told, outside))
    assert inside not in outside
    assert [state(world, one) for one in (manager, press)] == ["current", "current"]
    assert digest(briefs.content_of(world, manager)) == world.graph.get(manager, "contentDigest")


def test_talking_points_forbid_what_the_rules_forbid_of_internal_messages(world: World) -> None:
    content = briefs.content_of(world, briefed(world, audience="employees"))
    assert "Denial. " in json.dumps(content["do_not_say"])


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"incident": None}, RecordInvalid),
        ({"incident": "incident/none"}, ThingUnknown),
        ({"enquiry": "enquiry/none"}, ThingUnknown),
    ],
)
def test_a_brief_about_nothing_is_refused(
    world: World, changes: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        briefed(world, **changes)


def test_things_of_the_press_begin_by_their_own_doors(world: World) -> None:
    data: dict[str, Any] = {"digest": "d", "sequence": 1, "decision": "decision/x"}
    doors: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("enquiry", "receive", {}),
        ("embargo", "place", {}),
        ("correction-request", "owe", {}),
        ("brief", "make", data),
        ("hold", "place", {}),
        ("activity", "plan", {}),
    )
    for kind, name, more in doors:
        with pytest.raises(ActRefused, match="do it by POST"):
            act(world, ThingId(f"{kind}/x"), name, **more)

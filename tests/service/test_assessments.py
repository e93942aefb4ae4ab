"""Assessments: figures with their events, the right of reply, and who sees nothing of it."""

import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from flask.testing import FlaskClient
from pydantic import ValidationError

from ontology.events import Event
from ontology.identity import ThingId
from ontology.lifecycle import ATTUNE, Actor, ActRefused, Role
from service import assessment_view, assessments
from service.acts import propose
from service.app import create
from service.assessment_bodies import AssessmentIn, CompetencyIn
from service.clock import StoppedClock
from service.committing import ThingUnknown
from service.competency import competency
from service.issuing import Issuer
from service.job_kinds import KINDS
from service.leadership import ACTIONS, deeds
from service.report_kinds import REPORTS
from service.silence import hushed
from service.world import World
from tests.conftest import Once
from tests.service.conftest import START, opened
from tests.service.test_debriefs import DEBRIEF, act, later, prepared, put, resolved
from tests.service.test_debriefs import world as debrief_world

__all__ = ["prepared"]

world = debrief_world
DAY = timedelta(days=1)
HR, ADA, GRACE, LIN, EVE = (
    ThingId(f"person/{one}") for one in ("hr", "ada", "grace", "lin", "eve")
)
ROLES: Final = sorted(frozenset(Role) - {Role.ATTUNE, Role.EMPLOYEE})


def who(person: ThingId) -> Actor:
    return Actor(id=person, roles=frozenset({Role.RESPONDER}))


def quiet(_done: int, _of: int) -> None:
    """Nobody is told how far it is."""


def staffed(world: World, *, late: int = 3, done: int = 9, others: int = 6) -> None:
    """Twelve actions of Ada, three of them late; of each of six others as many, all in time."""
    put(world, "Team", "team/people-and-culture", name="People", escalatesTo="team/lead")
    put(world, "Person", HR, memberOf="team/people-and-culture")
    for one in (GRACE, LIN, EVE):
        put(world, "Person", one, memberOf="team/lead")
    resolved(world)
    world.clock.advance(world.clock.now() + timedelta(hours=1))  # type: ignore[attr-defined]
    names = [f"person/other-{n}" for n in range(others)]
    for name in names:
        put(world, "Person", name, memberOf="team/rail")
    due = (world.clock.now() + DAY).isoformat()
    tasks = [(who, n) for who in (ADA, *names) for n in range(late + done)]
    for owner, n in tasks:
        thing = f"action/{owner.partition('/')[2]}-{n}"
        act(world, thing, "assign", debrief=DEBRIEF, task="Do it.", owner=owner, dueAt=due)
    for owner, n in tasks:
        if owner != ADA or n >= late:
            act(world, f"action/{owner.partition('/')[2]}-{n}", "finish", note="It is done.")
    later(world, 2 * DAY)
    if late:
        act(world, "action/ada-0", "finish", note="It is done, late.")


STAFFED = START + timedelta(hours=1) + 2 * DAY
"""The time in a world that is staffed."""


@pytest.fixture(scope="session")
def busy(prepared: Path, once: Once) -> Path:
    """A home that is staffed once; each test has a copy of its own."""

    def make(home: Path) -> None:
        shutil.copytree(prepared, home)
        with opened(home, StoppedClock(START)) as world:
            staffed(world)
            assert world.clock.now() == STAFFED

    return once("staffed", make)


@pytest.fixture
def crowd(busy: Path, tmp_path: Path, clock: StoppedClock, worlds: Callable[..., World]) -> World:
    """A world in which Ada and six others had twelve actions each."""
    shutil.copytree(busy, tmp_path / "bare")
    clock.advance(STAFFED)
    return worlds()


def body(world: World, **changes: Any) -> AssessmentIn:
    now = world.clock.now()
    usual = {
        "person": ADA,
        "since": now - 30 * DAY,
        "until": now,
        "assessor": GRACE,
        "second": LIN,
        "reply_days": 14,
    }
    return AssessmentIn.model_validate(usual | changes)


def drafted(world: World, **changes: Any) -> ThingId:
    event = assessments.draft(world, body(world, **changes), who(HR), quiet)
    world.catch_up()
    return event.subject


def do(world: World, thing: ThingId, name: str, by: ThingId, **said: str) -> None:
    kind = assessments.BODIES[name]
    assessments.do(world, thing, name, kind.model_validate(said), who(by))
    world.catch_up()


def shown(world: World) -> ThingId:
    thing = drafted(world)
    do(world, thing, "write", GRACE, text="Three actions of twelve came late.")
    do(world, thing, "show", GRACE)
    return thing


def events_of(world: World, thing: ThingId) -> list[Event]:
    types = ("thing.acted", assessment_view.KEPT, assessment_view.SAID)
    return [*world.ledger.read(types=types, subject=thing)]


def figure(found: Any, name: str) -> Any:
    return next(one for one in found["figures"] if one["name"] == name)


def report(world: World) -> Any:
    now = world.clock.now()
    said = CompetencyIn(person=ADA, since=now - 30 * DAY, until=now)
    return competency(world, said, quiet).to_json()


def test_a_figure_has_interval_sample_and_the_events_that_it_stands_on(crowd: World) -> None:
    found = report(crowd)
    share = figure(found, ACTIONS)
    assert (share["value"], share["n"]) == (0.75, 12)
    assert 0 < share["low"] < 0.75 < share["high"] < 1
    mine = [one for one in found["events"] if one["topic"] == ACTIONS]
    assert sum(one["good"] for one in mine) == 9
    for one in mine:
        events = [crowd.ledger.at(number) for number in one["sequences"]]
        assert {event.subject for event in events if event is not None} == {one["thing"]}
    silent = figure(found, "silences: never answered at all")
    assert silent["value"] == pytest.approx(2 / 12)  # one was done, but late


def test_like_is_held_against_like_and_nobody_else_is_named(crowd: World) -> None:
    found = report(crowd)
    apart = figure(found, f"{ACTIONS}, less others")
    assert (apart["value"], apart["n"]) == (-0.25, 12)
    assert apart["high"] < 0
    assert "person/other" not in str(found)


def test_figures_of_few_are_withheld(world: World) -> None:
    staffed(world, late=1, done=3, others=4)
    found = report(world)
    assert "withheld" in figure(found, ACTIONS)
    assert "4 other people" in figure(found, f"{ACTIONS}, less others")["withheld"]


def test_what_was_handed_over_in_time_is_of_whoever_had_it_when_it_was_due(world: World) -> None:
    staffed(world, late=0, done=1, others=1)
    given = {"debrief": DEBRIEF, "task": "x", "owner": ADA}
    due = (world.clock.now() + DAY).isoformat()
    act(world, "action/moved", "assign", **given, dueAt=due)
    act(world, "action/moved", "hand-over", owner=EVE, reason="Leave.")
    later(world, 2 * DAY)
    act(world, "action/moved", "hand-over", owner=ADA, reason="Back.")
    (moved,) = (one for one in deeds(world, quiet) if one.thing == "action/moved")
    assert (moved.people, moved.good, moved.answered) == (frozenset({EVE}), False, False)


def test_words_stand_beside_it_and_a_final_one_never_changes(crowd: World) -> None:
    thing = shown(crowd)
    do(crowd, thing, "reply", ADA, text="Two of them fell in the storm.")
    do(crowd, thing, "finalise", GRACE)
    found: dict[str, Any] = assessment_view.told(crowd, thing, ADA)
    assert [(one["act"], one["text"]) for one in found["words"]] == [
        ("write", "Three actions of twelve came late."),
        ("reply", "Two of them fell in the storm."),
    ]
    assert (found["state"], found["possible"]) == ("final", [])
    for name, by, said in (("write", GRACE, "x"), ("reply", ADA, "x"), ("contest", ADA, "x")):
        with pytest.raises(ActRefused, match="final"):
            do(crowd, thing, name, by, text=said)
    again = drafted(crowd, corrects=thing)
    assert assessment_view.told(crowd, thing, HR)["corrected_by"] == [again]
    assert assessment_view.told(crowd, thing, ADA)["corrected_by"] == []  # not shown to her yet
    with pytest.raises(ActRefused, match="no final assessment"):
        drafted(crowd, corrects=again)


def test_who_does_not_reply_has_it_said_so_and_may_still_reply_until_it_is_final(
    crowd: World,
) -> None:
    thing = shown(crowd)
    with pytest.raises(ActRefused):
        do(crowd, thing, "finalise", GRACE)
    later(crowd, 15 * DAY)
    assert crowd.graph.state(thing) == "unanswered"
    do(crowd, thing, "reply", ADA, text="I was ill.")
    do(crowd, thing, "finalise", GRACE)
    assert crowd.graph.state(thing) == "final"


def test_a_contested_one_is_reviewed_by_somebody_else(crowd: World) -> None:
    thing = shown(crowd)
    assert not assessment_view.visible(crowd, thing, LIN)
    do(crowd, thing, "contest", ADA, text="The roster was wrong.")
    assert assessment_view.visible(crowd, thing, LIN)
    with pytest.raises(ActRefused):
        do(crowd, thing, "finalise", GRACE)
    with pytest.raises(ActRefused, match="only its second"):
        do(crowd, thing, "review", GRACE, text="No.", verdict="stands")
    do(crowd, thing, "review", LIN, text="Two were not hers.", verdict="partly")
    do(crowd, thing, "finalise", GRACE)
    words = assessment_view.told(crowd, thing, ADA)["words"]
    assert words[-1]["verdict"] == "partly"  # type: ignore[index, call-overload]


def test_nothing_is_shown_before_it_is_written_or_past_its_door(crowd: World) -> None:
    thing = drafted(crowd)
    with pytest.raises(ActRefused, match="write what you make"):
        do(crowd, thing, "show", GRACE)
    with pytest.raises(ThingUnknown):  # hers, but not shown yet
        do(crowd, thing, "reply", ADA, text="What?")
    with pytest.raises(ActRefused, match="v1/assessments"):
        propose(crowd, thing=thing, kind="assessment", act="withdraw", data={}, actor=who(GRACE))
    do(crowd, thing, "withdraw", GRACE)
    assert not assessment_view.visible(crowd, thing, ADA)


def test_only_people_and_culture_open_one_and_never_of_themselves(crowd: World) -> None:
    for actor, changes in ((GRACE, {}), (HR, {"person": HR})):
        with pytest.raises(ActRefused, match="opens assessments"):
            assessments.draft(crowd, body(crowd, **changes), who(actor), quiet)
    with pytest.raises(ActRefused, match="lies ahead"):
        drafted(crowd, until=crowd.clock.now() + DAY)
    with pytest.raises(ThingUnknown):
        drafted(crowd, assessor="person/nobody-known")


@pytest.mark.parametrize(
    "changes",
    [
        {"assessor": ADA},
        {"second": GRACE},
        {"person": "team/rail"},
        {"reply_days": 0},
        {"until": "2001-01-01T00:00:00Z"},
        {"since": "yesterday"},
        {"corrects": "message/x"},
        {"rank": 1},
    ],
)
def test_an_assessment_that_can_not_be_is_refused(bare: World, changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        body(bare, **changes)


def test_erasure_takes_figures_and_words_and_leaves_a_tree_that_verifies(crowd: World) -> None:
    thing = shown(crowd)
    assert b"twelve" not in _raw(crowd)  # words are sealed where they lie
    crowd.ledger.erase(ADA, actor=HR, id="event/erase-1", reason="Asked for.")
    crowd.catch_up()
    found = assessment_view.told(crowd, thing, HR)
    assert (found["erased"], found["report"], found["words"]) == (True, None, [])
    assert not assessment_view.visible(crowd, thing, GRACE)
    with pytest.raises(ActRefused, match="erased"):
        do(crowd, thing, "withdraw", HR)


def _raw(world: World) -> bytes:
    return b"".join(one.read_bytes() for one in world.settings.home.glob("ledger.db*"))


def test_the_same_request_drafts_once(crowd: World) -> None:
    first = assessments.draft(crowd, body(crowd), who(HR), quiet, idempotency="k")
    assert assessments.draft(crowd, body(crowd), who(HR), quiet, idempotency="k").id == first.id


def test_nothing_goes_out_and_no_job_holds_it(crowd: World) -> None:
    thing = shown(crowd)
    every = events_of(crowd, thing)
    assert len(every) == 5
    assert all(hushed(crowd.silence, crowd.ledger, one) for one in every)
    assert "competency" in REPORTS
    assert "report-competency" not in KINDS


@pytest.fixture
def door(crowd: World) -> Callable[..., Any]:
    """Somebody with a key asks; None where nothing is sent."""
    app = create(crowd.settings, world=crowd)
    issuer = Issuer(crowd.ledger, crowd.keys, actor=ATTUNE, ids=crowd.ids, now=crowd.clock.now)
    http: FlaskClient = app.test_client()
    keys: dict[tuple[str, str], str] = {}

    def ask(path: str, role: str, holder: str, sent: Any = None) -> Any:
        if (role, holder) not in keys:
            keys[role, holder] = issuer.create(ThingId(holder), [role])[1]
        headers = {"Authorization": f"Bearer {keys[role, holder]}"}
        if sent is None:
            return http.get(path, headers=headers)
        return http.post(path, json=sent, headers=headers)

    return ask


@pytest.mark.parametrize("role", ROLES)
def test_no_role_opens_the_door_to_somebody_elses_assessment(
    crowd: World, door: Callable[..., Any], role: str
) -> None:
    thing = shown(crowd)
    path = f"/v1/{thing.replace('assessment/', 'assessments/')}"
    number = assessment_view.told(crowd, thing, ADA)["report"]["events"][0]["sequences"][0]  # type: ignore[index, call-overload]
    stranger = "person/eve"
    since, until = ("2026-11-01T00:00:00Z", crowd.clock.now().isoformat().replace("+00:00", "Z"))
    asked = f"person=person/ada&since={since}&until={until}"
    assert door(path, role, stranger).status_code == 404
    assert door(f"{path}/events/{number}", role, stranger).status_code == 404
    for name in assessments.BODIES:
        said = {"text": "x"} | ({"verdict": "stands"} if name == "review" else {})
        data = said if name in {"write", "reply", "contest", "review"} else {}
        sent = {"act": name, "data": data}
        assert door(f"{path}/acts", role, stranger, sent).status_code == 404
    assert door("/v1/assessments", role, stranger).json["items"] == []
    assert thing not in door("/v1/queue?limit=200", role, stranger).text
    assert door(f"/v1/reports/competency?{asked}", role, stranger).status_code == 403
    record = door(f"/v1/records/{thing}", role, stranger)
    assert record.status_code in {403, 404}
    for one in events_of(crowd, thing):
        told = door(f"/v1/ledger/events/{one.sequence}", role, stranger)
        assert told.status_code == 403 or set(told.json["event"]) == {
            "sequence",
            "recorded_at",
            "withheld",
        }
    made = {**body(crowd).model_dump(mode="json")}
    assert door("/v1/assessments", role, stranger, made).status_code == 403


@pytest.mark.parametrize("role", ROLES)
def test_the_person_reads_replies_and_sees_every_source_with_any_role(
    crowd: World, door: Callable[..., Any], role: str
) -> None:
    thing = shown(crowd)
    path = f"/v1/{thing.replace('assessment/', 'assessments/')}"
    found = door(path, role, ADA).json
    assert found["possible"] == ["reply", "contest"]
    assert datetime.fromisoformat(found["reply_until"]) == crowd.clock.now() + 14 * DAY
    queue = door("/v1/queue?kind=assessment", role, ADA).json["items"]
    assert [one["thing"] for one in queue] == [thing]
    for row in found["report"]["events"]:
        for number in row["sequences"]:
            event = door(f"{path}/events/{number}", role, ADA)
            assert event.json["subject"] == row["thing"]
            assert "properties" not in event.json["data"]
    assert door(f"{path}/events/1", role, ADA).status_code == 404
    assert door(f"{path}/acts", role, ADA, {"act": "reply", "data": {}}).status_code == 422
    assert door(f"{path}/acts", role, ADA, {"act": "pass", "data": {}}).status_code == 422
    said = {"act": "reply", "data": {"text": "It rained. 🌧"}}
    assert door(f"{path}/acts", role, ADA, said).json["state"] == "replied"


def test_nobody_puts_an_assessment_as_a_record(door: Callable[..., Any]) -> None:
    sent = {"type": "Assessment", "id": "assessment/mine", "properties": {}}
    assert door("/v1/records", "admin", "person/eve", sent).status_code == 422

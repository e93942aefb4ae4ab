"""Debriefs: due 72 hours after resolution, escalated step by step, put off by reopening."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ontology.events import Event
from ontology.identity import ThingId
from ontology.lifecycle import Actor, ActRefused, Role
from service.acts import propose, put_record
from service.debrief_bodies import DebriefsIn
from service.debrief_report import report
from service.debrief_view import shown
from service.debriefs import WITHIN, debrief_of, events_of, rounds
from service.founding import found
from service.problems import ProblemError
from service.sweep import sweep
from service.world import World
from tests.conftest import Once
from tests.service.conftest import START, peopled

CHIEF = Actor(id=ThingId("person/chief"), roles=frozenset(Role) - {Role.ATTUNE})
CRASH = ThingId("incident/crash")
DEBRIEF = debrief_of(CRASH)
HOUR = timedelta(hours=1)


@pytest.fixture(scope="session")
def prepared(once: Once) -> Path:
    """A home that is founded once; each test has a copy of its own."""
    return once("debriefs", peopled(populate))


@pytest.fixture
def world(prepared: Path, tmp_path: Path, worlds: Callable[..., World]) -> World:
    """An organisation with a lead above the team that owns an open incident."""
    shutil.copytree(prepared, tmp_path / "bare")
    return worlds()


def populate(bare: World) -> None:
    found(bare, with_sample=False, progress=lambda *_: None)
    bare.catch_up()
    put(bare, "Team", "team/executive", name="Executive", atTier="executive")
    put(bare, "Team", "team/lead", name="Lead", escalatesTo="team/executive")
    put(bare, "Team", "team/rail", name="Rail", escalatesTo="team/lead")
    put(bare, "Person", "person/ada", memberOf="team/rail")
    put(bare, "Incident", CRASH, name="Crash", topic=["rails"], ownedBy="team/rail")
    act(bare, CRASH, "open")


def put(world: World, kind: str, name: str, /, **properties: Any) -> None:
    put_record(world, type=kind, properties=properties, id=ThingId(name), actor=CHIEF)
    world.catch_up()


def act(world: World, thing: str, name: str, **data: Any) -> Event:
    kind = thing.partition("/")[0]
    event = propose(world, thing=ThingId(thing), kind=kind, act=name, data=data, actor=CHIEF)
    world.catch_up()
    return event


def resolved(world: World) -> None:
    act(world, CRASH, "resolve", reason="All is paid.")


def later(world: World, by: timedelta) -> None:
    world.clock.advance(world.clock.now() + by)  # type: ignore[attr-defined]
    sweep(world, world.clock.now())
    world.catch_up()


def told(world: World) -> list[tuple[str, str]]:
    """The team and the tier of every alert, in order."""
    raised = [
        one for one in world.ledger.read(types=("thing.acted",)) if one.data["act"] == "raise"
    ]
    said = [(one.data["properties"], one.data["data"]) for one in raised]
    return [
        (str(shown["routedTo"]), str(data["tier"]))
        for shown, data in said
        if isinstance(shown, dict) and isinstance(data, dict)
    ]


def hold(world: World, **more: Any) -> Event:
    said = {"minutes": "Late.", "lesson": "Name deputies.", "present": ["person/ada"]}
    held = {"heldAt": world.clock.now().isoformat()}
    return act(world, DEBRIEF, "hold", **{**said, **held, **more})


def test_resolving_an_incident_makes_its_debrief_due_in_72_hours(world: World) -> None:
    resolved(world)
    assert world.graph.state(DEBRIEF) == "due"
    due = world.due_now().get(DEBRIEF)
    assert due is not None
    assert due.deadlines[-1].due == world.clock.now() + WITHIN
    assert due.team == "team/rail"


def test_a_late_debrief_goes_to_its_owner_then_the_lead_then_executives(world: World) -> None:
    resolved(world)
    later(world, 48 * HOUR)
    assert told(world) == [("team/rail", "frontline")]
    later(world, 24 * HOUR)
    later(world, 24 * HOUR)
    later(world, 24 * HOUR)
    assert told(world)[1:] == [
        ("team/rail", "specialist"),
        ("team/lead", "crisis-team"),
        ("team/executive", "executive"),
    ]
    assert world.graph.state(DEBRIEF) == "overdue"


def test_reopening_puts_it_off_and_the_next_resolution_makes_it_due_anew(world: World) -> None:
    resolved(world)
    later(world, HOUR)
    act(world, CRASH, "reopen", reason="A second train.")
    assert world.graph.state(DEBRIEF) == "suspended"
    later(world, 100 * HOUR)
    assert not told(world)
    resolved(world)
    due = world.due_now().get(DEBRIEF)
    assert due is not None
    assert due.deadlines[-1].due == world.clock.now() + WITHIN


def test_an_incident_that_comes_back_after_its_debrief_has_a_second_round(world: World) -> None:
    resolved(world)
    hold(world)
    act(world, CRASH, "reopen", reason="A second train.")
    assert world.graph.state(DEBRIEF) == "held"
    later(world, HOUR)
    resolved(world)
    first, second = rounds(events_of(world.ledger, DEBRIEF))
    assert first.in_time
    assert second.held is None


def test_an_incident_is_not_closed_while_its_debrief_waits(world: World) -> None:
    resolved(world)
    with pytest.raises(ActRefused, match="once it was held"):
        act(world, CRASH, "close")
    hold(world)
    act(world, CRASH, "close")


@pytest.mark.parametrize("away", [HOUR, -HOUR])
def test_nobody_holds_it_in_the_future_or_before_the_resolution(
    world: World, away: timedelta
) -> None:
    resolved(world)
    with pytest.raises(ActRefused, match=r"lies ahead|before the incident"):
        hold(world, heldAt=(world.clock.now() + away).isoformat())


def test_nobody_convenes_it_for_the_past(world: World) -> None:
    resolved(world)
    with pytest.raises(ActRefused, match="past"):
        act(
            world,
            DEBRIEF,
            "convene",
            startsAt=world.clock.now().isoformat(),
            participants=["person/ada"],
        )


def test_an_action_has_one_owner_and_is_escalated_step_by_step(world: World) -> None:
    resolved(world)
    hold(world)
    now = world.clock.now()
    told_before = told(world)
    said = {"task": "Name deputies.", "owner": "person/ada", "debrief": DEBRIEF}
    times = {"dueAt": now + 48 * HOUR, "remindAt": now + 24 * HOUR}
    given = {name: at.isoformat() for name, at in times.items()}
    act(world, "action/deputies", "assign", **said, **given)
    for _ in range(5):
        later(world, 24 * HOUR)
    assert told(world)[len(told_before) :] == [
        ("team/rail", "frontline"),
        ("team/rail", "specialist"),
        ("team/lead", "crisis-team"),
        ("team/executive", "executive"),
    ]


@pytest.mark.parametrize(
    ("due", "remind", "words"),
    [(-1, None, "is past"), (48, 48, "does not lie"), (48, -1, "does not lie")],
)
def test_an_action_is_due_ahead_and_its_reminder_comes_before(
    world: World, due: int, remind: int | None, words: str
) -> None:
    resolved(world)
    now = world.clock.now()
    times = {"dueAt": due, **({"remindAt": remind} if remind is not None else {})}
    given = {name: (now + hours * HOUR).isoformat() for name, hours in times.items()}
    with pytest.raises(ActRefused, match=words):
        act(
            world,
            "action/deputies",
            "assign",
            task="Name deputies.",
            owner="person/ada",
            debrief=DEBRIEF,
            **given,
        )


def test_the_report_tells_shares_with_their_intervals(world: World) -> None:
    resolved(world)
    empty = report(world, DebriefsIn(), lambda *_: None)
    assert "withheld: no debrief was due yet (n = 0)" in "\n".join(empty.lines())
    hold(world)
    times = {"dueAt": (world.clock.now() + HOUR).isoformat()}
    said = {"task": "Name deputies.", "owner": "person/ada", "debrief": DEBRIEF}
    act(world, "action/late", "assign", **said, **times)
    later(world, 2 * HOUR)
    told = report(world, DebriefsIn(), lambda *_: None).to_json()
    assert told["figures"]["debriefs held in time"]["value"] == 1.0
    assert 0.2 < told["figures"]["debriefs held in time"]["low"] < 0.3
    assert told["figures"]["actions done in time"]["value"] == 0.0
    assert told["open_actions"][0] == {"age": "up to a week", "open": 1, "overdue": 1}


def test_a_report_on_a_time_that_ends_before_it_begins_is_refused(world: World) -> None:
    asked = DebriefsIn(since="2026-02-01", until="2026-01-01")
    with pytest.raises(ProblemError):
        report(world, asked, lambda *_: None)


def changes(zone: str) -> list[datetime]:
    """When the clocks of a zone change in the year after `START`."""
    hours = [START + HOUR * n for n in range(366 * 24)]
    away = [one.astimezone(ZoneInfo(zone)).utcoffset() for one in hours]
    return [hours[n] for n in range(1, len(hours)) if away[n] != away[n - 1]]


ZONES = {
    "us": "America/New_York",
    "de": "Europe/Berlin",
    "au": "Australia/Lord_Howe",
    "np": "Asia/Kathmandu",
}


def test_72_hours_are_elapsed_hours_whatever_the_clocks_of_the_participants_do(
    world: World,
) -> None:
    for name, zone in ZONES.items():
        put(world, "Region", f"region/{name}", name=name, timeZone=zone, jurisdiction=name.upper())
        put(world, "Team", f"team/{name}", name=name, inRegion=[f"region/{name}"], atTier="board")
        put(world, "Person", f"person/{name}", memberOf=f"team/{name}")
    jumps = sorted({one for zone in ZONES.values() for one in changes(zone)})
    assert len(jumps) == 6
    people = [f"person/{name}" for name in ZONES]
    for before, jump in zip((1, 25, 71, 36, 48, 70), jumps, strict=True):
        later(world, jump - HOUR * before - world.clock.now())
        resolved(world)
        due = world.clock.now() + timedelta(seconds=72 * 3600)
        act(world, DEBRIEF, "convene", startsAt=due.isoformat(), participants=people)
        rows: Any = shown(world, DEBRIEF, frozenset())["participants"]
        told_to = {one["person"]: one for one in rows}
        for name, zone in ZONES.items():
            one = told_to[f"person/{name}"]
            assert one["time_zone"] == zone
            day, clock, short = one["due"].split(" ", 2)
            said = datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=ZoneInfo(zone))
            (right,) = [
                again
                for again in {said.replace(fold=fold).astimezone(UTC): fold for fold in (0, 1)}
                if again.astimezone(ZoneInfo(zone)).tzname() == short
            ]
            assert right == due
            assert one["convened_for"] == one["due"]
        later(world, due - timedelta(seconds=1) - world.clock.now())
        assert world.graph.state(DEBRIEF) == "due"
        later(world, timedelta(seconds=1))
        assert world.graph.state(DEBRIEF) == "overdue"
        act(world, CRASH, "reopen", reason="It came back.")


def test_every_worker_sees_the_same_debrief(worlds: Callable[..., World], world: World) -> None:
    resolved(world)
    other = worlds()
    assert other.graph.state(DEBRIEF) == "due"

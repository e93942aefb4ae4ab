"""Service levels: versions, which of them holds for a case, clocks, what would have been."""

import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from pydantic import ValidationError

from knowledge.measures.estimates import Estimate, Withheld
from knowledge.measures.observation_kinds import KINDS
from knowledge.measures.staffed_time import Staffed
from ontology.events import Event
from ontology.identity import ThingId
from ontology.lifecycle import ActRefused
from ontology.record_values import RecordInvalid
from service import slas
from service.clock import StoppedClock
from service.observation_loading import take
from service.service_clocks import settle
from service.sla_bodies import SlaIn, SlasIn
from service.sla_calendars import holidays_of, hours
from service.sla_cases import case, cases
from service.sla_report import SlasReport
from service.sla_report import slas as reported
from service.sla_trial import tried
from service.sweep import sweep
from service.world import World
from tests.service.conftest import START
from tests.service.test_messages import CHIEF, LAWYER, WRITER, act, prepared, put, state

__all__ = ["prepared"]

HOUR = timedelta(hours=1)
CASE = ThingId("case/c1")


@pytest.fixture
def world(prepared: Path, tmp_path: Path, worlds: Callable[..., World]) -> World:
    shutil.copytree(prepared, tmp_path / "bare")
    opened = worlds()
    week = ["monday", "tuesday", "wednesday", "thursday", "friday"]
    put(
        opened,
        "Calendar",
        "calendar/desk",
        timeZone="America/New_York",
        opens="09:00:00",
        closes="17:00:00",
        workingDay=week,
        holidaysOf="US-NY",
    )
    put(
        opened,
        "Touchpoint",
        "touchpoint/mail",
        name="Mail",
        touchpointKind="mail",
        ownedBy="team/communications",
    )
    put(opened, "Customer", "customer/c1")
    return opened


def opened_case(world: World, at: datetime = START, thing: ThingId = CASE, **said: Any) -> None:
    usual = {"ofCustomer": "customer/c1", "atTouchpoint": "touchpoint/mail"}
    put(world, "Case", thing, **usual | {"openedAt": at.isoformat()} | said)
    world.catch_up()


def body(**changes: Any) -> SlaIn:
    usual = {
        "sla": "support",
        "name": "Support",
        "team": "team/communications",
        "targets": [{"what": "first-reply", "within": "PT4H", "hours": "always"}],
    }
    return SlaIn.model_validate(usual | changes)


def proposed(world: World, **changes: Any) -> ThingId:
    event: Event = slas.propose(world, body(**changes), WRITER, tried)
    world.catch_up()
    return event.subject


def agreed(world: World, clock: StoppedClock, **changes: Any) -> ThingId:
    sla = proposed(world, **changes)
    act(world, sla, "approve", CHIEF)
    act(world, sla, "approve", LAWYER)
    passed(world, clock, timedelta(seconds=1))
    return sla


def passed(world: World, clock: StoppedClock, by: timedelta) -> None:
    clock.advance(clock.now() + by)
    world.catch_up()
    sweep(world, clock.now())
    world.catch_up()


def test_a_version_is_in_force_once_two_people_agreed(world: World, clock: StoppedClock) -> None:
    sla = proposed(world)
    act(world, sla, "approve", CHIEF)
    with pytest.raises(ActRefused, match="did so already"):
        act(world, sla, "approve", CHIEF)
    assert state(world, sla) == "proposed"
    act(world, sla, "approve", LAWYER)
    passed(world, clock, timedelta(seconds=1))
    assert state(world, sla) == "in-force"


def test_a_later_version_takes_the_place_of_the_one_before(
    world: World, clock: StoppedClock
) -> None:
    first, second = agreed(world, clock), agreed(world, clock)
    assert [one.number for one in slas.versions(world)] == [1, 2]
    assert (state(world, first), state(world, second)) == ("replaced", "in-force")


def test_two_agreements_never_hold_for_the_same_scope(world: World, clock: StoppedClock) -> None:
    agreed(world, clock, scope={"channels": ["mail", "chat"]})
    other = proposed(world, sla="other", scope={"channels": ["chat", "mail"]})
    with pytest.raises(ActRefused, match="holds for the same cases"):
        act(world, other, "approve", CHIEF)


def test_the_closest_agreement_holds_for_a_case(world: World, clock: StoppedClock) -> None:
    agreed(world, clock, sla="all")
    close = agreed(world, clock, sla="mail", scope={"channels": ["mail"]})
    agreed(world, clock, sla="phone", scope={"channels": ["phone"]})
    opened_case(world)
    found = case(world, CASE)
    assert found is not None
    held = slas.holds(slas.in_force(world), found)
    assert held is not None
    assert held.id == close


def test_a_clock_warns_then_is_overdue_and_its_team_is_told(
    world: World, clock: StoppedClock
) -> None:
    agreed(world, clock)
    opened_case(world, clock.now())
    assert settle(world, CASE) == 1
    assert settle(world, CASE) == 0
    running = ThingId("clock/c1-first-reply")
    world.catch_up()
    assert state(world, running) == "running"
    passed(world, clock, 3 * HOUR)
    assert told(world) == ["first-reply of case/c1 is nearly due"]
    passed(world, clock, HOUR)
    assert state(world, running) == "breached"
    assert told(world)[-1] == "first-reply of case/c1 is overdue"
    opened_case(world, clock.now() - 4 * HOUR, repliedAt=[clock.now().isoformat()])
    assert settle(world, CASE) == 1
    world.catch_up()
    assert state(world, running) in {"met", "late"}


def told(world: World) -> list[str]:
    acts = world.ledger.read(0, types=("thing.acted",), limit=5_000)
    found = [one for one in acts if one.data["kind"] == "alert" and one.data["act"] == "raise"]
    return [str(one.data["data"]["reason"]) for one in found]  # type: ignore[index, call-overload]


def test_a_clock_rests_while_the_customer_is_waited_for(world: World, clock: StoppedClock) -> None:
    agreed(world, clock)
    at = clock.now()
    opened_case(world, at)
    settle(world, CASE)
    passed(world, clock, HOUR)
    opened_case(world, at, waiting=[f"{clock.now().isoformat()}/"])
    settle(world, CASE)
    world.catch_up()
    running = ThingId("clock/c1-first-reply")
    assert state(world, running) == "paused"
    passed(world, clock, 48 * HOUR)
    assert state(world, running) == "paused"
    begun, ended = at + HOUR, clock.now()
    opened_case(world, at, waiting=[f"{begun.isoformat()}/{ended.isoformat()}"])
    settle(world, CASE)
    passed(world, clock, 2.9 * HOUR)
    assert state(world, running) == "running"
    passed(world, clock, 0.2 * HOUR)
    assert state(world, running) == "breached"


def test_an_answer_in_time_ends_the_clock(world: World, clock: StoppedClock) -> None:
    agreed(world, clock)
    at = clock.now()
    opened_case(world, at)
    settle(world, CASE)
    passed(world, clock, HOUR)
    opened_case(world, at, repliedAt=[clock.now().isoformat()])
    settle(world, CASE)
    world.catch_up()
    assert state(world, ThingId("clock/c1-first-reply")) == "met"


def test_a_version_is_tried_on_recorded_cases_before_anybody_agrees(world: World) -> None:
    for n in range(10):
        at = START - timedelta(days=n + 2)
        replied = at + (2 if n < 7 else 9) * HOUR
        opened_case(world, at, ThingId(f"case/t{n}"), repliedAt=[replied.isoformat()])
    content = slas.version(world, proposed(world))
    assert content is not None
    found = content.content["tried"]["targets"]["first-reply"]["proposed"]
    assert found["kept"]["value"] == 0.7
    assert found["kept"]["low"] < 0.7 < found["kept"]["high"]
    assert found["missed"] == 3
    assert found["overdue_a_week"]["n"] == 10


def test_what_is_not_due_yet_is_neither_kept_nor_missed(world: World, clock: StoppedClock) -> None:
    agreed(world, clock)
    now = clock.now()
    for n in range(6):  # answered at once, but not due yet: counting them would favour the quick
        opened_case(world, now - HOUR, ThingId(f"case/n{n}"), repliedAt=[now.isoformat()])
    for n in range(6):
        opened_case(world, now - 10 * HOUR, ThingId(f"case/o{n}"))
    found = reported(world, SlasIn(by="channel"), lambda *_: None)
    assert isinstance(found, SlasReport)
    whole = found.found[0]
    assert isinstance(whole.kept, Estimate)
    assert (whole.kept.value, whole.kept.n, whole.not_due) == (0.0, 6, 6)
    assert any("6 not due yet" in line for line in found.lines())
    few = reported(world, SlasIn(since=now - 5 * HOUR), lambda *_: None)
    assert isinstance(few, SlasReport)
    assert all(isinstance(one.kept, Withheld) for one in few.found)
    assert len([*few.rows()]) == len(few.found) + 1


def measured(world: World, many: int, hours: float, **more: Any) -> None:
    opened = world.clock.now() - timedelta(days=10)
    rows: list[object] = [
        {
            "case": f"m{hours}-{n}",
            "opened": (opened + n * HOUR).isoformat(),
            "resolved": (opened + n * HOUR + timedelta(hours=hours)).isoformat(),
            "channel": "mail",
            **more,
        }
        for n in range(many)
    ]
    _, faults = take(world, KINDS["resolution"], rows, system="desk", actor=WRITER.id)
    assert not [*faults]


TARGETS = [
    {"what": "first-reply", "within": "PT4H", "hours": "always"},
    {"what": "next-update", "within": "PT4H", "hours": "always"},
    {"what": "resolution", "within": "P1D", "hours": "always"},
]


def test_cases_that_were_measured_elsewhere_count_in_trial_and_report(
    world: World, clock: StoppedClock
) -> None:
    measured(world, 12, 5)
    measured(world, 8, 50)
    agreed(world, clock, targets=TARGETS, scope={"channels": ["mail"]})
    (version,) = slas.in_force(world)
    proposed_ = version.content["tried"]["targets"]
    assert proposed_["resolution"]["proposed"]["kept"]["value"] == 0.6
    assert proposed_["resolution"]["proposed"]["missed"] == 8
    assert "withheld" in proposed_["first-reply"]["proposed"]["kept"]
    found = reported(world, SlasIn(by="channel"), lambda *_: None)
    assert isinstance(found, SlasReport)
    kept = {(one.target, one.group): one.kept for one in found.found}
    assert {target for target, _ in kept} == {"resolution"}
    assert kept["resolution", "mail"].n == 20
    drawn = found.picture()
    ET.fromstring(drawn)  # noqa: S314 - our own
    assert "n = 20" in drawn


def test_first_replies_count_once_a_source_tells_them_and_updates_never_do(
    world: World, clock: StoppedClock
) -> None:
    replied = (world.clock.now() - timedelta(days=10)).isoformat()
    measured(world, 1, 6, first_reply=replied)
    measured(world, 5, 5)
    agreed(world, clock, targets=TARGETS)
    found = reported(world, SlasIn(by="channel"), lambda *_: None)
    assert isinstance(found, SlasReport)
    kept = {one.target: one.kept for one in found.found if one.group == "all"}
    assert {*kept} == {"first-reply", "resolution"}
    assert isinstance(kept["first-reply"], Estimate)
    assert kept["first-reply"].value == pytest.approx(1 / 6)


def test_a_case_that_is_recorded_here_counts_once_and_as_it_is_recorded(
    world: World, clock: StoppedClock
) -> None:
    measured(world, 6, 50)
    ids = [one.id for one in cases(world)]
    assert len(ids) == 6
    opened = world.clock.now() - timedelta(days=10)
    opened_case(world, opened, ids[0], closedAt=(opened + HOUR).isoformat())
    agreed(world, clock, targets=TARGETS)
    found = [one for one in cases(world) if one.id == ids[0]]
    assert [one.times.closed for one in found] == [opened + HOUR]
    assert len([*cases(world)]) == 6


def test_nothing_due_draws_an_empty_picture(world: World) -> None:
    found = reported(world, SlasIn(by="channel"), lambda *_: None)
    assert "Too little has come due" in str(found.picture())


def test_staffed_hours_skip_nights_weekends_and_holidays_of_the_place(world: World) -> None:
    targets = [{"what": "first-reply", "within": "PT4H"}]
    sla = slas.version(world, proposed(world, targets=targets, calendar="calendar/desk"))
    assert sla is not None
    eve = datetime(2026, 11, 25, 20, tzinfo=UTC)  # three in the afternoon before Thanksgiving
    due = sla.aims[0].staffed.due(eve, 4 * HOUR)
    assert due == datetime(2026, 11, 27, 16, tzinfo=UTC)


def test_holidays_are_those_of_a_place_and_an_unknown_place_is_refused(world: World) -> None:
    assert date(2026, 7, 4) in holidays_of("US-NY", [2026])
    assert date(2026, 11, 1) in holidays_of("DE-BY", [2026])
    assert date(2026, 11, 1) not in holidays_of("DE-BE", [2026])
    with pytest.raises(RecordInvalid, match="US-NY or DE-BY"):
        holidays_of("Atlantis", [2026])
    with pytest.raises(RecordInvalid, match="lacks opens"):
        proposed(world, calendar="calendar/none")


def test_hours_kept_by_a_version_read_back_as_they_were() -> None:
    kept = {
        "zone": "UTC",
        "opens": "09:00:00",
        "closes": "17:00:00",
        "days": ["monday"],
        "closed": ["2026-12-28"],
        "open": [],
    }
    found = hours(kept)
    assert found.week == {0: ((time(9), time(17)),)}
    monday = datetime(2026, 12, 21, tzinfo=UTC)
    assert Staffed(hours=found).elapsed(monday, monday + timedelta(days=8)) == 8 * HOUR


@pytest.mark.parametrize(
    "changes",
    [
        {"targets": []},
        {"targets": [{"what": "first-reply", "within": "4 hours"}]},
        {"targets": [{"what": "first-reply", "within": "PT4H"}]},
        {"targets": [{"what": "resolution", "within": "PT4H", "hours": "always"}] * 2},
        {"sla": "Support!"},
        {"effective_from": "2027-01-01T00:00:00Z", "effective_until": "2026-01-01T00:00:00Z"},
        {"scope": {"channels": ["pigeon"]}},
    ],
)
def test_a_body_that_says_nothing_sound_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        body(**changes)


def test_a_pause_that_reads_as_none_is_no_pause(world: World) -> None:
    opened_case(world, waiting=["yesterday", "2026-11-22T09:00:00Z/2026-11-21T09:00:00Z", "/"])
    found = case(world, CASE)
    assert found is not None
    assert found.times.waits == ()

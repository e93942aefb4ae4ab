"""What is paid for, offered and asked: it goes out at its time, and not against a hold."""

import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.refusals import Conflict
from ontology.identity import ThingId
from ontology.lifecycle import ActRefused
from ontology.record_values import RecordInvalid
from service import activities, holding, message_view
from service.activities import ActivityIn
from service.audiences import Audience, reached
from service.clock import StoppedClock
from service.committing import GateRefused
from service.holding import Placed, hold_all, keep_back
from service.message_content import read
from service.plurals import plural, singular
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
    state,
)

__all__ = ["prepared"]

CITY, STATE, COAST, FAR = "region/city", "region/state", "region/coast", "region/far"
FLOOD = ThingId("incident/flood")


@pytest.fixture
def world(prepared: Path, tmp_path: Path, worlds: Callable[..., World]) -> World:
    """The world of messages, with an incident in one region of another, and two elsewhere."""
    shutil.copytree(prepared, tmp_path / "bare")
    opened = worlds()
    where = {"jurisdiction": "US-NY", "timeZone": "America/New_York"}
    put(opened, "Region", COAST, name="Coast", **where)
    put(opened, "Region", STATE, name="State", withinRegion=COAST, **where)
    put(opened, "Region", CITY, name="City", withinRegion=STATE, **where)
    put(opened, "Region", FAR, name="Far away", **where)
    more = {"ownedBy": "team/crisis-office", "topic": ["flood"]}
    put(opened, "Incident", FLOOD, name="Flood", inRegion=[STATE], **more)
    act(opened, FLOOD, "open")
    put(opened, "Segment", "segment/commuters", name="Commuters")
    return opened


def planned(world: World, **changes: Any) -> ThingId:
    body = {
        "kind": "paid-post",
        "name": "Winter fares",
        "team": "team/communications",
        "starts_at": "2026-11-22T09:30:00Z",
        "ends_at": "2026-11-22T20:00:00Z",
    }
    event = activities.plan(world, ActivityIn.model_validate(body | changes), WRITER)
    world.catch_up()
    return event.subject


def held(world: World, incident: ThingId | None = FLOOD) -> Placed:
    placed = hold_all(world, "A second dam is cracking.", WRITER, incident=incident)
    world.catch_up()
    return placed


def told(world: World) -> list[str]:
    types = tuple(
        f"activity.{name}" for name in ("planned", "started", "held", "released", "ended")
    )
    return [one.type for one in world.ledger.read(0, types=types, limit=100)]


def test_it_begins_and_ends_by_itself_and_whoever_carries_it_out_is_told(
    world: World, clock: StoppedClock
) -> None:
    one = planned(world, external="campaign-7")
    for hours, then in ((1.1, "running"), (10.5, "ended")):
        clock.advance(clock.now() + timedelta(hours=hours))
        sweep(world, clock.now())
        assert state(world, one) == then
    assert told(world) == ["activity.planned", "activity.started", "activity.ended"]
    (event,) = world.ledger.read(0, types=("activity.started",), limit=9)
    assert event.data["external"] == "campaign-7"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"incident": FLOOD}, "it is about incident/flood"),
        ({"topics": ["flood"], "regions": [FAR]}, "it shares the topic 'flood'"),
        ({"regions": [STATE]}, "region/state is where"),
        ({"regions": [CITY]}, "region/city is where"),
        ({"regions": [COAST]}, "incident/flood happened in region/coast"),
        ({}, "it goes everywhere"),
        ({"incident": LATE, "regions": [CITY]}, "region/city is where"),
    ],
)
def test_what_reaches_those_who_are_affected_is_held_with_its_reason(
    world: World, changes: dict[str, Any], why: str
) -> None:
    one = planned(world, **changes)
    (found,) = held(world).held
    assert (found.thing, state(world, one)) == (one, "held")
    assert why in found.why
    (event,) = world.ledger.read(0, types=("activity.held",), limit=9)
    assert str(event.data["reason"]).startswith("A second dam is cracking. (")


@pytest.mark.parametrize("changes", [{"regions": [FAR]}, {"incident": LATE}])
def test_what_reaches_nobody_who_is_affected_goes_on(
    world: World, changes: dict[str, Any]
) -> None:
    one = planned(world, **changes)
    assert held(world).held == ()
    assert state(world, one) == "planned"
    planned(world, **changes)


def test_a_segment_with_one_customer_who_is_affected_is_affected(world: World) -> None:
    one = planned(world, regions=[FAR], segments=["segment/commuters"])
    assert held(world).held == ()
    put(world, "Customer", "customer/ann", inSegment="segment/commuters", affectedBy=[FLOOD])
    (found,) = held(world).held
    assert (found.thing, found.why) == (
        one,
        "segment/commuters holds customers whom incident/flood affects",
    )


def test_messages_and_activities_are_held_in_one_commit(world: World) -> None:
    message = approved(world, incident=FLOOD, acknowledges_harm=True)
    one, two = planned(world, kind="offer"), planned(world, kind="survey", regions=[CITY])
    before = world.ledger.head()
    placed = held(world)
    assert {found.thing for found in placed.held} == {message, one, two}
    events = world.ledger.range(before + 1, world.ledger.head() - before)
    assert len({event.recorded_at for event in events}) == 1
    assert state(world, placed.hold) == "standing"


def test_what_goes_out_by_itself_to_those_who_are_affected_is_held_whatever_it_is_about(
    world: World,
) -> None:
    ours, elsewhere, idle = (
        approved(world, incident=None, region=region) for region in (CITY, FAR, CITY)
    )
    within = approved(world, incident=None, region=CITY, audience="employees", channel="intranet")
    for one in (ours, elsewhere, within):
        act(world, one, "schedule", wait="PT2H")
    world.catch_up()
    assert {found.thing for found in held(world).held} == {ours}
    assert state(world, idle) == "approved"


def test_holding_once_more_is_the_same_hold(world: World) -> None:
    first = held(world)
    message = approved(world, incident=FLOOD, acknowledges_harm=True)
    second = held(world)
    assert (second.hold, [found.thing for found in second.held]) == (first.hold, [message])
    assert held(world, None).hold != first.hold


def test_a_second_hundred_is_another_commit_and_nothing_is_left_out(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holding, "AT_ONCE", 2)
    ones = {planned(world) for _ in range(5)}
    assert {found.thing for found in held(world).held} == ones
    assert {state(world, one) for one in ones} == {"held"}


def test_nothing_new_goes_out_against_a_hold_until_a_person_releases_it(world: World) -> None:
    one = planned(world)
    hold = held(world).hold
    for kind in ("paid-post", "offer", "survey"):
        with pytest.raises(ActRefused, match=f"{hold} stands"):
            planned(world, kind=kind)
    with pytest.raises(ActRefused, match=f"{hold} stands"):
        act(world, one, "release", CHIEF)
    with pytest.raises(ActRefused, match="needs the role"):
        act(world, hold, "release", LEGALLESS, reason="Over.")
    act(world, hold, "release", CHIEF, reason="The dam holds.")
    world.catch_up()
    act(world, one, "release", CHIEF)
    assert state(world, one) == "planned"
    planned(world, kind="survey")


LEGALLESS = type(WRITER)(id=ThingId("person/desk"), roles=WRITER.roles - CHIEF.roles)


def test_what_informs_goes_out_while_a_hold_stands_and_what_sells_does_not(world: World) -> None:
    hold = held(world, None).hold
    assert state(world, live(world)) == "live"
    advertisement = drafted(world, kind="advertisement", channel="advertising")
    (refusal,) = message_view.refusals(world, read(world.graph, advertisement))
    assert f"{hold} stands" in str(refusal)


def test_a_hold_that_stands_for_a_day_is_told(world: World, clock: StoppedClock) -> None:
    hold = held(world).hold
    clock.advance(clock.now() + timedelta(hours=25))
    sweep(world, clock.now())
    (alert,) = world.alerts_now().newest()
    assert alert.reason == f"{hold} has stood for a day: A second dam is cracking."


def test_what_was_held_ends_at_its_time_all_the_same(world: World, clock: StoppedClock) -> None:
    one = planned(world)
    held(world)
    clock.advance(clock.now() + timedelta(hours=12))
    sweep(world, clock.now())
    assert state(world, one) == "ended"


@pytest.mark.parametrize("times", [1, 3])
def test_what_is_released_after_its_start_begins_again_each_time(
    world: World, clock: StoppedClock, times: int
) -> None:
    one = planned(world)
    clock.advance(clock.now() + timedelta(hours=1))
    sweep(world, clock.now())
    for _ in range(times):
        hold = held(world).hold
        assert state(world, one) == "held"
        act(world, hold, "release", CHIEF, reason="The dam holds.")
        world.catch_up()
        act(world, one, "release", CHIEF)
        world.catch_up()
        clock.advance(clock.now() + timedelta(minutes=1))
        sweep(world, clock.now())
        assert state(world, one) == "running"
    assert told(world).count("activity.started") == times + 1
    assert world.due_now().lapsed(clock.now()) == ()


def test_what_an_incident_comes_to_affect_is_held_later(world: World) -> None:
    one = planned(world, regions=[FAR])
    held(world)
    assert keep_back(world) == 0
    more = {"ownedBy": "team/crisis-office", "topic": ["flood"]}
    put(world, "Incident", FLOOD, name="Flood", inRegion=[STATE, FAR], **more)
    world.catch_up()
    assert (keep_back(world), keep_back(world)) == (1, 0)
    assert state(world, one) == "held"


def test_a_plan_and_a_hold_at_the_same_moment_leave_nothing_out(
    world: World, worlds: Callable[..., World]
) -> None:
    other = worlds()
    with ThreadPoolExecutor(2) as pool:
        plans = pool.submit(many, other)
        placed = pool.submit(held, world)
        made, hold = plans.result(), placed.result()
    world.catch_up()
    assert {state(world, one) for one in made} <= {"held"}
    assert state(world, hold.hold) == "standing"


def many(world: World) -> list[ThingId]:
    made = []
    for _ in range(8):
        try:
            made.append(planned(world))
        except (ActRefused, Conflict):
            return made
    return made


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"ends_at": "2026-11-22T01:00:00Z"}, RecordInvalid, "has passed"),
        ({"ends_at": "2026-11-22T09:30:00Z"}, GateRefused, "ends before it begins"),
        ({"regions": ["region/none"]}, GateRefused, "does not stand"),
        ({"segments": ["segment/none"]}, GateRefused, "does not stand"),
        ({"team": "team/none"}, GateRefused, "does not stand"),
        ({"topics": ["#Flood"]}, RecordInvalid, "lower case"),
    ],
)
def test_what_does_not_fit_is_refused(
    world: World, changes: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        planned(world, **changes)


NAMES = st.frozensets(st.sampled_from([CITY, STATE, COAST, FAR]))
TOPICS = st.frozensets(st.sampled_from(["flood", "fares"]))


def test_who_reaches_more_is_never_less_affected(world: World) -> None:
    def audience(regions: frozenset[str], topics: frozenset[str]) -> Audience:
        return Audience(incident=None, regions=regions, topics=topics, segments=frozenset())

    @given(NAMES, NAMES, TOPICS, TOPICS)
    def holds(
        some: frozenset[str], more: frozenset[str], few: frozenset[str], many_: frozenset[str]
    ) -> None:
        less = reached(world, audience(some, few), FLOOD)
        wider = some | more if some else some  # no region at all is everywhere
        assert less is None or reached(world, audience(wider, few | many_), FLOOD) is not None

    holds()


@given(st.from_regex("[a-z]{2,12}", fullmatch=True))
def test_every_kind_has_a_collection_of_its_own(kind: str) -> None:
    assert singular(plural(kind), {kind}) == kind

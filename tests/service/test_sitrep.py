"""The sitrep: what was known then and nothing later, each line with its events, bounded."""

from datetime import datetime, timedelta

import pytest

from ontology.identity import ThingId
from service.clock import StoppedClock
from service.sitrep import Sitrep, SitrepRefused, sitrep
from service.sitrep_lines import MOST, Line, Part
from service.sitrep_text import lines
from service.world import World
from tests.service.test_messages import (
    CHIEF,
    HURT,
    LATE,
    act,
    approved,
    drafted,
    live,
    prepared,
    put,
)
from tests.service.test_press import INJURED, asked, release, world

__all__ = ["prepared", "world"]

INCIDENT = ThingId(LATE)
PROMISE = {"sentence": "We will say more by noon.", "due": "2026-11-22T12:00:00Z"}


def part(found: Sitrep, name: str) -> Part:
    return next(one for one in found.parts if one.name == name)


def says(found: Sitrep, name: str) -> str:
    return "\n".join(f"{one.says} {one.words or ''}" for one in part(found, name).lines)


def later(clock: StoppedClock, **span: int) -> datetime:
    clock.advance(clock.now() + timedelta(**span))
    return clock.now()


def test_every_line_names_events_that_were_recorded_by_then(
    world: World, clock: StoppedClock
) -> None:
    moments = [clock.now()]
    for step in (
        lambda: asked(world),
        lambda: live(world),
        lambda: put(world, "ClaimTopic", "claim-topic/signals", name="Signals"),
    ):
        later(clock, minutes=7)
        step()
        moments.append(clock.now())
    later(clock, minutes=7)
    for at in moments:
        found = sitrep(world, INCIDENT, at)
        assert found.size == world.ledger.sequence_at(at)
        for _, line in found.lines():
            assert line.events, line
            assert max(line.events) <= found.size, line


def test_what_is_recorded_later_changes_nothing_of_an_earlier_sitrep(
    world: World, clock: StoppedClock
) -> None:
    asked(world)
    message = live(world)
    at = later(clock, minutes=1)
    later(clock, minutes=1)
    before = sitrep(world, INCIDENT, at)
    act(world, message, "withdraw", CHIEF, reason="The number was wrong.")
    asked(world, "Harlem Post")
    put(world, "Incident", LATE, name="Another name", harm="injury", topic=["rails"])
    later(clock, hours=5)
    assert sitrep(world, INCIDENT, at) == before
    now = sitrep(world, INCIDENT)
    assert now != before
    assert now.name == "Another name"


def test_what_is_out_is_said_with_its_words_and_what_was_taken_back_without(
    world: World, clock: StoppedClock
) -> None:
    drafted(world, text="Nobody has read this draft.")
    message = live(world)
    assert "Trains stand still" in says(sitrep(world, INCIDENT), "said")
    assert "Nobody has read" not in "\n".join(lines(sitrep(world, INCIDENT)))
    later(clock, minutes=1)
    act(world, message, "withdraw", CHIEF, reason="The number was wrong.")
    found = sitrep(world, INCIDENT)
    assert "taken back" in says(found, "said")
    assert "Trains stand still" not in "\n".join(lines(found))


def test_a_claim_that_is_out_is_known_and_until_then_it_is_not(world: World) -> None:
    asked(world)
    assert "Injured people" in says(sitrep(world, INCIDENT), "unknown")
    text = "Four people were hurt near Harmon. We will say more by noon."
    act(world, approved(world, claims=[INJURED], text=text), "publish")
    found = sitrep(world, INCIDENT)
    assert "Injured people: 4 people" in says(found, "known")
    assert "nothing that is out speaks of it" not in says(found, "unknown")


def test_the_press_is_told_of_by_outlet_and_topic_never_by_name_or_words(world: World) -> None:
    asked(world)
    told = "\n".join(lines(sitrep(world, INCIDENT)))
    assert "Bronx Times asks about Injured people" in told
    for private in ("Rivera", "sam@", "How many people", "journalist/"):
        assert private not in told


def test_promises_stand_by_their_deadline_and_whether_they_were_kept(world: World) -> None:
    live(world, promises=[PROMISE])
    found = sitrep(world, INCIDENT)
    assert "still to be kept" in says(found, "promised")
    first = part(found, "next").lines[0]
    assert (first.words, first.due) == (
        PROMISE["sentence"],
        datetime.fromisoformat(PROMISE["due"]),
    )
    (promise,) = [one.thing for one in part(found, "promised").lines if one.words]
    act(world, ThingId(str(promise)), "keep", note="It went out at ten.")
    assert "kept" in {one.mark for one in part(sitrep(world, INCIDENT), "promised").lines}


def test_what_is_under_an_embargo_is_told_without_its_words(
    world: World, clock: StoppedClock
) -> None:
    _, _, early = release(world)
    act(world, early, "publish")
    world.catch_up()
    words = str(world.graph.get(early, "text"))
    found = sitrep(world, INCIDENT)
    assert "under embargo" in {one.mark for one in part(found, "said").lines}
    assert words not in "\n".join(lines(found))
    later(clock, days=1)
    world.catch_up()
    assert words in "\n".join(lines(sitrep(world, INCIDENT)))


def test_an_incident_that_was_merged_says_into_which(world: World) -> None:
    act(world, INCIDENT, "merge", into=HURT, reason="Same derailment.")
    assert "merged, into incident/hurt" in sitrep(world, INCIDENT).standing.says


def test_people_on_call_are_named_only_where_people_may_be_read(world: World) -> None:
    span = {"startsAt": "2026-11-22T00:00:00Z", "endsAt": "2026-11-23T00:00:00Z"}
    put(world, "OnCallShift", "shift/a", ofTeam="team/crisis-office", holder=CHIEF.id, **span)
    assert CHIEF.id in says(sitrep(world, INCIDENT), "who")
    unnamed = sitrep(world, INCIDENT, people=False)
    assert "person/" not in repr(unnamed)
    assert "one person is on call" in says(unnamed, "who")


def test_of_many_enquiries_some_are_shown_and_the_rest_counted(world: World) -> None:
    for number in range(MOST + 2):
        asked(world, f"Outlet {number}")
    found = part(sitrep(world, INCIDENT), "unknown")
    assert len(found.lines) == MOST
    assert found.left_out >= 2
    assert f"{found.left_out} more are left out" in "\n".join(lines(sitrep(world, INCIDENT)))


def test_a_long_part_is_cut_and_says_how_much_was_left_out() -> None:
    many = [Line(says=str(one), events=(1,)) for one in range(MOST + 7)]
    cut = Part.of("said", many, more=3)
    assert (len(cut.lines), cut.left_out) == (MOST, 10)


@pytest.mark.parametrize(
    ("incident", "at", "field"),
    [
        (LATE, timedelta(days=1), "at"),
        (LATE, timedelta(days=-400), "at"),
        ("incident/nowhere", None, "incident"),
        ("team/legal", None, "incident"),
        ("incident/\x00", None, "incident"),
    ],
)
def test_what_there_is_no_sitrep_of_is_refused_with_what_would_do(
    world: World, clock: StoppedClock, incident: str, at: timedelta | None, field: str
) -> None:
    moment = clock.now() + at if at is not None else None
    with pytest.raises(SitrepRefused) as refused:
        sitrep(world, ThingId(incident), moment)
    assert refused.value.field == field


def test_a_sitrep_records_nothing(world: World) -> None:
    live(world)
    head = world.ledger.head()
    sitrep(world, INCIDENT)
    assert world.ledger.head() == head

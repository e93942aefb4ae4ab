"""Who has read a guideline, who is reminded, who reviews it, and what is missing."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from ontology.identity import ThingId
from ontology.lifecycle import Actor, ActRefused, Role
from service import guideline_view
from service.acknowledging import acknowledge
from service.acts import remove_record
from service.clock import StoppedClock
from service.committing import ThingUnknown
from service.guideline_gaps import gaps
from service.guideline_owing import owing
from service.guideline_reminders import watch
from service.sweep import sweep
from service.world import World
from tests.service import test_guidelines as guidelines
from tests.service.conftest import START
from tests.service.test_guidelines import (
    DAY,
    HOUSE,
    LEAD,
    OTHER,
    approved,
    in_force,
    passes,
    proposed,
    read_and_say_so,
    writer,
)
from tests.service.test_messages import WRITER, act, drafted, put, state

prepared = guidelines.prepared
guided = guidelines.guided
world = guidelines.world


def alerts(world: World) -> list[tuple[str, str]]:
    return [(str(one.team), str(one.reason)) for one in world.alerts_now().newest()]


def test_everybody_owes_until_they_have_said_that_they_read_it(world: World) -> None:
    version = approved(world)
    one = world.guidelines().one(version)
    assert [*owing(world, one)] == ["person/ann", "person/ben"]
    read_and_say_so(world, "ann", version)
    assert [*owing(world, one)] == ["person/ben"]
    evidence = world.acknowledgements_now().of(one)[ThingId("person/ann")]
    assert (evidence.at, evidence.digest, evidence.version) == (START, one.digest, version)


def test_after_a_new_text_everybody_owes_again(world: World) -> None:
    read_and_say_so(world, "ann", approved(world))
    second = approved(world, text=OTHER)
    assert [*owing(world, world.guidelines().one(second))] == ["person/ann", "person/ben"]


def test_after_a_new_owner_of_the_same_text_nobody_does(world: World) -> None:
    read_and_say_so(world, "ann", approved(world))
    second = approved(world, owner="team/executive")
    assert [*owing(world, world.guidelines().one(second))] == ["person/ben"]


@pytest.mark.parametrize(
    ("actor", "digest", "words"),
    [
        (writer("ann"), "0" * 64, "is not the digest of"),
        (Actor(id=ThingId("system/crm"), roles=frozenset({Role.RESPONDER})), None, "no person"),
        (
            Actor(id=ThingId("person/ann"), roles=frozenset(), via=ThingId("system/crm")),
            None,
            "system/crm is no person",
        ),
    ],
)
def test_nobody_acknowledges_another_text_or_for_others(
    world: World, actor: Actor, digest: str | None, words: str
) -> None:
    version = approved(world)
    given = digest or world.guidelines().one(version).digest
    with pytest.raises(ActRefused, match=words):
        acknowledge(world, HOUSE, given, actor)


def test_saying_it_twice_is_saying_it_once(
    world: World, worlds: Callable[..., World], clock: StoppedClock
) -> None:
    version = approved(world)
    digest = world.guidelines().one(version).digest
    first = acknowledge(world, HOUSE, digest, writer("ann"))
    clock.advance(START + DAY)
    assert acknowledge(worlds(), HOUSE, digest, writer("ann")) == first


def test_many_at_once_are_all_heard(world: World, worlds: Callable[..., World]) -> None:
    version = approved(world)
    one = world.guidelines().one(version)
    both = [world, worlds()]

    def say(number: int) -> None:
        acknowledge(both[number % 2], HOUSE, one.digest, writer(f"w{number}"))

    with ThreadPoolExecutor(8) as pool:
        [*pool.map(say, range(40))]
    assert len(world.acknowledgements_now().of(one)) == 40


def test_nobody_acknowledges_what_is_not_in_force(world: World) -> None:
    version = proposed(world)
    digest = world.guidelines().one(version).digest
    with pytest.raises(ActRefused, match="no version of guideline/house is in force"):
        acknowledge(world, HOUSE, digest, writer("ben"))
    with pytest.raises(ThingUnknown):
        acknowledge(world, ThingId("guideline/none"), digest, writer("ben"))


def test_where_it_names_no_teams_those_who_speak_the_language_there_owe(world: World) -> None:
    put(
        world,
        "Team",
        "team/berlin",
        name="B",
        escalatesTo="team/executive",
        speaksLanguage=["de"],
        inRegion=["region/de"],
    )
    put(
        world,
        "Team",
        "team/paris",
        name="P",
        escalatesTo="team/executive",
        speaksLanguage=["fr"],
        inRegion=["region/de"],
    )
    put(
        world,
        "Team",
        "team/york",
        name="Y",
        escalatesTo="team/executive",
        speaksLanguage=["de"],
        inRegion=["region/us-ny"],
    )
    put(
        world,
        "Team",
        "team/roving",
        name="R",
        escalatesTo="team/executive",
        speaksLanguage=["de-AT"],
    )
    for name in ("berlin", "paris", "york", "roving"):
        put(world, "Person", f"person/{name}", memberOf=f"team/{name}")
    version = approved(world, teams=[], languages=["de"], regions=["region/europe"])
    there = owing(world, world.guidelines().one(version))
    assert [*there] == ["person/berlin", "person/roving"]


def test_who_has_written_under_it_owes_wherever_they_work(world: World) -> None:
    put(world, "Person", WRITER.id, memberOf="team/executive")
    version = approved(world)
    drafted(world)
    assert WRITER.id in owing(world, world.guidelines().one(version))


def test_teams_are_reminded_and_then_its_owner_is_told(world: World, clock: StoppedClock) -> None:
    version = approved(world, owner="team/executive", acknowledge_within="P8D")
    read_and_say_so(world, "ann", version)
    passes(world, clock, 6 * DAY)
    ((team, words),) = alerts(world)
    assert team == "team/speech"
    assert "waits to be read by 1 of its writers: person/ben, by 2026-11-30" in words
    passes(world, clock, 2 * DAY)
    (team, words), _ = alerts(world)
    assert team == "team/executive"
    assert "was not acknowledged in time by 1 of its writers: person/ben" in words
    passes(world, clock, 2 * DAY)
    assert len(alerts(world)) == 2


def test_where_all_have_read_it_nobody_is_reminded(world: World, clock: StoppedClock) -> None:
    version = approved(world)
    for name in ("ann", "ben"):
        read_and_say_so(world, name, version)
    passes(world, clock, 15 * DAY)
    assert alerts(world) == []


def test_an_overdue_review_goes_a_team_up_each_week_until_somebody_reviews_it(
    world: World, clock: StoppedClock
) -> None:
    version = approved(world, review_by=START + 30 * DAY, teams=["team/empty"])
    passes(world, clock, 30 * DAY)
    passes(world, clock, 7 * DAY)
    passes(world, clock, 7 * DAY)
    assert [team for team, _ in alerts(world)] == [
        "team/executive",
        "team/executive",
        "team/speech",
    ]
    assert state(world, version) == "review-due"
    assert in_force(world, clock.now()) == version
    again = clock.now() + 90 * DAY
    act(world, version, "review", LEAD, reviewBy=again.isoformat(), finding="It still holds.")
    assert state(world, version) == "in-force"
    assert world.guidelines().one(version).review_by == again
    passes(world, clock, 60 * DAY)
    assert len(alerts(world)) == 3
    passes(world, clock, 30 * DAY)
    assert alerts(world)[0][0] == "team/speech"


def test_a_review_names_a_moment_to_come(world: World) -> None:
    version = approved(world)
    with pytest.raises(ActRefused, match="has passed; name a moment to come"):
        act(world, version, "review", LEAD, reviewBy=START.isoformat(), finding="Fine.")


def test_many_sweeps_of_many_workers_remind_once(
    world: World, worlds: Callable[..., World], clock: StoppedClock
) -> None:
    approved(world)
    clock.advance(START + 11 * DAY)
    with ThreadPoolExecutor(3) as pool:
        all_of_them = [world, worlds(), worlds()]
        [*pool.map(lambda one: sweep(one, clock.now()), all_of_them)]
    assert len(alerts(world)) == 1


@pytest.mark.parametrize(
    ("gone", "teller", "why"),
    [
        ([], "team/speech", "team/empty has nobody any more"),
        (["team/empty"], "team/duty-officer", "team/empty is gone"),
    ],
)
def test_one_whose_owner_has_nobody_or_is_gone_is_told_upwards_once(
    world: World, worlds: Callable[..., World], gone: list[str], teller: str, why: str
) -> None:
    approved(world, owner="team/empty", teams=["team/speech"])
    for one in gone:
        remove_record(world, id=ThingId(one), actor=LEAD)
        world.catch_up()
    assert [watch(world), watch(world), watch(worlds())] == [1, 0, 0]
    ((team, words),) = alerts(world)
    assert team == teller
    assert why in words
    assert [one.gap for one in gaps(world)] == ["owner-gone"]


def test_one_that_is_owned_raises_no_alert(world: World) -> None:
    approved(world)
    assert watch(world) == 0


def test_the_gaps_name_what_is_stale_unread_and_alike(world: World, clock: StoppedClock) -> None:
    approved(world, review_by=START + 20 * DAY)
    approved(world, guideline="guideline/double", teams=["team/empty"])
    passes(world, clock, 20 * DAY)
    assert [(one.gap, one.about) for one in gaps(world)] == [
        ("review-due", HOUSE),
        ("unacknowledged", HOUSE),
        ("same-scope", "guideline/double"),
    ]


def test_customers_to_whom_nobody_knows_how_to_speak_are_a_gap(world: World) -> None:
    approved(world)
    put(world, "Customer", "customer/a", preferredLanguage="de", homeRegion="region/de")
    put(world, "Customer", "customer/b", preferredLanguage="de", homeRegion="region/de")
    put(world, "Customer", "customer/c", preferredLanguage="en")
    put(world, "Customer", "customer/d")
    (found,) = gaps(world)
    assert found.detail == "2 customers want to be spoken to in de in region/de"


def test_what_is_due_names_who_owes_and_what_is_reviewed(world: World) -> None:
    version = approved(world)
    read, review = guideline_view.due(world, None, START)
    assert isinstance(read, dict)
    assert isinstance(review, dict)
    assert (read["due"], read["people"]) == ("acknowledgement", ["person/ann", "person/ben"])
    assert (review["due"], review["version"], review["overdue"]) == ("review", version, False)
    (mine,) = guideline_view.due(world, ThingId("person/ann"), START + 20 * DAY)
    assert isinstance(mine, dict)
    assert (mine["people"], mine["overdue"]) == (["person/ann"], True)
    assert guideline_view.due(world, ThingId("person/eve"), START) == []

"""Guidelines: versions that nobody edits, in force by date, acknowledged, reviewed, owned."""

import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from knowledge.ledger import Ledger
from knowledge.refusals import Conflict, IdempotencyMismatch
from knowledge.sealing import KeyStore
from ontology.identity import ThingId
from ontology.lifecycle import Actor, ActRefused, Role
from ontology.record_values import RecordInvalid
from service import guidance, guideline_view, submitting
from service.acknowledging import acknowledge
from service.acts import remove_record
from service.clock import StoppedClock
from service.committing import GateRefused, ThingUnknown
from service.founding import found
from service.guideline_bodies import GuidelineIn
from service.guideline_gaps import gaps
from service.guideline_owing import owing
from service.guideline_proposing import propose
from service.guideline_reminders import watch
from service.message_content import read
from service.settings import Settings
from service.sweep import sweep
from service.world import World
from tests.service import test_messages as messages
from tests.service.conftest import START
from tests.service.test_messages import LAWYER, WRITER, act, drafted, put, state

HOUSE = ThingId("guideline/house")
TEXT = "1. Say what happened.\n   - Do: The train stands.\n   - Don't: Any inconvenience."
OTHER = TEXT.replace("Say", "Say first")
LEAD = Actor(id=ThingId("person/lead"), roles=frozenset({Role.GOVERNANCE}))
DAY = timedelta(days=1)
prepared = messages.prepared


@pytest.fixture(scope="module")
def guided(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of the messages with regions and people who write."""
    home = Path(shutil.copytree(prepared, tmp_path_factory.mktemp("guided") / "bare"))
    settings = Settings(home=home, language=False)
    keys = KeyStore.open(settings.keys_path)
    ledger = Ledger.open(
        settings.database_url, keys=keys, now=lambda: START, lock_path=home / "ledger.lock"
    )
    with closing(keys), closing(World(settings, ledger, keys, StoppedClock(START))) as world:
        found(world, with_sample=False, progress=lambda *_: None)
        zone = {"timeZone": "Europe/Berlin"}
        put(world, "Region", "region/europe", name="Europe", jurisdiction="EU", **zone)
        inside = {"withinRegion": "region/europe", **zone}
        put(world, "Region", "region/de", name="Germany", jurisdiction="DE", **inside)
        put(world, "Region", "region/us-ny", name="New York", jurisdiction="US-NY", **zone)
        put(world, "Team", "team/speech", name="Speech", escalatesTo="team/executive")
        put(world, "Team", "team/empty", name="Nobody", escalatesTo="team/speech")
        for name, team in (("ann", "speech"), ("ben", "speech"), ("eve", "executive")):
            put(world, "Person", f"person/{name}", memberOf=f"team/{team}")
    return home


@pytest.fixture
def world(guided: Path, tmp_path: Path, worlds: Callable[..., World]) -> World:
    shutil.copytree(guided, tmp_path / "bare")
    return worlds()


def writer(name: str) -> Actor:
    return Actor(id=ThingId(f"person/{name}"), roles=frozenset({Role.RESPONDER}))


def body(**changes: Any) -> GuidelineIn:
    said = {
        "guideline": HOUSE,
        "name": "House",
        "owner": "team/speech",
        "languages": ["en"],
        "teams": ["team/speech"],
        "because": "Readers asked for it.",
        "text": TEXT,
    }
    return GuidelineIn.model_validate(said | changes)


def proposed(world: World, **changes: Any) -> ThingId:
    event = propose(world, body(**changes), WRITER)
    world.catch_up()
    return event.subject


def approved(world: World, **changes: Any) -> ThingId:
    version = proposed(world, **changes)
    act(world, version, "approve", LAWYER)
    world.catch_up()
    return version


def in_force(world: World, at: datetime, guideline: ThingId = HOUSE) -> ThingId | None:
    world.catch_up()
    one = world.guidelines().in_force(guideline, at)
    return one.id if one is not None else None


def passes(world: World, clock: StoppedClock, by: timedelta) -> None:
    clock.advance(clock.now() + by)
    sweep(world, clock.now())
    world.catch_up()


def read_and_say_so(world: World, name: str, version: ThingId) -> None:
    digest = world.guidelines().one(version).digest
    acknowledge(world, HOUSE, digest, writer(name))


def alerts(world: World) -> list[tuple[str, str]]:
    return [(str(one.team), str(one.reason)) for one in world.alerts_now().newest()]


def test_a_version_holds_from_the_approval_of_a_second_person_on(
    world: World, clock: StoppedClock
) -> None:
    version = proposed(world)
    assert in_force(world, START) is None
    clock.advance(START + DAY)
    act(world, version, "approve", LAWYER)
    assert in_force(world, START) is None
    assert in_force(world, START + DAY) == version
    assert state(world, version) == "in-force"


def test_nobody_approves_what_they_proposed(world: World) -> None:
    version = propose(world, body(), LAWYER).subject
    world.catch_up()
    with pytest.raises(ActRefused, match="person/lawyer did 'propose'"):
        act(world, version, "approve", LAWYER)


def test_who_writes_at_the_front_can_propose_and_not_approve(world: World) -> None:
    version = propose(world, body(), writer("ann")).subject
    with pytest.raises(ActRefused, match="governance or legal"):
        act(world, version, "approve", WRITER)


def test_an_approved_one_takes_the_place_of_the_one_before(
    world: World, clock: StoppedClock
) -> None:
    first = approved(world)
    clock.advance(START + DAY)
    second = approved(world, text=OTHER)
    assert (state(world, first), state(world, second)) == ("replaced", "in-force")
    assert in_force(world, START + DAY / 2) == first
    assert in_force(world, START + DAY) == second
    assert world.graph.get(second, "revises") == first


def test_one_with_a_day_of_its_own_waits_for_it(world: World, clock: StoppedClock) -> None:
    first = approved(world)
    second = approved(world, text=OTHER, effective_from=START + 3 * DAY)
    assert state(world, second) == "approved"
    assert in_force(world, START + 2 * DAY) == first
    assert in_force(world, START + 3 * DAY) == second
    passes(world, clock, 3 * DAY)
    assert (state(world, first), state(world, second)) == ("replaced", "in-force")


def test_once_withdrawn_the_one_before_holds_again(world: World, clock: StoppedClock) -> None:
    first = approved(world)
    clock.advance(START + DAY)
    second = approved(world, text=OTHER)
    clock.advance(START + 2 * DAY)
    act(world, second, "withdraw", LEAD, reason="It hurt people.")
    assert (state(world, first), state(world, second)) == ("in-force", "withdrawn")
    assert in_force(world, START + DAY) == second
    assert in_force(world, START + 2 * DAY) == first


def test_one_for_a_while_ends_by_itself(world: World, clock: StoppedClock) -> None:
    first = approved(world)
    season = approved(world, text=OTHER, effective_until=START + 20 * DAY)
    assert in_force(world, START + DAY) == season
    passes(world, clock, 20 * DAY)
    assert (state(world, first), state(world, season)) == ("in-force", "ended")
    assert in_force(world, START + 20 * DAY) == first


def test_one_that_nobody_read_in_time_expires(world: World, clock: StoppedClock) -> None:
    version = proposed(world)
    passes(world, clock, 14 * DAY)
    assert state(world, version) == "expired"
    assert in_force(world, clock.now()) is None


def test_of_two_that_were_written_at_once_one_has_to_be_written_anew(world: World) -> None:
    approved(world)
    second, third = proposed(world, text=OTHER), proposed(world, text=TEXT + " Never.")
    act(world, third, "approve", LAWYER)
    with pytest.raises(ActRefused, match="house-3 was approved since; propose it again"):
        act(world, second, "approve", LAWYER)
    with pytest.raises(RecordInvalid, match="house-3 and is not 'guideline-version/house-1'"):
        proposed(world, revises="guideline-version/house-1")


def test_two_workers_never_give_one_number_twice(
    world: World, worlds: Callable[..., World]
) -> None:
    approved(world)
    both = [world, worlds()]
    with ThreadPoolExecutor(4) as pool:
        made = pool.map(lambda n: _tried(both[n % 2], n), range(8))
    versions = [one for one in made if one is not None]
    world.catch_up()
    assert len(versions) == len(set(versions)) == len(world.guidelines().of(HOUSE)) - 1


def _tried(world: World, number: int) -> ThingId | None:
    try:
        return propose(world, body(text=f"{TEXT} {number}"), WRITER).subject
    except Conflict:
        return None


def test_two_who_approve_two_versions_at_once_are_not_both_heard(
    world: World, worlds: Callable[..., World]
) -> None:
    first, second = proposed(world), proposed(world, text=OTHER)
    other = worlds()

    def approve(both: tuple[World, ThingId]) -> bool:
        try:
            act(both[0], both[1], "approve", LAWYER)
        except (ActRefused, Conflict):
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        done = [*pool.map(approve, [(world, first), (other, second)])]
    assert sum(done) == 1
    assert in_force(world, START) == (first if done[0] else second)


@pytest.mark.parametrize(
    ("changes", "pointer", "words"),
    [
        ({"text": "Be kind."}, "/text", "line 1: has no numbered principle"),
        ({"text": TEXT + "\n<b>x</b>"}, "/text", "line 4: '<b>x</b>' is HTML"),
        ({"acknowledge_within": "soon"}, "/acknowledge_within", "'soon' is no duration"),
        (
            {"effective_until": START - DAY},
            "/effective_until",
            "comes before it takes effect",
        ),
        (
            {"effective_from": START + 2 * DAY, "effective_until": START + DAY},
            "/effective_until",
            "comes before it takes effect",
        ),
        ({"review_by": START + DAY}, "/review_by", "before all have acknowledged it"),
        (
            {"review_by": START + 90 * DAY, "effective_until": START + 60 * DAY},
            "/review_by",
            "when it ends",
        ),
        ({"revises": "guideline-version/house-7"}, "/revises", "approved last is none"),
    ],
)
def test_what_can_not_be_a_guideline_is_refused(
    world: World, changes: dict[str, Any], pointer: str, words: str
) -> None:
    with pytest.raises(RecordInvalid) as refused:
        proposed(world, **changes)
    assert words in refused.value.errors[pointer]


@pytest.mark.parametrize(
    "changes",
    [
        {"guideline": "house"},
        {"guideline": "guideline/" + "x" * 101},
        {"guideline": "guideline/häuser"},
        {"name": ""},
        {"owner": "person/ann"},
        {"languages": ["deutsch!"]},
        {"regions": ["team/speech"]},
        {"audiences": ["everybody"]},
        {"channels": ["pigeon"]},
        {"text": "x" * 20_001},
        {"effective_from": "2026-11-23"},
        {"surprise": 1},
    ],
)
def test_a_body_that_does_not_fit_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(changes))):
        body(**changes)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"owner": "team/none"}, "owns the guideline does not stand"),
        ({"regions": ["region/none"]}, "region of the guideline does not stand"),
        ({"teams": ["team/none"]}, "has to acknowledge the guideline does not stand"),
    ],
)
def test_one_that_names_what_does_not_stand_is_refused(
    world: World, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(GateRefused, match=words):
        proposed(world, **changes)


def test_a_later_version_says_why(world: World) -> None:
    proposed(world, because=None)
    approved(world)
    with pytest.raises(RecordInvalid, match="say why guideline-version/house-2 is changed"):
        proposed(world, because=None)


def test_the_same_key_proposes_once(world: World) -> None:
    first = propose(world, body(), WRITER, idempotency="k")
    assert propose(world, body(), WRITER, idempotency="k") == first
    with pytest.raises(IdempotencyMismatch):
        propose(world, body(name="Other"), WRITER, idempotency="k")


def test_it_is_proposed_by_its_own_door_only(world: World) -> None:
    with pytest.raises(ActRefused, match="/v1/guidelines"):
        act(world, ThingId("guideline-version/bare"), "propose", digest="x")


def test_a_draft_names_the_version_in_force_and_keeps_it(
    world: World, clock: StoppedClock
) -> None:
    first = approved(world)
    message = drafted(world)
    assert world.graph.get(message, "underGuideline") == first
    clock.advance(START + DAY)
    second = approved(world, text=OTHER)
    submitting.submit(world, message, WRITER)
    act(world, message, "publish")
    assert state(world, message) == "live"
    assert world.graph.get(message, "underGuideline") == first
    told: Any = guidance.told(world, read(world.graph, message), WRITER.id)
    assert told["notices"][-1] == f"{second} is in force by now; what is written anew is under it"


def test_one_that_was_not_in_force_when_it_was_written_refuses_the_message(
    world: World, clock: StoppedClock
) -> None:
    first = approved(world)
    clock.advance(START + DAY)
    approved(world, text=OTHER)
    message = drafted(world, guideline=first)
    with pytest.raises(GateRefused, match="not in force when the text was written"):
        submitting.submit(world, message, WRITER)


def test_one_that_nobody_has_heard_of_refuses_the_draft(world: World) -> None:
    with pytest.raises(GateRefused, match="does not stand: leave it out"):
        drafted(world, guideline="guideline-version/none-1")


def test_one_that_is_withdrawn_later_refuses_nothing_that_was_written_before(
    world: World, clock: StoppedClock
) -> None:
    version = approved(world)
    message = drafted(world)
    clock.advance(START + DAY)
    act(world, version, "withdraw", LEAD, reason="It hurt people.")
    submitting.submit(world, message, WRITER)
    act(world, message, "publish")
    assert state(world, message) == "live"


def test_where_none_holds_nothing_is_refused_and_a_gap_is_told(world: World) -> None:
    approved(world, languages=["de"])
    message = drafted(world)
    told = guidance.told(world, read(world.graph, message), WRITER.id)
    assert told["version"] is None
    assert "no guideline holds for what is written in en to public on" in str(told["notices"])
    submitting.submit(world, message, WRITER)
    act(world, message, "publish")
    assert state(world, message) == "live"
    assert [(one.gap, one.about) for one in gaps(world)] == [("no-guideline", "en, everywhere")]


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


def test_the_difference_names_fields_principles_and_lines(world: World) -> None:
    first = approved(world)
    more = f"{TEXT}\n2. Say what you will do.\n   - ✓ We call.\n   - ✗ We try."
    second = proposed(world, text=more, regions=["region/de"], because="One was missing.")
    known = world.guidelines()
    found: Any = guideline_view.compared(world, known.one(first), known.one(second))
    assert found["because"] == "One was missing."
    assert found["fields"] == [{"name": "inRegion", "before": [], "after": ["region/de"]}]
    (principle,) = found["principles"]
    assert principle["before"] is None
    assert principle["after"]["dont"] == ["We try."]
    assert "+2. Say what you will do." in found["lines"]
    again = guideline_view.compared(world, known.one(first), known.one(first))
    assert (again["fields"], again["principles"], again["lines"]) == ([], [], [])


def test_a_world_that_is_opened_later_knows_it_too(
    world: World, worlds: Callable[..., World], clock: StoppedClock
) -> None:
    first = approved(world)
    clock.advance(START + DAY)
    second = approved(world, text=OTHER)
    other = worlds()
    assert (in_force(other, START), in_force(other, START + DAY)) == (first, second)


def test_numbers_rise_by_one(world: World) -> None:
    for n in range(4):
        approved(world, text=f"{TEXT} {n}")
    numbers = [one.number for one in world.guidelines().of(HOUSE)]
    assert all(after - before == 1 for before, after in pairwise(numbers))

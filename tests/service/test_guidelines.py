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
from service.clock import StoppedClock
from service.committing import GateRefused
from service.founding import found
from service.guideline_bodies import GuidelineIn
from service.guideline_gaps import gaps
from service.guideline_proposing import propose
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


def test_one_that_does_not_hold_for_it_is_told_and_not_refused(world: World) -> None:
    version = approved(world, languages=["de"])
    message = drafted(world, guideline=version)
    told: Any = guidance.told(world, read(world.graph, message), WRITER.id)
    assert told["why"] == "its author names it"
    assert "does not hold for en" in told["notices"][1]
    submitting.submit(world, message, WRITER)


def test_rules_may_ask_whether_the_author_has_read_it(world: World) -> None:
    version, message = approved(world), drafted(world)

    def stated() -> Any:
        content = read(world.graph, message)
        asked = submitting.request_of(world, content, WRITER)
        return asked.model_dump()["facts"]["request"].get("guideline_acknowledged")

    assert stated() is False
    read_and_say_so(world, "writer", version)
    assert stated() is True


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

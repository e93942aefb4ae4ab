"""What every employee may know now: what is live, nothing before its time, nothing taken back."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from ontology.identity import ThingId
from ontology.lifecycle import Role
from service import microsite
from service.app import create
from service.browser_sessions import LASTS, begin
from service.clock import StoppedClock
from service.microsite import About
from service.pages.entry import COOKIE
from service.permissions import PERMISSIONS, Open
from service.settings import Settings
from service.world import World
from tests.service.test_messages import CHIEF, LATE, act, approved, drafted, live, prepared
from tests.service.test_press import release, world

__all__ = ["prepared", "world"]


def about(world: World) -> About:
    world.catch_up()
    return next(one for one in microsite.now(world).incidents if one.id == LATE)


def test_a_draft_and_an_approved_message_say_nothing_until_they_are_out(world: World) -> None:
    drafted(world)
    message = approved(world)
    assert about(world).messages == ()
    act(world, message, "publish")
    assert [one.id for one in about(world).messages] == [message]
    assert about(world).line is not None


def test_what_is_taken_back_is_named_without_its_words_for_a_week(
    world: World, clock: StoppedClock
) -> None:
    message = live(world)
    act(world, message, "withdraw", CHIEF, reason="The number was wrong.")
    shown = about(world)
    assert (shown.messages, [one.id for one in shown.gone]) == ((), [message])
    clock.advance(clock.now() + timedelta(days=8))
    assert about(world).gone == ()


def test_an_embargo_holds_words_back_and_is_not_spoken_of(
    world: World, clock: StoppedClock
) -> None:
    _, _, early = release(world)
    act(world, early, "publish")
    shown = about(world)
    assert early not in {one.id for one in shown.messages}
    assert not {row["kind"] for row in shown.not_said} & {"embargo", "off-record"}
    clock.advance(clock.now() + timedelta(days=1))
    world.catch_up()
    assert early in {one.id for one in about(world).messages}


def test_no_person_is_named(world: World) -> None:
    live(world)
    assert "person/" not in repr(microsite.now(world))
    assert "customer/" not in repr(microsite.now(world))


def test_an_employee_reads_this_and_nothing_else() -> None:
    opened = {
        name
        for name, roles in PERMISSIONS.items()
        if not isinstance(roles, Open) and Role.EMPLOYEE in roles
    }
    assert opened == {"page_home.home", "page_sign_in.leave", "page_microsite.now"}


@pytest.fixture
def employee(world: World) -> FlaskClient:
    return signed_in(world, world.settings)


def signed_in(world: World, settings: Settings) -> FlaskClient:
    client = create(settings, world=world).test_client()
    ends = world.clock.now() + LASTS
    _, text = begin(world, ThingId("person/anybody"), frozenset({Role.EMPLOYEE}), ends=ends)
    client.set_cookie(COOKIE, text, domain="localhost", secure=False)
    return client


def test_who_has_it_already_is_told_so_until_something_changes(
    world: World, employee: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.pages.microsite._FRESH_MS", 0.0)
    first = employee.get("/now")
    assert first.status_code == 200
    assert first.headers["Cache-Control"] == "private, no-cache"
    again = employee.get("/now", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    message = live(world)
    changed = employee.get("/now", headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    assert str(world.graph.get(message, "text")) in changed.text


def test_an_employee_begins_there(employee: FlaskClient) -> None:
    assert employee.get("/").headers["Location"] == "/now"


def test_unsigned_readers_are_let_in_only_where_the_home_says_so(
    world: World, employee: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    employee.delete_cookie(COOKIE, domain="localhost")
    assert employee.get("/now").status_code == 303
    opened = world.settings.model_copy(update={"microsite_open": True})
    monkeypatch.setattr(world, "settings", opened)
    assert employee.get("/now").status_code == 200
    assert employee.get("/").status_code == 303


def test_words_are_text_whatever_they_hold(world: World, employee: FlaskClient) -> None:
    live(world, text="<script>alert(1)</script> Trains stand still. We will say more by noon.")
    shown = employee.get("/now").text
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert" in shown


@pytest.mark.parametrize("asked", ["en", "de, en;q=0.5", "*", "x" * 500, "", "de;q=banana"])
def test_any_language_may_be_asked_for(employee: FlaskClient, asked: str) -> None:
    assert employee.get("/now", headers={"Accept-Language": asked}).status_code == 200

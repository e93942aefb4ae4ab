"""Connectors: asked once for each placement, confirmed by receipts, and never twice."""

import shutil
import unicodedata
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.refusals import Conflict, IdempotencyMismatch
from ontology.events import Draft
from ontology.identity import Scope, ThingId
from ontology.lifecycle import ATTUNE, Actor, ActRefused, Role
from service.clock import StoppedClock
from service.committing import ThingUnknown
from service.connectors import Connector, standing
from service.handing_out import hand_out
from service.outgoing import DEAD
from service.placements import ASKED, Placement, digest_of, overtaken, read, words_of
from service.placing import name_of
from service.planning import Terms, plan_of
from service.plans import publish_together
from service.receipts import Receipt, Received, receive
from service.settling import MOST, Settling, following, waiting
from service.sweep import sweep
from service.webhooks import Webhook, creation
from service.world import World
from tests.service.conftest import START
from tests.service.test_messages import CHIEF, WRITER, act, approved, prepared, put, state

__all__ = ["prepared"]

WEB, PRESS = ThingId("connector/web"), ThingId("connector/press")
HOLDER = Actor(id=ThingId("system/web"), roles=frozenset({Role.RESPONDER}))
LEASE = timedelta(minutes=5)


@pytest.fixture
def world(prepared: Path, tmp_path: Path, worlds: Callable[..., World]) -> World:
    """Who writes and signs, and a connector for the website that asks for its work."""
    shutil.copytree(prepared, tmp_path / "bare")
    found = worlds()
    register(found, WEB)
    return found


@pytest.fixture
def settling(world: World) -> Iterator[Settling]:
    with closing(Settling(world)) as one:
        yield one


def connector(name: ThingId = WEB, **changes: Any) -> Connector:
    fields: dict[str, Any] = {
        "id": name,
        "name": "The website",
        "holder": HOLDER.id,
        "channels": frozenset({"website"}),
        "regions": frozenset(),
        "languages": frozenset(),
        "webhook": None,
        "since": START,
    }
    return Connector(**fields | changes)


def register(world: World, name: ThingId, **changes: Any) -> Connector:
    one, at = connector(name, **changes), world.clock.now()
    world.ledger.append([standing(one, event=world.ids("event"), actor=ATTUNE, at=at)])
    world.catch_up()
    return one


def published(world: World, *messages: ThingId, **terms: Any) -> ThingId:
    *_, begun = publish_together(world, messages, WRITER, terms=Terms(**terms))
    world.catch_up()
    return begun.subject


def out_on_web(world: World) -> Placement:
    """A statement that the website's connector was asked to post."""
    message = approved(world)
    published(world, message)
    return placement(world, message)


def placement(world: World, message: ThingId, of: ThingId = WEB) -> Placement:
    found = read(world.ledger, name_of(world, message, of))
    assert found is not None
    return found


def now(world: World, one: Placement) -> Placement:
    found = read(world.ledger, one.id)
    assert found is not None
    return found


def told(world: World, one: Placement, outcome: str, **changes: Any) -> Received:
    said: dict[str, Any] = {"placement": one.id, "outcome": outcome}
    if outcome == "posted":
        digest = digest_of(words_of(world.graph, one.message) or "")
        said |= {"external_id": "page-1", "url": "https://rail.example/1", "digest": digest}
    if outcome == "failed":
        said |= {"attempt": one.attempt, "reason": "Locked.", "retryable": True}
    mine = world.connectors.get(one.connector)
    assert mine is not None
    came = receive(world, mine, Receipt(**said | changes), HOLDER)
    world.catch_up()
    return came


def reasons(world: World) -> list[str]:
    return [str(one.reason) for one in world.alerts_now().newest()]


def passes(world: World, clock: StoppedClock, settling: Settling, by: timedelta) -> None:
    """Time goes by, and what the background does is done."""
    clock.advance(clock.now() + by)
    settling.step()
    world.catch_up()
    sweep(world, clock.now())
    world.catch_up()
    settling.step()
    world.catch_up()


# Who is asked


@pytest.mark.parametrize(
    ("changes", "regions", "language", "served"),
    [
        ({}, [], "en", True),
        ({"channels": frozenset({"press"})}, [], "en", False),
        ({"languages": frozenset({"en"})}, [], "en-US", True),
        ({"languages": frozenset({"en"})}, [], "eng", False),
        ({"languages": frozenset({"en-US"})}, [], "en", False),
        ({"regions": frozenset({"region/us"})}, ["region/ny", "region/us"], "en", True),
        ({"regions": frozenset({"region/us"})}, ["region/de"], "en", False),
        ({"regions": frozenset({"region/us"})}, [], "en", True),
        ({"removed": True}, [], "en", False),
    ],
)
def test_a_connector_serves_its_channels_regions_and_languages(
    changes: dict[str, Any], regions: list[str], language: str, *, served: bool
) -> None:
    assert connector(**changes).serves("website", regions, language) is served


def test_what_goes_out_asks_each_connector_that_it_is_for_and_no_other(world: World) -> None:
    register(world, PRESS, channels=frozenset({"press"}))
    both = ThingId("connector/mirror")
    register(world, both)
    message = approved(world)
    published(world, message)
    assert {placement(world, message, of).state for of in (WEB, both)} == {"going-out"}
    assert read(world.ledger, name_of(world, message, PRESS)) is None


def test_a_message_that_no_connector_is_for_goes_out_as_ever(world: World) -> None:
    message = approved(world, channel="letter")
    act(world, message, "publish")
    assert state(world, message) == "live"
    assert world.graph.of_type("Plan") == ()


def test_a_message_that_goes_out_alone_is_a_plan_of_one(world: World) -> None:
    message = approved(world)
    act(world, message, "publish")
    world.catch_up()
    assert plan_of(world, placement(world, message).plan).messages == (message,)


def test_a_connector_is_asked_in_the_words_that_were_approved(world: World) -> None:
    one = out_on_web(world)
    event = world.ledger.at(one.asked)
    assert event is not None
    assert event.data["text"] == words_of(world.graph, one.message)
    assert event.data["digest"] == digest_of(str(event.data["text"]))
    assert (event.data["do"], event.data["attempt"]) == ("post", 1)


def to_ann(world: World) -> Placement:
    """A reply that a connector for mail was asked to send."""
    register(world, PRESS, channels=frozenset({"mail"}))
    put(world, "Customer", "customer/ann", displayName="Ann")
    message = approved(
        world, kind="reply", audience="customer", channel="mail", addressee="customer/ann"
    )
    act(world, message, "publish")
    world.catch_up()
    return placement(world, message, PRESS)


def test_words_to_one_person_are_not_in_what_a_connector_is_asked(world: World) -> None:
    event = world.ledger.at(to_ann(world).asked)
    assert event is not None
    assert {"text", "subject", "digest"} & {*event.data} == set()


def test_where_the_words_were_erased_nobody_calls_them_altered(world: World) -> None:
    one = to_ann(world)
    world.ledger.erase(
        ThingId("customer/ann"), actor=WRITER.id, id="event/erased", reason="Asked for it."
    )
    world.catch_up()
    assert not told(world, one, "posted", digest=digest_of("Whatever.")).placement.altered


def test_a_connectors_webhook_is_told_of_its_own_work_only(world: World) -> None:
    hook = ThingId("webhook/1")
    made = creation(
        hook,
        url="https://cms.example/",
        types=[ASKED],
        event="event/hook",
        actor=ATTUNE,
        at=START,
        connector=PRESS,
    )
    world.ledger.append([made])
    one = out_on_web(world)
    event = world.ledger.at(one.asked)
    assert event is not None
    fields: dict[str, Any] = {"id": hook, "url": "", "since": 0, "created": START}
    mine, theirs = (Webhook(**fields, types=frozenset({"*"}), connector=of) for of in (WEB, PRESS))
    assert (mine.wants(event), theirs.wants(event)) == (True, False)


# Plans


def test_a_plan_is_out_when_every_connector_has_confirmed(
    world: World, settling: Settling
) -> None:
    register(world, PRESS, channels=frozenset({"press"}))
    web, press = approved(world), approved(world, channel="press", audience="press")
    plan = published(world, web, press)
    told(world, placement(world, web), "posted")
    settling.step()
    assert state(world, plan) == "going-out"
    told(world, placement(world, press, PRESS), "posted")
    settling.step()
    assert state(world, plan) == "out"


def test_a_plan_that_nobody_has_to_confirm_is_out(world: World, settling: Settling) -> None:
    plan = published(world, approved(world, channel="letter"))
    settling.step()
    assert state(world, plan) == "out"


def test_publishing_a_plan_again_gives_back_what_it_began_with(world: World) -> None:
    message, plan = approved(world), ThingId("plan/once")
    first = publish_together(world, [message], WRITER, plan=plan)
    assert publish_together(world, [message], WRITER, plan=plan) == first
    with pytest.raises(ActRefused):
        publish_together(world, [message], WRITER, plan=ThingId("plan/twice"))


def test_a_plan_does_not_begin_again_with_other_messages(world: World) -> None:
    plan = ThingId("plan/once")
    publish_together(world, [approved(world)], WRITER, plan=plan)
    with pytest.raises(IdempotencyMismatch):
        publish_together(world, [approved(world, text="Other words.")], WRITER, plan=plan)


def test_what_was_confirmed_in_time_alerts_nobody_however_late_that_is_seen(
    world: World, clock: StoppedClock, settling: Settling
) -> None:
    message = approved(world)
    plan = published(world, message)
    told(world, placement(world, message), "posted")
    clock.advance(clock.now() + timedelta(minutes=16))
    sweep(world, clock.now())
    settling.step()
    assert (state(world, plan), reasons(world)) == ("out", [])


def test_a_plan_published_by_two_workers_at_once_begins_once(
    world: World, worlds: Callable[..., World]
) -> None:
    message, plan = approved(world), ThingId("plan/once")
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(
            lambda here: publish_together(here, [message], WRITER, plan=plan), [world, worlds()]
        )
    assert first == second


def test_past_its_time_a_plan_is_incomplete_and_its_owner_is_told_once(
    world: World, clock: StoppedClock, settling: Settling
) -> None:
    plan = published(world, approved(world))
    passes(world, clock, settling, timedelta(minutes=14))
    assert state(world, plan) == "going-out"
    for _ in range(3):
        passes(world, clock, settling, timedelta(minutes=2))
    assert state(world, plan) == "incomplete"
    (alert,) = world.alerts_now().newest()
    assert alert.team == "team/crisis-office"
    assert "website through connector/web" in str(alert.reason)


def test_a_plan_may_have_a_time_and_an_owner_of_its_own(
    world: World, clock: StoppedClock, settling: Settling
) -> None:
    terms = {"within": timedelta(minutes=3), "team": ThingId("team/communications")}
    plan = published(world, approved(world), **terms)
    passes(world, clock, settling, timedelta(minutes=4))
    assert state(world, plan) == "incomplete"
    (alert,) = world.alerts_now().newest()
    assert alert.team == "team/communications"


def test_what_comes_after_all_completes_an_incomplete_plan(
    world: World, clock: StoppedClock, settling: Settling
) -> None:
    message = approved(world)
    plan = published(world, message)
    passes(world, clock, settling, timedelta(minutes=16))
    told(world, placement(world, message), "posted")
    settling.step()
    assert state(world, plan) == "out"


def test_a_failure_for_good_does_not_wait_for_the_deadline(
    world: World, settling: Settling
) -> None:
    message = approved(world)
    plan = published(world, message)
    told(world, placement(world, message), "failed", retryable=False, reason="No such page.")
    settling.step()
    assert state(world, plan) == "incomplete"
    assert "No such page." in reasons(world)[0]


def test_a_plan_that_compensates_takes_back_what_is_out_once(
    world: World, clock: StoppedClock, settling: Settling, worlds: Callable[..., World]
) -> None:
    register(world, PRESS, channels=frozenset({"press"}))
    web, press = approved(world), approved(world, channel="press", audience="press")
    plan = published(world, web, press, rule="compensate")
    told(world, placement(world, web), "posted")
    told(world, placement(world, press, PRESS), "failed", retryable=False)
    settling.step()
    assert state(world, plan) == "incomplete"
    other = worlds()
    clock.advance(clock.now() + timedelta(minutes=2))
    settling.close()
    for here in (world, other, world):
        with closing(Settling(here)) as one:
            one.step()
    assert {state(world, one) for one in (web, press)} == {"withdrawn"}
    assert state(world, plan) == "taking-back"
    asks = world.ledger.read(0, types=(ASKED,), limit=100)
    downs = [one.data["placement"] for one in asks if one.data["do"] == "take-down"]
    assert len(downs) == len(set(downs)) == 2
    for message, of in ((web, WEB), (press, PRESS)):
        told(world, placement(world, message, of), "taken-down")
    with closing(Settling(world)) as one:
        one.step()
    assert state(world, plan) == "taken-back"


def test_a_person_may_choose_otherwise_before_all_is_taken_back(
    world: World, clock: StoppedClock, settling: Settling
) -> None:
    message = approved(world)
    plan = published(world, message, rule="compensate")
    passes(world, clock, settling, timedelta(minutes=15))
    act(world, plan, "choose", rule="complete", reason="The words are out already.")
    passes(world, clock, settling, timedelta(hours=1))
    assert (state(world, plan), state(world, message)) == ("incomplete", "live")


def test_a_person_takes_a_whole_plan_back(world: World, settling: Settling) -> None:
    message = approved(world)
    plan = published(world, message)
    told(world, placement(world, message), "posted")
    settling.step()
    act(world, plan, "compensate", CHIEF, reason="The number was wrong.")
    assert state(world, message) == "withdrawn"
    assert placement(world, message).state == "being-taken-back"


def test_trying_again_asks_the_connector_again_and_waits_once_more(
    world: World, clock: StoppedClock, settling: Settling
) -> None:
    message = approved(world)
    plan = published(world, message)
    told(world, placement(world, message), "failed", retryable=False)
    settling.step()
    act(world, plan, "keep-trying", within="PT5M", reason="The site is back.")
    assert placement(world, message).attempt == 2
    passes(world, clock, settling, timedelta(minutes=6))
    assert len(reasons(world)) == 2


def test_nobody_begins_a_plan_by_an_act(world: World) -> None:
    told: dict[str, Any] = {"messages": ["message/x"], "rule": "complete", "within": "PT1M"}
    with pytest.raises(ActRefused, match="/v1/messages/publication"):
        act(world, ThingId("plan/x"), "begin", WRITER, **told)


# Receipts


def test_the_same_receipt_again_changes_nothing(world: World) -> None:
    one = out_on_web(world)
    first = told(world, one, "posted")
    head = world.ledger.head()
    again = told(world, one, "posted", at=START + timedelta(minutes=1))
    assert (first.known, again.known, again.event) == (False, True, first.event)
    assert world.ledger.head() == head


def test_the_same_receipt_to_two_workers_at_once_is_one_event(
    world: World, worlds: Callable[..., World]
) -> None:
    one = out_on_web(world)
    with ThreadPoolExecutor(2) as pool:
        came = [*pool.map(lambda here: told(here, one, "posted"), [world, worlds()])]
    assert len({str(found.event and found.event.id) for found in came}) == 1


def test_nobody_confirms_for_another_connector(world: World) -> None:
    one = out_on_web(world)
    other = register(world, PRESS, channels=frozenset({"press"}))
    with pytest.raises(ThingUnknown):
        receive(world, other, Receipt(placement=one.id, outcome="taken-down"), HOLDER)


@pytest.mark.parametrize("name", ["post", "fail", "take-down"])
def test_nobody_confirms_by_an_act(world: World, name: str) -> None:
    one = out_on_web(world)
    cases: dict[str, dict[str, Any]] = {
        "post": {"external_id": "x", "posted_at": "2026-11-22T08:30:00Z"},
        "fail": {"reason": "No.", "retryable": False},
        "take-down": {},
    }
    data = cases[name]
    with pytest.raises(ActRefused):
        act(world, one.id, name, WRITER, **data)


def test_other_words_than_approved_are_found_out(world: World) -> None:
    one = out_on_web(world)
    came = told(world, one, "posted", digest=digest_of("All is well."))
    assert came.placement.altered
    assert "is not what was approved" in reasons(world)[0]
    (posting,) = world.ledger.read(0, types=("posting.recorded",), limit=10)
    assert (posting.data["found"], posting.data["message"]) == ("altered", one.message)


def test_words_that_are_put_right_are_altered_no_more(world: World) -> None:
    one = out_on_web(world)
    told(world, one, "posted", digest=digest_of("All is well."))
    assert not told(world, one, "posted").placement.altered


def test_a_second_posting_is_found_out(world: World) -> None:
    one = out_on_web(world)
    told(world, one, "posted")
    told(world, one, "posted", external_id="page-2")
    assert "second posting" in reasons(world)[0]


def test_what_is_taken_down_though_nobody_asked_is_told(world: World) -> None:
    one = out_on_web(world)
    told(world, one, "posted")
    assert told(world, one, "taken-down").placement.state == "gone"
    assert "nobody asked" in reasons(world)[0]


def test_what_was_never_posted_is_not_taken_down(world: World) -> None:
    with pytest.raises(ActRefused, match="tell posted or failed first"):
        told(world, out_on_web(world), "taken-down")


def test_what_may_pass_is_asked_again_after_a_while(
    world: World, clock: StoppedClock, settling: Settling
) -> None:
    one = out_on_web(world)
    told(world, one, "failed")
    settling.step()
    assert now(world, one).state == "failed"
    passes(world, clock, settling, timedelta(minutes=1))
    again = now(world, one)
    assert (again.state, again.attempt) == ("going-out", 2)


def test_a_failure_of_an_attempt_that_was_overtaken_counts_no_more(world: World) -> None:
    one = out_on_web(world)
    act(world, one.id, "ask-again")
    late = told(world, one, "failed", reason="Still locked.")
    assert (late.event, late.placement.state) == (None, "going-out")


def test_what_is_replaced_is_posted_first_and_then_taken_down(world: World) -> None:
    one = out_on_web(world)
    told(world, one, "posted")
    work = str(world.graph.get(one.message, "versionOf"))
    later = approved(world, revises=one.message, work=work, text="Trains run again.")
    act(world, later, "publish")
    world.catch_up()
    new, old = placement(world, later), now(world, one)
    assert (old.state, old.do) == ("being-taken-back", "take-down")
    assert new.asked < old.asked


def test_what_should_be_gone_and_is_not_is_told(
    world: World, clock: StoppedClock, settling: Settling
) -> None:
    one = out_on_web(world)
    told(world, one, "posted")
    act(world, one.message, "withdraw", CHIEF, reason="Wrong.")
    passes(world, clock, settling, timedelta(minutes=16))
    assert "may still stand" in reasons(world)[0]


def test_what_can_not_be_taken_down_is_told_at_once(world: World) -> None:
    one = out_on_web(world)
    act(world, one.message, "withdraw", CHIEF, reason="Wrong.")
    world.catch_up()
    told(world, now(world, one), "failed", retryable=False, reason="It was printed.")
    assert "It was printed." in reasons(world)[0]


def test_what_was_posted_after_it_was_gone_is_asked_down_again(world: World) -> None:
    one = out_on_web(world)
    act(world, one.message, "withdraw", CHIEF, reason="Wrong.")
    told(world, one, "taken-down")
    came = told(world, one, "posted")
    assert (came.placement.state, came.placement.attempt) == ("being-taken-back", 3)
    assert "after it had been taken back" in reasons(world)[0]
    assert told(world, one, "taken-down").placement.state == "gone"


def test_a_person_who_has_seen_it_there_says_so(world: World, settling: Settling) -> None:
    one = out_on_web(world)
    act(world, one.id, "mark-out", CHIEF, reason="Read out at ten.")
    settling.step()
    assert state(world, one.plan) == "out"


@given(st.text(max_size=60), st.sampled_from(["\r\n", "\u00a0", "\t ", "  "]))
def test_white_space_makes_no_other_words(text: str, gap: str) -> None:
    assert digest_of(gap.join(text.split())) == digest_of(f"{gap}{text}\n")


@given(st.text(max_size=60), st.text(max_size=60))
def test_other_words_have_another_digest(one: str, other: str) -> None:
    plain = [" ".join(unicodedata.normalize("NFC", text).split()) for text in (one, other)]
    assert (digest_of(one) == digest_of(other)) is (plain[0] == plain[1])


# Work on lease


def work(world: World) -> list[Any]:
    mine = world.connectors.get(WEB)
    assert mine is not None
    return hand_out(world, mine, most=10, lease=LEASE)


def test_work_is_handed_out_once_until_its_lease_ends(world: World, clock: StoppedClock) -> None:
    one = out_on_web(world)
    (first,) = work(world)
    assert first["placement"] == one.id
    assert work(world) == []
    clock.advance(clock.now() + LEASE)
    (again,) = work(world)
    assert {k: v for k, v in again.items() if k != "leased_until"} == {
        k: v for k, v in first.items() if k != "leased_until"
    }


def test_two_who_ask_at_once_get_different_work(
    world: World, worlds: Callable[..., World]
) -> None:
    for channel in ("Trains stand.", "Trains stand still.", "Trains stand still near Harmon."):
        published(world, approved(world, text=channel))
    with ThreadPoolExecutor(2) as pool:
        shares = [*pool.map(work, [world, worlds()])]
    named = [one["placement"] for share in shares for one in share]
    assert len(named) == len(set(named)) == 3


def test_what_is_done_is_handed_out_no_more(world: World) -> None:
    told(world, out_on_web(world), "posted")
    assert work(world) == []


def test_a_drill_hands_out_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    out_on_web(world)
    monkeypatch.setattr(type(world), "outbound", property(lambda _: False))
    assert work(world) == []


# What follows by itself


def test_what_was_asked_anew_or_taken_back_is_not_delivered_any_more(world: World) -> None:
    one = out_on_web(world)
    event = world.ledger.at(one.asked)
    assert event is not None
    assert not overtaken(world.ledger, event)
    act(world, one.message, "withdraw", CHIEF, reason="Wrong.")
    world.catch_up()
    assert overtaken(world.ledger, event)
    down = world.ledger.at(now(world, one).asked)
    assert down is not None
    assert not overtaken(world.ledger, down)


def test_a_connector_that_is_removed_fails_at_once(world: World, settling: Settling) -> None:
    one = out_on_web(world)
    register(world, WEB, removed=True)
    settling.step()
    settling.step()
    assert now(world, one).state == "failed"
    assert state(world, one.plan) == "incomplete"


def test_an_address_that_is_gone_for_good_fails_at_once(world: World, settling: Settling) -> None:
    hook = ThingId("webhook/web")
    register(world, WEB, webhook=hook)
    one = out_on_web(world)
    dead = Draft(
        id="event/dead",
        type=DEAD,
        subject=hook,
        actor=ATTUNE,
        occurred_at=world.clock.now(),
        data={"event": one.asked, "attempt": 1, "status": 410},
        governed=False,
    )
    world.ledger.append([dead])
    settling.step()
    assert now(world, one).state == "failed"


def step_of(world: World, hook: str | None, after: timedelta, **changes: Any) -> str | None:
    one = replace(out_on_web(world), **changes)
    of = connector(webhook=ThingId(hook) if hook else None)
    step = following(one, of, gone=False, now=one.asked_at + after)
    return step[0] if step else None


@pytest.mark.parametrize(
    ("hook", "minutes", "changes", "wanted"),
    [
        ("webhook/1", 0.5, {}, None),
        ("webhook/1", 1, {}, "ask-again"),
        ("webhook/1", 1, {"leased_until": START + timedelta(hours=1)}, None),
        (None, 600, {}, None),
        ("webhook/1", 61, {"tried": MOST}, "fail"),
        ("webhook/1", 1, {"state": "being-taken-back"}, "press"),
        ("webhook/1", 99, {"state": "being-taken-back", "retryable": False}, None),
        ("webhook/1", 99, {"state": "failed", "retryable": False}, None),
        (None, 1, {"state": "failed", "retryable": True}, "ask-again"),
        (None, 999, {"state": "failed", "retryable": True, "tried": MOST}, None),
        ("webhook/1", 999, {"state": "out"}, None),
    ],
)
def test_what_follows_for_a_placement(
    world: World, hook: str | None, minutes: float, changes: dict[str, Any], wanted: str | None
) -> None:
    assert step_of(world, hook, timedelta(minutes=minutes), **changes) == wanted


@given(st.integers(min_value=1, max_value=1000))
def test_a_connector_is_given_ever_more_time_up_to_an_hour(tried: int) -> None:
    assert timedelta(minutes=1) <= waiting(tried) <= waiting(tried + 1) <= timedelta(hours=1)


def test_asking_again_in_two_workers_asks_once(
    world: World, clock: StoppedClock, worlds: Callable[..., World]
) -> None:
    one = out_on_web(world)
    told(world, one, "failed")
    clock.advance(clock.now() + timedelta(minutes=1))
    for here in (world, worlds()):
        with closing(Settling(here)) as settling:
            settling.step()
    asks = world.ledger.read(0, types=(ASKED,), subject=one.id, limit=10)
    assert [event.data["attempt"] for event in asks] == [1, 2]


def test_a_lease_that_somebody_else_took_is_a_conflict(world: World) -> None:
    one = out_on_web(world)
    work(world)
    draft = Draft(
        id="event/lease",
        type="placement.leased",
        subject=one.id,
        actor=ATTUNE,
        occurred_at=START,
        scopes=(Scope(one.id),),
        data={},
    )
    with pytest.raises(Conflict):
        world.ledger.append([draft], expected={Scope(one.id): one.asked})

"""Campaigns: who is in and why, sealed before they start, sent once, stopped by a hold."""

import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from knowledge.language.outdated import outdated
from knowledge.ledger import Ledger
from knowledge.measures.estimates import Unsuited
from knowledge.sealing import KeyStore
from ontology.identity import ThingId
from ontology.lifecycle import ActRefused
from ontology.record_values import RecordInvalid
from service import campaign_effects, campaign_plan, campaign_view, campaigns
from service.campaign_bodies import CampaignIn, CampaignReportIn
from service.campaign_contacts import often, sent
from service.campaigns import content, planned, send_due
from service.clock import StoppedClock
from service.holding import hold_all, keep_back
from service.onboarding import known_now
from service.onboarding_remedies import remedies
from service.problems import ProblemError
from service.recording import Body, put_records
from service.sealed_rows import RowsMissing, rows
from service.settings import Settings
from service.sweep import sweep
from service.world import World
from tests.service.conftest import START
from tests.service.test_messages import CHIEF, LATE, LAWYER, WRITER, act, prepared, put, state

__all__ = ["prepared"]

DAY = timedelta(days=1)
MANY = 60


@pytest.fixture(scope="module")
def crowded(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The world of messages with sixty customers who are affected, and some who are special."""
    home = tmp_path_factory.mktemp("campaigns") / "bare"
    shutil.copytree(prepared, home)
    settings = Settings(home=home, language=False)
    keys, clock = KeyStore.open(settings.keys_path), StoppedClock(START)
    lock = home / "ledger.lock"
    ledger = Ledger.open(settings.database_url, keys=keys, now=clock.now, lock_path=lock)
    with closing(keys), closing(World(settings, ledger, keys, clock)) as opened:
        put_records(opened, [*people()], actor=WRITER)
    return home


@pytest.fixture
def world(crowded: Path, tmp_path: Path, worlds: Callable[..., World]) -> World:
    shutil.copytree(crowded, tmp_path / "bare")
    return worlds()


def people() -> Iterator[Body]:
    for name in ("commuters", "visitors"):
        yield Body(type="Segment", id=ThingId(f"segment/{name}"), properties={"name": name})
    for n in range(MANY):
        segment = "segment/visitors" if n % 3 else "segment/commuters"
        yield from customer(n, inSegment=segment)
    yield from customer(900, bereaved=True)
    yield from customer(901, vulnerable=True)
    yield from customer(902, employee=True)
    yield from customer(903, optedOut=True, purposes=())
    yield from customer(904, purposes=())


def customer(
    n: int, purposes: tuple[str, ...] = ("marketing", "contact"), **said: Any
) -> Iterator[Body]:
    who = ThingId(f"customer/c{n}")
    usual = {"affectedBy": [LATE], "since": "2020-01-01"}
    yield Body(type="Customer", id=who, properties=usual | said)
    for purpose in purposes:
        begun = {"ofCustomer": who, "purpose": purpose, "validFrom": "2020-01-01T00:00:00Z"}
        one = ThingId(f"consent/c{n}-{purpose}")
        yield Body(type="Consent", id=one, properties={**begun})


def asked(**changes: Any) -> CampaignIn:
    body = {
        "name": "After the delay",
        "team": "team/communications",
        "affected": {"incident": LATE},
        "offers": [
            {"id": "ticket", "name": "A free ticket", "cost": 10, "worth": "20 + years"},
            {"id": "call", "name": "A call to listen", "kind": "invitation", "worth": "5"},
        ],
        "starts_at": (START + DAY).isoformat(),
        "ends_at": (START + 11 * DAY).isoformat(),
        "budget": 200,
        "currency": "USD",
        "per_day": 15,
        "control": {"share": 0.2},
    }
    return CampaignIn.model_validate(body | changes)


def drafted(world: World, **changes: Any) -> ThingId:
    event = campaigns.draft(world, asked(**changes), WRITER)
    world.catch_up()
    return event.subject


def approved(world: World, **changes: Any) -> ThingId:
    campaign = drafted(world, **changes)
    act(world, campaign, "approve", CHIEF)
    act(world, campaign, "approve", LAWYER)
    world.catch_up()
    return campaign


def passed(world: World, clock: StoppedClock, by: timedelta) -> None:
    clock.advance(clock.now() + by)
    sweep(world, clock.now())
    world.catch_up()


def test_everybody_is_in_or_out_for_a_reason(world: World) -> None:
    campaign = drafted(world)
    people = content(world, campaign)["people"]
    assert people["affected"] == MANY + 5
    assert people["in"] == MANY
    assert people["out"] == {"employee": 1, "in-need": 2, "no-consent": 1, "opted-out": 1}
    inside = campaign_view.why(world, campaign, ThingId("customer/c1"))
    assert inside["in"]
    assert inside["why"] == [f"affected by {LATE}"]
    grieving = campaign_view.why(world, campaign, ThingId("customer/c900"))
    assert not grieving["in"]
    assert "a person speaks with them" in grieving["out"]
    assert campaign_view.why(world, campaign, ThingId("customer/x"))["out"] == "not affected"


def test_the_plan_keeps_to_budget_days_and_one_offer_each(world: World) -> None:
    found = content(world, drafted(world))
    assert found["spent"] <= 200
    assert [one["people"] for one in found["offers"]] == [20, 28]
    assert max(found["days"]) <= 15
    assert sum(found["days"]) == found["served"] == 48
    assert found["arms"] == {"control": 12, "treated": 48}


def test_whoever_is_compared_gets_nothing_and_whoever_is_exempt_is_never_compared(
    world: World,
) -> None:
    spared = [f"customer/c{n}" for n in range(10)]
    exempt = [{"customers": spared, "because": "They were hurt."}]
    rows_of = planned(world, drafted(world, exempt=exempt, control={"share": 0.5}))
    assert {one.arm for one in rows_of if one.customer in spared} == {"exempt"}
    assert all(one.offer is None for one in rows_of if one.arm == "control")
    assert sum(one.arm == "control" for one in rows_of) == 25


def test_the_same_campaign_in_another_home_of_these_keys_is_the_same(world: World) -> None:
    one, other = (campaign_plan.plan(world, asked(), ThingId("campaign/x")) for _ in range(2))
    assert one == other


def test_two_others_approve_it_and_then_it_begins_by_itself(
    world: World, clock: StoppedClock
) -> None:
    campaign = drafted(world)
    with pytest.raises(ActRefused, match="did 'draft'"):
        act(world, campaign, "approve", WRITER)
    act(world, campaign, "approve", CHIEF)
    assert state(world, campaign) == "drafted"
    with pytest.raises(ActRefused, match="did so already"):
        act(world, campaign, "approve", CHIEF)
    act(world, campaign, "approve", LAWYER)
    assert state(world, campaign) == "approved"
    passed(world, clock, DAY)
    assert state(world, campaign) == "running"


def test_each_share_goes_out_once_a_day_apart(world: World, clock: StoppedClock) -> None:
    campaign = approved(world)
    passed(world, clock, DAY)
    assert send_due(world) == 1
    assert send_due(world) == 0
    passed(world, clock, DAY)
    assert send_due(world) == 1
    first, second = [*sent(world, campaign)]
    assert (first.data["people"], second.data["people"]) == (15, 15)
    assert set(often(world, 30).values()) == {1}
    assert len(often(world, 30)) == 30


def test_two_workers_send_a_share_once(
    world: World, worlds: Callable[..., World], clock: StoppedClock
) -> None:
    campaign = approved(world)
    passed(world, clock, DAY)
    other = worlds()
    assert send_due(world) + send_due(other) == 1
    assert len([*sent(world, campaign)]) == 1


def test_after_a_hold_no_two_shares_go_out_on_one_day(world: World, clock: StoppedClock) -> None:
    campaign = approved(world)
    passed(world, clock, DAY)
    send_due(world)
    hold = hold_all(world, "A second train.", WRITER, incident=ThingId(LATE)).hold
    world.catch_up()
    assert state(world, campaign) == "held"
    with pytest.raises(ActRefused, match="stands"):
        act(world, campaign, "release", LAWYER)
    passed(world, clock, 3 * DAY)
    assert send_due(world) == 0
    act(world, hold, "release", LAWYER, reason="It is over.")
    act(world, campaign, "release", LAWYER)
    passed(world, clock, timedelta(minutes=1))
    assert state(world, campaign) == "running"
    assert send_due(world) == 1
    assert send_due(world) == 0


def test_a_campaign_approved_while_a_hold_stands_is_held_before_it_begins(
    world: World, clock: StoppedClock
) -> None:
    hold_all(world, "A second train.", WRITER, incident=ThingId(LATE))
    campaign = approved(world)
    assert keep_back(world) == 1
    world.catch_up()
    assert state(world, campaign) == "held"
    passed(world, clock, DAY)
    assert send_due(world) == 0


def test_who_may_not_be_reached_any_more_is_passed_over_and_counted(
    world: World, clock: StoppedClock
) -> None:
    campaign = approved(world)
    first = [one.customer for one in planned(world, campaign) if one.day == 0]
    put(world, "Customer", first[0], affectedBy=[LATE], bereaved=True)
    taken_back = {"purpose": "marketing", "validFrom": "2020-01-01T00:00:00Z"}
    for purpose in ("marketing", "contact"):
        put(
            world,
            "Consent",
            f"consent/{first[1].partition('/')[2]}-{purpose}",
            ofCustomer=first[1],
            withdrawnAt="2026-11-22T09:00:00Z",
            **taken_back | {"purpose": purpose},
        )
    passed(world, clock, DAY)
    send_due(world)
    (event,) = sent(world, campaign)
    assert event.data["people"] == 13
    assert event.data["skipped"] == {"in-need": 1, "no-consent": 1}
    reached = {one[0] for one in campaign_view.share(world, campaign, 0)}
    assert not reached & {*first[:2]}


def test_nobody_is_contacted_more_often_than_allowed_by_all_campaigns_together(
    world: World, clock: StoppedClock
) -> None:
    usual = {"at_most": 1, "per_day": None, "control": {"none_because": "Too few."}}
    one, other = approved(world, **usual), approved(world, **usual)
    passed(world, clock, DAY)
    send_due(world)
    events = [*sent(world, one), *sent(world, other)]
    assert sum(int(str(event.data["people"])) for event in events) == MANY
    assert [one.data["skipped"] for one in events] == [{}, {"contacted": MANY}]
    assert set(often(world, 30).values()) == {1}
    third = content(world, drafted(world, **usual | {"at_most": 2}))
    assert third["people"]["in"] == MANY
    with_less = campaign_plan.plan(world, asked(at_most=1), ThingId("campaign/x")).content
    assert with_less["people"]["out"]["contacted"] == MANY


def test_limits_that_can_not_be_kept_are_refused_each_with_what_would_do(world: World) -> None:
    with pytest.raises(RecordInvalid) as refused:
        drafted(world, budget=50, cover=1.0, offers=[{"id": "a", "name": "A", "cost": 10}])
    assert {*refused.value.errors} == {"/budget", "/cover"}
    assert "430.00 more" in refused.value.errors["/budget"]


@pytest.mark.parametrize(
    ("offer", "place", "words"),
    [
        ({"when": {"age": "> 3"}}, "/offers/0/when/age", "customers have no 'age'"),
        ({"when": {"years": "> soon"}}, "/offers/0/when/years", "soon"),
        ({"worth": "30 +"}, "/offers/0/worth", "may name"),
        ({"worth": "years > 3"}, "/offers/0/worth", "not a number"),
        ({"worth": "name * 2"}, "/offers/0/worth", "name"),
    ],
)
def test_an_offer_that_can_not_be_read_is_refused_at_its_place(
    world: World, offer: dict[str, Any], place: str, words: str
) -> None:
    with pytest.raises(RecordInvalid) as refused:
        drafted(world, offers=[{"id": "a", "name": "A"} | offer])
    assert [*refused.value.errors] == [place]
    assert words in refused.value.errors[place]


@pytest.mark.parametrize(
    "changes",
    [
        {"control": {}},
        {"control": {"share": 0.1, "none_because": "x"}},
        {"affected": {}},
        {"ends_at": START.isoformat()},
        {"currency": None},
        {"offers": [{"id": "a", "name": "A"}] * 2},
        {"offers": []},
        {"budget": -1},
        {"per_day": 0},
    ],
)
def test_a_body_that_says_nothing_sound_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        asked(**changes)


def test_so_few_people_can_not_show_so_small_a_difference(world: World) -> None:
    with pytest.raises(RecordInvalid, match="60 people can't show a difference"):
        drafted(world, control={"base": 0.7, "detect": 0.02})


def test_a_campaign_that_reaches_nobody_is_refused(world: World) -> None:
    with pytest.raises(RecordInvalid, match="nobody"):
        drafted(world, affected={"incident": "incident/hurt"})


def test_offers_go_only_to_those_whom_their_rules_name(world: World) -> None:
    offers = [{"id": "a", "name": "A", "when": {"segment": "segment/commuters", "years": ">= 6"}}]
    served = [one for one in planned(world, drafted(world, offers=offers)) if one.offer]
    assert served
    assert all(int(one.customer.removeprefix("customer/c")) % 3 == 0 for one in served)


def test_it_is_drafted_by_its_own_door_only(world: World) -> None:
    with pytest.raises(ActRefused, match="POST /v1/campaigns"):
        act(world, ThingId("campaign/x"), "draft", WRITER, digest="0" * 64)


def test_the_same_key_drafts_once_and_rows_that_are_lost_are_told(
    world: World, tmp_path: Path
) -> None:
    one, other = (campaigns.draft(world, asked(), WRITER, idempotency="k") for _ in range(2))
    assert one == other
    for file in (tmp_path / "bare" / "rows").iterdir():
        file.unlink()
    with pytest.raises(RowsMissing, match="restore"):
        rows(world, str(content(world, one.subject)["rows"]))


def test_the_seed_of_the_draw_is_told_once_it_is_over(world: World) -> None:
    campaign = drafted(world)
    assert campaign_view.told(world, campaign, CHIEF.roles)["seed"] is None
    act(world, campaign, "cancel", CHIEF, reason="Refunds for all.")
    world.catch_up()
    shown = campaign_view.told(world, campaign, CHIEF.roles)
    assert hashlib.sha256(bytes.fromhex(shown["seed"])).hexdigest() == shown["seal"]


def test_it_ends_at_its_time_and_is_due_to_be_looked_at_later(
    world: World, clock: StoppedClock
) -> None:
    campaign = approved(world, measured_after=5)
    passed(world, clock, DAY)
    passed(world, clock, 10 * DAY)
    assert state(world, campaign) == "ended"
    passed(world, clock, 5 * DAY)
    assert datetime.fromisoformat(str(world.graph.get(campaign, "measureAt"))) <= clock.now()
    assert any("look at what it changed" in str(one) for one in reasons(world))


def test_its_offers_are_over_for_newcomers_once_no_campaign_makes_them(world: World) -> None:
    first, second = drafted(world), drafted(world, name="Once more")
    act(world, first, "cancel", CHIEF, reason="Refunds for all.")
    world.catch_up()
    assert [*remedies(world)] == []
    act(world, second, "cancel", CHIEF, reason="Refunds for all.")
    world.catch_up()
    known = known_now(world, "en")
    said = "Hand out free tickets.\n\nFree tickets were ended."
    at = world.clock.now()
    (found,) = outdated(said, "en", known, written=at, at=at, zone=ZoneInfo("UTC")) or ()
    assert (found.line, found.why, found.other, found.source) == (
        1,
        "ended",
        "free ticket",
        second,
    )


def reasons(world: World) -> list[Any]:
    return [one.data for one in world.ledger.read(0, types=("thing.acted",), limit=5_000)]


def test_what_it_changed_is_withheld_or_refused_where_nothing_can_show_it(
    world: World, clock: StoppedClock
) -> None:
    alone = drafted(world, control={"none_because": "Too few."})
    with pytest.raises(Unsuited, match="nobody was left alone"):
        campaign_effects.campaign(world, CampaignReportIn(campaign=alone), lambda *_: None)
    campaign = approved(world)
    with pytest.raises(Unsuited, match="reached nobody yet"):
        campaign_effects.campaign(world, CampaignReportIn(campaign=campaign), lambda *_: None)
    passed(world, clock, DAY)
    send_due(world)
    found = campaign_effects.campaign(world, CampaignReportIn(campaign=campaign), lambda *_: None)
    told = found.to_json()
    assert told["reached"] == 15
    assert told["effects"][0]["outcome"] == "stayed"
    assert all("withheld" in one["difference"] for one in told["effects"])
    assert any("intention to treat" in line for line in found.lines())
    assert len([*found.rows()]) == 1 + 3 * 4
    with pytest.raises(ProblemError):
        campaign_effects.campaign(world, CampaignReportIn(campaign="campaign/x"), lambda *_: None)

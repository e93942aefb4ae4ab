"""Silence: decided and recorded, never delivered; compared with what was really done."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.agreement import kappa
from ontology.events import Event, Json
from ontology.identity import ThingId
from ontology.lifecycle import Actor, ActRefused, Role
from service import desk, outcomes
from service.acts import propose
from service.alerting import Alerting
from service.clock import StoppedClock
from service.decision_bodies import DecisionRequest
from service.outcomes import OutcomeIn
from service.outgoing import Outgoing
from service.owing import followed
from service.problems import ProblemError
from service.silence import HOME, hushed, is_live, place
from service.silence_report import places, report
from service.webhooks import creation
from service.world import World
from tests.conftest import Door, key_for

OPERATOR = ThingId("person/operator")
CENTRE = ThingId("touchpoint/help-line")
TRAIN = "incident/2013-ny-train"
BEREAVED = {"system": "zendesk", "key": "1003"}


def turn(world: World, thing: ThingId, act: str, who: str = "ada") -> Event:
    actor = Actor(id=ThingId(f"person/{who}"), roles=frozenset({Role.GOVERNANCE}))
    data: dict[str, Json] = {"reason": "Beside the present process first."}
    event = propose(world, thing=thing, kind="silence", act=act, data=data, actor=actor)
    world.catch_up()
    return event


def go_live(world: World, thing: ThingId) -> None:
    turn(world, thing, "go-live", "ada")
    turn(world, thing, "go-live", "grace")


def ask(world: World, **more: Any) -> Event:
    body = {"touchpoint": CENTRE, "precedents": 0, **more}
    return desk.ask(world, DecisionRequest.model_validate(body), OPERATOR).event


def urgent(world: World, **more: Any) -> Event:
    """A decision that goes beyond the front line."""
    body = {"incident": TRAIN, "customer": BEREAVED, "facts": {"request": {"kind": "reply"}}}
    return ask(world, **{**body, **more})


def calm(world: World) -> Event:
    """A decision for the front line: all feeds are heard."""
    feeds = [{"id": feed, "status": "live"} for feed in world.roster().feeds]
    return ask(world, facts={"request": {"kind": "reply"}, "feed": feeds})


def told(world: World, decision: Event, minutes: float = 0, **said: Any) -> Event:
    at = decision.occurred_at + timedelta(minutes=minutes)
    body = OutcomeIn.model_validate({"at": at, **said})
    return outcomes.tell(world, decision, body, OPERATOR, idempotency=None)


def waiting(world: World) -> int:
    """How many deliveries wait for a webhook that wants everything."""
    box = Outgoing(hushed=lambda event: hushed(world.silence, world.ledger, event))
    for event in world.ledger.read(limit=10_000):
        box.apply(event)
    return len(box)


def listen(world: World) -> None:
    draft = creation(
        ThingId("webhook/a"),
        url="https://example.org/",
        types=["*"],
        event=world.ids("event"),
        actor=OPERATOR,
        at=world.clock.now(),
    )
    world.ledger.append([draft])


def test_everything_is_live_until_somebody_says_otherwise(world: World) -> None:
    assert is_live(urgent(world))
    assert world.silence.live(CENTRE)
    assert places(world) == []


def test_a_decision_at_a_silent_touchpoint_is_made_and_marked(world: World) -> None:
    turn(world, place(CENTRE), "silence")
    made = urgent(world)
    assert made.data["live"] is False
    assert made.data["tier"] != "frontline"
    assert is_live(ask(world, touchpoint=None))


def test_a_silent_decision_raises_no_tier_and_waits_in_no_queue(world: World) -> None:
    turn(world, place(CENTRE), "silence")
    before = world.incidents.get(ThingId(TRAIN))
    made = urgent(world, facts={"incident": {"severity": "extreme", "harm": "death"}})
    world.catch_up()
    assert world.incidents.get(ThingId(TRAIN)) == before
    assert world.due_now().get(ThingId(made.id)) is None


def test_a_silent_decision_alerts_nobody_and_owes_nothing(world: World) -> None:
    turn(world, place(CENTRE), "silence")
    made = urgent(world)
    alerting = Alerting(world)
    alerting.step()
    alerting.close()
    assert [*world.alerts_now().newest()] == []
    assert followed(world, made) == 0


def test_nothing_of_a_silent_touchpoint_is_delivered_also_not_after_it_went_live(
    world: World,
) -> None:
    turn(world, place(CENTRE), "silence")
    listen(world)
    urgent(world)
    assert waiting(world) == 0
    go_live(world, place(CENTRE))
    before = waiting(world)  # the acts of going live go out, as today
    ask(world)
    assert waiting(world) == before + 1


def test_a_silent_home_delivers_only_what_a_live_touchpoint_says(world: World) -> None:
    turn(world, HOME, "silence")
    turn(world, place(CENTRE), "silence")
    go_live(world, place(CENTRE))
    listen(world)
    ask(world, touchpoint=None)
    assert waiting(world) == 0
    urgent(world)
    assert waiting(world) == 1


def test_an_alert_of_a_live_touchpoint_goes_out_of_a_silent_home(world: World) -> None:
    turn(world, HOME, "silence")
    turn(world, place(CENTRE), "silence")
    go_live(world, place(CENTRE))
    listen(world)
    urgent(world)
    alerting = Alerting(world)
    alerting.step()
    alerting.close()
    assert waiting(world) > 1


def test_going_live_takes_two_people_and_can_be_taken_back(world: World) -> None:
    turn(world, place(CENTRE), "silence")
    first = turn(world, place(CENTRE), "go-live", "ada")
    assert first.data["waiting_for"] == 1
    with pytest.raises(ActRefused, match="did so already"):
        turn(world, place(CENTRE), "go-live", "ada")
    assert not world.silence.live(CENTRE)
    turn(world, place(CENTRE), "go-live", "grace")
    assert world.silence.live(CENTRE)
    turn(world, place(CENTRE), "silence")
    assert not world.silence.live(CENTRE)


def test_another_worker_sees_the_same_silence(
    world: World, open_world: Callable[..., World]
) -> None:
    turn(world, HOME, "silence")
    assert not open_world().silence.live(CENTRE)


def ways(found: dict[str, Any]) -> dict[str, int]:
    return {name: one["count"] for name, one in found["ways"].items() if one["count"]}


def test_the_report_tells_earlier_later_needless_missed(world: World) -> None:
    turn(world, place(CENTRE), "silence")
    clock = StoppedClock(world.clock.now())
    world.clock = clock  # type: ignore[misc]
    early = urgent(world)
    clock.advance(clock.now() + timedelta(hours=1))
    told(world, early, 30, tier="executive", team="team/communications")
    told(world, urgent(world), -20, tier="executive")
    told(world, urgent(world), tier="frontline")
    told(world, calm(world), -5, team="team/legal")
    told(world, calm(world), tier="frontline")
    urgent(world)
    found: dict[str, Any] = report(world, None, None)
    assert (found["decisions"], found["compared"]) == (6, 5)
    assert ways(found) == {
        "earlier": 1,
        "later": 1,
        "needless": 1,
        "missed": 1,
        "neither": 1,
    }
    assert found["lead_minutes"]["median"] == 5.0
    assert found["ways"]["missed"]["interval"][0] < 0.2 < found["ways"]["missed"]["interval"][1]
    (row,) = found["touchpoints"]
    assert (row["touchpoint"], row["live"]) == (CENTRE, False)
    legal = next(one for one in found["teams"] if one["team"] == "team/legal")
    assert legal["missed"] == 1


def test_a_report_of_nothing_says_nothing(world: World) -> None:
    found: dict[str, Any] = report(world, None, None)
    assert found["compared"] == 0
    assert found["kappa_called"] is None


@pytest.mark.parametrize(
    ("said", "where"),
    [({"team": "team/nobody"}, "/team"), ({"at": "2199-01-01T00:00:00Z"}, "/at")],
)
def test_an_impossible_outcome_is_refused_with_its_place(
    world: World, said: dict[str, str], where: str
) -> None:
    made = calm(world)
    with pytest.raises(ProblemError) as refused:
        outcomes.tell(world, made, OutcomeIn.model_validate(said), OPERATOR, idempotency=None)
    assert [fault.pointer for fault in refused.value.faults] == [where]


def test_the_words_of_an_outcome_go_with_the_customer(world: World) -> None:
    made = urgent(world)
    event = told(world, made, done="She was called back by her cousin.")
    customer = event.personal["done"]
    world.ledger.erase(customer, actor=OPERATOR, id="event/erase-1", reason="Asked for.")
    (left,) = outcomes.of(world, made.id)
    assert left.erased == {"done"}
    assert left.data.get("done") is None


def test_over_http_a_decision_says_whether_it_is_live_and_takes_outcomes(
    world: World, door: Door
) -> None:
    turn(world, place(CENTRE), "silence")
    made = door.post("/v1/decisions", {"touchpoint": CENTRE}).json
    assert made is not None
    assert made["live"] is False
    path = f"/v1/{made['id'].replace('decision/', 'decisions/')}/outcomes"
    once = {"Idempotency-Key": "outcome-1"}
    body = {"tier": "specialist", "team": "team/care-desk"}
    first = door.post(path, body, headers=once)
    again = door.post(path, body, headers=once)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json == again.json
    assert door.post(path, {"tier": "board"}, headers=once).status_code == 409
    listed = door.get(path).json
    assert listed is not None
    assert [one["tier"] for one in listed["items"]] == ["specialist"]
    assert door.post(path, {"tier": "emperor"}).status_code == 422
    assert door.post("/v1/decisions/none/outcomes", {}).status_code == 404
    found = door.get("/v1/silences/report").json
    assert found is not None
    assert found["compared"] == 1
    stands = door.get("/v1/silences").json
    assert stands is not None
    assert [one["touchpoint"] for one in stands["items"]] == [CENTRE]


def test_only_two_keys_of_their_own_let_a_touchpoint_go_live_over_http(
    world: World, door: Door
) -> None:
    path = "/v1/silences/at-help-line/acts"
    assert door.post(path, {"act": "silence", "data": {"reason": "Try."}}).status_code == 201
    live = {"act": "go-live", "data": {"reason": "It pages earlier."}}
    assert door.post(path, live).json["to"] == "silent"  # type: ignore[index]
    assert door.post(path, live).status_code in {403, 409, 422}
    other = Door(http=door.http, key=key_for(world, "person/grace", "governance"))
    done = other.post(path, live).json
    assert done is not None
    assert done["to"] == "live"


TABLES = st.integers(2, 4).flatmap(
    lambda size: st.lists(
        st.lists(st.integers(0, 40), min_size=size, max_size=size), min_size=size, max_size=size
    )
)


@given(TABLES, st.booleans())
def test_kappa_lies_in_its_interval_and_knows_no_first_judge(
    table: list[list[int]],
    graded: bool,  # noqa: FBT001 - drawn
) -> None:
    found, turned = kappa(table, graded=graded), kappa([*zip(*table, strict=True)], graded=graded)
    if found is None or turned is None:
        assert found is turned
        return
    assert found.low <= found.value <= found.high <= 1
    assert found.value == pytest.approx(turned.value)


@given(st.lists(st.integers(1, 40), min_size=2, max_size=5))
def test_judges_who_always_agree_have_a_kappa_of_one(counts: list[int]) -> None:
    table = [[n if i == j else 0 for j in range(len(counts))] for i, n in enumerate(counts)]
    found = kappa(table)
    assert found is not None
    assert found.value == pytest.approx(1)

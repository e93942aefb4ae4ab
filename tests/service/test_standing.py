"""Standing decisions: made again when what they stand on changes, once, and told only then."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from ontology.events import Event, Json
from ontology.identity import ThingId
from ontology.lifecycle import Actor, ActRefused, Role
from service import desk
from service.acts import propose, put_record
from service.clock import StoppedClock
from service.decision_bodies import DecisionRequest
from service.silence import place
from service.standing import DEBOUNCE, StandingDecisions
from service.subscribing import subscribe
from service.subscriptions import CHANGED
from service.sweep import sweep
from service.webhooks import creation, message
from service.world import World
from tests.conftest import Door
from tests.service.test_silence import waiting

OPERATOR = ThingId("person/operator")
TRAIN = ThingId("incident/2013-ny-train")
BEREAVED = {"system": "zendesk", "key": "1003"}
PERSON = Actor(id=ThingId("person/ada"), roles=frozenset({Role.REVIEWER, Role.RESPONDER}))
SETTER = Actor(id=ThingId("person/ada"), roles=frozenset({*Role}))


class Desk:
    """A world whose clock the test moves, and the one who watches in it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.clock = StoppedClock(world.clock.now())
        world.clock = self.clock  # type: ignore[misc]
        self.watcher = StandingDecisions(world)

    def ask(self, **more: Any) -> Event:
        body = {"incident": TRAIN, "precedents": 0, "subscribe": True, **more}
        return desk.ask(self.world, DecisionRequest.model_validate(body), OPERATOR).event

    def settle(self) -> int:
        """Look until nothing waits, a debounced minute at a time."""
        revised = self.watcher.step()
        for _ in range(4):
            self.clock.advance(self.clock.now() + DEBOUNCE)
            revised += self.watcher.step()
        return revised

    def changes(self) -> list[Event]:
        return [*self.world.ledger.read(types=(CHANGED,), limit=1_000)]

    def worse(self, **properties: Json) -> None:
        """The record of the incident says more."""
        known = self.world.graph.properties(TRAIN)
        keep = {
            name: [*values] if name in {"topic", "inRegion", "onPlatform"} else values[0]
            for name, values in known.items()
            if name in {"name", "topic", "inRegion", "onPlatform", "ownedBy", "onset"}
        }
        put_record(
            self.world,
            type="Incident",
            id=TRAIN,
            properties={**keep, **properties},
            actor=SETTER,
        )
        self.world.catch_up()

    def escalate(self, tier: str) -> None:
        act(self.world, TRAIN, "escalate", tier=tier)


def act(world: World, thing: ThingId, name: str, **data: Json) -> None:
    kind = thing.partition("/")[0]
    propose(world, thing=thing, kind=kind, act=name, data=data, actor=PERSON)
    world.catch_up()


@pytest.fixture
def here(world: World) -> Desk:
    return Desk(world)


def test_where_nothing_changes_nothing_is_told(here: Desk) -> None:
    here.ask()
    assert here.settle() == 0
    assert here.changes() == []


def test_a_higher_standing_tier_makes_the_decision_again_and_tells_the_difference(
    here: Desk,
) -> None:
    made = here.ask()
    here.settle()
    here.escalate("board")
    here.settle()
    (event,) = here.changes()
    assert event.data["revises"] == made.id
    assert event.data["tier"] == {"from": made.data["tier"], "to": "board"}
    difference, because = event.data["difference"], event.data["because"]
    assert isinstance(difference, dict)
    assert isinstance(because, dict)
    assert difference["tier"] == {"from": made.data["tier"], "to": "board"}
    new = here.world.ledger.by_id(str(event.data["decision"]))
    assert new is not None
    assert (new.data["revises"], new.data["tier"]) == (made.id, "board")
    assert desk.replay(here.world, new).identical


def test_the_newer_decision_stands_in_the_queue_and_the_older_one_no_more(here: Desk) -> None:
    made = here.ask()
    here.escalate("board")
    here.settle()
    (event,) = here.changes()
    due = here.world.due_now()
    assert due.get(ThingId(made.id)) is None
    assert due.get(ThingId(str(event.data["decision"]))) is not None


def test_a_fact_of_the_record_that_a_rule_asks_for_is_named_as_the_cause(here: Desk) -> None:
    here.ask()
    here.settle()
    here.worse(severity="extreme", harm="death", certainty="observed", peopleAtRisk=True)
    here.settle()
    because: Any = here.changes()[0].data["because"]
    told = {(one["fact"], one["field"]): one["to"] for one in because["facts"]}
    assert told["incident", "harm"] == "death"
    assert because["rules"]["fired"]


def test_a_decision_is_made_again_at_most_once_a_minute(here: Desk) -> None:
    here.ask()
    here.settle()
    here.escalate("executive")
    here.watcher.step()
    before = len(here.changes())
    here.escalate("board")
    here.watcher.step()
    assert len(here.changes()) == before
    here.settle()
    assert here.changes()[-1].data["tier"]["to"] == "board"  # type: ignore[index, call-overload]


def test_another_worker_or_a_restart_revises_nothing_twice(
    here: Desk, open_world: Callable[..., World]
) -> None:
    here.ask()
    here.escalate("board")
    here.settle()
    here.watcher.close()
    other = Desk(open_world())
    other.clock.advance(here.clock.now())
    other.settle()
    assert len(other.changes()) == 1


def test_what_changed_while_nobody_watched_is_found(
    here: Desk, open_world: Callable[..., World]
) -> None:
    here.ask()
    here.escalate("board")
    here.watcher.close()
    other = Desk(open_world())
    other.settle()
    assert len(other.changes()) == 1


def test_two_who_revise_the_same_decision_leave_one(
    here: Desk, open_world: Callable[..., World]
) -> None:
    here.ask()
    here.watcher.step()
    other = Desk(open_world())
    other.watcher._lease = here.watcher._lease  # type: ignore[misc] # noqa: SLF001 - as if it was lost
    other.watcher.step()
    here.escalate("board")
    other.world.catch_up()
    for one in (here, other):
        one.clock.advance(one.clock.now() + 2 * DEBOUNCE)
        one.watcher.step()
    assert len(here.changes()) == 1


def test_a_falling_figure_never_lowers_the_tier(here: Desk) -> None:
    here.ask(facts={"spread": {"window": "PT1H", "excess": 9.0}})
    here.escalate("board")
    here.settle()
    many = len(here.changes())
    here.worse(severity="minor", harm="none")
    here.settle()
    tiers = [event.data["tier"] for event in here.changes()[many:]]
    assert all(tier["to"] == "board" for tier in tiers)  # type: ignore[index, call-overload]


def test_a_stand_down_by_a_person_lowers_it(here: Desk) -> None:
    here.ask()
    here.escalate("board")
    here.settle()
    act(here.world, TRAIN, "stand-down", tier="specialist", reason="It is over.")
    here.settle()
    assert here.changes()[-1].data["tier"] != {"from": "board", "to": "board"}


def test_a_person_who_took_it_on_is_told_by_the_newer_one(here: Desk) -> None:
    made = here.ask()
    act(here.world, ThingId(made.id), "accept")
    here.escalate("board")
    here.settle()
    assert len(here.changes()) == 1


def test_a_decision_that_was_done_stays_done(here: Desk) -> None:
    made = here.ask()
    for name in ("accept", "finish"):
        act(here.world, ThingId(made.id), name)
    here.escalate("board")
    here.settle()
    from service.acts import standing

    assert standing(here.world, ThingId(made.id), "decision").state == "done"
    assert len(here.changes()) == 1


def test_erasure_ends_it(here: Desk) -> None:
    made = here.ask(customer=BEREAVED)
    here.watcher.step()
    customer = made.personal["decision"]
    here.world.ledger.erase(customer, actor=OPERATOR, id="event/erase-1", reason="Asked for.")
    here.world.catch_up()
    here.settle()
    (one,) = here.world.subscriptions_now().all()
    assert one.state == "ended"
    here.escalate("board")
    assert here.settle() == 0


def test_what_differs_about_a_customer_never_leaves(here: Desk) -> None:
    here.ask(customer=BEREAVED)
    here.escalate("board")
    here.settle()
    (event,) = here.changes()
    assert set(event.personal) == {"difference", "because"}
    assert b"because" not in message(event)
    assert b'"complete":false' in message(event)


def test_it_ends_when_its_time_is_over(here: Desk) -> None:
    here.ask()
    here.clock.advance(here.clock.now() + timedelta(days=2))
    sweep(here.world, here.clock.now())
    here.world.catch_up()
    (one,) = here.world.subscriptions_now().all()
    assert one.state == "expired"
    here.escalate("board")
    assert here.settle() == 0


def test_only_so_many_stand_and_the_answer_stands_without(
    open_world: Callable[..., World],
) -> None:
    here = Desk(open_world(subscriptions=1))
    assert here.ask().id
    made = here.ask()
    assert here.world.subscriptions_now().of(made.id) is None
    with pytest.raises(ActRefused, match="the most"):
        subscribe(here.world, made.id, "PT1H", PERSON)


@pytest.mark.parametrize(
    ("decision", "within", "words"),
    [("decision/none", "PT1H", "there is no"), (None, "P40D", "longer than 31 days")],
)
def test_what_can_not_be_watched_is_refused(
    here: Desk, decision: str | None, within: str, words: str
) -> None:
    made = here.ask(subscribe=False)
    with pytest.raises(ActRefused, match=words):
        subscribe(here.world, decision or made.id, within, PERSON)


def test_a_decision_is_subscribed_once(here: Desk) -> None:
    made = here.ask()
    with pytest.raises(ActRefused, match="subscribed already"):
        subscribe(here.world, made.id, "PT1H", PERSON)


def test_a_decision_about_a_place_can_not_be_watched(here: Desk) -> None:
    made = here.ask(subscribe=False, location={"lat": 40.8781, "lon": -73.9123})
    with pytest.raises(ActRefused, match="place, which is not kept"):
        subscribe(here.world, made.id, "PT1H", PERSON)


def test_what_the_caller_stated_stays_stated(here: Desk) -> None:
    made = here.ask(facts={"incident": {"allegation": "confirmed"}, "request": {"kind": "reply"}})
    here.escalate("board")
    here.settle()
    new = here.world.ledger.by_id(str(here.changes()[0].data["decision"]))
    assert new is not None
    values = [fact.values for fact in desk.facts_of(new) if fact.kind == "incident"]
    assert [one["allegation"] for one in values] == ["confirmed"]
    assert new.data["stated"] == made.data["stated"]
    kinds = [fact.values.get("kind") for fact in desk.facts_of(new) if fact.kind == "request"]
    assert kinds == ["reply"]


def test_a_change_is_delivered_where_it_counts_and_not_in_silence(here: Desk) -> None:
    draft = creation(
        ThingId("webhook/a"),
        url="https://example.org/",
        types=["decision.changed"],
        event=here.world.ids("event"),
        actor=OPERATOR,
        at=here.clock.now(),
    )
    here.world.ledger.append([draft])
    here.ask()
    here.ask(touchpoint="touchpoint/help-line")
    reason = {"reason": "Try."}
    silence = place(ThingId("touchpoint/help-line"))
    propose(here.world, thing=silence, kind="silence", act="silence", data=reason, actor=SETTER)
    here.escalate("board")
    here.settle()
    assert len(here.changes()) == 2
    assert waiting(here.world) == 1


def test_over_http_a_decision_is_subscribed_listed_and_ended(door: Door) -> None:
    made = door.post("/v1/decisions", {"incident": TRAIN, "precedents": 0}).json
    assert made is not None
    path = f"/v1/decisions/{made['id'].partition('/')[2]}/subscription"
    once = {"Idempotency-Key": "subscription-1"}
    first = door.post(path, {"within": "PT2H"}, headers=once)
    assert first.status_code == 201, first.json
    assert door.post(path, {"within": "PT2H"}, headers=once).json == first.json
    assert door.post(path, {}).status_code == 409
    listed = door.get("/v1/subscriptions").json
    assert listed is not None
    assert [one["decision"] for one in listed["items"]] == [made["id"]]
    shown = door.get(f"/v1/{listed['items'][0]['id'].replace('subscription/', 'subscriptions/')}")
    assert shown.json["current"] == made["id"]  # type: ignore[index]
    ended = door.post(f"{first.headers['Location']}/acts", {"act": "end"})
    assert ended.json["to"] == "ended"  # type: ignore[index]
    assert door.post("/v1/decisions/none/subscription", {}).status_code == 404
    assert door.post(path, {"within": "soon"}).status_code == 422
    assert door.get("/v1/subscriptions/none").status_code == 404


def test_over_http_a_request_subscribes_itself(door: Door) -> None:
    body = {"incident": TRAIN, "precedents": 0, "subscribe": True}
    made = door.post("/v1/decisions", body).json
    assert made is not None
    assert made["subscription"].startswith("subscription/")

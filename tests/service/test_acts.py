"""Acts and records: by lifecycle, through the gate, against whoever else is writing."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from knowledge.refusals import Conflict, IdempotencyMismatch
from ontology.events import Event, Json
from ontology.identity import ExternalKey, Scope, ThingId
from ontology.lifecycle import Actor, ActRefused, Role
from ontology.record_values import RecordInvalid
from service.acts import (
    GateRefused,
    ThingUnknown,
    propose,
    put_record,
    remove_record,
    standing,
)
from service.clock import new_id
from service.world import World

ADA = Actor(id=ThingId("person/ada"), roles=frozenset({Role.RESPONDER, Role.REVIEWER}))
FIRE, SMOKE = ThingId("incident/fire"), ThingId("incident/smoke")


def put(world: World, kind: str, name: str | None = None, /, **more: Any) -> Event:
    extra = {key: more.pop(key) for key in ("key", "idempotency") if key in more}
    thing = ThingId(name) if name else None
    return put_record(world, type=kind, properties=more, id=thing, actor=ADA, **extra)


def act(
    world: World,
    thing: ThingId,
    name: str,
    data: Mapping[str, Json] | None = None,
    **more: Any,
) -> Event:
    kind = thing.partition("/")[0]
    chosen = {"actor": ADA, **more}
    return propose(world, thing=thing, kind=kind, act=name, data=data or {}, **chosen)


def incident(world: World, thing: ThingId = FIRE) -> ThingId:
    put(world, "Incident", thing, name="Smoke in the tunnel", topic=["smoke"])
    act(world, thing, "suggest")
    return thing


def test_an_act_is_recorded_with_states_roles_and_deadlines(bare: World) -> None:
    event = act(bare, incident(bare), "confirm", {"reason": "Two riders report the same."})
    assert (event.data["from"], event.data["to"]) == ("candidate", "open")
    assert event.data["data"] == {"reason": "Two riders report the same."}
    assert event.data["roles"] == ["responder", "reviewer"]
    assert Scope(FIRE) in event.scopes


def test_the_state_follows_from_the_ledger_in_every_worker(
    worlds: Callable[..., World],
) -> None:
    first, second = worlds(), worlds()
    act(first, incident(first), "confirm")
    assert standing(second, FIRE, "incident").state == "open"
    second.catch_up()
    assert second.graph.state(FIRE) == "open"


def test_what_the_lifecycle_forbids_is_not_recorded(bare: World) -> None:
    incident(bare)
    head = bare.ledger.head()
    with pytest.raises(ActRefused, match="close goes from"):
        act(bare, FIRE, "close")
    assert bare.ledger.head() == head


def test_an_act_on_a_decision_that_was_never_made_is_unknown(bare: World) -> None:
    with pytest.raises(ThingUnknown, match="decision/never"):
        act(bare, ThingId("decision/never"), "accept")


def test_merging_shows_into_what_in_the_graph(bare: World) -> None:
    for thing in (FIRE, SMOKE):
        act(bare, incident(bare, thing), "confirm")
    act(bare, FIRE, "merge", {"into": SMOKE, "reason": "The same smoke."})
    bare.catch_up()
    assert bare.graph.state(FIRE) == "merged"
    assert bare.graph.get(FIRE, "mergedInto") == SMOKE


def test_nothing_merges_into_what_was_merged_itself(bare: World) -> None:
    for thing in (FIRE, SMOKE):
        act(bare, incident(bare, thing), "confirm")
    act(bare, FIRE, "merge", {"into": SMOKE, "reason": "The same smoke."})
    with pytest.raises(ActRefused, match="is merged"):
        act(bare, SMOKE, "merge", {"into": FIRE, "reason": "The other way round."})


def test_two_incidents_never_merge_into_each_other(worlds: Callable[..., World]) -> None:
    first, second = worlds(), worlds()
    for thing in (FIRE, SMOKE):
        act(first, incident(first, thing), "confirm")

    def merge(world: World, thing: ThingId, into: ThingId) -> str:
        try:
            act(world, thing, "merge", {"into": into, "reason": "The same smoke."})
        except (ActRefused, Conflict) as error:
            return type(error).__name__
        return "merged"

    with ThreadPoolExecutor(2) as pool:
        outcomes = [
            pool.submit(merge, first, FIRE, SMOKE),
            pool.submit(merge, second, SMOKE, FIRE),
        ]
    assert sorted(one.result() for one in outcomes) in (
        ["ActRefused", "merged"],
        ["Conflict", "merged"],
    )


def test_of_many_who_confirm_at_once_one_does(worlds: Callable[..., World]) -> None:
    workers = [worlds() for _ in range(4)]
    incident(workers[0])

    def confirm(world: World) -> bool:
        try:
            act(world, FIRE, "confirm")
        except (ActRefused, Conflict):
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(confirm, workers)) == 1


def test_the_same_key_and_act_give_the_first_event_back(bare: World) -> None:
    incident(bare)
    first = act(bare, FIRE, "confirm", {"reason": "Seen."}, idempotency="k")
    again = act(bare, FIRE, "confirm", {"reason": "Seen."}, idempotency="k")
    assert again.id == first.id


@pytest.mark.parametrize(
    ("name", "data"), [("dismiss", {"reason": "Seen."}), ("confirm", {"reason": "Other."})]
)
def test_the_same_key_with_another_act_is_refused(
    bare: World, name: str, data: dict[str, Json]
) -> None:
    incident(bare)
    act(bare, FIRE, "confirm", {"reason": "Seen."}, idempotency="k")
    with pytest.raises(IdempotencyMismatch):
        act(bare, FIRE, name, data, idempotency="k")


def test_retries_at_once_with_one_key_are_one_act(worlds: Callable[..., World]) -> None:
    workers = [worlds() for _ in range(4)]
    incident(workers[0])

    def confirm(world: World) -> str:
        return act(world, FIRE, "confirm", idempotency="k").id

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(confirm, workers))) == 1


def test_a_record_is_put_and_shown(bare: World) -> None:
    event = put(bare, "Segment", "segment/commuters", name="Commuters")
    bare.catch_up()
    assert event.subject == "segment/commuters"
    assert bare.graph.get(event.subject, "name") == "Commuters"


def test_the_same_record_twice_is_one_event(bare: World) -> None:
    first = put(bare, "Segment", "segment/commuters", name="Commuters")
    second = put(bare, "Segment", "segment/commuters", name="Commuters")
    assert first.sequence == second.sequence


def test_a_second_put_replaces_the_first(bare: World) -> None:
    put(bare, "Segment", "segment/commuters", name="Commuters")
    put(bare, "Segment", "segment/commuters", name="Riders")
    bare.catch_up()
    assert bare.graph.properties(ThingId("segment/commuters"))["name"] == ("Riders",)


def test_a_customer_is_found_again_by_the_callers_key_and_named_nowhere(bare: World) -> None:
    key = ExternalKey(system="zendesk", key="ticket-4711")
    first = put(bare, "Customer", key=key, displayName="Ada Example")
    second = put(bare, "Customer", key=key, vulnerable=True)
    assert first.subject == second.subject
    assert "4711" not in first.subject
    for file in bare.settings.home.rglob("*"):
        content = file.read_bytes() if file.is_file() else b""
        assert b"ticket-4711" not in content
        assert b"Ada Example" not in content


def test_a_property_may_name_a_thing_by_the_callers_key(bare: World) -> None:
    key: Json = {"system": "zendesk", "key": "1"}
    ada = put(bare, "Customer", key=ExternalKey(system="zendesk", key="1"), vulnerable=False)
    case = put(bare, "Case", "case/1", ofCustomer=key)
    bare.catch_up()
    assert bare.graph.get(case.subject, "ofCustomer") == ada.subject


def test_a_record_that_does_not_fit_its_type_is_refused_with_every_mistake(bare: World) -> None:
    with pytest.raises(RecordInvalid) as caught:
        put(bare, "Region", "region/x", colour="red", jurisdiction=7)
    assert len(caught.value.errors) == 2


def test_what_the_gate_refuses_is_recorded_as_a_refusal_without_its_values(bare: World) -> None:
    with pytest.raises(GateRefused) as caught:
        put(bare, "Touchpoint", "touchpoint/app", name="A secret name")
    assert caught.value.results
    (refusal,) = bare.ledger.read(types=("refusal.recorded",))
    assert refusal.subject == "touchpoint/app"
    assert not refusal.governed
    assert "A secret name" not in str(refusal.data)
    assert bare.ledger.read(types=("record.put",)) == ()


def test_a_removed_record_is_gone_and_can_not_be_removed_again(bare: World) -> None:
    thing = put(bare, "Segment", "segment/commuters", name="Commuters").subject
    remove_record(bare, id=thing, actor=ADA)
    bare.catch_up()
    assert not bare.graph.exists(thing)
    with pytest.raises(ThingUnknown):
        remove_record(bare, id=thing, actor=ADA)


def test_removing_again_with_the_same_key_gives_the_first_event(bare: World) -> None:
    thing = put(bare, "Segment", "segment/commuters", name="Commuters").subject
    first = remove_record(bare, id=thing, actor=ADA, idempotency="k")
    assert remove_record(bare, id=thing, actor=ADA, idempotency="k").id == first.id


def test_a_new_record_with_an_idempotency_key_is_made_once(bare: World) -> None:
    bare.ids = new_id
    first = put(bare, "Segment", name="Commuters", idempotency="k")
    again = put(bare, "Segment", name="Commuters", idempotency="k")
    assert first.subject == again.subject
    with pytest.raises(IdempotencyMismatch):
        put(bare, "Segment", name="Riders", idempotency="k")


def test_what_moves_at_every_attempt_ends_as_a_conflict(
    worlds: Callable[..., World],
) -> None:
    slow, quick = worlds(), worlds()
    incident(slow)
    caught_up = slow.catch_up
    moves = iter(range(99))

    def overtaken() -> None:
        caught_up()
        put(quick, "Incident", FIRE, name=f"Smoke {next(moves)}", topic=["smoke"])

    slow.catch_up = overtaken  # type: ignore[method-assign]  # a colleague who is always faster
    with pytest.raises(Conflict):
        act(slow, FIRE, "confirm")
    assert next(moves) == 3

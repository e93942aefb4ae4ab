import json
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ontology.identity import ThingId
from service import desk
from service.world import World
from tests.conftest import Door, key_for

ASKED = {
    "incident": "incident/2013-ny-train",
    "customer": {"system": "zendesk", "key": "1001"},
    "facts": {"request": {"kind": "reply", "audience": "customer"}},
}


def test_a_decision_says_tier_routes_requirements_and_is_recorded(
    door: Door, world: World
) -> None:
    answer = door.post("/v1/decisions", ASKED)
    assert answer.status_code == 201
    body = answer.get_json()
    assert body["decision"]["tier"] in desk.TIERS
    assert body["decision"]["routes"]
    assert body["unknown"] == []
    event = world.ledger.by_id(body["id"])
    assert event is not None
    assert event.sequence == body["sequence"]


def test_the_words_of_a_request_are_nowhere_in_the_ledger(door: Door, world: World) -> None:
    said = "My secret words about the train"
    body = door.post("/v1/decisions", ASKED | {"text": said}).get_json()
    event = world.ledger.by_id(body["id"])
    assert event is not None
    assert said not in json.dumps(dict(event.data))


def test_an_unknown_customer_gets_a_cautious_decision_and_is_listed(door: Door) -> None:
    asked = {"customer": {"system": "zendesk", "key": "nobody"}}
    answer = door.post("/v1/decisions", asked)
    assert answer.status_code == 201
    body = answer.get_json()
    assert body["unknown"] == ["customer zendesk:nobody"]
    assert desk.TIERS.index(body["decision"]["tier"]) >= desk.TIERS.index("specialist")


def test_cold_models_degrade_the_decision_instead_of_delaying_it(door: Door) -> None:
    body = door.post(
        "/v1/decisions", ASKED | {"text": "Still no news.", "max_wait_ms": 0}
    ).get_json()
    assert "language" in body["degraded"]


def test_a_replay_gives_every_byte_again(door: Door) -> None:
    body = door.post("/v1/decisions", ASKED).get_json()
    again = door.post(body["links"]["replay"])
    assert again.get_json() == {"id": body["id"], "identical": True}


def test_the_explanation_names_rules_facts_and_origins(door: Door) -> None:
    body = door.post("/v1/decisions", ASKED).get_json()
    told = door.get(body["links"]["explanation"]).get_json()
    assert "attune:" in json.dumps(told)
    assert told["text"]


def test_the_same_idempotency_key_gives_the_first_decision(door: Door) -> None:
    headers = {"Idempotency-Key": "8e03978e"}
    first = door.post("/v1/decisions", ASKED, headers=headers).get_json()
    second = door.post("/v1/decisions", ASKED, headers=headers).get_json()
    assert second["id"] == first["id"]
    assert second["decision"] == first["decision"]


def test_an_idempotency_key_with_another_request_is_refused(door: Door) -> None:
    headers = {"Idempotency-Key": "8e03978e"}
    door.post("/v1/decisions", ASKED, headers=headers)
    answer = door.post("/v1/decisions", {"incident": "incident/2013-ny-train"}, headers=headers)
    assert answer.status_code == 409
    assert answer.content_type == "application/problem+json"


def test_a_reference_of_the_wrong_kind_is_refused_with_its_pointer(door: Door) -> None:
    answer = door.post("/v1/decisions", {"customer": "team/legal"})
    assert answer.status_code == 422
    (fault,) = answer.get_json()["errors"]
    assert fault["pointer"] == "/customer"
    assert "team/legal" in fault["value"]
    assert fault["example"]


def test_a_fact_with_an_unknown_field_names_the_nearest(door: Door) -> None:
    answer = door.post("/v1/decisions", {"facts": {"request": {"audiense": "public"}}})
    assert answer.status_code == 422
    (fault,) = answer.get_json()["errors"]
    assert fault["pointer"] == "/facts/request/audiense"
    assert "audience" in fault["detail"]


def test_a_conclusion_can_not_be_stated_as_a_fact(door: Door) -> None:
    answer = door.post("/v1/decisions", {"facts": {"escalation": {"tier": "board"}}})
    assert answer.status_code == 422


def test_a_stated_fact_wins_over_the_record_and_keeps_both_origins(
    door: Door, world: World
) -> None:
    asked = {
        "incident": "incident/2013-ny-train",
        "facts": {"incident": {"cluster": "preventable"}},
    }
    body = door.post("/v1/decisions", asked).get_json()
    assert body["decision"]["cluster"] == "preventable"
    event = world.ledger.by_id(body["id"])
    assert event is not None
    facts = event.data["facts"]
    assert isinstance(facts, list)
    (incident,) = [f for f in facts if isinstance(f, dict) and f["kind"] == "incident"]
    assert {"source": "request", "ref": "/facts/incident"} in incident["origins"]  # type: ignore[operator]


def test_a_decision_raises_the_standing_tier_and_never_lowers_it(door: Door, world: World) -> None:
    body = door.post("/v1/decisions", ASKED).get_json()
    world.catch_up()
    incident = world.incidents.get(ThingId("incident/2013-ny-train"))
    assert incident is not None
    assert incident.tier == body["decision"]["tier"]
    calm = {"incident": incident.id, "facts": {"incident": {"harm": "none", "severity": "minor"}}}
    door.post("/v1/decisions", calm)
    world.catch_up()
    still = world.incidents.get(incident.id)
    assert still is not None
    assert still.tier == body["decision"]["tier"]


def test_no_policy_is_a_problem_that_says_so(open_world: Callable[..., World]) -> None:
    world = open_world()
    world.policies.history.clear()
    from service.policies import PolicyUnknown

    with pytest.raises(PolicyUnknown, match="attune init"):
        world.policies.current()


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    body=st.recursive(
        st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["facts", "text", "customer", "incident", "x"]), inner
            )
        ),
        max_leaves=6,
    )
)
def test_no_body_whatever_breaks_the_service(door: Door, body: object) -> None:
    answer = door.post("/v1/decisions", body)
    assert answer.status_code in {201, 400, 422}
    if answer.status_code != 201:
        assert answer.content_type == "application/problem+json"


@pytest.fixture
def trainer(door: Door, world: World) -> Door:
    return Door(http=door.http, key=key_for(world, "person/trainer", "trainer"))


def test_who_may_not_read_records_does_not_read_customers_in_decisions(
    door: Door, trainer: Door
) -> None:
    asked = {"customer": {"system": "zendesk", "key": "1003"}}
    made = door.post("/v1/decisions", asked).get_json()
    link = made["links"]["self"]
    assert "bereaved" in door.get(link).get_data(as_text=True)
    for shown in (
        trainer.get(link),
        trainer.get("/v1/decisions"),
        trainer.post("/v1/decisions", asked),
    ):
        assert shown.status_code in {200, 201}
        assert "bereaved" not in shown.get_data(as_text=True)
    for part in ("explanation", "counterfactuals", "picture", "why-not?rule=x"):
        assert trainer.get(f"{link}/{part}").status_code == 403


def test_decisions_about_nobody_are_open_to_every_role(door: Door, trainer: Door) -> None:
    made = door.post("/v1/decisions", {"incident": "incident/2013-ny-train"}).get_json()
    assert trainer.get(made["links"]["explanation"]).status_code == 200


def test_the_region_of_a_request_is_where_its_message_would_be_read(door: Door) -> None:
    message = {"kind": "statement", "public": True, "automatic": False, "admission": "none"}
    asked = {"region": "region/us-ny", "facts": {"request": message}}
    read = door.post("/v1/decisions", {"incident": ASKED["incident"], **asked}).get_json()
    assert "local-check" in {one["name"] for one in read["decision"]["requirements"]}

"""What rules are told of a customer is what is so now."""

from tests.conftest import Door

KEY = {"system": "zendesk", "key": "twice"}
YARD = {"name": "A flooded yard", "topic": ["yard"], "severity": "minor"}


def told(door: Door) -> dict[str, object]:
    made = door.post("/v1/decisions", {"customer": KEY}).get_json()
    facts = door.get(f"/v1/{made['id'].replace('decision/', 'decisions/')}").get_json()["facts"]
    (customer,) = [one["values"] for one in facts if one["kind"] == "customer"]
    return dict(customer)


def test_only_incidents_under_way_count_as_those_that_touch_a_customer(door: Door) -> None:
    over = {"type": "Incident", "id": "incident/over", "properties": dict(YARD)}
    assert door.post("/v1/records", over).status_code == 201
    touched = ["incident/2013-ny-train", "incident/over"]
    customer = {"type": "Customer", "key": KEY, "properties": {"affectedBy": touched}}
    assert door.post("/v1/records", customer).status_code == 201
    assert (told(door)["affected"], told(door)["incidents"]) == (True, 1)
    opened = door.post("/v1/incidents/over/acts", {"act": "open", "data": {"reason": "Again."}})
    assert opened.status_code == 201, opened.text
    assert told(door)["incidents"] == 2

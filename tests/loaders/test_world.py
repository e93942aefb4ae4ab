import re
from collections import Counter
from importlib.resources import files

import pytest

from loaders.world import PEOPLE, resolved, sample, sample_acts
from ontology.events import Json
from ontology.identity import ThingId, thing_id
from ontology.records import check, kind_of_type

WORLD = list(sample())
REFERENCE = re.compile(
    r"(team|region|platform|touchpoint|segment|incident|customer|person)/[\w.~-]+"
)


def named(body: dict[str, Json]) -> str:
    key = body.get("key")
    if isinstance(key, dict):
        return f"{kind_of_type(str(body['type']))} {key['system']}:{key['key']}"
    return str(body["id"])


def references(body: dict[str, Json]) -> set[str]:
    properties = body["properties"]
    assert isinstance(properties, dict)
    found = set()
    for name, value in properties.items():
        if name in PEOPLE and isinstance(value, dict):
            found.add(f"{PEOPLE[name]} {value['system']}:{value['key']}")
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, str) and REFERENCE.fullmatch(item):
                found.add(item)
    return found


def of(type_: str) -> list[dict[str, Json]]:
    return [body["properties"] for body in WORLD if body["type"] == type_]  # type: ignore[misc]


def test_the_sample_world_is_the_same_every_time() -> None:
    assert list(sample()) == WORLD


def test_every_record_stands_after_all_that_it_refers_to() -> None:
    known: set[str] = set()
    for body in WORLD:
        assert references(body) <= known, body
        known.add(named(body))


@pytest.mark.parametrize("type_", sorted({str(body["type"]) for body in WORLD}))
def test_every_record_fits_the_ontology(type_: str) -> None:
    for body in WORLD:
        if body["type"] == type_:
            properties = body["properties"]
            assert isinstance(properties, dict)
            named_by_id = resolved(properties, lambda kind, *_: ThingId(f"{kind}/somebody"))
            given = body.get("id")
            check(type_, named_by_id, id=str(given) if given else None)


def test_every_thing_stands_in_the_sample_once() -> None:
    counts = Counter(named(body) for body in WORLD)
    assert [name for name, count in counts.items() if count > 1] == []


def test_every_id_is_one_of_the_kind_of_its_type() -> None:
    for body in WORLD:
        if "id" in body:
            assert thing_id(str(body["id"])).startswith(kind_of_type(str(body["type"])) + "/")


def test_people_have_keys_and_no_ids_in_clear() -> None:
    people = [body for body in WORLD if body["type"] in {"Customer", "Person", "Account"}]
    assert all("key" in body and "id" not in body for body in people)


def test_no_id_gives_a_person_away() -> None:
    outside = {body["key"]["key"] for body in WORLD if body["type"] == "Customer"}  # type: ignore[call-overload, index]
    for body in WORLD:
        assert not outside & set(re.split(r"[^0-9]+", str(body.get("id", "")))), body


def test_at_least_two_hundred_customers_differ_in_what_they_need() -> None:
    customers = of("Customer")
    assert len(customers) >= 200
    assert len({c["displayName"] for c in customers}) == len(customers)
    for need in (
        "vulnerable",
        "bereaved",
        "minor",
        "optedOut",
        "influential",
        "employee",
        "press",
    ):
        assert 0 < sum(bool(c[need]) for c in customers) < len(customers) / 2


def test_every_team_but_the_board_escalates_and_none_in_a_circle() -> None:
    up = {b["id"]: b["properties"].get("escalatesTo") for b in WORLD if b["type"] == "Team"}  # type: ignore[union-attr]
    for team, above in up.items():
        seen, step = {team}, above
        while step is not None and step not in seen:
            seen.add(step)
            step = up[step]
        assert step is None
        assert "team/board" in seen


def test_every_team_has_somebody_on_call_some_day() -> None:
    assert {shift["ofTeam"] for shift in of("OnCallShift")} == {
        body["id"] for body in WORLD if body["type"] == "Team"
    }


@pytest.mark.parametrize(
    ("type_", "start", "end"),
    [
        ("Consent", "validFrom", "validUntil"),
        ("Consent", "validFrom", "withdrawnAt"),
        ("Case", "openedAt", "closedAt"),
        ("OnCallShift", "startsAt", "endsAt"),
        ("Agreement", "validFrom", "validUntil"),
    ],
)
def test_nothing_ends_before_it_begins(type_: str, start: str, end: str) -> None:
    for properties in of(type_):
        if end in properties:
            assert str(properties[start]) < str(properties[end]), properties


def test_the_incident_is_opened_by_an_act_and_no_record_sets_its_phase() -> None:
    assert [(a["thing"], a["act"]) for a in sample_acts()] == [
        ("incident/2013-ny-train", "open"),
        ("incident/2013-crew-rosters", "open"),
    ]
    assert all("phase" not in incident for incident in of("Incident"))


def test_people_are_named_by_id_once_their_keys_are_resolved() -> None:
    case = next(body for body in WORLD if body["type"] == "Case")
    properties = case["properties"]
    assert isinstance(properties, dict)
    out = resolved(properties, lambda kind, system, key: ThingId(f"{kind}/{system}-{key}"))
    assert str(out["ofCustomer"]).startswith("customer/zendesk-1")
    assert {n: v for n, v in out.items() if n != "ofCustomer"} == {
        n: v for n, v in properties.items() if n != "ofCustomer"
    }


def test_addresses_and_numbers_belong_to_nobody() -> None:
    text = files("loaders").joinpath("samples", "customers.jsonl").read_text(encoding="utf-8")
    assert not re.search(r"@(?!mail\.example\")", text)
    assert all("-555-01" in number for number in re.findall(r"\+1-[\d-]+", text))

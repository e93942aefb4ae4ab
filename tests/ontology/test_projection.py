from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ontology import vocabulary as v
from ontology.events import Event, Json
from ontology.identity import ThingId
from ontology.projection import (
    of_event,
    project,
    readers,
    resulting,
    sealed_with,
    term_of,
    value_of,
)
from ontology.records import check, example
from ontology.schema import schema

TEAM = ThingId("team/a")
RECORDABLE = sorted(name for name, kind in schema().types.items() if kind.recordable)


def shown(quads: tuple[object, ...]) -> dict[str, set[Json]]:
    found: dict[str, set[Json]] = {}
    for quad in quads:
        found.setdefault(v.local(quad.predicate), set()).add(value_of(quad.object))  # type: ignore[attr-defined]  # quads
    return found


def put(**properties: Json) -> dict[str, Json]:
    return {"type": "Team", "properties": properties}


@pytest.mark.parametrize("name", RECORDABLE)
def test_every_value_of_a_record_comes_back_from_its_triples(name: str) -> None:
    record = check(name, example(name))
    for word, value in {**record.properties, **record.personal}.items():
        prop = schema().types[name].properties[word]
        for item in value if isinstance(value, list) else [value]:
            term = term_of(prop, item)
            assert value_of(term) == item
            assert readers()[v.term(prop.term)][1](term.value) == item


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_double_comes_back_from_its_literal(number: float) -> None:
    prop = schema().types["KPI"].properties["target"]
    assert value_of(term_of(prop, number)) == number


def test_a_second_put_replaces_the_record_and_keeps_what_acts_set() -> None:
    incident = ThingId("incident/a")
    first = project("record.put", incident, {"type": "Incident", "properties": {"topic": ["a"]}})
    opened = project("thing.acted", incident, {"to": "open", "properties": {"tier": "board"}})
    second = project("record.put", incident, {"type": "Incident", "properties": {"name": "B"}})
    assert first is not None
    assert opened is not None
    assert second is not None
    quads = resulting(second, resulting(opened, resulting(first, ())))
    assert shown(quads) == {
        "type": {"Incident"},
        "name": {"B"},
        "phase": {"open"},
        "tier": {"board"},
    }


def test_an_act_replaces_the_state_and_its_own_properties_only() -> None:
    thing = ThingId("incident/a")
    first = project("thing.acted", thing, {"to": "open", "properties": {"tier": "board"}})
    second = project("thing.acted", thing, {"to": "recovery", "properties": {}})
    assert first is not None
    assert second is not None
    assert shown(resulting(second, resulting(first, ()))) == {
        "type": {"Incident"},
        "phase": {"recovery"},
        "tier": {"board"},
    }


def test_a_removed_record_leaves_nothing() -> None:
    change = project("record.put", TEAM, put(name="A"))
    gone = project("record.removed", TEAM, {})
    assert change is not None
    assert gone is not None
    assert resulting(gone, change.adds) == ()


def test_a_key_is_a_node_that_the_thing_owns_and_goes_with_the_record() -> None:
    keys: list[Json] = [{"system": "zendesk", "key": "7"}]
    change = project("record.put", TEAM, put(name="A") | {"keys": keys})
    assert change is not None
    assert shown(change.adds)["localKey"] == {"7"}
    again = project("record.put", TEAM, put(name="A"))
    assert again is not None
    assert set(shown(resulting(again, change.adds))) == {"type", "name"}


def test_an_erased_person_s_record_still_projects() -> None:
    event = Event(
        sequence=1,
        id="event/1",
        type="record.put",
        subject=ThingId("customer/a"),
        actor=ThingId("person/a"),
        occurred_at=datetime(2026, 1, 1, tzinfo=UTC),
        recorded_at=datetime(2026, 1, 1, tzinfo=UTC),
        scopes=(),
        data={"type": "Customer", "properties": {"press": True}, "personal": None},
        governed=True,
        leaf=b"",
        erased=frozenset({"personal"}),
    )
    change = of_event(event)
    assert change is not None
    assert set(shown(change.adds)) == {"type", "press"}


def test_erasing_drops_personal_triples_and_nothing_else() -> None:
    thing = ThingId("customer/a")
    data: dict[str, Json] = {"type": "Customer", "properties": {"press": True}}
    change = project("record.put", thing, data | {"personal": {"email": "a@example.org"}})
    erased = project("subject.erased", thing, {"reason": "asked"})
    assert change is not None
    assert erased is not None
    assert set(shown(resulting(erased, change.adds))) == {"type", "press"}


def test_things_are_sealed_under_customers_by_three_properties() -> None:
    assert sealed_with(ThingId("customer/a")) == {"accountOf", "addressee", "ofCustomer"}
    assert sealed_with(ThingId("person/a")) == set()


@pytest.mark.parametrize(
    ("type_", "subject"),
    [
        ("decision.made", "decision/a"),
        ("thing.acted", "decision/a"),
        ("thing.acted", "unicorn/a"),
        ("segment.committed", "segment/a"),
        ("policy.activated", "policy/active"),
        ("key.created", "key/a"),
        ("refusal.recorded", "team/a"),
    ],
)
def test_what_the_graph_does_not_show_changes_nothing(type_: str, subject: str) -> None:
    assert project(type_, ThingId(subject), {"to": "open", "properties": {}}) is None


def test_a_property_that_the_ontology_gave_up_is_passed_over() -> None:
    change = project("record.put", TEAM, put(name="A", motto="Ever onwards"))
    assert change is not None
    assert set(shown(change.adds)) == {"type", "name"}

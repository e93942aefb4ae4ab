from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ontology.identity import ExternalKey
from ontology.record_values import RecordInvalid
from ontology.records import check, example, kind_of_type, personal_of, type_of_kind
from ontology.schema import SchemaInvalid, read_schema, schema

RECORDABLE = sorted(name for name, kind in schema().types.items() if kind.recordable)
# What callers of other parts rely on: each type with its properties, besides those that acts set.
PROMISED = {
    "Customer": "displayName email phone vulnerable bereaved minor inSegment homeRegion "
    "preferredLanguage since optedOut affectedBy influential employee press reliesOn",
    "Account": "accountOf onPlatform handle displayName followers",
    "Consent": "ofCustomer purpose validFrom validUntil withdrawnAt",
    "Segment": "name",
    "Region": "name jurisdiction apologyProtection timeZone withinRegion localTeam alias",
    "Geofence": "name alias area radius inRegion localTeam languages topic template validFrom "
    "validUntil",
    "Case": "ofCustomer atTouchpoint aboutIncident openedAt closedAt summary reliesOn repliedAt "
    "waiting",
    "Work": "name aboutIncident audience",
    "ClaimTopic": "name aboutIncident measuredIn words",
    "Team": "name escalatesTo speaksLanguage trained inRegion load external atTier "
    "publicContact function quorum",
    "OnCallShift": "ofTeam holder startsAt endsAt",
    "Touchpoint": "name touchpointKind journeyStage empathySensitivity quiet ownedBy usesPlatform "
    "publicContact",
    "Platform": "name status access minutesToExhaustion accessExpires fallback lastResort "
    "reliesOn quota quotaWindow ownedBy",
    "Offer": "name onPlatform access quota quotaWindow",
    "Feed": "name observes samplingRate stallsAfter languages reliesOn endpoint timeline query "
    "postsPerRequest",
    "Incident": "name crisisType cluster severity certainty urgency harm peopleAtRisk "
    "customersAffected similarHistory priorReputation allegation internal colleaguesHurt onset "
    "ownedBy topic inRegion inGeofence onPlatform ofAccount",
    "Agreement": "topic agreementKind inRegion party validFrom validUntil partner permitsField "
    "permitsPurpose retention suspended fromSession signatory remindAt boundary forbidsClaim "
    "forbidsStrategy requiresStep "
    "requiresWithin bindsKind compensationLimit",
    "Calendar": "timeZone opens closes workingDay holiday inRegion holidaysOf staffedOn",
    "Person": "displayName memberOf",
    "KPI": "name accountable responsible consulted informed formula input source direction target "
    "unit measuredEvery",
    "Routing": "aboutIncident atTouchpoint inRegion languages topic toTeam relieves nextTeam "
    "external priority requiresTraining minimumAgents loadBound confirmWithin expiresAt",
    "Training": "trainee exercise passedAt validUntil",
    "Session": "name dilemma participant quorum inRegion",
    "Outlet": "name newsroom",
    "OnboardingDocument": "name ownedBy material language audience forRegion validFrom "
    "validUntil reviewBy",
}


def errors_of(name: str, properties: dict[str, Any], **more: Any) -> dict[str, str]:
    with pytest.raises(RecordInvalid) as refusal:
        check(name, properties, **more)
    return refusal.value.errors


@pytest.mark.parametrize(("name", "properties"), PROMISED.items())
def test_a_type_has_the_properties_that_callers_rely_on(name: str, properties: str) -> None:
    own = {p.name for p in schema().types[name].properties.values() if not p.by_act}
    assert own == set(properties.split())


def test_the_types_are_the_promised_ones() -> None:
    assert set(RECORDABLE) == set(PROMISED)


@pytest.mark.parametrize("name", RECORDABLE)
def test_the_examples_of_a_type_make_a_valid_record(name: str) -> None:
    record = check(name, example(name), id=f"{kind_of_type(name)}/example")
    assert {*record.properties, *record.personal} == set(example(name))


@pytest.mark.parametrize("name", RECORDABLE)
def test_a_checked_record_checks_to_itself(name: str) -> None:
    once = check(name, example(name))
    assert check(name, {**once.properties, **once.personal}) == once


def test_personal_values_are_set_apart() -> None:
    record = check("Customer", {"email": "a@example.org", "optedOut": True}, id="customer/a")
    assert dict(record.personal) == {"email": "a@example.org"}
    assert dict(record.properties) == {"optedOut": True}
    assert record.sealed_under == "customer/a"


def test_a_case_is_sealed_under_its_customer() -> None:
    record = check("Case", {"ofCustomer": "customer/a", "summary": "Late."}, id="case/1")
    assert record.sealed_under == "customer/a"


def test_a_record_without_personal_values_is_sealed_under_nobody() -> None:
    assert check("Case", {"ofCustomer": "customer/a"}, id="case/1").sealed_under is None


def test_the_data_of_the_event_leaves_out_what_is_empty() -> None:
    assert check("Segment", {"name": "A"}).data() == {
        "type": "Segment",
        "properties": {"name": "A"},
    }


def test_the_data_of_the_event_hold_keys() -> None:
    key = ExternalKey(system="zendesk", key="7")
    record = check("Team", {"name": "A"}, id="team/a", keys=[key])
    assert record.data()["keys"] == [{"system": "zendesk", "key": "7"}]


def test_the_data_of_the_event_hold_personal_values_apart() -> None:
    record = check("Case", {"summary": "Late."}, id="case/1")
    assert record.data() == {"type": "Case", "properties": {}, "personal": {"summary": "Late."}}


@pytest.mark.parametrize(
    ("name", "properties", "where", "words"),
    [
        (
            "Team",
            {"name": "A", "escalateTo": "team/b"},
            "escalateTo",
            "did you mean 'escalatesTo'",
        ),
        ("Team", {"name": "A", "zzz": 1}, "zzz", "known are atTier"),
        ("Team", {}, "name", "is missing; for example 'Crisis office'"),
        ("Team", {"name": ["A", "B"]}, "name", "is a list; give one value"),
        ("Team", {"name": ""}, "name", "is no text"),
        ("Team", {"name": "a\x00b"}, "name", "control characters"),
        ("Team", {"name": 5}, "name", "5 is no text"),
        ("Team", {"name": "A", "load": -1}, "load", "-1 is less than 0"),
        ("Team", {"name": "A", "load": "high"}, "load", "'high' is not a finite number"),
        ("Team", {"name": "A", "load": float("nan")}, "load", "nan is not a finite number"),
        ("Team", {"name": "A", "trained": "yes"}, "trained", "'yes' is not true or false"),
        ("Team", {"name": "A", "trained": 1}, "trained", "1 is not true or false"),
        ("Team", {"name": "A", "escalatesTo": "customer/a"}, "escalatesTo", "no id of a team"),
        ("Team", {"name": "A", "escalatesTo": "legal"}, "escalatesTo", "'team/executive'"),
        ("Team", {"name": "A", "atTier": "boardy"}, "atTier", "did you mean 'board'?"),
        ("Team", {"name": "A", "speaksLanguage": ["en", "English"]}, "speaksLanguage/1", "BCP 47"),
        ("Feed", {"observes": "platform/a", "samplingRate": 0}, "samplingRate", "not above 0"),
        ("Feed", {"observes": "platform/a", "samplingRate": 2}, "samplingRate", "more than 1"),
        ("Feed", {"observes": "platform/a", "stallsAfter": "15m"}, "stallsAfter", "PT15M"),
        ("Incident", {"tier": "board"}, "tier", "set by acts"),
        ("Incident", {"phase": "open"}, "phase", "set by acts"),
        ("Incident", {"topic": ["Brakes"]}, "topic/0", "lower case"),
        ("Incident", {"topic": ["#brakes"]}, "topic/0", "without '#'"),
        ("Incident", {"onset": "2013-12-01T12:20:00"}, "onset", "with offset"),
        ("Region", {"timeZone": "Europe/Atlantis"}, "timeZone", "no time zone"),
        ("Region", {"timeZone": "../../etc/passwd"}, "timeZone", "no time zone"),
        ("Region", {"jurisdiction": "New York"}, "jurisdiction", "ISO 3166"),
        ("KPI", {"name": "A", "accountable": "customer/a"}, "accountable", "team or person"),
        ("Agreement", {"topic": ["a", "b"]}, "topic", "is a list"),
        ("Customer", {"since": "2016-13-01"}, "since", "2026-11-22"),
        ("Customer", {"affectedBy": ["incident/a"] * 1001}, "affectedBy", "at most 1000"),
    ],
)
def test_a_wrong_value_is_quoted_where_it_stands_beside_a_valid_one(
    name: str, properties: dict[str, Any], where: str, words: str
) -> None:
    errors = errors_of(name, properties)
    assert words in errors[f"/properties/{where}"]


def test_all_errors_come_at_once() -> None:
    bad = {"name": 1, "load": -1, "speaksLanguage": ["English", "en", "Deutsch"], "colour": "red"}
    assert set(errors_of("Team", bad, id="customer/a")) == {
        "/id",
        "/properties/name",
        "/properties/load",
        "/properties/speaksLanguage/0",
        "/properties/speaksLanguage/2",
        "/properties/colour",
    }


def test_an_unknown_type_shows_the_nearest() -> None:
    assert errors_of("Customers", {}) == {
        "/type": "'Customers' is no type of record; did you mean 'Customer'?"
    }


def test_what_only_acts_make_is_no_type_of_record() -> None:
    assert "/type" in errors_of("Decision", {})


@pytest.mark.parametrize("written", ["team/", "Team/a", "a", "customer/a", ""])
def test_an_id_of_another_kind_or_form_is_refused(written: str) -> None:
    assert "/id" in errors_of("Team", {"name": "A"}, id=written)


@pytest.mark.parametrize("name", ["Customer", "Person", "Account", "Case", "Consent"])
def test_what_names_a_person_keeps_no_key_beside_its_pseudonym(name: str) -> None:
    key = ExternalKey(system="zendesk", key="7")
    assert "/keys" in errors_of(name, {}, keys=[key])


@pytest.mark.parametrize("key", ["", "k" * 201, "a\nb", "\ud800"])
def test_a_key_that_no_system_has_is_refused(key: str) -> None:
    keys = [ExternalKey(system="zendesk", key="7"), ExternalKey(system="zendesk", key=key)]
    assert list(errors_of("Team", {"name": "A"}, keys=keys)) == ["/keys/1"]


def test_null_counts_as_left_out() -> None:
    assert dict(check("Team", {"name": "A", "load": None}).properties) == {"name": "A"}


def test_one_value_of_several_becomes_a_list_without_doubles() -> None:
    assert check("Team", {"name": "A", "speaksLanguage": "en"}).properties["speaksLanguage"] == [
        "en"
    ]
    twice = check("Team", {"name": "A", "speaksLanguage": ["en", "de", "en"]})
    assert twice.properties["speaksLanguage"] == ["en", "de"]


def test_times_are_recorded_in_utc_and_durations_in_canonical_form() -> None:
    case = check("Case", {"openedAt": "2026-11-22T08:30:00+02:00"})
    assert case.properties["openedAt"] == "2026-11-22T06:30:00Z"
    feed = check("Feed", {"observes": "platform/a", "stallsAfter": "PT90M"})
    assert feed.properties["stallsAfter"] == "PT1H30M"


def test_kinds_and_types_name_each_other() -> None:
    assert all(type_of_kind(kind_of_type(name)) == name for name in RECORDABLE)
    assert type_of_kind("unicorn") is None


def test_the_personal_properties_are_the_promised_ones() -> None:
    found = {name: sorted(personal_of(name)) for name in RECORDABLE if personal_of(name)}
    assert found == {
        "Account": ["displayName", "handle"],
        "Case": ["summary"],
        "Customer": ["bereaved", "displayName", "email", "minor", "phone", "vulnerable"],
        "Person": ["displayName"],
    }


def test_an_ontology_whose_range_json_cannot_hold_is_refused() -> None:
    text = b"""@prefix attune: <https://attune.example/ns#> .
    @prefix owl: <http://www.w3.org/2002/07/owl#> .
    @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
    @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
    @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
    attune:odd a owl:DatatypeProperty ; rdfs:range xsd:hexBinary ; skos:example "00" ."""
    with pytest.raises(SchemaInvalid, match="odd"):
        read_schema(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
NAMES = sorted({p for kind in schema().types.values() for p in kind.properties})


@given(
    st.sampled_from(RECORDABLE) | st.text(max_size=12),
    st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=8), JSON, max_size=6),
)
def test_any_json_is_either_a_record_or_a_refusal_by_pointer(
    name: str, properties: dict[str, Any]
) -> None:
    try:
        record = check(name, properties)
    except RecordInvalid as refusal:
        assert refusal.errors  # noqa: PT017 - either way is right
        assert all(where.startswith("/") for where in refusal.errors)  # noqa: PT017 - as above
    else:
        assert check(name, {**record.properties, **record.personal}) == record

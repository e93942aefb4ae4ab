from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]  # pyarrow has no type stubs
import pyarrow.parquet as pq  # type: ignore[import-untyped]  # pyarrow has no type stubs
import pytest
from lxml import etree  # type: ignore[import-untyped]  # ships no types

from knowledge.segment_files import decode, encode
from ontology.events import Event
from ontology.identity import ThingId
from ontology.lifecycle import Actor, Role
from ontology.signals import Signal
from service import acts, cap, desk, intake
from service.bodies import Point
from service.decision_bodies import DecisionRequest
from service.signal_bodies import SignalIn
from service.world import World
from tests.conftest import Door

ME = Actor(id=ThingId("person/operator"), roles=frozenset({Role.ADMIN, Role.RESPONDER}))
HERE = {"lat": 40.8781, "lon": -73.9123}
STATION = ThingId("geofence/station")
CAP = f"{{{cap.NAMESPACE}}}"


@pytest.fixture
def world(open_world: Callable[..., World]) -> World:
    opened = open_world(world="replay", start="2026-06-01T14:00:00Z")
    record(opened, "Team", "team/station-care", name="Care", escalatesTo="team/executive")
    fence(opened)
    return opened


def record(world: World, type_: str, thing: str, **properties: Any) -> Event:
    event = acts.put_record(world, type=type_, id=ThingId(thing), properties=properties, actor=ME)
    world.catch_up()
    return event


def fence(world: World, **more: Any) -> None:
    area = {"type": "Point", "coordinates": [HERE["lon"], HERE["lat"]]}
    given = {"name": "Station", "area": area, "radius": 500, "inRegion": "region/us-ny"}
    record(world, "Geofence", STATION, **{**given, "localTeam": "team/station-care", **more})


def on_call(world: World) -> None:
    now = world.clock.now()
    until = (now + timedelta(days=9)).isoformat()
    record(
        world,
        "OnCallShift",
        "shift/station",
        ofTeam="team/station-care",
        startsAt=now.isoformat(),
        endsAt=until,
    )


def hear(world: World, count: int, *, start: int = 0, **more: Any) -> None:
    signals = [
        intake.read(
            world,
            SignalIn(
                id=f"s{start + number}",
                platform="platform/twitter",
                feed="feed/listening",
                posted_at=world.clock.now(),
                **{"location": HERE, "text": "Stuck again.", **more},
            ),
        )
        for number in range(count)
    ]
    intake.take(world, signals, actor=ME.id)


def alerts(world: World) -> list[Event]:
    world.catch_up()
    found = world.ledger.read(0, types=("thing.acted",), limit=10_000)
    return [one for one in found if one.data["act"] == "raise"]


def values(world: World, kind: str, **request: Any) -> list[dict[str, Any]]:
    answer = desk.ask(world, DecisionRequest(**request), ME.id)
    facts = answer.event.data["facts"]
    assert isinstance(facts, list)
    rows = [one for one in facts if isinstance(one, dict) and one["kind"] == kind]
    return [dict(one["values"]) for one in rows if isinstance(one["values"], dict)]


def test_a_signal_keeps_the_fences_of_its_point_and_its_region(world: World) -> None:
    hear(world, 1)
    (signal,) = world.segments.scan()
    assert signal.fences == (STATION,)
    assert signal.region == "region/us-ny"


def test_a_signal_far_from_every_fence_has_no_region(world: World) -> None:
    hear(world, 1, location={"lat": 0, "lon": 0})
    (signal,) = world.segments.scan()
    assert (signal.fences, signal.region) == ((), None)


def test_the_region_that_a_feed_names_counts_before_the_point(world: World) -> None:
    hear(world, 1, region="region/us-nj")
    (signal,) = world.segments.scan()
    assert (signal.fences, signal.region) == ((STATION,), "region/us-nj")


def test_a_place_that_is_sure_enough_gives_the_region_and_one_that_is_not_gives_none(
    world: World,
) -> None:
    hear(world, 1, location=None, place="Berlin")
    hear(world, 1, start=1, location=None, place="Springfield")
    regions = {signal.id: signal.region for signal in world.segments.scan()}
    assert [*regions.values()] == ["region/de", None]


def test_words_that_name_a_fence_count_for_it_and_derive_its_region(world: World) -> None:
    fence(world, alias=["Old Mill Stop"])
    hear(world, 1, location=None, text="Fire at old mill stop!")
    (signal,) = world.segments.scan()
    assert (signal.fences, signal.region) == ((STATION,), None)
    assert (signal.derived_region, signal.derived_confidence) == ("region/us-ny", 1.0)


def derived(world: World, text: str, **more: Any) -> tuple[str | None, str | None]:
    hear(world, 1, **{"location": None, "text": text, **more})
    (signal,) = world.segments.scan()
    return signal.region, signal.derived_region


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("Floods in Munich and Hamburg", "region/de"),
        ("Floods in Munich, and in New York City", None),
        ("Smoke over Springfield", "region/us"),
        ("Smoke over Georgia", None),
        ("nice reading, most of it", None),
        ("Smoke over Brooklyn", "region/us-ny"),
    ],
)
def test_the_names_of_places_in_a_post_derive_its_region_where_they_are_sure_enough(
    world: World, text: str, region: str | None
) -> None:
    assert derived(world, text) == (None, region)


def test_a_region_that_is_declared_is_never_overridden(world: World) -> None:
    assert derived(world, "Floods in Munich", region="region/us-nj") == ("region/us-nj", None)


def test_a_region_from_a_point_is_never_overridden(world: World) -> None:
    assert derived(world, "Floods in Munich", location=HERE) == ("region/us-ny", None)


def scoped(world: World, **scope: Any) -> ThingId:
    root = ThingId("incident/scoped")
    record(world, "Incident", root, name="Scoped", **scope)
    acts.propose(world, thing=root, kind="incident", act="open", data={}, actor=ME)
    world.catch_up()
    return root


def volume(world: World, incident: ThingId) -> int:
    with world.listening() as windows:
        rows = windows.spread(incident, world.clock.now())
    return next(int(str(row["volume"])) for row in rows if row["window"] == "PT1H")


def test_an_incident_at_a_fence_counts_the_posts_that_lie_in_it(world: World) -> None:
    incident = scoped(world, inGeofence=[STATION])
    hear(world, 2)
    hear(world, 1, start=2, location={"lat": 0, "lon": 0})
    hear(world, 1, start=3, location=None, region="region/us-nj")
    assert volume(world, incident) == 2


def test_an_incident_at_a_fence_counts_what_can_not_be_located_where_its_words_fit(
    world: World,
) -> None:
    incident = scoped(world, inGeofence=[STATION], topic=["smoke"])
    hear(world, 1, location=None, text="Smoke!")
    hear(world, 1, start=1, location=None, text="Smoke!", region="region/us-ny")
    hear(world, 1, start=2, location=None, text="Smoke!", region="region/us-nj")
    hear(world, 1, start=3, location=None, text="No idea.")
    assert volume(world, incident) == 2


def test_a_post_that_lies_in_another_fence_is_outside(world: World) -> None:
    area = {"type": "Point", "coordinates": [10.0, 50.0]}
    record(world, "Geofence", "geofence/far", name="Far away", area=area, radius=500)
    incident = scoped(world, inGeofence=[STATION], topic=["smoke"])
    hear(world, 1, location={"lat": 50.0, "lon": 10.0}, text="Smoke!")
    assert volume(world, incident) == 0


def test_a_fence_around_the_one_that_is_meant_does_not_make_a_post_lie_elsewhere(
    world: World,
) -> None:
    area = {"type": "Point", "coordinates": [HERE["lon"], HERE["lat"]]}
    record(world, "Geofence", "geofence/city", name="Whole City", area=area, radius=9_000)
    incident = scoped(world, inGeofence=[STATION], topic=["smoke"])
    hear(world, 1, location=None, text="Smoke in Whole City!")
    assert volume(world, incident) == 1


def test_posts_heard_before_an_incident_was_at_a_fence_are_counted_for_it(world: World) -> None:
    hear(world, 3)
    assert volume(world, scoped(world, inGeofence=[STATION])) == 3


def test_a_region_that_words_tell_of_counts_for_an_incident_of_that_region(world: World) -> None:
    incident = scoped(world, inRegion=["region/us-ny"])
    hear(world, 1, location=None, text="Smoke over Brooklyn")
    hear(world, 1, start=1, location=None, text="Smoke over Munich")
    assert volume(world, incident) == 1


def test_a_fence_that_is_not_in_force_holds_nothing(world: World) -> None:
    fence(world, validUntil="2026-05-01T00:00:00Z")
    hear(world, 1)
    (signal,) = world.segments.scan()
    assert signal.fences == ()


def test_segments_from_before_fences_are_still_read() -> None:
    now = datetime.fromisoformat("2026-06-01T14:00:00+00:00")
    signal = Signal(
        id=ThingId("signal/x-1"),
        platform=ThingId("platform/x"),
        feed=ThingId("feed/x"),
        posted_at=now,
        received_at=now,
        text="words",
    )
    table = pq.read_table(pa.BufferReader(encode([signal], b"k" * 32)))
    sink = pa.BufferOutputStream()
    pq.write_table(table.drop_columns(["fences"]), sink)
    assert decode(bytes(sink.getvalue()), b"k" * 32) == [signal]


def test_a_surge_alerts_the_local_team_where_it_is_on_call(world: World) -> None:
    on_call(world)
    hear(world, 4)
    assert alerts(world) == []
    hear(world, 1, start=4)
    (alert,) = alerts(world)
    assert alert.data["properties"] == {"routedTo": "team/station-care"}
    told = alert.data["data"]
    assert isinstance(told, dict)
    assert told["geofence"] == STATION
    decision = world.ledger.by_id(str(told["decision"]))
    assert decision is not None
    assert told["tier"] == decision.data["tier"]


def test_a_surge_whose_local_team_is_not_on_call_alerts_whom_the_rules_name(world: World) -> None:
    hear(world, 5)
    (alert,) = alerts(world)
    told = alert.data["data"]
    assert isinstance(told, dict)
    decision = world.ledger.by_id(str(told["decision"]))
    assert decision is not None
    assert alert.data["properties"] == {"routedTo": decision.data["team"]}
    assert decision.data["team"] != "team/station-care"


def test_an_open_alert_keeps_others_quiet_and_a_handled_one_does_not(world: World) -> None:
    on_call(world)
    hear(world, 6)
    (first,) = alerts(world)
    world.advance(world.clock.now() + timedelta(hours=2), actor=ME.id)
    hear(world, 40, start=100)
    assert alerts(world) == [first]
    for act in ("acknowledge", "handle"):
        acts.propose(world, thing=first.subject, kind="alert", act=act, data={}, actor=ME)
    world.advance(world.clock.now() + timedelta(hours=1), actor=ME.id)
    hear(world, 80, start=1_000)
    assert len(alerts(world)) == 2


def test_a_request_that_names_a_fence_in_its_text_is_told_of_it(world: World) -> None:
    fence(world, alias=["Old Mill Stop"])
    (found,) = values(world, "geofence", text="Smoke at the Old Mill Stop")
    assert (found["id"], found["by"]) == (STATION, "text")


def test_a_request_that_names_a_fence_gets_its_region(world: World) -> None:
    (found,) = values(world, "region", geofence=STATION)
    assert found["id"] == "region/us-ny"
    assert values(world, "location", geofence=STATION) == []


def test_the_region_that_a_request_names_counts_before_its_point(world: World) -> None:
    asked = {"location": Point(**HERE), "region": "region/de"}
    (found,) = values(world, "region", **asked)
    assert found["id"] == "region/de"


def test_a_record_states_its_area_as_geojson_and_is_refused_where_it_is_none(door: Door) -> None:
    good = {"name": "X", "area": {"type": "Point", "coordinates": [1, 2]}, "radius": 500}
    body = {"type": "Geofence", "id": "geofence/x", "properties": good}
    assert door.post("/v1/records", body).status_code == 201
    bad = {"name": "X", "area": {"type": "Point", "coordinates": [1, 200]}, "radius": 500}
    answer = door.post("/v1/records", body | {"properties": bad})
    assert answer.status_code == 422
    assert answer.json is not None
    (error,) = answer.json["errors"]
    assert error["pointer"] == "/properties/area/coordinates"
    assert "latitude beyond" in error["detail"]


@pytest.mark.parametrize(
    ("area", "radius", "words"),
    [
        ({"type": "Point", "coordinates": [1, 2]}, None, "an area by its radius"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}, 5, "no radius"),
        ("POINT(1 2)", 5, "no GeoJSON geometry"),
    ],
)
def test_a_record_has_a_radius_where_its_area_is_a_point_and_only_there(
    door: Door, area: object, radius: int | None, words: str
) -> None:
    said = {"name": "X", "area": area, "radius": radius}
    body = {"type": "Geofence", "id": "geofence/x", "properties": said}
    answer = door.post("/v1/records", body)
    assert answer.status_code == 422
    assert words in answer.text


@pytest.mark.parametrize(
    "body", [{}, {"points": [{"lat": 91, "lon": 0}]}, {"area": {"type": "Circle"}}, {"place": ""}]
)
def test_what_can_not_be_located_is_refused(door: Door, body: dict[str, Any]) -> None:
    assert door.post("/v1/geofences/locate", body).status_code == 422


def told(world: World, **properties: Any) -> Any:
    record(world, "Incident", "incident/fire", topic=["fire"], **properties)
    if not acts.history(world, ThingId("incident/fire")):
        thing = ThingId("incident/fire")
        acts.propose(world, thing=thing, kind="incident", act="open", data={}, actor=ME)
    return etree.fromstring(cap.alert(world, ThingId("incident/fire")))


def one(root: Any, tag: str) -> str:
    return str(root.findtext(f".//{CAP}{tag}"))


def test_an_incident_of_a_live_world_is_actual(open_world: Callable[..., World]) -> None:
    assert one(told(open_world()), "status") == "Actual"


def test_no_text_of_a_record_can_break_out_of_the_alert(world: World) -> None:
    name = "]]></headline><status>Actual</status><!-- & 'x' \" \t"
    fence(world, name=name)
    root = told(world, name=name, inGeofence=[STATION])
    assert [each.text for each in root.iter(f"{CAP}status")] == ["Exercise"]
    assert one(root, "description") == name
    assert one(root, "areaDesc") == name


def test_a_changed_record_is_an_update_and_a_raised_tier_is_none(world: World) -> None:
    first = one(told(world, name="Fire"), "identifier")
    data = {"tier": "executive"}
    thing = ThingId("incident/fire")
    acts.propose(world, thing=thing, kind="incident", act="escalate", data=data, actor=ME)
    assert one(etree.fromstring(cap.alert(world, thing)), "identifier") == first
    update = told(world, name="A fire at the depot")
    assert (one(update, "msgType"), first in one(update, "references")) == ("Update", True)


def test_what_is_over_gives_the_all_clear(world: World) -> None:
    told(world, name="Fire", urgency="immediate")
    thing, data = ThingId("incident/fire"), {"reason": "The fire is out."}
    acts.propose(world, thing=thing, kind="incident", act="resolve", data=data, actor=ME)
    root = etree.fromstring(cap.alert(world, thing))
    assert (one(root, "responseType"), one(root, "urgency")) == ("AllClear", "Past")


def test_without_an_act_there_is_nothing_to_tell(world: World) -> None:
    record(world, "Incident", "incident/quiet", topic=["quiet"])
    with pytest.raises(cap.NothingToTell):
        cap.alert(world, ThingId("incident/quiet"))

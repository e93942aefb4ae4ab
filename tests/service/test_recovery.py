"""Recovery of an incident: read from its posts, blind in silences, with what was done."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from ontology.identity import ThingId
from ontology.signals import Scores, Signal
from service.world import World
from tests.conftest import Door
from tests.knowledge.measures.made_dips import World as Dip

INCIDENT = "incident/gates"
PATH = "/v1/reports/recovery"
DIP = Dip(hours=120, onset=40, pace=12, posts=6)


def posts(begin: datetime, silent: Sequence[int] = ()) -> list[Signal]:
    """Posts about gates that follow a dip, and one an hour about the weather."""
    times, values = DIP.posted(np.random.default_rng(4))
    about = [
        signal(f"a{at}", begin + timedelta(seconds=float(second)), "The gates again", float(value))
        for at, (second, value) in enumerate(zip(times, values, strict=True))
        if int(second // 3600) not in silent
    ]
    beside = [
        signal(
            f"b{hour}-{turn}", begin + timedelta(hours=hour, minutes=20 * turn + 1), "Rain", 0.1
        )
        for hour in range(DIP.hours)
        if hour not in silent
        for turn in range(3)
    ]
    return [*about, *beside]


def signal(name: str, at: datetime, text: str, sentiment: float) -> Signal:
    return Signal(
        id=ThingId(f"signal/x-{name}"),
        platform=ThingId("platform/x"),
        feed=ThingId("feed/x"),
        posted_at=at,
        received_at=at,
        text=text,
        language="en",
        scores=Scores(sentiment=max(-1.0, min(1.0, sentiment)), frustration=0.3),
    )


@pytest.fixture
def begin(world: World) -> datetime:
    now = world.clock.now().replace(minute=0, second=0, microsecond=0)
    return now - timedelta(hours=DIP.hours + 2)


@pytest.fixture
def door_of(door: Door, begin: datetime) -> Door:
    onset = begin + timedelta(hours=DIP.onset)
    record = {
        "type": "Incident", "id": INCIDENT,
        "properties": {
            "name": "Gates", "cluster": "accidental", "severity": "severe", "certainty": "likely",
            "ownedBy": "team/crisis-office", "topic": ["gates"], "onset": onset.isoformat(),
        },
    }  # fmt: skip
    assert door.post("/v1/records", record).status_code < 300
    assert door.post("/v1/incidents/gates/acts", {"act": "open"}).status_code < 300
    return door


def keep(world: World, signals: Sequence[Signal]) -> None:
    at = world.clock.now()
    world.segments.commit(signals, actor=ThingId("person/operator"), id=world.ids, at=at)


def test_the_dip_is_found_also_from_posts_before_the_onset(
    world: World, door_of: Door, begin: datetime
) -> None:
    keep(world, posts(begin))
    mark = f"{(begin + timedelta(hours=60)).isoformat()} the mayor spoke"
    found = door_of.post(PATH, {"incident": INCIDENT, "mark": [mark], "bucket": "PT1H"}).get_json()
    sentiment = found["measures"]["sentiment"]
    figures = sentiment["figures"]
    assert sentiment["answer"] == "recovered"
    assert figures["half_life"]["low"] <= DIP.half <= figures["half_life"]["high"]
    assert all(one["n"] > 0 for one in figures.values())
    (tested,) = [one for one in sentiment["interventions"] if one["kind"] == "stated"]
    assert tested["name"] == "the mayor spoke"
    assert tested["level"]["low"] < 0 < tested["level"]["high"]
    assert tested["placebo_series"]["n"] > 0
    assert found["measures"]["frustration"]["answer"] == "never rose"
    assert "association" in " ".join(found["assumptions"])


def test_a_silent_feed_is_a_gap_in_figures_lines_and_picture(
    world: World, door_of: Door, begin: datetime
) -> None:
    keep(world, posts(begin, silent=range(38, 50)))
    body = {"incident": INCIDENT, "measure": ["sentiment"], "bucket": "PT1H"}
    found = door_of.post(PATH, body).get_json()
    assert len(found["gaps"]) == 1
    assert "silent" in found["measures"]["sentiment"]["figures"]["trough"]["withheld"]
    assert any(
        not one["known"] and one["smooth"] is None
        for one in found["measures"]["sentiment"]["series"]
    )
    picture = door_of.post(f"{PATH}?format=svg", body).text
    assert 'fill="url(#gap)"' in picture
    root = ET.fromstring(picture)  # noqa: S314 - our own picture
    data = json.loads(root.findtext("{http://www.w3.org/2000/svg}metadata") or "")
    assert data["panels"][0]["marks"][0]["name"] == "silent"
    rows = door_of.post(f"{PATH}?format=csv", body).text.splitlines()
    assert rows[0].startswith("measure,what,figure,value,low,high,n,withheld")
    assert "silent" in door_of.post(f"{PATH}?format=text", body).text


def test_what_was_done_is_marked_from_the_ledger(
    world: World, door_of: Door, begin: datetime
) -> None:
    keep(world, posts(begin))
    act = {"act": "escalate", "data": {"tier": "executive"}}
    assert door_of.post("/v1/incidents/gates/acts", act).status_code < 300
    found = door_of.post(PATH, {"incident": INCIDENT, "measure": ["volume"]}).get_json()
    assert {"tier raised to executive", "incident opened"} <= {
        one["name"] for one in found["done"]
    }


def test_an_incident_of_which_nothing_was_heard_is_unsuited(door_of: Door) -> None:
    answer = door_of.post(PATH, {"incident": INCIDENT})
    assert answer.status_code == 409
    assert "heard" in answer.text


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({"incident": "incident/nowhere"}, "there is no incident/nowhere"),
        ({"incident": "nonsense"}, "nonsense"),
        ({"incident": INCIDENT, "bucket": "PT1S"}, "not from a minute"),
        ({"incident": INCIDENT, "bucket": "soon"}, "soon"),
        ({"incident": INCIDENT, "mark": ["yesterday the mayor spoke"]}, "begin with a time"),
        ({"incident": INCIDENT, "mark": ["2013-12-01T21:00:00 no offset"]}, "lacks an offset"),
        ({"incident": INCIDENT, "measure": ["joy"]}, "joy"),
        ({}, "incident"),
    ],
)
def test_what_can_not_be_asked_is_told_with_its_place(
    door_of: Door, body: dict[str, Any], word: str
) -> None:
    answer = door_of.post(PATH, body)
    assert answer.status_code == 422
    assert word in answer.text


def test_the_time_is_utc_in_every_figure(world: World, door_of: Door, begin: datetime) -> None:
    keep(world, posts(begin))
    found = door_of.post(PATH, {"incident": INCIDENT, "measure": ["sentiment"]}).get_json()
    onset = found["measures"]["sentiment"]["figures"]["onset"]["value"]
    assert datetime.fromisoformat(onset).astimezone(UTC).isoformat() == onset


def test_what_was_heard_only_from_the_onset_on_is_not_said_to_have_never_fallen(
    world: World, door_of: Door, begin: datetime
) -> None:
    onset = begin + timedelta(hours=DIP.onset)
    late = [one for one in posts(begin) if one.posted_at >= onset + timedelta(hours=40)]
    keep(world, late)
    found = door_of.post(PATH, {"incident": INCIDENT, "measure": ["frustration"]}).get_json()
    told = found["measures"]["frustration"]
    assert told["answer"] == "cannot tell"
    assert "listening began" in told["figures"]["baseline"]["withheld"]

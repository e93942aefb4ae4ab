"""How sentiment, frustration and volume of an incident fell and came back: onset, trough, pace
and what was lost, each with its interval and sample; silent feeds are gaps; what was done stands
beside it with placebo dates and other posts. `attune report recovery`, as text, JSON, CSV, SVG.
"""

import csv
import io
import json
from datetime import datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.capabilities.conftest import beside
from tests.serving import Served, attune

PATH = "/v1/reports/recovery"
ASKED = {"incident": "incident/turnstiles", "bucket": "PT1H"}
HOURS = 48
ONSET = 18
SILENT = range(40, 43)
WORD = "turnstile"
RECORD = {
    "type": "Incident",
    "id": "incident/turnstiles",
    "properties": {
        "name": "Turnstiles that trap bags",
        "cluster": "accidental",
        "severity": "severe",
        "certainty": "likely",
        "ownedBy": "team/crisis-office",
        "topic": [WORD],
        "onPlatform": ["platform/twitter"],
    },
}
FEED = {"name": "Turnstiles", "observes": "platform/twitter", "stallsAfter": "PT2H"}
GLAD = "The new turnstile is wonderful, thank you, I love how easy it is."
HURT = "This turnstile is terrible. It trapped my bag, I am furious and nobody helps."
PLAIN = "The turnstile at platform {number} is on the left."


@pytest.fixture(scope="module")
def begun(service: Served) -> datetime:
    """Two days of posts: glad, hurt from one hour on, less so later; silent for three hours."""
    now = datetime.fromisoformat(service.get("/v1/clock")["at"])
    begun = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    service.post("/v1/clock", {"at": begun.isoformat()}, status=200)
    service.post("/v1/records", RECORD)
    service.post("/v1/records", {"type": "Feed", "id": "feed/turnstiles", "properties": FEED})
    service.post("/v1/incidents/turnstiles/acts", {"act": "open"})
    service.post("/v1/clock", {"at": (begun + timedelta(hours=HOURS)).isoformat()}, status=200)
    posts = [
        {
            "id": f"turnstiles-{hour}-{number}",
            "platform": "platform/twitter",
            "feed": "feed/turnstiles",
            "posted_at": (begun + timedelta(hours=hour, minutes=7 * number)).isoformat(),
            "text": said(hour, number),
        }
        for hour in range(HOURS)
        if hour not in SILENT
        for number in range(6)
    ]
    service.post("/v1/signals/batch", {"signals": posts}, status=202)
    return begun


def said(hour: int, number: int) -> str:
    hurt = 6 * 0.8 ** max(0, hour - ONSET) if hour >= ONSET else 0
    if number < hurt:
        return f"{HURT} ({hour})"
    return PLAIN.format(number=number) if (hour + number) % 3 else f"{GLAD} ({hour})"


def test_the_fall_and_the_way_back_are_told_with_intervals(
    service: Served, begun: datetime
) -> None:
    found = service.get(PATH, **ASKED, measure="sentiment")
    told = found["measures"]["sentiment"]
    figures = told["figures"]
    onset = datetime.fromisoformat(figures["onset"]["value"])
    assert abs(onset - begun - timedelta(hours=ONSET)) < timedelta(hours=4)
    assert figures["trough_value"]["high"] < figures["baseline"]["low"]
    assert all(
        "withheld" in one or one["low"] <= one["value"] <= one["high"] for one in figures.values()
    )
    assert {one["model"] for one in told["models"]} >= {
        "level",
        "exponential",
        "stretched",
        "step",
    }
    assert [one["name"] for one in told["interventions"]] == ["incident opened"]


def test_a_silence_is_a_gap_and_not_falling_volume(service: Served, begun: datetime) -> None:
    told = service.get(PATH, **ASKED)
    # The shared world has other feeds and other silences.
    own = [
        (
            datetime.fromisoformat(one["since"]) - begun,
            datetime.fromisoformat(one["until"]) - begun,
        )
        for one in told["gaps"]
        if one["feed"] == "feed/turnstiles"
    ]
    first, last = timedelta(hours=SILENT[0]), timedelta(hours=SILENT[-1] + 1)
    assert any(since <= first and last <= until for since, until in own), own
    blind = [one for one in told["measures"]["volume"]["series"] if not one["known"]]
    hours = {datetime.fromisoformat(one["at"]).replace(minute=0) - begun for one in blind}
    assert hours >= {timedelta(hours=hour) for hour in SILENT}
    assert all(one["value"] is None for one in blind)


def test_the_command_line_writes_every_form_with_the_data_in_the_picture(
    service: Served, tmp_path: Path
) -> None:
    more = ["--url", service.url, "--key", service.key]
    words = ["incident=incident/turnstiles", "measure=sentiment", "bucket=PT1H"]
    done = attune("report", "recovery", *words, *more, env=beside(service))
    assert "half-life" in done.stdout
    out = tmp_path / "recovery.svg"
    attune(
        "report",
        "recovery",
        *words,
        "--format",
        "svg",
        "--out",
        str(out),
        *more,
        env=beside(service),
    )
    root = ET.fromstring(out.read_text())  # noqa: S314 - our own picture
    data = json.loads(root.findtext("{http://www.w3.org/2000/svg}metadata") or "")
    assert "sentiment" in {one["name"] for one in data["panels"][0]["marks"]}
    table = attune("report", "recovery", *words, "--format", "csv", *more, env=beside(service))
    rows = list(csv.DictReader(io.StringIO(table.stdout)))
    assert {"onset", "half_life", "area"} <= {row["figure"] for row in rows}


def test_nothing_is_told_of_an_incident_that_nobody_knows(service: Served) -> None:
    with service.client() as client:
        answer = client.get("/v1/reports/recovery?incident=incident/none")
    assert answer.status_code == 422
    assert "there is no incident/none" in answer.text

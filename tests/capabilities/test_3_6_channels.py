"""After a crisis: whom each channel reached, between which bounds, how long each step took, its
tone, what followed and what it cost; audiences that heard nothing, late or in no language of
theirs, by how many people they are; what nobody measured is named (`attune report channels`).
"""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.capabilities.conftest import beside
from tests.capabilities.governed import Desk, incident, person
from tests.serving import Served, attune

PATH = "/v1/reports/channels"
NAME = "canopies"


@pytest.fixture(scope="module")
def message(service: Served) -> str:
    """A statement that went out, reports of reach, and posts of people in two languages."""
    about = incident(service, NAME)
    writer = person(service, "team/communications", "responder", "reviewer")
    message = Desk(service, writer, about).approved()
    writer.tell_colleagues(about)
    writer.act(message, "publish")
    feed = {"name": "Canopies", "observes": "platform/twitter"}
    service.post("/v1/records", {"type": "Feed", "id": "feed/canopies", "properties": feed})
    now = datetime.fromisoformat(service.get("/v1/clock")["at"])
    posts = [
        {
            "id": f"canopies-{number}",
            "platform": "platform/twitter",
            "feed": "feed/canopies",
            "posted_at": now.isoformat(),
            "text": "Le toit des canopies fuit encore." if number % 3 else "canopies leak again",
            "language": "fr" if number % 3 else "en",
            "author": {"system": "twitter", "key": f"canopies-{number}"},
        }
        for number in range(9)
    ]
    service.post("/v1/signals/batch", {"signals": posts}, status=202)
    shown = {"at": now.isoformat(), "message": message, "incident": about, "impressions": 5_000}
    rows = [
        shown | {"channel": "website", "media": "owned", "reach": 1_200, "clicks": 400},
        shown | {"channel": "social", "media": "paid", "cost": 90, "currency": "USD"},
    ]
    service.post("/v1/observations/reach", {"rows": rows}, status=202)
    service.post("/v1/clock", {"at": (now + timedelta(hours=1)).isoformat()}, status=200)
    return message


def test_reach_over_channels_is_bounded_and_not_added_up(service: Served, message: str) -> None:
    told = service.get(PATH, incident=f"incident/{NAME}")
    assert told["reach_together"] == {"at_least": 1_200, "at_most": 6_200, "n": 2}
    (website,) = [one for one in told["channels"] if one["channel"] == "website"]
    assert website["figures"]["clicks of impressions"]["n"] == 5_000
    (social,) = [one for one in told["channels"] if one["channel"] == "social"]
    assert (social["media"], social["costs"][0]["amount"]) == (["paid"], 90)
    steps = next(one["at"] for one in told["messages"] if one["message"] == message)
    assert {"drafted", "approved", "published", "seen"} <= {*steps}


def test_people_whom_nobody_told_in_their_language_are_named(
    service: Served, message: str
) -> None:
    told = service.get(PATH, incident=f"incident/{NAME}")
    assert any(one["message"] == message for one in told["messages"])
    (gap,) = told["gaps"]
    assert (gap["what"], gap["language"]) == ("in no language of theirs", "fr")
    assert gap["people"]["n"] == 6
    assert gap["people"]["low"] < gap["people"]["value"] < gap["people"]["high"]
    assert any("count impressions, not people" in one for one in told["missing"])


@pytest.mark.usefixtures("message")
def test_the_command_line_shows_lines_rows_and_a_picture(service: Served, tmp_path: Path) -> None:
    words = ("report", "channels", f"incident=incident/{NAME}")
    done = attune(*words, env=beside(service))
    assert "from 1,200 to 6,200 (n = 2)" in done.stdout, done.stderr
    out = tmp_path / "channels.svg"
    attune(*words, "--format", "svg", "--out", str(out), env=beside(service))
    assert "in no language of theirs" in out.read_text()
    rows = attune(*words, "--format", "csv", env=beside(service)).stdout.splitlines()
    assert rows[0] == "part,channel,language,region,figure,value,low,high,n,withheld"

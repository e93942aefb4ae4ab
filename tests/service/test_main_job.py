"""The main job on real input: public crises replayed into the running service, one policy for all.

Skips without ATTUNE_SHARED, the folder with data/feeds/crisislex-t26.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.serving import Served, attune, environment, serving

FEEDS = Path(os.environ.get("ATTUNE_SHARED", "/nowhere")) / "data" / "feeds" / "crisislex-t26"
TIERS = ["frontline", "specialist", "crisis-team", "executive", "board"]
TRAIN_START = "2013-12-01T12:00:00Z"
OTHERS_START = "2013-04-18T00:00:00Z"
GENERIC = {
    "cluster": "unknown",
    "severity": "severe",
    "certainty": "likely",
    "harm": "unknown",
    "ownedBy": "team/crisis-office",
    "onPlatform": ["platform/twitter"],
}
OTHERS = [
    ("2013_West_Texas_explosion", "2013-04-18T00:20:00Z", ["west", "texas", "waco", "explosion"]),
    ("2013_LA_airport_shootings", "2013-11-01T09:00:00Z", ["lax", "airport", "shooting"]),
]

pytestmark = pytest.mark.skipif(not FEEDS.is_dir(), reason="ATTUNE_SHARED has no feeds")


@dataclass(frozen=True)
class Replayed:
    """A service after a feed went through it, and what the command told of each step."""

    served: Served
    steps: list[dict[str, Any]]
    picture: Path


def founded(home: Path, **settings: object) -> Path:
    done = attune("init", "--sample", env=environment(home, world="replay", **settings))
    assert done.returncode == 0, done.stderr
    return home


def replay(served: Served, feed: Path, *more: object) -> list[dict[str, Any]]:
    done = attune(
        *("replay", "feed", feed, "--url", served.url, "--every", 60, "--json"),
        *("--rejects", served.home / "rejects.jsonl", *more),
        env=environment(served.home, key=served.key),
    )
    assert done.returncode == 0, done.stderr
    steps: list[dict[str, Any]] = json.loads(done.stdout)
    return steps


def never_falls(steps: list[dict[str, Any]]) -> bool:
    levels = [TIERS.index(step["tier"]) for step in steps]
    return all(before <= after for before, after in pairwise(levels))


@pytest.fixture(scope="module")
def train(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replayed]:
    """The derailment of 1 December 2013, with the models on."""
    home = founded(tmp_path_factory.mktemp("train") / "home", start=TRAIN_START)
    with serving(home, workers=2, world="replay", start=TRAIN_START) as served:
        picture = home / "replay.svg"
        steps = replay(served, FEEDS / "2013_NY_train_crash.csv", "--picture", picture)
        yield Replayed(served=served, steps=steps, picture=picture)


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A world before two other crises; it knows nothing of them."""
    home = founded(tmp_path_factory.mktemp("others") / "home", start=OTHERS_START)
    with serving(home, workers=2, world="replay", start=OTHERS_START, language=False) as served:
        yield served


def test_tiers_rise_with_the_crisis_and_never_fall(train: Replayed) -> None:
    assert train.steps[0]["tier"] == "specialist"
    assert train.steps[-1]["tier"] in {"crisis-team", "executive"}
    assert never_falls(train.steps)


def test_the_standing_tier_is_the_one_that_was_concluded(train: Replayed) -> None:
    incident = train.served.get("/v1/incidents/2013-ny-train")
    assert incident["tier"] == train.steps[-1]["tier"]


def test_every_post_of_the_feed_was_heard(train: Replayed) -> None:
    assert sum(step["heard"] for step in train.steps) == 1_000
    assert (train.served.home / "rejects.jsonl").read_text() == ""


def test_every_decision_of_the_replay_is_made_again_to_the_byte(train: Replayed) -> None:
    with train.served.client() as client:
        for step in train.steps:
            local = step["decision"].removeprefix("decision/")
            again = client.post(f"/v1/decisions/{local}/replay")
            assert again.json()["identical"] is True, again.text


def test_the_timeline_is_written_as_a_picture(train: Replayed) -> None:
    text = train.picture.read_text()
    assert text.startswith("<?xml")
    assert "</svg>" in text


def test_the_ledger_of_the_replay_verifies(train: Replayed) -> None:
    verified = attune("ledger", "verify", env=environment(train.served.home))
    assert verified.returncode == 0, verified.stdout


def test_a_customer_of_the_crisis_is_answered_with_precedents(train: Replayed) -> None:
    body = {
        "incident": "incident/2013-ny-train",
        "customer": {"system": "zendesk", "key": "1003"},
        "text": "My son was on that train. Third call today, and nobody tells us anything.",
        "max_wait_ms": 60_000,
    }
    answer = train.served.post("/v1/decisions", body)
    assert (answer["unknown"], answer["degraded"]) == ([], [])
    assert len(answer["precedents"]) == 3
    assert answer["decision"]["requirements"]


def test_the_same_policy_escalates_crises_that_it_has_never_heard_of(
    elsewhere: Served, tmp_path: Path
) -> None:
    policy = elsewhere.get("/v1/policies/active")["digest"]
    for name, onset, topics in OTHERS:
        local = name.lower().replace("_", "-")
        properties = GENERIC | {"name": name, "onset": onset, "topic": topics}
        record = {"type": "Incident", "id": f"incident/{local}", "properties": properties}
        elsewhere.post("/v1/records", record)
        elsewhere.post(f"/v1/incidents/{local}/acts", {"act": "open"})
        feed = tmp_path / f"{name}.csv"
        rows = (FEEDS / f"{name}.csv").read_text("utf-8").splitlines()
        feed.write_text("\n".join(sorted(rows, key=_id)[:500]) + "\n", "utf-8")
        steps = replay(elsewhere, feed, "--incident", f"incident/{local}")
        assert never_falls(steps)
        assert steps[0]["tier"] in {"frontline", "specialist"}, name
        assert steps[-1]["tier"] in {"crisis-team", "executive"}, name
        assert elsewhere.get("/v1/policies/active")["digest"] == policy


def _id(row: str) -> str:
    """A row's tweet id, which rises with time; the header comes first."""
    found = row.split(",", 1)[0].strip('"')
    return found.rjust(20, "0") if found.isdigit() else ""

"""Before a changed policy decides for anybody, its backtest shows which recorded decisions would
have been different, and how much more each team would have got.
"""

import json
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

from tests.capabilities.conftest import beside
from tests.serving import Served, attune

BOOK = "rules/books/detection.yaml"
PATIENCE_S = 300
SURGE = "excess: at least 3, volume: at least 10"


@pytest.fixture(scope="module")
def changed(service: Served, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working copy with a lower threshold, after some decisions."""
    for excess in (0, 2, 5):
        spread = {"window": "PT1H", "excess": excess, "volume": 50}
        service.post(
            "/v1/decisions", {"incident": "incident/2013-ny-train", "facts": {"spread": spread}}
        )
    folder = tmp_path_factory.mktemp("changed")
    words = ("--url", service.url, "--key", service.key)
    done = attune("policy", "pull", folder, *words, env=beside(service))
    assert done.returncode == 0, done.stderr
    book = folder / BOOK
    assert SURGE in book.read_text()
    book.write_text(book.read_text().replace(SURGE, "excess: at least 1, volume: at least 10"))
    return folder


def command(service: Served, *words: object) -> Any:
    return attune("policy", "backtest", *words, env=beside(service))


def test_the_command_line_shows_what_would_have_changed(
    service: Served, changed: Path, tmp_path: Path
) -> None:
    drawn = tmp_path / "matrix.svg"
    done = command(service, changed, "--every", 0, "--json", "--picture", drawn)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["counts"]["compared"] >= 3
    assert report["counts"]["changed"] >= 1
    assert report["gained"]["detections"]["surge"] >= 1
    assert all(row["id"].startswith("decision/") for r in report["examples"].values() for row in r)
    assert drawn.read_text().startswith("<svg")
    lines = command(service, changed, "--every", 0).stdout
    assert "detections: surge" in lines


def test_the_active_policy_beside_itself_changes_nothing(service: Served, changed: Path) -> None:
    assert changed
    done = command(service, "active", "--against", "active", "--every", 0, "--json")
    assert json.loads(done.stdout)["counts"]["changed"] == 0


def test_a_name_that_means_nothing_is_refused(service: Served) -> None:
    done = command(service, "nonsense")
    assert done.returncode == 2
    assert "'nonsense'" in done.stderr


def test_over_http_it_is_a_job(service: Served, changed: Path) -> None:
    assert changed
    body = {"kind": "backtest", "policy": "active", "against": "active", "every_minutes": 0}
    with service.client() as client:
        made = client.post("/v1/jobs", json=body)
        assert made.is_success, made.text
        job = made.json()
        ends = monotonic() + PATIENCE_S
        while job["state"] in {"queued", "running"} and monotonic() < ends:
            sleep(0.5)
            job = client.get(f"/v1/jobs/{job['id'].partition('/')[2]}").json()
        assert job["state"] == "done", job
        report = client.get(f"/v1/jobs/{job['id'].partition('/')[2]}/result").json()
    assert report["counts"]["changed"] == 0
    assert report["counts"]["compared"] >= 3

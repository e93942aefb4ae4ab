"""The service as it runs: granian, two workers, killed and stopped while it answers."""

import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psutil  # type: ignore[import-untyped] # ships no types
import pytest

from tests.serving import ENDS_WITHIN_S, Served, attune, environment, serving

ANSWERS_WITHIN_S = 60
ENOUGH = 20
ASKED = {"incident": "incident/2013-ny-train", "precedents": 0}
START = "2030-01-01T12:00:00Z"


@pytest.fixture(scope="module")
def replayed(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Two workers on a world whose clock the tests move."""
    home = Path(shutil.copytree(founded, tmp_path_factory.mktemp("served") / "home"))
    with serving(
        home, workers=2, language=False, world="replay", start=START, sweep_seconds=0.1
    ) as one:
        yield one


@pytest.fixture(scope="module")
def mortal(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A service whose workers may be killed: two of them are there before and after."""
    home = Path(shutil.copytree(founded, tmp_path_factory.mktemp("mortal") / "home"))
    with serving(home, workers=2, language=False) as one:
        yield one


def oldest(served: Served) -> psutil.Process:
    """The worker to kill next: granian takes one that dies twice in five seconds for hopeless."""
    return min(served.workers(), key=psutil.Process.create_time)


def two_workers(served: Served, *, without: psutil.Process) -> list[psutil.Process]:
    """Wait until two live, none of which is the one that died."""
    until = time.monotonic() + ANSWERS_WITHIN_S
    while True:
        alive = served.workers()
        if len(alive) == 2 and without.pid not in {one.pid for one in alive}:
            return alive
        assert time.monotonic() < until, alive
        time.sleep(0.05)


def team(name: str, load: float) -> dict[str, Any]:
    body = {"name": name, "escalatesTo": "team/executive", "load": load, "atTier": "specialist"}
    return {"type": "Team", "id": "team/late-shift", "properties": body}


def at_once(work: Callable[[int], Any], times: int, threads: int = 8) -> list[Any]:
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, range(times)))


def events_after(served: Served, sequence: int) -> list[dict[str, Any]]:
    """Every event that came after one, in order."""
    with served.client() as client:
        size = client.get("/v1/ledger/head").json()["size"]
        paths = [f"/v1/ledger/events/{number}" for number in range(sequence + 1, size + 1)]
        return [client.get(path).json()["event"] for path in paths]


def test_two_workers_serve(replayed: Served) -> None:
    assert len(replayed.workers()) == 2


def test_what_one_worker_acknowledged_every_worker_knows_at_once(replayed: Served) -> None:
    for turn in range(5):
        replayed.post("/v1/records", team(f"Late shift {turn}", turn / 10))

        def asked(_: int, wanted: str = f"Late shift {turn}") -> bool:
            found = replayed.get("/v1/records/team/late-shift")
            return bool(found["properties"]["name"] == [wanted])

        assert all(at_once(asked, 20))


def test_decisions_on_many_connections_see_a_record_put_just_before(replayed: Served) -> None:
    platform = {
        "type": "Platform",
        "id": "platform/late",
        "properties": {"name": "Late", "status": "suspended", "fallback": "platform/twitter"},
    }
    replayed.post("/v1/records", platform)
    body = ASKED | {"platform": "platform/late"}
    answers = at_once(lambda _: replayed.post("/v1/decisions", body), 40)
    assert [one["unknown"] for one in answers] == [[]] * 40
    assert {one["request"]["platform"] for one in answers} == {"platform/late"}


def test_of_writers_of_one_record_each_is_recorded_in_order_or_told_of_the_conflict(
    replayed: Served,
) -> None:
    before = replayed.get("/v1/ledger/head")["size"]

    def write(turn: int) -> httpx.Response:
        with replayed.client() as client:
            return client.post("/v1/records", json=team(f"Shift of writer {turn}", 0.5))

    answers = at_once(write, 16)
    assert {one.status_code for one in answers} <= {201, 409}
    recorded = {int(one.json()["sequence"]) for one in answers if one.status_code == 201}
    events = events_after(replayed, before)
    puts = [one for one in events if one["subject"] == "team/late-shift"]
    assert {one["sequence"] for one in puts} == recorded
    shown = replayed.get("/v1/records/team/late-shift")
    assert shown["properties"]["name"] == [puts[-1]["data"]["properties"]["name"]]


def test_the_same_idempotency_key_on_two_workers_decides_once(replayed: Served) -> None:
    def ask(_: int) -> str:
        with replayed.client() as client:
            answer = client.post(
                "/v1/decisions", json=ASKED, headers={"Idempotency-Key": "only-once-please"}
            )
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    assert len(set(at_once(ask, 24))) == 1


def test_a_deadline_lapses_exactly_once_with_two_workers(replayed: Served) -> None:
    before = replayed.get("/v1/ledger/head")["size"]
    acted = replayed.post("/v1/incidents/rumour/acts", {"act": "suggest"})
    due = datetime.fromisoformat(acted["deadlines"][0]["due"])
    replayed.post("/v1/clock", {"at": (due + timedelta(seconds=1)).isoformat()}, status=200)

    def acts() -> list[str]:
        events = events_after(replayed, before)
        return [one["data"]["act"] for one in events if one["subject"] == "incident/rumour"]

    until = time.monotonic() + ANSWERS_WITHIN_S
    while "overdue" not in acts() and time.monotonic() < until:
        time.sleep(0.05)
    time.sleep(1)  # time for the other worker, which sweeps ten times a second, to do it again
    assert acts() == ["suggest", "overdue"]


def grown(known: list[str], *, beyond: int) -> None:
    """Wait, however busy the machine is, until there are some more."""
    until = time.monotonic() + ANSWERS_WITHIN_S
    while len(known) <= beyond + 20 and time.monotonic() < until:
        time.sleep(0.05)


def test_a_worker_killed_under_load_loses_nothing_that_was_acknowledged(mortal: Served) -> None:
    known: list[str] = []
    done = threading.Event()

    def ask() -> None:
        while not done.is_set():
            try:
                known.append(mortal.post("/v1/decisions", ASKED)["id"])
            except httpx.TransportError:
                time.sleep(0.01)  # the connection was the dead worker's

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    grown(known, beyond=0)
    gone = oldest(mortal)
    gone.kill()
    before = len(known)
    grown(known, beyond=before)
    done.set()
    for thread in threads:
        thread.join()
    assert len(known) > before > 0, "nobody answers after one worker died"
    two_workers(mortal, without=gone)
    with mortal.client() as client:
        for one in known:
            shown = client.get(f"/v1/{one.replace('decision/', 'decisions/')}").json()
            assert shown["id"] == one
    assert attune("ledger", "verify", env=environment(mortal.home)).returncode == 0


def test_a_killed_worker_comes_back(mortal: Served) -> None:
    gone = oldest(mortal)
    gone.kill()
    two_workers(mortal, without=gone)
    assert mortal.process.poll() is None


def test_a_worker_that_is_still_starting_stops_when_it_is_told(mortal: Served) -> None:
    """The last test of this service, which ends with a worker that dies so young."""
    gone = oldest(mortal)
    gone.kill()
    fresh = max(two_workers(mortal, without=gone), key=psutil.Process.create_time)
    fresh.terminate()
    _, alive = psutil.wait_procs([fresh], timeout=ENDS_WITHIN_S)
    assert not alive


def test_a_stop_answers_what_is_under_way_and_records_nothing_unanswered(
    home: Path, open_world: Callable[..., Any]
) -> None:
    answered: list[str] = []
    with serving(home, workers=2, language=False) as served:
        before = served.get("/v1/ledger/head")["size"]

        def ask() -> None:
            with served.client() as client:
                while True:
                    try:
                        answer = client.post("/v1/decisions", json=ASKED)
                    except httpx.TransportError:
                        return  # the service does not listen any more
                    assert answer.status_code == 201, answer.text
                    answered.append(answer.json()["id"])

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        until = time.monotonic() + ANSWERS_WITHIN_S
        while len(answered) < ENOUGH and time.monotonic() < until:
            time.sleep(0.05)
        served.process.terminate()
        assert served.process.wait(ENDS_WITHIN_S) == 0
        for thread in threads:
            thread.join()
    ledger = open_world().ledger
    events = ledger.read(before, types=("decision.made",), limit=100_000)
    assert {event.id for event in events} == set(answered)


def test_a_worker_that_does_not_stop_by_itself_does_not_keep_the_service_alive(
    home: Path,
) -> None:
    with serving(home, workers=2, language=False) as served:
        stuck = served.workers()[0]
        stuck.suspend()
        served.process.terminate()
        served.process.wait(ENDS_WITHIN_S)
        assert not stuck.is_running()


def test_an_address_beyond_loopback_has_to_be_meant(home: Path) -> None:
    refused = attune("serve", "--host", "0.0.0.0", env=environment(home))  # noqa: S104 - refused
    assert refused.returncode == 2
    assert "ATTUNE_ALLOW_REMOTE=true" in refused.stderr


def test_a_port_in_use_is_refused_and_another_is_shown(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = attune("serve", "--port", port, env=environment(home))
    assert refused.returncode == 2
    assert f"127.0.0.1:{port} can't be used" in refused.stderr
    assert "--port 8090" in refused.stderr


def test_a_home_that_was_never_founded_is_refused(tmp_path: Path) -> None:
    refused = attune("serve", env=environment(tmp_path / "nowhere"))
    assert refused.returncode == 2
    assert "attune init" in refused.stderr

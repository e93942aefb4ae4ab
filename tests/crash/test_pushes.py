"""A service that is killed while it pushes a temporary routing: the centre applies it once."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psutil  # type: ignore[import-untyped] # ships no types
import pytest

from service.clock import LiveClock
from tests.serving import Served, attune, environment, serving

PATIENCE_S = 60
QUIET_S = 8  # longer than a failed attempt waits before it is tried again
SETTINGS: dict[str, object] = {"language": False, "webhook_allow": "127.0.0.1"}


class Centre:
    """A contact centre that does not answer the first push before it is told to."""

    def __init__(self) -> None:
        self.url = ""
        self.ids: list[str] = []
        self.answer = threading.Event()


@pytest.fixture
def centre() -> Iterator[Centre]:
    there = Centre()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            there.ids.append(self.headers["webhook-id"])
            there.answer.wait(PATIENCE_S)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    there.url = f"http://127.0.0.1:{server.server_address[1]}/"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield there
    finally:
        there.answer.set()
        server.shutdown()
        thread.join()
        server.server_close()


def eventually(found: Callable[[], object]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not found():
        assert time.monotonic() < until
        time.sleep(0.05)


def push(served: Served, home: Path, centre: Centre) -> str:
    """A temporary routing, approved by a second person and pushed; the id of its webhook."""
    properties = {
        "topic": ["derailment"],
        "toTeam": "team/care-desk",
        "nextTeam": "team/duty-officer",
        "external": "queue-7",
        "requiresTraining": ["empathic crisis answers"],
        "minimumAgents": 1,
        "confirmWithin": "PT1H",
        "expiresAt": (LiveClock().now() + timedelta(hours=2)).isoformat(),
    }
    record = {"type": "Routing", "id": "routing/killed", "properties": properties}
    hook = served.post("/v1/webhooks", {"url": centre.url, "types": ["routing.pushed"]})
    served.post("/v1/records", record)
    path = "/v1/routings/killed/acts"
    served.post(path, {"act": "propose", "data": {"reason": "Forty calls wait."}})
    env = environment(home, **SETTINGS)
    done = attune("routings", "approve", "routing/killed", "--by", "person/grace", env=env)
    assert done.returncode == 0, done.stderr
    served.post(path, {"act": "push"})
    return str(hook["id"])


@pytest.mark.slow
def test_a_push_survives_the_death_of_the_service_under_one_id(home: Path, centre: Centre) -> None:
    with serving(home, workers=1, **SETTINGS) as served:
        hook = push(served, home, centre)
        eventually(lambda: centre.ids)  # it has arrived, and nothing says so in the ledger yet
        family = [*psutil.Process(served.process.pid).children(recursive=True)]
        for one in (psutil.Process(served.process.pid), *family):
            one.kill()
        served.process.wait()
    centre.answer.set()
    with serving(home, workers=1, **SETTINGS) as again:
        path = f"/v1/webhooks/{hook.partition('/')[2]}/deliveries"
        eventually(lambda: again.get(path)["items"])
        time.sleep(QUIET_S)
        (sent,) = again.get(path)["items"]
        assert "sent" in json.dumps(sent)
        assert again.get("/v1/routings/killed")["state"] == "pushed"
    assert len(centre.ids) == 2  # it came again, for nobody could know that it had arrived
    assert len(set(centre.ids)) == 1

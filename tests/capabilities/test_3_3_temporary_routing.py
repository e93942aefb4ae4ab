"""A temporary routing is proposed, approved by a second person, pushed to the contact centre by
signed webhook and confirmed; decisions then name it with queue, priority and who is next, until it
expires, is rolled back, or nobody confirms it.
"""

import json
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from standardwebhooks import Webhook

from service.clock import LiveClock
from tests.capabilities.conftest import beside
from tests.serving import Served, attune, environment, serving

TRAINING = "empathic crisis answers"
INCIDENT = "incident/2013-ny-train"
SPARED = "team/press-office"  # whom the rules name where a journalist writes
PRESS = {"judged": True, "from_press": True}
PATIENCE_S = 30


@dataclass
class Centre:
    """A contact centre that keeps what it is sent, once an id."""

    url: str = ""
    secret: str = ""
    webhook: str = ""
    got: list[dict[str, Any]] = field(default_factory=list)

    def take(self, headers: dict[str, str], body: bytes) -> None:
        Webhook(self.secret).verify(body.decode(), headers)
        self.got.append(json.loads(body))

    def told(self, kind: str, routing: str) -> list[dict[str, Any]]:
        return [
            one["data"]
            for one in self.got
            if one["type"] == kind and one["data"]["subject"] == routing
        ]


@contextmanager
def centre() -> Iterator[Centre]:
    there = Centre()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            there.take({k.lower(): v for k, v in self.headers.items()}, body)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    there.url = f"http://127.0.0.1:{server.server_address[1]}/routing"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield there
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass(frozen=True)
class Live:
    """A live service with a contact centre, and a second person's key."""

    served: Served
    centre: Centre
    grace: str

    def act(
        self, routing: str, act: str, *, key: str | None = None, **data: str
    ) -> httpx.Response:
        path = f"/v1/routings/{routing.partition('/')[2]}/acts"
        with self.served.client(key) as client:
            return client.post(path, json={"act": act, "data": data})

    def put(self, routing: str, **changes: object) -> httpx.Response:
        record = {"type": "Routing", "id": routing, "properties": said(**changes)}
        with self.served.client() as client:
            return client.post("/v1/records", json=record)

    def pushed(self, routing: str, **changes: object) -> None:
        """Put, propose, approve by somebody else, push."""
        assert self.put(routing, **changes).status_code == 201
        assert self.act(routing, "propose", reason="Forty calls wait.").status_code == 201
        assert self.act(routing, "approve", key=self.grace).status_code == 201
        assert self.act(routing, "push").status_code == 201

    def state(self, routing: str) -> str:
        return str(self.served.get(f"/v1/routings/{routing.partition('/')[2]}")["state"])

    def routes(self, **facts: object) -> dict[str, dict[str, Any]]:
        body = {"incident": INCIDENT, "facts": {"signal": PRESS, **facts}, "precedents": 0}
        decision = self.served.post("/v1/decisions", body)["decision"]
        return {route["team"]: route for route in decision["routes"]}


def said(**changes: object) -> dict[str, object]:
    """What a temporary routing says, with changes; what is None is left out."""
    whole: dict[str, object] = {
        "aboutIncident": INCIDENT,
        "toTeam": "team/care-desk",
        "relieves": SPARED,
        "nextTeam": "team/duty-officer",
        "external": "queue-care-overflow",
        "priority": "urgent",
        "requiresTraining": [TRAINING],
        "minimumAgents": 1,
        "confirmWithin": "PT10M",
        "expiresAt": (LiveClock().now() + timedelta(hours=1)).isoformat(),
    }
    return {name: value for name, value in (whole | changes).items() if value is not None}


def eventually(found: Callable[[], object]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not found():
        assert time.monotonic() < until
        time.sleep(0.1)


@pytest.fixture(scope="module")
def live(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    home = Path(shutil.copytree(founded, tmp_path_factory.mktemp("routing") / "home"))
    settings: dict[str, object] = {"language": False, "webhook_allow": "127.0.0.1"}
    env = environment(home, **settings)
    new = attune(
        "keys", "create", "--holder", "person/grace", "--role", "reviewer", "--json", env=env
    )
    assert new.returncode == 0, new.stderr
    with centre() as there, serving(home, workers=1, **settings) as served:
        types = ["routing.pushed", "routing.recalled"]
        hook = served.post("/v1/webhooks", {"url": there.url, "types": types})
        there.secret, there.webhook = hook["secret"], hook["id"]
        yield Live(served=served, centre=there, grace=json.loads(new.stdout)["key"])


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"expiresAt": None}, "routing-expiry"),
        ({"requiresTraining": None}, "routing-training"),
        ({"requiresTraining": ["juggling"]}, "routing-trained"),
        ({"aboutIncident": None}, "routing-scope"),
        ({"nextTeam": "team/care-desk"}, "routing-others"),
        ({"toTeam": "team/nowhere"}, "routing-team"),
    ],
)
def test_one_without_end_scope_or_trained_people_is_refused(
    live: Live, changes: dict[str, object], word: str
) -> None:
    answer = live.put("routing/never", **changes)
    assert answer.status_code == 422
    assert word in answer.text


def test_it_is_pushed_confirmed_and_named_in_decisions_until_it_is_rolled_back(live: Live) -> None:
    routing = "routing/overflow"
    assert live.put(routing).status_code == 201
    assert live.act(routing, "propose", reason="Forty calls wait.").status_code == 201
    alone = live.act(routing, "approve")
    assert alone.status_code == 403  # who proposed it can't approve it
    assert live.act(routing, "approve", key=live.grace).status_code == 201
    assert not live.centre.told("routing.pushed", routing)
    assert live.act(routing, "push").status_code == 201
    eventually(lambda: live.centre.told("routing.pushed", routing))
    (sent,) = live.centre.told("routing.pushed", routing)
    assert sent["data"]["content"]["external"] == "queue-care-overflow"
    assert sent["data"]["confirm"]["path"] == "/v1/routings/overflow/acts"
    load = {"team": [{"id": "team/care-desk", "load": 0.4}]}
    assert "by" not in live.routes(**load).get("team/care-desk", {})  # nobody has confirmed it
    assert live.act(routing, "confirm", reference="change-4711").status_code == 201
    routes = live.routes(**load)
    assert routes["team/care-desk"] == {
        "team": "team/care-desk",
        "priority": "urgent",
        "otherwise": "team/duty-officer",
        "external": "queue-care-overflow",
        "by": routing,
        "instead_of": SPARED,
    }
    assert SPARED not in routes
    assert live.act(routing, "roll-back", reason="They have caught up.").status_code == 201
    eventually(lambda: live.centre.told("routing.recalled", routing))
    again = live.routes(**load)
    assert again[SPARED]["external"]
    assert all("by" not in route for route in again.values())


def test_every_route_says_its_queue_and_who_is_next(live: Live) -> None:
    for route in live.routes().values():
        assert route["priority"]
        assert route["otherwise"]
        assert route["external"]


def test_a_full_team_passes_on_and_an_unknown_load_spares_nobody(live: Live) -> None:
    routing = "routing/load"
    live.pushed(routing, loadBound=0.9)
    assert live.act(routing, "confirm").status_code == 201
    full = live.routes(team=[{"id": "team/care-desk", "load": 0.9}])
    assert full["team/duty-officer"]["by"] == routing
    assert full["team/duty-officer"]["instead_of"] == "team/care-desk"
    assert SPARED in full
    team = {"name": "Care desk", "escalatesTo": "team/crisis-office", "external": "group-360031"}
    record = {"type": "Team", "id": "team/care-desk", "properties": team}
    live.served.post("/v1/records", record)
    unknown = live.routes()
    assert unknown["team/care-desk"]["by"] == routing
    assert SPARED in unknown
    live.served.post("/v1/records", record | {"properties": team | {"load": 0.5}})
    assert live.act(routing, "roll-back", reason="Enough.").status_code == 201


def test_one_that_nobody_confirms_is_taken_back_and_people_are_alerted(live: Live) -> None:
    routing = "routing/unconfirmed"
    live.pushed(routing, confirmWithin="PT2S")
    eventually(lambda: live.state(routing) == "failed")
    eventually(lambda: live.centre.told("routing.recalled", routing))
    rows = live.served.get("/v1/alerts", limit=200)["items"]
    (alert,) = (row for row in rows if row["id"] == "alert/routing-unconfirmed")
    assert alert["team"] == "team/duty-officer"
    assert routing in alert["reason"]
    late = live.act(routing, "confirm")
    assert late.status_code == 409


def test_it_expires_by_itself(live: Live) -> None:
    routing = "routing/short"
    soon = (LiveClock().now() + timedelta(seconds=6)).isoformat()
    live.pushed(routing, expiresAt=soon)
    assert live.act(routing, "confirm").status_code == 201
    queue = {one["thing"]: one for one in live.served.get("/v1/queue", kind="routing")["items"]}
    assert queue[routing]["due"] is not None
    assert live.routes()["team/care-desk"]["by"] == routing
    eventually(lambda: live.state(routing) == "expired")
    assert all("by" not in route for route in live.routes().values())
    eventually(lambda: live.centre.told("routing.recalled", routing))


def test_too_few_trained_people_on_call_are_not_pushed_to(live: Live) -> None:
    routing = "routing/few"
    assert live.put(routing, minimumAgents=2).status_code == 201
    assert live.act(routing, "propose", reason="Many call.").status_code == 201
    assert live.act(routing, "approve", key=live.grace).status_code == 201
    refused = live.act(routing, "push")  # two are trained, one of them is on call
    assert refused.status_code == 409
    assert "1 people with training in force" in refused.json()["detail"]
    shown = live.served.get("/v1/routings/few")
    assert (shown["trained"], shown["trained_on_call"], shown["minimum"]) == (2, 1, 2)


def test_the_same_from_the_command_line(service: Served) -> None:
    at = datetime.fromisoformat(service.get("/v1/clock")["at"])
    record = {
        "type": "Routing",
        "id": "routing/replayed",
        "properties": said(expiresAt=(at + timedelta(hours=1)).isoformat()),
    }
    service.post("/v1/records", record)
    for command in (
        ("propose", "routing/replayed", "--reason", "Forty calls wait."),
        ("approve", "routing/replayed", "--by", "person/grace"),
        ("push", "routing/replayed"),
        ("confirm", "routing/replayed", "--reference", "change-1"),
    ):
        done = attune("routings", *command, env=beside(service))
        assert done.returncode == 0, done.stderr
    told = attune("routings", "list", "--json", env=beside(service))
    (row,) = (r for r in json.loads(told.stdout)["items"] if r["id"] == "routing/replayed")
    assert row["state"] == "confirmed"
    back = attune(
        "routings", "roll-back", "routing/replayed", "--reason", "Over.", env=beside(service)
    )
    assert "rolled-back" in back.stdout
    unknown = attune("routings", "show", "routing/nobody", env=beside(service))
    assert unknown.returncode == 2

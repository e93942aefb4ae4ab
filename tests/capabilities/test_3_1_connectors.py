"""Whoever runs a channel posts what was approved and confirms it: each message shows what became
of it on each channel, a plan tells what is missing, other words and other hands are found out.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.capabilities.governed import NUMBERS, Desk, Person, incident
from tests.serving import Served, attune, environment, free_port, serving

PATIENCE_S = 60
EXAMPLE = Path(__file__).parents[2] / "docs" / "example_connector.py"
SETTINGS: dict[str, object] = {
    "language": False,
    "webhook_allow": "127.0.0.1",
    "sweep_seconds": 0.2,
}
TEAMS = ("team/crisis-office", "team/legal", "team/executive", "team/communications")


@pytest.fixture(scope="module")
def live(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A live world with the sample: nothing else sends anything."""
    home = Path(shutil.copytree(founded, tmp_path_factory.mktemp("connected") / "home"))
    with serving(home, workers=2, **SETTINGS) as served:
        yield served


@pytest.fixture(scope="module")
def desk(live: Served) -> Desk:
    writer = enrolled(live, "team/communications", "responder", "reviewer")
    signers = {team: enrolled(live, team, "reviewer", "legal") for team in TEAMS}
    return Desk(live, writer, incident(live, "connected", harm="inconvenience"), signers)


def keyed(live: Served, holder: str, *words: str) -> Person:
    """Somebody, or something, with a key made on the command line."""
    given = ("--holder", holder, "--actor", "person/operator", *words)
    made = attune("keys", "create", *given, "--json", env=environment(live.home, **SETTINGS))
    assert made.returncode == 0, made.stderr
    return Person(live, holder, json.loads(made.stdout)["key"])


def enrolled(live: Served, team: str, *roles: str) -> Person:
    key = {"system": "staff", "key": f"connected-{next(NUMBERS)}"}
    record = {"type": "Person", "key": key, "properties": {"memberOf": team}}
    name = str(live.post("/v1/records", record)["id"])
    return keyed(live, name, *(word for role in roles for word in ("--role", role)))


def system(live: Served, name: str) -> Person:
    """A connector's key: it opens its work and its receipts, and nothing else."""
    return keyed(live, f"system/{name}", "--role", "responder", "--scope", "write:receipts")


def command(person: Person, *words: object) -> subprocess.CompletedProcess[str]:
    door = {"ATTUNE_URL": person.service.url, "ATTUNE_KEY": person.key, "PATH": "/usr/bin"}
    return attune(*words, env=door)


def eventually(found: Callable[[], Any]) -> Any:
    until = time.monotonic() + PATIENCE_S
    while not (value := found()):
        assert time.monotonic() < until
        time.sleep(0.1)
    return value


def channel(desk: Desk, message: str) -> dict[str, Any]:
    """What became of a message on its one channel."""
    (found,) = desk.writer.show(message)["channels"]
    return dict(found)


@contextmanager
def website(live: Served, folder: Path, name: str, *, told: bool) -> Iterator[Path]:
    """The example as users copy it, told by webhook or asking for its work; its pages."""
    folder.mkdir()
    port, person = free_port(), system(live, name)
    body: dict[str, object] = {"id": f"connector/{name}", "name": name, "holder": person.id}
    body |= {"channels": ["website"], "languages": [name]}
    body |= {"url": f"http://127.0.0.1:{port}/"} if told else {}
    made = live.post("/v1/connectors", body)
    (folder / "key").write_text(person.key)
    words: list[object] = ["--attune", live.url, "--connector", f"connector/{name}"]
    words += ["--port", port, "--key-file", folder / "key", "--memory", folder / "memory.db"]
    words += ["--pages", folder / "pages"]
    if told:
        (folder / "secret").write_text(str(made["secret"]))
        words += ["--secret-file", folder / "secret"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - our own file
            [sys.executable, "-I", str(EXAMPLE), *map(str, words)],
            env={"PATH": os.environ["PATH"]},
            stderr=log,
        )
    try:
        yield folder / "pages"
    finally:
        process.terminate()
        process.wait()


@pytest.mark.parametrize(("name", "told"), [("en", True), ("de", False)])
def test_what_goes_out_is_posted_confirmed_and_taken_down(
    live: Served, desk: Desk, tmp_path: Path, name: str, *, told: bool
) -> None:
    text = "Züge stehen <still>.\r\nWir sagen um zwölf mehr." if name == "de" else "Trains stand."
    with website(live, tmp_path / name, name, told=told) as pages:
        message = desk.approved(language=name, text=text)
        said = command(desk.writer, "messages", "publish", message, "--rule", "compensate")
        assert said.returncode == 0, said.stderr
        plan = said.stdout.split()[3]
        eventually(lambda: channel(desk, message)["state"] == "out")
        found = channel(desk, message)
        assert "altered" not in found
        assert found["url"].startswith("https://www.example.org/news/")
        (page,) = pages.iterdir()
        assert page.stem == found["external_id"]
        eventually(lambda: f"{plan}  out" in command(desk.writer, "messages", "plan").stdout)
        desk.signers["team/legal"].act(plan, "compensate", reason="The number was wrong.")
        eventually(lambda: channel(desk, message)["state"] == "gone")
        assert [*pages.iterdir()] == []
        eventually(lambda: live.get(f"/v1/{plan.replace('/', 's/')}")["state"] == "taken-back")


def test_who_posts_by_hand_gets_work_on_lease_and_other_words_are_found_out(
    live: Served, desk: Desk
) -> None:
    hand = enrolled(live, "team/communications", "responder")
    operator = Person(live, "person/operator", live.key)
    given = ("--holder", hand.id, "--channel", "press", "--name", "Press desk")
    made = command(operator, "connectors", "add", "connector/press", *given)
    assert made.returncode == 0, made.stderr
    message = desk.approved(channel="press", audience="press", text="All trains run again.")
    desk.writer.act(message, "publish")
    plan = channel(desk, message)["plan"]
    missing = command(desk.writer, "messages", "plan", plan)
    assert missing.returncode == 1
    assert "going-out  press  connector/press" in missing.stdout
    work = command(hand, "connectors", "work", "connector/press", "--json")
    (asked,) = json.loads(work.stdout)["items"]
    assert asked["text"] == "All trains run again."
    assert command(hand, "connectors", "work", "connector/press").stdout == ""
    words = ("connectors", "confirm", "connector/press", asked["placement"], "posted")
    sent = (*words, "--external-id", "mail-7", "--text")
    altered = command(hand, *sent, "No train runs.")
    assert (altered.returncode, "is out" in altered.stdout) == (1, True)
    assert channel(desk, message)["altered"]
    right = command(hand, *sent, "All trains\nrun again.")
    assert right.returncode == 0, right.stderr
    assert "altered" not in channel(desk, message)
    assert command(hand, *sent, "All trains run again.").stdout.endswith(", as was known\n")
    alerts = live.get("/v1/alerts", limit=50)["items"]
    assert any("is not what was approved" in str(one.get("reason")) for one in alerts)


def test_a_channel_that_fails_for_good_is_told_before_its_time(live: Served, desk: Desk) -> None:
    letters = system(live, "letters")
    body = {"id": "connector/letters", "name": "Letters", "holder": letters.id}
    live.post("/v1/connectors", body | {"channels": ["letter"]})
    message = desk.approved(channel="letter", audience="regulator")
    answer = desk.writer.ask("POST", "/v1/messages/publication", {"messages": [message]})
    (asked,) = letters.ask("GET", "/v1/connectors/letters/work")["items"]
    failed = {"placement": asked["placement"], "outcome": "failed", "attempt": asked["attempt"]}
    failed |= {"reason": "The printer is gone.", "retryable": False}
    letters.ask("POST", "/v1/connectors/letters/receipts", failed, 201)
    assert letters.ask("POST", "/v1/connectors/letters/receipts", failed, 200)["known"]
    path = f"/v1/{answer['plan'].replace('/', 's/')}"
    eventually(lambda: live.get(path)["state"] == "incomplete")
    (missing,) = live.get(path)["missing"]
    assert missing["reason"] == "The printer is gone."
    desk.signers["team/legal"].act(answer["plan"], "accept", reason="It can wait.")
    assert live.get(path)["state"] == "accepted"


def test_a_connectors_key_confirms_its_own_and_opens_nothing_else(
    live: Served, desk: Desk
) -> None:
    mine, other = system(live, "mine"), system(live, "other")
    for one in (mine, other):
        name = one.id.partition("/")[2]
        body = {"id": f"connector/{name}", "name": name, "holder": one.id, "languages": ["nl"]}
        live.post("/v1/connectors", body | {"channels": ["app"]})
    message = desk.approved(channel="app", language="nl", text="De treinen rijden niet.")
    desk.writer.act(message, "publish")
    (asked,) = mine.ask("GET", "/v1/connectors/mine/work")["items"]
    receipt = {"placement": asked["placement"], "outcome": "taken-down"}
    other.ask("POST", "/v1/connectors/mine/receipts", receipt, 403)
    other.ask("GET", "/v1/connectors/mine/work", status=403)
    other.ask("POST", "/v1/connectors/other/receipts", receipt, 404)
    mine.ask("POST", "/v1/connectors/mine/receipts", receipt, 409)
    mine.ask("GET", f"/v1/{message.replace('/', 's/')}", status=403)
    mine.act(asked["placement"], "mark-out", status=403, reason="Trust me.")


def test_publishing_again_under_the_same_key_gives_the_same_plan(desk: Desk) -> None:
    message = desk.approved(channel="store")
    headers = {"Authorization": f"Bearer {desk.writer.key}", "Idempotency-Key": "plan-1"}
    with httpx.Client(base_url=desk.service.url, headers=headers, timeout=60) as client:
        first, again = (
            client.post("/v1/messages/publication", json={"messages": [message]}) for _ in range(2)
        )
    assert first.json() == again.json()
    assert first.json()["unconnected"] == [message]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"channels": ["pigeon"]}, "/channels/0"),
        ({"channels": []}, "/channels"),
        ({"id": "website"}, "/id"),
        ({"holder": "team/web"}, "/holder"),
        ({"url": "http://10.0.0.1/"}, "/url"),
        ({"languages": ["English"]}, "/languages/0"),
        ({"regions": ["here"]}, "/regions/0"),
        ({"regions": ["region/atlantis"]}, "/regions/0"),
        ({"colour": "red"}, "/colour"),
    ],
)
def test_a_connector_that_won_t_do_is_refused(
    live: Served, body: dict[str, Any], words: str
) -> None:
    right = {"id": "connector/x", "name": "X", "holder": "system/x", "channels": ["website"]}
    problem = live.post("/v1/connectors", right | body, status=422)
    assert any(words in fault["pointer"] for fault in problem["errors"])


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"rule": "hope"}, "/rule"),
        ({"within": "soon"}, "/within"),
        ({"within": 15}, "/within"),
        ({"within": "PT0S"}, "/within"),
        ({"team": "person/ada"}, "/team"),
        ({"team": "team/nobody"}, "/team"),
    ],
)
def test_a_plan_that_won_t_do_is_refused_and_nothing_goes_out(
    desk: Desk, ready: str, body: dict[str, Any], words: str
) -> None:
    wanted = {"messages": [ready]} | body
    problem = desk.writer.ask("POST", "/v1/messages/publication", wanted, 422)
    assert any(words in fault["pointer"] for fault in problem["errors"])
    assert desk.writer.show(ready)["state"] == "approved"


@pytest.fixture(scope="module")
def ready(desk: Desk) -> str:
    return desk.approved(channel="chat")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"outcome": "posted"}, "needs external_id, digest"),
        ({"outcome": "failed"}, "needs attempt, reason, retryable"),
        ({"outcome": "lost"}, "'posted', 'failed' or 'taken-down'"),
        ({"outcome": "taken-down", "url": "https://rail.example/"}, "has no url"),
        ({"outcome": "posted", "external_id": "1", "digest": "short"}, "pattern"),
        ({"outcome": "taken-down", "placement": "website"}, "pattern"),
        ({"outcome": "taken-down", "at": "yesterday"}, "datetime"),
    ],
)
def test_a_receipt_that_says_too_little_or_too_much_is_refused(
    live: Served, body: dict[str, Any], words: str
) -> None:
    anyone = system(live, "anyone")
    if httpx.get(f"{live.url}/v1/connectors/anyone", headers=bearer(live.key)).status_code != 200:
        told = {"id": "connector/anyone", "name": "A", "holder": anyone.id, "channels": ["store"]}
        live.post("/v1/connectors", told | {"languages": ["xx"]})
    whole = {"placement": "placement/1"} | body
    problem = anyone.ask("POST", "/v1/connectors/anyone/receipts", whole, 422)
    assert words in json.dumps(problem)


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}

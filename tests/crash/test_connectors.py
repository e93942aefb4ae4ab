"""Service and connectors, killed in mid-plan again and again: nothing is posted twice or lost."""

import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil  # type: ignore[import-untyped] # ships no types
import pytest

from ontology.identity import ThingId
from ontology.lifecycle import Actor, Role
from service import drafting, submitting
from service.acts import propose, put_record
from service.clock import LiveClock, pause
from service.message_bodies import MessageIn
from service.message_content import approvals
from service.placements import digest_of
from service.settings import Settings
from service.world import World
from tests.conftest import key_for
from tests.crash.receiver import heard_of, words_of
from tests.rules.examples import NIGHTLY
from tests.serving import environment, free_port

ROUNDS = 8 if NIGHTLY else 4
PATIENCE_S = 300
HOPELESS_S = 6
"""Granian gives up on workers that die again within less."""

POINTS = ("taken", "posted", "told", "")
"""Where a connector dies in a round; in the last it lives."""

SETTINGS: dict[str, object] = {
    "language": False,
    "webhook_allow": "127.0.0.1",
    "sweep_seconds": 0.1,
}
WRITER = Actor(id=ThingId("person/writer"), roles=frozenset({Role.RESPONDER, Role.REVIEWER}))
SIGNER = Actor(id=ThingId("person/signer"), roles=frozenset({Role.REVIEWER, Role.LEGAL}))
CHANNELS = {"web": "website", "app": "app"}


@dataclass
class Mortals:
    """A service and two connectors, each of which is killed and started again."""

    home: Path
    keys: dict[str, str]
    port: int = field(default_factory=free_port)
    hook: int = field(default_factory=free_port)
    secret: str = ""
    service: "subprocess.Popen[bytes] | None" = None
    connectors: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def serve(self) -> None:
        """Start the service and wait until it answers."""
        with (self.home.parent / "serve.log").open("ab") as log:
            self.service = subprocess.Popen(  # noqa: S603 - our own interpreter
                [sys.executable, "-m", "service", "serve", "--port", str(self.port)],
                env=environment(self.home, workers=2, **SETTINGS),
                stdout=log,
                stderr=log,
            )
        eventually(self.ready)

    def ready(self) -> bool:
        """Whether it answers; it is to be alive."""
        assert self.service is not None
        assert self.service.poll() is None, (self.home.parent / "serve.log").read_text()[-4_000:]
        try:
            return httpx.get(f"{self.url}/readyz", timeout=30).is_success
        except httpx.TransportError:
            return False

    def kill_service(self) -> None:
        """Kill all of its processes at once."""
        assert self.service is not None
        main = psutil.Process(self.service.pid)
        for one in (main, *main.children(recursive=True)):
            one.kill()
        self.service.wait()

    def kill_workers(self) -> None:
        """Kill both workers at once; the one that started them starts others."""
        assert self.service is not None
        main = psutil.Process(self.service.pid)
        eventually(lambda: all(age(one) > HOPELESS_S for one in main.children()))
        for one in main.children():
            one.kill()

    def connect(self, name: str, die: str, *more: str) -> None:
        """Start a connector that dies at a point."""
        words = ["--attune", self.url, "--connector", f"connector/{name}", "--die", die, *more]
        words += ["--key", self.keys[name], "--memory", str(self.memory(name))]
        if name == "web":
            words += ["--secret", self.secret, "--port", str(self.hook)]
        with (self.home.parent / f"{name}.log").open("ab") as log:
            self.connectors[name] = subprocess.Popen(  # noqa: S603 - our own file
                [sys.executable, "-m", "tests.crash.receiver", *words], stderr=log
            )

    def kill_connector(self, name: str) -> None:
        self.connectors[name].kill()
        self.connectors[name].wait()

    def bury(self, name: str, die: str) -> None:
        """Wait until a connector has come to where it dies, and start it again.

        One that died over what it had taken does nothing until it is asked for that once more.
        """
        self.connectors[name].wait(PATIENCE_S)
        if die != "taken":
            self.connect(name, "")
            return
        last = heard_of(self.memory(name))[-1]
        self.connect(name, "", "--until", last)
        eventually(lambda: heard_of(self.memory(name)).count(last) > 1)

    def memory(self, name: str) -> Path:
        return self.home.parent / f"{name}.db"

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> dict[str, Any]:
        """Ask until somebody answers, as a client does whose service has died."""
        headers["Authorization"] = f"Bearer {self.keys['writer']}"
        until = time.monotonic() + PATIENCE_S
        while True:
            try:
                answer = httpx.request(
                    method, f"{self.url}{path}", json=body, headers=headers, timeout=60
                )
            except httpx.TransportError:
                assert time.monotonic() < until
                time.sleep(0.05)
                continue
            assert answer.is_success, answer.text
            return dict(answer.json())


def age(process: psutil.Process) -> float:
    """How long a process has lived, in seconds."""
    return LiveClock().now().timestamp() - float(process.create_time())


def eventually(found: Callable[[], Any]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not found():
        assert time.monotonic() < until
        time.sleep(0.05)


def prepared(home: Path) -> tuple[dict[str, str], list[dict[str, str]]]:
    """The keys of a writer, an admin and the connectors, and the messages of each plan."""
    with closing(World.open(Settings(home=home, language=False))) as world:
        for person, team in (("writer", "team/communications"), ("signer", "team/executive")):
            body = {"type": "Person", "properties": {"memberOf": team}}
            put_record(world, **body, id=ThingId(f"person/{person}"), actor=WRITER)  # type: ignore[arg-type] # a dict of two sorts
        keys = {"writer": key_for(world, WRITER.id, "responder", "reviewer", "admin")}
        keys |= {name: key_for(world, f"system/{name}", "responder") for name in CHANNELS}
        plans = [
            {name: approved(world, number, channel) for name, channel in CHANNELS.items()}
            for number in range(ROUNDS)
        ]
    return keys, plans


def approved(world: World, number: int, channel: str) -> str:
    """A message that all have signed."""
    text = f"Train {number} is late; we will say more on the {channel}."
    said = {"kind": "statement", "audience": "public", "channel": channel, "language": "en"}
    body = MessageIn.model_validate(said | {"text": text, "admission": "none"})
    message = drafting.draft(world, body, WRITER).subject
    world.catch_up()
    submitting.submit(world, message, WRITER)
    world.catch_up()
    for one, shown in approvals(world.graph, message).items():
        if shown["state"][0] == "requested":
            propose(world, thing=one, kind="approval", act="grant", data={}, actor=SIGNER)
    world.catch_up()
    assert world.graph.state(message) == "approved", approvals(world.graph, message)
    return message


@pytest.fixture
def mortals(home: Path) -> Iterator[tuple[Mortals, list[dict[str, str]]]]:
    """All of them alive, and the plans that wait to be published."""
    keys, plans = prepared(home)
    made = Mortals(home=home, keys=keys)
    try:
        made.serve()
        for name, channel in CHANNELS.items():
            body = {"id": f"connector/{name}", "name": name, "holder": f"system/{name}"}
            body |= {"url": f"http://127.0.0.1:{made.hook}/"} if name == "web" else {}
            told = made.ask("POST", "/v1/connectors", body | {"channels": [channel]})
            made.secret = str(told.get("secret", made.secret))
            made.connect(name, "")
        yield made, plans
    finally:
        for name in made.connectors:
            made.kill_connector(name)
        if made.service is not None and made.service.poll() is None:
            made.kill_service()


@contextmanager
def publishing(mortals: Mortals, number: int, plan: dict[str, str]) -> Iterator[None]:
    """Publish a plan meanwhile, asking again under the same key until it is answered."""
    body = {"messages": [*plan.values()], "within": "P1D"}
    key = {"Idempotency-Key": f"plan-{number}"}
    ask = threading.Thread(
        target=mortals.ask, args=("POST", "/v1/messages/publication", body), kwargs=key
    )
    ask.start()
    yield
    ask.join()


@pytest.mark.slow
def test_nothing_is_posted_twice_or_lost_whoever_dies(
    mortals: tuple[Mortals, list[dict[str, str]]],
) -> None:
    them, plans = mortals
    chance = random.Random(7)  # noqa: S311 - when to kill, no secret
    for number, plan in enumerate(plans):
        for place, name in enumerate(CHANNELS):
            them.kill_connector(name)
            them.connect(name, POINTS[(number + place) % len(POINTS)])
        with publishing(them, number, plan):
            pause(chance.random(), threading.Event())
            if number % 4 == 0:
                them.kill_service()
                them.serve()
            elif number % 4 == 2:
                them.kill_workers()
        for place, name in enumerate(CHANNELS):
            if die := POINTS[(number + place) % len(POINTS)]:
                them.bury(name, die)
    eventually(lambda: {one["state"] for one in them.ask("GET", "/v1/plans")["items"]} == {"out"})
    assert len(them.ask("GET", "/v1/plans")["items"]) == ROUNDS
    for name in CHANNELS:
        check(them, name, [plan[name] for plan in plans])


def check(them: Mortals, name: str, messages: list[str]) -> None:
    """Each message is posted once in its words, and the service knows under which id."""
    expected = {}
    for message in messages:
        shown = them.ask("GET", f"/v1/{message.replace('/', 's/')}")
        (placement,) = shown["channels"]
        assert (placement["state"], placement.get("altered")) == ("out", None)
        expected[placement["placement"]] = digest_of(shown["text"])
    posted = words_of(them.memory(name))
    assert Counter(posted) == Counter(expected.items())
    again = [one for one, times in Counter(heard_of(them.memory(name))).items() if times > 1]
    assert again  # a connector that died over it was asked anew, and did it once

"""A policy is swapped in every worker at once, while decisions are asked."""

import threading
from pathlib import Path
from typing import Any

from service.settings import Settings
from service.world import World
from tests.conftest import key_for
from tests.serving import Served, serving

BOOK = "rules/books/escalation.yaml"
CONNECTIONS = 6


def second_key(home: Path) -> str:
    """A key of another person, who may approve."""
    world = World.open(Settings(home=home, language=False))
    text = key_for(world, "person/second", "governance")
    world.close()
    return text


def approved(served: Served, home: Path) -> tuple[str, str, str]:
    """The digest that is active, and the path and digest of an approved proposal."""
    before = str(served.get("/v1/policies")["active"])
    files: dict[str, Any] = served.get(f"/v1/policies/{before}")["files"]
    changed = files | {BOOK: files[BOOK] + "# another\n"}
    body = {"files": changed, "reason": "A test of swapping.", "base": before}
    proposal = served.post("/v1/policies", body)
    acts = str(proposal["links"]["acts"])
    other = {"Authorization": f"Bearer {second_key(home)}"}
    with served.client() as client:
        client.post(acts, json={"act": "approve"}, headers=other).raise_for_status()
    return before, acts, str(proposal["digest"])


def test_no_decision_names_the_old_policy_once_the_new_one_is_acknowledged(home: Path) -> None:
    named: list[tuple[bool, str]] = []
    swapped, stop = threading.Event(), threading.Event()

    def ask(served: Served) -> None:
        with served.client() as client:
            while not stop.is_set():
                late = swapped.is_set()
                answer = client.post("/v1/decisions", json={"precedents": 0})
                named.append((late, str(answer.json()["decision"]["policy"])))

    with serving(home, workers=2, language=False) as served:
        before, acts, after = approved(served, home)
        threads = [threading.Thread(target=ask, args=(served,)) for _ in range(CONNECTIONS)]
        for thread in threads:
            thread.start()
        while len(named) < 10 * CONNECTIONS:
            stop.wait(0.01)
        served.post(acts, {"act": "activate"})
        swapped.set()
        early = len(named)
        while len(named) < early + 20 * CONNECTIONS:
            stop.wait(0.01)
        stop.set()
        for thread in threads:
            thread.join()
    assert {digest for _, digest in named} == {before, after}
    assert {digest for late, digest in named if late} == {after}

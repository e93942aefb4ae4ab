"""Every decision and act stands in an append-only ledger with its actor, and an auditor proves
with SHA-256 alone that an event is in it and that nothing before was changed.
"""

import hashlib
from pathlib import Path
from typing import Any

import pytest

from tests.capabilities.conftest import beside
from tests.serving import Served, attune


def joined(left: bytes, right: bytes) -> bytes:
    """The hash of two nodes, as RFC 9162 says."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(index: int, size: int, leaf: bytes, path: list[bytes]) -> bytes:
    """The root that an inclusion proof leads to (RFC 9162, 2.1.3.2)."""
    node, last = index, size - 1
    found = leaf
    for sibling in path:
        if node & 1 or node == last:
            found = joined(sibling, found)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            found = joined(found, sibling)
        node, last = node >> 1, last >> 1
    assert last == 0
    return found


@pytest.fixture(scope="module")
def made(service: Served) -> dict[str, Any]:
    return service.post("/v1/decisions", {"incident": "incident/2013-ny-train", "precedents": 0})


def test_a_decision_is_proved_to_be_in_the_ledger(service: Served, made: dict[str, Any]) -> None:
    told = service.get(f"/v1/ledger/events/{made['sequence']}")
    proof = told["proof"]
    path = [bytes.fromhex(node) for node in proof["path"]]
    leaf = bytes.fromhex(told["leaf"])
    assert told["event"]["id"] == made["id"]
    root = root_of(made["sequence"] - 1, proof["size"], leaf, path)
    assert root.hex() == proof["root"]


def test_an_event_names_who_did_it_and_when(service: Served, made: dict[str, Any]) -> None:
    accepted = service.post(f"{made['links']['acts']}", {"act": "accept"})
    event = service.get(f"/v1/ledger/events/{accepted['sequence']}")["event"]
    assert event["actor"] == "person/operator"
    assert (event["data"]["from"], event["data"]["to"]) == ("proposed", "accepted")
    assert event["recorded_at"]


def test_a_later_head_extends_an_earlier_one(service: Served) -> None:
    before = service.get("/v1/ledger/head")
    service.post("/v1/decisions", {"precedents": 0})
    after = service.get("/v1/ledger/head")
    assert after["size"] > before["size"]
    told = service.get(f"/v1/ledger/consistency/{before['size']}/{after['size']}")
    assert told["roots"][0] == before["root"]


def test_the_whole_ledger_verifies_from_the_command_line(service: Served) -> None:
    done = attune("ledger", "verify", "--json", env=beside(service))
    assert done.returncode == 0, done.stderr


def test_a_decision_is_made_again_to_the_byte(service: Served, made: dict[str, Any]) -> None:
    assert service.post(made["links"]["replay"], status=200)["identical"] is True


def test_what_was_known_at_a_minute_leaves_the_house_in_a_file_that_proves_it(
    service: Served, made: dict[str, Any], tmp_path: Path
) -> None:
    file, at = tmp_path / "sitrep.html", made["decision"]["at"]
    words = ("incident/2013-ny-train", "--at", at, "--out", str(file))
    done = attune("sitrep", *words, env=beside(service))
    assert done.returncode == 0, done.stderr
    told = service.get(f"/v1/incidents/2013-ny-train/sitrep?at={at}")
    assert told["tree"]["root"] in file.read_text(encoding="utf-8")
    held = attune("ledger", "verify", "--file", str(file), env=beside(service))
    assert held.returncode == 0, held.stdout
    changed = file.read_text(encoding="utf-8").replace("commuter train", "freight train")
    file.write_text(changed, encoding="utf-8")
    refused = attune("ledger", "verify", "--file", str(file), env=beside(service))
    assert refused.returncode == 1
    assert "is not as it was signed" in refused.stdout or "beside the lines" in refused.stdout

"""A policy of any size: checked, proposed, active, and the first decision by it."""

import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any, Final

from bench.measuring import Figure, wall_ms
from bench.rulebooks import book, bundle, rules
from bench.rules_engines import SIZES
from bench.worlds import sample_world
from ontology.facts import catalogue
from ontology.identity import ThingId
from rules.policy import build
from rules.rulebook import MOST_REMEMBERED, parse
from service.app import create
from service.founding import OPERATOR
from service.issuing import Issuer
from service.world import World

_BOOKS: Final = re.compile(r"rules/books/")
_DECISION: Final = {"incident": "incident/2013-ny-train", "precedents": 0}

Ask = Callable[..., dict[str, Any]]


def measure() -> Iterator[Figure]:
    """Wall time of each step at each size, and what a rule costs against the smallest size."""
    costs: dict[str, float] = {}
    for size in SIZES:
        files = bundle(size)
        steps = {"read and checked": _checked(files), "attune rules check": _commanded(files)}
        steps |= _activated(files)
        for name, taken in steps.items():
            yield _figure(name, size, taken, costs)


def _figure(name: str, size: int, taken: float, costs: dict[str, float]) -> Figure:
    """The time of a step, and its cost a rule beside that at 200 rules."""
    cost = taken / size
    if size == _COMPARED:
        costs[name] = cost
    ratio = cost / costs[name] if name in costs and size > _COMPARED else None
    return Figure(
        name=f"{name}, {size} rules",
        value=taken,
        unit="ms wall",
        against=f"a rule at {_COMPARED}" if ratio is not None else "",
        ratio=ratio,
    )


_COMPARED: Final = 200
"""Smaller policies cost mostly what every policy costs."""


def _checked(files: Mapping[str, str]) -> float:
    """Reading, in this process, what was not read before."""
    runs = count()

    def read() -> None:
        new = f"# {next(runs)}\n"
        build({name: (text + new).encode() for name, text in files.items()}, catalogue())

    return wall_ms(read, runs=5)


def _commanded(files: Mapping[str, str]) -> float:
    """The command, with the start of its process."""
    with tempfile.TemporaryDirectory(prefix="attune-bench-") as folder:
        for name, text in files.items():
            Path(folder, Path(name).name).write_text(text)
        command = [sys.executable, "-m", "service", "rules", "check", folder]
        return _timed(lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL))


def _activated(files: Mapping[str, str]) -> dict[str, float]:
    """Two people and a running service: what each of them waits for."""
    with sample_world() as world:
        ask = _asking(world)
        before = ask("get", "/v1/policies/active")["digest"]
        kept = ask("get", f"/v1/policies/{before}")["files"]
        whole = {name: text for name, text in kept.items() if not _BOOKS.match(name)}
        body = {"files": {**whole, **files}, "base": before, "reason": "To measure it."}
        found: dict[str, dict[str, Any]] = {}

        def propose() -> None:
            found["proposal"] = ask("post", "/v1/policies", body)

        def decide() -> None:
            found["decision"] = ask("post", "/v1/decisions", _DECISION)["decision"]

        taken = {"proposed: checked, cases green, tried": _timed(propose)}
        acts = found["proposal"]["links"]["acts"]
        ask("post", acts, {"act": "approve"}, second=True)
        taken["activated: tried once more"] = _timed(
            lambda: ask("post", acts, {"act": "activate"})
        )
        _forget()
        taken["the first decision by it, in a worker that never read it"] = _timed(decide)
        if found["decision"]["policy"] != found["proposal"]["digest"]:
            raise RuntimeError("the first decision names another policy")
        taken["the next decision"] = _timed(decide)
        return taken


def _forget() -> None:
    """Read so many other books that none of the policy is remembered."""
    for at in range(MOST_REMEMBERED):
        parse(book(rules(1), f"other-{at}"), file="other.yaml", catalogue=catalogue())


def _asking(world: World) -> Ask:
    """The service's HTTP interface in this process, for two people."""
    client = create(world.settings, world=world).test_client()
    issuer = Issuer(world.ledger, world.keys, actor=OPERATOR, ids=world.ids, now=world.clock.now)
    _, other = issuer.create(ThingId("person/second"), ("governance",))
    world.catch_up()
    own = world.settings.operator_key.read_text().strip()

    def ask(
        method: str, path: str, body: object = None, *, second: bool = False
    ) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {other if second else own}"}
        answer = client.open(path, method=method.upper(), json=body, headers=headers)
        if answer.status_code >= 300:  # noqa: PLR2004 - no success
            raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text[:500]}")
        found: dict[str, Any] = answer.get_json()
        return found

    return ask


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1_000.0

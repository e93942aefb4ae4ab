"""A policy of any size: checked, proposed, active, and the first decision by it."""

import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any, Final

import httpx

from bench.http import founded, served
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
from service.settings import Settings
from service.world import World

_BOOKS: Final = re.compile(r"rules/books/")
_DECISION: Final = {"incident": "incident/2013-ny-train", "precedents": 0}

_COMPARED: Final = 200
"""Smaller policies cost mostly what every policy costs."""

_AT_ONCE: Final = 8
_PATIENCE: Final = 120.0

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
    yield from _over_http()


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
        body = _changed(kept, before, files)
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


def _changed(kept: Mapping[str, str], base: str, files: Mapping[str, str]) -> dict[str, object]:
    """A proposal with other books, the rest of the bundle as it is."""
    whole = {name: text for name, text in kept.items() if not _BOOKS.match(name)}
    return {"files": {**whole, **files}, "base": base, "reason": "To measure it."}


def _keys(world: World) -> tuple[str, str]:
    """The keys of the operator and of somebody else who may approve."""
    issuer = Issuer(world.ledger, world.keys, actor=OPERATOR, ids=world.ids, now=world.clock.now)
    _, other = issuer.create(ThingId("person/second"), ("governance",))
    world.catch_up()
    return world.settings.operator_key.read_text().strip(), other


def _asking(world: World) -> Ask:
    """The service's HTTP interface in this process, for two people."""
    client = create(world.settings, world=world).test_client()
    own, other = _keys(world)

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


def _over_http() -> Iterator[Figure]:
    """Two workers that run: what an activation and the decisions right after it take."""
    with tempfile.TemporaryDirectory(prefix="attune-bench-") as folder:
        home = Path(folder, "home")
        environment = founded(home)
        world = World.open(Settings(home=home, language=False))
        own, other = _keys(world)
        world.close()
        serve = ["-m", "service", "serve", "--workers", "2"]
        with served(serve, environment, "") as one, _client(one.url, own) as first:
            with _client(one.url, other) as second:
                acts, digest = _proposed(first, second)
            took = _timed(lambda: first.post(acts, json={"act": "activate"}).raise_for_status())
            name = f"over HTTP, {_COMPARED} rules, 2 workers"
            yield Figure(name=f"activated {name}", value=took, unit="ms wall")
            slowest = max(_first_decisions(one.url, own, digest))
            note = f"the slowest of {_AT_ONCE} at once"
            yield Figure(name=f"first decisions {name}", value=slowest, unit="ms wall", note=note)


def _proposed(first: httpx.Client, second: httpx.Client) -> tuple[str, str]:
    """An approved policy: where its acts are posted, and its digest."""
    base = first.get("/v1/policies/active").json()["digest"]
    body = _changed(first.get(f"/v1/policies/{base}").json()["files"], base, bundle(_COMPARED))
    proposal = first.post("/v1/policies", json=body).raise_for_status().json()
    acts = str(proposal["links"]["acts"])
    second.post(acts, json={"act": "approve"}).raise_for_status()
    return acts, str(proposal["digest"])


def _first_decisions(url: str, key: str, digest: str) -> list[float]:
    """What each of several decisions takes that are asked at once."""

    def ask(_: int) -> float:
        with _client(url, key) as client:
            start = time.perf_counter()
            answer = client.post("/v1/decisions", json=_DECISION).raise_for_status()
            taken = (time.perf_counter() - start) * 1_000.0
        if answer.json()["decision"]["policy"] != digest:
            raise RuntimeError("a decision after the activation names another policy")
        return taken

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return [*pool.map(ask, range(_AT_ONCE))]


def _client(url: str, key: str) -> httpx.Client:
    return httpx.Client(
        base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=_PATIENCE
    )


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1_000.0

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier

import pytest

from knowledge.graph import Graph
from knowledge.ledger import Ledger
from knowledge.refusals import Conflict
from knowledge.sealing import KeyStore
from ontology.events import Draft, Json
from ontology.gate import judge
from ontology.identity import Scope, ThingId
from ontology.records import check, type_of_kind

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
ROUNDS = 12

Open = Callable[[], tuple[Ledger, Graph]]


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Open]:
    """Opens what one worker process has: its own ledger and graph over the same files."""
    opened: list[Ledger] = []
    keys = KeyStore.open(tmp_path / "keys")

    def open_one() -> tuple[Ledger, Graph]:
        ledger = Ledger.open(
            f"sqlite:///{tmp_path / 'ledger.db'}",
            keys=keys,
            now=lambda: AT,
            lock_path=tmp_path / "lock",
        )
        opened.append(ledger)
        return ledger, Graph(ledger, None, keys)

    yield open_one
    for ledger in opened:
        ledger.close()
    keys.close()


def draft(tag: str, type_: str, subject: str, data: dict[str, Json]) -> Draft:
    return Draft(
        id=f"event/{tag}",
        type=type_,
        subject=ThingId(subject),
        actor=ThingId("person/a"),
        occurred_at=AT,
        scopes=(Scope(subject),),
        data=data,
    )


def put(tag: str, subject: str, **properties: Json) -> Draft:
    record = check(type_of_kind(subject.partition("/")[0]) or "", properties, id=subject)
    return draft(tag, "record.put", subject, record.data())


def removed(tag: str, subject: str) -> Draft:
    return draft(tag, "record.removed", subject, {})


def propose(ledger: Ledger, graph: Graph, proposal: Draft) -> bool:
    """Judge and append until the ground holds still; whether it was let through."""
    while True:
        graph.catch_up()
        verdict = judge(graph, [proposal], AT)
        if verdict.refused:
            return False
        scopes = frozenset(proposal.scopes) | verdict.touches
        try:
            ledger.append([replace(proposal, scopes=tuple(scopes))], expected=verdict.scopes)
        except Conflict:
            continue
        return True


def race(worker: Open, *proposals: Draft) -> list[bool]:
    """Each proposal from a worker of its own, all at the same moment."""
    start = Barrier(len(proposals))
    places = [worker() for _ in proposals]

    def run(place: tuple[Ledger, Graph], proposal: Draft) -> bool:
        start.wait()
        return propose(*place, proposal)

    with ThreadPoolExecutor(len(proposals)) as pool:
        return list(pool.map(run, places, proposals))


def test_a_team_is_never_removed_while_a_touchpoint_gets_it_as_its_owner(worker: Open) -> None:
    ledger, graph = worker()
    assert propose(ledger, graph, put("top", "team/top", name="Top", atTier="board"))
    for number in range(ROUNDS):
        team, n = f"team/t{number}", str(number)
        assert propose(ledger, graph, put("t" + n, team, name="T", escalatesTo="team/top"))
        owned = put("o" + n, f"touchpoint/p{number}", name="P", ownedBy=team)
        assert sorted(race(worker, removed("r" + n, team), owned)) == [False, True]


def test_two_fallbacks_never_close_a_circle_from_both_ends(worker: Open) -> None:
    ledger, graph = worker()
    assert propose(ledger, graph, put("last", "platform/last", name="Last", lastResort=True))
    for number in range(ROUNDS):
        one, other, n = f"platform/a{number}", f"platform/b{number}", str(number)
        for name, platform in (("a" + n, one), ("b" + n, other)):
            assert propose(ledger, graph, put(name, platform, name="P", fallback="platform/last"))
        forth = put("f" + n, one, name="P", fallback=other)
        back = put("g" + n, other, name="P", fallback=one)
        assert sorted(race(worker, forth, back)) == [False, True]


def test_workers_read_each_other_s_writes(worker: Open) -> None:
    (first, mine), (_, theirs) = worker(), worker()
    assert propose(first, mine, put("top", "team/top", name="Top", atTier="board"))
    theirs.catch_up()
    assert theirs.get(ThingId("team/top"), "name") == "Top"
    assert set(theirs.store) == set(caught_up(mine).store)


def caught_up(graph: Graph) -> Graph:
    graph.catch_up()
    return graph

"""Precedents among 100,000 real texts: the vector stage beside its peers, and a whole search."""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from bench.measuring import Figure, cpu_ms, wall_ms
from bench.real_texts import texts
from knowledge.language.embedding import Vectors, load
from knowledge.neighbours import BLOCK, WIDTH, Neighbours
from knowledge.precedents import Filters, Precedent, PrecedentIndex
from knowledge.vector_cache import VectorCache
from ontology.identity import ThingId
from service.ranking_runs import default_cache

_CASES = 100_000
_QUERIES = 1_000
_TOP = 10
_FEWEST = 2 * BLOCK + _QUERIES
"""Texts below which the graph has nothing to find."""
_ASKED = "A commuter train left the rails in a curve; four people died."


def measure() -> Iterator[Figure]:
    """Real texts, each a case; others of them are what is asked. Embedded once, then kept."""
    said = texts()[: _CASES + _QUERIES]
    if len(said) < _FEWEST:
        lacks = f"{len(said)} texts; {_FEWEST} would do: name their folder in ATTUNE_SHARED"
        raise SystemExit(lacks)
    vectors = VectorCache(default_cache()).vectors(said)
    cases, queries = vectors[:-_QUERIES], vectors[-_QUERIES:]
    yield Figure(name="cases", value=len(cases), unit="real texts")
    nearest = [np.argpartition(-(cases @ query), _TOP)[:_TOP] for query in queries]
    yield from _exact(cases, queries, nearest)
    graph = Neighbours.none().grown([cases[: _CASES // BLOCK * BLOCK]])
    yield from _graph("HNSW graph (faiss, 16 bits), ours", graph, queries, nearest)
    folder = Path(tempfile.mkdtemp(prefix="attune-bench-"))
    try:
        yield from _searches(_index(folder, said, cases), queries)
    finally:
        shutil.rmtree(folder)


def _exact(cases: Vectors, queries: Vectors, nearest: Sequence[np.ndarray]) -> Iterator[Figure]:
    def one_by_one() -> None:
        scores = cases @ queries[0]
        np.argpartition(-scores, _TOP)

    def in_batches() -> None:
        np.argpartition(-(queries[:100] @ cases.T), _TOP, axis=1)

    yield _rate("exact, float32, one query at a time", one_by_one, 1, 1.0)
    yield _rate("exact, float32, 100 queries at a time", in_batches, 100, 1.0)
    scale = float(np.abs(cases).max()) / 127
    small = np.round(cases / scale).astype(np.int8)

    def eight_bits(query: Vectors) -> np.ndarray:
        scores = np.concatenate(
            [small[at : at + 4096].astype(np.float32) @ query for at in range(0, len(small), 4096)]
        )
        near = np.argpartition(-scores, 50)[:50]
        return near[np.argsort(-(cases[near] @ query))[:_TOP]]

    found = [eight_bits(query) for query in queries[:30]]
    recall = _recall(found, nearest)
    yield _rate("int8 by numpy, best 50 ranked again", lambda: eight_bits(queries[0]), 1, recall)


def _graph(
    name: str, graph: Neighbours, queries: Vectors, nearest: Sequence[np.ndarray]
) -> Iterator[Figure]:
    """With the rows that fill no block left out, as they cost next to nothing."""
    covered = [[row for row in rows if row < graph.rows] for rows in nearest]
    found = [graph.near(query, WIDTH)[:_TOP] for query in queries]
    recall = sum(
        len({*map(int, a)} & {*map(int, b)}) / max(1, len(b))
        for a, b in zip(found, covered, strict=True)
    ) / len(covered)

    def all_of_them() -> None:
        for query in queries:
            graph.near(query, _TOP)

    yield _rate(name, all_of_them, len(queries), recall, aim="≥ 2,000/s at recall ≥ .98")


def _recall(found: Sequence[np.ndarray], nearest: Sequence[np.ndarray]) -> float:
    pairs = [*zip(found, nearest, strict=False)]
    return sum(len({*map(int, a)} & {*map(int, b)}) for a, b in pairs) / (_TOP * len(pairs))


def _rate(
    name: str, work: Callable[[], object], queries: int, recall: float, aim: str = ""
) -> Figure:
    return Figure(
        name=name,
        value=1000.0 * queries / cpu_ms(work, runs=2),
        unit="q/CPU-s",
        note=f"recall@10 {recall:.3f}",
        aim=aim,
    )


def _index(folder: Path, said: Sequence[str], cases: Vectors) -> PrecedentIndex:
    given = iter(cases)
    index = PrecedentIndex.open(
        folder, embed=lambda texts: np.asarray([next(given) for _ in texts], dtype=np.float32)
    )
    index.add(
        Precedent(
            id=ThingId(f"precedent/b{number:06d}"),
            title=f"Case {number}",
            text=text,
            source="rare" if number % 100 == 0 else "bench",
            cluster=("victim", "accidental", "preventable")[number % 3],
        )
        for number, text in enumerate(said[: len(cases)])
    )
    return index


def _searches(index: PrecedentIndex, queries: Vectors) -> Iterator[Figure]:
    embedder = load()
    asked = PrecedentIndex.open(index.directory, embed=embedder.embed)
    for name, filters in (
        ("no filter", Filters()),
        ("a third passes", Filters(cluster=frozenset({"victim"}))),
        ("one in a hundred passes", Filters(source=frozenset({"rare"}))),
    ):

        def by_vector(filters: Filters = filters) -> None:
            index.search(queries[0], filters=filters)

        def by_text(filters: Filters = filters) -> None:
            asked.search(_ASKED, filters=filters)

        value = wall_ms(by_vector, runs=10)
        yield Figure(name=f"search, vector given, {name}", value=value, unit="ms wall")
        value = wall_ms(by_text, runs=10)
        yield Figure(name=f"search from text, {name}", value=value, unit="ms wall", aim="≤ 25 ms")
        yield Figure(
            name=f"search from text, {name}", value=cpu_ms(by_text, runs=10), unit="ms CPU"
        )

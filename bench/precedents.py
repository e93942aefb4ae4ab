"""Precedent queries among 15,000 cases: the search itself, and with the query's embedding."""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from bench.measuring import Figure, wall_ms
from knowledge.language.embedding import DIMENSIONS, Vectors, load
from knowledge.precedents import Precedent, PrecedentIndex
from ontology.identity import ThingId

_CASES = 15_000


def measure() -> Iterator[Figure]:
    """Medians over a full index of unit vectors, which cost as much to compare as real ones."""
    draw = np.random.default_rng(7)

    def invented(texts: Sequence[str]) -> Vectors:
        vectors = draw.standard_normal((len(texts), DIMENSIONS), dtype=np.float32)
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)

    folder = Path(tempfile.mkdtemp(prefix="attune-bench-"))
    try:
        index = PrecedentIndex.open(folder, embed=invented)
        index.add(
            Precedent(
                id=ThingId(f"precedent/b{number}"),
                title=f"Case {number}",
                text=f"{number}",
                source="bench",
            )
            for number in range(_CASES)
        )
        query = invented(["x"])[0]
        yield Figure(
            name=f"search among {_CASES:,} cases, vector given",
            value=wall_ms(lambda: index.search(query, top=5), runs=100),
            unit="ms",
        )
        embedder = load()
        words = "A commuter train left the rails in a curve; four people died."
        yield Figure(
            name="the same from text",
            value=wall_ms(lambda: index.search(embedder.embed([words])[0], top=5), runs=40),
            unit="ms",
        )
    finally:
        shutil.rmtree(folder)

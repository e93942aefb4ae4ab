"""A graph of near vectors (HNSW), grown in blocks, the same for the same rows however it grew."""

import os
import pickle
from collections.abc import Sequence
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt

from knowledge.durable import sync_directory
from knowledge.language.embedding import DIMENSIONS, Vectors

SMALLEST: Final = 8_192
"""With fewer rows than that every one is compared, which takes less than a millisecond."""
BLOCK: Final = 1_024
"""Rows that a graph grows by; what is not yet a full block is compared row by row."""
WIDTH: Final = 220
"""Candidates that a search keeps: recall@10 against speed, measured in docs/benchmarks.md."""
_LINKS: Final = 16
_BUILD_WIDTH: Final = 120

Rows = npt.NDArray[np.int64]


class Neighbours:
    """Which of the leading rows of an index are near a vector, nearly always all of them."""

    def __init__(self, graph: "Any", rows: int) -> None:  # noqa: ANN401 - hnswlib ships no types
        """Wrap a graph; `none` and `load` are the doors."""
        self._graph = graph
        self.rows = rows

    @classmethod
    def none(cls) -> Self:
        """A graph of no rows."""
        graph = _empty()
        graph.init_index(BLOCK, M=_LINKS, ef_construction=_BUILD_WIDTH)
        return cls(graph, 0)

    @classmethod
    def load(cls, path: Path, rows: int, digest: str) -> Self | None:
        """The graph of a file; None where the file is missing or is not byte for byte as saved.

        A damaged file must never reach the library that reads it: it would crash the process.
        """
        try:
            if file_digest(path) != digest:
                return None
        except OSError:
            return None
        graph = _empty()
        graph.load_index(str(path))
        graph.set_ef(WIDTH)
        return cls(graph, rows)

    def grown(self, following: Sequence[Vectors]) -> "Neighbours":
        """A graph that covers the following rows, too, as far as they fill blocks.

        INVARIANT: copying by pickle sets the generator of levels back, before every block, so
        that the graph is a function of the rows alone, whoever stopped and went on in between.
        """
        vectors = np.concatenate(following) if following else np.zeros((0, DIMENSIONS), np.float32)
        graph, rows = self._graph, self.rows
        for start in range(0, len(vectors) - BLOCK + 1, BLOCK):
            graph = pickle.loads(pickle.dumps(graph))  # noqa: S301 - our own bytes
            graph.resize_index(rows + BLOCK)
            block = np.ascontiguousarray(vectors[start : start + BLOCK])
            graph.add_items(block, np.arange(rows, rows + BLOCK), num_threads=1)
            rows += BLOCK
        graph.set_ef(WIDTH)
        return Neighbours(graph, rows)

    def save(self, path: Path) -> str:
        """Write the graph durably; gives the digest of its bytes."""
        beside = path.with_name(path.name + ".new")
        self._graph.save_index(str(beside))
        with beside.open("rb") as stream:
            os.fsync(stream.fileno())
        digest = file_digest(beside)
        beside.replace(path)
        sync_directory(path.parent)
        return digest

    def near(self, vector: Vectors, several: int) -> Rows:
        """The rows nearest to a vector, nearest first; at most as many as asked."""
        count = min(several, self.rows, WIDTH)
        found, _ = self._graph.knn_query(vector, count, num_threads=1)
        return np.asarray(found[0], dtype=np.int64)


def _empty() -> "Any":  # noqa: ANN401 - hnswlib ships no types
    import hnswlib  # type: ignore[import-untyped] # noqa: PLC0415 - no types; extra analysis

    return hnswlib.Index("ip", DIMENSIONS)


def available() -> bool:
    """Whether the library is installed; without it every row is compared."""
    return find_spec("hnswlib") is not None


def file_digest(path: Path) -> str:
    """SHA-256 of a file."""
    sha = sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            sha.update(block)
    return sha.hexdigest()

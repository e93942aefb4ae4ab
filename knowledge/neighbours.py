"""A graph of near vectors (HNSW), grown in blocks, the same for the same rows however it grew."""

import os
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
WIDTH: Final = 160
"""Candidates that a search keeps: recall@10 against speed, measured in docs/benchmarks.md."""
_LINKS: Final = 24
_BUILD_WIDTH: Final = 120

Rows = npt.NDArray[np.int64]


class Neighbours:
    """Which of the leading rows of an index are near a vector, nearly always all of them.

    Vectors are held in 16 bits, which chooses candidates only: their scores are of 32.
    """

    def __init__(self, graph: "Any", rows: int) -> None:  # noqa: ANN401 - faiss is half typed
        """Wrap a graph; `none` and `load` are the doors."""
        self._graph = graph
        self.rows = rows

    @classmethod
    def none(cls) -> Self:
        """A graph of no rows."""
        faiss = _faiss()
        bits = faiss.ScalarQuantizer.QT_fp16
        graph = faiss.IndexHNSWSQ(DIMENSIONS, bits, _LINKS, faiss.METRIC_INNER_PRODUCT)
        graph.hnsw.efConstruction = _BUILD_WIDTH
        return cls(graph, 0)

    @classmethod
    def load(cls, path: Path, rows: int, digest: str) -> Self | None:
        """The graph of a file; None where the file is missing or is not byte for byte as saved.

        A damaged file must never reach the library that reads it: it would crash the process.
        """
        try:
            if file_digest(path) != digest:
                return None
            graph = _faiss().read_index(str(path))
        except (OSError, RuntimeError):  # RuntimeError: a file of another library
            return None
        return cls(graph, rows) if graph.ntotal == rows else None

    def grown(self, following: Sequence[Vectors]) -> "Neighbours":
        """A graph that covers the following rows, too, as far as they fill blocks.

        INVARIANT: before every block the generator of levels is set by the number of rows, and
        one thread adds, so that the graph is a function of the rows alone, whoever stopped and
        went on in between.
        """
        faiss = _faiss()
        faiss.omp_set_num_threads(1)
        vectors = np.concatenate(following) if following else np.zeros((0, DIMENSIONS), np.float32)
        graph, rows = faiss.clone_index(self._graph), self.rows
        for start in range(0, len(vectors) - BLOCK + 1, BLOCK):
            graph.hnsw.rng = faiss.RandomGenerator(rows)
            graph.add(np.ascontiguousarray(vectors[start : start + BLOCK]))
            rows += BLOCK
        return Neighbours(graph, rows)

    def save(self, path: Path) -> str:
        """Write the graph durably; gives the digest of its bytes."""
        beside = path.with_name(path.name + ".new")
        _faiss().write_index(self._graph, str(beside))
        with beside.open("rb") as stream:
            os.fsync(stream.fileno())
        digest = file_digest(beside)
        beside.replace(path)
        sync_directory(path.parent)
        return digest

    def near(self, vector: Vectors, several: int) -> Rows:
        """The rows nearest to a vector, nearest first; at most as many as asked."""
        how = _faiss().SearchParametersHNSW(efSearch=max(WIDTH, several))
        _, found = self._graph.search(vector[None], min(several, self.rows), params=how)
        return np.asarray(found[0][found[0] >= 0], dtype=np.int64)


def _faiss() -> "Any":  # noqa: ANN401 - its classes are made while it is imported
    import faiss  # noqa: PLC0415 - extra analysis

    return faiss


def available() -> bool:
    """Whether the library is installed; without it every row is compared."""
    return find_spec("faiss") is not None


def file_digest(path: Path) -> str:
    """SHA-256 of a file."""
    sha = sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            sha.update(block)
    return sha.hexdigest()

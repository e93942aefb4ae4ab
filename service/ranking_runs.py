"""TREC runs: a corpus ranked for queries, for whoever measures the retrieval."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from knowledge.ranking import Ranking
from knowledge.vector_cache import VectorCache
from loaders.corpora import Item, documents, queries

TAG: Final = "attune"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What a run was made of: counts, and how many texts had to be embedded for it."""

    documents: int
    queries: int
    embedded: int
    run: Path


def default_cache() -> Path:
    """Where vectors are kept when nobody says: the user's cache folder."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "attune" / "vectors"


def rank(
    files: tuple[Path, Path, Path], top: int, cache: Path, watch: Callable[[int, int], None]
) -> Ran:
    """Rank the corpus `files[0]` for the queries `files[1]` into the TREC run `files[2]`.

    The run appears whole or not at all.

    Raises:
        CorpusInvalid: a line of the corpus or of the queries is wrong.
        OSError: a file cannot be read or written.
    """
    corpus, asked, run = documents(files[0]), queries(files[1]), files[2]
    vectors = VectorCache(cache)
    texts = [item.text for item in (*corpus, *asked)]
    every = vectors.vectors(texts, watch)
    ranking = Ranking(texts[: len(corpus)], every[: len(corpus)])
    beside = run.with_name(f"{run.name}.{os.getpid()}.new")
    with beside.open("w", encoding="utf-8", newline="\n") as stream:
        for query, vector in zip(asked, every[len(corpus) :], strict=True):
            stream.writelines(_lines(query.id, corpus, ranking.rank(query.text, vector, top)))
    beside.replace(run)
    return Ran(documents=len(corpus), queries=len(asked), embedded=vectors.embedded, run=run)


def _lines(query: str, corpus: Sequence[Item], found: list[tuple[int, float]]) -> Iterator[str]:
    """`qid Q0 docid rank score tag`, ranks from 1."""
    for place, (document, score) in enumerate(found, start=1):
        yield f"{query} Q0 {corpus[document].id} {place} {score:.6f} {TAG}\n"

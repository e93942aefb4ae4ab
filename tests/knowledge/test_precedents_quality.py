import csv
import os
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from math import log2
from pathlib import Path

import pytest

from knowledge.language.embedding import Vectors
from knowledge.ranking import Ranking
from knowledge.vector_cache import VectorCache
from service.ranking_runs import default_cache

SHARED = os.environ.get("ATTUNE_SHARED")
pytestmark = pytest.mark.skipif(
    SHARED is None, reason="ATTUNE_SHARED names no folder with data/retrieval"
)
TOP = 10

Rank = Callable[[str, Vectors], Sequence[int]]


def embedded(texts: Sequence[str]) -> Vectors:
    """Vectors out of the user's cache, so that only the first run takes minutes."""
    return VectorCache(default_cache()).vectors(texts)


def ndcg(hits: Sequence[bool], relevant: int) -> float:
    ideal = sum(1 / log2(place + 2) for place in range(min(TOP, relevant)))
    return sum(hit / log2(place + 2) for place, hit in enumerate(hits)) / ideal


def both(texts: Sequence[str], vectors: Vectors) -> tuple[Rank, Rank]:
    """Our ranking, and the one by cosine alone."""
    ranking = Ranking(texts, vectors)
    return (
        lambda query, vector: [place for place, _ in ranking.rank(query, vector, TOP)],
        lambda _, vector: [int(p) for p in (-(vectors @ vector)).argsort(kind="stable")[:TOP]],
    )


def test_cranfield_is_ranked_better_than_by_meaning_alone() -> None:
    folder = Path(str(SHARED)) / "data/retrieval/cranfield"
    xml = (folder / "cran.all.1400.xml").read_text(encoding="utf-8")
    found = re.findall(r"<docno>(.*?)</docno>.*?<text>(.*?)</text>", xml, re.DOTALL)
    numbers, texts = zip(*((n.strip(), " ".join(text.split())) for n, text in found), strict=True)
    relevant = defaultdict(set)
    for line in (folder / "qrels.tsv").read_text(encoding="utf-8").splitlines():
        query, document, _ = line.split("\t")
        relevant[query].add(document)
    lines = (folder / "queries.tsv").read_text(encoding="utf-8").splitlines()
    queries = [line.split("\t", 1) for line in lines]
    vectors = embedded(texts)
    asked = embedded([text for _, text in queries])
    recalls = []
    for rank in both(texts, vectors):
        shares = [
            len({numbers[p] for p in rank(text, vector)} & relevant[n]) / len(relevant[n])
            for (n, text), vector in zip(queries, asked, strict=True)
        ]
        recalls.append(sum(shares) / len(shares))
    assert recalls[0] >= 0.485
    assert recalls[0] >= recalls[1] + 0.04


def test_short_questions_are_ranked_no_worse_than_by_meaning_alone() -> None:
    path = Path(str(SHARED)) / "data/retrieval/banking77/train.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    asked, rows = rows[::30], [row for place, row in enumerate(rows) if place % 30 and place % 3]
    texts, intents = [row["text"] for row in rows], [row["category"] for row in rows]
    vectors, queries = embedded(texts), embedded([row["text"] for row in asked])
    means = []
    for rank in both(texts, vectors):
        gains = []
        for row, vector in zip(asked, queries, strict=True):
            hits = [intents[place] == row["category"] for place in rank(row["text"], vector)]
            gains.append(ndcg(hits, intents.count(row["category"])))
        means.append(sum(gains) / len(gains))
    assert means[0] >= means[1]

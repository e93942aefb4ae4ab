"""What `attune evaluate` measures of retrieval: meaning, words and both, on the same questions."""

import csv
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from knowledge.language.embedding import Vectors
from knowledge.postings import build, shared
from knowledge.ranking import Ranking, best
from knowledge.retrieval_measures import Figures, Mean, held_out, mean, ndcg, recall
from knowledge.spread.volume_evaluation import Row
from knowledge.trainer_queries import NOTHING, OTHER_LANGUAGE, agreement, trainer_queries
from knowledge.vector_cache import VectorCache
from loaders.archive import own_cases
from service.evaluating import Advance, Found
from service.ranking_runs import default_cache

TOP: Final = 10
SETTINGS: Final = (
    (0.2, 2, 0.5),
    (0.3, 2, 0.5),
    (0.3, 3, 0.5),
    (0.4, 3, 0.8),
    (0.2, 0, 0.0),
    (0.4, 0, 0.0),
)
"""Weight of words, texts of feedback, its weight: among these each fold's setting is chosen."""
_ASKED: Final = 500
"""Questions of banking77 that are asked of all the others, drawn with seed 0."""
_DOCUMENT: Final = re.compile(r"<docno>(.*?)</docno>.*?<text>(.*?)</text>", re.DOTALL)
_REFUSED: Final = 0.3
"""A cosine below which nothing similar is there, as docs/training.md says."""

Judged = Mapping[str, int]
Score = Callable[[Sequence[str], Judged], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """Documents with their vectors, and questions with what answers each."""

    name: str
    figure: str
    score: Score
    ids: Sequence[str]
    texts: Sequence[str]
    vectors: Vectors
    asked: Sequence[tuple[str, Judged]]
    asked_vectors: Vectors

    def measured(self, found: Callable[[str, Vectors], Sequence[int]]) -> Figures:
        """The figure of each question for one way to rank."""
        return np.asarray(
            [
                self.score([self.ids[place] for place in found(text, vector)], judged)
                for (text, judged), vector in zip(self.asked, self.asked_vectors, strict=True)
            ]
        )


def evaluate_retrieval(data: Path, advance: Advance) -> Found:
    """Cranfield and banking77: meaning alone, words alone, as it ships, and as folds choose."""
    vectors = VectorCache(default_cache())
    corpora = (
        cranfield(data / "retrieval/cranfield", vectors),
        banking(data / "retrieval/banking77", vectors),
    )
    tables: list[list[Figures]] = []
    rows: list[Row] = []
    for done, corpus in enumerate(corpora):
        advance("retrieval", done, len(corpora))
        tables.append([_ours(corpus, setting) for setting in SETTINGS])
    chosen = held_out(tables)
    for corpus, folds in zip(corpora, chosen, strict=True):
        rows += _compared(corpus, {"held-out folds": folds})
    return rows, ()


def evaluate_trainers(_: Path, __: Advance) -> Found:
    """The authors' questions over the sample cases."""
    corpus = trainers(VectorCache(default_cache()))
    cases = tuple(corpus.ids)
    queries = trainer_queries()
    agreed = agreement(queries, cases)
    rows = [*_compared(corpus, {}), *_refusals(corpus)]
    if agreed is not None:
        rows.append(
            Row(
                data=f"sample cases, {len(queries)} questions, {len(cases)} cases each",
                split="two passes of the same judge",
                figure="weighted kappa",
                value=agreed.value,
                interval=(agreed.low, agreed.high),
                baseline="",
            )
        )
    return rows, ()


def cranfield(folder: Path, cache: VectorCache) -> Questions:
    """1,400 abstracts, questions 1 to 112."""
    found = _DOCUMENT.findall((folder / "cran.all.1400.xml").read_text(encoding="utf-8"))
    ids = [number.strip() for number, _ in found]
    texts = [" ".join(text.split()) for _, text in found]
    relevant: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for line in (folder / "qrels.tsv").read_text(encoding="utf-8").splitlines():
        query, document, _ = line.split("\t")
        relevant[query][document] = 1
    lines = (folder / "queries.tsv").read_text(encoding="utf-8").splitlines()
    asked = [(text, relevant[query]) for query, text in (line.split("\t", 1) for line in lines)]
    return Questions(
        name="Cranfield",
        figure="recall@10",
        score=recall,
        ids=ids,
        texts=texts,
        vectors=cache.vectors(texts),
        asked=asked,
        asked_vectors=cache.vectors([text for text, _ in asked]),
    )


def banking(folder: Path, cache: VectorCache) -> Questions:
    """Questions drawn from banking77, asked of all others; of the same intent is relevant."""
    with (folder / "train.csv").open(encoding="utf-8", newline="") as stream:
        rows = [*csv.DictReader(stream)]
    order = np.random.default_rng(0).permutation(len(rows))
    drawn, kept = order[:_ASKED], order[_ASKED:]
    texts, intents = [rows[at]["text"] for at in kept], [rows[at]["category"] for at in kept]
    ids = [str(at) for at in kept]
    by_intent: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for identity, intent in zip(ids, intents, strict=True):
        by_intent[intent][identity] = 1
    asked = [(rows[at]["text"], by_intent[rows[at]["category"]]) for at in drawn]
    return Questions(
        name="banking77",
        figure="nDCG@10",
        score=ndcg,
        ids=ids,
        texts=texts,
        vectors=cache.vectors(texts),
        asked=asked,
        asked_vectors=cache.vectors([text for text, _ in asked]),
    )


def trainers(cache: VectorCache) -> Questions:
    """The authors' questions over the sample cases."""
    cases = [*own_cases()]
    asked = [(one.text, one.stands) for one in trainer_queries()]
    texts = [case.searched for case in cases]
    return Questions(
        name="sample cases",
        figure="nDCG@10",
        score=ndcg,
        ids=[case.id.removeprefix("precedent/") for case in cases],
        texts=texts,
        vectors=cache.vectors(texts),
        asked=asked,
        asked_vectors=cache.vectors([text for text, _ in asked]),
    )


def _ours(corpus: Questions, setting: tuple[float, int, float]) -> Figures:
    weight, feedback, pull = setting
    ranking = Ranking(
        corpus.texts,
        corpus.vectors,
        words_weight=weight,
        feedback=feedback,
        feedback_weight=pull,
    )
    return corpus.measured(
        lambda text, vector: [place for place, _ in ranking.rank(text, vector, TOP)]
    )


def _compared(corpus: Questions, more: Mapping[str, Figures]) -> Iterator[Row]:
    """Each way beside meaning alone, with the interval of the paired difference."""
    corpus = _answerable(corpus)
    run = build(corpus.texts), np.ones(len(corpus.texts), dtype=np.bool_)
    dense = corpus.measured(lambda _, vector: _places(corpus.vectors @ vector))
    ways = {
        "meaning alone": dense,
        "words alone": corpus.measured(lambda text, _: _places(shared([run], text))),
        "as it ships": _ours(corpus, SETTINGS[0]),
        **more,
    }
    for name, figures in ways.items():
        yield _row(corpus, name, corpus.figure, mean(figures))
        if figures is not dense:
            difference = f"{corpus.figure} more than meaning alone"
            yield _row(corpus, name, difference, mean(figures - dense))


def _refusals(corpus: Questions) -> Iterator[Row]:
    """How near the nearest case is where none is like it, and where one is."""
    from knowledge.language import languages  # noqa: PLC0415 - light start
    from knowledge.proportions import wilson  # noqa: PLC0415 - light start

    queries = trainer_queries()
    near = (corpus.asked_vectors @ corpus.vectors.T).max(axis=1)
    identify = languages.load().identify
    told = {
        "nothing is like it: so told": [
            nearest < _REFUSED
            for one, nearest in zip(queries, near, strict=True)
            if one.kind == NOTHING
        ],
        "something is like it: so told": [
            nearest >= _REFUSED
            for one, nearest in zip(queries, near, strict=True)
            if one.kind not in {NOTHING, OTHER_LANGUAGE}
        ],
        "another language: told as unsupported": [
            identify(one.text) not in {None, "en"} for one in queries if one.kind == OTHER_LANGUAGE
        ],
    }
    for figure, right in told.items():
        low, high = wilson(sum(right), len(right))
        value = sum(right) / len(right)
        yield _row(
            corpus,
            "as it ships",
            figure,
            Mean(value=value, low=low, high=high, queries=len(right)),
        )


def _answerable(corpus: Questions) -> Questions:
    kept = [place for place, (_, judged) in enumerate(corpus.asked) if judged]
    return replace(
        corpus,
        asked=[corpus.asked[place] for place in kept],
        asked_vectors=corpus.asked_vectors[kept],
    )


def _places(scores: Vectors) -> list[int]:
    return [int(place) for place in best(scores, TOP)]


def _row(corpus: Questions, split: str, figure: str, found: Mean) -> Row:
    return Row(
        data=f"{corpus.name}, {found.queries} questions, {len(corpus.texts):,} texts",
        split=split,
        figure=figure,
        value=found.value,
        interval=(found.low, found.high),
        baseline="",
    )

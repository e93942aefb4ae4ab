"""The coefficient file is refitted from public corpora, and measured on rows that were kept."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.sparse import vstack  # type: ignore[import-untyped] # ships no types

from knowledge.language import coefficient_files, corpora, fitting, heads, representation
from knowledge.language.corpora import MIXED, Corpus
from knowledge.language.evaluation import evaluate
from knowledge.language.features import surface, typed
from knowledge.language.fitting import Problem
from knowledge.language.heads import Block, Coefficients, Floats, Head
from knowledge.language.indicators import MECHANISMS
from knowledge.language.material import Material, Progress, prepare
from knowledge.language.wording import wording

PENALTY: Final = {"mood": 1.0, "irony": 3.0, "empathy": 3.0}
"""Penalty of each group of heads, divided by its rows; chosen on the validation rows."""
LEVELLED: Final = 0.6
"""How far the levels of empathy are freed from how rare they are."""
HELD_OUT: Final = 10
"""Every tenth training row calibrates and fits nothing else."""
IMPORTANCE: Final = {"frustration": 6.0, "sentiment": 4.0}
SEED: Final = 7

Rows = npt.NDArray[np.int64]


def refit(data: Path, *, cache: Path | None, progress: Progress) -> Coefficients:
    """Read the corpora in `data`, embed them, fit all heads, measure them on the kept rows.

    `cache` keeps readings between refits. About ten minutes on one core, 2 GB. `CorpusInvalid`
    where a corpus is missing or broken. `about` of the result holds data, licences and figures.
    """
    read = {name: corpora.read(name, data) for name in corpora.READERS}
    material = {
        name: prepare(name, one, cache=cache, progress=progress) for name, one in read.items()
    }
    hidden, fitted = _moods(material["goemotions"])
    fitted["irony"] = _irony(material["irony"], material["isarcasm"], hidden)
    more = corpora.padded(read["epitome"])
    padded = prepare("epitome, padded", more, cache=cache, progress=progress)
    fitted |= _empathy([material["epitome"], padded], hidden)
    about = {"licences": corpora.LICENCES, "seed": SEED, "levelled": LEVELLED, "penalty": PENALTY}
    rounded = _rounded(Coefficients(hidden=hidden, heads=fitted, about=about))
    given = {name: (one.corpus, one.blocks(rounded.hidden)) for name, one in material.items()}
    figures = evaluate(given, rounded.heads)
    return Coefficients(
        hidden=rounded.hidden, heads=rounded.heads, about={**about, "figures": figures}
    )


def write(coefficients: Coefficients, file: Path) -> None:
    """Put the coefficient file in the place of the old one, whole or not at all; then its name."""
    partial = file.with_name(f"{file.name}.partial")
    with partial.open("wb") as stream:
        np.savez_compressed(stream, allow_pickle=False, **heads.pack(coefficients))
    heads.read(partial)
    partial.replace(file)
    name = coefficient_files.manifest(file.read_bytes())
    file.with_name(coefficient_files.MANIFEST).write_text(name, encoding="utf-8")


def _rounded(coefficients: Coefficients) -> Coefficients:
    # Figures are of what the file holds, not of what was fitted before it was rounded.
    return heads.unpack(heads.pack(coefficients), heads.FILE)


def _moods(material: Material) -> tuple[Head, dict[str, Head]]:
    corpus = material.corpus
    fit_rows, held = _split(np.flatnonzero(~corpus.validation))
    targets, importance = _targets(corpus)
    depths = material.depths
    learned = representation.learn(depths[fit_rows], targets[fit_rows], importance)
    worded = [wording(text) for text in corpus.texts]
    found: dict[str, Block] = {"surface": surface(worded), "typed": typed(worded)}
    found["hidden"] = heads.raised(learned.hidden, {"depths": depths})
    fitted = {}
    for name, outputs in (("frustration", slice(-4, -3)), ("sentiment", slice(-3, None))):
        labels = corpus.labels[name]
        problem = Problem(blocks=found, labels=labels, classes=2 if name == "frustration" else 3)
        own = _without_mixed(fit_rows, labels)
        plain = problem.only("surface", "typed").rows(own)
        shallow = fitting.fit(plain, penalty=PENALTY["mood"] / len(own))
        deep = _outputs(learned.outputs, outputs)
        fitted[name] = fitting.stacked([deep, shallow], problem.rows(_without_mixed(held, labels)))
    return learned.hidden, fitted


def _targets(corpus: Corpus) -> tuple[Floats, Floats]:
    emotions = corpus.emotions
    sentiment = corpus.labels["sentiment"]
    classes = np.eye(3, dtype=np.float32)[np.maximum(sentiment, 0)]
    classes[sentiment == MIXED] = 0.0
    frustrated = corpus.labels["frustration"].astype(np.float32)[:, None]
    importance = np.ones(emotions.shape[1] + 4, dtype=np.float32)
    importance[-4] = IMPORTANCE["frustration"]
    importance[-3:] = IMPORTANCE["sentiment"]
    return np.hstack([emotions, frustrated, classes]), importance


def _outputs(head: Head, chosen: slice) -> Head:
    weights = {name: one[:, chosen] for name, one in head.weights.items()}
    return Head(weights=weights, bias=head.bias[chosen])


def _without_mixed(rows: Rows, labels: fitting.Labels) -> Rows:
    chosen: Rows = rows[labels[rows] != MIXED]
    return chosen


def _irony(tweets: Material, sarcasm: Material, hidden: Head) -> Head:
    # A column says which corpus a row is from, so that their different shares of irony are not
    # learned from their words; judging leaves it out, which means: as in the first corpus.
    both = [tweets, sarcasm]
    rows = [np.flatnonzero(~one.corpus.validation) for one in both]
    parts = [one.blocks(hidden) for one in both]
    names = ("depths", "hidden", "surface", "typed")
    joined = {
        name: _stacked([part[name][own] for part, own in zip(parts, rows, strict=True)])
        for name in names
    }
    second = np.repeat([0.0, 1.0], [len(own) for own in rows]).astype(np.float32)
    joined["corpus"] = second[:, None]
    labels = [one.corpus.labels["irony"][own] for one, own in zip(both, rows, strict=True)]
    problem = Problem(blocks=joined, labels=np.concatenate(labels), classes=2)
    chosen, held = _split(np.arange(len(second)))
    head = fitting.fit(problem.rows(chosen), penalty=PENALTY["irony"] / len(chosen))
    weights = {name: one for name, one in head.weights.items() if name != "corpus"}
    judged = Head(weights=weights, bias=head.bias)
    first = held[second[held] == 0.0]
    return fitting.stacked([judged], problem.rows(first))


def _empathy(both: Sequence[Material], hidden: Head) -> dict[str, Head]:
    rows = [np.flatnonzero(~one.corpus.validation) for one in both]
    parts = [one.blocks(hidden) for one in both]
    given = {
        name: _stacked([part[name][own] for part, own in zip(parts, rows, strict=True)])
        for name in ("depths", "surface", "typed")
    }
    fitted = {}
    for name in MECHANISMS:
        labels = [one.corpus.labels[name][own] for one, own in zip(both, rows, strict=True)]
        problem = Problem(blocks=given, labels=np.concatenate(labels), classes=3)
        head = fitting.fit(problem, penalty=PENALTY["empathy"] / len(rows[0]))
        fitted[name] = fitting.levelled(head, problem.labels, LEVELLED)
    return fitted


def _split(rows: Rows) -> tuple[Rows, Rows]:
    shuffled = np.random.default_rng(SEED).permutation(rows)
    cut = len(rows) // HELD_OUT
    return np.sort(shuffled[cut:]), np.sort(shuffled[:cut])


def _stacked(parts: Sequence[Block]) -> Block:
    if isinstance(parts[0], np.ndarray):
        return np.concatenate(parts)
    return vstack(parts).tocsr()

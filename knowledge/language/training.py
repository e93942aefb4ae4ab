"""The coefficient file is refitted from public corpora, and measured on rows that were kept."""

from pathlib import Path
from typing import Final

import numpy as np

from knowledge.language import coefficient_files, corpora, fitting, heads
from knowledge.language.columns import FRUSTRATION, IRONY, OUTPUTS, SENTIMENT
from knowledge.language.evaluation import evaluate
from knowledge.language.fitting import Problem
from knowledge.language.heads import Coefficients, Head
from knowledge.language.material import Material, Progress, prepare
from knowledge.language.splitting import SEED, halves, without_mixed

PENALTY: Final = 1.0
"""Penalty of the surface under a head, divided by its rows."""
CORPORA: Final = ("goemotions", "irony", "isarcasm")


def refit(data: Path, *, cache: Path | None, progress: Progress) -> Coefficients:
    """Read the corpora in `data` with the encoder, fit all heads, measure them on the kept rows.

    `cache` keeps readings between refits. About ten minutes on one core, 2 GB. `CorpusInvalid`
    where a corpus is missing or broken. `about` of the result holds data, licences and figures.
    """
    read = {name: corpora.read(name, data) for name in CORPORA}
    material = {
        name: prepare(name, one, cache=cache, progress=progress) for name, one in read.items()
    }
    fitted = _moods(material["goemotions"])
    fitted["irony"] = _irony(material["irony"])
    licences = {name: corpora.LICENCES[name] for name in CORPORA}
    about = {"licences": licences, "seed": SEED, "penalty": PENALTY}
    rounded = _rounded(Coefficients(heads=fitted, about=about))
    given = {name: (one.corpus, one.blocks()) for name, one in material.items()}
    figures = evaluate(given, rounded.heads)
    return Coefficients(heads=rounded.heads, about={**about, "figures": figures})


def write(coefficients: Coefficients, file: Path) -> None:
    """Put the coefficient file in the place of the old one, whole or not at all; then its name."""
    partial = file.with_name(f"{file.name}.partial")
    with partial.open("wb") as stream:
        np.savez_compressed(stream, allow_pickle=False, **heads.pack(coefficients))
    heads.read(partial)
    partial.replace(file)
    name = coefficient_files.HEADER + coefficient_files.manifest(file.read_bytes())
    file.with_name(coefficient_files.MANIFEST).write_text(name, encoding="utf-8")


def _rounded(coefficients: Coefficients) -> Coefficients:
    # Figures are of what the file holds, not of what was fitted before it was rounded.
    return heads.unpack(heads.pack(coefficients), heads.FILE)


def _moods(material: Material) -> dict[str, Head]:
    corpus = material.corpus
    rows, held = halves(corpus)
    found = material.blocks()
    fitted = {}
    for name, columns, classes in (("frustration", FRUSTRATION, 2), ("sentiment", SENTIMENT, 3)):
        labels = corpus.labels[name]
        problem = Problem(blocks=found, labels=labels, classes=classes)
        own = problem.rows(without_mixed(rows, labels))
        shallow = _shallow(own, PENALTY)
        kept = problem.rows(without_mixed(held, labels))
        fitted[name] = fitting.stacked([_given(columns), shallow], kept)
    return fitted


def _irony(tweets: Material) -> Head:
    # Three hundred held-out tweets cannot say how much the surface should count beside this.
    held = halves(tweets.corpus)[1]
    problem = Problem(blocks=tweets.blocks(), labels=tweets.corpus.labels["irony"], classes=2)
    return fitting.stacked([_given(IRONY)], problem.rows(held))


def _shallow(problem: Problem, penalty: float) -> Head:
    """A head on the surface alone: what was typed, and the hashed words."""
    plain = problem.only("surface", "typed")
    return fitting.fit(plain, penalty=penalty / len(problem.labels))


def _given(columns: slice) -> Head:
    """The encoder's own outputs as a head."""
    weights = np.eye(OUTPUTS, dtype=np.float32)[:, columns]
    return Head(weights={"outputs": weights}, bias=np.zeros(weights.shape[1], dtype=np.float32))

"""The coefficient file is refitted from public corpora, and measured on rows that were kept."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from scipy.sparse import vstack  # type: ignore[import-untyped] # ships no types

from knowledge.language import coefficient_files, corpora, fitting, heads
from knowledge.language.columns import FRUSTRATION, IRONY, LEVELS, OUTPUTS, SENTIMENT
from knowledge.language.corpora import Labels
from knowledge.language.evaluation import evaluate
from knowledge.language.fitting import Problem
from knowledge.language.heads import Block, Blocks, Coefficients, Head
from knowledge.language.material import Material, Progress, prepare
from knowledge.language.splitting import SEED, Rows, halves, split, without_mixed

PENALTY: Final = {"mood": 1.0, "empathy": 3.0}
"""Penalty of the surface under each group of heads, divided by its rows."""
LEVELLED: Final = 0.3
"""How far the levels of empathy are freed from how rare they are."""


def refit(data: Path, *, cache: Path | None, progress: Progress) -> Coefficients:
    """Read the corpora in `data` with the encoder, fit all heads, measure them on the kept rows.

    `cache` keeps readings between refits. About ten minutes on one core, 2 GB. `CorpusInvalid`
    where a corpus is missing or broken. `about` of the result holds data, licences and figures.
    """
    read = {name: corpora.read(name, data) for name in corpora.READERS}
    material = {
        name: prepare(name, one, cache=cache, progress=progress) for name, one in read.items()
    }
    fitted = _moods(material["goemotions"])
    fitted["irony"] = _irony(material["irony"])
    more = corpora.padded(read["epitome"])
    padded = prepare("epitome, padded", more, cache=cache, progress=progress)
    fitted |= _empathy(material["epitome"], padded)
    about = {"licences": corpora.LICENCES, "seed": SEED, "levelled": LEVELLED, "penalty": PENALTY}
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
        shallow = _shallow(own, PENALTY["mood"])
        kept = problem.rows(without_mixed(held, labels))
        fitted[name] = fitting.stacked([_given(columns), shallow], kept)
    return fitted


def _irony(tweets: Material) -> Head:
    # Three hundred held-out tweets cannot say how much the surface should count beside this.
    held = halves(tweets.corpus)[1]
    problem = Problem(blocks=tweets.blocks(), labels=tweets.corpus.labels["irony"], classes=2)
    return fitting.stacked([_given(IRONY)], problem.rows(held))


def _empathy(plain: Material, padded: Material) -> dict[str, Head]:
    # Answer k of the padded copies is training row k: both halves are split alike.
    rows, held = halves(plain.corpus)
    copied, held_copies = split(np.arange(len(padded.corpus.texts)))
    both = [plain.blocks(), padded.blocks()]
    fitted = {}
    for name, columns in LEVELS.items():
        labels = [plain.corpus.labels[name], padded.corpus.labels[name]]
        shallow = _shallow(_pair(both, labels, [rows, copied]), PENALTY["empathy"])
        kept = _pair(both, labels, [held, held_copies])
        head = fitting.stacked([_given(columns), shallow], kept)
        fitted[name] = fitting.levelled(head, labels[0][rows], LEVELLED)
    return fitted


def _shallow(problem: Problem, penalty: float) -> Head:
    """A head on the surface alone: what was typed, and the hashed words."""
    plain = problem.only("surface", "typed")
    return fitting.fit(plain, penalty=penalty / len(problem.labels))


def _given(columns: slice) -> Head:
    """The encoder's own outputs as a head."""
    weights = np.eye(OUTPUTS, dtype=np.float32)[:, columns]
    return Head(weights={"outputs": weights}, bias=np.zeros(weights.shape[1], dtype=np.float32))


def _pair(parts: Sequence[Blocks], labels: Sequence[Labels], rows: Sequence[Rows]) -> Problem:
    own = [each[some] for each, some in zip(labels, rows, strict=True)]
    return Problem(blocks=_joined(parts, rows), labels=np.concatenate(own), classes=3)


def _joined(parts: Sequence[Blocks], rows: Sequence[Rows]) -> dict[str, Block]:
    return {
        name: _stacked([part[name][own] for part, own in zip(parts, rows, strict=True)])
        for name in parts[0]
    }


def _stacked(parts: Sequence[Block]) -> Block:
    if isinstance(parts[0], np.ndarray):
        return np.concatenate(parts)
    return vstack(parts).tocsr()

"""The proposed heads: what they are fitted to, and that they find what they were shown."""

from dataclasses import replace

import numpy as np
import pytest

from knowledge.language import labelled, labelled_heads
from knowledge.language.embedding import Embedder
from knowledge.language.labelled import INDICATORS, Labelled


@pytest.fixture(scope="module")
def texts() -> list[Labelled]:
    return labelled.written()[:60]


def _turned(one: Labelled) -> Labelled:
    answers = {name: replace(own, final=not own.final) for name, own in one.answers.items()}
    return replace(one, answers=answers)


def _words(texts: list[Labelled], half: str) -> list[str]:
    return [one.text or "" for one in texts if one.half == half]


def test_labels_of_the_test_half_change_nothing(texts: list[Labelled]) -> None:
    turned = [_turned(one) if one.half == "test" else one for one in texts]
    words = _words(texts, "test")[:10]
    plain = labelled_heads.propose(texts, Embedder.load())(words)
    other = labelled_heads.propose(turned, Embedder.load())(words)
    assert all(np.array_equal(plain[name], other[name]) for name in INDICATORS)


def test_labels_of_the_development_half_are_learned(texts: list[Labelled]) -> None:
    words = _words(texts, "development")
    mine = [one for one in texts if one.half == "development"]
    scores = labelled_heads.propose(texts, Embedder.load())(words)
    for name in INDICATORS:
        labels = np.asarray([one.answers[name].final for one in mine])
        assert scores[name][labels].mean() > scores[name][~labels].mean() + 0.3

"""The network that attune runs gives the vectors that sentence-transformers gives, without it."""

import subprocess
import sys

import numpy as np
import pytest

from knowledge.language.embedding import DIMENSIONS, WIDTH, Embedder, load
from knowledge.language.reference import TEXTS, apart

CHILD = """
import sys
from knowledge.language.embedding import load
load().embed(["late"])
print(sorted({"sentence_transformers", "transformers", "sklearn"} & set(sys.modules)))
"""


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return load()


@pytest.mark.slow
def test_vectors_are_those_of_sentence_transformers() -> None:
    assert apart() < 1e-5


def test_a_text_has_the_same_vector_whatever_stands_beside_it(embedder: Embedder) -> None:
    alone = np.concatenate([embedder.embed([text]) for text in TEXTS[:8]])
    assert np.abs(embedder.embed(TEXTS)[:8] - alone).max() < 1e-5
    assert np.allclose(np.linalg.norm(alone, axis=1), 1.0, atol=1e-5)


def test_the_last_layers_mean_is_the_direction_of_the_vector(embedder: Embedder) -> None:
    depths = embedder.depths(TEXTS[:8])
    last = depths[:, 3 * DIMENSIONS : 4 * DIMENSIONS]
    scaled = last / np.linalg.norm(last, axis=1, keepdims=True)
    assert np.abs(embedder.embed(TEXTS[:8]) - scaled).max() < 1e-5
    assert (depths[:, 4 * DIMENSIONS :] >= last - 1e-5).all()


def test_no_texts_have_no_vectors(embedder: Embedder) -> None:
    assert embedder.embed([]).shape == (0, DIMENSIONS)
    assert embedder.depths([]).shape == (0, WIDTH)


def test_a_process_that_embeds_does_not_load_what_wraps_the_model() -> None:
    done = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", CHILD], capture_output=True, check=True, text=True
    )
    assert done.stdout.strip() == "[]"

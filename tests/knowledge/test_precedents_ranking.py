from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.language.embedding import DIMENSIONS, Vectors
from knowledge.ranking import WORDS_WEIGHT, Ranking, words
from knowledge.vector_cache import BATCH, VectorCache


def unit(texts: Sequence[str]) -> Vectors:
    """A fixed random direction a text."""
    rows = [
        np.random.default_rng(int.from_bytes(sha256(t.encode()).digest()[:8], "big"))
        .standard_normal(DIMENSIONS)
        .astype(np.float32)
        for t in texts
    ]
    matrix = np.asarray(rows, dtype=np.float32).reshape(-1, DIMENSIONS)
    found: Vectors = matrix / np.linalg.norm(matrix, axis=1, keepdims=True)
    return found


class Counting:
    def __init__(self) -> None:
        self.texts: list[str] = []

    def __call__(self, texts: Sequence[str]) -> Vectors:
        self.texts += texts
        return unit(texts)


TEXTS = ["brakes failed", "refund is late", "families wait", "refunds delayed again"]


def test_a_text_that_means_the_same_comes_first() -> None:
    ranking = Ranking(TEXTS, unit(TEXTS))
    assert ranking.rank("nothing shared", unit(["families wait"])[0], 1)[0][0] == 2


def test_rare_words_in_common_raise_a_text_that_meaning_alone_leaves_behind() -> None:
    ranking = Ranking(TEXTS, unit(TEXTS))
    vector = unit(["elsewhere entirely"])[0]
    assert ranking.rank("brakes", vector, 1)[0][0] == 0


def test_texts_near_the_first_answers_are_pulled_along() -> None:
    vectors = unit(["a", "b", "c", "d"])
    near = vectors[0] + 0.5 * vectors[3]
    vectors[3] = near / np.linalg.norm(near)
    plain = float(vectors[3] @ vectors[0])
    found = dict(Ranking(["", "", "", ""], vectors).rank("", vectors[0], 4))
    assert found[3] * (1 + WORDS_WEIGHT) > plain


def test_texts_without_any_word_are_ranked_by_meaning() -> None:
    found = Ranking(["", "?"], unit(["x", "y"])).rank("", unit(["y"])[0], 9)
    assert [place for place, _ in found] == [1, 0]


@given(
    st.lists(st.text(st.sampled_from("ab xyz"), max_size=8), min_size=1, max_size=9),
    st.text(st.sampled_from("ab xyz"), max_size=8),
    st.integers(1, 12),
)
def test_a_ranking_is_a_sorted_choice_without_repetition(
    texts: list[str], query: str, top: int
) -> None:
    found = Ranking(texts, unit(texts)).rank(query, unit([query])[0], top)
    places = [place for place, _ in found]
    assert len(places) == len(set(places)) == min(top, len(texts))
    assert set(places) <= set(range(len(texts)))
    assert [score for _, score in found] == sorted((s for _, s in found), reverse=True)
    assert all(-1.0 <= score <= 1.01 for _, score in found)


@given(st.text(max_size=40))
def test_words_are_lower_case_and_never_blank(text: str) -> None:
    assert all(word and word == word.lower() for word in words(text.lower()))


def test_a_text_is_embedded_once_over_all_runs(tmp_path: Path) -> None:
    first, second = Counting(), Counting()
    VectorCache(tmp_path, embed=first).vectors(["a", "b", "a"])
    again = VectorCache(tmp_path, embed=second).vectors(["b", "c", "a"])
    assert (first.texts, second.texts) == (["a", "b"], ["c"])
    assert np.allclose(again, unit(["b", "c", "a"]))


def test_a_block_that_is_damaged_is_embedded_anew(tmp_path: Path) -> None:
    VectorCache(tmp_path, embed=unit).vectors(["a", "b"])
    block = next(tmp_path.rglob("*.npz"))
    block.write_bytes(block.read_bytes()[:100])
    counting = Counting()
    assert np.allclose(VectorCache(tmp_path, embed=counting).vectors(["a"]), unit(["a"]))
    assert counting.texts == ["a"]


def test_what_was_embedded_before_a_failure_is_kept(tmp_path: Path) -> None:
    def failing(texts: Sequence[str]) -> Vectors:
        if "300" in texts:
            raise MemoryError
        return unit(texts)

    texts = [str(n) for n in range(BATCH + 50)]
    with pytest.raises(MemoryError):
        VectorCache(tmp_path, embed=failing).vectors(texts)
    counting = Counting()
    VectorCache(tmp_path, embed=counting).vectors(texts)
    assert counting.texts == texts[BATCH:]


def test_no_texts_have_no_vectors(tmp_path: Path) -> None:
    assert VectorCache(tmp_path, embed=unit).vectors([]).shape == (0, DIMENSIONS)

"""Figures on the self-labelled texts: what a right, a blind and a plain scorer get."""

from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.language import labelled
from knowledge.language import labelled_evaluation as evaluation
from knowledge.language.indicators import Judge
from knowledge.language.labelled import INDICATORS, Labelled
from knowledge.language.measures import Numbers


@pytest.fixture(scope="module")
def texts() -> list[Labelled]:
    return labelled.written()


def _by_label(texts: list[Labelled]) -> evaluation.Scorer:
    known = {one.text: one for one in texts}

    def score(words: Sequence[str]) -> Mapping[str, Numbers]:
        return {
            name: np.asarray([float(known[each].answers[name].final) for each in words])
            for name in INDICATORS
        }

    return score


def _by_keyword(words: Sequence[str]) -> Mapping[str, Numbers]:
    counts = {name: evaluation.keywords(name, words) for name in INDICATORS}
    return {name: count / (count + 1) for name, count in counts.items()}


def test_who_knows_the_labels_gets_every_figure_right(texts: list[Labelled]) -> None:
    for row in evaluation.evaluate(_by_label(texts), texts, "development"):
        assert row.value == (0.0 if row.figure == "calibration error" else 1.0)


def test_the_baseline_gets_what_the_baseline_gets(texts: list[Labelled]) -> None:
    for row in evaluation.evaluate(_by_keyword, texts, "development"):
        assert row.baseline is None or row.value == pytest.approx(row.baseline, abs=0.001)


def test_every_row_says_that_it_is_self_labelled(texts: list[Labelled]) -> None:
    rows = evaluation.evaluate(_by_keyword, texts[:150], "development")
    assert rows
    assert all(evaluation.SELF_LABELLED in row.data for row in rows)


def test_the_halves_share_no_text(texts: list[Labelled]) -> None:
    seen: dict[str, list[str]] = {"development": [], "test": []}

    def remember(half: str) -> evaluation.Scorer:
        def score(words: Sequence[str]) -> Mapping[str, Numbers]:
            seen[half] += words
            return _by_keyword(words)

        return score

    some = texts[:150]
    evaluation.evaluate(remember("development"), some, "development")
    evaluation.evaluate(remember("test"), some, "test")
    assert not set(seen["development"]) & set(seen["test"])
    assert len(seen["development"]) + len(seen["test"]) == len(some)


def test_a_slice_with_too_few_texts_says_nothing(texts: list[Labelled]) -> None:
    rows = evaluation.evaluate(_by_keyword, texts[:60], "development")
    assert {row.part for row in rows if row.texts < 2 * evaluation.FEWEST} <= {"all"}


def test_the_passes_agree_more_than_chance_would(texts: list[Labelled]) -> None:
    for figures in evaluation.agreement(texts).values():
        assert figures["kappa"]["low"] > 0.8
        assert figures["kappa"]["value"] <= figures["agreement"]["value"] <= 1


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1)), min_size=2))
def test_kappa_is_the_same_from_both_sides_and_one_at_most(pairs: list[tuple[int, int]]) -> None:
    first, second = np.asarray(pairs, dtype=np.int64).T
    there, back = evaluation.kappa(first, second), evaluation.kappa(second, first)
    assert there == pytest.approx(back)
    assert there <= 1


def test_what_is_flagged_by_nobody_is_neither_precise_nor_recalled() -> None:
    nothing, labels = np.zeros(4, dtype=np.int64), np.asarray([1, 0, 1, 0])
    assert evaluation.precision(labels, nothing) == 0
    assert evaluation.recall(labels, nothing) == 0
    assert evaluation.recall(nothing, nothing) == 0


def test_the_product_judges_them_better_than_it_judges_a_shuffle(
    judge: Judge, texts: list[Labelled]
) -> None:
    some = texts[:100]
    rows = evaluation.evaluate(evaluation.from_judge(judge), some, "development")
    ranked = [row for row in rows if row.part == "all" and row.figure == "AUROC"]
    assert {row.data.split(",")[0] for row in ranked} == set(INDICATORS)
    assert all(row.value > 0.5 for row in ranked)

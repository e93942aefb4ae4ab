"""The labelled sentences of disclosure and claims, and the figures that the docs give."""

from collections.abc import Mapping, Sequence

import pytest

from knowledge.language import (
    claims_evaluation,
    disclosure_evaluation,
    disclosure_labels,
    suspicion,
)
from knowledge.language.disclosure_labels import LABELS, Sentence, Split
from knowledge.language.labelled_evaluation import Row

FIGURES = {
    ("test", "harm"): (0.923, 0.973),
    ("test", "fault"): (0.986, 0.973),
    ("test", "non-apology"): (0.971, 1.0),
    ("fresh", "harm"): (1.0, 0.467),
    ("fresh", "fault"): (1.0, 0.083),
    ("fresh", "non-apology"): (0.0, 0.0),
}
"""Precision and recall of the rules alone."""


@pytest.fixture(scope="module")
def sentences() -> list[Sentence]:
    return disclosure_labels.sentences()


def whole(rows: Sequence[Row]) -> dict[str, tuple[float, float]]:
    found: dict[str, dict[str, float]] = {}
    for row in rows:
        if row.part == "all":
            found.setdefault(row.data.split(",")[0], {})[row.figure] = row.value
    return {label: (each["precision"], each["recall"]) for label, each in found.items()}


@pytest.mark.parametrize("split", ["test", "fresh"])
def test_the_rules_reach_the_figures_that_are_published(
    sentences: list[Sentence], split: Split
) -> None:
    rows = disclosure_evaluation.evaluate(disclosure_evaluation.by_rules, sentences, split)
    assert {(split, label): each for label, each in whole(rows).items()} == {
        key: value for key, value in FIGURES.items() if key[0] == split
    }


@pytest.mark.slow
def test_the_screen_finds_what_the_rules_do_not(sentences: list[Sentence]) -> None:
    judge = disclosure_evaluation.by_screen(suspicion.load())
    fault = whole(disclosure_evaluation.evaluate(judge, sentences, "fresh"))["fault"]
    assert fault[1] == pytest.approx(0.958, abs=0.05)
    assert fault[0] == pytest.approx(0.639, abs=0.05)


def test_claims_and_promises_reach_the_figures_that_are_published() -> None:
    found = whole(claims_evaluation.evaluate(disclosure_labels.stated(), "test"))
    assert found == {"claims": (0.932, 1.0), "promises": (1.0, 1.0)}


def test_there_are_sentences_enough_of_each_sort(sentences: list[Sentence]) -> None:
    assert len(sentences) >= 320
    assert len({one.sector for one in sentences}) >= 8
    assert {one.register for one in sentences} == {"formal", "social"}
    several = sum(one.clauses == "several" for one in sentences)
    assert several / len(sentences) >= 0.19
    assert len(disclosure_labels.stated()) >= 120


def test_no_sentence_stands_twice(sentences: list[Sentence]) -> None:
    assert len({one.text for one in sentences}) == len(sentences)


def test_two_passes_that_agree_stand_and_two_that_differ_have_a_reason(
    sentences: list[Sentence],
) -> None:
    for one in sentences:
        answers = [one.answers[label] for label in LABELS]
        assert any(each.first != each.second for each in answers) == bool(answers[0].reason)
        assert all(each.final in {each.first, each.second} for each in answers)


def test_the_passes_agree_more_than_chance_would(sentences: list[Sentence]) -> None:
    for figures in disclosure_evaluation.agreement(sentences).values():
        assert figures["kappa"]["low"] > 0.9
    assert min(claims_evaluation.agreement(disclosure_labels.stated()).values()) > 0.9


def test_a_judge_that_says_what_the_labels_say_is_right(sentences: list[Sentence]) -> None:
    answers = {one.text: one.answers for one in sentences}

    def judge(texts: Sequence[str]) -> Mapping[str, Sequence[bool]]:
        return {label: [answers[one][label].final for one in texts] for label in LABELS}

    for split in disclosure_labels.SPLITS:
        rows = disclosure_evaluation.evaluate(judge, sentences, split)
        assert all(row.value == 1.0 for row in rows)
        assert list(disclosure_evaluation.missed(judge, sentences, split)) == []


def test_every_row_says_that_it_is_self_labelled_and_lies_in_its_interval(
    sentences: list[Sentence],
) -> None:
    rows = disclosure_evaluation.evaluate(disclosure_evaluation.by_keyword, sentences, "test")
    assert all("self-labelled" in row.data for row in rows)
    assert all(row.low <= row.value <= row.high for row in rows)
    assert all(row.value == row.baseline for row in rows if row.part == "all")


@pytest.mark.slow
def test_the_stored_screen_is_what_fitting_gives(sentences: list[Sentence]) -> None:
    from knowledge.language import suspicion_fitting
    from knowledge.language.embedding import Embedder

    texts = [one.text for one in sentences if one.split == "fresh"][:20]
    stored = suspicion.load()
    fitted = suspicion_fitting.fit(sentences, Embedder.load())
    for there, here in zip(stored.probabilities(texts), fitted.probabilities(texts), strict=True):
        assert there["fault"] == pytest.approx(here["fault"], abs=0.05)


def test_a_screen_is_read_as_it_was_written(tmp_path_factory: pytest.TempPathFactory) -> None:
    from knowledge.language import suspicion_fitting

    stored = suspicion.unpacked(suspicion.stored())
    file = tmp_path_factory.mktemp("screen") / "screen.npz"
    suspicion_fitting.write(suspicion.Screen(heads=stored, embedder=None), file)  # type: ignore[arg-type] # not asked
    again = suspicion.unpacked(file)
    for label, head in stored.items():
        assert (head.bias == again[label].bias).all()


def test_a_file_that_holds_no_heads_is_refused(tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("screen") / "screen.npz"
    file.write_bytes(b"PK nothing")
    with pytest.raises(ValueError, match="holds no heads"):
        suspicion.unpacked(file)

"""The self-labelled texts: what the files hold, and what is read where corpora are missing."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.language import labelled
from knowledge.language.labelled import INDICATORS, Labelled

SHARED = Path(os.environ.get("ATTUNE_SHARED", "/nowhere")) / "data"


@pytest.fixture(scope="module")
def texts() -> list[Labelled]:
    return labelled.read()


@pytest.mark.parametrize("indicator", INDICATORS)
def test_each_indicator_has_texts_enough_of_which_a_quarter_to_a_half_say_yes(
    texts: list[Labelled], indicator: str
) -> None:
    asked = [one for one in texts if one.asked(indicator)]
    share = sum(one.answers[indicator].final for one in asked) / len(asked)
    assert len(asked) >= 900
    assert 0.25 <= share <= 0.45


@pytest.mark.parametrize("indicator", INDICATORS)
def test_two_passes_that_agree_stand_and_two_that_differ_have_a_reason(
    texts: list[Labelled], indicator: str
) -> None:
    for one in texts:
        answer = one.answers[indicator]
        assert (answer.first != answer.second) == bool(answer.reason)
        assert answer.first != answer.second or answer.final == answer.first


@pytest.mark.parametrize("indicator", INDICATORS)
def test_a_kind_is_named_where_the_answer_is_yes_and_only_there(
    texts: list[Labelled], indicator: str
) -> None:
    assert all(one.answers[indicator].final == bool(one.answers[indicator].kind) for one in texts)


def test_no_text_stands_twice(texts: list[Labelled]) -> None:
    assert len({one.digest for one in texts}) == len(texts)


def test_each_half_holds_between_two_and_three_fifths(texts: list[Labelled]) -> None:
    share = sum(one.half == "test" for one in texts) / len(texts)
    assert 0.4 <= share <= 0.6


def test_no_words_of_a_public_corpus_are_stored(texts: list[Labelled]) -> None:
    public = [one for one in texts if one.source != "written"]
    assert len(public) > 400
    assert all(one.text is None for one in public)


def test_a_public_text_that_is_not_the_labelled_one_counts_as_not_at_hand(tmp_path: Path) -> None:
    corpus = tmp_path / "banking77"
    corpus.mkdir()
    (corpus / "train.csv").write_text("text,category\n" + "Other words,x\n" * 11_000)
    assert all(one.text is None for one in labelled.public(tmp_path))


@pytest.mark.skipif(not SHARED.is_dir(), reason="ATTUNE_SHARED has no data")
def test_every_public_text_is_found_in_its_corpus() -> None:
    assert all(one.text for one in labelled.public(SHARED))


@given(st.sampled_from(["random", "", "near urgency", "keyword betrayal"]))
def test_a_text_counts_for_the_indicator_that_it_was_drawn_for(stratum: str) -> None:
    one = Labelled(
        text="x", digest="0" * 64, source="written", stratum=stratum, register="post", answers={}
    )
    both = stratum in {"random", ""}
    assert one.asked("urgency") == (both or stratum == "near urgency")
    assert one.asked("betrayal") == (both or stratum == "keyword betrayal")

"""Empathy passage by passage: what carries a level, and what must not move it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.language import empathy_labelled, empathy_reader, empathy_rows
from knowledge.language.corpora import CorpusInvalid
from knowledge.language.empathy_evaluation import PADDING
from knowledge.language.empathy_passages import LONGEST, MOST, passages
from knowledge.language.empathy_reader import STRONGLY, EmpathyReader, Shown, level
from knowledge.language.indicators import Judge, load

WARM = "I am so sorry that you lost your brother."
ASKING = "How have you been sleeping since the accident?"
COLD = "Your ticket is closed. Refunds take ten days."


@pytest.fixture(scope="module")
def reader() -> EmpathyReader:
    return empathy_reader.load()


def shown(reader: EmpathyReader, text: str) -> Shown:
    (found,) = reader.read([text])
    return found


def test_the_passage_that_carries_a_level_is_named_with_its_place(reader: EmpathyReader) -> None:
    text = f"{COLD} {WARM} {ASKING}"
    found = shown(reader, text)
    assert (found.empathy.emotional_reactions, found.empathy.explorations) == (2, 2)
    one = found.carried["emotional_reactions"]
    assert text[one.start : one.end] == WARM == one.words
    assert found.carried["explorations"].words == ASKING
    assert one.chance >= STRONGLY


@pytest.mark.parametrize("text", [WARM, ASKING, COLD, f"{WARM} {ASKING}"])
def test_neutral_text_before_and_after_moves_no_level(reader: EmpathyReader, text: str) -> None:
    padding = " ".join(PADDING * 10)
    plain = shown(reader, text).empathy
    assert shown(reader, f"{padding} {text}").empathy == plain
    assert shown(reader, f"{text} {padding}").empathy == plain


@pytest.mark.parametrize(
    "stuffing",
    [
        " So sorry. So sorry. So sorry.",
        " so sorry so sorry so sorry",
        " We are truly sorry!",
        " Sorry, sorry, very sorry!",
        " Our apologies. I apologise.",
        " I am so, so sorry.",
    ],
)
def test_apologies_that_name_nothing_raise_nothing(reader: EmpathyReader, stuffing: str) -> None:
    plain = shown(reader, COLD).empathy
    assert shown(reader, COLD + stuffing).empathy == plain
    assert shown(reader, f"{stuffing.strip()} {COLD}").empathy == plain
    assert shown(reader, WARM + stuffing).empathy == shown(reader, WARM).empathy


@pytest.mark.parametrize("mark", ["?", " ?", "???", "?!", "!?", " ? "])
@pytest.mark.parametrize("text", [COLD, WARM, ASKING, "I hear you", "You lost it all."])
def test_question_marks_alone_move_no_level(reader: EmpathyReader, text: str, mark: str) -> None:
    plain = shown(reader, text).empathy
    assert shown(reader, text + mark).empathy == plain
    assert shown(reader, text.replace(".", mark) + mark).empathy == plain
    assert shown(reader, text.rstrip("?")).empathy == plain


def test_fragments_and_notices_show_nothing(reader: EmpathyReader) -> None:
    found = zip(
        empathy_labelled.fragments(), reader.read(empathy_labelled.fragments()), strict=True
    )
    assert [text for text, one in found if one.carried] == []


def test_what_measures_is_never_taught() -> None:
    taught = {text.rstrip(".") for text in empathy_labelled.neutral()}
    measured = [*empathy_labelled.fragments(), *PADDING]
    measured += [one.text for one in empathy_labelled.service()]
    assert not taught & {text.rstrip(".") for text in measured}


@pytest.mark.parametrize("text", ["", "  \n ", "...", "So sorry.", "\ud83d", "\0"])
def test_a_text_that_says_nothing_shows_nothing(reader: EmpathyReader, text: str) -> None:
    found = shown(reader, text)
    assert found.empathy == empathy_reader.Empathy(
        emotional_reactions=0, interpretations=0, explorations=0
    )
    assert found.carried == {}


@given(st.text(max_size=400))
def test_passages_lie_in_the_text_in_order_and_are_bounded(text: str) -> None:
    found = passages(text)
    ends = [0, *(end for one in found for end in (one.start, one.end))]
    assert ends == sorted(ends)
    assert all(one.end <= len(text) for one in found)
    assert len(found) <= MOST


def test_a_text_without_full_stops_is_cut_into_bounded_passages() -> None:
    found = passages("and then we went home " * 5_000)
    assert len(found) == MOST
    assert all(len(one.words.split()) <= LONGEST for one in found)


def test_a_reply_is_judged_whatever_it_answers_but_only_in_english() -> None:
    judge: Judge = load()
    english, german, nothing = judge.shown([WARM, "Es tut mir sehr leid für Sie.", "👍"])
    assert english is not None
    assert english.empathy.emotional_reactions == 2
    assert german is None
    assert nothing is None


def test_levels_are_none_weak_strong() -> None:
    assert [level(*one, 0.5) for one in ((0.4, 0.3), (0.6, 0.3), (0.9, 0.8))] == [0, 1, 2]


def test_a_broken_corpus_of_empathy_is_refused_with_its_file(tmp_path: Path) -> None:
    with pytest.raises(CorpusInvalid, match="emotional-reactions"):
        empathy_rows.read(tmp_path)

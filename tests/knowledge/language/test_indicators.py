"""What the judge says of texts, and what it leaves unjudged."""

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.language.indicators import Judge
from ontology.signals import Scores

DEAD_END = "Third time I call, nobody replies, I am going in circles and fed up."
THANKS = "Thank you so much, your team was wonderful and kind today."
BROKEN = "After ten years with you, you promised this would never happen. You lied to us."
INSULIN = "My son is running out of insulin, still no answer, please help us tonight!"
ANSWER = (
    "I am so sorry you are going through this, that must be frightening."
    " Have you been able to reach a doctor since?"
)


def test_a_dead_end_reads_as_more_frustrated_than_thanks(judge: Judge) -> None:
    angry, thankful = (one.scores for one in judge.score([DEAD_END, THANKS]))
    assert angry.frustration is not None
    assert thankful.frustration is not None
    assert angry.frustration > 0.5
    assert thankful.frustration < 0.1


def test_thanks_are_positive_and_a_dead_end_is_not(judge: Judge) -> None:
    angry, thankful = (one.scores.sentiment for one in judge.score([DEAD_END, THANKS]))
    assert angry is not None
    assert thankful is not None
    assert thankful > 0.5
    assert angry < 0


def test_a_broken_promise_is_betrayal_and_the_evidence_is_named(judge: Judge) -> None:
    (broken,) = judge.score([BROKEN])
    assert broken.scores.betrayal is not None
    assert broken.scores.betrayal > 0.9
    assert "promise broken" in broken.evidence["betrayal"]


def test_a_life_in_danger_is_urgent(judge: Judge) -> None:
    urgent, calm = (one.scores.urgency for one in judge.score([INSULIN, THANKS]))
    assert urgent is not None
    assert calm is not None
    assert urgent > 0.9
    assert calm < 0.2


@pytest.mark.parametrize("text", ["", "   ", "😡😡😡", "http://t.co/x", "@railco", "!!!", "42"])
def test_a_text_that_says_no_word_is_not_judged(judge: Judge, text: str) -> None:
    (found,) = judge.score([text])
    assert (found.language, found.scores, found.judged) == (None, Scores(), False)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Me cancelaron el vuelo y nadie contesta, es una vergüenza 😡😡😡", "es"),
        ("Die Heizung bleibt seit zwei Tagen kalt und niemand meldet sich", "de"),
        ("Поезд сошёл на повороте, есть пострадавшие", "ru"),
        ("列車が脱線して多くの人が怪我をしました", "ja"),
    ],
)
def test_another_language_is_named_and_not_judged(judge: Judge, text: str, language: str) -> None:
    (found,) = judge.score([text])
    assert (found.language, found.scores) == (language, Scores())


def test_a_declared_language_is_believed(judge: Judge) -> None:
    declared = judge.score([THANKS, THANKS], languages=["fr", "en-GB"])
    assert [(one.language, one.judged) for one in declared] == [("fr", False), ("en-GB", True)]


def test_empathy_is_judged_of_an_answer_only(judge: Judge) -> None:
    answer, post = judge.score([ANSWER, ANSWER], contexts=[INSULIN, None])
    assert post.empathy is None
    assert answer.empathy is not None
    assert answer.empathy.emotional_reactions >= 1
    assert answer.empathy.explorations >= 1


def test_a_closed_ticket_shows_no_empathy(judge: Judge) -> None:
    (closed,) = judge.score(["Your ticket has been closed."], contexts=[INSULIN])
    assert closed.empathy is not None
    assert closed.empathy.emotional_reactions == 0


def test_an_answer_to_a_post_in_another_language_is_not_rated(judge: Judge) -> None:
    (found,) = judge.score([ANSWER], contexts=["Die Heizung bleibt seit zwei Tagen kalt, Hilfe"])
    assert found.judged
    assert found.empathy is None


def test_a_text_is_judged_alike_alone_and_among_others(judge: Judge) -> None:
    texts = [DEAD_END, THANKS, BROKEN, INSULIN, ANSWER]
    together = judge.score(texts)
    for text, among in zip(texts, together, strict=True):
        (alone,) = judge.score([text])
        assert alone.scores.frustration == pytest.approx(among.scores.frustration, abs=0.0011)
        assert alone.scores.sentiment == pytest.approx(among.scores.sentiment, abs=0.0021)


def test_scores_have_three_decimals(judge: Judge) -> None:
    (found,) = judge.score([DEAD_END])
    assert found.scores.frustration == round(found.scores.frustration or 0.0, 3)


def test_no_texts_make_no_judgements(judge: Judge) -> None:
    assert judge.score([]) == []


def test_contexts_must_stand_beside_the_texts(judge: Judge) -> None:
    with pytest.raises(ValueError, match="2 texts but 1 contexts"):
        judge.score([DEAD_END, THANKS], contexts=[INSULIN])


@settings(max_examples=25, deadline=None)
@given(texts=st.lists(st.text(st.characters(exclude_categories=()), max_size=60), max_size=4))
def test_any_text_is_judged_within_bounds_or_not_at_all(judge: Judge, texts: list[str]) -> None:
    for found in judge.score(texts):
        scores = found.scores
        given_scores = (scores.frustration, scores.urgency, scores.betrayal, scores.irony)
        if scores.sentiment is None:
            assert scores == Scores()
        else:
            assert -1 <= scores.sentiment <= 1
            assert all(one is not None and 0 <= one <= 1 for one in given_scores)


def test_a_post_of_a_hundred_thousand_characters_is_read_to_its_bound(judge: Judge) -> None:
    (found,) = judge.score(["still no answer " * 7_000])
    assert found.judged


def test_importing_the_judge_does_not_load_torch() -> None:
    code = "import sys, knowledge.language.indicators; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603 - our own code

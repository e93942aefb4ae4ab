"""Approved texts: how far another text is from one, and what may not change at all."""

import re

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from knowledge.language.approved_texts import difference, unknown_slots
from knowledge.language.kept_words import KEPT, kept
from knowledge.language.slot_fills import TYPES, fills
from knowledge.language.wording_tokens import tokens

APPROVED = (
    "A train left the rails near {place} at {time} on {date}. {hurt:number} people were hurt."
    " Nobody was killed. We are sorry. {name} will say more. Line 4 is closed."
)
FILLS = {
    "{place}": ["Spuyten Duyvil", "Harmon", "Saint Denis sur Seine"],
    "{time}": ["7:20 a.m.", "noon", "19:05", "6 pm EST"],
    "{date}": ["Sunday, 1 December 2013", "today", "2013-12-01", "the 3rd of May"],
    "{hurt:number}": ["63", "Sixty three", "1,200"],
    "{name}": ["Ada Lovelace", "Grace"],
}
FILLED = st.fixed_dictionaries({slot: st.sampled_from(words) for slot, words in FILLS.items()})
PLAIN = ["qua", "bel", "wick", "sorn", "tolm"]
"""Words that no text here has, so that adding them leads away."""


def filled(given_: dict[str, str]) -> str:
    text = APPROVED
    for slot, words in given_.items():
        text = text.replace(slot, words)
    return text


@given(FILLED)
def test_the_approved_text_itself_with_its_slots_filled_does_not_differ(
    given_: dict[str, str],
) -> None:
    found = difference(APPROVED, filled(given_), "en")
    assert (found.distance, found.kept) == (0.0, ())


@given(st.text(max_size=200), st.sampled_from([*KEPT, "ja"]))
def test_any_text_without_braces_is_no_distance_from_itself(text: str, language: str) -> None:
    assume("{" not in text and "}" not in text)
    assume("\ufe5b" not in text and "\ufe5c" not in text)
    found = difference(text, text, language)
    assert (found.distance, found.kept) == (0.0, ())


@given(
    FILLED,
    st.lists(st.tuples(st.integers(0, 40), st.sampled_from(PLAIN)), max_size=12),
    st.lists(st.tuples(st.integers(0, 60), st.sampled_from(PLAIN)), min_size=1, max_size=12),
    st.integers(0, 20),
)
@settings(max_examples=40, deadline=None)
def test_words_that_the_approved_text_lacks_never_bring_a_text_nearer(
    given_: dict[str, str], first: list[tuple[int, str]], more: list[tuple[int, str]], cut: int
) -> None:
    words = filled(given_).split()[cut:]
    for place, word in first:
        words.insert(place, word)
    near = difference(APPROVED, " ".join(words), "en").distance
    for place, word in more:
        words.insert(place, word)
        further = difference(APPROVED, " ".join(words), "en").distance
        assert further >= near
        near = further


@given(FILLED, st.integers(0, 999))
def test_a_changed_number_may_not_be(given_: dict[str, str], number: int) -> None:
    assume(number != 4)
    text = filled(given_).replace("Line 4", f"Line {number}")
    assert any("number" in one for one in difference(APPROVED, text, "en").kept)


@given(st.lists(st.sampled_from(["we", "the", "trains", "not", "never", "run"]), max_size=14))
@example(["not"])
def test_a_changed_count_of_denials_may_not_be(words: list[str]) -> None:
    approved = "the trains run not today"
    denials = sum(one in {"not", "never"} for one in words)
    assume(denials != 1)
    assert difference(approved, " ".join(words), "en").kept


@pytest.mark.parametrize(
    ("approved", "text", "language", "why"),
    [
        ("Four wait.", "Five wait.", "en", "number 'Five' is new"),
        ("We are late.", "We are not late.", "en", "negation 'not' is new"),
        ("We don\u2019t know.", "We do know.", "en", 'negation "don\'t" is left out'),
        ("It is safe.", "It is unsafe.", "en", "turns a word"),
        ("It was harmful.", "It was harmless.", "en", "turns a word"),
        ("Ask for Ada here.", "Ask for Grace here.", "en", "name 'Grace' is new"),
        ("Harmon is closed.", "Croton is closed.", "en", "name 'Croton' is new"),
        ("Bitte warten.", "Bitte nicht warten.", "de", "negation 'nicht' is new"),
        ("Nous savons.", "Nous ne savons pas.", "fr", "negation 'ne' is new"),
        ("Lo sabemos.", "No lo sabemos.", "es", "negation 'No' is new"),
        ("Come on monday.", "Come on tuesday.", "en", "word of time 'tuesday' is new"),
        ("{n:number} wait.", "{n:number} wait.", "en", "slot {n:number} is not filled"),
        ("{n:number} wait.", "Many wait.", "en", "slot {n:number} is not filled"),
        ("{name} waits.", "Not Ada waits.", "en", "negation 'Not' is new"),
        ("お待ちください", "待ってください", "ja", "knows no denials"),
    ],
)
def test_what_may_not_change_is_told(approved: str, text: str, language: str, why: str) -> None:
    assert any(why in one for one in difference(approved, text, language).kept)


def test_words_may_change_up_to_the_bound() -> None:
    found = difference("We are sorry for the long wait.", "We are very sorry for the wait.", "en")
    assert found.kept == ()
    assert found.distance == pytest.approx(2 / 7, abs=1e-3)


def test_a_sign_that_is_no_word_counts_as_a_word() -> None:
    assert difference("We are sorry.", "We are sorry 😂", "en").distance > 0.3
    assert difference("We are sorry.", "We are sorry?", "en").distance > 0.3


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("At {time} in {place}.", ()),
        ("At {hour}.", ("{hour}",)),
        ("At { time }.", ("{", "}")),
        ("At {a:b:time}.", ("{a:b:time}",)),
        ("At {time", ("{",)),
        ("{x:number} of {y:number}", ()),
    ],
)
def test_slots_have_a_known_type(text: str, wrong: tuple[str, ...]) -> None:
    assert unknown_slots(text) == wrong


@pytest.mark.parametrize(
    ("kind", "words", "does"),
    [
        ("number", "1,200", True),
        ("number", "two thousand", True),
        ("number", "a few", False),
        ("number", "63 dead", False),
        ("date", "Monday", True),
        ("date", "3 dead", False),
        ("date", "31.12.2026", True),
        ("date", "2026", False),
        ("time", "25:00", False),
        ("time", "at", False),
        ("time", "6", False),
        ("time", "18 Uhr", False),
        ("place", "Line 4", True),
        ("place", "somewhere", False),
        ("place", "4", False),
        ("name", "Ada de la Cruz", True),
        ("name", "Nobody", False),
        ("name", "the Chair", False),
    ],
)
def test_a_slot_takes_what_is_of_its_type(kind: str, words: str, *, does: bool) -> None:
    assert fills(kind, tokens(words), KEPT["en"]) is does


def test_a_slot_takes_german_times_and_dates() -> None:
    assert fills("time", tokens("18 Uhr"), KEPT["de"])
    assert fills("date", tokens("Montag, den 3. April"), KEPT["de"])


def test_a_long_text_that_is_all_different_is_compared_soon() -> None:
    far = difference(APPROVED, "word " * 4_000, "en")
    assert far.distance == 1.0
    assert len(far.kept) < 60


def test_the_lists_are_casefolded_and_of_one_word() -> None:
    for words in KEPT.values():
        for one in words.negations | words.numbers | words.days | words.clock:
            assert one == one.casefold()
            assert not re.search(r"\s", one)
    assert set(TYPES) == {"number", "date", "time", "place", "name"}
    assert kept("xx") is None

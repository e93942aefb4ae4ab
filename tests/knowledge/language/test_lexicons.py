"""Phrases, their small syntax, and what a broken lexicon file is told."""

from pathlib import Path

import pytest

from knowledge.language import lexicons
from knowledge.language.lexicons import LexiconInvalid

PAIRS = [
    ("betrayal", "promise broken", "You PROMISED us it was safe", "It looks promising"),
    ("betrayal", "loyalty reversed", "after <3 and after 12 years of this", "after lunch"),
    ("betrayal", "betrayed", "I feel betrayed", "I feel fine"),
    ("urgency", "medicine and care running out", "we are out of insulin", "insulin is cheap"),
    ("urgency", "a deadline near", "the flight leaves in 2 hours", "the flight was long"),
    ("urgency", "still without an answer", "still no heating", "the heating works"),
    ("frustration", "again and again", "this is the third time", "the third floor"),
    ("frustration", "nobody answers", "bounced from desk to desk", "the ball bounced"),
]


@pytest.mark.parametrize(("indicator", "group", "said", "other"), PAIRS)
def test_a_group_is_found_where_it_is_said_and_only_there(
    indicator: str, group: str, said: str, other: str
) -> None:
    lexicon = lexicons.load(indicator)
    assert group in lexicon.found(said)
    assert group not in lexicon.found(other)


def test_saying_it_twice_weighs_once() -> None:
    lexicon = lexicons.load("betrayal")
    assert lexicon.evidence("you lied") == lexicon.evidence("you lied, you lied, you lied")


def test_an_unless_phrase_silences_the_lexicon() -> None:
    assert lexicons.load("urgency").found("No rush, but I need help today") == ()


def test_a_phrase_does_not_match_inside_a_word() -> None:
    assert lexicons.load("urgency").found("the disposable sosias") == ()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("groups: [", "no YAML"),
        ("indicator: x", "has no list `groups`"),
        ("groups: [{name: a}]", "is no group"),
        ("groups: [{name: a, weight: much, phrases: [b]}]", "'much' is no weight"),
        ("groups: [{name: a, weight: 99, phrases: [b]}]", "'99' is no weight"),
        ("groups: [{name: a, weight: true, phrases: [b]}]", "'True' is no weight"),
        ("groups: [{name: a, weight: 1, phrases: b}]", "is no list of phrases"),
        ("groups: [{name: a, weight: 1, phrases: []}]", "has no phrase"),
        ("groups: [{name: a, weight: 1, phrases: [3]}]", "is no list of phrases"),
    ],
)
def test_a_broken_lexicon_says_what_is_wrong(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "urgency.yaml"
    file.write_text(text)
    with pytest.raises(LexiconInvalid, match=r"^urgency\.yaml: ") as raised:
        lexicons.read(file)
    assert told in str(raised.value)


def test_an_apostrophe_may_be_left_out() -> None:
    lexicon = lexicons.load("urgency")
    said = "I can't breathe"
    assert lexicon.found(said.replace("'", "")) == lexicon.found(said) != ()

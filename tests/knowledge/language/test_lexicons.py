"""Phrases, their small syntax, and what a broken lexicon file is told."""

import pytest

from knowledge.language import lexicon_files
from ontology.marked_reader import FileInvalid

PAIRS = [
    ("betrayal", "promise broken", "You PROMISED us it was safe", "It looks promising"),
    ("betrayal", "loyalty reversed", "after <3 and after 12 years of this", "after lunch"),
    ("betrayal", "betrayed", "I feel betrayed", "I feel fine"),
    ("betrayal", "betrayed", "they betrayed us all", "a film about betrayal"),
    ("betrayal", "lied to", "you lied to my face", "fake tan is a lie detector's friend"),
    ("betrayal", "used and dropped", "a slap in the face for fans", "the wind in the face"),
    ("betrayal", "a confidence broken", "I told you that in confidence", "you lack confidence"),
    ("urgency", "happening this moment", "it burns as we speak", "we rarely speak"),
    ("urgency", "danger to people", "he has chest pains", "he has a chest of drawers"),
    ("urgency", "signs of danger", "he has got a knife", "the knife block is lovely"),
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
    lexicon = lexicon_files.load(indicator)
    assert group in lexicon.found(said)
    assert group not in lexicon.found(other)


def test_saying_it_twice_weighs_once() -> None:
    lexicon = lexicon_files.load("betrayal")
    assert lexicon.evidence("you lied") == lexicon.evidence("you lied, you lied, you lied")


def test_an_unless_phrase_silences_the_lexicon() -> None:
    assert lexicon_files.load("urgency").found("No rush, but I need help today") == ()


def test_a_phrase_does_not_match_inside_a_word() -> None:
    assert lexicon_files.load("urgency").found("the disposable sosias") == ()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "1:1: is no YAML: the file is empty"),
        ("groups: [", "1:10: is no YAML"),
        ("groups: &a [*a]", "1:13: is no YAML: *a is an alias"),
        ("[]", "1:1: a list stands where a mapping belongs"),
        ("indicator: urgency", "1:1: groups is missing"),
        ("indicator: urgency\ngroups: []", "2:9: groups are a list with at least one"),
        ("indicator: urgency\ngroups: [b]", "2:10: 'b' is no group; valid: {name: "),
        ("indicator: betrayal\ngroups: [{name: a, weight: 1, phrases: [b]}]", "1:12: 'betrayal'"),
        ("indicator: urgency\nbiass: 1\ngroups: []", "2:1: 'biass' is no key here"),
    ],
)
def test_a_broken_lexicon_says_what_is_wrong_and_where(text: str, told: str) -> None:
    with pytest.raises(FileInvalid) as raised:
        lexicon_files.read(text, file="urgency.yaml", indicator="urgency")
    assert any(error.startswith(f"urgency.yaml:{told}") for error in raised.value.errors)


@pytest.mark.parametrize(
    ("group", "told"),
    [
        ("{name: a}", "10: weight is missing"),
        ("{name: a, weight: much, phrases: [b]}", "28: 'much' is no weight between"),
        ("{name: a, weight: 99, phrases: [b]}", "28: 99 is no weight between"),
        ("{name: a, weight: .nan, phrases: [b]}", "28: '.nan' is no weight between"),
        ("{name: a, weight: true, phrases: [b]}", "28: True is no weight between"),
        ("{name: a, weight: 1, phrases: b}", "40: write a list with at least one name"),
        ("{name: a, weight: 1, phrases: []}", "40: write a list with at least one name"),
        ("{name: a, weight: 1, phrases: [3]}", "41: a integer stands where a text belongs"),
        ("{name: a, weight: 1, phrases: [...]}", "40: '...' has a part without a letter"),
        ("{name: a, weight: 1, phrases: ['*']}", "40: '*' has a part without a letter"),
        ("{name: a, weight: 1, phrases: [b/]}", "40: 'b/' has a part without a letter"),
    ],
)
def test_a_broken_group_says_what_is_wrong_and_where(group: str, told: str) -> None:
    with pytest.raises(FileInvalid) as raised:
        lexicon_files.read(
            f"indicator: urgency\ngroups: [{group}]", file="urgency.yaml", indicator="urgency"
        )
    assert any(error.startswith(f"urgency.yaml:2:{told}") for error in raised.value.errors)


def test_a_group_that_stands_twice_is_refused() -> None:
    group = "{name: a, weight: 1, phrases: [b]}"
    with pytest.raises(FileInvalid, match="'a' names another group too"):
        lexicon_files.read(
            f"indicator: urgency\ngroups: [{group}, {group}]", file="u", indicator="urgency"
        )


def test_an_apostrophe_may_be_left_out() -> None:
    lexicon = lexicon_files.load("urgency")
    said = "I can't breathe"
    assert lexicon.found(said.replace("'", "")) == lexicon.found(said) != ()

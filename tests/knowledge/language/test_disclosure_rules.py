"""The files of the disclosure rules: every mistake has its place, and each phrase can be said."""

from importlib.resources import files

import pytest

from knowledge.language import disclosure_rules
from knowledge.language.disclosure_rules import SUBJECTS, read
from knowledge.language.phrases import PhraseInvalid, phrase
from ontology.marked_reader import FileInvalid

NAMES = ("words", "frames", *SUBJECTS)


@pytest.fixture
def texts() -> dict[str, str]:
    folder = files("knowledge.language") / "disclosure"
    return {one: (folder / f"{one}.yaml").read_text(encoding="utf-8") for one in NAMES}


def refused(texts: dict[str, str], name: str, old: str, new: str) -> str:
    assert old in texts[name]
    with pytest.raises(FileInvalid) as told:
        read(texts | {name: texts[name].replace(old, new, 1)})
    return str(told.value)


def test_rules_have_an_id_of_their_own_and_say_why() -> None:
    rules = disclosure_rules.load().rules
    assert len({one.id for one in rules}) == len(rules)
    assert all(one.why.endswith(".") for one in rules)
    assert {one.about for one in rules} == set(SUBJECTS)


def test_an_unknown_effect_is_refused_with_its_place(texts: dict[str, str]) -> None:
    told = refused(texts, "frames", "effect: denied", "effect: refused")
    assert told.startswith("frames.yaml:")
    assert "'refused' is none of denied, open" in told


def test_a_list_that_is_not_there_is_refused(texts: dict[str, str]) -> None:
    assert "<ours> is no list" in refused(texts, "fault", "<own> ~ fell short", "<ours> ~ fell")


def test_a_phrase_of_which_all_may_be_left_out_is_refused(texts: dict[str, str]) -> None:
    told = refused(texts, "harm", "- swallowed", "- (swallowed)")
    assert "every part of '(swallowed)' may be left out" in told


def test_a_negation_that_is_none_is_refused(texts: dict[str, str]) -> None:
    told = refused(texts, "fault", "    negation: copular", "    negation: somewhere")
    assert "'somewhere' is none of inside, before" in told


def test_a_file_about_something_else_is_refused(texts: dict[str, str]) -> None:
    assert "about 'fault'" in refused(texts, "fault", "about: fault", "about: harm")


def test_lists_that_name_each_other_are_refused(texts: dict[str, str]) -> None:
    old = "  not: [not/never"
    told = refused(texts, "words", old, f"  one: [<two>]\n  two: [<one>]\n{old}")
    assert "names lists too deep" in told


@pytest.mark.parametrize("text", ["", "..", "(we)", "~ (not)"])
def test_a_phrase_says_at_least_one_word(text: str) -> None:
    with pytest.raises(PhraseInvalid):
        phrase(text)

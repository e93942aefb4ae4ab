"""Brand voice: findings by place, a score by their weights; the file's mistakes at their place."""

from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.language.voice import WEIGHTS, sound
from knowledge.language.voice_files import Voice, read
from ontology.marked_reader import FileInvalid

SHIPPED = files("rules").joinpath("guidelines", "voice.yaml").read_text("utf-8")
FILE = """\
voice: house
owner: team/communications
organisation: {name: Riverline, contact: "+1 914 555 0190", sectors: [rail]}
sentences: {longest: 12, usual: 8}
grade: 9
never:
  - {words: [sorry if, "sorry you * that"], why: It doubts the harm., instead: We are sorry.}
avoid:
  - {words: [rest assured], why: Trust is not asked for.}
  - {words: [zeitnah], language: de, why: Wann genau?}
say:
  - {words: [users], why: They are people., instead: people}
"""
WARM = (
    "We are sorry that you waited all night. You get your fare back today. "
    "Call us, and a person answers you. We write to you again on Monday."
)


@pytest.fixture(scope="module")
def house() -> Voice:
    return read(FILE)


@pytest.fixture(scope="module")
def shipped() -> Voice:
    return read(SHIPPED)


def kinds(text: str, voice: Voice, language: str = "en") -> list[str]:
    return [one.kind for one in sound(text, language, voice).findings]


def test_a_warm_plain_text_keeps_all_its_points(house: Voice) -> None:
    assert sound(WARM, "en", house).score == 100


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("We are Sorry\nif you waited.", "never", "Sorry\nif"),
        ("We are sorry you feel that way.", "never", "sorry you feel that"),
        ("Rest assured, we help.", "avoid", "Rest assured"),
        ("Our users wait.", "say", "users"),
        ("We help you!", "exclamation", "!"),
        ("WE ARE VERY SORRY.", "capitals", "VERY SORRY"),
        ("You and we and you " * 5 + "end.", "long-sentence", "You and we and you You"),
    ],
)
def test_each_finding_names_its_place(house: Voice, text: str, kind: str, words: str) -> None:
    (found, *_) = [one for one in sound(text, "en", house).findings if one.kind == kind]
    assert text[found.start : found.end].startswith(words[:10])
    assert found.why


def test_words_count_in_their_own_language(house: Voice) -> None:
    assert kinds("Wir melden uns zeitnah.", house, "de") == ["avoid"]
    assert kinds("Wir melden uns zeitnah.", house) == []


def test_who_speaks_and_to_whom_is_missed_in_longer_texts(house: Voice) -> None:
    text = "The train stopped. " * 9
    assert {"no-we", "no-you"} <= {*kinds(text, house)}


def test_much_passive_is_found_and_a_little_is_not(house: Voice) -> None:
    much = "The train was stopped. Doors were opened. Buses were called. Fares were paid."
    assert "passive" in kinds(much, house)
    assert "passive" not in kinds(WARM, house)


def test_hard_words_are_found(house: Voice) -> None:
    hard = (
        "We regret considerable operational irregularities. "
        "You experienced unsatisfactory communication. Rehabilitation necessitates expenditure."
    )
    assert "hard" in kinds(hard, house)


@given(st.text(max_size=500))
def test_the_score_is_what_the_findings_leave(text: str) -> None:
    voice = read(FILE)
    found = sound(text, "en", voice)
    assert found.score == max(0, 100 - sum(WEIGHTS[one.kind] for one in found.findings))
    assert all(0 <= one.start <= one.end <= len(text) for one in found.findings)


@pytest.mark.parametrize(
    "text",
    [
        "We are sorry if anyone was offended.",
        "We're sorry that you feel this way.",
        "Mistakes were made.",
        "We apologise for any inconvenience.",
        "Only a small number of customers were concerned.",
        "Your ticket has been closed.",
        "There is no need to worry.",
        "At least nobody died.",
        "It was taken out of context.",
        "This was an isolated incident.",
        "We regret any offence caused.",
    ],
)
def test_what_is_no_apology_is_never_said(shipped: Voice, text: str) -> None:
    assert "never" in kinds(text, shipped)


@pytest.mark.parametrize(
    "text",
    [
        WARM,
        "If you are there, leave by the door on the right.",
        "You should have heard from us on Monday. I am sorry.",
        "We are sorry for what you went through.",
        "If waiting cost you something, tell us.",
    ],
)
def test_plain_sympathy_is_no_finding(shipped: Voice, text: str) -> None:
    assert "never" not in kinds(text, shipped)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Wir bitten etwaige Unannehmlichkeiten zu entschuldigen."),
        ("fr", "Nous regrettons la gêne occasionnée."),
        ("es", "Lamentamos las molestias ocasionadas."),
    ],
)
def test_other_languages_have_their_own(shipped: Voice, language: str, text: str) -> None:
    assert "never" in kinds(text, shipped, language)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("owner: team/communications", "owner: Us", "voice.yaml:2:8: 'Us' is no team or person"),
        ("longest: 12", "longest: many", "4:22: 'many' is no whole number from 0 to 100"),
        ("grade: 9\n", "", "1:1: grade is missing"),
        ("[users]", "['!!']", "12:13: '!!' is no phrase"),
        ("language: de", "language: German", "is no language; valid: en"),
        ("sectors: [rail]", "newsroom: x", "'x' is no address"),
        ("say:", "sey:", "'sey' is no key here"),
        ("never:\n  - {", "never:\n  {", "a mapping stands where a list belongs"),
    ],
)
def test_a_broken_voice_is_told_at_its_place(old: str, new: str, told: str) -> None:
    text = FILE.replace(old, new, 1)
    with pytest.raises(FileInvalid) as caught:
        read(text, file="voice.yaml")
    assert told in str(caught.value)

"""Reading: published formulas, sentences and syllables as people count them."""

import pytest

from knowledge.language.reading import _RULES as RULES
from knowledge.language.reading import reading, sentences, words_of

EASY = "We are sorry. You can call us now. We will help you. A person will speak to you."
HARD = (
    "The organisation regrets the operational irregularities experienced by individuals "
    "utilising the aforementioned infrastructure, notwithstanding considerable "
    "rehabilitation expenditure undertaken throughout preceding financial periods."
)
FRENCH = "Nous sommes là. Appelez-nous. Une personne vous répond. Vous n'êtes pas seul ce soir."
SPANISH = "Estamos aquí. Llame ahora. Le atiende una persona. No está usted solo esta noche."
GERMAN = "Wir sind da. Ruft uns an. Ein Mensch hört Ihnen zu. Wir helfen Ihnen jetzt."


def test_the_formula_is_the_one_that_was_published() -> None:
    """Thirteen words with sixteen syllables in two sentences."""
    found = reading("The little dog ran over the hill. It did not see the water.", "en")
    assert found is not None
    assert (found.words, found.sentences) == (13, 2)
    words = words_of("The little dog ran over the hill. It did not see the water.")
    assert sum(RULES["en"].syllables(word.lower()) for word in words) == 16
    assert found.grade == pytest.approx(0.39 * 13 / 2 + 11.8 * 16 / 13 - 15.59, abs=0.05)


def test_office_talk_is_harder_than_plain_words() -> None:
    easy, hard = reading(EASY, "en"), reading(HARD, "en")
    assert easy is not None
    assert hard is not None
    assert easy.grade is not None
    assert hard.grade is not None
    assert easy.grade < 4
    assert hard.grade > 16
    assert hard.hard
    assert not easy.hard


@pytest.mark.parametrize(
    ("text", "language", "formula"),
    [
        (GERMAN, "de", "Erste Wiener Sachtextformel"),
        (GERMAN, "de-AT", "Erste Wiener Sachtextformel"),
        (FRENCH, "fr", "Kandel-Moles"),
        (SPANISH, "es", "Szigriszt-Pazos"),
    ],
)
def test_each_language_has_a_formula_of_its_own(text: str, language: str, formula: str) -> None:
    found = reading(text, language)
    assert found is not None
    assert found.formula == formula
    assert found.source
    assert not found.hard
    assert (found.grade is None) != (found.ease is None)


def test_other_languages_and_short_texts_have_no_grade() -> None:
    assert reading(EASY, "nl") is None
    assert reading("We are sorry.", "en") is None


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("One. Two! Three?", 3),
        ("Call at 5 p.m. today. We answer.", 2),
        ("Dear Ada,\n\nWe are here.", 2),
        ("- Leave the train.\n- Wait.", 2),
        ("It costs 3.50 dollars.", 1),
        ("", 0),
        ("...", 0),
    ],
)
def test_sentences_are_told_apart(text: str, count: int) -> None:
    assert len(sentences(text)) == count


@pytest.mark.parametrize(
    ("language", "word", "count"),
    [
        ("en", "every", 2),
        ("en", "families", 3),
        ("en", "little", 2),
        ("en", "wanted", 2),
        ("en", "missed", 1),
        ("en", "houses", 2),
        ("en", "safely", 2),
        ("en", "going", 2),
        ("de", "familie", 3),
        ("de", "entschuldigung", 4),
        ("de", "häuser", 2),
        ("es", "ciudad", 2),
        ("es", "país", 2),
        ("es", "guerra", 2),
        ("es", "información", 4),
        ("es", "viaje", 2),
        ("fr", "personne", 2),
        ("fr", "voyage", 2),
        ("fr", "blessées", 2),
        ("fr", "équipe", 2),
    ],
)
def test_syllables_are_counted_as_they_are_spoken(language: str, word: str, count: int) -> None:
    assert RULES[language].syllables(word) == count


def test_links_are_no_words() -> None:
    assert words_of("See https://riverline.example/help or help@riverline.example now") == [
        "See",
        "or",
        "now",
    ]

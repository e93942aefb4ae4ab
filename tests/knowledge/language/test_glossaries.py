"""Glossaries: mistakes have a place, the nearest region counts, inflected words are found."""

from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.language import glossaries
from knowledge.language.glossaries import Called, called
from knowledge.language.glossary_files import Glossary, read
from knowledge.language.inflections import ENDINGS, places
from ontology.marked_reader import FileInvalid

SHIPPED = files("rules").joinpath("glossaries", "railway.yaml").read_text("utf-8")
HEAD = "glossary: g\nowner: team/a\n"
ONTARIO = ("region/ca-on", "region/ca")
NESTED = (
    f"{HEAD}terms:\n"
    "  bus:\n"
    "    means: A bus.\n"
    "    words:\n"
    "      - {language: fr, say: [bus de remplacement], never: [navette, car]}\n"
    "      - {language: fr, region: region/ca, say: [autobus], never: [bus de remplacement]}\n"
    "      - {language: fr, region: region/ca-on, say: [navette]}\n"
    "      - {language: fr-CA, region: region/ca-on, say: [autobus de remplacement]}\n"
)


@pytest.fixture(scope="module")
def railway() -> Glossary:
    return read(SHIPPED, file="railway.yaml")


def only(text: str, language: str, *regions: str) -> Called:
    (found,) = called([read(text, file="g.yaml")], language, regions)
    return found


def says(text: str, language: str, wordings: list[str]) -> list[str]:
    return [one.says for one in places(text, wordings, language)]


def test_the_nearest_region_says_what_is_approved() -> None:
    assert only(NESTED, "fr").say == ("bus de remplacement",)
    assert only(NESTED, "fr", "region/fr").say == ("bus de remplacement",)
    assert only(NESTED, "fr", "region/ca").say == ("autobus",)
    assert only(NESTED, "fr", *ONTARIO).say == ("navette",)
    assert only(NESTED, "fr-CA", *ONTARIO).say == ("autobus de remplacement",)
    assert only(NESTED, "de", *ONTARIO).say == ()


def test_what_is_never_said_around_is_never_said_within_unless_it_is_approved_nearer() -> None:
    assert [word for word, _ in only(NESTED, "fr", *ONTARIO).never] == [
        "bus de remplacement",
        "car",
    ]
    assert [word for word, _ in only(NESTED, "fr", "region/ca").never] == [
        "bus de remplacement",
        "navette",
        "car",
    ]


def test_a_broader_wording_that_is_barred_nearer_is_not_approved_there() -> None:
    text = NESTED.replace("say: [autobus], never", "never")
    assert only(text, "fr", "region/ca").say == ()


def test_a_forbidden_wording_inside_an_approved_one_is_no_finding() -> None:
    words = "{language: en, say: [shuttle bus], never: [bus]}"
    text = f"{HEAD}terms: {{bus: {{means: b, words: [{words}]}}}}"
    found = glossaries.forbidden("A shuttle bus, and a bus.", "en", [only(text, "en")])
    assert [(one.place.start, one.place.says) for one in found] == [(21, "bus")]


@pytest.mark.parametrize(
    ("language", "wording", "text", "found"),
    [
        (
            "de",
            "Ersatzbus",
            "Mit Ersatzbussen und einem ERSATZBUS.",
            ["Ersatzbussen", "ERSATZBUS"],
        ),
        ("de", "Zug", "Der Züge wegen.", ["Züge"]),
        ("de", "Zug", "Zugabe, Zugführer, Bezug.", []),
        ("de", "Verspätung", "Verspa\u0308tungen", ["Verspa\u0308tungen"]),
        (
            "de",
            "Notbus",
            "Not\u00adbusse und \u200bNot\u200bbus",
            ["Not\u00adbusse", "Not\u200bbus"],
        ),
        ("de", "Verletzte", "mehreren Verletzten", ["Verletzten"]),
        ("fr", "train régional", "Les trains régionaux circulent.", ["trains régionaux"]),
        ("fr", "contrôleur", "la contrôleuse; les controleurs", ["contrôleuse", "controleurs"]),
        ("fr", "retard", "Il est retardé.", []),
        ("fr", "bus de secours", "l'autobus de secours; d'un bus de secours", ["bus de secours"]),
        ("fr", "bus de secours", "des bus gratuits de secours", []),
        ("es", "autobús sustitutorio", "Autobuses sustitutorios.", ["Autobuses sustitutorios"]),
        ("es", "retraso", "Se retrasó.", []),
        ("en", "casualty", "Two casualties.", ["casualties"]),
        (
            "en",
            "level crossing",
            "a level-crossing; level\ncrossings",
            ["level-crossing", "level\ncrossings"],
        ),
        ("en", "train", "They train; training", ["train"]),
        ("ja", "列車", "列車が遅れています。列車", ["列車"]),
    ],
)
def test_usual_endings_are_found_and_other_words_are_not(
    language: str, wording: str, text: str, found: list[str]
) -> None:
    assert says(text, language, [wording]) == found


def test_each_wording_of_the_shipped_glossary_is_found_where_it_stands(railway: Glossary) -> None:
    for term in railway.terms:
        for one in term.wordings:
            for word in (*one.say, *one.never):
                assert word in says(f"Hier: {word}.", one.language, [word])


def test_the_shipped_glossary_names_every_term_in_four_languages(railway: Glossary) -> None:
    for term in railway.terms:
        spoken = {one.language for one in term.wordings if one.say}
        assert spoken == {"en", "de", "fr", "es"}, term.name


def test_no_shipped_wording_is_approved_and_never_said_in_one_place(railway: Glossary) -> None:
    for language in ENDINGS:
        for region in ("region/us", "region/gb", "region/de", "region/fr", "region/ca-on"):
            for one in called([railway], language, [region]):
                text = ". ".join(one.say)
                assert not glossaries.forbidden(
                    text, language, called([railway], language, [region])
                )


@given(st.text(max_size=200), st.lists(st.text(max_size=20), max_size=5))
def test_every_place_lies_in_the_text_and_says_what_stands_there(
    text: str, wordings: list[str]
) -> None:
    for language in ("de", "fr", "xx"):
        for one in places(text, wordings, language):
            assert text[one.start : one.end] == one.says
            assert one.wording in wordings


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("glossary: g\n", "g.yaml:1:1: owner is missing"),
        ("glossary: G g\nowner: team/a\nterms: {}\n", "g.yaml:1:11: 'G g' is no name"),
        ("glossary: g\nowner: person/a\nterms: {}\n", "g.yaml:2:8: 'person/a' is no team"),
        (f"{HEAD}board: x\nterms: {{}}\n", "g.yaml:3:8: 'x' is no team; valid: team/"),
        (f"{HEAD}terms: []\n", "a list stands where a mapping belongs"),
        (f"{HEAD}terms: {{Bus: {{means: b, words: []}}}}\n", "'Bus' is no name of a term"),
        (f"{HEAD}terms: {{bus: {{means: b, words: []}}}}\n", "belongs, like - {language: de"),
        (f"{HEAD}terms: {{bus: {{words: []}}}}\n", "means is missing"),
        (f"{HEAD}terms: {{bus: {{means: b, words: [{{say: [a]}}]}}}}\n", "language is missing"),
        ("language: Deutsch, say: [a]", "'Deutsch' is no language; valid: fr or fr-CA"),
        ("language: de", "it says neither what to say nor what never"),
        ("language: de, region: de, say: [a]", "'de' is no region; valid: region/us-ny"),
        ("language: de, say: [Bus], never: [bus]", "'bus' is to be said and never said"),
        ("language: de, say: ['...']", "'...' is no wording of up to 120 characters"),
        ("language: de, say: []", "write a list with at least one name"),
        ("language: de, say: [1]", "stands where a text belongs"),
        (f"language: de, say: [{'a' * 121}]", "is no wording of up to 120 characters"),
        ("language: de, colour: red, say: [a]", "'colour' is no key here"),
        (
            "language: de, say: [a]}, {language: de, never: [b]",
            "de for every region stands here twice",
        ),
        (f"language: de, say: [{', '.join(f'a{n}' for n in range(51))}]", "50 are the most"),
    ],
)
def test_each_mistake_is_named_with_its_place_and_what_would_do(text: str, told: str) -> None:
    entry = f"{HEAD}terms: {{bus: {{means: b, words: [{{{text}}}]}}}}\n"
    with pytest.raises(FileInvalid, match=r"g\.yaml:[0-9]+:[0-9]+: ") as caught:
        read(entry if text.startswith("language") else text, file="g.yaml")
    assert told in str(caught.value)


def test_a_glossary_of_too_many_terms_is_refused() -> None:
    many = "".join(f"  t{n}: {{}}\n" for n in range(2_001))
    with pytest.raises(FileInvalid, match="2001 terms stand here; 2000 are the most"):
        read(f"{HEAD}terms:\n{many}", file="g.yaml")

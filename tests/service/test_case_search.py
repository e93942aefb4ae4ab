from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from knowledge.language import gist
from knowledge.language.embedding import DIMENSIONS, Vectors
from knowledge.precedents import Precedent, PrecedentIndex
from ontology.identity import ThingId
from service.case_lines import page_json, page_lines
from service.case_search import Asked, Page, search

TEXTS = {
    "rails": "The morning was wet. A train left the rails. Four people died. Ferries went on.",
    "mail": "A bank wrote to people who had died. Their families complained.",
}


def embed(texts: Sequence[str]) -> Vectors:
    rows = np.ones((len(texts), DIMENSIONS), dtype=np.float32)
    rows[:, 0] = [len(text) for text in texts]
    found: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return found


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> PrecedentIndex:
    made = PrecedentIndex.open(tmp_path_factory.mktemp("cases"), embed=embed)
    made.add(
        Precedent(id=ThingId(f"precedent/{name}"), title=name, text=text, source="own")
        for name, text in TEXTS.items()
    )
    return made


def page(index: PrecedentIndex, text: str) -> Page:
    return search(index, Asked(text=text, everything=True), lambda _: True)


def test_a_question_in_a_language_that_is_not_read_is_told(index: PrecedentIndex) -> None:
    found = page(index, "Ein Zug ist heute Morgen aus den Gleisen gesprungen")
    assert (found.language, found.understood) == ("de", False)
    assert page_json(found)["language_supported"] is False
    assert "'de'" in "\n".join(page_lines(found, facets=False))


def test_a_question_in_english_is_told_as_understood(index: PrecedentIndex) -> None:
    found = page(index, "Where are the people who were on the train?")
    assert (found.language, found.understood) == ("en", True)


@pytest.mark.parametrize("text", ["…", "12", "🚂"])
def test_a_question_too_short_to_tell_its_language_is_not_called_foreign(
    index: PrecedentIndex, text: str
) -> None:
    found = page(index, text)
    assert (found.language, found.understood) == (None, True)


def test_words_that_no_case_holds_are_named_as_typed(
    index: PrecedentIndex, tmp_path: Path
) -> None:
    found = page(index, "Trains, zeppelins and the complaints; zeppelins!")
    assert found.absent == ["zeppelins", "complaints"]  # a stem is not a dictionary
    assert "In no case: zeppelins, complaints" in [*page_lines(found, facets=False)]
    assert PrecedentIndex.open(tmp_path).absent("anything at all") == ["anything", "all"]


def test_words_of_a_withdrawn_case_are_in_no_case(tmp_path: Path) -> None:
    index = PrecedentIndex.open(tmp_path, embed=embed)
    one = Precedent(id=ThingId("precedent/gone"), title="gone", text="Zeppelin.", source="own")
    index.add([one])
    assert index.absent("zeppelin") == []
    index.withdraw([one.id])
    assert index.absent("zeppelin") == ["zeppelin"]


def test_the_sentence_that_says_what_was_asked_stands_first(index: PrecedentIndex) -> None:
    found = page(index, "a railway carriage derailed")
    (why,) = [
        w for hit, w in zip(found.hits, found.why, strict=True) if "rails" in hit.precedent.id
    ]
    sentences = why["sentences"]
    assert isinstance(sentences, list)
    assert sentences[0]["text"] == "A train left the rails."  # type: ignore[index,call-overload]


def test_gists_are_of_length_one_and_the_same_for_the_same_text() -> None:
    texts = ["", "\0", "\ud83d", "a train " * 5_000, "🚂 Zug"]
    found = gist.load().vectors(texts)
    assert np.isfinite(found).all()
    assert (np.linalg.norm(found, axis=1) <= 1.001).all()
    assert np.array_equal(found, gist.load().vectors(texts))
    assert gist.load().vectors([]).shape == (0, DIMENSIONS)

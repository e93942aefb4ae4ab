"""What shapes must not do: ask other servers, try patterns for long, refuse without a cure."""

import pytest

from ontology.shape_files import read_shapes, shapes
from ontology.shape_soundness import unsound

HEAD = """@prefix attune: <https://attune.example/ns#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix shape: <https://attune.example/shapes#> .
shape:T a sh:NodeShape ; sh:targetClass attune:CandidateTeam ;
"""
QUERY = """    sh:sparql shape:q .
shape:q sh:message "It is wrong: mend it." ; attune:reads attune:name ;
    sh:select '''%s''' .
"""
PATTERN = """    sh:property shape:p .
shape:p sh:path attune:name ; sh:message "It is wrong: mend it." ; sh:pattern "%s" .
"""


def told(text: str) -> list[tuple[str, str]]:
    return [*unsound(read_shapes({"mine.ttl": (HEAD + text).encode()}))]


def test_the_packaged_shapes_are_sound() -> None:
    assert [*unsound(shapes())] == []


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("SELECT $this WHERE { SERVICE <http://a.example/> { $this ?p ?o } }", "by SERVICE"),
        ("SELECT $this WHERE { service ?x { $this ?p ?o } }", "by service"),
        ("SELECT $this FROM <http://a.example/> WHERE { $this ?p ?o }", "by FROM"),
        (r"SELECT $this WHERE { \\u0053ERVICE <http://a.example/> { } }", "the character itself"),
    ],
)
def test_a_query_that_could_ask_another_server_is_told(query: str, words: str) -> None:
    ((file, found),) = told(QUERY % query)
    assert file == "mine.ttl"
    assert found.startswith("mine.ttl:6: q ")
    assert words in found


def test_words_that_only_look_like_it_are_no_matter() -> None:
    query = 'SELECT $this WHERE { $this attune:service "FROM SERVICE" ; attune:from ?from } # FROM'
    assert told(QUERY % query) == []


def test_a_pattern_that_could_take_long_is_told() -> None:
    ((_, found),) = told(PATTERN % "^(a+)+$")
    assert found.startswith("mine.ttl:6: p has a pattern that can't stay")
    assert told(PATTERN % "^[a-z]{1,20}$") == []


def test_a_refusal_without_a_cure_is_told() -> None:
    ((_, found),) = told((PATTERN % "a").replace("It is wrong: mend it.", "It is wrong."))
    assert "says what is wrong and not what mends it" in found

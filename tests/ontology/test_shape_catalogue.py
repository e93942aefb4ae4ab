"""Shapes in words: what each judges, refuses and asks for, and where it stands."""

import re
from importlib.resources import files

import pytest

from ontology.shape_catalogue import told, uncured
from ontology.shape_files import read_shapes, shapes

SHAPES = {one.name: one for one in told(shapes())}


def test_every_packaged_shape_says_what_would_mend_its_refusal() -> None:
    assert [*uncured(shapes())] == []


@pytest.mark.parametrize("name", SHAPES)
def test_a_shape_says_what_it_judges_and_stands_where_it_says(name: str) -> None:
    one = SHAPES[name]
    assert one.types
    assert one.refusal.endswith(".")
    assert one.cure[0].isupper()
    file, _, line = one.source.rpartition(":")
    text = files("ontology").joinpath(file.removeprefix("ontology/")).read_text("utf-8")
    assert name in text.splitlines()[int(line) - 1]


def test_the_severity_of_a_query_is_that_of_the_shape_around_it() -> None:
    assert SHAPES["touchpoint-on-call"].severity == "Warning"
    assert SHAPES["touchpoint-owner"].severity == "Violation"


def test_the_path_of_a_query_is_the_one_that_it_binds() -> None:
    assert SHAPES["touchpoint-reachable"].path == "ownedBy"
    assert SHAPES["team-top"].path == "escalatesTo*/atTier"


def test_points_are_points_of_the_mission() -> None:
    points = [point for one in SHAPES.values() for point in one.covers]
    assert points
    assert all(re.fullmatch(r"[1-7]\.\d", point) for point in points)


def test_a_shape_covers_what_it_says_itself_before_what_the_shape_around_it_says() -> None:
    assert SHAPES["message-harm"].covers == ("4.4",)
    assert SHAPES["approval-author"].covers == ("4.1",)


def test_every_shape_says_which_points_it_covers() -> None:
    assert [name for name, one in SHAPES.items() if not one.covers] == []


def test_a_shape_that_does_not_say_what_mends_it_is_named_with_its_place() -> None:
    text = b"""@prefix attune: <https://attune.example/ns#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix shape: <https://attune.example/shapes#> .
shape:T a sh:NodeShape ; sh:targetClass attune:CandidateTeam ; sh:property shape:short .
shape:short sh:path attune:name ; sh:minLength 3 ; sh:message "The name is too short." .
"""
    ((file, words),) = uncured(read_shapes({"mine.ttl": text}))
    assert file == "mine.ttl"
    assert words.startswith("mine.ttl:5: short says what is wrong and not what mends it")

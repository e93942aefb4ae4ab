"""Simple shapes in YAML: what each form refuses and spares, by both engines, and its mistakes."""

from pathlib import Path

import pytest
from rdflib import SH, Graph, URIRef
from rdflib.compare import isomorphic

from ontology import vocabulary as v
from ontology.marked_reader import FileInvalid
from ontology.pattern_cost import PatternInvalid
from ontology.pattern_cost import check as check_pattern
from ontology.shape_cases import read_tables
from ontology.shape_files import ShapesInvalid, read_shapes
from ontology.shape_trials import run_tables
from ontology.simple_shape_graph import compiled, turtle
from ontology.simple_shape_reader import read
from ontology.simple_shapes import NEEDS

FILE = "ontology/shapes/mine.yaml"
FOLDER = Path(__file__).parent / "simple_shapes"
FORMS = (FOLDER / "forms.yaml").read_text("utf-8")
KNOWN = read_shapes({FILE: FORMS.encode()})


def test_every_form_refuses_its_mutants_and_spares_its_neighbours() -> None:
    tables = read_tables({"forms.cases.yaml": (FOLDER / "forms.cases.yaml").read_bytes()})
    report = run_tables(KNOWN, tables)
    assert [*report.faults()] == []
    assert len(report.results) > 50


def test_every_form_is_tried() -> None:
    assert {name for name in NEEDS if f"    {name}:" in FORMS} == {*NEEDS}


def test_a_result_names_the_line_of_the_file_and_the_cure() -> None:
    assert KNOWN.source("at-least") == f"{FILE}:3"
    (message,) = KNOWN.graph.objects(URIRef(v.SHAPES + "at-least"), SH.message)
    assert str(message) == "It is wrong: mend it."


def test_what_is_compiled_is_turtle_that_is_read_as_the_same_shapes() -> None:
    graph = compiled(read(FORMS, file=FILE))
    again = Graph().parse(data=turtle(graph), format="turtle")
    assert isomorphic(graph, again)
    assert read_shapes({"mine.ttl": turtle(graph).encode()}).targets == KNOWN.targets


MISTAKES = {
    "- {id: a, for: Tem, property: name, at least: 1, message: m, cure: c}": (
        "2:18: 'Tem' is no type; did you mean 'Team'?"
    ),
    "- {id: a, for: Team, property: nme, at least: 1, message: m, cure: c}": (
        "'nme' is no property of Team; did you mean 'name'?"
    ),
    "- {id: A b, for: Team, property: name, at least: 1, message: m, cure: c}": "is no name",
    "- {id: a, for: Team, property: name, message: m, cure: c}": "nothing is asked",
    "- {id: a, for: Team, at least: 1, message: m, cure: c}": "say of which property",
    "- {id: a, for: Team, property: name, at least: 9, message: m, cure: c}": (
        "9 is no number from 1 to 4"
    ),
    "- {id: a, for: Team, property: name, at last: 1, message: m, cure: c}": (
        "'at last' is no key here"
    ),
    "- {id: a, for: Team, property: atTier, one of: [boarb], message: m, cure: c}": (
        "did you mean 'board'?"
    ),
    "- {id: a, for: Team, property: name, pattern: '(a+)+$', message: m, cure: c}": (
        "bound its repeats"
    ),
    "- {id: a, for: Team, property: name, pattern: '(', message: m, cure: c}": (
        "is no pattern of RE2"
    ),
    "- {id: a, for: Team, when: {atTier: boarb}, not both: [name, atTier], message: m, cure: c}": (
        "did you mean 'board'?"
    ),
    "- {id: a, for: Team, when: {atTier: board}, property: name, at least: 1, at most: 2,"
    " message: m, cure: c}": "under conditions a shape asks one thing",
    "- {id: a, for: Team, property: name, not both: [name, atTier], message: m, cure: c}": (
        "'not both' stands alone"
    ),
    "- {id: a, for: Team, not both: [name], message: m, cure: c}": "name at least 2",
    "- {id: a, for: Team, unique per: [name], message: m, cure: c}": "must name a thing",
    "- {id: a, for: Team, needs a: {type: OnCallShift, by: startsAt}, message: m, cure: c}": (
        "startsAt does not name a Team"
    ),
    "- {id: a, for: Agreement, property: validFrom, less than: topic, message: m, cure: c}": (
        "can't be compared"
    ),
    "- {id: a, for: Team, property: name, length: {}, message: m, cure: c}": "{at least: 3",
    "- {id: a, for: Team, property: name, length: {at most: -1}, message: m, cure: c}": (
        "is no number from 0"
    ),
    "- {id: a, for: Team, property: name, datatype: day, message: m, cure: c}": (
        "'day' is none of string"
    ),
    "- {id: a, for: Team, property: name, at least: 1, message: 'a: b', cure: c}": (
        "leave out the colon"
    ),
    "- {id: a, for: Team, property: name, at least: 1, message: '{?value}', cure: c}": (
        "leave out braces"
    ),
    "- {id: a, for: Team, property: name, at least: 1, message: m}": "cure is missing",
    "- {id: a, for: Team, property: name, at least: 1, message: m, cure: c, severity: bad}": (
        "'bad' is none of violation, warning, info"
    ),
    "- {id: a, for: Team, property: name, at least: 1, message: m, cure: c, covers: [x]}": (
        "no point of the mission"
    ),
    "- just words": "a text stands where a mapping belongs",
    "[": "is no YAML",
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_with_its_place_and_cure(mistake: str) -> None:
    with pytest.raises(FileInvalid) as caught:
        read(f"shapes:\n  {mistake}\n", file="mine.yaml")
    assert any(MISTAKES[mistake] in error for error in caught.value.errors), caught.value.errors
    assert all(error.startswith("mine.yaml:") for error in caught.value.errors)


def test_all_mistakes_are_told_at_once_up_to_fifty() -> None:
    wrong = "  - {id: a, for: Team, property: nme, at least: 9, message: m, cure: c}\n"
    with pytest.raises(FileInvalid) as caught:
        read("shapes:\n" + wrong * 40, file="mine.yaml")
    assert len(caught.value.errors) == 51
    assert "more" in caught.value.errors[-1]


def test_two_shapes_of_one_name_are_refused_with_both_places() -> None:
    one = "  - {id: a, for: Team, property: name, at least: 1, message: m, cure: c}\n"
    with pytest.raises(
        FileInvalid, match=r"mine.yaml:3:5: 'a' is the name of the shape in line 2"
    ):
        read("shapes:\n" + one * 2, file="mine.yaml")
    files = {name: f"shapes:\n{one}".encode() for name in ("x.yaml", "y.yaml")}
    with pytest.raises(ShapesInvalid, match=r"y.yaml:2: a is the name of the shape at x.yaml:2"):
        read_shapes(files)


@pytest.mark.parametrize(
    "pattern", ["^[A-Z]{2}(-[A-Z0-9]{1,3})?$", "board", "^.+$", "a*b*", r"^\d{4}-\d\d$", "(a|b)+"]
)
def test_a_pattern_that_cannot_take_long_is_allowed(pattern: str) -> None:
    check_pattern(pattern)


@pytest.mark.parametrize(
    "pattern",
    ["(a+)+$", "(a|a)+$", ".*.*.*=", "(.{0,80}){0,80}", r"(\w+\s?)*$", "a" * 201, r"(a)\1"],
)
def test_a_pattern_that_could_take_long_or_is_no_re2_is_refused(pattern: str) -> None:
    with pytest.raises(PatternInvalid):
        check_pattern(pattern)

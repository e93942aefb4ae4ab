"""The schemas of simple shapes and of their cases: lenient to what is right, quick with slips."""

import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML

from ontology.shape_cases import CASE
from ontology.simple_shape_schema import cases_schema, shapes_schema
from ontology.simple_shapes import NEEDS, SHAPE

FOLDER = Path(__file__).parent / "simple_shapes"
PACKAGED = [one for one in files("ontology").joinpath("shapes").iterdir() if ".cases." in one.name]
SHAPES = """\
shapes:
  - id: mine
    for: Touchpoint
    when: {touchpointKind: phone, ownedBy: given}
    property: ownedBy
    class: Team
    message: It is wrong.
    cure: Mend it.
"""
CASES = """\
given: {team/a: {name: A, atTier: board}}
cases:
  - {shape: mine, note: N, change: {team/a: removed}, want: fires}
"""


@cache
def validator(name: str) -> jsonschema.Draft7Validator:
    text = files("ontology").joinpath(name).read_text("utf-8")
    found = jsonschema.Draft7Validator(json.loads(text))
    found.check_schema(found.schema)
    return found


def faults(text: str, name: str = "shapes.schema.json") -> list[str]:
    read: Any = YAML(typ="safe", pure=True).load(text)
    plain = json.loads(json.dumps(read, default=lambda moment: f"{moment.isoformat()}Z"))
    return [error.message for error in validator(name).iter_errors(plain)]


def test_the_forms_that_are_tried_are_valid() -> None:
    assert faults((FOLDER / "forms.yaml").read_text("utf-8")) == []


@pytest.mark.parametrize(
    "table", [*PACKAGED, FOLDER / "forms.cases.yaml"], ids=lambda one: one.name
)
def test_every_table_is_valid(table: Any) -> None:
    assert faults(table.read_text("utf-8"), "shape-cases.schema.json") == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("for: Touchpoint", "for: Touchpont"),
        ("property: ownedBy", "property: ownedBi"),
        ("property: ownedBy", "propertyy: ownedBy"),
        ("touchpointKind: phone", "touchpointKind: phon"),
        ("touchpointKind: phone", "touchpointkind: phone"),
        ("    class: Team\n", ""),
        ("class: Team", "class: Teem"),
        ("class: Team", "at least: 9"),
        ("class: Team", "datatype: day"),
        ("class: Team", "length: {}"),
        ("    cure: Mend it.\n", ""),
        ("cure: Mend it.", "cure: Mend it.\n    severity: bad"),
        ("cure: Mend it.", "cure: '{?value}'"),
        ("id: mine", "id: My shape"),
    ],
)
def test_a_slip_in_a_shape_is_seen(old: str, new: str) -> None:
    assert faults(SHAPES) == []
    assert SHAPES.count(old) == 1
    assert faults(SHAPES.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("name: A", "nme: A"),
        ("team/a: {name", "tem/a: {name"),
        ("removed", "gone"),
        ("want: fires", "want: fire"),
        ("want: fires", "want: {paths: a}"),
        ("note: N, ", ""),
        ("cases:", "case:"),
    ],
)
def test_a_slip_in_a_table_is_seen(old: str, new: str) -> None:
    assert faults(CASES, "shape-cases.schema.json") == []
    assert CASES.count(old) == 1
    assert faults(CASES.replace(old, new), "shape-cases.schema.json")


def test_every_part_is_explained() -> None:
    shape = shapes_schema()["definitions"]["shape"]["properties"]
    assert {name: part["description"] for name, part in shape.items()} == {**SHAPE, **NEEDS}
    case = cases_schema()["definitions"]["case"]["properties"]
    assert {name: part["description"] for name, part in case.items()} == CASE

"""The JSON Schema of case tables: current, never stricter than the test, quick to see slips."""

import json
import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from ontology.facts import FactInvalid, catalogue
from ontology.values import Datatype, encode
from rules.case import CAUTIONS, LISTS, SCALARS, shape_of
from rules.cases import CasesInvalid, read_cases
from rules.cases_schema import cases_schema
from rules.editor_schema import written
from rules.parts import CASE
from service.cli.rules import app
from tests.docs.examples import ROOT, blocks
from tests.rules import policies
from tests.rules.examples import quick
from tests.rules.test_editor_schema import leaves, loaded

STORED = files("rules").joinpath("cases.schema.json")
TABLES = [one for one in files("rules").joinpath("books").iterdir() if ".cases." in one.name]
CASES = """\
cases:
  - rule: stuck-in-the-heat
    note: Thirty people write within the hour
    at: 2026-10-01T09:00:00Z
    given:
      spread: {window: PT1H, volume: 30, excess: 4.5}
      incident: {people_at_risk: true, phase: open, age: 2 hours}
      team: [{id: team/legal, on_call: true}, {id: team/care, load: 0.5}]
      customer: {}
    want:
      tier: crisis-team
      verdict: go
      within: 15 minutes
      notifications: [team/legal, {team: team/operations, within: 5 minutes}]
      prohibitions: []
      responses: adjust
      cautions: [no-route, {name: not-judged, about: signal/1}]
    without: {requirements: [legal-approval]}
  - rule: stuck-in-the-heat
    note: One fewer
    given: {spread: {window: PT1H, volume: 29}}
    want: stays quiet
"""


@cache
def validator() -> jsonschema.Draft7Validator:
    return jsonschema.Draft7Validator(json.loads(STORED.read_text("utf-8")))


def faults(text: str) -> list[str]:
    return [leaf for error in validator().iter_errors(loaded(text)) for leaf in leaves(error)]


def refused(text: str) -> bool:
    try:
        read_cases(text, file="t.cases.yaml", catalogue=catalogue())
    except CasesInvalid:
        return True
    return False


def test_the_stored_schema_is_current() -> None:
    assert STORED.read_text("utf-8") == written(cases_schema(catalogue())), (
        "run `attune rules schema --cases --out rules/cases.schema.json`"
    )
    jsonschema.Draft7Validator.check_schema(validator().schema)


@pytest.mark.parametrize("table", TABLES, ids=lambda one: one.name)
def test_every_packaged_table_is_valid(table: Any) -> None:
    assert faults(table.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "text", [b.text for b in blocks("docs/case-tables.md") if b.text.startswith("cases:")]
)
def test_every_table_of_the_documentation_is_valid(text: str) -> None:
    assert faults(text) == []


def test_a_table_of_every_form_is_valid_and_read() -> None:
    assert not refused(CASES)
    assert faults(CASES) == []


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("note: One fewer", "notes: One fewer", "'notes'"),
        ("    note: One fewer\n", "", "'note' is a required property"),
        ("    want: stays quiet", "", "'want' is a required property"),
        ("want: stays quiet", "want: stay quiet", "'stay quiet'"),
        ("want: stays quiet", "want: {}", "non-empty"),
        ("want: stays quiet", "want: {detection: [surge]}", "'detection'"),
        ("given: {spread", "given: {sprad", "'sprad'"),
        ("given: {spread: {window: PT1H, volume: 29}}", "given: spread", "'spread'"),
        ("{window: PT1H, volume: 29}", "{volume: 29}", "'window' is a required property"),
        ("{window: PT1H, volume: 29}", "given", "'given'"),
        ("volume: 29", "volumes: 29", "'volumes'"),
        ("volume: 29", "volume: many", "'many'"),
        ("volume: 29", "volume: at least 29", "'at least 29'"),
        ("volume: 29", "volume: [29, 30]", "[29, 30]"),
        ("phase: open", "phase: opeen", "'opeen'"),
        ("people_at_risk: true", "people_at_risk: yes", "'yes'"),
        ("age: 2 hours", "age: some hours", "'some hours'"),
        ("id: team/legal", "id: legal", "'legal'"),
        ("tier: crisis-team", "tier: crisis", "'crisis'"),
        ("verdict: go", "verdict: yes", "'yes'"),
        ("within: 15 minutes", "within: soon", "'soon'"),
        ("[team/legal, {team", "[legal, {team", "'legal'"),
        ("{team: team/operations, within", "{tem: team/operations, within", "'tem'"),
        ("{team: team/operations, within", "{within", "'team' is a required property"),
        ("responses: adjust", "responses: adjusted", "'adjusted'"),
        ("[no-route,", "[no-rout,", "'no-rout'"),
        ("{requirements: [legal-approval]}", "{requirements: [legal-review]}", "'legal-review'"),
        ("{requirements: [legal-approval]}", "{tier: executive}", "'tier'"),
        ("at: 2026-10-01T09:00:00Z", "at: 2026-10-01", "'2026-10-01'"),
        ("at: 2026-10-01T09:00:00Z", "at: 2026-10-01T09:00:00", "'2026-10-01T09:00:00'"),
        ("  - rule: stuck-in-the-heat\n    note: One", "  - note: One", "'stays quiet'"),
        ("cases:", "case:", "'case'"),
    ],
)
def test_a_typical_mistake_is_seen_by_the_editor_and_by_the_test(
    old: str, new: str, named: str
) -> None:
    assert CASES.count(old) == 1
    broken = CASES.replace(old, new)
    found = faults(broken)
    assert any(named in words for words in found), found
    assert refused(broken)


def test_a_wanted_name_that_can_never_come_is_refused_with_its_cure() -> None:
    with pytest.raises(CasesInvalid) as caught:
        read_cases(
            CASES.replace("[legal-approval]", "[legal-aproval]"),
            file="t.cases.yaml",
            catalogue=catalogue(),
        )
    (only,) = caught.value.diagnostics
    assert (only.line, only.nearest) == (18, "legal-approval")


@st.composite
def facts(draw: st.DrawFn) -> dict[str, Any]:
    """Facts of some kinds as an author may write them."""
    kinds = draw(st.lists(st.sampled_from([*policies.ASKED]), unique=True, max_size=3))
    return {kind: draw(st.lists(_fact(kind), max_size=2) | _fact(kind)) for kind in kinds}


def _fact(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    shape = catalogue().kinds[kind]
    given = {name: _value(kind, name) for name in {*shape.keys, *policies.ASKED[kind]}}
    needed = {name: given.pop(name) for name in shape.required if name in given}
    return st.fixed_dictionaries(needed, optional=given)


def _value(kind: str, name: str) -> st.SearchStrategy[Any]:
    field = policies.shape(kind, name)
    plain = [encode(value) for value in policies.values(field)]
    spelled = ["2 hours", "1 day and 5 minutes"] if field.datatype is Datatype.DURATION else []
    return st.sampled_from([*plain, *spelled])


@quick
@given(st.lists(facts(), min_size=1, max_size=3))
def test_every_table_that_the_test_accepts_is_valid(drawn: Sequence[dict[str, Any]]) -> None:
    case = {"note": "Drawn", "rule": "drawn", "want": "fires"}
    text = json.dumps({"cases": [{**case, "given": one} for one in drawn]})
    if not refused(text):
        assert faults(text) == []


def test_every_part_of_a_case_is_explained_and_every_allowed_value_listed() -> None:
    schema = json.loads(STORED.read_text("utf-8"))["definitions"]
    for name, words in CASE.items():
        assert schema["case"]["properties"][name]["description"] == words
    for kind in catalogue().kinds.values():
        body = schema[f"given.{kind.name}"]
        properties = (body if kind.required else body["anyOf"][0])["properties"]
        for name, field in kind.fields.items():
            assert field.comment in properties[name]["description"]
            listed = schema[properties[name]["allOf"][0]["$ref"].rpartition("/")[2]]
            assert listed.get("enum", []) == [*field.allowed]
    assert {*schema["shows"]["properties"]} == {*SCALARS, *LISTS}
    for place in (*SCALARS.values(), *(p for parts in LISTS.values() for p in parts.values())):
        assert shape_of(place, catalogue()).comment


def test_the_cautions_that_a_case_may_want_are_those_that_decisions_have() -> None:
    sources = [path.read_text("utf-8") for path in (ROOT / "rules").glob("*.py")]
    named = {name for text in sources for name in re.findall(r'Caution\(\s*name="([^"]+)"', text)}
    for text in sources:
        constants = dict(re.findall(r'(?m)^([A-Z_]+): Final = "([^"]+)"', text))
        used = re.findall(r"Caution\(\s*name=([A-Z_]+)", text)
        named |= {constants[name] for name in used}
    assert named == {*CAUTIONS}


def test_the_schema_can_be_written_by_the_command(tmp_path: Path) -> None:
    path = tmp_path / "cases.schema.json"
    assert CliRunner().invoke(app, ["schema", "--cases", "--out", str(path)]).exit_code == 0
    assert path.read_text("utf-8") == STORED.read_text("utf-8")


def test_a_fact_without_what_it_needs_is_refused_by_both() -> None:
    for kind in catalogue().kinds.values():
        text = f"cases: [{{note: x, rule: x, want: fires, given: {{{kind.name}: {{}}}}}}]"
        try:
            catalogue().fact(kind.name, {}, policies.ORIGIN)
        except FactInvalid:
            assert refused(text)
            assert faults(text)
        else:
            assert not refused(text)
            assert faults(text) == []

"""The JSON Schema for editors: current, never stricter than the check, quick to see slips."""

import json
from collections.abc import Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML
from typer.testing import CliRunner

from ontology.facts import catalogue
from rules.editor_schema import editor_schema, written
from rules.rulebook import parse
from service.cli.rules import app
from tests.rules import policies
from tests.rules.examples import quick
from tests.rules.test_rule_tables import BOOK as TABLES
from tests.rules.test_rulebook import BOOK

STORED = files("rules").joinpath("rulebook.schema.json")
BOOKS = [one for one in files("rules").joinpath("books").iterdir() if ".cases." not in one.name]


@cache
def validator() -> jsonschema.Draft7Validator:
    return jsonschema.Draft7Validator(json.loads(STORED.read_text("utf-8")))


def loaded(text: str) -> Any:
    """A book as editors read it: YAML 1.2, in which dates are texts."""
    return plain(YAML(typ="safe", pure=True).load(text))


def plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value


def faults(text: str) -> list[str]:
    return [leaf for error in validator().iter_errors(loaded(text)) for leaf in leaves(error)]


def leaves(error: jsonschema.ValidationError) -> list[str]:
    if not error.context:
        return [error.message]
    return [leaf for one in error.context for leaf in leaves(one)]


def test_the_stored_schema_is_current() -> None:
    assert STORED.read_text("utf-8") == written(editor_schema(catalogue())), (
        "run `attune rules schema --out rules/rulebook.schema.json`"
    )


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft7Validator.check_schema(json.loads(STORED.read_text("utf-8")))


@pytest.mark.parametrize("book", BOOKS, ids=lambda one: one.name)
def test_every_packaged_book_is_valid(book: Any) -> None:
    assert faults(book.read_text("utf-8")) == []


@pytest.mark.parametrize("text", [BOOK, TABLES])
def test_rules_and_tables_of_every_form_are_valid(text: str) -> None:
    assert parse(text, file="t.yaml", catalogue=catalogue())
    assert faults(text) == []


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("spread: {", "sprad: {", "'sprad'"),
        ("excess: at", "xcess: at", "'xcess'"),
        ("window: PT1H, ", "", "'window' is a required property"),
        ("[preventable,", "[preventible,", "'preventible'"),
        ("escalate: {tier", "esclate: {tier", "'esclate'"),
        ("tier: executive", "tier: boss", "'boss'"),
        ("tier: executive, ", "", "'tier' is a required property"),
        ("at least 4.0", "about 4", "'about 4'"),
        ("at least 4.0", "many", "'many'"),
        ("PT1H", "PT5H", "'PT5H'"),
        ("runaway-spread", "Runaway Spread", "'Runaway Spread'"),
        ("    reason: A", "    raeson: A", "'raeson'"),
        ("stratum: escalate", "stratum: escalation", "'escalation'"),
        ("owner: team/crisis-office", "owner: Crisis Office", "'Crisis Office'"),
        ("2026-10-01", "01.10.2026", "'01.10.2026'"),
        ('"1.1"', '"one"', "'one'"),
        ("phase: {not:", "phase: {nnot:", "'nnot'"),
        ("absent:", "abesnt:", "'abesnt'"),
        ("team/legal,", "legal,", "'legal'"),
        ("15 minutes", "soon", "'soon'"),
        ("rules:", "ruls:", "'ruls'"),
    ],
)
def test_a_broken_book_is_not_valid(old: str, new: str, named: str) -> None:
    assert old in BOOK
    found = faults(BOOK.replace(old, new))
    assert any(named in words for words in found), found


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("hit: P", "hit: F"),
        ("incident.cluster,", "incident.clster,"),
        ("name: escalate.tier", "name: escalate.teir"),
        ("id: any-surge", "name: any-surge"),
        ("spread.excess: at", "spread.exess: at"),
        ("    reason", "    raeson"),
    ],
)
def test_a_broken_table_is_not_valid(old: str, new: str) -> None:
    assert old in TABLES
    assert faults(TABLES.replace(old, new))


@quick
@given(asked=st.lists(policies.when(), min_size=1, max_size=3))
def test_every_book_that_the_check_accepts_is_valid(asked: Sequence[Any]) -> None:
    if policies.book_of(asked):
        book = {
            "book": "drawn",
            "stratum": "require",
            "owner": "team/a",
            "rules": [
                {"id": f"r-{at}", "reason": "Drawn.", "when": one, "then": {"forbid": "denial"}}
                for at, one in enumerate(asked)
            ],
        }
        assert faults(json.dumps(book)) == []


def test_every_field_and_action_is_explained_and_every_allowed_value_listed() -> None:
    schema = json.loads(STORED.read_text("utf-8"))["definitions"]
    for kind in catalogue().kinds.values():
        body = schema[f"fact.{kind.name}"]
        properties = (body if kind.keys else body["anyOf"][0])["properties"]
        for name, field in kind.fields.items():
            assert field.comment in properties[name]["description"]
            named = properties[name]["allOf"][0]["$ref"].rpartition("/")[2]
            listed = json.dumps(schema[named.replace("test.", "one.", 1)])
            assert all(f'"{value}"' in listed for value in field.allowed)
    assert {*schema["actions"]["properties"]} == {*catalogue().verbs()}


def test_the_schema_can_be_written_by_the_command(tmp_path: Path) -> None:
    path = tmp_path / "book.schema.json"
    assert CliRunner().invoke(app, ["schema", "--out", str(path)]).exit_code == 0
    assert path.read_text("utf-8") == STORED.read_text("utf-8")
    missing = CliRunner().invoke(app, ["schema", "--out", str(tmp_path / "no" / "x.json")])
    assert missing.exit_code == 2

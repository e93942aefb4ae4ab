"""The JSON Schema of templates: current, never stricter than the check, quick to see slips."""

import json
from importlib.resources import files
from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML

from rules.editor_schema import written
from rules.templates_schema import templates_schema
from tests.rules.test_template_reader import FILE

STORED = files("rules").joinpath("templates.schema.json")
SHIPPED = sorted(files("rules").joinpath("templates").iterdir(), key=str)


def faults(text: str) -> list[str]:
    validator = jsonschema.Draft7Validator(json.loads(STORED.read_text("utf-8")))
    document: Any = YAML(typ="safe", pure=True).load(text.replace("2026-10-01", "'2026-10-01'"))
    return [error.message for error in validator.iter_errors(document)]


def test_the_stored_schema_is_current() -> None:
    assert STORED.read_text("utf-8") == written(templates_schema()), (
        "run: attune templates schema --out rules/templates.schema.json"
    )


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_what_is_shipped_is_accepted(path: Any) -> None:
    assert faults(path.read_text("utf-8")) == []


def test_what_the_check_accepts_is_accepted() -> None:
    assert faults(FILE) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("strategy: [adjust]", "strategy: [ajust]"),
        ("kind: [reply]", "knd: [reply]"),
        ("{stated: time}", "{stated: tme}"),
        ("{stated: time}", "{stated: time, from: team.name}"),
        ("customer.vulnerable", "custmer.vulnerable"),
        ("      email:", "      e-mail:"),
        ("        title: Your message\n", ""),
        ("segments: 1", "segments: few"),
        ("    title: An answer\n", ""),
        ("aims: [concern, asking]", "aims: [empathy]"),
        ("locale: en", "locale: EN_us"),
    ],
)
def test_slips_are_underlined(old: str, new: str) -> None:
    assert faults(FILE.replace(old, new, 1)) != []

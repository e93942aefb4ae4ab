"""The page on templates says what is so: its figures, its example, its table of weights."""

import re

from knowledge.language.voice import WEIGHTS
from rules.template_parts import FOR, WHEN
from rules.template_reader import parse
from service.api.compose import ComposeIn
from service.bundle import packaged
from service.library import library_of
from tests.docs.examples import ROOT, blocks

PAGE = "docs/templates.md"


def page() -> str:
    return (ROOT / PAGE).read_text("utf-8")


def test_the_first_template_is_read_without_a_mistake() -> None:
    found = re.search(r"```yaml\n(.*?)```", page(), re.DOTALL)
    assert found is not None
    text = "\n".join(line.removeprefix("   ") for line in found[1].splitlines())
    (one,) = parse(text, file="our-words.yaml").templates
    assert {*one.variants} == {"email", "chat"}


def test_the_request_is_one() -> None:
    (shown,) = [one for one in blocks(PAGE) if one.language == "json"]
    assert ComposeIn.model_validate_json(shown.text).channels == ["email", "sms"]


def test_the_figures_are_those_of_what_is_shipped() -> None:
    library = library_of(packaged())
    texts = sum(len(one.variants) for one in library.templates.values())
    english = sum(one.locale == "en" for one in library.templates.values())
    assert f"{len(library.templates)} templates with {texts} texts are shipped" in page()
    assert f"{english} in English" in page()


def test_every_weight_and_every_dimension_is_named() -> None:
    for name, weight in WEIGHTS.items():
        (row,) = [
            line for line in page().splitlines() if line.startswith("|") and f"`{name}`" in line
        ]
        assert f"| {weight} |" in row, name
    for name in (*FOR, *WHEN):
        assert f"`{name}`" in page(), name

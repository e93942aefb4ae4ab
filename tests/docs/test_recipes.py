import re

import pytest

from ontology.facts import STRATA, catalogue
from rules.casetables import run_bundle
from rules.policy import build
from tests.docs.examples import ROOT, Block, blocks
from tests.rules.test_books import policy

PAGE = "docs/recipes.md"
RECIPES = [block for block in blocks(PAGE) if block.language == "yaml"]
ROW = re.compile(r"(?m)^\| ((?:`[a-z]+\.[a-z_]+`(?: · )?)+) \|")
HEARD = {"coverage", "degraded", "feed", "spread", "unknown"}
GATHERED = {"agreement", "calendar", "customer", "platform", "region", "signal", "team"}
GATHERED_TOO = {
    "touchpoint": None,
    "request": {"language", "language_judged", "language_supported", "region"},
    "incident": set(catalogue().kinds["incident"].fields) - {"debriefed", "statement_age"},
    "progress": {"open_promises", "late_words"},
}


def bundle(recipe: Block) -> dict[str, bytes]:
    """A recipe as a book and its cases, named and in the stratum that stand beside its fence."""
    name, stratum = f"{recipe.words}-recipe", recipe.words.removeprefix("temporary-")
    head = f"book: {name}\nstratum: {stratum}\nowner: team/crisis-office\n"
    rules, cases, rest = recipe.text.partition("cases:\n")
    return {"recipe.yaml": (head + rules).encode(), "recipe.cases.yaml": (cases + rest).encode()}


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.place)
def test_every_recipe_is_a_book_whose_cases_pass_in_pairs(recipe: Block) -> None:
    report = run_bundle(bundle(recipe), catalogue())
    assert [one.differences for one in report.results if not one.passed] == []
    assert report.unpaired == ()


def test_there_is_a_recipe_for_every_stratum_that_people_write_rules_for() -> None:
    written = {recipe.words.removeprefix("temporary-") for recipe in RECIPES}
    assert written == set(STRATA) - {"classify"}


def test_no_recipe_takes_the_name_of_a_shipped_rule() -> None:
    shipped = {rule.id for rule in policy()[0].rules}
    for recipe in RECIPES:
        ids = {rule.id for rule in build(bundle(recipe), catalogue()).rules}
        assert not ids & shipped


def test_the_page_names_every_fact_that_shipped_rules_ask_and_only_callers_state() -> None:
    named = set(re.findall(r"`([^`]+)`", " ".join(ROW.findall((ROOT / PAGE).read_text("utf-8")))))
    assert named == {f"{kind}.{field}" for kind, field in asked() if not arrives(kind, field)}


def asked() -> set[tuple[str, str]]:
    """The fields that shipped rules ask of facts that no rule concludes."""
    patterns = [
        pattern
        for rule in policy()[0].rules
        for whole in rule.conditions
        for pattern in (*whole.patterns, *(absence.pattern for absence in whole.absences))
        if catalogue().kinds[pattern.kind].stratum is None
    ]
    return {(pattern.kind, ask.field.name) for pattern in patterns for ask in pattern.asks}


def arrives(kind: str, field: str) -> bool:
    """Whether attune gathers the field itself."""
    some = GATHERED_TOO.get(kind)
    return kind in HEARD | GATHERED or some is None or field in some

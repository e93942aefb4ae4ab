"""The reference of the rule language: its examples hold, its mistakes are refused."""

import pkgutil
import re
from importlib import import_module
from typing import Any, get_args

import orjson
import pytest

import rules
from docs.calculations import answer, decision
from docs.trials import (
    asked,
    book,
    conclusions,
    field_of,
    fires,
    of_calculation,
    of_null,
    of_table,
    one,
    reckoned,
    said,
    stored,
    unwritten,
)
from ontology.facts import catalogue
from ontology.marked_yaml import parse as parse_yaml
from ontology.values import Datatype
from rules import forms_of_calculations as calculations
from rules import forms_of_rules as forms
from rules.case import LISTS, SCALARS
from rules.construct import Asking, Concluding, Reckoning, Requiring
from rules.expression_reader import LEVELS, SORTS, read_expression
from rules.expressions import RESULTS, Applied, Expression
from rules.forms_of_tests import ASKING, NULL
from rules.forms_of_values import WRITING
from rules.functions import BUILT_IN
from rules.limits import LIMITS
from rules.parts import (
    ACCEPTED,
    BOOK,
    CALCULATION,
    CASE,
    COLUMN,
    DECISION,
    EFFECTIVE,
    ROW,
    RULE,
    TABLE,
)
from rules.phrases import SAID, meant
from rules.rule_tables import HITS as RULE_HITS
from rules.sfeel import COMPARES, Test
from rules.tables import HITS
from rules.unary import ORDER, parse
from rules.worded import read_test
from tests.docs.examples import ROOT

PAGE = (ROOT / "docs" / "rule-language.md").read_text("utf-8")
EXCESS = catalogue().kinds["spread"].fields["excess"]
LIMIT = re.compile(r"(MOST|LONGEST|LARGEST|MAX)_\w+|LARGEST")
INNER = {
    "LONGEST_PHRASE": "longer texts only get no suggestion",
    "LONGEST_LINE": "longer lines only get no suggestion",
    "MOST_CHOICES": "how long the search for facts goes on",
    "MOST_BOXES": "how long the search for facts goes on",
    "MOST_WAYS": "how long the search for facts goes on",
    "MOST_TRACES": "how long the search for facts goes on",
    "MOST_MAPPED": "how long the search for an implication goes on",
    "MOST_ATTEMPTS": "how long the search for facts goes on",
    "MOST_REGIONS": "how long the search for gaps goes on",
    "MOST_TOGETHER": "rules that are tried together where one is in the shade of several",
    "MOST_QUOTED": "how much of a mistake is quoted",
    "MOST_MARKS": "marks on a letter of what is put into a template",
    "MOST_TRIED": "how long the search for another outcome goes on",
    "MOST_TOLD": "how many other outcomes are told",
    "MOST_OF_A_KIND": "rules are split to stay below it",
    "MOST_SUBRULES": "rules are split to stay below it",
    "MOST_PROPERTIES": "rules are split to stay below it",
    "MOST_COMBINATIONS": "the generated code goes on alone",
    "MOST_DRAINED": "the generated code goes on alone",
    "MOST_HELD": "a cache",
    "MOST_REMEMBERED": "a cache",
    "MOST_FAULTS": "notes that are kept",
    "LARGEST": "above the largest number",
}


def named(forms: Any) -> dict[str, Any]:
    return {"argvalues": forms, "ids": [form.name for form in forms]}


@pytest.mark.parametrize("form", **named(ASKING))
def test_a_test_holds_of_what_the_reference_says(form: Asking) -> None:
    kind, _, field = form.field.partition(".")
    assert [asked(kind, field, form.written, v) for v in form.holds] == [True] * len(form.holds)
    assert [asked(kind, field, form.written, v) for v in form.fails] == [False] * len(form.fails)
    assert asked(kind, field, form.written, None) is form.missing
    assert of_null(kind, field, form.written) is form.null
    assert said(book(when=one(kind, field, form.written))) == ""
    assert said(book(when=one(kind, field, form.wrong)))


def test_null_holds_of_nulls_and_is_refused_in_books() -> None:
    kind, _, field = NULL.field.partition(".")
    assert of_null(kind, field, NULL.written)
    assert "no fact has a null" in said(book(when=one(kind, field, NULL.wrong)))


def test_every_test_of_the_language_stands_in_the_reference() -> None:
    written = [(form.field.split("."), form.written) for form in (*ASKING, NULL)]
    read = [
        read_test(parse_yaml(text), catalogue().kinds[kind].fields[field])
        for (kind, field), text in written
    ]
    assert {type(test) for test in read} == {*get_args(Test)}
    for sign in (*ORDER, *COMPARES):
        assert f"| `{sign} 4` |" in PAGE


@pytest.mark.parametrize(("pattern", "example"), [(p, e) for p, _, e in SAID])
def test_what_is_not_said_that_way_is_cured(pattern: re.Pattern[str], example: str) -> None:
    assert pattern.fullmatch(example)
    cure = meant(example)
    assert cure is not None
    assert parse(cure, EXCESS)
    assert f"did you mean {cure!r}?" in said(book(when=one("spread", "excess", f'"{example}"')))


@pytest.mark.parametrize("datatype", [*Datatype])
def test_values_are_written_as_the_reference_says(datatype: Datatype) -> None:
    form = WRITING[datatype]
    assert {stored(text, datatype) for text in form.written} == {form.stored}
    assert field_of(datatype).check(form.stored) is not None
    assert unwritten(form.wrong, datatype)


@pytest.mark.parametrize("form", **named(forms.REQUIRING))
def test_a_when_fires_as_the_reference_says(form: Requiring) -> None:
    text = book(when=form.when)
    assert fires(text, form.holds)
    assert not fires(text, form.fails)
    assert said(book(when=form.wrong))


@pytest.mark.parametrize("form", **named(forms.CONCLUDING))
def test_an_action_concludes_what_the_reference_says(form: Concluding) -> None:
    stratum = "escalate" if "escalate" in form.then else "require"
    found = conclusions(book(then=form.then, stratum=stratum), {"incident": {"phase": "open"}})
    assert len(found) == 2
    for fact in form.concludes:
        ((kind, values),) = orjson.loads(fact).items()
        facts: Any = found[kind]
        assert values in facts
    assert said(book(then=form.wrong, stratum=stratum))


@pytest.mark.parametrize("hit", [*RULE_HITS])
def test_a_hit_policy_of_a_book_settles_as_the_reference_says(hit: str) -> None:
    form = forms.SETTLING[hit]
    text = of_table(hit, "crisis-team" if hit == "A" else "executive")
    if form.several is None:
        assert "can hold of the same facts" in said(text)
        return
    for given, wanted in ((forms.BOTH, form.several), (forms.NEITHER, form.none)):
        found: Any = conclusions(text, given).get("escalation", [])
        assert [one["tier"] for one in found] == wanted


@pytest.mark.parametrize("hit", [*HITS])
def test_a_hit_policy_of_a_calculation_settles_as_the_reference_says(hit: str) -> None:
    form = calculations.SETTLING[hit]
    found, words = reckoned(of_calculation(hit), calculations.BOTH)
    assert (found, bool(words)) == (form.several, form.several is None)
    assert reckoned(of_calculation(hit), calculations.NEITHER) == (form.none, "")


@pytest.mark.parametrize("form", calculations.RECKONING, ids=lambda form: form.written)
def test_an_expression_gives_what_the_reference_says(form: Reckoning) -> None:
    sort = "boolean" if {*form.written} & {*"=<>"} else "number"
    assert answer(form.written, sort, form.given) == form.gives


@pytest.mark.parametrize("text", calculations.WRONG)
def test_an_expression_that_the_reference_calls_wrong_is_refused(text: str) -> None:
    assert reckoned(decision(text, "number"), {})[1]


def test_every_expression_of_the_language_stands_in_the_reference() -> None:
    fields = {"fare": field_of(Datatype.DECIMAL)}
    trees = [read_expression(form.written, fields)[0] for form in calculations.RECKONING]
    assert {type(tree) for tree in trees} == {*get_args(Expression)} - {Applied}  # DMN only
    assert {*SORTS.values()} == {*calculations.SAMPLES}
    assert {sign for level in LEVELS for sign in level} == (
        {*COMPARES} | {s for s, *_ in RESULTS} | {"and", "or"}
    )
    for function in BUILT_IN.values():
        assert f"| `{function.example}` |" in PAGE
    for (sign, left, right), sort in RESULTS.items():
        assert f"| {left} `{sign}` {right} | {sort} |" in PAGE


def test_every_part_and_action_stands_in_the_reference() -> None:
    parts = (
        BOOK,
        ACCEPTED,
        RULE,
        TABLE,
        ROW,
        EFFECTIVE,
        CALCULATION,
        DECISION,
        COLUMN,
        CASE,
        SCALARS,
        LISTS,
    )
    for name in (*(name for part in parts for name in part), *catalogue().verbs()):
        assert f"| `{name}` |" in PAGE


def test_no_mistake_of_the_reference_goes_without_words() -> None:
    assert "| `` |" not in PAGE
    assert ": ``\n" not in PAGE


def test_every_limit_that_an_author_meets_stands_in_the_reference() -> None:
    known = {limit.most for limit in LIMITS}
    for module in pkgutil.iter_modules(rules.__path__):
        if module.name == "limits":
            continue
        members = vars(import_module(f"rules.{module.name}"))
        own = re.findall(
            r"(?m)^([A-Z_]+): Final", (ROOT / "rules" / f"{module.name}.py").read_text("utf-8")
        )
        for name in filter(LIMIT.fullmatch, own):
            words = (
                f"{module.name}.{name}: add it to rules/limits.py, or say why no author meets it"
            )
            assert members[name] in known or name in INNER, words
    assert {limit.means for limit in LIMITS} <= {*re.findall(r"(?m)^\| (.+?) \| [\d,]+ \|$", PAGE)}

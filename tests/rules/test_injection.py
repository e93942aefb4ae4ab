"""No text of a policy reaches the generated code: whatever an author writes stays a constant."""

import ast
import json
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ontology.facts import Fact, catalogue
from ontology.kinds import Field
from ontology.values import Datatype
from rules.acceptance import accepted
from rules.compiled import Compiled
from rules.conditions import Ask, Pattern
from rules.expression_reader import read_expression
from rules.expressions import worth
from rules.generated import Generator
from rules.policy import PolicyInvalid, build
from rules.rule import Rule
from rules.sfeel import Compare, Matches, Not, OneOf, Test
from rules.unary import TestInvalid
from tests.rules import policies
from tests.rules.examples import thorough

INJECTIONS = (
    "K0 or __import__('os').abort()",
    "'\n    raise SystemExit\n#",
    '"); raise SystemExit; ("',
    "\\",
    "{values}",
    "{0.__class__}",
    "v0",
    "n",
    "hits[0].append(n)",
    "%s",
    "__builtins__",
    "\u2028raise SystemExit",
    "a\rraise SystemExit",
    "lambda: exit()",
)
texts = st.one_of(st.sampled_from(INJECTIONS), st.text(min_size=1, max_size=30))
ALLOWED = (
    *(ast.Module, ast.FunctionDef, ast.arguments, ast.arg, ast.For, ast.If, ast.Return, ast.Expr),
    *(ast.Assign, ast.Name, ast.Load, ast.Store, ast.Attribute, ast.Call, ast.Subscript),
    *(ast.Tuple, ast.Constant, ast.BoolOp, ast.And, ast.Or, ast.Compare, ast.cmpop, ast.UnaryOp),
    ast.Not,
)
NAMES = {"match", "kinds", "hits", "n", "values", "get"}


def clean(source: str) -> bool:
    """Whether a generated text holds nothing but its own names, numbers and signs."""
    assert source.isascii()
    for node in ast.walk(ast.parse(source)):
        assert isinstance(node, ALLOWED), ast.dump(node)
        if isinstance(node, ast.Name):
            assert node.id in NAMES or (node.id[0] in "Kv" and node.id[1:].isdecimal()), node.id
        if isinstance(node, ast.Attribute):
            assert node.attr in {"get", "append"}
        if isinstance(node, ast.Constant):
            assert node.value is None or type(node.value) is int
    return True


def source_of(patterns: list[Pattern]) -> str:
    generator = Generator(patterns)
    generator.match()
    return generator.source


def patterns_of(rules: tuple[Rule, ...]) -> list[Pattern]:
    return [p for rule in rules for whole in rule.conditions for p in whole.every()]


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every text and every key of a book, by the way to it; `None` at the end means the key."""
    if isinstance(node, dict):
        keys = [(*path, key, None) for key in node]
        return keys + [way for key, one in node.items() for way in places(one, (*path, key))]
    if isinstance(node, list):
        return [way for at, one in enumerate(node) for way in places(one, (*path, at))]
    return [path]


def injected(node: Any, way: tuple[Any, ...], text: str) -> Any:
    """The book with the text in one place."""
    if not way:
        return text
    if len(way) == 2 and way[1] is None:
        return {text if key == way[0] else key: one for key, one in node.items()}
    copy = dict(node) if isinstance(node, dict) else list(node)
    copy[way[0]] = injected(node[way[0]], way[1:], text)
    return copy


BOOK = {
    "book": "drawn",
    "stratum": "require",
    "owner": "team/a",
    "rules": [
        {
            "id": "one",
            "reason": "For the test.",
            "note": "Nothing.",
            "owner": "team/b",
            "covers": ["1.1"],
            "effective": {"from": "2026-10-01"},
            "when": [
                {"signal": {"as": "said", "language": "en", "region": "region/a"}},
                {"team": {"id": "-", "external": '"desk", not(matches "^x")', "load": "> 1"}},
                {"customer": {"region": "same as said.region"}},
                {"absent": {"agreement": {"topic": {"not": ["a", "b"]}}}},
                {"any": [{"request": {"language": "de"}}, {"region": {"id": "region/b"}}]},
            ],
            "then": [{"forbid": "denial"}, {"notify": [{"team": "team/legal", "within": "PT1H"}]}],
        }
    ],
    "tables": [
        {
            "id": "table",
            "reason": "For the test.",
            "hit": "P",
            "inputs": ["signal.language", "team.id", "team.external"],
            "outputs": [{"name": "forbid", "allowed": ["denial", "humour"]}, "notify.team"],
            "rows": [
                {"when": ["en", "team/a", "x"], "then": ["denial", "team/a"], "note": "First."},
                {"id": "row", "when": {"signal.language": "de, en"}, "then": ["humour", "-"]},
            ],
        }
    ],
}


def test_texts_are_injected_into_a_policy_that_is_valid() -> None:
    policy = build({"books/drawn.yaml": json.dumps(BOOK).encode()}, catalogue())
    assert len(policy.rules) == 3
    assert len(places(BOOK)) > 80
    assert clean(source_of(patterns_of(policy.rules)))


@thorough
@given(way=st.sampled_from(places(BOOK)), text=texts, form=st.sampled_from(["bare", "quoted"]))
def test_a_text_in_any_place_of_a_policy_is_refused_or_stays_a_constant(
    way: tuple[Any, ...], text: str, form: str
) -> None:
    whole = (
        '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"' if form == "quoted" else text
    )
    book = json.dumps(injected(BOOK, way, whole), ensure_ascii=False)
    try:
        policy = build({"books/drawn.yaml": book.encode("utf-8", "replace")}, catalogue())
    except PolicyInvalid:
        return
    assert clean(source_of(patterns_of(policy.rules)))
    Compiled(policy.rules).fire([said(text)])


def said(text: str) -> Fact:
    """A fact that holds the text as it is, checked or not."""
    return Fact(
        kind="team",
        values={"id": "team/a", "external": text, "load": 2.0},
        origins=(policies.ORIGIN,),
    )


@thorough
@given(kind=texts, name=texts, value=texts, more=texts, ref=texts)
def test_not_even_texts_that_no_reader_would_let_pass_reach_the_code(
    kind: str, name: str, value: str, more: str, ref: str
) -> None:
    free = Field(name=name, datatype=Datatype.STRING, refers=ref, label=more, example=ref)
    token = Field(name=more, datatype=Datatype.TOKEN, allowed=(value, more + "x"), example=value)
    tests: list[tuple[Field, Test]] = [
        (free, Compare("=", value)),
        (free, Not(OneOf((Compare("=", value), Compare("=", more))))),
        (free, Matches("a")),
        (token, Compare("=", value)),
    ]
    asks = tuple(
        Ask(field=shape, test=test, accepted=accepted(test, shape), written=ref, line=1, column=1)
        for shape, test in tests
    )
    patterns = [Pattern(kind=kind, asks=(ask,)) for ask in asks] + [Pattern(kind=kind, asks=asks)]
    assert clean(source_of(patterns))
    fact = Fact(kind=kind, values={name: value}, origins=())
    rule = policies.book_of([{"team": {"id": "-"}}])[0]
    whole = replace(rule.conditions[0], patterns=(patterns[0],))
    fired = Compiled([replace(rule, id=ref, conditions=(whole,))]).fire([fact])
    assert [*fired.matched] == [ref]


@thorough
@given(text=texts)
def test_an_expression_reads_names_of_inputs_and_nothing_else(text: str) -> None:
    names = {"fare": Field(name="fare", datatype=Datatype.DECIMAL, example="1")}
    try:
        expression, _ = read_expression(text, names)
    except TestInvalid:
        return
    worth(expression, {"fare": 1.0})

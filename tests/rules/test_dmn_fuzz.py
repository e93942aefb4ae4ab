"""Models of DMN, mangled: each is refused with places or decides; nothing else comes of it."""

# ruff: noqa: E501 - a case stands on one line

import re
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from rules.diagnostics import Diagnostic, Invalid
from rules.dmn import Model
from rules.dmn_reader import read_dmn
from rules.dmn_writer import write_dmn
from rules.sfeel_text import Unwritable
from rules.tables import HitViolated, InputInvalid
from tests.rules.dmn_models import data, decision, feeds, literal, model, needs, table
from tests.rules.examples import EXAMPLES, thorough

WHOLE = model(
    '<itemDefinition name="t"><itemComponent name="n"><typeRef>number</typeRef></itemComponent>'
    "</itemDefinition>"
    + data("x")
    + data("s", "t")
    + '<businessKnowledgeModel id="b" name="f"><encapsulatedLogic><formalParameter name="y"/>'
    "<literalExpression><text>y + 1</text></literalExpression></encapsulatedLogic>"
    "</businessKnowledgeModel>"
    + decision(
        "d",
        table(
            [("x", "number"), ("s.n * 2", None)],
            [('<output name="o" typeRef="number"><outputValues><text>[0..9]</text></outputValues>'
             "<defaultOutputEntry><text>s.n</text></defaultOutputEntry></output>")],
            [(["< 5", "-"], ["1"]), (["not(7)", "> x"], ["x + 1"])],
            'hitPolicy="FIRST"',
        ),
        needs("x", "s"),
    )
    + decision(
        "e",
        f'<context><contextEntry><variable name="a"/>{literal("f(d)")}</contextEntry>'
        f"<contextEntry>{literal('a * 2')}</contextEntry></context>",
        '<knowledgeRequirement><requiredKnowledge href="#b"/></knowledgeRequirement>' + feeds("d"),
    )
).decode()  # fmt: skip
TAGS = re.findall(r"<[^>]+>", WHOLE)
TEXTS = [
    "", "-", "null", "x", "y", "s", "s.n", "f(1)", "f(", "not(", "not(null)", "[1..2]", "]1..2[", "1..2",
    '"a"', '"', "\\", "1e9", "1" * 40, "-" * 40, "((((1))))", "x = ", ", ,", 'date("2026-02-30")',
    '@"P1M"', '@"', "true", "x and x", "for", "\u202e", "😀", "]]", "? > 1", "s.n.n", "f(f(f(x)))",
]  # fmt: skip
CALLED = [
    "#d",
    "#e",
    "#b",
    "#i_x",
    "#i_s",
    "x",
    "s",
    "d",
    "e",
    "f",
    "t",
    "number",
    "string",
    "Any",
    "o",
    "UNIQUE",
    "COLLECT",
    "PRIORITY",
    "SUM",
]


@st.composite
def mangled(draw: st.DrawFn) -> str:
    """The model with some tags gone, doubled or moved, some texts and attributes others."""
    text = WHOLE
    for _ in range(draw(st.integers(1, 4))):
        how = draw(st.integers(0, 3))
        if how == 0:
            tag = draw(st.sampled_from(TAGS))
            text = text.replace(
                tag, draw(st.sampled_from(["", tag * 2, draw(st.sampled_from(TAGS))])), 1
            )
        elif how == 1:
            words = draw(st.sampled_from(TEXTS)).replace("<", "&lt;")
            parts = re.split(r"(?<=<text>)[^<]*(?=</text>)", text)
            at = draw(st.integers(0, max(0, len(parts) - 2)))
            old = re.findall(r"(?<=<text>)[^<]*(?=</text>)", text)
            if old:
                old[at] = words
                text = "".join(a + b for a, b in zip(parts, [*old, ""], strict=True))
        elif how == 2:
            found = re.findall(r'="[^"]*"', text)
            one = draw(st.sampled_from(found))
            text = text.replace(one, f'="{draw(st.sampled_from(CALLED))}"', 1)
        else:
            lone = list(re.findall(r"<(\w+)[^>]*?/>|<(\w+)[^>]*>", text))
            name = draw(st.sampled_from([a or b for a, b in lone] or ["text"]))
            other = draw(
                st.sampled_from(["list", "relation", "context", "invocation", "rule", "input"])
            )
            text = re.sub(rf"(</?){name}\b", rf"\1{other}", text)
    return text


def readable(content: bytes) -> Model | None:
    """The model; None where it is refused, with places and reasons."""
    faults: Sequence[Diagnostic] = ()
    try:
        return read_dmn(content, file="m.dmn")
    except Invalid as error:
        faults = error.diagnostics
    assert faults
    assert all(one.line >= 1 and one.column >= 1 and one.reason for one in faults)
    return None


@settings(thorough, max_examples=EXAMPLES)
@given(mangled(), st.sampled_from([None, 1, 7, 1e12, -0.5]), st.sampled_from([None, 0, 3]))
def test_a_mangled_model_is_refused_or_decides(text: str, x: object, n: object) -> None:
    whole = readable(text.encode())
    if whole is None:
        return
    given = {name: {"x": x, "s": {"n": n}}.get(name) for name in whole.inputs}
    found: object = None
    try:
        found = whole.evaluate(given)
    except (InputInvalid, HitViolated):
        return
    try:
        again = read_dmn(write_dmn(whole).encode(), file="again.dmn")
    except Unwritable:
        return
    assert again.evaluate(given) == found


@settings(thorough, max_examples=EXAMPLES // 5)
@given(st.binary(max_size=200), st.integers(0, len(WHOLE)))
def test_bytes_that_are_no_model_are_refused(junk: bytes, at: int) -> None:
    content = WHOLE.encode()
    readable(content[:at] + junk + content[at:])

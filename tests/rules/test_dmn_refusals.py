"""What DMN says beyond S-FEEL, or wrongly, is refused with its place, its name and a cure."""

# ruff: noqa: E501 - a case stands on one line

import pytest

from rules.diagnostics import Invalid
from rules.dmn_reader import read_dmn
from tests.rules.dmn_models import MODEL, data, decision, feeds, literal, model, needs, table

OUT = ['<output typeRef="number"/>']
BKM = (
    '<businessKnowledgeModel id="b" name="f"><encapsulatedLogic><formalParameter name="x"/>'
    "<literalExpression><text>{}</text></literalExpression></encapsulatedLogic>{}"
    "</businessKnowledgeModel>"
)
KNOWS = '<knowledgeRequirement><requiredKnowledge href="#b"/></knowledgeRequirement>'


def refused(inside: str, **more: str) -> str:
    with pytest.raises(Invalid) as caught:
        read_dmn(model(inside, **more), file="m.dmn")
    return str(caught.value)


def rows(*cells: str, kind: str = "number", out: str = "1") -> str:
    return decision("d", table([("x", kind)], OUT, [([c], [out]) for c in cells]), needs("x"))


@pytest.mark.parametrize(
    ("inside", "words"),
    [
        ("", "0 decisions; a model has 1 to 1000"),
        ('<import name="o" namespace="urn:o" importType="x" locationURI="o.dmn"/>', "another file"),
        ('<decision id="a"/>', "has no name"),
        (decision("d", ""), "has no logic"),
        (data("d") + decision("d", literal("1")), "stands for two things"),
        (decision("d", literal("1")) + decision("d", literal("2")), "two have the same id"),
        (decision("d", literal("1"), needs("no")), "there is no such element"),
        (decision("d", literal("1"), needs("no").replace("#", "urn:o#")), "another model"),
        (decision("d", literal("x")) + data("x"), "draw an informationRequirement"),
        (decision("d", literal("x + 1"), kind="string") , "is no input"),
        (decision("d", literal("1 + 1"), kind="string"), "gives a number, but its typeRef says"),
        (decision("d", literal("1"), kind="money"), "names no type"),
        (decision("d", literal("1", ' expressionLanguage="urn:python"')), "another language"),
        (decision("d", literal("")), "is empty; write null"),
        (decision("d", "<literalExpression><importedValues/></literalExpression>"), "another file"),
        (decision("d", "<functionDefinition/>"), "make it a businessKnowledgeModel"),
        (decision("d", "<conditional/>"), "write a decisionTable with two rules"),
        (decision("d", "<filter/>"), "a filter of a list"),
        (decision("d", "<for/>"), "a loop over a list"),
        (decision("d", "<some/>"), "a test of a list"),
        (decision("d", "<every/>"), "a test of a list"),
        (decision("d", "<context/>"), "has no contextEntry"),
        (decision("d", "<context><contextEntry/></context>"), "has no expression"),
        (decision("d", '<relation><column name="a"/><row/></relation>'), "0 cells stand where 1"),
        (decision("d", literal("if 1 = 1 then 2 else 3")), "is no input"),
        (decision("d", literal("[1, 2]")), "belongs here"),
        (decision("d", literal("for x in 3 return x")), "is no input"),
        (decision("d", literal("{a: 1}")), "belongs here"),
        (decision("d", literal('"a" + 1')), "+ does not join a string and a number"),
        (decision("d", literal("1 between 0 and 2")), "does not go on an expression"),
        (decision("d", literal("get value(1)")), "is no input"),
        (decision("d", literal('date("24.12.2026")')), "is not a date"),
        (decision("d", literal('date and time("2026-12-24T00:00:00")')), "with offset"),
        (decision("d", literal('date and time("2026-12-24T00:00:00@Nowhere")')), "at a place"),
        (decision("d", literal('date and time("2026-12-24T00:00:00@../../etc")')), "at a place"),
        (decision("d", literal('time("10:00:00+01:00")')), "without offset"),
        (decision("d", literal('duration("P1Y2D")')), "is not a duration"),
        (decision("d", literal('"\\uD83D"')), "half of a character"),
        (decision("d", literal("(" * 40 + "1" + ")" * 40)), "nested deeper"),
        (decision("d", literal("+".join("1" * 900))), "joins more than 200 parts"),
        (decision("d", literal("1" * 3000)), "longer than 2000"),
        (data("x") + rows("gold", kind="number"), "a text stands in quotation marks"),
        (data("x") + rows('"5"'), "is a string where x holds a number"),
        (data("x") + rows("[5..1]"), "the interval ends before it begins"),
        (data("x") + rows("[1..5"), "an interval is not closed"),
        (data("x") + rows("[1]"), "an interval has two ends"),
        (data("x") + rows("? > 5"), "? belongs to full FEEL"),
        (data("x") + rows("1", out='"a"'), "is a string where d holds a number"),
        (data("x") + rows("1", out="y"), "is no input"),
        (data("x") + rows("1e5"), "belongs here"),
        (data("x") + rows("1").replace('name="d"/>', 'name="d" typeRef="string"/>'), "its decision says string"),
        (data("x") + rows("0.1234567890123"), "kept to 12 places"),
        (data("x") + rows("1", out="99999999999999"), "within"),
        (data("x", "string") + rows('< "a"', kind="string"), "attune does not order"),
        (data("x", "boolean") + rows("1", kind="number"), "is a boolean, but typeRef says number"),
        (data("x", "tL") + rows("1"), "names no type"),
        (data("x") + rows("1").replace("UNIQUE", "BEST"), "is none of UNIQUE"),
        (data("x") + rows("1").replace('"UNIQUE"', '"COLLECT" aggregation="MEAN"'), "is none of"),
        (data("x") + rows("1").replace("UNIQUE", "PRIORITY"), "needs outputValues"),
        (data("x") + rows("1").replace("<inputEntry>", "<inputEntry/><inputEntry>"), "2 inputEntry"),
        (data("x") + rows("1").replace("<text>x</text>", ""), "has no inputExpression"),
        (data("x") + rows("1").replace('<output typeRef="number"/>', ""), "has no output"),
        (data("x") + rows("-", out="").replace('<output typeRef="number"/>', "<output/>"), "has no typeRef"),
        (data("x") + rows("1").replace('"UNIQUE"', '"COLLECT" aggregation="SUM"').replace('typeRef="number"/><rule', 'typeRef="string"/><rule').replace("<text>1</text></outputEntry>", '<text>"a"</text></outputEntry>'), "needs one output, a number"),
        (BKM.format("x + y", "") + decision("d", literal("f(1)"), KNOWS), "'y' in f: is no input"),
        (BKM.format("x", "") + decision("d", literal("f(1, 2)"), KNOWS), "takes 1 arguments, not 2"),
        (BKM.format("x", "") + decision("d", literal("f(1)")), "is no input"),
        (BKM.format("f(x)", KNOWS) + decision("d", literal("f(1)"), KNOWS), "requires itself"),
        (BKM.replace("literalExpression", "decisionTable").format("x", "") + decision("d", literal("1")), "takes a literalExpression"),
        (BKM.format("x", "").replace("<encapsulatedLogic", '<encapsulatedLogic kind="Java"') + decision("d", literal("1")), "another language"),
        (decision("d", f"<invocation>{literal('g')}</invocation>"), "no businessKnowledgeModel"),
        (
            BKM.format("x", "") + decision("d", f'<invocation>{literal("f")}<binding><parameter name="z"/>{literal("1")}</binding></invocation>', KNOWS),
            "is no parameter of f",
        ),
        (
            '<decisionService id="s" name="s"/>' + decision("d", literal("1"), '<knowledgeRequirement><requiredKnowledge href="#s"/></knowledgeRequirement>'),
            "a decisionService; require its decisions",
        ),
        ('<itemDefinition name="t"><typeRef>t</typeRef></itemDefinition>' + data("x", "t") + decision("d", literal("1")), "contain themselves"),
        ('<itemDefinition name="t"><functionItem/></itemDefinition>' + data("x", "t") + decision("d", literal("1")), "the type of a function"),
        ('<itemDefinition name="t"><typeRef>number</typeRef><allowedValues><text>&lt; "a"</text></allowedValues></itemDefinition>' + data("x", "t") + decision("d", literal("1")), "allowedValues: is a string"),
        ('<itemDefinition name="t" isCollection="true"><typeRef>number</typeRef></itemDefinition>' + data("x", "t") + decision("d", literal("x + 1"), needs("x")), "is a list"),
        ('<itemDefinition name="t"><itemComponent name="a"><typeRef>number</typeRef></itemComponent></itemDefinition>' + data("x", "t") + decision("d", literal("x"), needs("x")), "has parts; name one: a"),
        (data("x", None) + decision("d", literal("x + 1"), needs("x")), "give its variable a typeRef"),
        (decision("l", table([], OUT, [([], ["1"])], 'hitPolicy="COLLECT"')) + decision("d", literal("l + 1"), feeds("l")), "is a list"),
    ],
)  # fmt: skip
def test_what_is_outside_or_wrong_is_named_with_its_place(inside: str, words: str) -> None:
    said = refused(inside)
    assert words in said
    assert said.startswith("m.dmn:1:")


@pytest.mark.parametrize(
    ("namespace", "words"),
    [
        ("", "has no namespace"),
        ("urn:other", "no namespace of DMN that attune knows"),
        ("http://www.omg.org/spec/BPMN/20100524/MODEL", "no namespace of DMN"),
        (MODEL.replace("2023", "2033"), "no namespace of DMN"),
    ],
)
def test_another_namespace_is_refused_with_those_that_are_known(
    namespace: str, words: str
) -> None:
    said = refused(decision("d", literal("1")), namespace=namespace)
    assert words in said
    assert "1.5 (https://www.omg.org/spec/DMN/20230324/MODEL/)" in said


def test_other_xml_is_told_apart() -> None:
    with pytest.raises(Invalid, match="is no DMN: its outermost element is definitions"):
        read_dmn(b"<html/>", file="m.dmn")


def test_another_language_of_the_whole_model_is_refused() -> None:
    more = ' expressionLanguage="http://www.omg.org/spec/JUEL"'
    assert "another expressionLanguage" in refused(decision("d", literal("1")), more=more)


def test_a_cycle_of_requirements_names_its_way() -> None:
    a, b, c = (
        decision(name, literal("1"), feeds(of))
        for name, of in (("a", "b"), ("b", "c"), ("c", "a"))
    )
    assert "requires itself: a → b → c → a" in refused(a + b + c)


def test_every_mistake_is_told_at_once() -> None:
    said = refused(data("x") + rows("gold", "[5..1]", "1") + decision("e", literal("1 +")))
    assert len(said.splitlines()) == 3


def test_the_place_is_that_of_the_text() -> None:
    content = model("\n  " + decision("d", "\n    " + literal("1 +")))
    with pytest.raises(Invalid) as caught:
        read_dmn(content, file="m.dmn")
    assert str(caught.value).startswith("m.dmn:3:24:")


def test_knowledge_that_doubles_again_and_again_is_refused_not_reckoned() -> None:
    """Seven models that each apply the one before eight times would take 8^7 steps."""
    bodies = [BKM.format("x + 1", "").replace('"b"', '"b0"').replace('"f"', '"f0"')]
    for n in range(1, 8):
        body = " + ".join([f"f{n - 1}(x)"] * 8)
        knows = KNOWS.replace("#b", f"#b{n - 1}")
        one = BKM.format(body, knows).replace('id="b"', f'id="b{n}"')
        bodies.append(one.replace('name="f"', f'name="f{n}"'))
    last = decision("d", literal("f7(1)"), KNOWS.replace("#b", "#b7"))
    assert "takes more than 10000 steps" in refused("".join(bodies) + last)


def test_more_decisions_than_a_model_has_are_refused() -> None:
    many = "".join(decision(f"d{n}", literal("1")) for n in range(1001))
    assert "1001 decisions" in refused(many)


def test_more_rows_than_a_table_has_are_refused() -> None:
    assert "20000 rules" in refused(data("x") + rows(*["1"] * 20_001))

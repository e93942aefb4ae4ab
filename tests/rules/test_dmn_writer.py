"""Tables and expressions as DMN: valid by the schema, drawn, and the same when they are read."""

# ruff: noqa: E501 - a case stands on one line

from collections.abc import Sequence
from dataclasses import replace
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree  # type: ignore[import-untyped] # ships no types

from rules.dmn import Model
from rules.dmn_reader import read_dmn
from rules.dmn_writer import model_of, write_dmn
from rules.literal_decisions import LiteralDecision, read_decision
from rules.sfeel_text import Unwritable
from rules.table_reader import read_table
from rules.table_writer import write_decision
from rules.tables import Table
from tests.rules.dmn_models import data, decision, feeds, literal, model, needs
from tests.rules.examples import EXAMPLES, thorough

SCHEMA = "dmn/parser/schema/DMN13.xsd"
TABLE = """\
table: compensation
hit: P
inputs:
  - {name: delay, type: duration}
  - {name: Applicant Age, type: number, label: How old}
  - {name: segment, type: string, allowed: [commuter, visitor]}
  - {name: double, type: number, expression: Applicant Age * 2}
outputs:
  - {name: tone, type: string, allowed: [warm, plain], default: plain}
  - {name: share, type: number}
rows:
  - {when: [">= 60 minutes", "[18..65)", commuter, "-"], then: [warm, 0.5], note: As in 2025.}
  - {when: {delay: not(PT5M), segment: "not(commuter)"}, then: [plain, "= Applicant Age / 2"]}
  - {when: {double: "null"}, then: [warm, null]}
"""


def again(table: Table | LiteralDecision) -> Table | LiteralDecision:
    """The decision after a way through DMN."""
    content = write_dmn(model_of(table)).encode()
    logic = next(iter(read_dmn(content, file="m.dmn").decisions.values())).logic
    assert isinstance(logic, Table | LiteralDecision)
    return logic


def placeless(one: Table | LiteralDecision | None) -> object:
    if not isinstance(one, Table):
        return one
    return replace(one, rows=tuple(replace(row, line=0) for row in one.rows))


def text_again(one: Table | LiteralDecision) -> object:
    return placeless(read_decision(write_decision(one), file="t.yaml"))


def valid(found: Model) -> bool:
    """Whether it keeps to the schema of DMN 1.3, with which 1.5 shares what attune writes."""
    schema = etree.XMLSchema(etree.parse(str(files("SpiffWorkflow") / SCHEMA)))
    document = etree.fromstring(write_dmn(found, version="1.3").encode())
    schema.assertValid(document)
    return True


def test_a_table_is_the_same_after_a_way_through_dmn() -> None:
    table = read_table(TABLE, file="t.yaml")
    found = again(table)
    assert isinstance(found, Table)
    assert placeless(found) == placeless(table)
    assert [row.note for row in found.rows] == ["As in 2025.", "", ""]
    assert text_again(found) == placeless(table)


def test_what_is_written_keeps_to_the_schema_of_the_omg() -> None:
    assert valid(model_of(read_table(TABLE, file="t.yaml")))


def test_models_with_every_kind_of_logic_keep_to_the_schema_and_decide_the_same() -> None:
    entries = (
        f'<contextEntry><variable name="a" typeRef="number"/>{literal("x + 1")}</contextEntry>'
        f'<contextEntry><variable name="c"/><list>{literal("a")}{literal("2")}</list>'
        '</contextEntry><contextEntry><variable name="r"/><relation><column name="p"/>'
        f"<row>{literal('1')}</row></relation></contextEntry>"
    )
    knowledge = (
        '<businessKnowledgeModel id="b" name="f"><encapsulatedLogic><formalParameter name="y"/>'
        "<literalExpression><text>(y + 1) * y</text></literalExpression></encapsulatedLogic>"
        "</businessKnowledgeModel>"
    )
    knows = '<knowledgeRequirement><requiredKnowledge href="#b"/></knowledgeRequirement>'
    types = (
        '<itemDefinition name="t"><itemComponent name="n"><typeRef>number</typeRef><allowedValues>'
        "<text>[0..9], null</text></allowedValues></itemComponent></itemDefinition>"
    )
    whole = read_dmn(
        model(
            types
            + data("x")
            + data("s", "t")
            + data("any", None)
            + knowledge
            + decision("box", f"<context>{entries}</context>", needs("x"))
            + decision(
                "last", literal("f(x + s.n) - box.a"), needs("x", "s") + feeds("box") + knows
            )
        ),
        file="m.dmn",
    )
    assert valid(whole)
    written = write_dmn(whole)
    found = read_dmn(written.encode(), file="m.dmn")
    inputs = {"x": 2, "s": {"n": 3}}
    assert found.evaluate(inputs) == whole.evaluate(inputs)
    assert found.evaluate(inputs)["last"] == 27
    assert write_dmn(found) == written


def test_a_diagram_shows_every_thing_and_every_requirement() -> None:
    first = read_decision("decision: fare\ntype: number\ninputs: [{name: km, type: number}]\n"
                          "expression: km * 2\n", file="f.yaml")  # fmt: skip
    second = read_decision("decision: refund\ntype: number\ninputs: [{name: fare, type: number}, "
                           "{name: late, type: boolean}]\nexpression: fare / 2\n", file="r.yaml")  # fmt: skip
    assert isinstance(first, LiteralDecision)
    assert isinstance(second, LiteralDecision)
    found = model_of(first, second)
    assert valid(found)
    root = etree.fromstring(write_dmn(found).encode())
    shapes = {one.get("dmnElementRef"): one[0] for one in root.iter("{*}DMNShape")}
    lines = [one.get("dmnElementRef") for one in root.iter("{*}DMNEdge")]
    assert set(shapes) == {"input_1", "input_2", "decision_1", "decision_2"}
    assert len(lines) == len([*root.iter("{*}informationRequirement")]) == 3
    height = {name: int(one.get("y")) for name, one in shapes.items()}
    assert height["decision_2"] < height["decision_1"] < height["input_1"]
    places = {(one.get("x"), one.get("y")) for one in shapes.values()}
    assert len(places) == 4
    assert read_dmn(write_dmn(found).encode(), file="m").evaluate({"km": 10})["refund"] == 10


def test_a_decision_that_feeds_itself_is_refused() -> None:
    text = "decision: fare\ntype: number\ninputs: [{name: fare, type: number}]\nexpression: fare\n"
    one = read_decision(text, file="f.yaml")
    assert isinstance(one, LiteralDecision)
    with pytest.raises(Unwritable, match="fare → fare"):
        model_of(one)


def test_knowledge_that_doubles_its_argument_thirty_times_is_decided_but_not_written_out() -> None:
    twice = (
        '<businessKnowledgeModel id="b" name="f"><encapsulatedLogic><formalParameter name="y"/>'
        "<literalExpression><text>y + y</text></literalExpression></encapsulatedLogic>"
        "</businessKnowledgeModel>"
    )
    knows = '<knowledgeRequirement><requiredKnowledge href="#b"/></knowledgeRequirement>'
    deep = "f(" * 30 + "x" + ")" * 30
    whole = read_dmn(
        model(data("x") + twice + decision("d", literal(deep), needs("x") + knows)), file="m.dmn"
    )
    assert whole.evaluate({"x": 1}) == {"d": 2**30}
    with pytest.raises(Unwritable, match="d: f within itself"):
        write_dmn(whole)


def test_ids_are_unique() -> None:
    root = etree.fromstring(write_dmn(model_of(read_table(TABLE, file="t.yaml"))).encode())
    ids = [one.get("id") for one in root.iter() if one.get("id")]
    assert len(ids) == len({*ids})


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("given", "write null, or not\\(null\\)"),
        ("not given", "does not tell missing from null"),
        ('"not(> 5), 3"', "list the values that are meant"),
        ("{at least: 1, not: 3}", "write one interval"),
        ("{at least: 5, below: 3}", "two bounds that no value keeps"),
    ],
)
def test_a_test_that_s_feel_has_no_words_for_is_refused_with_its_row(cell: str, said: str) -> None:
    text = (
        "table: t\ninputs: [{name: n, type: number}]\noutputs: [{name: o, type: boolean}]\n"
        f"rows: [{{when: [{cell}], then: [true]}}]\n"
    )
    with pytest.raises(Unwritable, match=f"t: row 1, line 4: n: .*{said}"):
        write_dmn(model_of(read_table(text, file="t.yaml")))


def test_a_pattern_is_refused_by_name() -> None:
    text = (
        "table: t\ninputs: [{name: n, type: string}]\noutputs: [{name: o, type: boolean}]\n"
        "rows: [{when: [{matches: a.*}], then: [true]}]\n"
    )
    with pytest.raises(Unwritable, match="matches belongs to full FEEL"):
        write_dmn(model_of(read_table(text, file="t.yaml")))


def test_an_order_of_names_becomes_the_list_of_those_that_are_meant() -> None:
    text = (
        "table: t\ninputs: [{name: n, type: string, allowed: [minor, severe, grave]}]\n"
        "outputs: [{name: o, type: boolean}]\nrows: [{when: [at least severe], then: [true]}]\n"
    )
    assert '"severe", "grave"' in write_dmn(model_of(read_table(text, file="t.yaml")))


NUMBERS = ["-", "null", "5", ">= 5", "< -0.5", "'[1..5)'", "(0.25..3]", "1, 7, > 9", "not(5)",
           "not(1, 5)", "not(< 3)", "not(5), null", "!= 5", "not(null)", "not([2..4])",
           "{at least: 4, below: 10}", "at most 12", "not(5, null)"]  # fmt: skip
TEXTS = ["-", "null", "gold", "[gold, silver]", "not gold", "not(gold, silver)", "not(null)",
         "'\"two words\", gold'", "'\"a, b\"'", "'\"null\"'", "'\"-\"'", "'\"say \\\"x\\\" \\\\\"'",
         "'\"größe\"'", "'\"true\"'"]  # fmt: skip
NAMES = ["-", "null", "minor", "at least severe", "[minor, grave]", "not grave", "from minor to severe",
         "not(minor, severe)", "!= minor", "below grave"]  # fmt: skip
TRUTHS = ["-", "null", "true", "false", "not(true)", "not(null)", "!= true"]
DELAYS = ["-", "null", "at least 60 minutes", "'[PT5M..P1D)'", "PT5M, P2D", "not(PT5M)", "< -PT1H"]
MONTHS = ["-", "P6M", ">= P1Y", "'[P1M..P2Y]'", "not(P1Y, P2Y)"]
DAYS = ["-", "'2026-11-23'", "after 2026-11-23", "'[2026-01-01..2026-12-31]'", "not(2026-11-23)"]
TIMES = ["-", "'08:30:00'", ">= 08:30:00", "'[08:30:00..20:00:00)'"]
MOMENTS = ["-", "'>= 2026-11-23T08:30:00+01:00'", "before 2026-11-23T00:00:00Z"]
COLUMNS: dict[str, tuple[str, list[str], list[object]]] = {
    "n": ("number", NUMBERS, [None, 5, 0.25, -7, 4, 3, 10]),
    "a b": (
        "string",
        TEXTS,
        [None, "gold", "two words", "a, b", "null", "-", 'say "x" \\', "größe"],
    ),
    "c": ("string, allowed: [minor, severe, grave]", NAMES, [None, "minor", "severe", "grave"]),
    "t?": ("boolean", TRUTHS, [None, True, False]),
    "d-e": ("duration", DELAYS, [None, "PT5M", "P2D", "PT60M", "-PT2H"]),
    "m": ("years and months duration", MONTHS, [None, "P6M", "P1Y", "P2Y"]),
    "day": ("date", DAYS, [None, "2026-11-23", "2027-01-01"]),
    "time": ("time", TIMES, [None, "08:30:00", "23:00:00"]),
    "x.y": ("date and time", MOMENTS, [None, "2026-11-23T08:30:00Z", "2020-01-01T00:00:00Z"]),
}
OUTPUTS = {
    "number": [
        "0.5",
        "-3",
        "null",
        '"= n * 2"',
        '"= (n + 1) * (2 - n)"',
        '"= -n"',
        "100000000000",
    ],
    "string": ["warm", "null", "'\"two words\"'", "'\"= x\"'", "'\"null\"'", '"= a b + a b"'],
    "boolean": ["true", "false", '"= n > 5 and t?"', '"= not(t?) or n = null"'],
    "date": ["2026-11-23", '"= day + m"', '"= day - d-e"'],
}


def quoted(cell: str) -> str:
    return cell if cell[0] in "'\"[{" else f'"{cell}"'


@st.composite
def tables(draw: st.DrawFn) -> str:
    kind = draw(st.sampled_from([*OUTPUTS]))
    hits = ["U", "A", "F", "R", "C"] + (["C+", "C<", "C>", "C#"] if kind == "number" else [])
    inputs = [f"  - {{name: {quoted(n)}, type: {t}}}" for n, (t, _, _) in COLUMNS.items()]
    rows = draw(
        st.lists(st.tuples(*(st.sampled_from(c) for _, c, _ in COLUMNS.values())), max_size=2)
    )
    lines = [
        f"  - {{when: [{', '.join(map(quoted, row))}], then: [{draw(st.sampled_from(OUTPUTS[kind]))}]}}"
        for row in rows
    ]
    hit = draw(st.sampled_from(hits))
    default = draw(st.sampled_from(OUTPUTS[kind])) if hit != "C#" and draw(st.booleans()) else None
    more = f", default: {default}" if default not in {None, "null"} else ""
    body = ["rows:", *lines] if lines else ["rows: []"]
    head = [f"table: {draw(st.sampled_from(['t', 'a c', 'größe']))}", f"hit: '{hit}'", "inputs:"]
    output = ["outputs:", f"  - {{name: o, type: {kind}{more}}}"]
    return "\n".join([*head, *inputs, *output, *body]) + "\n"


def answer(table: Table | LiteralDecision, values: dict[str, object]) -> object:
    try:
        return table.evaluate(values)
    except ValueError as error:
        return type(error)


@settings(thorough, max_examples=EXAMPLES // 10)
@given(tables(), st.tuples(*(st.sampled_from(v) for _, _, v in COLUMNS.values())))
def test_yaml_is_the_same_after_a_way_through_dmn(text: str, values: Sequence[object]) -> None:
    """It decides the same; and one more way changes nothing, in DMN and in YAML."""
    table = read_table(text, file="t.yaml")
    found = again(table)
    assert isinstance(found, Table)
    inputs = dict(zip(COLUMNS, values, strict=True))
    assert answer(found, inputs) == answer(table, inputs)
    assert placeless(again(found)) == placeless(found)
    assert text_again(found) == placeless(found)
    assert (found.inputs, found.outputs, found.hit) == (table.inputs, table.outputs, table.hit)
    assert [row.outputs for row in found.rows] == [row.outputs for row in table.rows]

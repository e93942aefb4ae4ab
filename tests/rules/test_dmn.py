"""Models of DMN: what they decide, by their types, requirements, tables and expressions."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from ontology.events import Json
from rules.dmn import VERSIONS, Model
from rules.dmn_reader import read_dmn
from rules.tables import HitViolated, InputInvalid
from tests.rules.dmn_models import data, decision, feeds, literal, model, needs, table

PMT = """\
<businessKnowledgeModel id="b" name="PMT"><encapsulatedLogic>
<formalParameter name="p"/><formalParameter name="r"/><formalParameter name="n"/>
<literalExpression><text>(p*r/12)/(1-(1+r/12)**-n)</text></literalExpression>
</encapsulatedLogic></businessKnowledgeModel>"""
KNOWS = '<knowledgeRequirement><requiredKnowledge href="#b"/></knowledgeRequirement>'
LOAN = """\
<itemDefinition name="tLoan"><itemComponent name="amount"><typeRef>number</typeRef></itemComponent>
<itemComponent name="rate"><typeRef>number</typeRef></itemComponent>
<itemComponent name="term"><typeRef>feel:number</typeRef></itemComponent></itemDefinition>"""


def read(inside: str) -> Model:
    return read_dmn(model(inside), file="m.dmn")


def one(
    expression: str,
    given: Mapping[str, object] | None = None,
    kinds: Mapping[str, str] | None = None,
) -> Json:
    names = kinds or {}
    inputs = "".join(data(name, kind) for name, kind in names.items())
    whole = read(inputs + decision("answer", literal(expression), needs(*names)))
    return whole.evaluate(given or {})["answer"]


@pytest.mark.parametrize("namespace", VERSIONS)
def test_models_of_every_version_are_read(namespace: str) -> None:
    content = model(decision("answer", literal("1 + 2")), namespace=namespace)
    found = read_dmn(content, file="m.dmn")
    assert (found.version, found.evaluate({})) == (VERSIONS[namespace], {"answer": 3})


def test_a_prefix_of_the_namespace_may_be_any() -> None:
    content = model(decision("answer", literal("1"))).decode()
    content = content.replace("xmlns=", "xmlns:x=").replace("</", "</x:").replace("<d", "<x:d")
    for name in ("variable", "literal", "text"):
        content = content.replace(f"<{name}", f"<x:{name}")
    assert read_dmn(content.encode(), file="m.dmn").evaluate({}) == {"answer": 1}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1"])
def test_encodings_that_a_file_declares_are_read(encoding: str) -> None:
    head = f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?>'
    content = head + model(decision("größe", literal('"é"'))).decode()
    found = read_dmn(content.encode(encoding), file="m.dmn")
    assert found.evaluate({}) == {"größe": "é"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Applicant Age", 41),
        ("a-b", 5),
        ("x.y", 2),
        ("profit and loss", 7),
        ("größe", 3),
        ("if", 1),
    ],
)
def test_a_name_may_hold_spaces_and_signs(name: str, value: int) -> None:
    assert one(f"{name} + 1", {name: value}, {name: "number"}) == value + 1


def test_the_longest_name_that_fits_is_taken() -> None:
    kinds = {"a": "number", "b": "number", "a-b": "number", "a b": "number"}
    given = {"a": 10, "b": 3, "a-b": 100, "a b": 1000}
    assert one("a-b + a - b + a  b", given, kinds) == 1107


def test_white_space_in_a_name_does_not_matter() -> None:
    found = read(data("Applicant  Age") + decision("d", literal("1")))
    assert found.evaluate({"Applicant Age": 3}) == {"d": 1}


def test_a_structure_is_named_by_its_parts_and_knowledge_is_applied() -> None:
    whole = read(
        LOAN
        + data("Loan", "tLoan")
        + data("fee")
        + PMT
        + decision(
            "Payment",
            literal("PMT(Loan.amount, Loan.rate, Loan.term)+fee"),
            needs("Loan", "fee") + KNOWS,
            "number",
        )
    )
    loan = {"amount": 600000, "rate": 0.0375, "term": 360}
    found = whole.evaluate({"Loan": loan, "fee": 100})["Payment"]
    assert found == pytest.approx(2878.69354943277)
    assert whole.evaluate({"Loan": None}) == {"Payment": None}


def test_an_invocation_binds_parameters_by_name() -> None:
    bound = "".join(
        f'<binding><parameter name="{name}"/>{literal(words)}</binding>'
        for name, words in (("n", "360"), ("p", "600000"), ("r", "0.0375"))
    )
    logic = f"<invocation>{literal('PMT')}{bound}</invocation>"
    found = read(PMT + decision("d", logic, KNOWS)).evaluate({})["d"]
    assert found == pytest.approx(2778.69354943277)


def test_knowledge_may_apply_other_knowledge_to_any_sort() -> None:
    twice = """\
<businessKnowledgeModel id="t" name="twice"><encapsulatedLogic><formalParameter name="x"/>
<literalExpression><text>x + x</text></literalExpression></encapsulatedLogic>
</businessKnowledgeModel>
<businessKnowledgeModel id="b" name="four times"><encapsulatedLogic><formalParameter name="x"/>
<literalExpression><text>twice(twice(x))</text></literalExpression></encapsulatedLogic>
<knowledgeRequirement><requiredKnowledge href="#t"/></knowledgeRequirement>
</businessKnowledgeModel>"""
    text = decision("t", literal('four times("ab")'), KNOWS)
    number = decision("n", literal("four times(3)"), KNOWS)
    assert read(twice + text + number).evaluate({}) == {"t": "abababab", "n": 12}


def test_decisions_feed_others_in_any_order_of_the_file() -> None:
    last = decision("last", literal("middle * 2"), feeds("middle"))
    middle = decision("middle", literal("first + a"), feeds("first") + needs("a"))
    whole = read(last + middle + decision("first", literal("5")) + data("a"))
    assert whole.evaluate({"a": 1}) == {"last": 12, "middle": 6, "first": 5}
    assert whole.evaluate({"a": 1}, "middle") == {"middle": 6}


def test_a_table_with_several_outputs_feeds_others_by_their_names() -> None:
    outputs = [
        '<output name="Status" typeRef="string"/>',
        '<output name="Rate" typeRef="number"/>',
    ]
    rows = [(["< 18"], ['"no"', "0"]), ([">= 18"], ['"yes"', "age / 2"])]
    whole = read(
        data("age")
        + decision("Approval", table([("age", None)], outputs, rows), needs("age"))
        + decision("half", literal("Approval.Rate / 2"), feeds("Approval"))
    )
    assert whole.evaluate({"age": 40}) == {"Approval": {"Status": "yes", "Rate": 20}, "half": 10}
    assert whole.evaluate({}) == {"Approval": None, "half": None}


RISK = [
    ([">=18", '"Medium","Low"', "true"], ['"Approved"', '"Basic"']),
    (["<18", "-", ""], ['"Declined"', '"Standard"']),
    (["-", '"High"', "-"], ['"Approved"', '"Standard"']),
]
ORDERED = """<output name="Approved/Declined" typeRef="string">
<outputValues><text>"Approved", "Declined"</text></outputValues></output>"""
TWO = [ORDERED, '<output name="Rate" typeRef="string"/>']
APPROVED = {"Approved/Declined": "Approved", "Rate": "Standard"}
DECLINED = {"Approved/Declined": "Declined", "Rate": "Standard"}
BASIC = {"Approved/Declined": "Approved", "Rate": "Basic"}
MINOR, ADULT, CHILD = (17, "High"), (19, "Low"), (10, "Low")


def risk(hit: str) -> Model:
    columns: list[tuple[str, str | None]] = [
        ("Age", "number"),
        ("RiskCategory", "string"),
        ("isAffordable", "boolean"),
    ]
    logic = table(columns, TWO, RISK, hit)
    inputs = data("Age") + data("RiskCategory", "string") + data("isAffordable", "boolean")
    required = needs("Age", "RiskCategory", "isAffordable")
    return read(inputs + decision("Approval Status", logic, required))


@pytest.mark.parametrize(
    ("hit", "who", "wanted"),
    [
        # The inputs and results of compliance-level-2/0110, 0118 and 0119 of the DMN TCK.
        ("OUTPUT ORDER", MINOR, [APPROVED, DECLINED]),
        ("OUTPUT ORDER", ADULT, [BASIC]),
        ("OUTPUT ORDER", CHILD, [DECLINED]),
        ("PRIORITY", MINOR, APPROVED),
        ("PRIORITY", ADULT, BASIC),
        ("PRIORITY", CHILD, DECLINED),
        ("COLLECT", MINOR, [DECLINED, APPROVED]),
        ("COLLECT", ADULT, [BASIC]),
        ("COLLECT", CHILD, [DECLINED]),
        ("RULE ORDER", MINOR, [DECLINED, APPROVED]),
        ("FIRST", MINOR, DECLINED),
    ],
)
def test_a_hit_policy_settles_several_outputs(
    hit: str, who: tuple[int, str], wanted: Json
) -> None:
    given = {"Age": who[0], "RiskCategory": who[1], "isAffordable": True}
    found = risk(f'hitPolicy="{hit}"').evaluate(given)
    assert found == {"Approval Status": wanted}


@pytest.mark.parametrize("hit", ["UNIQUE", "ANY"])
def test_rules_that_contradict_their_hit_policy_are_told_with_their_lines(hit: str) -> None:
    with pytest.raises(HitViolated, match="rows at lines"):
        risk(f'hitPolicy="{hit}"').evaluate({"Age": 17, "RiskCategory": "High"})


@pytest.mark.parametrize(
    ("sign", "years", "wanted"),
    [
        # The inputs and results of compliance-level-2/0114 (MIN) and 0116 (COUNT) of the DMN TCK.
        ("MIN", 5, 64.32),
        ("MIN", 3, 98.83),
        ("MIN", 4, 98.83),
        ("COUNT", 6, 4),
        ("COUNT", 2, 1),
        ("COUNT", 3, 2),
        ("COUNT", 1, 0),
        ("SUM", 3, 249.04),
        ("MAX", 6, 205.43),
        ("MAX", 0, None),
    ],
)
def test_collected_numbers_are_aggregated(sign: str, years: int, wanted: Json) -> None:
    rows = [([f">{n}"], [x]) for n, x in enumerate(("98.83", "150.21", "205.43", "64.32"), 1)]
    hit = f'hitPolicy="COLLECT" aggregation="{sign}"'
    logic = table([("NumOfYears", "number")], ["<output/>"], rows, hit)
    kind = decision("CarInsurance", logic, needs("NumOfYears"), "number")
    found = read(data("NumOfYears") + kind).evaluate({"NumOfYears": years})
    assert found == {"CarInsurance": wanted}


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        # The expressions and results of compliance-level-2/0105 of the DMN TCK.
        ("10+5", 15), ("-10+-5", -15), ("(-10)+(-5)", -15), ("10-5", 5), ("-10--5", -5),
        ("(-10)-(-5)", -5), ("(10+20)-(-5+3)", 32), ("10*5", 50), ("-10*-5", 50),
        ("(-10)*(-5)", 50), ("(10+5)*(-5*3)", -225), ("10/5", 2), ("-10/-5", 2),
        ("(-10)/(-5)", 2), ("(10+20)/(-5*3)", -2), ("(10+20)/0", None), ("10**5", 100000),
        ("10**-5", 0.00001), ("(5+2)**5", 16807), ("5+2**5", 37), ("5+2**5+3", 40),
        ("5+2**(5+3)", 261), ("10+null", None), ("null + 10", None), ("10 - null", None),
        ("null - 10", None), ("10 * null", None), ("null * 10", None), ("10 / null", None),
        ("null / 10", None), ("10 + 20 / -5 - 3", 3), ("10 + 20 / (-5 - 3)", 7.5),
        ("1.2*10**3", 1200),
    ],
)  # fmt: skip
def test_numbers_are_reckoned_with_as_in_the_kit(expression: str, wanted: Json) -> None:
    whole = read(decision("answer", literal(expression), kind="feel:number"))
    assert whole.evaluate({}) == {"answer": wanted}


@pytest.mark.parametrize(
    ("a", "b", "both", "either"),
    [
        # The inputs and results of compliance-level-2/0106 of the DMN TCK.
        (True, True, True, True),
        (False, True, False, True),
        (None, True, None, True),
        (True, False, False, True),
        (False, False, False, False),
        (None, False, False, None),
        (True, None, None, True),
        (False, None, False, None),
        (None, None, None, None),
    ],
)
def test_and_and_or_are_null_where_what_is_known_does_not_decide(
    a: Json, b: Json, both: Json, either: Json
) -> None:
    kinds = {"A": "boolean", "B": "boolean"}
    given: dict[str, object] = {"A": a, "B": b}
    assert one("A and B", given, kinds) is both
    assert one("A or B", given, kinds) is either


@pytest.mark.parametrize(("a", "wanted"), [(True, False), (False, True), (None, None)])
def test_not_of_null_is_null(a: Json, wanted: Json) -> None:  # compliance-level-2/0107
    assert one("not(A)", {"A": a}, {"A": "boolean"}) is wanted


@pytest.mark.parametrize(
    ("cell", "kind", "holds_of"),
    [
        ("-", "number", [None, 1, 2, 3, 4]),
        ("", "number", [None, 1, 2, 3, 4]),
        ("2", "number", [2]),
        ("< 3", "number", [1, 2]),
        ("[2..3]", "number", [2, 3]),
        ("(1..3)", "number", [2]),
        ("]1..3[", "number", [2]),
        ("(1 + 1) * 2, 1", "number", [1, 4]),
        ("not(2, 3)", "number", [None, 1, 4]),
        ("not(< 3)", "number", [3, 4]),
        ("not(2, null)", "number", [1, 3, 4]),
        ("null", "number", [None]),
        ("null, > 3", "number", [None, 4]),
        ("not(null)", "number", [1, 2, 3, 4]),
        ("limit", "number", [3]),
        ("< limit", "number", [1, 2]),
        ("[limit - 1 .. limit]", "number", [2, 3]),
        ("not(limit)", "number", [None, 1, 2, 4]),
        ("not(< limit)", "number", [3, 4]),
    ],
)
def test_a_cell_holds_as_dmn_says(cell: str, kind: str, holds_of: list[Json]) -> None:
    logic = table([("x", kind)], ['<output typeRef="boolean"/>'], [([cell], ["true"])])
    whole = read(data("x", kind) + data("limit") + decision("d", logic, needs("x", "limit")))
    found = [v for v in (None, 1, 2, 3, 4) if whole.evaluate({"x": v, "limit": 3})["d"]]
    assert found == holds_of


@pytest.mark.parametrize(
    ("kind", "cell", "inside", "outside"),
    [
        ("string", '"say \\"é\\u00e9\\""', 'say "éé"', "say"),
        ("boolean", "true", True, False),
        ("date", '>= date("2026-11-23")', "2026-11-23", "2026-11-22"),
        ("date", '< date("2026-01-31") + duration("P1M")', "2026-02-27", "2026-02-28"),
        ("time", '[time("08:00:00")..time("20:00:00")]', "20:00:00", "20:00:01"),
        (
            "dateTime",
            '> date and time("2026-07-01T12:00:00@Europe/Berlin")',
            "2026-07-01T10:00:01Z",
            "2026-07-01T10:00:00Z",
        ),
        (
            "dateTime",
            '= @"2026-07-01T12:00:00+02:00"',
            "2026-07-01T10:00:00Z",
            "2026-07-01T12:00:00Z",
        ),
        ("dayTimeDuration", '>= duration("PT90M")', "PT1H30M", "PT89M"),
        ("yearMonthDuration", '[duration("P1Y")..duration("P2Y"))', "P12M", "P24M"),
        ("days and time duration", '@"P1D"', "PT24H", "PT23H"),
    ],
)
def test_a_cell_may_hold_values_of_every_type(
    kind: str, cell: str, inside: Json, outside: Json
) -> None:
    rows = [([cell], ["true"])]
    logic = table([("x", None)], ['<output typeRef="boolean"/>'], rows)
    whole = read(data("x", kind) + decision("d", logic, needs("x")))
    found = [whole.evaluate({"x": value})["d"] for value in (inside, outside, None)]
    assert found == [True, None, None]


def test_a_default_stands_where_no_rule_holds() -> None:
    outputs = [
        (
            '<output name="Status" typeRef="string"><outputValues><text>"Approved", "Declined"'
            "</text></outputValues><defaultOutputEntry><text>"
            '"Declined"</text></defaultOutputEntry></output>'
        ),
        (
            '<output name="Rate" typeRef="number"><defaultOutputEntry><text>age * 2</text>'
            "</defaultOutputEntry></output>"
        ),
    ]
    rows = [([">= 18"], ['"Approved"', "1"])]
    logic = table([("age", None)], outputs, rows)
    whole = read(data("age") + decision("d", logic, needs("age")))
    assert whole.evaluate({"age": 20})["d"] == {"Status": "Approved", "Rate": 1}
    assert whole.evaluate({"age": 10})["d"] == {"Status": "Declined", "Rate": 20}
    assert whole.evaluate({})["d"] == {"Status": "Declined", "Rate": None}


def test_contexts_lists_and_relations_give_objects_and_lists() -> None:
    entries = (
        f'<contextEntry><variable name="a b" typeRef="number"/>{literal("x + 1")}</contextEntry>'
        f'<contextEntry><variable name="c"/><list>{literal("a b")}{literal("2")}</list>'
        '</contextEntry><contextEntry><variable name="r"/><relation><column name="p"/>'
        f'<column name="q"/><row>{literal("1")}{literal("a b")}</row></relation></contextEntry>'
    )
    whole = read(data("x") + decision("d", f"<context>{entries}</context>", needs("x")))
    wanted = {"a b": 5, "c": [5, 2], "r": [{"p": 1, "q": 5}]}
    assert whole.evaluate({"x": 4}) == {"d": wanted}


def test_the_last_entry_of_a_context_may_be_its_result() -> None:
    entries = (
        f'<contextEntry><variable name="a"/>{literal("2 * 3")}</contextEntry>'
        f"<contextEntry>{literal('a * a')}</contextEntry>"
    )
    whole = read(
        decision("d", f"<context>{entries}</context>")
        + decision("e", literal("d + 1"), feeds("d"))
    )
    assert whole.evaluate({}) == {"d": 36, "e": 37}


def test_an_input_that_is_not_drawn_takes_the_type_of_its_column() -> None:
    """As in files of editors that draw tables only."""
    rows = [(['"Fall"'], ['"Spareribs"'])]
    whole = read(decision("dish", table([("season", "string")], ["<output/>"], rows)))
    assert whole.evaluate({"season": "Fall"}) == {"dish": "Spareribs"}


def test_a_column_without_a_type_takes_that_of_its_tests() -> None:
    rows = [(["-"], ["1"]), (["> 5"], ["2"])]
    logic = table([("x", None)], ['<output typeRef="number"/>'], rows, 'hitPolicy="RULE ORDER"')
    whole = read(data("x", None) + decision("d", logic, needs("x")))
    assert whole.evaluate({"x": 6}) == {"d": [1, 2]}


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"agee": 3}, "agee"),
        ({"age": "3"}, "age"),
        ({"age": 200}, "age"),
        ({"tone": "cold"}, "tone"),
        ({"Loan": 5}, "Loan"),
        ({"Loan": {"amnt": 5}}, "Loan.amnt"),
        ({"Loan": {"amount": True}}, "Loan.amount"),
    ],
)
def test_an_input_that_does_not_fit_is_told(given: dict[str, object], wrong: str) -> None:
    types = (
        '<itemDefinition name="tOld"><typeRef>number</typeRef><allowedValues><text>[0..150]</text>'
        '</allowedValues></itemDefinition><itemDefinition name="tTone"><typeRef>string</typeRef>'
        '<allowedValues><text>"warm", "plain"</text></allowedValues></itemDefinition>'
    )
    inputs = data("age", "tOld") + data("tone", "tTone") + data("Loan", "tLoan")
    whole = read(types + LOAN + inputs + decision("d", literal("1")))
    assert whole.evaluate({"age": 150, "tone": "warm", "Loan": {"amount": 1}}) == {"d": 1}
    with pytest.raises(InputInvalid) as caught:
        whole.evaluate(given)
    assert [*caught.value.errors] == [wrong]


def test_a_value_that_the_type_of_a_decision_does_not_allow_is_told() -> None:
    types = (
        '<itemDefinition name="tShare"><typeRef>number</typeRef><allowedValues><text>[0..1]</text>'
        "</allowedValues></itemDefinition>"
    )
    whole = read(types + data("x") + decision("d", literal("x / 2"), needs("x"), "tShare"))
    assert whole.evaluate({"x": 2}) == {"d": 1}
    with pytest.raises(InputInvalid, match="the inputs lead to"):
        whole.evaluate({"x": 3})


def test_a_value_of_a_table_that_the_type_of_its_decision_does_not_allow_is_told() -> None:
    types = (
        '<itemDefinition name="tShare"><typeRef>number</typeRef><allowedValues><text>[0..1]</text>'
        "</allowedValues></itemDefinition>"
    )
    logic = table([("x", None)], ["<output/>"], [(["-"], ["x"])])
    whole = read(types + data("x") + decision("d", logic, needs("x"), "tShare"))
    assert whole.evaluate({"x": 1}) == {"d": 1}
    with pytest.raises(InputInvalid, match="is not allowed there"):
        whole.evaluate({"x": 2})


def test_a_default_may_name_an_input_that_no_column_tests() -> None:
    output = (
        '<output typeRef="number"><defaultOutputEntry><text>y</text></defaultOutputEntry></output>'
    )
    logic = table([("x", None)], [output], [(["1"], ["2"])])
    whole = read(data("x") + data("y") + decision("d", logic, needs("x", "y")))
    assert whole.evaluate({"x": 3, "y": 4}) == {"d": 4}


def test_a_model_of_a_thousand_decisions_in_a_row_decides() -> None:
    first = decision("n0", literal("1"))
    rest = (
        decision(f"n{n}", literal(f"n{n - 1} + 1"), feeds(f"n{n - 1}")) for n in range(1, 1000)
    )
    whole = read(first + "".join(rest))
    assert whole.evaluate({}, "n999") == {"n999": 1000}


def test_what_dmn_draws_beside_the_logic_is_left_alone() -> None:
    beside = (
        '<knowledgeSource id="k" name="law"/><textAnnotation id="t"><text>see</text>'
        '</textAnnotation><decisionService id="s" name="all"><outputDecision href="#d_d"/>'
        "</decisionService><x:y xmlns:x='urn:x'>z</x:y>"
    )
    assert read(decision("d", literal("1")) + beside).evaluate({}) == {"d": 1}


def test_the_file_is_not_opened_by_the_reader(tmp_path: Path) -> None:
    missing = tmp_path / "no.dmn"
    content = model(decision("d", literal("1")))
    assert read_dmn(content, file=str(missing)).evaluate({}) == {"d": 1}

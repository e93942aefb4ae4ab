"""Tables of DMN beside another engine: GoRules' zen decides the same, where it is installed."""

import json
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.dmn_reader import read_dmn
from tests.rules.dmn_models import data, decision, model, needs, table
from tests.rules.examples import EXAMPLES, thorough

zen = pytest.importorskip("zen", reason="zen-engine comes with the extra [bench]")

NUMBERS = [
    "",
    "5",
    "> 5",
    ">= -2",
    "< 0.5",
    "<= 7",
    "[1..5]",
    "(1..5)",
    "[1..5)",
    "(0.5..7]",
    "1, 5, 9",
]
TEXTS = ["", '"a"', '"b"', '"a", "c"', '"two words"']
TRUTHS = ["", "true", "false"]
COLUMNS = (("x", "number", NUMBERS), ("s", "string", TEXTS), ("t", "boolean", TRUTHS))
Rows = list[tuple[str, str, str]]


def ours(rows: Rows, hit: str, inputs: dict[str, object]) -> object:
    cells = [([*row], [str(at)]) for at, row in enumerate(rows)]
    logic = table(
        [(n, k) for n, k, _ in COLUMNS],
        ['<output name="o" typeRef="number"/>'],
        cells,
        f'hitPolicy="{hit}"',
    )
    every = "".join(data(name, kind) for name, kind, _ in COLUMNS)
    whole = read_dmn(model(every + decision("d", logic, needs("x", "s", "t"))), file="m.dmn")
    return whole.evaluate(inputs)["d"]


def theirs(rows: Rows, hit: str, inputs: dict[str, object]) -> object:
    content = {
        "hitPolicy": {"FIRST": "first", "COLLECT": "collect"}[hit],
        "inputs": [{"id": n, "name": n, "field": n} for n, _, _ in COLUMNS],
        "outputs": [{"id": "o", "name": "o", "field": "o"}],
        "rules": [
            {"_id": str(at), "x": x, "s": s, "t": t, "o": str(at)}
            for at, (x, s, t) in enumerate(rows)
        ],
    }
    nodes = [
        {"id": "in", "name": "in", "type": "inputNode", "content": {}},
        {"id": "table", "name": "table", "type": "decisionTableNode", "content": content},
        {"id": "out", "name": "out", "type": "outputNode", "content": {}},
    ]
    edges = [
        {"id": f"{a}-{b}", "sourceId": a, "targetId": b, "type": "edge"}
        for a, b in pairwise(["in", "table", "out"])
    ]
    made = zen.ZenEngine().create_decision(json.dumps({"nodes": nodes, "edges": edges}))
    found = made.evaluate(inputs)["result"]
    if hit == "COLLECT":
        return [one["o"] for one in found or []]
    return found.get("o") if found else None


@settings(thorough, max_examples=EXAMPLES // 2)
@given(
    st.lists(
        st.tuples(*(st.sampled_from(cells) for _, _, cells in COLUMNS)), min_size=1, max_size=5
    ),
    st.sampled_from(["FIRST", "COLLECT"]),
    st.sampled_from([-2, 0.5, 1, 4.99, 5, 7, 9]),
    st.sampled_from(["a", "b", "c", "two words", "x"]),
    st.sampled_from([True, False]),
)
def test_a_table_decides_as_zen_does(rows: Rows, hit: str, x: float, s: str, t: object) -> None:
    inputs: dict[str, object] = {"x": x, "s": s, "t": t}
    assert ours(rows, hit, inputs) == theirs(rows, hit, inputs)

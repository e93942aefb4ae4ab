"""Rows put back into the text of their file, in whatever style their author wrote it."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ontology.facts import catalogue
from ontology.marked_yaml import parse
from rules.diagnostics import Invalid
from rules.table_rewriting import EditedRow, rewritten
from rules.table_text import WrittenTable, tables_of
from rules.worded import shown
from rules.yaml_text import scalar
from tests.rules.examples import steady

ANY = st.text(st.characters(codec="utf-8"), max_size=30)
HEAD = """\
# of the house
table: t
hit: C
inputs: [{name: n, type: number}, {name: s, type: string}]   # two
outputs: [{name: word, type: string}]
"""
STYLES = (
    '  - {{when: ["{n}", {s}], then: [{w}]}}   # {c}\n',
    '  # {c}\n  - {{when: {{n: "{n}", s: {s}}}, then: [{w}], note: a note}}\n',
    '  - when: ["{n}", {s}]   # {c}\n    then: [{w}]\n',
    '  # {c}\n\n  -\n    when:\n      - "{n}"\n      - {s}\n    then:\n      - {w}\n',
    '  - note: >-\n      {c}\n    when: {{n: "{n}"}}\n    then: {{word: {w}}}\n',
    "  - then: [{w}]\n",
)
TAIL = "# the end\n"
ROW = st.tuples(
    st.sampled_from(STYLES),
    st.sampled_from(["> 5", "[1..3)", "-", "7", "not(4, 5)"]),
    st.sampled_from(["abc", '"-"', "a b", '"x, y"', "[p, q]"]),
    st.sampled_from(["warm", '"5"', '"a: b"', "it's"]),
    st.sampled_from(["why", "agreed in May", "so"]),
)


def text_of(rows: Sequence[tuple[str, ...]], end: str = "\n") -> str:
    body = "".join(style.format(n=n, s=s, w=w, c=c) for style, n, s, w, c in rows)
    return f"{HEAD}rows:\n{body}{TAIL}".replace("\n", end)


def table_of(text: str) -> WrittenTable:
    (table,) = tables_of(text, file="t.yaml", catalogue=catalogue())
    return table


def kept(table: WrittenTable) -> list[EditedRow]:
    return [
        EditedRow(origin=row, key=row.key, cells=row.cells, note=row.note) for row in table.rows
    ]


def said(table: WrittenTable) -> list[tuple[tuple[str, ...], str]]:
    return [(row.cells, row.note.strip()) for row in table.rows]


@steady
@given(ANY)
def test_law_a_scalar_reads_back_as_the_same_text(text: str) -> None:
    node = parse(f"[{scalar(text, textual=True)}]")
    assert shown(node) == f"[{text}]"
    assert node.value[0].kind == "text"  # type: ignore[index, union-attr]
    assert shown(parse(f"a: [x, {scalar(text)}]")) == f"{{a: [x, {text}]}}"


@steady
@given(st.lists(ROW, min_size=1, max_size=5), st.sampled_from(["\n", "\r\n"]))
def test_law_nothing_new_changes_nothing(rows: list[tuple[str, ...]], end: str) -> None:
    text = text_of(rows, end)
    table = table_of(text)
    assert rewritten(text, [(table, kept(table))]) == text


@steady
@given(
    st.lists(ROW, min_size=1, max_size=5),
    st.data(),
    st.sampled_from(["\n", "\r\n"]),
)
def test_law_what_was_edited_is_what_is_read_and_the_rest_stays(
    rows: list[tuple[str, ...]], data: Any, end: str
) -> None:
    text = text_of(rows, end)
    table = table_of(text)
    left = data.draw(st.permutations(kept(table)))[: data.draw(st.integers(1, len(rows)))]
    edited = []
    for row in left:
        cells, note = list(row.cells), row.note
        for place, values in enumerate((("> 9", "-"), ("z", "u, v"), ("new", "b: c"))):
            if data.draw(st.booleans()):
                cells[place] = data.draw(st.sampled_from(values))
        if data.draw(st.booleans()):
            note = data.draw(st.sampled_from(["", "another: note", "#5"]))
        edited.append(EditedRow(origin=row.origin, key=row.key, cells=tuple(cells), note=note))
    if data.draw(st.booleans()):
        fresh = EditedRow(origin=None, key="", cells=("1, 2", "-", "made"), note="fresh")
        edited.insert(data.draw(st.integers(0, len(edited))), fresh)
    new = rewritten(text, [(table, edited)])
    assert new.startswith(HEAD.replace("\n", end))
    assert new.endswith(TAIL.replace("\n", end))
    assert said(table_of(new)) == [(row.cells, row.note.strip()) for row in edited]
    assert ("\r\n" in new) == (end == "\r\n")
    assert new.count("\n") == new.count(end)


@pytest.mark.parametrize(
    "rows", ["rows: [{then: [a]}, {then: [b]}]\n", "rows:\n- then: [a]\n- then: [b]"]
)
def test_lists_in_brackets_and_files_without_a_last_line_end_are_kept(rows: str) -> None:
    text = HEAD + rows
    table = table_of(text)
    one, other = kept(table)
    new = rewritten(text, [(table, [other, one])])
    assert [row.cells[-1] for row in table_of(new).rows] == ["b", "a"]
    assert new.endswith("\n") == text.endswith("\n")


def test_a_table_in_a_file_that_is_not_in_order_is_not_read() -> None:
    with pytest.raises(Invalid):
        table_of(HEAD)

"""Decision tables go out as a workbook and come back: the same, or with errors in their cells."""

import json
import re
import warnings
import zipfile
from collections.abc import Callable
from io import BytesIO
from typing import Any

import openpyxl  # type: ignore[import-untyped] # ships no types
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.xlsx_layout import FIRST, workbook
from loaders.xlsx_package import MOST_UNPACKED, WorkbookInvalid
from loaders.xlsx_tables import Returned, returned
from ontology.facts import catalogue
from rules.diagnostics import Invalid
from rules.table_reader import read_table
from rules.table_text import tables_of
from tests.rules.examples import quick

BOOK = """\
# The crisis office keeps this book.
book: escalation
stratum: escalate
owner: team/crisis-office   # theirs
tables:
  - id: tier-by-spread
    reason: How far up it goes depends on whose fault it is and how fast it spreads.
    hit: P
    inputs: [incident.cluster, spread.window, spread.excess]
    outputs: [{name: escalate.tier, allowed: [executive, crisis-team]}, escalate.within]
    rows:
      # nobody sleeps
      - {when: [preventable, PT1H, at least 10], then: [executive, 15 minutes]}   # agreed in May
      - id: any-surge
        note: A surge alone needs the crisis team.
        when: {spread.window: PT1H, spread.excess: at least 4}   # or five?
        then: [crisis-team, "-"]
      - when: [{not: [victim, unknown]}, PT1H, "[2..4)"]
        then:
          - crisis-team
          - 30 minutes
# The end.
"""
CALCULATION = """\
table: compensation
hit: F
inputs:
  - {name: delay, type: duration}
  - {name: segment, type: string, allowed: [commuter, visitor]}
  - {name: fare, type: number}
  - {name: since, type: date}
outputs: [{name: amount, type: number}, {name: tone, type: string}]
rows:
  - {when: [">= 60 minutes", commuter, "-", "> 2026-01-01"], then: [= fare * 0.5, warm], note: =2}
  - {when: {fare: at least 10.5}, then: [0.25, "+plain"]}
  - {then: ["null", "@home"]}
"""


def exported(text: str, name: str = "b.yaml") -> bytes:
    return workbook(tables_of(text, file=name, catalogue=catalogue()), file=name)


def back(content: bytes, text: str = BOOK) -> Returned:
    return returned(content, text, file="b.yaml", catalogue=catalogue())


def edited(change: Callable[[Any], object], text: str = BOOK) -> bytes:
    """The export after another program's hands; `change` gets the sheet of the first table."""
    book = openpyxl.load_workbook(BytesIO(exported(text)))
    change(book.worksheets[1])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def put(**cells: object) -> Callable[[Any], None]:
    def change(sheet: Any) -> None:
        for name, value in cells.items():
            sheet[name] = value

    return change


def fault(change: Callable[[Any], object], text: str = BOOK) -> str:
    found = back(edited(change, text), text)
    assert found.text == text
    (one,) = found.faults
    return str(one)


@pytest.mark.parametrize("text", [BOOK, CALCULATION, BOOK.replace("\n", "\r\n")])
def test_what_comes_back_unchanged_is_the_same_file_byte_by_byte(text: str) -> None:
    found = back(exported(text), text)
    assert (found.text, found.changes, found.faults) == (text, (), ())
    assert back(edited(lambda _: None, text), text).text == text


def test_one_new_cell_changes_one_cell_of_the_file() -> None:
    found = back(edited(put(D11="at least 5")))
    assert found.text == BOOK.replace("excess: at least 4", "excess: at least 5")
    assert found.changes == ("tier-by-spread: 1 changed",)


def test_a_cell_that_the_file_left_out_is_written_by_its_row() -> None:
    found = back(edited(put(B11="accidental")))
    assert (
        "      - {id: any-surge, when: [accidental, PT1H, at least 4], "
        'then: [crisis-team, "-"], note: A surge alone needs the crisis team.}'
    ) in found.text
    assert found.text.startswith(BOOK.partition("      - id: any-surge")[0])


def test_moved_rows_keep_their_ids_and_their_comments() -> None:
    def turn(sheet: Any) -> None:
        first = [cell.value for cell in sheet[10]]
        for one, other in zip(sheet[10], sheet[11], strict=True):
            one.value = other.value
        for cell, value in zip(sheet[11], first, strict=True):
            cell.value = value

    found = back(edited(turn))
    assert found.changes == ("tier-by-spread: 2 moved",)
    (table,) = tables_of(found.text, file="b.yaml", catalogue=catalogue())
    assert [row.key for row in table.rows] == [
        "any-surge",
        "tier-by-spread-1",
        "tier-by-spread-3",
    ]
    assert (
        "      # nobody sleeps\n      - {id: tier-by-spread-1, when: [preventable, PT1H, "
        "at least 10], then: [executive, 15 minutes]}   # agreed in May\n"
    ) in found.text
    assert "at least 4}   # or five?\n" in found.text
    assert found.text.endswith("# The end.\n")


def test_a_row_between_others_gets_an_id_that_nobody_had() -> None:
    def insert(sheet: Any) -> None:
        sheet.insert_rows(11)
        for cell, value in zip(
            sheet[11], (None, "accidental", "PT1H", "> 99", "executive", "-", "New."), strict=False
        ):
            cell.value = value

    found = back(edited(insert))
    assert found.changes == ("tier-by-spread: 1 added",)
    (table,) = tables_of(found.text, file="b.yaml", catalogue=catalogue())
    assert [row.key for row in table.rows] == [
        "tier-by-spread-1",
        "tier-by-spread-2",
        "any-surge",
        "tier-by-spread-3",
    ]
    assert table.rows[1].note == "New."


def test_a_row_that_is_gone_takes_no_id_with_it() -> None:
    found = back(edited(lambda sheet: sheet.delete_rows(10)))
    assert found.changes == ("tier-by-spread: 1 removed",)
    (table,) = tables_of(found.text, file="b.yaml", catalogue=catalogue())
    assert [row.key for row in table.rows] == ["any-surge", "tier-by-spread-3"]
    assert "nobody sleeps" not in found.text


def test_empty_rows_in_between_are_no_rows() -> None:
    found = back(edited(lambda sheet: sheet.insert_rows(11, amount=40)))
    assert (found.text, found.faults) == (BOOK, ())


def test_columns_and_sheets_stand_where_people_put_them() -> None:
    def move(sheet: Any) -> None:
        sheet.title = "Stufen"
        for row in range(7, 13):
            one, other = sheet.cell(row, 2), sheet.cell(row, 4)
            one.value, other.value = other.value, one.value
        sheet.insert_rows(1, amount=3)
        sheet["B3"] = "We look at this on Mondays"

    assert back(edited(move)).text == BOOK


def test_spaces_at_the_ends_are_nothing() -> None:
    assert back(edited(put(B10="  preventable\u00a0 "))).text == BOOK


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"B10": "preventible"}, r"B10: 'preventible': .*did you mean 'preventable'"),
        ({"D10": "at leest 10"}, r"D10: 'at leest 10': "),
        ({"D10": "at least 10,5"}, r"D10: .*comma between digits.*'at least 10.5'"),
        ({"D10": "\u2265 10"}, r"D10: .*autocorrection off.*'>= 10'"),
        ({"D12": "[2\u20264)"}, r"D12: .*did you mean '\[2\.\.4\)'"),
        ({"B12": "\u201cvictim\u201d"}, r"B12: .*autocorrection"),
        ({"F11": "\u2013"}, r"F11: .*did you mean '-'"),
        ({"D10": "=1+9"}, r"D10: '=1\+9': is a formula"),
        ({"D10": "#N/A"}, r"D10: '#N/A': is an error of the spreadsheet"),
        ({"D10": None}, r"D10: '': is empty; write - for anything; did you mean '-'"),
        ({"E10": None}, r"E10: '': is empty; write - for nothing"),
        ({"E10": "board"}, r"E10: 'board': escalate.tier allows executive, crisis-team"),
        ({"A11": "tier-by-spread-1"}, r"A11: .*stands in row 10, too; leave it empty"),
        ({"A11": "Any Surge"}, r"A11: 'Any Surge': a name is words in small letters"),
        ({"B3": "C"}, r"B3: 'C': the hit policy is changed in b.yaml"),
        ({"B1": "tier-by-sprawl"}, r"B1: .*no table of b.yaml.*did you mean 'tier-by-spread'"),
        ({"B5": "0123"}, None),
        ({"A8": "ident"}, r"A1: .*no row .*begins with 'id'"),
        ({"G10": "=HYPERLINK(1)"}, r"G10: .*is a formula; write words"),
        ({"G10": "x" * 501}, r"G10|A10: .*at most 500|1 to 500"),
    ],
)
def test_a_mistake_is_told_in_its_cell(cells: dict[str, object], said: str | None) -> None:
    if said is None:
        assert back(edited(put(**cells))).text == BOOK
    else:
        assert re.search(said, fault(put(**cells)))


def test_rows_that_contradict_each_other_are_told_by_their_rows() -> None:
    text = BOOK.replace("hit: P", "hit: U")
    with pytest.raises(Invalid):
        tables_of(text, file="b.yaml", catalogue=catalogue())
    words = fault(put(B11="preventable", D11="at least 10", E11="executive", F11="PT1H"))
    assert re.search(r"A11: 'any-surge': can hold of the same facts as the row at row 10", words)


def test_a_renamed_column_and_one_that_is_gone_are_told() -> None:
    found = back(edited(put(C8="spread.windo")))
    assert [str(one).partition(":")[0] for one in found.faults] == [
        "tier-by-spread!A8",
        "tier-by-spread!C8",
    ]
    assert "did you mean 'spread.window'" in str(found.faults[1])
    assert "is no column" in fault(put(H8="more"))


def test_numbers_dates_and_shares_are_read_as_they_are_stored() -> None:
    from datetime import date

    def change(sheet: Any) -> None:
        sheet["F11"] = 0.125
        sheet["F11"].number_format = "0.0%"
        sheet["E11"] = date(2026, 3, 1)
        sheet["D11"] = 12.5

    found = back(edited(change, CALCULATION), CALCULATION)
    assert found.faults == ()
    assert found.notices == ("compensation!F11: is shown as per cent and read as 0.125",)
    (_, row, _) = tables_of(found.text, file="b.yaml", catalogue=catalogue())[0].rows
    assert row.cells == ("-", "-", "12.5", "2026-03-01", "0.125", "+plain")


def test_a_date_that_the_spreadsheet_made_is_told() -> None:
    from datetime import date

    assert "is a date that the spreadsheet made" in fault(put(D10=date(2026, 4, 2)))


def test_numbers_stored_as_text_and_truth_are_read() -> None:
    found = back(edited(put(D11="12", D10=True), CALCULATION), CALCULATION)
    assert [one.cell for one in found.faults] == ["D10"]


def test_merged_cells_are_refused_and_hidden_rows_count() -> None:
    merged = back(edited(lambda sheet: sheet.merge_cells("B10:B11")))
    assert "is merged as far as B11" in str(merged.faults[0])

    def hide(sheet: Any) -> None:
        sheet.row_dimensions[11].hidden = True
        sheet.column_dimensions["C"].hidden = True

    found = back(edited(hide))
    assert found.text == BOOK
    assert "tier-by-spread: hidden rows count like others: 11" in found.notices
    assert "tier-by-spread: the hidden column C counts" in found.notices


def test_a_table_that_changed_since_it_was_exported_is_not_overwritten() -> None:
    newer = BOOK.replace("at least 10", "at least 11")
    content = edited(put(D11="at least 5"))
    found = back(content, newer)
    assert found.text == newer
    assert "changed in b.yaml since it was exported" in str(found.faults[0])
    once = back(content).text
    assert back(content, once).text == once


def test_one_wrong_cell_leaves_every_table_as_it_was() -> None:
    found = back(edited(put(D11="at least 5", B10="nobody")))
    assert found.text == BOOK
    assert found.changes == ()


def test_all_rows_gone_is_a_slip() -> None:
    assert "at least one row" in fault(lambda sheet: sheet.delete_rows(10, 5))


def test_the_errors_come_back_in_the_workbook_and_cured_they_go_in() -> None:
    found = back(edited(put(B10="preventible", D11="=4", G12="kept")))
    assert found.errors is not None
    book = openpyxl.load_workbook(BytesIO(found.errors))
    sheet = book["tier-by-spread"]
    assert sheet["B10"].fill.start_color.rgb == "FFFFC7CE"
    assert "did you mean 'preventable'" in sheet["B10"].comment.text
    assert sheet["D11"].data_type == "s"
    assert sheet["B11"].comment is None
    sheet["B10"], sheet["D11"] = "preventable", "at least 4"
    out = BytesIO()
    book.save(out)
    cured = back(out.getvalue())
    assert (cured.faults, cured.changes) == ((), ("tier-by-spread: 1 changed",))
    assert "note: kept" in cured.text


def test_another_program_finds_what_is_allowed_frozen_and_never_a_formula() -> None:
    book = openpyxl.load_workbook(BytesIO(exported(CALCULATION)))
    assert book.sheetnames == ["How to read this", "compensation", "Values"]
    sheet = book["compensation"]
    assert sheet.freeze_panes == f"B{FIRST}"
    lists = {
        str(one.sqref): one.formula1
        for one in sheet.data_validations.dataValidation
        if one.type == "list"
    }
    assert lists == {f"C{FIRST}:C513": "Values!$A$1:$A$3"}
    assert [cell.value for cell in book["Values"]["A"]] == ["commuter", "visitor", "-"]
    for row in sheet.iter_rows(min_row=FIRST, max_row=FIRST + 2):
        assert {cell.data_type for cell in row if cell.value} == {"s"}
        assert {cell.number_format for cell in row if cell.value} == {"@"}
    assert sheet["F10"].quotePrefix


def test_equal_tables_are_equal_bytes() -> None:
    assert exported(BOOK) == exported(BOOK)


def packed(content: bytes, **parts: bytes) -> bytes:
    """A workbook with other parts; underscores stand for slashes."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(out, "w", 8) as new:
        changed = {name.replace("__", "/").replace("_xml", ".xml"): v for name, v in parts.items()}
        for name in old.namelist():
            if name not in changed:
                new.writestr(name, old.read(name))
        for name, value in changed.items():
            new.writestr(name, value)
    return out.getvalue()


BOMB = b'<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><sst><si><t>&c;</t></si></sst>'
OUTSIDE = b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><sst><si><t>&b;</t></si></sst>'
SHEET = "xl__worksheets__sheet2_xml"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (lambda: b"book: x", "is no workbook"),
        (lambda: b"", "is no workbook"),
        (
            lambda: bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 512,
            "old .xls or is kept under a pa",
        ),
        (lambda: exported(BOOK)[:-200], "is no workbook or a damaged one"),
        (lambda: b"\0" * 16_000_001, "16000001 bytes"),
        (lambda: packed(exported(BOOK), xl__sharedStrings_xml=BOMB), "declares a DTD"),
        (lambda: packed(exported(BOOK), xl__sharedStrings_xml=OUTSIDE), "declares a DTD"),
        (lambda: packed(exported(BOOK), **{SHEET: b"<a>" * 100}), "nested deeper"),
        (lambda: packed(exported(BOOK), **{SHEET: b"<a><b></a>"}), "is no XML"),
        (lambda: packed(exported(BOOK), **{SHEET: b" " * (MOST_UNPACKED + 1)}), "unpacks to"),
        (lambda: packed(exported(BOOK), **{SHEET: b'<a><c r="9B"/></a>'}), "no cell like 'B7'"),
        (
            lambda: packed(exported(BOOK), **{SHEET: b'<a><c r="B1" t="s"><v>999</v></c></a>'}),
            "which there is not",
        ),
        (
            lambda: packed(exported(BOOK), **{SHEET: b'<a><c r="B1"><v>1e999x</v></c></a>'}),
            "stands where a number belongs",
        ),
        (
            lambda: packed(exported(BOOK), **{SHEET: b'<a><c r="B1"><v>NaN</v></c></a>'}),
            "stands where a number belongs",
        ),
        (
            lambda: packed(exported(BOOK), **{SHEET: b'<a><c r="B1"><v>1e999</v></c></a>'}),
            "stands where a number belongs",
        ),
    ],
)
def test_what_is_no_safe_workbook_is_refused(content: Callable[[], bytes], said: str) -> None:
    with pytest.raises(WorkbookInvalid, match=re.escape(said)):
        back(content())


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("xl/vbaProject.bin", "holds macros"),
        ("xl/workbook.bin", "binary workbook"),
        ("content.xml", "is an OpenDocument"),
    ],
)
def test_macros_and_other_formats_are_refused(name: str, said: str) -> None:
    out = BytesIO(exported(BOOK))
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr(name, b"x")
    with pytest.raises(WorkbookInvalid, match=said):
        back(out.getvalue())


def test_a_part_that_is_twice_in_the_file_is_refused() -> None:
    out = BytesIO(exported(BOOK))
    with warnings.catch_warnings(), zipfile.ZipFile(out, "a") as archive:
        warnings.simplefilter("ignore")
        archive.writestr("xl/workbook.xml", b"x")
    with pytest.raises(WorkbookInvalid, match="or one twice"):
        back(out.getvalue())


def test_a_million_rows_are_refused_before_they_cost_memory() -> None:
    row = b'<row><c t="inlineStr"><is><t>x</t></is></c></row>'
    content = packed(exported(BOOK), **{SHEET: b"<a>" + row * 800_000 + b"</a>"})
    with pytest.raises(WorkbookInvalid, match="200000 cells"):
        back(content)


def test_a_sheet_as_libreoffice_writes_it_is_read() -> None:
    """Cells without places, words in the cell, pieces with formats and pronunciation."""
    (table,) = tables_of(CALCULATION, file="b.yaml", catalogue=catalogue())
    head = ("id", *(column.name for column in table.columns), "note")
    roles = ("", *("then" if column.output else "when" for column in table.columns))
    top = (("table", "compensation"), ("file", "b.yaml"), ("fingerprint", table.fingerprint()))
    rows = [*top, roles, head, *((row.key, *row.cells, row.note) for row in table.rows)]
    xml = "".join(
        "<row>"
        + "".join(
            '<c t="inlineStr"><is><r><t xml:space="preserve">'
            + cell.replace("&", "&amp;").replace("<", "&lt;")[:1]
            + "</t></r><r><t>"
            + cell.replace(">", "&gt;")[1:]
            + "</t></r><rPh><t>aloud</t></rPh></is></c>"
            for cell in row
        )
        + "</row>"
        for row in rows
    )
    sheet = f'<x:worksheet xmlns:x="urn:strict"><x:sheetData>{xml}</x:sheetData></x:worksheet>'
    found = back(packed(exported(CALCULATION), **{SHEET: sheet.encode()}), CALCULATION)
    assert (found.faults, found.text) == ((), CALCULATION)


TESTS = st.sampled_from(
    ["-", "> 5", "[1..3)", "not(4)", "1, 2", "null", "given", "0.5", "at least 7"]
)
WORDS = st.text(
    st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\u00a0\u202f\ufeff"),
    min_size=1,
    max_size=12,
).map(lambda text: " ".join(text.split()))
VALUES = st.one_of(
    st.sampled_from(["-", "=x", "null", "+1", "true", "5", "a: b", "#", "{a: b}", "[a, b]", "'"]),
    WORDS.filter(bool),
)


def quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "")


def calculation(rows: list[tuple[str, str, str]]) -> str:
    lines = [
        f"  - {{when: [{quoted(test)}], then: [{quoted(value)}], note: {quoted(note)}}}"
        for test, value, note in rows
    ]
    head = "inputs: [{name: n, type: number}]\noutputs: [{name: word, type: string}]"
    return "\n".join(["table: t", "hit: C", head, "rows:", *lines, ""])


ROWS = st.lists(st.tuples(TESTS, WORDS.filter(bool), WORDS), min_size=1, max_size=6)


def readable(text: str) -> bool:
    try:
        read_table(text, file="b.yaml")
    except Invalid:
        return False
    return True


@pytest.mark.slow
@quick
@given(ROWS.map(calculation).filter(readable))
def test_law_a_table_goes_out_and_comes_back_as_the_same_table(text: str) -> None:
    found = back(exported(text), text)
    assert (found.faults, found.text) == ((), text)


@pytest.mark.slow
@quick
@given(ROWS.map(calculation).filter(readable), ROWS, st.randoms(use_true_random=False))
def test_law_what_people_leave_is_what_the_file_says_then(
    text: str, more: list[tuple[str, str, str]], chance: Any
) -> None:
    left: list[tuple[str | None, ...]] = []

    def change(sheet: Any) -> None:
        old = [tuple(cell.value for cell in row) for row in sheet.iter_rows(min_row=FIRST)]
        left.extend([*old, *((None, *one) for one in more)])
        chance.shuffle(left)
        sheet.delete_rows(FIRST, len(old))
        for at, row in enumerate(left, FIRST):
            for column, value in enumerate(row, 1):
                cell = sheet.cell(at, column, value)
                cell.data_type = "s" if value else cell.data_type

    found = back(edited(change, text), text)
    if found.faults:
        assert found.text == text
        return
    (table,) = tables_of(found.text, file="b.yaml", catalogue=catalogue())
    said = [(*row.cells, row.note) for row in table.rows]
    assert said == [tuple(cell or "" for cell in row[1:]) for row in left]

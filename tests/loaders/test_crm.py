from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.crm import CrmInvalid, Export, Sheet, read, read_header, sheet_of
from loaders.rejects import Reject

CUSTOMERS = "Customer ID,Full Name,State,Segment,Opted out,Customer since,Vulnerable\n"
CASES = "Ticket ID,Requester ID,Created at,Solved at,Channel,Subject\n"


class Kept:
    def __init__(self) -> None:
        self.rows: list[Reject] = []

    def add(self, rejected: Reject, /) -> None:
        self.rows.append(rejected)

    def where(self) -> list[tuple[int, str]]:
        return [(row.line, row.field) for row in self.rows]


def taken(
    folder: Path,
    text: str,
    sheet: Sheet = "customers",
    *,
    columns: dict[str, str] | None = None,
    zone: ZoneInfo | None = None,
) -> tuple[list[dict[str, Any]], Kept]:
    path = folder / "export.csv"
    path.write_text(text, encoding="utf-8")
    rejects = Kept()
    export = Export(path=path, sheet=sheet, system="zendesk", columns=columns or {}, zone=zone)
    return list(read(export, rejects)), rejects


def test_a_customer_has_the_key_of_the_system_and_the_properties_of_the_columns(
    tmp_path: Path,
) -> None:
    bodies, rejects = taken(
        tmp_path, CUSTOMERS + "1001,Wren Villanueva,US-NY,Assisted travel,no,2005-10-12,yes\n"
    )
    assert rejects.rows == []
    assert bodies == [
        {
            "type": "Customer",
            "key": {"system": "zendesk", "key": "1001"},
            "properties": {
                "displayName": "Wren Villanueva",
                "homeRegion": "region/us-ny",
                "inSegment": "segment/assisted-travel",
                "optedOut": False,
                "since": "2005-10-12",
                "vulnerable": True,
            },
        }
    ]


def test_a_blank_cell_says_that_nobody_knows(tmp_path: Path) -> None:
    bodies, _ = taken(tmp_path, CUSTOMERS + "1001,,,,,,\n")
    assert bodies[0]["properties"] == {}


def test_a_case_names_its_customer_by_key_and_its_time_in_utc(tmp_path: Path) -> None:
    line = "50001,1001,2013-12-01T07:20:00-05:00,,help line,Asks for a bus\n"
    bodies, _ = taken(tmp_path, CASES + line, "cases")
    assert bodies == [
        {
            "type": "Case",
            "key": {"system": "zendesk", "key": "50001"},
            "properties": {
                "ofCustomer": {"system": "zendesk", "key": "1001"},
                "openedAt": "2013-12-01T12:20:00Z",
                "atTouchpoint": "touchpoint/help-line",
                "summary": "Asks for a bus",
            },
        }
    ]


def test_a_time_without_offset_is_rejected_unless_a_zone_is_given(tmp_path: Path) -> None:
    line = "50001,1001,2013-07-01 08:00,,help-line,x\n"
    assert taken(tmp_path, CASES + line, "cases")[1].where() == [(2, "openedAt")]
    bodies, _ = taken(tmp_path, CASES + line, "cases", zone=ZoneInfo("America/New_York"))
    assert bodies[0]["properties"]["openedAt"] == "2013-07-01T12:00:00Z"


def test_every_wrong_cell_of_a_row_is_named_and_the_row_is_left_out(tmp_path: Path) -> None:
    bodies, rejects = taken(
        tmp_path, CUSTOMERS + "1,A,US-NY,,maybe,2006-13-16,yes\n2,B,US-NY,,no,2006-12-16,yes\n"
    )
    assert [body["key"]["key"] for body in bodies] == ["2"]
    assert rejects.where() == [(2, "optedOut"), (2, "since")]
    assert rejects.rows[0].value == "'maybe'"
    assert "yes" in rejects.rows[0].example


def test_a_row_without_key_and_one_with_too_few_cells_are_rejected(tmp_path: Path) -> None:
    bodies, rejects = taken(tmp_path, CUSTOMERS + ",A,,,,,\n1003,B\n1004,C,,,,,\n")
    assert len(bodies) == 1
    assert rejects.where() == [(2, "key"), (3, "")]


def test_a_broken_line_is_quoted_only_as_far_as_it_takes_to_find_it(tmp_path: Path) -> None:
    _, rejects = taken(tmp_path, CUSTOMERS + "1003,somebody@mail.example\n")
    assert "mail.example" not in rejects.rows[0].value


def test_the_second_row_of_a_key_is_rejected_with_the_line_of_the_first(tmp_path: Path) -> None:
    bodies, rejects = taken(tmp_path, CUSTOMERS + "1,A,,,,,\n1,B,,,,,\n")
    assert len(bodies) == 1
    assert rejects.rows[0].reason == "line 2 has the same key"


def test_a_case_that_closes_before_it_opens_is_rejected(tmp_path: Path) -> None:
    line = "50001,1001,2013-12-01T14:00:00Z,2013-12-01T13:00:00Z,help-line,x\n"
    assert taken(tmp_path, CASES + line, "cases")[1].where() == [(2, "closedAt")]


def test_a_case_without_customer_is_rejected(tmp_path: Path) -> None:
    line = "50001,,2013-12-01T14:00:00Z,,help-line,x\n"
    assert taken(tmp_path, CASES + line, "cases")[1].where() == [(2, "ofCustomer")]


def test_a_column_can_be_mapped_by_hand_and_unread_ones_are_named(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text("Kundennummer;Farbe\n1001;rot\n", encoding="utf-8")
    export = Export(path=path, sheet="customers", system="crm", columns={"Kundennummer": "key"})
    columns = read_header(export)
    assert (dict(columns.places), columns.ignored) == ({"key": 0}, ("Farbe",))


@pytest.mark.parametrize(
    ("text", "columns", "words"),
    [
        ("", {}, "is empty"),
        ("Colour,Name\nred,A\n", {}, "no column for key"),
        ("ID,Customer ID\n1,1\n", {}, "'ID' and 'Customer ID' both mean key"),
        ("ID,X\n1,1\n", {"X": "vulnerabel"}, "did you mean 'vulnerable'"),
    ],
)
def test_a_file_that_cannot_be_taken_in_is_refused_with_what_would_do(
    tmp_path: Path, text: str, columns: dict[str, str], words: str
) -> None:
    with pytest.raises(CrmInvalid, match=words):
        taken(tmp_path, text, columns=columns)


@pytest.mark.parametrize(("header", "sheet"), [(CUSTOMERS, "customers"), (CASES, "cases")])
def test_the_header_tells_what_a_file_holds(tmp_path: Path, header: str, sheet: Sheet) -> None:
    path = tmp_path / "export.csv"
    path.write_text(header, encoding="utf-8")
    assert sheet_of(path) == sheet


def test_a_system_without_a_name_is_refused(tmp_path: Path) -> None:
    export = Export(path=tmp_path / "x.csv", sheet="customers", system="Zen desk")
    with pytest.raises(CrmInvalid, match="zendesk"):
        read_header(export)


@given(st.binary(max_size=300))
def test_no_file_breaks_the_reader(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.mktemp("crm") / "export.csv"
    path.write_bytes(CUSTOMERS.encode() + content)
    rejects = Kept()
    for body in read(Export(path=path, sheet="customers", system="zendesk"), rejects):
        assert body["type"] == "Customer"

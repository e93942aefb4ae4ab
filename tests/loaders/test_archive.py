import io
import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.archive import (
    GENAI_INCIDENTS,
    OWN_CASES,
    from_lines,
    genai_incidents,
    genai_incidents_total,
    own_cases,
)
from loaders.json_elements import CHUNK, ElementsInvalid, elements
from loaders.rejects import Reject

GOOD = {"id": "precedent/a", "title": "A", "text": "Something happened."}


class Kept:
    def __init__(self) -> None:
        self.rows: list[Reject] = []

    def add(self, rejected: Reject, /) -> None:
        self.rows.append(rejected)


def test_our_own_cases_are_invented_complete_and_say_so() -> None:
    cases = list(own_cases())
    assert len(cases) == OWN_CASES >= 30
    assert len({case.id for case in cases}) == len(cases)
    for case in cases:
        assert case.invented
        assert "invented" in case.text, case.id
        assert all([case.outcome, case.lesson, case.said, case.strategy, case.date, case.region])


def test_our_own_cases_cover_every_cluster_and_strategy() -> None:
    cases = list(own_cases())
    assert {case.cluster for case in cases} == {"victim", "accidental", "preventable", "unknown"}
    assert {name for case in cases for name in case.strategy} == {
        "instruct",
        "adjust",
        "deny",
        "diminish",
        "rebuild",
        "bolster",
    }


def test_every_incident_of_the_archive_is_read_and_only_retracted_ones_are_rejected() -> None:
    pytest.importorskip("genai_incidents", reason="the extra [archive] is not installed")
    rejects = Kept()
    ids = Counter(case.id for case in genai_incidents(rejects))
    assert sum(ids.values()) == len(ids) == genai_incidents_total()
    assert {row.reason for row in rejects.rows} == {"the archive has retracted it"}
    assert all(row.line > 1 for row in rejects.rows)


def test_an_incident_of_the_archive_keeps_its_date_severity_and_reference() -> None:
    pytest.importorskip("genai_incidents", reason="the extra [archive] is not installed")
    case = next(genai_incidents(Kept()))
    assert case.source == GENAI_INCIDENTS
    assert case.severity in {"minor", "moderate", "severe", "extreme"}
    assert case.year is not None
    assert case.reference is not None
    assert case.cluster == "unknown"


def taken(folder: Path, *lines: object) -> tuple[list[str], list[Reject]]:
    path = folder / "cases.jsonl"
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.write_text("\n".join(texts), encoding="utf-8")
    rejects = Kept()
    return [case.id for case in from_lines(path, rejects)], rejects.rows


def test_rows_of_a_file_become_precedents_and_blank_lines_are_skipped(tmp_path: Path) -> None:
    assert taken(tmp_path, GOOD, "", {**GOOD, "id": "precedent/b"}) == (
        ["precedent/a", "precedent/b"],
        [],
    )


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("nonsense", ""),
        ("[1]", ""),
        ('{"a":' * 100_000, ""),
        ({**GOOD, "id": "a"}, "id"),
        ({**GOOD, "id": "team/legal"}, "id"),
        ({**GOOD, "title": " "}, "title"),
        ({**GOOD, "text": 7}, "text"),
        ({**GOOD, "date": "1.12.2013"}, "date"),
        ({**GOOD, "severity": "huge"}, "severity"),
        ({**GOOD, "cluster": ["victim"]}, "cluster"),
        ({**GOOD, "strategy": "deny"}, "strategy"),
        ({**GOOD, "strategy": [{}]}, "strategy"),
        ({**GOOD, "lesson": 1}, "lesson"),
        ('{"id": "precedent/b", "title": "A", "text": "\\ud83d"}', "text"),
        ({**GOOD, "text": "again"}, "id"),
    ],
)
def test_a_bad_row_is_rejected_with_its_line_and_field(
    tmp_path: Path, line: object, field: str
) -> None:
    ids, rejects = taken(tmp_path, GOOD, line)
    assert ids == ["precedent/a"]
    assert [(row.line, row.field) for row in rejects] == [(2, field)]
    assert rejects[0].example


def test_a_line_that_is_not_utf8_is_rejected(tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_bytes(b'{"id": "precedent/a", "title": "\xff", "text": "x"}\n')
    rejects = Kept()
    assert list(from_lines(path, rejects)) == []
    assert [row.reason for row in rejects.rows] == ["the line is not UTF-8"]


@given(
    st.lists(
        st.dictionaries(st.text(max_size=5), st.text(max_size=20) | st.integers(), max_size=4),
        max_size=8,
    ),
    st.sampled_from([None, 0, 1]),
)
def test_streamed_objects_are_those_of_the_whole_document(
    rows: list[dict[str, object]], indent: int | None
) -> None:
    text = json.dumps({"n": 1, "items": rows}, indent=indent)
    assert [row for _, row in elements(io.StringIO(text), "items")] == rows


def test_objects_longer_than_one_piece_of_the_stream_are_read_whole() -> None:
    rows = [{"a": "x" * (CHUNK - 40)}, {"b": "y" * CHUNK}, {"c": 1}]
    text = json.dumps({"items": rows}, indent=1)
    found = list(elements(io.StringIO(text), "items"))
    assert [row for _, row in found] == rows
    assert [line for line, _ in found] == [3, 6, 9]


@pytest.mark.parametrize("text", ["", "{}", '{"items": [{"a": 1}', '{"items": [3]}'])
def test_a_document_without_the_array_or_broken_off_is_refused(text: str) -> None:
    with pytest.raises(ElementsInvalid, match="line 1"):
        list(elements(io.StringIO(text), "items"))

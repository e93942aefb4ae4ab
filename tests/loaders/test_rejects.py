import json
from pathlib import Path

from loaders.rejects import QUOTE_LIMIT, RejectFile, reject


def test_a_rejected_row_is_kept_with_line_reason_and_quoted_value(tmp_path: Path) -> None:
    path = tmp_path / "rejects" / "feed.jsonl"
    with RejectFile(path) as rejects:
        rejects.add(
            reject(
                source="feed.csv",
                line=7,
                field="Tweet ID",
                reason="the id is no number",
                value="abc",
                example="407129710162759680",
            )
        )
    assert json.loads(path.read_text()) == {
        "source": "feed.csv",
        "line": 7,
        "field": "Tweet ID",
        "reason": "the id is no number",
        "value": "'abc'",
        "example": "407129710162759680",
    }


def test_a_second_load_replaces_the_rejects_of_the_first(tmp_path: Path) -> None:
    path = tmp_path / "feed.jsonl"
    bad = reject(source="f", line=1, field="a", reason="r", value="v", example="e")
    for _ in range(2):
        with RejectFile(path) as rejects:
            rejects.add(bad)
    assert len(path.read_text().splitlines()) == 1


def test_a_clean_load_leaves_an_empty_file(tmp_path: Path) -> None:
    with RejectFile(tmp_path / "clean.jsonl") as rejects:
        pass
    assert (tmp_path / "clean.jsonl").read_text() == ""
    assert rejects.count == 0


def test_rejects_are_counted_by_reason(tmp_path: Path) -> None:
    with RejectFile(tmp_path / "x.jsonl") as rejects:
        for reason in ("a", "b", "a"):
            rejects.add(reject(source="f", line=1, field="x", reason=reason, value=1, example="2"))
    assert (rejects.count, rejects.by_reason["a"]) == (3, 2)


def test_a_huge_value_is_quoted_within_bounds() -> None:
    huge = reject(source="f", line=1, field="x", reason="r", value="y" * 10**6, example="e")
    assert len(huge.value) <= QUOTE_LIMIT

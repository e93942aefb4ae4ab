import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from service.cli.anomalies import app


def score(tmp_path: Path, content: str | bytes, *more: str) -> Result:
    series = tmp_path / "series.csv"
    series.write_bytes(content.encode() if isinstance(content, str) else content)
    words = ["score", "--in", str(series), "--out", str(tmp_path / "scores.csv"), *more]
    return CliRunner().invoke(app, words)


def hours(values: list[float]) -> str:
    rows = [f"2026-01-{1 + k // 24:02} {k % 24:02}:00:00,{v}" for k, v in enumerate(values)]
    return "\n".join(["timestamp,value", *rows]) + "\n"


def test_every_row_gets_a_score_under_its_own_stamp(tmp_path: Path) -> None:
    result = score(tmp_path, hours([50.0] * 300 + [2000.0]))
    assert result.exit_code == 0
    with (tmp_path / "scores.csv").open(encoding="utf-8", newline="") as stream:
        rows = [*csv.DictReader(stream)]
    assert rows[0].keys() == {"timestamp", "anomaly_score"}
    assert (len(rows), rows[-1]["timestamp"]) == (301, "2026-01-13 12:00:00")
    assert float(rows[-1]["anomaly_score"]) > 0.9


def test_json_sums_up_what_was_found(tmp_path: Path) -> None:
    result = score(tmp_path, hours([50.0] * 300 + [2000.0]), "--json")
    summary = json.loads(result.stdout)
    assert (summary["rows"], summary["above_half"]) == (301, 1)
    assert summary["highest"]["timestamp"] == "2026-01-13 12:00:00"


def test_a_series_without_rows_gives_scores_without_rows(tmp_path: Path) -> None:
    assert score(tmp_path, "timestamp,value\n").exit_code == 0
    assert (tmp_path / "scores.csv").read_text() == "timestamp,anomaly_score\n"


@pytest.mark.parametrize(
    "content",
    ["", "time,value\n", "timestamp,value\n2026-01-01,nan\n", b"timestamp,value\n\xff,1\n"],
)
def test_bad_input_ends_with_code_2_and_leaves_earlier_scores(
    tmp_path: Path, content: str | bytes
) -> None:
    (tmp_path / "scores.csv").write_text("kept")
    result = score(tmp_path, content)
    assert result.exit_code == 2
    assert "series.csv:" in result.stderr
    assert "2015-02-26 21:42:53,104" in result.stderr
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["scores.csv", "series.csv"]
    assert (tmp_path / "scores.csv").read_text() == "kept"


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    (tmp_path / "series.csv").write_text("timestamp,value\n")
    words = ["score", "--in", str(tmp_path / "series.csv"), "--out", str(tmp_path / "no" / "x")]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 2
    assert "can't be written" in result.stderr


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    words = ["score", "--in", str(tmp_path / "none.csv"), "--out", str(tmp_path / "x.csv")]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 2
    assert "none.csv" in result.stderr

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


def test_an_alarm_is_told_in_words_with_the_usual_and_since_when(tmp_path: Path) -> None:
    result = score(tmp_path, hours([50.0] * 300 + [2000.0]))
    assert result.stdout.splitlines()[-1] == (
        "2026-01-13 12:00:00  1995 posts an hour, 39.9 times the usual 50, "
        "high since 2026-01-13 11:00:00"
    )


def test_an_alarm_out_of_silence_has_no_ratio(tmp_path: Path) -> None:
    result = score(tmp_path, hours([0.0] * 300 + [2000.0]))
    assert "where hardly any are usual" in result.stdout
    alarm = json.loads(score(tmp_path, hours([0.0] * 300 + [2000.0]), "--json").stdout)["alarms"]
    assert [one["times_the_usual"] for one in alarm] == [None]


def test_fewer_alarms_come_where_fewer_are_asked_for(tmp_path: Path) -> None:
    content = hours([50.0] * 300 + [200.0])
    many = json.loads(score(tmp_path, content, "--alarms-a-month", "10", "--json").stdout)
    few = json.loads(score(tmp_path, content, "--alarms-a-month", "0.01", "--json").stdout)
    assert (many["above_half"], few["above_half"]) == (1, 0)


def test_an_impossible_number_of_alarms_ends_with_code_2(tmp_path: Path) -> None:
    result = score(tmp_path, hours([50.0]), "--alarms-a-month", "30")
    assert result.exit_code == 2
    assert "at most 10" in result.stderr


def test_a_series_in_two_files_scores_as_in_one(tmp_path: Path) -> None:
    rows = hours([50.0, 60.0] * 150 + [2000.0, 60.0]).splitlines()
    halves = "\n".join(rows[:200]), "\n".join([rows[0], *rows[200:]])
    assert score(tmp_path, "\n".join(rows)).exit_code == 0
    whole = (tmp_path / "scores.csv").read_text().splitlines()
    kept = ("--memory", str(tmp_path / "memory.json"))
    parts: list[str] = []
    for half in halves:
        assert score(tmp_path, half, *kept).exit_code == 0
        parts += (tmp_path / "scores.csv").read_text().splitlines()[1:]
    assert parts == whole[1:]


def test_rows_that_the_memory_has_seen_are_refused(tmp_path: Path) -> None:
    kept = ("--memory", str(tmp_path / "memory.json"))
    assert score(tmp_path, hours([50.0, 60.0]), *kept).exit_code == 0
    result = score(tmp_path, hours([50.0, 60.0]), *kept)
    assert result.exit_code == 2
    assert "series.csv:2: timestamp '2026-01-01 00:00:00' does not come after" in result.stderr


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"last": "2026-01-01", "memory": {}}'])
def test_a_memory_that_is_none_is_refused_by_name(tmp_path: Path, content: str) -> None:
    (tmp_path / "memory.json").write_text(content)
    result = score(tmp_path, hours([50.0]), "--memory", str(tmp_path / "memory.json"))
    assert result.exit_code == 2
    assert "memory.json" in result.stderr

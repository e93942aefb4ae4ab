import json
from pathlib import Path

import pytest

from loaders.labelled_series import read_labelled
from loaders.tables import TableInvalid

ROWS = [f"2015-03-03 04:3{minute}:53,{minute}" for minute in range(8)]


def folder(at: Path, windows: object) -> Path:
    (at / "s.csv").write_text("\n".join(["timestamp,value", *ROWS]) + "\n")
    (at / "windows.json").write_text(windows if isinstance(windows, str) else json.dumps(windows))
    return at


def test_windows_are_rows_of_their_series(tmp_path: Path) -> None:
    span = ["2015-03-03 04:32:53.000000", "2015-03-03 04:35:53"]
    (series,) = read_labelled(folder(tmp_path, {"s.csv": [span]}))
    assert (series.name, series.windows) == ("s", ((2, 5),))
    assert series.seconds[:3] == (0.0, 60.0, 120.0)
    assert series.counts == tuple(range(8))


@pytest.mark.parametrize(
    "windows",
    [
        "no json",
        [],
        {},
        {"s.csv": []},
        {"s.csv": 5},
        {"s.csv": [["2015-03-03 04:32:53"]]},
        {"s.csv": [["2015-03-03 04:32:53", "2015-03-03 04:32:54"]]},
        {"s.csv": [["2015-03-03 04:35:53", "2015-03-03 04:32:53"]]},
        {"s.csv": [["yesterday", "today"]]},
    ],
)
def test_windows_that_are_none_are_refused_by_name(tmp_path: Path, windows: object) -> None:
    with pytest.raises(TableInvalid, match=r"windows\.json"):
        read_labelled(folder(tmp_path, windows))


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableInvalid, match=r"windows\.json"):
        read_labelled(tmp_path / "none")

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loaders.tables import TableInvalid, read_counts, read_times


def series(path: Path, content: str | bytes) -> Path:
    file = path / "series.csv"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def test_a_series_is_read_with_its_stamps_as_written(tmp_path: Path) -> None:
    content = "value,timestamp\r\n104,2015-02-26 21:42:53\r\n\r\n1e2,2015-02-26 21:47:53\r\n"
    rows = [*read_counts(series(tmp_path, content))]
    assert [(row.line, row.stamp, row.value) for row in rows] == [
        (2, "2015-02-26 21:42:53", 104.0),
        (4, "2015-02-26 21:47:53", 100.0),
    ]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", ":1: the file is empty"),
        ("timestamp;val\n", ":1: 'timestamp,val' has no column 'value'"),
        ("timestamp,value,value\n", ":1: .* more than one column 'value'"),
        ("timestamp,value\n2015-02-26 21:42:53\n", ":2: .* lacks a cell"),
        ("timestamp,value\n2015-02-26 21:42:53,\n", ":2: '' is no finite number"),
        ("timestamp,value\n2015-02-26 21:42:53,nan\n", ":2: 'nan' is no finite number"),
        ("timestamp,value\n2015-02-26 21:42:53,inf\n", ":2: 'inf' is no finite number"),
        ("timestamp,value\n2015-02-26 21:42:53,-1\n", ":2: '-1' is below 0"),
        ("timestamp,value\nnoon,1\n", ":2: 'noon' is no time"),
        ("timestamp,value\n2015-01-02,1\n2015-01-01,1\n", ":3: .* before the row above"),
        ("timestamp,value\n2015-01-02,1\n2015-01-02,1\n", ":3: .* the time of the row before"),
        ("timestamp,value\n2015-01-02,1\n2015-01-03T00:00Z,1\n", ":3: .* an offset, some none"),
        ('timestamp,value\n"2015-01-02,1\n', ":2: .* never closed"),
        (b"timestamp,value\n2015-01-02,\xe9\n", ":2: .* is not UTF-8"),
        (b"\xe9\n", ":1: the header is not UTF-8"),
    ],
)
def test_a_bad_series_is_refused_with_file_line_and_a_valid_row(
    tmp_path: Path, content: str | bytes, says: str
) -> None:
    with pytest.raises(TableInvalid, match=f"series.csv{says}") as caught:
        [*read_counts(series(tmp_path, content))]
    assert "2015-02-26 21:42:53,104" in str(caught.value)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableInvalid, match=r"none.csv:1: can't be read"):
        read_times(tmp_path / "none.csv")


def test_times_are_read_in_any_order_and_sign(tmp_path: Path) -> None:
    assert read_times(series(tmp_path, "Time,who\n3.5,a\n-1,b\n3.5,c\n")) == [3.5, -1, 3.5]


def test_times_that_are_no_numbers_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TableInvalid, match=r"series.csv:2: 'noon' is no finite number.*12.75"):
        read_times(series(tmp_path, "time\nnoon\n"))


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, raw: bytes
) -> None:
    file = series(tmp_path_factory.getbasetemp(), b"timestamp,value\n" + raw)
    try:
        assert all(row.value >= 0 for row in read_counts(file))
    except TableInvalid as error:
        assert "series.csv:" in str(error)  # noqa: PT017 - some inputs raise nothing

"""Charts: the same bytes for the same data, readable without eyes, without colour, by machines."""

import json
import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.chart_marks import Mark
from service.chart_scales import round_steps, said, scale
from service.chart_style import Style
from service.charts import (
    Axis,
    Bars,
    Chart,
    Level,
    Line,
    Moment,
    Panel,
    Points,
    Span,
    picture,
)

SVG = "{http://www.w3.org/2000/svg}"
START = datetime(2026, 11, 20, 6, tzinfo=UTC)
TIMES = [START + timedelta(hours=at) for at in range(48)]
ANY = st.floats(allow_nan=True, allow_infinity=True) | st.none()


def one(
    *marks: Mark, x: Axis | None = None, y: Axis | None = None, empty: str = "Nothing."
) -> Chart:
    panel = Panel(x=x or Axis(label="x"), y=y or Axis(label="y"), marks=marks, empty=empty)
    return Chart(title="A chart", panels=[panel])


def drawn(chart: Chart) -> ET.Element:
    return ET.fromstring(picture(chart))  # noqa: S314 - our own picture


def data(chart: Chart) -> list[dict[str, Any]]:
    told = json.loads(drawn(chart).findtext(f"{SVG}metadata") or "")
    return list(told["panels"][0]["marks"])


def test_the_same_chart_gives_the_same_bytes() -> None:
    chart = one(
        Line(name="a", x=TIMES, y=[float(at) for at in range(48)]), x=Axis(label="t", kind="time")
    )
    assert picture(chart) == picture(chart)


def test_the_data_behind_a_picture_are_in_it() -> None:
    (mark,) = data(one(Points(name="a", x=[1, 2], y=[3.5, None], low=[3, None], high=[4, None])))
    assert mark == {
        "kind": "points", "name": "a",
        "x": [1, 2], "y": [3.5, None], "low": [3, None], "high": [4, None],
    }  # fmt: skip


def test_times_in_the_data_are_iso_8601() -> None:
    marks = data(one(Moment(name="onset", at=START), x=Axis(label="t", kind="time")))
    assert marks[0]["x"] == ["2026-11-20T06:00:00+00:00"]


@given(name=st.text(), x=st.lists(ANY, max_size=6), y=st.lists(ANY, max_size=6), low=ANY)
def test_whatever_is_drawn_is_well_formed_and_keeps_its_name(
    name: str, x: list[float | None], y: list[float | None], low: float | None
) -> None:
    size = min(len(x), len(y))
    points = Points(name=name, x=x[:size], y=y[:size], low=[low] * size, high=[1.0] * size)
    line = Line(name=name, x=[float(at) for at in range(size)], y=y[:size])
    chart = one(
        points, line, Level(name=name, at=2.0), Span(name=name, since=1, until=2, gap=True)
    )
    assert data(chart)[0]["name"] == name


@given(st.lists(st.floats(allow_nan=True), max_size=4))
def test_any_moment_finds_a_place_on_an_axis_of_times(x: list[float]) -> None:
    line = Line(name="a", x=x, y=[1.0] * len(x))
    assert drawn(one(line, x=Axis(label="t", kind="time"))).tag == f"{SVG}svg"


def test_names_never_become_markup() -> None:
    text = picture(one(Line(name="</title><script>alert(1)</script>", x=[0.0, 1.0], y=[1.0, 2.0])))
    assert "<script" not in text


def test_a_line_is_broken_where_nothing_is_known() -> None:
    svg = drawn(one(Line(name="a", x=[0, 1, 2, 3, 4], y=[1.0, 2.0, None, 2.0, 1.0])))
    pieces = [path for path in svg.iter(f"{SVG}path") if path.findtext(f"{SVG}title") == "a"]
    assert len(pieces) == 2


def test_a_gap_is_hatched_and_told() -> None:
    chart = one(
        Line(name="a", x=TIMES, y=[1.0] * 48),
        Span(name="feed stalled", since=TIMES[3], until=TIMES[9], gap=True),
        x=Axis(label="t", kind="time"),
    )
    svg = drawn(chart)
    assert any(rect.get("fill") == "url(#gap)" for rect in svg.iter(f"{SVG}rect"))
    assert "feed stalled: 20 Nov 2026 09:00 to 20 Nov 2026 15:00" in (
        svg.findtext(f"{SVG}desc") or ""
    )


def test_series_differ_in_more_than_colour() -> None:
    styles = [Style(number=at) for at in range(7)]
    assert len({one.dash for one in styles}) == len({one.marker(0, 0) for one in styles}) == 7
    assert len({one.fill.replace(one.colour[1:], "") for one in styles}) == 7


def line(name: str) -> Line:
    return Line(name=name, x=[0.0, 1.0], y=[1.0, 2.0])


def test_a_name_looks_the_same_in_every_panel() -> None:
    panels = [
        Panel(x=Axis(label="x"), y=Axis(label="y"), marks=marks)
        for marks in ([line("a"), line("b")], [line("b")])
    ]
    svg = drawn(Chart(title="t", panels=panels))
    looks = {
        (path.get("stroke"), path.get("stroke-dasharray"))
        for path in svg.iter(f"{SVG}path")
        if path.findtext(f"{SVG}title") == "b"
    }
    assert len(looks) == 1


def test_bars_begin_at_zero_and_are_as_long_as_their_amount() -> None:
    svg = drawn(
        one(Bars(name="a", x=["p", "q"], y=[10.0, 20.0]), x=Axis(label="x", kind="category"))
    )
    high = [
        float(rect.get("height") or 0)
        for rect in svg.iter(f"{SVG}rect")
        if rect.find(f"{SVG}title") is not None
    ]
    assert high[1] == pytest.approx(2 * high[0], abs=0.02)


def test_categories_on_y_are_read_from_the_top() -> None:
    forest = Points(name="a", x=[1.0, 2.0], y=["first", "second"], low=[0.0, 1.0], high=[2.0, 3.0])
    svg = drawn(one(forest, y=Axis(label="y", kind="category")))
    places = {text.text: float(text.get("y") or 0) for text in svg.iter(f"{SVG}text")}
    assert places["first"] < places["second"]


def test_nothing_to_show_is_said() -> None:
    svg = drawn(one(empty="No survey has been answered."))
    assert "No survey has been answered." in [text.text for text in svg.iter(f"{SVG}text")]


def test_a_panel_in_which_nothing_is_measured_has_no_axes_but_says_why() -> None:
    withheld = Points(name="kept", x=[None], y=["first"])
    rows = Axis(label="who", kind="category", names=["first"])
    chart = one(withheld, Moment(name="target", at=1.0), y=rows, empty="Too few answers: 4 of 10.")
    words = [text.text for text in drawn(chart).iter(f"{SVG}text")]
    assert words[1:] == ["Too few answers: 4 of 10."]
    assert "Too few answers" in (drawn(chart).findtext(f"{SVG}desc") or "")


def test_points_that_share_a_row_do_not_lie_on_each_other() -> None:
    rows = Axis(label="who", kind="category", names=["first"])
    marks = [Points(name=f"{at}", x=[1.0], y=["first"], slot=at, slots=2) for at in range(2)]
    paths = [path.get("d") for path in drawn(one(*marks, y=rows)).iter(f"{SVG}path")]
    titled = [path for path in paths if path and path.endswith("Z")]
    assert len(set(titled)) == len(titled)


def test_points_are_named_beside_their_marker() -> None:
    chart = one(Points(name="teams", x=[1.0, 2.0], y=[1.0, 2.0], labels=["care", "legal"]))
    words = {text.text for text in drawn(chart).iter(f"{SVG}text")}
    assert {"care", "legal"} <= words


def test_a_narrow_axis_by_magnitude_has_more_than_one_label() -> None:
    ticks = scale(Axis(label="ratio", log=True), [0.97, 1.12]).ticks(8)
    assert len(ticks) > 2
    assert all(0 <= share <= 1 for share, _, _ in ticks)


def test_a_label_longer_than_its_axis_is_written_above_it() -> None:
    rows = Axis(label="group and measure", kind="category", names=["first"])
    svg = drawn(one(Points(name="a", x=[1.0], y=["first"]), y=rows))
    (label,) = [text for text in svg.iter(f"{SVG}text") if "group" in (text.text or "")]
    assert label.get("transform") is None


def test_labels_of_moments_that_would_overlap_stand_in_rows_of_their_own() -> None:
    marks = [Moment(name=f"message {at}", at=TIMES[10]) for at in range(3)]
    svg = drawn(one(Line(name="a", x=TIMES, y=[1.0] * 48), *marks, x=Axis(label="t", kind="time")))
    rows = {
        text.get("y") for text in svg.iter(f"{SVG}text") if (text.text or "").startswith("message")
    }
    assert len(rows) == 3


def test_a_long_series_is_drawn_as_few_points_that_keep_its_peaks() -> None:
    values = [0.0] * 200_000
    values[123_456] = 9.0
    svg = drawn(one(Line(name="a", x=[float(at) for at in range(200_000)], y=values)))
    path = next(path for path in svg.iter(f"{SVG}path") if path.findtext(f"{SVG}title") == "a")
    points = (path.get("d") or "M")[1:].split("L")
    assert len(points) < 4 * 860
    assert len({point.split()[1] for point in points}) == 2


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0.0, "0"), (-0.0, "0"), (1234567.0, "1,234,567"), (0.12345, "0.1235"),
        (-2.5, "\N{MINUS SIGN}2.5"), (float("inf"), "∞"), (float("nan"), "unknown"),
    ],
)  # fmt: skip
def test_numbers_are_said_as_people_read_them(number: float, words: str) -> None:
    assert said(number) == words


@given(st.floats(-1e6, 1e6), st.floats(1e-2, 1e9), st.integers(2, 12))
def test_steps_are_few_and_lie_between_the_ends(low: float, more: float, most: int) -> None:
    high = low + more
    steps = round_steps(low, high, most)
    assert len(steps) <= most + 2
    assert all(low - more * 1e-3 <= step <= high + more * 1e-3 for step in steps)


def test_ticks_of_times_are_round_in_their_own_place_also_when_clocks_change() -> None:
    zone = ZoneInfo("Europe/Berlin")
    ends = [datetime(2026, 10, 24, 12, tzinfo=zone), datetime(2026, 10, 26, 12, tzinfo=zone)]
    ticks = scale(Axis(label="t", kind="time", zone=zone), ends).ticks(8)
    assert {label for _, label, _ in ticks} <= {"00:00", "06:00", "12:00", "18:00"}


def test_on_an_axis_by_magnitude_what_is_not_above_zero_is_left_out() -> None:
    made = scale(Axis(label="x", log=True), [0.0, -1.0, 10.0, 1000.0])
    assert made.at(0.0) is None
    assert made.at(100.0) == pytest.approx(0.5)

"""Recovery as a picture: each measure with its band, its gaps and what was done."""

from collections.abc import Iterator, Mapping
from typing import Final

from knowledge.measures.binned import Array
from knowledge.measures.estimates import Estimate
from service.chart_marks import Mark
from service.charts import Axis, Chart, Level, Line, Moment, Panel, Points, Span, picture
from service.recovery_found import ASSUMPTIONS, UNITS, Measure, words
from service.recovery_hearing import Heard, moment

_KEY: Final = (
    "Points: single stretches. Band: 95 % of the smoothed series. Hatched: a feed was silent, so"
    " nobody knows. Shaded lines: where onset and trough may lie."
)


def drawn(title: str, heard: Heard, measures: Mapping[str, Measure]) -> str:
    """The SVG text."""
    told = (
        f"{name}: {one.found.answer}"
        + (f", half-life {words('half_life', half)} h" if isinstance(half, Estimate) else "")
        for name, one in measures.items()
        for half in [one.found.figures.get("half_life")]
    )
    return picture(
        Chart(
            title=f"Recovery: {title}",
            subtitle=f"{len(heard.about.times)} posts. {'; '.join(told)}.",
            panels=[_panel(heard, one) for one in measures.values()],
            notes=[
                _KEY,
                *ASSUMPTIONS[:1],
            ],
        )
    )


def _panel(heard: Heard, one: Measure) -> Panel:
    series, found = one.series, one.found
    at = [float(middle) for middle in series.middle]
    known = [place for place, there in enumerate(series.known) if there]
    value, low, high = ([float(n) for n in column] for column in found.line)
    dip = [] if found.curve is None else [_line("dip that fits", at, found.curve[0])]
    marks: list[Mark] = [
        *(
            Span(name="silent", since=moment(gap.since), until=moment(gap.until), gap=True)
            for gap in heard.gaps
        ),
        *_level(one),
        Points(
            name="one stretch",
            x=[at[place] for place in known],
            y=[float(series.value[place]) for place in known],
            faint=True,
        ),
        Line(name=one.name, x=at, y=value, low=low, high=high),
        *dip,
        *_moments(one),
    ]
    return Panel(
        x=Axis(label="time (UTC)", kind="time"),
        y=Axis(label=UNITS[one.name]),
        title=f"{one.name}: {found.answer}",
        marks=marks,
        height=200,
    )


def _line(name: str, at: list[float], values: Array) -> Line:
    return Line(name=name, x=at, y=[float(value) for value in values])


def _level(one: Measure) -> Iterator[Level]:
    figure = one.found.figures.get("baseline")
    if isinstance(figure, Estimate):
        yield Level(name="baseline", at=figure.value, low=figure.low, high=figure.high)


def _moments(one: Measure) -> Iterator[Moment]:
    for name in ("onset", "trough", "recovered"):
        figure = one.found.figures.get(name)
        if isinstance(figure, Estimate):
            last = float(one.series.middle[-1])
            yield Moment(
                name=name,
                at=figure.value,
                low=figure.low,
                high=min(figure.high, last),
            )
    for tested in one.tested:
        yield Moment(name=tested.mark.name, at=tested.mark.at)

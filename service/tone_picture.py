"""Drift of tone as a picture: each score by place, as a forest of intervals."""

from collections.abc import Sequence

from knowledge.measures.estimates import Estimate
from service.chart_marks import Mark
from service.charts import Axis, Chart, Level, Panel, Points, picture
from service.tone_found import SCORES, Drifted, called


def drawn(title: str, subtitle: str, drifts: Sequence[Drifted], notes: Sequence[str]) -> str:
    """A panel for each score of which any drift can be told."""
    panels = [one for score in SCORES if (one := _panel(score, drifts)) is not None]
    empty = Panel(x=Axis(label="change"), y=Axis(label=""), marks=[])
    return picture(Chart(title=title, subtitle=subtitle, panels=panels or [empty], notes=notes))


def _panel(score: str, drifts: Sequence[Drifted]) -> Panel | None:
    some = [
        (one, one.figure)
        for one in drifts
        if one.score == score and isinstance(one.figure, Estimate)
    ]
    if not some:
        return None
    points = Points(
        name="change",
        x=[figure.value for _, figure in some],
        y=[called(one.by, one.name) for one, _ in some],
        low=[figure.low for _, figure in some],
        high=[figure.high for _, figure in some],
        notes=[f"n = {figure.n}, {one.verdict}" for one, figure in some],
        named=False,
    )
    marks: list[Mark] = [Level(name="no change", at=0.0), points]
    axes = Axis(label=f"change of {SCORES[score]}"), Axis(label="", kind="category")
    return Panel(x=axes[0], y=axes[1], marks=marks, title=score)

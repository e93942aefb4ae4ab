"""What a campaign changed as a picture: differences with intervals, over all and by group."""

from collections.abc import Iterator, Sequence

from knowledge.measures.estimates import Estimate, Figure
from service.campaign_found import Effect, Grouped
from service.charts import Axis, Chart, Level, Panel, Points, picture

_MOST = 16
_ALL = "all"


def drawn(name: str, effects: Sequence[Effect], groups: Sequence[Grouped]) -> str:
    """The SVG text: a panel an outcome, its groups under all."""
    return picture(
        Chart(
            title=f"What it changed: {name}",
            subtitle="Those it was meant for less those left alone by lot; intervals of 95 %.",
            panels=[_panel(one, groups) for one in effects],
            notes=["Groups that stand do so after all looks were held against each other (q)."],
        )
    )


def _panel(effect: Effect, groups: Sequence[Grouped]) -> Panel:
    rows = [*_rows(effect, groups)][:_MOST]
    names = [name for name, _, _ in rows]
    return Panel(
        title=effect.outcome,
        x=Axis(label="treated less control", percent=effect.share),
        y=Axis(label="group", kind="category", names=names),
        marks=[
            *_points("not told from chance", [one for one in rows if not one[2]]),
            *_points("stands", [one for one in rows if one[2]]),
            Level(name="no difference", at=0.0),
        ],
        empty="No difference can be told.",
    )


def _rows(effect: Effect, groups: Sequence[Grouped]) -> Iterator[tuple[str, Estimate, bool]]:
    if isinstance(effect.difference, Estimate):
        yield _ALL, effect.difference, _away(effect.difference)
    for row in groups:
        if row.outcome == effect.outcome:
            for one in row.found:
                if isinstance(one.difference, Estimate):
                    yield (
                        f"{row.by}: {one.group.rpartition('/')[2]}",
                        one.difference,
                        bool(one.stands),
                    )


def _away(figure: Figure) -> bool:
    return isinstance(figure, Estimate) and not figure.low <= 0 <= figure.high


def _points(name: str, rows: Sequence[tuple[str, Estimate, bool]]) -> Iterator[Points]:
    if rows:
        yield Points(
            name=name,
            x=[one.value for _, one, _ in rows],
            y=[group for group, _, _ in rows],
            low=[one.low for _, one, _ in rows],
            high=[one.high for _, one, _ in rows],
            notes=[f"n = {one.n}" for _, one, _ in rows],
        )

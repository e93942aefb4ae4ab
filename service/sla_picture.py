"""Service levels as a picture: of each target the share that was kept, over all and by group."""

from collections.abc import Iterator, Sequence

from knowledge.measures.estimates import Estimate, Figure
from service.charts import Axis, Chart, Panel, Points, picture

_MOST = 20


def drawn(by: str, shares: Sequence[tuple[str, str, Figure]]) -> str:
    """The SVG text: a panel a target, all on top, then groups; those withheld are left out."""
    targets = [*dict.fromkeys(target for target, _, _ in shares)]
    return picture(
        Chart(
            title="How service levels were kept",
            subtitle="Share of what has come due that was done in time; intervals of 95 %.",
            panels=[part for one in targets for part in _part(by, one, shares)]
            or [_panel(by, "", [])],
            notes=["What is not due yet does not count, whether it was done early or not."],
        )
    )


def _part(by: str, target: str, shares: Sequence[tuple[str, str, Figure]]) -> Iterator[Panel]:
    known = [
        (group, figure)
        for name, group, figure in shares
        if name == target and isinstance(figure, Estimate)
    ]
    left = f", the first {_MOST} of {len(known)}" if len(known) > _MOST else ""
    yield _panel(by, f"{target}{left}", known[:_MOST])


def _panel(by: str, title: str, known: Sequence[tuple[str, Estimate]]) -> Panel:
    names = [group.rpartition("/")[2] for group, _ in known]
    return Panel(
        title=title,
        x=Axis(label="kept", percent=True, low=0.0, high=1.0),
        y=Axis(label=by, kind="category", names=names),
        marks=[
            Points(
                name="kept",
                x=[one.value for _, one in known],
                y=names,
                low=[one.low for _, one in known],
                high=[one.high for _, one in known],
                notes=[f"n = {one.n}" for _, one in known],
            )
        ],
        empty="Too little has come due.",
    )

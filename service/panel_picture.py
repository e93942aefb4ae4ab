"""Panels as a picture: strata aimed at and met, votes with their intervals."""

from collections.abc import Iterator, Sequence

from knowledge.measures.estimates import Estimate
from service.charts import Axis, Chart, Level, Panel, Points, picture
from service.panel_found import Seated, Vote

_MOST = 6
_ROWS = 16


def drawn(panels: Sequence[Seated]) -> str:
    """The SVG text: the first panels, each with its strata and its votes."""
    shown = panels[:_MOST]
    left = f"; the first {_MOST} of {len(panels)}" if len(panels) > _MOST else ""
    return picture(
        Chart(
            title="Customer panels",
            subtitle=f"Seats by stratum, aimed and taken; votes with intervals of 95 %{left}.",
            panels=[part for one in shown for part in _parts(one)],
            notes=[] if shown else ["There is no panel yet."],
        )
    )


def _parts(one: Seated) -> Iterator[Panel]:
    names = [f"{each.by}: {each.value.rpartition('/')[2]}" for each in one.strata][:_ROWS]
    if names:
        kept = [*zip(one.strata, names, strict=False)]
        yield Panel(
            title=f"{one.name}: {one.sitting} of {one.seats} seats",
            x=Axis(label="seats"),
            y=Axis(label="stratum", kind="category", names=names),
            marks=[
                Points(
                    name="aimed at, at least",
                    x=[each.aimed for each, _ in kept],
                    y=names,
                    zero=True,
                ),
                Points(
                    name="taken",
                    x=[each.sits for each, _ in kept],
                    y=names,
                    notes=[f"{each.short} short" if each.short else "" for each, _ in kept],
                ),
            ],
        )
    yield from _votes(one)


def _votes(one: Seated) -> Iterator[Panel]:
    rows = [*_shares(one.votes)][:_ROWS]
    if rows:
        yield Panel(
            title=f"{one.name}: votes",
            x=Axis(label="share of those who voted", percent=True, low=0.0, high=1.0),
            y=Axis(label="option", kind="category", names=[name for name, _ in rows]),
            marks=[
                Points(
                    name="share",
                    x=[share.value for _, share in rows],
                    y=[name for name, _ in rows],
                    low=[share.low for _, share in rows],
                    high=[share.high for _, share in rows],
                    notes=[f"n = {share.n}" for _, share in rows],
                ),
                Level(name="half", at=0.5),
            ],
        )


def _shares(votes: Sequence[Vote]) -> Iterator[tuple[str, Estimate]]:
    for number, vote in enumerate(votes, start=1):
        for option, share in vote.shares.items():
            if isinstance(share, Estimate):
                yield f"{number}. {option}: {vote.on.rpartition('/')[2]}", share

"""Channels as a picture: between what reach lies, when each message went out, who was left out."""

from collections.abc import Iterator, Sequence

from knowledge.measures.reached import Bounds
from service.channel_found import Channel
from service.channel_gaps import ORDER, Gap
from service.channel_said import STEPS, Said
from service.charts import Axis, Chart, Panel, Points, picture

_MOST = 14


def drawn(
    name: str,
    channels: Sequence[Channel],
    out: Sequence[Said],
    gaps: Sequence[Gap],
    notes: Sequence[str],
) -> str:
    """The SVG text."""
    panels = [*_reach(channels), *_steps(out), *_gaps(gaps)]
    return picture(
        Chart(
            title=f"Channels: {name}",
            subtitle=f"{len(out)} messages on {len(channels)} channels; {len(gaps)} gaps.",
            panels=panels,
            notes=notes,
        )
    )


def _reach(channels: Sequence[Channel]) -> Iterator[Panel]:
    known = [(one, one.reach) for one in channels if isinstance(one.reach, Bounds)]
    yield Panel(
        x=Axis(label="people, by magnitude", log=True),
        y=Axis(label="channel", kind="category"),
        title="Reach lies between",
        marks=[
            Points(
                name="reach, at least and at most",
                x=[(max(reach.low, 1) * max(reach.high, 1)) ** 0.5 for _, reach in known],
                y=[one.name for one, _ in known],
                low=[max(reach.low, 1) for _, reach in known],
                high=[max(reach.high, 1) for _, reach in known],
                notes=[f"n = {reach.n}" for _, reach in known],
            )
        ],
        empty="Nobody measured reach.",
    )


def _steps(out: Sequence[Said]) -> Iterator[Panel]:
    shown = out[:_MOST]
    if shown:
        names = [f"{one.id.rpartition('/')[2]} ({one.channel}, {one.language})" for one in shown]
        yield Panel(
            x=Axis(label="time (UTC)", kind="time"),
            y=Axis(label="message", kind="category", names=names),
            title=f"When: the first {len(shown)} of {len(out)}" if len(out) > _MOST else "When",
            marks=[
                Points(
                    name=step,
                    x=[one.at[step] for one in shown if step in one.at],
                    y=[name for name, one in zip(names, shown, strict=True) if step in one.at],
                )
                for step in STEPS
            ],
        )


def _gaps(gaps: Sequence[Gap]) -> Iterator[Panel]:
    shown = gaps[:_MOST]
    if shown:
        names = [f"{one.region.rpartition('/')[2]}, {one.language}" for one in shown]
        yield Panel(
            x=Axis(label="people who posted"),
            y=Axis(label="audience", kind="category", names=names),
            title="Who was left out",
            marks=[
                Points(
                    name=what,
                    x=[one.people.value for one in shown if one.what == what],
                    y=[n for n, one in zip(names, shown, strict=True) if one.what == what],
                    low=[one.people.low for one in shown if one.what == what],
                    high=[one.people.high for one in shown if one.what == what],
                    notes=[f"n = {one.people.n}" for one in shown if one.what == what],
                    zero=True,
                )
                for what in ORDER
                if any(one.what == what for one in shown)
            ],
        )

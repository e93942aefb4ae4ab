"""The timeline of a replay as a picture: how much was said, and how far up it went."""

from collections.abc import Iterator, Sequence
from datetime import UTC, timedelta, tzinfo
from pathlib import Path
from typing import Final

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from service.desk import TIERS
from service.replaying import Step

_VOLUME: Final = "#4f7ea6"
_INK: Final = "#22303c"
_QUIET: Final = "#5d6b78"
_SHADES: Final = ("#edf3ee", "#fbf3dc", "#fae3c8", "#f8d3c8", "#eec0c6")
_TIER: Final = "#9c1c28"
_INCHES: Final = (11.0, 6.6)
_LEAST_SHARE: Final = 3
"""The beginning gets a panel of its own where it is less than a third of the whole."""


def draw(
    steps: Sequence[Step],
    path: Path,
    *,
    title: str,
    sample: str = "",
    zone: tzinfo = UTC,
) -> None:
    """Write a picture (by its ending, SVG or PNG): posts a step as bars, tiers as coloured bands.

    Above, the hours in which the tier rose, each rise labelled; below, the whole replay. `sample`
    says what the posts are a sample of. Hours are those of `zone`. Same steps, same bytes.
    """
    with rc_context({"svg.hashsalt": "attune", "svg.fonttype": "path"}):
        figure = Figure(figsize=_INCHES, layout="constrained")
        figure.suptitle(title, x=0.01, ha="left", fontsize=15, fontweight="bold", color=_INK)
        panels = _panels(steps)
        axes = figure.subplots(len(panels), 1, squeeze=False, height_ratios=[3, 2][: len(panels)])
        for (heading, part), (panel,) in zip(panels, axes, strict=True):
            _panel(panel, part, heading, zone)
            if part:
                _tiers(panel, part, zone, reasons=part is panels[0][1])
        _legend(axes[-1][0], steps)
        told = "A tier rises by itself and falls only when people stand it down."
        note = f"{told} Times in {zone}.\n{sample}".strip()
        figure.supxlabel(note, x=0.01, ha="left", fontsize=9, color=_QUIET)
        figure.savefig(path, metadata=_metadata(path))


def changes(steps: Sequence[Step]) -> Iterator[int]:
    """The places at which the tier is another than a step before; the first is one."""
    for place, step in enumerate(steps):
        if place == 0 or steps[place - 1].tier != step.tier:
            yield place


def _panels(steps: Sequence[Step]) -> list[tuple[str, Sequence[Step]]]:
    """What is drawn: the whole, and before it the beginning where that would be too narrow."""
    if not steps:
        return [("Nothing was heard", steps)]
    whole = ("The whole replay", steps)
    last = max(changes(steps))
    beginning = max(3 * last, 32)
    if beginning * _LEAST_SHARE > len(steps):
        return [whole]
    hours = (steps[beginning].at - steps[0].at) / timedelta(hours=1)
    return [(f"The first {hours:.0f} hours", steps[:beginning]), whole]


def _panel(panel: Axes, steps: Sequence[Step], heading: str, zone: tzinfo) -> None:
    panel.set_title(heading, loc="left", fontsize=10.5, color=_QUIET)
    panel.spines[["top", "right"]].set_visible(False)
    panel.tick_params(colors=_INK, labelsize=9)
    if not steps:
        return
    every = steps[1].at - steps[0].at if len(steps) > 1 else timedelta(hours=1)
    minutes = every / timedelta(minutes=1)
    panel.set_ylabel(f"posts heard in {minutes:.0f} min", color=_QUIET, fontsize=9)
    edges = [_x(steps[0], -every), *(_x(step, timedelta()) for step in steps)]
    heard = [step.heard for step in steps]
    panel.stairs(heard, edges, fill=True, color=_VOLUME)
    panel.set_ylim(0, max(heard) * 1.45 or 1)
    panel.set_xlim(edges[0], edges[-1])
    locator = AutoDateLocator(tz=zone)  # type: ignore[no-untyped-call] # ships no types here
    panel.xaxis.set_major_locator(locator)
    panel.xaxis.set_major_formatter(ConciseDateFormatter(locator, tz=zone))  # type: ignore[no-untyped-call] # ships no types here


def _legend(panel: Axes, steps: Sequence[Step]) -> None:
    """The colours of the tiers that were reached, lowest first."""
    reached = {step.tier for step in steps}
    bands = [
        Patch(facecolor=shade, edgecolor=_QUIET, linewidth=0.5, label=tier)
        for tier, shade in zip(TIERS, _SHADES, strict=True)
        if tier in reached
    ]
    if bands:
        panel.legend(handles=bands, loc="upper right", ncols=len(bands), fontsize=9.5)


def _tiers(panel: Axes, steps: Sequence[Step], zone: tzinfo, *, reasons: bool) -> None:
    """Bands in the colour of the tier; each change is a line with its time, name and volume."""
    starts = list(changes(steps))
    top = panel.get_ylim()[1]
    for number, (start, end) in enumerate(zip(starts, [*starts[1:], len(steps) - 1], strict=True)):
        step = steps[start]
        left, right = _x(step, timedelta()), _x(steps[end], timedelta())
        panel.axvspan(left, right, color=_SHADES[TIERS.index(step.tier)], zorder=0, lw=0)
        panel.axvline(left, color=_TIER, linewidth=1.2)
        if not reasons:
            continue
        panel.annotate(
            f"{step.at.astimezone(zone):%H:%M}  {step.tier}   {_volume(step)}",
            (left, top * (0.97 - 0.08 * (number % 5))),
            xytext=(5, 0),
            textcoords="offset points",
            va="top",
            fontsize=10.5,
            fontweight="bold",
            color=_TIER,
            bbox={"boxstyle": "square,pad=0.12", "facecolor": "#ffffffcc", "edgecolor": "none"},
        )


def _volume(step: Step) -> str:
    """What was heard in the hour before, against what was expected, where both are known."""
    volume, excess = step.spread.get("volume"), step.spread.get("excess")
    if volume is None:
        return ""
    expected = f", {excess:.1f} times the expected" if isinstance(excess, int | float) else ""
    return f"{volume} post{'' if volume == 1 else 's'} in an hour{expected}"


def _x(step: Step, more: timedelta) -> float:
    return float(date2num(step.at + more))  # type: ignore[no-untyped-call] # ships no types here


def _metadata(path: Path) -> dict[str, str | None]:
    """What a picture says of itself; no date, so that the same steps give the same bytes."""
    svg = path.suffix == ".svg"
    return {"Date": None, "Creator": "attune"} if svg else {"Software": "attune"}

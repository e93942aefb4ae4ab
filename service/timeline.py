"""The timeline of a replay as a picture: how much was said, and how far up it went."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from matplotlib.dates import ConciseDateFormatter, date2num
from matplotlib.figure import Figure

from service.desk import TIERS
from service.replaying import Step

_VOLUME: Final = "#9db8cf"
_TIER: Final = "#a4262c"
_INCHES: Final = (9.0, 4.2)


def draw(steps: Sequence[Step], path: Path, *, title: str) -> None:
    """Write an SVG: posts a step as bars, the tier decided at each step as a line above them.

    The same steps give the same bytes.
    """
    figure = Figure(figsize=_INCHES, layout="constrained")
    volume = figure.subplots()
    times = [date2num(step.at) for step in steps]  # type: ignore[no-untyped-call] # ships no types here
    width = (times[1] - times[0]) if len(times) > 1 else 0.01
    volume.bar(times, [step.heard for step in steps], width=-width, align="edge", color=_VOLUME)
    volume.set_ylabel("posts heard a step", color="#38566f")
    volume.set_title(title, loc="left", fontsize=11)
    volume.xaxis_date()
    formatter = ConciseDateFormatter(volume.xaxis.get_major_locator())  # type: ignore[no-untyped-call] # ships no types here
    volume.xaxis.set_major_formatter(formatter)
    volume.spines[["top", "right"]].set_visible(False)
    tier = volume.twinx()
    levels = [TIERS.index(step.tier) for step in steps]
    tier.step(times, levels, where="post", color=_TIER, linewidth=2)
    tier.set_yticks(range(len(TIERS)), TIERS)
    tier.set_ylim(-0.4, len(TIERS) - 0.6)
    tier.set_ylabel("escalated to", color=_TIER)
    tier.spines["top"].set_visible(False)
    figure.savefig(path, format="svg", metadata={"Date": None, "Creator": "attune"})

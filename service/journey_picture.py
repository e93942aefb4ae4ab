"""The journey graph as a picture: touchpoints by stage, flows as wide as they are large."""

import io
from collections.abc import Iterator, Mapping, Sequence
from textwrap import wrap
from typing import Final

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, PathPatch
from matplotlib.path import Path as Curve

from knowledge.journeys.counts import ENDS
from knowledge.journeys.graph import Move
from knowledge.journeys.zones import Study, Verdict
from service.journey_layout import BOX, INDENT, LINE, Node, laid_out, largest_flows

_WIDEST: Final = 9.0
_PER_INCH: Final = 13.5
_INK, _QUIET, _FLOW, _BAD = "#1d2730", "#4d5863", "#6f8ca5", "#b3261e"
_PLAIN, _ZONE, _UNSURE, _END = "#eef3f7", "#fbe3dd", "#ffffff", "#e3e6e8"


def draw(study: Study) -> bytes:
    """The picture as SVG, to be printed on a page; the same study gives the same bytes.

    Touchpoints that no journey met are named below instead of drawn. What is red and thick is a
    zone of risk; what is dashed has too few journeys to say.
    """
    flows = largest_flows(study)
    layout = laid_out(study, flows)
    foot = _foot(study, flows, round(layout.width * _PER_INCH))
    below = 0.35 + 0.165 * len(foot)
    size = (layout.width + 0.4, layout.height + below + 0.75)
    with rc_context({"svg.hashsalt": "attune", "svg.fonttype": "path"}):
        figure = Figure(figsize=size)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        axes.set_xlim(-0.2, layout.width + 0.2)
        axes.set_ylim(layout.height + below, -0.75)
        title = f"Where {study.journeys:,} journeys went, and where people get hurt"
        axes.text(0, -0.45, title, fontsize=13, weight="bold", color=_INK)
        for heading, top in layout.headings:
            axes.text(0, top + 0.15, heading, fontsize=9, color=_QUIET, style="italic")
        _flows(axes, flows, layout.nodes)
        for node in layout.nodes.values():
            _box(axes, node)
        for row, line in enumerate(foot):
            y = layout.height + 0.3 + 0.165 * row
            axes.text(0, y, line, fontsize=8.5, color=_QUIET, va="center")
        out = io.BytesIO()
        about = {"Date": None, "Creator": "attune", "Title": title}
        figure.savefig(out, format="svg", metadata=about)
    return out.getvalue()


def _box(axes: Axes, node: Node) -> None:
    zone, unsure = node.verdict is Verdict.ZONE, node.verdict is Verdict.CANNOT_TELL
    colour = _END if node.verdict is None else _ZONE if zone else _UNSURE if unsure else _PLAIN
    axes.add_patch(
        FancyBboxPatch(
            (node.left, node.top),
            BOX,
            node.bottom - node.top,
            boxstyle="round,pad=0,rounding_size=0.07",
            facecolor=colour,
            edgecolor=_BAD if zone else _QUIET,
            linewidth=2.6 if zone else 0.8,
            linestyle="--" if unsure else "-",
            zorder=3,
        )
    )
    lines = (*node.name, *node.lines)
    for row, line in enumerate(lines):
        named, loud = row < len(node.name), zone and row == len(lines) - 1
        axes.text(
            node.left + 0.07,
            node.top + INDENT + row * LINE,
            line,
            fontsize=8.5 if named else 7.5,
            weight="bold" if named or loud else "normal",
            color=_BAD if loud else _INK,
            va="center",
            zorder=4,
        )


def _flows(axes: Axes, flows: Sequence[Move], nodes: Mapping[str, Node]) -> None:
    """Curves from box to box with a head: down, or dotted where they lead back or stay."""
    most = max((move.count for move in flows), default=1)
    ports = _ports(flows, nodes)
    for move in flows:
        start, to = nodes[move.start], nodes[move.to]
        x, to_x = ports[(move.start, move.to, True)], ports[(move.start, move.to, False)]
        down, level = to.row > start.row, to.row == start.row
        y = start.bottom if down or level else start.top
        to_y = to.bottom if level or not down else to.top
        pull = 0.4 if level else min(1.2, 0.55 * abs(to_y - y))
        out, back = (pull if down or level else -pull), (-pull if down else pull)
        bad = move.to in ENDS
        colour = _BAD if bad else _FLOW
        points = [(x, y), (x, y + out), (to_x, to_y + back), (to_x, to_y)]
        axes.add_patch(
            PathPatch(
                Curve(points, [Curve.MOVETO, *[Curve.CURVE4] * 3]),
                facecolor="none",
                edgecolor=colour,
                linewidth=max(0.8, _WIDEST * move.count / most),
                linestyle="-" if down else (0, (1.6, 0.8)),
                alpha=0.65 if bad else 0.55,
                capstyle="butt",
                zorder=2 if bad else 1,
            )
        )
        tip = -0.045 if down else 0.045
        axes.plot(
            [to_x], [to_y + tip], marker="v" if down else "^", markersize=5, color=colour, zorder=5
        )


def _ports(
    flows: Sequence[Move], nodes: Mapping[str, Node]
) -> Mapping[tuple[str, str, bool], float]:
    """Where flows leave (True) and arrive (False), spread over an edge of the box."""
    edges: dict[tuple[str, bool], list[tuple[float, int, tuple[str, str, bool]]]] = {}
    for move in flows:
        start, to = nodes[move.start], nodes[move.to]
        leaves_below, arrives_below = to.row >= start.row, to.row <= start.row
        for name, other, below, leaves in (
            (move.start, to, leaves_below, True),
            (move.to, start, arrives_below, False),
        ):
            end = (other.left, other.row, (str(move.start), move.to, leaves))
            edges.setdefault((name, below), []).append(end)
    found: dict[tuple[str, str, bool], float] = {}
    for (name, _), ends in edges.items():
        step = BOX / (len(ends) + 1)
        for place, (_, _, key) in enumerate(sorted(ends)):
            found[key] = nodes[name].left + step * (place + 1)
    return found


def _foot(study: Study, flows: Sequence[Move], width: int) -> list[str]:
    """How to read the picture, and what it leaves out."""
    return [line for text in _notes(study, flows) for line in wrap(text, max(60, width))]


def _notes(study: Study, flows: Sequence[Move]) -> Iterator[str]:
    well = sum(move.count for move in study.moves if move.to == ENDS[0])
    all_flows = sum(move.to not in {move.start, ENDS[0]} for move in study.moves)
    yield (
        "Red, thick border: zone of risk. Dashed border: too few journeys to say. Red flow: to a "
        "bad end. Dotted flow: back, or within a stage. The wider, the more journeys."
    )
    yield "Risk: reach times rate of harm times need for empathy times bad ends from there."
    yield (
        f"Not drawn: {well:,} good ends; coming again to the same place; "
        f"{all_flows - len(flows)} of {all_flows} flows, the smallest."
    )
    unmet = [one.place.name for one in study.findings if one.verdict is Verdict.NOT_SEEN]
    if unmet:
        yield f"No journey met: {', '.join(sorted(unmet))}."

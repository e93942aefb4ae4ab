"""The journey graph as a picture: touchpoints by stage, flows as wide as they are large."""

import io
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Final

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, PathPatch
from matplotlib.path import Path as Curve

from knowledge.journeys.counts import ENDS
from knowledge.journeys.graph import Move
from knowledge.journeys.zones import Finding, Study, Verdict
from ontology.schema import schema

MOST_FLOWS: Final = 45
"""Flows that are drawn, the largest ones; more would hide each other."""

_BOX: Final = 1.5
_COLUMN: Final = 2.1
_LINE: Final = 0.145
_GAP: Final = 0.3
_WIDEST: Final = 11.0
_NAME: Final = 20
_INK, _QUIET, _FLOW, _BAD = "#1d2730", "#55616c", "#7b96ad", "#b3261e"
_PLAIN, _ZONE, _UNSURE, _END = "#eef3f7", "#fbe3dd", "#ffffff", "#e3e6e8"
_NAMES: Final = {"resolved": "Ended well", "churn": "Left", "complaint": "Complained in public"}
_STAGES: Final = tuple(schema().types["Touchpoint"].properties["journeyStage"].choices)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Node:
    """One box: its lines, the first ones its name, and where it stands."""

    name: tuple[str, ...]
    lines: tuple[str, ...]
    column: int
    top: float
    verdict: Verdict | None

    @property
    def left(self) -> float:
        return self.column * _COLUMN

    @property
    def bottom(self) -> float:
        return self.top + 0.16 + _LINE * (len(self.name) + len(self.lines))


def draw(study: Study) -> bytes:
    """The picture as SVG; the same study gives the same bytes.

    Touchpoints that no journey met are named below instead of drawn. What is red and thick is a
    zone of risk; what is dashed has too few journeys to say.
    """
    met = [one for one in study.findings if one.verdict is not Verdict.NOT_SEEN]
    headings, nodes = _placed(study, met)
    width = len(headings) * _COLUMN + 0.2
    height = max((node.bottom for node in nodes.values()), default=0.5)
    foot = _foot(study, int(width * 14))
    below = 0.35 + 0.17 * len(foot)
    with rc_context({"svg.hashsalt": "attune", "svg.fonttype": "path"}):
        figure = Figure(figsize=(width, height + below + 1.0))
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        axes.set_xlim(-0.2, width - 0.2)
        axes.set_ylim(height + below, -1.0)
        title = f"Where {study.journeys:,} journeys went, and where people get hurt"
        axes.text(0, -0.68, title, fontsize=14, weight="bold", color=_INK)
        for column, heading in enumerate(headings):
            axes.text(column * _COLUMN, -0.2, heading, fontsize=9.5, color=_QUIET, style="italic")
        _flows(axes, study, nodes)
        for node in nodes.values():
            _box(axes, node)
        for row, line in enumerate(foot):
            y = height + 0.35 + 0.17 * row
            axes.text(0, y, line, fontsize=8.5, color=_QUIET, va="center")
        out = io.BytesIO()
        about = {"Date": None, "Creator": "attune", "Title": title}
        figure.savefig(out, format="svg", metadata=about)
    return out.getvalue()


def _placed(study: Study, met: Sequence[Finding]) -> tuple[list[str], Mapping[str, _Node]]:
    """The headings of the columns and the boxes by name; stages that nobody met take no room."""
    columns: dict[int, list[Finding]] = defaultdict(list)
    for one in met:
        stage = one.place.stage
        columns[_STAGES.index(stage) if stage else len(_STAGES)].append(one)
    headings: list[str] = []
    nodes: dict[str, _Node] = {}
    for number in sorted(columns):
        headings.append(_STAGES[number] if number < len(_STAGES) else "no stage said")
        top = 0.0
        for one in sorted(columns[number], key=lambda one: (-one.journeys, one.place.id)):
            node = _Node(
                name=tuple(wrap(one.place.name, _NAME)) or (one.place.id,),
                lines=tuple(_lines(one, study.journeys)),
                column=len(headings) - 1,
                top=top,
                verdict=one.verdict,
            )
            nodes[one.place.id] = node
            top = node.bottom + _GAP
    return [*headings, "how it ended"], nodes | dict(_ends(study, len(headings)))


def _ends(study: Study, column: int) -> Iterator[tuple[str, _Node]]:
    """The ends, those that were met."""
    top = 0.0
    for end in ENDS:
        many = sum(move.count for move in study.moves if move.to == end)
        if many:
            node = _Node(
                name=tuple(wrap(_NAMES[end], _NAME)),
                lines=(f"{many:,} times",),
                column=column,
                top=top,
                verdict=None,
            )
            yield end, node
            top = node.bottom + _GAP * 2


def _lines(one: Finding, journeys: int) -> Iterator[str]:
    yield f"{one.journeys / max(1, journeys):.0%} of journeys"
    if one.harm is None or one.risk is None or one.downstream is None:
        yield "too few to say"
        return
    yield f"{one.harm.value:.0%} hurt, {one.downstream.value:.0%} end badly"
    yield f"risk {one.risk.value * 1000:.1f} in 1,000"
    if one.verdict is Verdict.ZONE:
        yield "ZONE OF RISK"


def _box(axes: Axes, node: _Node) -> None:
    zone, unsure = node.verdict is Verdict.ZONE, node.verdict is Verdict.CANNOT_TELL
    colour = _END if node.verdict is None else _ZONE if zone else _UNSURE if unsure else _PLAIN
    axes.add_patch(
        FancyBboxPatch(
            (node.left, node.top),
            _BOX,
            node.bottom - node.top,
            boxstyle="round,pad=0,rounding_size=0.07",
            facecolor=colour,
            edgecolor=_BAD if zone else _QUIET,
            linewidth=2.6 if zone else 0.8,
            linestyle="--" if unsure else "-",
            zorder=3,
        )
    )
    for row, line in enumerate((*node.name, *node.lines)):
        named = row < len(node.name)
        loud = zone and row == len(node.name) + len(node.lines) - 1
        axes.text(
            node.left + 0.08,
            node.top + 0.15 + row * _LINE,
            line,
            fontsize=8.5 if named else 7.5,
            weight="bold" if named or loud else "normal",
            color=_BAD if loud else _INK,
            va="center",
            zorder=4,
        )


def _drawn(study: Study) -> list[Move]:
    """The largest flows between places, or to an end, that are not the place itself."""
    flows = [move for move in study.moves if move.start != move.to]
    return sorted(flows, key=lambda move: (-move.count, move.start, move.to))[:MOST_FLOWS]


def _flows(axes: Axes, study: Study, nodes: Mapping[str, _Node]) -> None:
    """Curves from box to box, those to bad ends in red, those that lead back dotted."""
    drawn = _drawn(study)
    most = max((move.count for move in drawn), default=1)
    ports = _ports(drawn, nodes)
    for move in drawn:
        start, to = nodes[move.start], nodes[move.to]
        y, to_y = ports[(move.start, move.to, True)], ports[(move.start, move.to, False)]
        forward = to.column > start.column
        x = start.left + (_BOX if to.column >= start.column else 0)
        to_x = to.left + (0 if forward else _BOX)
        pull = 0.45 if to.column != start.column else 0.35
        out = pull if to.column >= start.column else -pull
        back = -pull if forward else pull
        curve = Curve(
            [(x, y), (x + out, y), (to_x + back, to_y), (to_x, to_y)],
            [Curve.MOVETO, Curve.CURVE4, Curve.CURVE4, Curve.CURVE4],
        )
        bad = move.to in ENDS[1:]
        axes.add_patch(
            PathPatch(
                curve,
                facecolor="none",
                edgecolor=_BAD if bad else _FLOW,
                linewidth=max(0.7, _WIDEST * move.count / most),
                linestyle="-" if forward else (0, (2, 0.8)),
                alpha=0.6 if bad else 0.5,
                capstyle="butt",
                zorder=2 if bad else 1,
            )
        )


def _ports(
    drawn: Sequence[Move], nodes: Mapping[str, _Node]
) -> Mapping[tuple[str, str, bool], float]:
    """Heights at which flows leave (True) and arrive (False), spread over the side of the box."""
    sides: dict[tuple[str, bool], list[tuple[float, tuple[str, str, bool]]]] = defaultdict(list)
    for move in drawn:
        start, to = nodes[move.start], nodes[move.to]
        right, left = to.column >= start.column, to.column <= start.column
        sides[(move.start, right)].append((to.top, (move.start, move.to, True)))
        sides[(move.to, left)].append((start.top, (move.start, move.to, False)))
    found: dict[tuple[str, str, bool], float] = {}
    for (name, _), flows in sides.items():
        node = nodes[name]
        step = (node.bottom - node.top) / (len(flows) + 1)
        for place, (_, key) in enumerate(sorted(flows)):
            found[key] = node.top + step * (place + 1)
    return found


def _foot(study: Study, width: int) -> list[str]:
    """What the picture leaves out, and how to read it."""
    drawn, flows = len(_drawn(study)), sum(move.start != move.to for move in study.moves)
    legend = (
        "Red, thick border: zone of risk. Dashed border: too few journeys to say. Red flow: to a "
        "bad end. Dotted flow: back, or within a stage. The wider, the more journeys."
    )
    risk = (
        "Risk: reach times rate of harm times need for empathy times bad ends from there. "
        f"{drawn} of {flows} flows are drawn, the largest; coming again to the same place is not."
    )
    told = [legend, risk]
    unmet = [one.place.name for one in study.findings if one.verdict is Verdict.NOT_SEEN]
    if unmet:
        told.append(f"No journey met: {', '.join(sorted(unmet))}.")
    return [line for text in told for line in wrap(text, max(60, width))]

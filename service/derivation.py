"""The derivation of a decision as a picture: facts, then rules with what they concluded."""

import io
from collections import defaultdict
from typing import Final

import matplotlib as mpl
import matplotlib.patches
import networkx as nx
from matplotlib.figure import Figure

from ontology.decisions import Decision, Firing
from ontology.facts import STRATA, Fact, catalogue
from ontology.values import encode
from rules.explanation import explain
from rules.policy import Policy

_FACT, _RULE, _LINE = "#dce8f2", "#f6e3c5", "#8fa0ae"
_COLUMN, _BOX, _TEXT = 2.75, 2.3, 0.135
_GAP: Final = 0.24
_LONGEST: Final = 38
_SHOWN: Final = 4


def derivation(decision: Decision, policy: Policy) -> "nx.DiGraph[str]":
    """The graph: arrows run from facts, and from the rules that concluded facts, to rules.

    Every node has a `column` (0 for the situation's facts, then one a stratum) and `lines`. What
    only a rule without a trace in the outcome concluded stands in the column of its stratum.
    """
    asked = _asked(decision, policy)
    kinds = catalogue().kinds
    graph: nx.DiGraph[str] = nx.DiGraph()
    concluded: dict[str, list[str]] = defaultdict(list)
    for firing in decision.firings:
        for fact in firing.conclusions:
            concluded[fact.canonical()].append(firing.rule)
    for firing in decision.firings:
        column = 1 + STRATA.index(policy.rule(firing.rule).stratum)
        graph.add_node(firing.rule, column=column, lines=_lines(firing))
        for fact in firing.matched:
            name = fact.canonical()
            if name not in concluded:
                stratum = kinds[fact.kind].stratum
                at = 0 if stratum is None else 1 + STRATA.index(stratum)
                graph.add_node(name, column=at, lines=asked.get(name) or [_label(fact)], fact=True)
            for source in concluded.get(name, [name]):
                graph.add_edge(source, firing.rule)
    return graph


def draw(decision: Decision, policy: Policy) -> bytes:
    """The picture as SVG; the same decision gives the same bytes."""
    graph = derivation(decision, policy)
    places = _places(graph)
    width = max((x for x, _, _ in places.values()), default=0) + _COLUMN
    height = max((bottom for _, _, bottom in places.values()), default=0) + 0.7
    with mpl.rc_context({"svg.hashsalt": decision.policy}):
        figure = Figure(figsize=(width, height))
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        axes.set_xlim(-0.15, width)
        axes.set_ylim(height - 0.55, -0.6)
        title = f"Escalated to {decision.tier}, {decision.at:%d %B %Y %H:%M} UTC: why"
        axes.text(0, -0.3, title, fontsize=12, weight="bold")
        for start, end in graph.edges:
            (x, top, bottom), (to_x, to_top, to_bottom) = places[start], places[end]
            middles = ((top + bottom) / 2, (to_top + to_bottom) / 2)
            axes.plot((x + _BOX, to_x), middles, color=_LINE, linewidth=0.7, zorder=1)
        for name, (x, top, bottom) in places.items():
            colour = _FACT if graph.nodes[name].get("fact") else _RULE
            axes.add_patch(_box(x, top, bottom, colour))
            for row, line in enumerate(graph.nodes[name]["lines"]):
                weight = "bold" if row == 0 else "normal"
                y = top + 0.11 + row * _TEXT
                axes.text(x + 0.06, y, line, fontsize=7, va="center", weight=weight)
        out = io.BytesIO()
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": "attune"})
    return out.getvalue()


def _box(x: float, top: float, bottom: float, colour: str) -> mpl.patches.Patch:
    return mpl.patches.FancyBboxPatch(
        (x, top),
        _BOX,
        bottom - top,
        boxstyle="round,pad=0,rounding_size=0.06",
        facecolor=colour,
        edgecolor=_LINE,
        linewidth=0.6,
        zorder=2,
    )


def _lines(firing: Firing) -> list[str]:
    told = [f"→ {_label(fact)}" for fact in firing.conclusions]
    more = len(told) - _SHOWN
    return [firing.rule, *told[:_SHOWN], *([f"and {more} more"] if more > 0 else [])]


def _asked(decision: Decision, policy: Policy) -> dict[str, list[str]]:
    """By the canonical text of a fact: its kind, and every field that some rule asked of it."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for because in explain(decision, policy).because:
        for ground in because.grounds:
            seen = found[ground.fact.canonical()]
            seen[ground.fact.kind] = None
            seen |= {f"  {s.field} {s.found}": None for s in ground.seen if s.found is not None}
    return {name: [line[:_LONGEST] for line in lines] for name, lines in found.items()}


def _label(fact: Fact) -> str:
    said = ", ".join(str(encode(value)) for value in list(fact.values.values())[:3])
    text = f"{fact.kind}: {said}"
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _places(graph: "nx.DiGraph[str]") -> dict[str, tuple[float, float, float]]:
    """Left, top and bottom of each box; strata that concluded nothing take no room."""
    columns: dict[int, list[str]] = defaultdict(list)
    for name in sorted(graph.nodes):
        columns[graph.nodes[name]["column"]].append(name)
    places: dict[str, tuple[float, float, float]] = {}
    for place, column in enumerate(sorted(columns)):
        top = 0.0
        for name in columns[column]:
            bottom = top + 0.1 + _TEXT * len(graph.nodes[name]["lines"])
            places[name] = (place * _COLUMN, top, bottom)
            top = bottom + _GAP
    return places

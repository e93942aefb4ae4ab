"""The touchpoint graph: places of the ontology, joined by the moves that a log shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING, Final

from knowledge.journeys.counts import ENDS, Counts
from ontology.identity import ThingId

if TYPE_CHECKING:
    import networkx as nx

_FINE: Final = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A touchpoint as the ontology has it; None where nobody said."""

    id: ThingId
    name: str
    stage: str | None = None
    sensitivity: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """How often journeys went from a touchpoint to another one, or to an end of `ENDS`."""

    start: ThingId
    to: str
    count: int


def moves_of(counts: Counts, places: Sequence[Place]) -> tuple[Move, ...]:
    """The moves of a log, by name."""
    names = [*(place.id for place in places), *ENDS]
    starts, ends, values = counts.moves()
    return tuple(
        Move(start=places[start].id, to=names[to], count=round(value))
        for start, to, value in zip(
            starts.tolist(), ends.tolist(), values[:, 0].tolist(), strict=True
        )
    )


def touchpoint_graph(places: Sequence[Place], moves: Sequence[Move]) -> "nx.DiGraph[str]":
    """Every place, also one that no journey met, and the ends; edges have `count` and `distance`.

    A distance is how unlikely the move is (-log of its share), in whole billionths, so that
    equally likely ways stay equally long whatever they are added up from.
    """
    import networkx as nx  # noqa: PLC0415 - slow to load

    graph: nx.DiGraph[str] = nx.DiGraph()
    for place in places:
        graph.add_node(place.id, name=place.name, stage=place.stage, sensitivity=place.sensitivity)
    left: dict[str, int] = {}
    for move in moves:
        left[move.start] = left.get(move.start, 0) + move.count
    for move in moves:
        distance = 1 + round(-log(move.count / left[move.start]) * _FINE)
        graph.add_edge(move.start, move.to, count=move.count, distance=distance)
    return graph


def betweenness(graph: "nx.DiGraph[str]") -> Mapping[str, float]:
    """Of each node the share of the likeliest ways between others that lead through it."""
    import networkx as nx  # noqa: PLC0415 - slow to load

    found: Mapping[str, float] = nx.betweenness_centrality(graph, weight="distance")
    return found

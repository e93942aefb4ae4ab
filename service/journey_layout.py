"""Where the boxes of the journey picture stand: a row a stage, near to what they lead to."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from textwrap import wrap
from typing import Final

from knowledge.journeys.counts import ENDS
from knowledge.journeys.graph import Move
from knowledge.journeys.zones import Finding, Study, Verdict
from ontology.schema import schema

BOX: Final = 1.62
"""How wide a box is, in inches, as all lengths here."""
LINE: Final = 0.14
"""From one line of text to the next."""
INDENT: Final = 0.13
"""From the top of a box to the middle of its first line."""

MOST_FLOWS: Final = 28
"""Flows between touchpoints that are drawn, the largest ones; more would hide each other."""
MOST_BAD: Final = 12
"""Flows to bad ends that are drawn, the largest ones."""

_COLUMN: Final = 1.84
_MARGIN: Final = 0.92
_GAP: Final = 0.46
_NAME: Final = 19
_SWEEPS: Final = 6
_MOST_IN_ROW: Final = 6
_NEAR: Final = 0.5
_NAMES: Final = {"churn": "Left", "complaint": "Complained in public"}
_STAGES: Final = tuple(schema().types["Touchpoint"].properties["journeyStage"].choices)
_NO_STAGE: Final = len(_STAGES)
_ENDED: Final = _NO_STAGE + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One box: the lines of its name, further lines, its row, and where its corner stands."""

    name: tuple[str, ...]
    lines: tuple[str, ...]
    row: int
    verdict: Verdict | None
    left: float = 0.0
    top: float = 0.0

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.top + 2 * INDENT + LINE * (len(self.name) + len(self.lines) - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The boxes by touchpoint or end, the headings of the rows with their heights, the size."""

    nodes: Mapping[str, Node]
    headings: tuple[tuple[str, float], ...]
    width: float
    height: float


def laid_out(study: Study, flows: Sequence[Move]) -> Layout:
    """Place every touchpoint that a journey met, and the bad ends; stages nobody met take no row.

    In a row, boxes stand near those that they exchange flows with (barycentres, some sweeps).
    """
    nodes = dict(_nodes(study))
    stages: dict[int, list[str]] = defaultdict(list)
    for name, node in nodes.items():
        stages[node.row].append(name)
    rows, named = _rows(stages)
    most = max((len(row) for row in rows.values()), default=1)
    centres = _centres(rows, flows, most)
    headings, top = [], 0.0
    for number, row in sorted(rows.items()):
        headings.append((named.get(number, ""), top))
        for name in row:
            left = _MARGIN + centres[name] * _COLUMN
            nodes[name] = replace(nodes[name], row=number, left=left, top=top)
        top = max(nodes[name].bottom for name in row) + _GAP
    width = max(_MARGIN + most * _COLUMN, 5.0)
    height = max(top - _GAP, 0.3)
    return Layout(nodes=nodes, headings=tuple(headings), width=width, height=height)


def largest_flows(study: Study) -> list[Move]:
    """The flows that are drawn: from a place to another one, or to a bad end."""
    flows = [move for move in study.moves if move.to not in {move.start, ENDS[0]}]
    flows.sort(key=lambda move: (-move.count, move.start, move.to))
    inner = [move for move in flows if move.to not in ENDS]
    return [*inner[:MOST_FLOWS], *[move for move in flows if move.to in ENDS][:MOST_BAD]]


def _rows(stages: Mapping[int, list[str]]) -> tuple[dict[int, list[str]], dict[int, str]]:
    """The rows from above, those of a crowded stage broken, and the headings of the first ones."""
    rows: dict[int, list[str]] = {}
    named: dict[int, str] = {}
    for stage in sorted(stages):
        named[len(rows)] = _heading(stage)
        for first in range(0, len(stages[stage]), _MOST_IN_ROW):
            rows[len(rows)] = stages[stage][first : first + _MOST_IN_ROW]
    return rows, named


def _centres(
    rows: Mapping[int, list[str]], flows: Sequence[Move], most: int
) -> Mapping[str, float]:
    """The column of each box, in which rows are centred; sorts the rows."""
    near: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for move in flows:
        near[move.start].append((move.to, move.count))
        near[move.to].append((move.start, move.count))
    at: dict[str, float] = {}
    for row in rows.values():
        _spread(row, most, at)
    for _ in range(_SWEEPS):
        for stage in sorted(rows):
            pulled = {name: _pull(name, near[name], at) for name in rows[stage]}
            rows[stage].sort(key=lambda name: (pulled[name], name))
            _spread(rows[stage], most, at)
    for _ in range(_SWEEPS):
        for stage in sorted(rows):
            _clear(stage, rows, flows, most, at)
    return at


def _clear(
    stage: int,
    rows: Mapping[int, list[str]],
    flows: Sequence[Move],
    most: int,
    at: dict[str, float],
) -> None:
    """Move the boxes of a row, in their order, to where the fewest journeys pass behind them."""
    row, rank = rows[stage], {one: place for place, one in enumerate(sorted(rows))}
    of = {name: rank[one] for one, names in rows.items() for name in names}
    passing = []
    for move in flows:
        start, end = sorted((move.start, move.to), key=of.__getitem__)
        if of[start] < rank[stage] < of[end]:
            part = (rank[stage] - of[start]) / (of[end] - of[start])
            passing.append((at[start] + part * (at[end] - at[start]), move.count))
    tries = [dict(zip(row, places, strict=True)) for places in _slots(len(row), most)]
    best = min(tries, key=lambda tried: _hidden(tried, passing, at))
    at.update(best)


def _slots(many: int, most: int) -> Iterator[tuple[float, ...]]:
    """Every way to put boxes into a row, by half columns, none on another."""
    for chosen in combinations(range(2 * most - many), many):
        yield tuple((place + number) / 2 for number, place in enumerate(chosen))


def _hidden(
    tried: Mapping[str, float], passing: Sequence[tuple[float, int]], at: Mapping[str, float]
) -> tuple[float, float]:
    """How many journeys pass behind the boxes of a row, and how far they were moved."""
    hidden = sum(many for x, many in passing if any(abs(x - y) < _NEAR for y in tried.values()))
    return hidden, sum(abs(y - at[name]) for name, y in tried.items())


def _spread(row: Sequence[str], most: int, at: dict[str, float]) -> None:
    for place, name in enumerate(row):
        at[name] = place + (most - len(row)) / 2


def _pull(name: str, near: Sequence[tuple[str, int]], at: Mapping[str, float]) -> float:
    weight = sum(count for _, count in near)
    return sum(at[other] * count for other, count in near) / weight if weight else at[name]


def _heading(stage: int) -> str:
    if stage == _ENDED:
        return "bad ends"
    return _STAGES[stage] if stage < _NO_STAGE else "no stage"


def _nodes(study: Study) -> Iterator[tuple[str, Node]]:
    for one in sorted(study.findings, key=lambda one: (-one.journeys, one.place.id)):
        if one.verdict is not Verdict.NOT_SEEN:
            stage = one.place.stage
            yield (
                one.place.id,
                Node(
                    name=tuple(wrap(one.place.name, _NAME)) or (one.place.id,),
                    lines=tuple(_lines(one, study.journeys)),
                    row=_STAGES.index(stage) if stage else _NO_STAGE,
                    verdict=one.verdict,
                ),
            )
    for end, name in _NAMES.items():
        many = sum(move.count for move in study.moves if move.to == end)
        if many:
            yield end, Node(name=(name,), lines=(f"{many:,} times",), row=_ENDED, verdict=None)


def _lines(one: Finding, journeys: int) -> Iterator[str]:
    yield f"{one.journeys / max(1, journeys):.0%} of journeys"
    if one.harm is None or one.risk is None or one.downstream is None:
        yield "too few to say"
        return
    yield f"{one.harm.value:.0%} hurt, {one.downstream.value:.0%} end badly"
    yield f"risk {one.risk.value * 1000:.1f} in 1,000"
    if one.verdict is Verdict.ZONE:
        yield "ZONE OF RISK"

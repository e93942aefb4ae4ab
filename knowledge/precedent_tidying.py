"""Tidying the precedent index: small parts become one, replaced rows go, the graph catches up."""

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from knowledge.neighbours import BLOCK, SMALLEST, Neighbours, available
from knowledge.precedent_parts import GraphFile, Manifest, Stored, write_part
from knowledge.precedent_rows import gone
from knowledge.precedent_view import View

_REPLACED: Final = 0.25
"""So large a share of rows that are found no more is left out, and the graph made anew."""
_AT_ONCE: Final = 8
"""Blocks that a graph grows by between two steps that a kill cannot undo: some seconds."""


def without(directory: Path, view: View, identities: Collection[str]) -> Manifest | None:
    """The parts without what some precedents said; their rows stay, empty, as do all numbers."""
    manifest = view.manifest
    for part in view.parts:
        emptied = {row for row, one in enumerate(part.ids) if one in identities}
        if not emptied:
            continue
        lines = [
            gone(part.ids[row]) if row in emptied else part.raw(row) for row in range(len(part))
        ]
        vectors = np.array(part.vectors)
        vectors[sorted(emptied)] = 0
        name = f"part-{manifest.following:06d}"
        stored = write_part(directory, name, lines, [vectors])
        parts = {
            name if known == part.name else known: stored if known == part.name else rows
            for known, rows in manifest.parts.items()
        }
        manifest = replace(manifest, parts=parts, following=manifest.following + 1)
    return None if manifest is view.manifest else manifest


def merged(directory: Path, view: View) -> Manifest | None:
    """The last parts as one, where they are about equally large; rows keep their numbers.

    So a row is written anew only as often as the index has doubled since.
    """
    parts = list(view.parts)
    first = len(parts) - 1
    size = len(parts[-1]) if parts else 0
    while first > 0 and len(parts[first - 1]) < 2 * size:
        first -= 1
        size += len(parts[first])
    run = parts[first:]
    if len(run) < 2:  # noqa: PLR2004 - two parts become one
        return None
    lines = [part.raw(row) for part in run for row in range(len(part))]
    name = _name(view, "part")
    stored = write_part(directory, name, lines, (part.vectors for part in run))
    kept = {part.name: view.manifest.parts[part.name] for part in parts[:first]}
    return _with(view, {**kept, name: stored}, view.manifest.graph)


def compacted(directory: Path, view: View) -> Manifest | None:
    """All parts as one without the rows that are found no more, where these are many."""
    if view.alive.size == 0 or view.alive.mean() > 1 - _REPLACED:
        return None
    pairs = [
        (part, np.flatnonzero(mask))
        for part, mask in zip(view.parts, view.runs(view.alive), strict=True)
    ]
    lines = [part.raw(int(row)) for part, rows in pairs for row in rows]
    if not lines:
        return _with(view, {}, None)
    name = _name(view, "part")
    stored = write_part(directory, name, lines, (part.vectors[rows] for part, rows in pairs))
    return _with(view, {name: stored}, None)


def with_graph(directory: Path, view: View) -> Manifest | None:
    """The graph over all full blocks of rows, where rows are many enough for one.

    A graph whose file is missing or damaged is made anew from the rows.
    """
    rows = len(view.alive)
    if rows < SMALLEST or not available():
        return None
    graph = view.graph or Neighbours.none()
    if view.graph is not None and rows - graph.rows < BLOCK:
        return None
    while rows - graph.rows >= BLOCK:
        several = min(rows - graph.rows, _AT_ONCE * BLOCK)
        graph = graph.grown([view.vectors(np.arange(graph.rows, graph.rows + several))])
    name = _name(view, "graph")
    digest = graph.save(directory / f"{name}.bin")
    file = GraphFile(name=name, rows=graph.rows, digest=digest)
    return _with(view, dict(view.manifest.parts), file)


def _name(view: View, kind: str) -> str:
    return f"{kind}-{view.manifest.following:06d}"


def _with(view: View, parts: dict[str, Stored], graph: GraphFile | None) -> Manifest:
    manifest = view.manifest
    return replace(manifest, parts=parts, following=manifest.following + 1, graph=graph)

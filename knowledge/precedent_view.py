"""A view of the precedent index: its parts as one table, with masks for the values of filters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import orjson

from knowledge.precedent_parts import NO_PARTS, Manifest, Part, open_part, read_manifest

FILTERED: Final = ("cluster", "source", "language", "region", "year")

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a hit must be: for each field one of the values; no values ask for nothing."""

    cluster: frozenset[str] = frozenset()
    source: frozenset[str] = frozenset()
    language: frozenset[str] = frozenset()
    region: frozenset[str] = frozenset()
    year: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What the manifest named when it was read; never changed, so threads share it.

    `rows` says where each precedent stands: number of the part, row in it. `alive` has one entry
    a row of all parts together and leaves out those that a later row replaced; `columns` has such
    a mask for each value of each field that can be filtered.
    """

    manifest: Manifest = NO_PARTS
    parts: tuple[Part, ...] = ()
    rows: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    alive: Mask = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))
    columns: Mapping[str, Mapping[object, Mask]] = field(default_factory=dict)

    def eligible(self, filters: Filters) -> Mask:
        """Which rows may be found."""
        mask = self.alive
        nothing = np.zeros_like(mask)
        for name in FILTERED:
            if wanted := getattr(filters, name):
                masks = [self.columns[name].get(value, nothing) for value in wanted]
                mask = mask & np.logical_or.reduce(masks)
        return mask


def look(directory: Path, before: View) -> View:
    """What the manifest names now; parts that are open already stay open.

    Raises:
        FileNotFoundError: a part was merged away since the manifest was read.
        IndexInvalid: the folder holds something that this version cannot read.
    """
    manifest = read_manifest(directory)
    opened = {part.name: part for part in before.parts}
    parts = tuple(
        opened.get(name) or open_part(directory, name, rows)
        for name, rows in manifest.parts.items()
    )
    stored = [
        (number, row, orjson.loads(part.raw(row)))
        for number, part in enumerate(parts)
        for row in range(len(part))
    ]
    places = {str(item["id"]): (number, row) for number, row, item in stored}
    alive = np.array([places[item["id"]] == (n, r) for n, r, item in stored], dtype=np.bool_)
    return View(
        manifest=manifest,
        parts=parts,
        rows=places,
        alive=alive,
        columns={name: _masks(name, [item for _, _, item in stored]) for name in FILTERED},
    )


def _masks(name: str, rows: Sequence[Mapping[str, object]]) -> dict[object, Mask]:
    """For each value of a field, which rows have it."""
    values = [_value(name, row) for row in rows]
    places: dict[object, list[int]] = {}
    for at, value in enumerate(values):
        places.setdefault(value, []).append(at)
    masks = {value: np.zeros(len(rows), dtype=np.bool_) for value in places}
    for value, rows_with in places.items():
        masks[value][rows_with] = True
    return masks


def _value(name: str, row: Mapping[str, object]) -> object:
    if name == "year":
        return int(str(row["date"])[:4]) if row.get("date") else None
    return row.get(name)

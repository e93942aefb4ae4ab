"""A view of the precedent index: its parts as one table, and which rows of it may be found."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt

from knowledge.language.embedding import DIMENSIONS, Vectors
from knowledge.neighbours import Neighbours, available
from knowledge.precedent_parts import NO_PARTS, Manifest, Part, open_part, read_manifest
from knowledge.precedent_rows import FACETS, FILTERED, Precedent

_KEPT: Final = 64
_K = TypeVar("_K")
_V = TypeVar("_V")

Mask = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a hit must be: for each field one of the values; no values ask for nothing."""

    cluster: frozenset[str] = frozenset()
    type: frozenset[str] = frozenset()
    strategy: frozenset[str] = frozenset()
    region: frozenset[str] = frozenset()
    severity: frozenset[str] = frozenset()
    year: frozenset[int] = frozenset()
    channel: frozenset[str] = frozenset()
    tier: frozenset[str] = frozenset()
    result: frozenset[str] = frozenset()
    source: frozenset[str] = frozenset()
    language: frozenset[str] = frozenset()
    answered: frozenset[bool] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What the manifest named when it was read; never changed, so threads share it.

    `rows` says where each precedent stands: number of the part, row in it. Rows of all parts
    together are numbered through; part i begins at `starts[i]`. `alive` leaves out rows that a
    later one replaced or withdrew. `graph` covers the leading rows, or there is none. `masks` and
    `facets` keep what was worked out for filters, which are few and asked for again and again.
    """

    manifest: Manifest = NO_PARTS
    parts: tuple[Part, ...] = ()
    starts: Rows = field(default_factory=lambda: np.zeros(1, dtype=np.int64))
    rows: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    alive: Mask = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))
    graph: Neighbours | None = None
    masks: dict[tuple[str | None, Filters], Mask] = field(default_factory=dict)
    facets: dict[Filters, dict[str, dict[object, int]]] = field(default_factory=dict)

    def eligible(self, filters: Filters, beside: str | None = None) -> Mask:
        """Which rows may be found; `beside` names a field whose filter does not count."""
        key = (beside if beside and getattr(filters, beside) else None), filters
        if key not in self.masks:
            return _kept(self.masks, key, self._eligible(*key[::-1]))
        return self.masks[key]

    def counted(self, filters: Filters) -> dict[str, dict[object, int]]:
        """How many cases each value of each field would give; its own filter is left out."""
        if filters not in self.facets:
            found = {
                name: self._counts(name, self.eligible(filters, beside=name)) for name in FACETS
            }
            return _kept(self.facets, filters, found)
        return self.facets[filters]

    def _eligible(self, filters: Filters, beside: str | None) -> Mask:
        mask = self.alive
        for name in FILTERED:
            if name != beside and (wanted := getattr(filters, name)):
                fits = [part.columns[name].among(wanted) for part in self.parts]
                mask = mask & np.concatenate([np.zeros(0, dtype=np.bool_), *fits])
        return mask

    def _counts(self, name: str, mask: Mask) -> dict[object, int]:
        """How many of some rows have each value of a field, the most frequent first."""
        found: Counter[object] = Counter()
        for part, here in zip(self.parts, self.runs(mask), strict=False):  # one run of no part
            found.update(part.columns[name].counted(here))
        return dict(sorted(found.items(), key=lambda one: (-one[1], str(one[0]))))

    def runs(self, mask: Mask) -> list[Mask]:
        """A mask over all rows, cut into one a part."""
        return np.split(mask, self.starts[1:-1])

    def place(self, row: int) -> tuple[Part, int]:
        """The part in which a row stands, and where in it."""
        number = int(np.searchsorted(self.starts, row, side="right")) - 1
        return self.parts[number], row - int(self.starts[number])

    def precedent(self, row: int) -> Precedent:
        """One row, read."""
        part, at = self.place(row)
        return part.precedent(at)

    def vectors(self, rows: Rows) -> Vectors:
        """The vectors of some rows, in their order."""
        found = np.zeros((len(rows), DIMENSIONS), dtype=np.float32)
        numbers = np.searchsorted(self.starts, rows, side="right") - 1
        for number in np.unique(numbers):
            here = numbers == number
            found[here] = self.parts[number].vectors[rows[here] - self.starts[number]]
        return found


def _kept(into: dict[_K, _V], key: _K, value: _V) -> _V:
    """Keep a value; where there are many, all are forgotten first."""
    if len(into) >= _KEPT:
        into.clear()
    into[key] = value
    return value


def look(directory: Path, before: View) -> View:
    """What the manifest names now; what is open already stays open.

    Raises:
        FileNotFoundError: a part was merged away since the manifest was read.
        IndexInvalid: the folder holds something that this version cannot read.
    """
    manifest = read_manifest(directory)
    opened = {part.name: part for part in before.parts}
    parts = tuple(
        opened.get(name) or open_part(directory, name, stored)
        for name, stored in manifest.parts.items()
    )
    starts = np.cumsum([0, *(len(part) for part in parts)]).astype(np.int64)
    places = {one: (n, row) for n, part in enumerate(parts) for row, one in enumerate(part.ids)}
    alive = np.zeros(int(starts[-1]), dtype=np.bool_)
    alive[[int(starts[n]) + row for n, row in places.values() if not parts[n].gone[row]]] = True
    return View(
        manifest=manifest,
        parts=parts,
        starts=starts,
        rows={one: (n, row) for one, (n, row) in places.items() if not parts[n].gone[row]},
        alive=alive,
        graph=_graph(directory, manifest, before),
    )


def _graph(directory: Path, manifest: Manifest, before: View) -> Neighbours | None:
    """The graph that the manifest names; None, so that all is compared, where it is damaged."""
    named = manifest.graph
    if named is None or not available():
        return None
    if before.manifest.graph == named and before.graph is not None:
        return before.graph
    return Neighbours.load(directory / f"{named.name}.bin", named.rows, named.digest)

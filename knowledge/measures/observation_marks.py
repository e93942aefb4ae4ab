"""Which rows of outside measurements are stored, and with which content: told by their hashes."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Self, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa  # type: ignore[import-untyped]  # pyarrow has no type stubs

from knowledge.measures.observation_rows import MARK, SAID, Row

Hashes: TypeAlias = npt.NDArray[np.uint64]
_CLASH = (
    "another row has the same key and says something else; give each row an id of its own "
    "in a column id"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """How many rows were new, were stored already, and corrected a stored one."""

    new: int = 0
    known: int = 0
    corrected: int = 0

    def __add__(self, other: "Taken") -> "Taken":
        """Both together."""
        return Taken(
            new=self.new + other.new,
            known=self.known + other.known,
            corrected=self.corrected + other.corrected,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """The hashes of rows, `said` beside the `mark` it belongs to; marks rise."""

    mark: Hashes
    said: Hashes

    @classmethod
    def of(cls, tables: Iterable[pa.Table]) -> Self:
        """The marks of some tables, oldest first; of rows with one mark the last counts."""
        kept = list(tables)
        nothing = np.zeros(0, np.uint64)
        mark = np.concatenate([nothing, *(one[MARK].to_numpy() for one in kept)])
        said = np.concatenate([nothing, *(one[SAID].to_numpy() for one in kept)])
        last = latest(mark)
        order = last[np.argsort(mark[last])]
        return cls(mark=mark[order], said=said[order])

    def find(self, mark: Hashes, said: Hashes) -> tuple[npt.NDArray[np.bool_], ...]:
        """Of each row: whether its mark is there, and whether it is there with that content."""
        if not len(self.mark):
            nowhere = np.zeros(len(mark), np.bool_)
            return nowhere, nowhere
        place = np.minimum(np.searchsorted(self.mark, mark), len(self.mark) - 1)
        there = self.mark[place] == mark
        return there, there & (self.said[place] == said)


def latest(mark: Hashes) -> npt.NDArray[np.intp]:
    """The places of the last row of each mark, in rising order."""
    _, places = np.unique(mark[::-1], return_index=True)
    return np.sort(len(mark) - 1 - places)


def sort_out(
    table: pa.Table,
    rows: Sequence[Row],
    known: tuple[Marks, Marks],
    refuse: Callable[[int, str], None],
) -> tuple[pa.Table, Taken]:
    """The rows that are to be stored, and what became of all.

    `known` are the marks that were stored before, and those of this load. Two rows of one load
    with the same key and different content are a mistake: the second one is refused.
    """
    mark, said = table[MARK].to_numpy(), table[SAID].to_numpy()
    first = np.unique(mark, return_index=True, return_inverse=True)
    leads = first[1][first[2].reshape(-1)]
    again = leads != np.arange(len(mark))
    there, same = known[1].find(mark, said)
    clash = (again & (said != said[leads])) | (there & ~same)
    for place in np.flatnonzero(clash):
        refuse(rows[int(place)].number, _CLASH)
    stored, alike = known[0].find(mark, said)
    fresh = ~again & ~there & ~alike
    taken = Taken(
        new=int((fresh & ~stored).sum()),
        corrected=int((fresh & stored).sum()),
        known=int((~fresh & ~clash).sum()),
    )
    return table.filter(pa.array(fresh)), taken

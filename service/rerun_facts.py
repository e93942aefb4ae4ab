"""Facts of recorded decisions: one decision's as facts, a kind's by columns."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]  # pyarrow has no type stubs

from knowledge.decision_parts import Part, Table, value_of
from ontology.facts import Fact, catalogue
from ontology.values import Value
from service.rerun_bits import Numbers


def facts_of(part: Part, row: int) -> list[Fact]:
    """The facts of one decision, without where they come from."""
    starts, numbers = part.starts, part.decisions["facts"][row].as_py()
    return [
        Fact(kind=kind, values=_known(kind, told), origins=())
        for kind, table in part.facts.items()
        for told in table.take(_within(numbers, starts[kind], table.num_rows)).to_pylist()
    ]


def _within(numbers: Iterable[int], start: int, many: int) -> Any:  # noqa: ANN401 - a pyarrow array
    """Which rows of a kind some facts are."""
    return pa.array([n - start for n in numbers if 0 <= n - start < many], pa.int64())


def _known(kind: str, told: Mapping[str, Any]) -> dict[str, Value]:
    fields = catalogue().kinds[kind].fields
    return {
        name: value_of(value, fields[name].datatype)
        for name, value in told.items()
        if value is not None
    }


def column(table: Table, name: str) -> tuple[Sequence[Any], Numbers]:
    """The distinct values of a column, None among them, and the place of each row's value."""
    coded = table[name].combine_chunks().dictionary_encode()
    coded = coded.combine_chunks() if hasattr(coded, "combine_chunks") else coded
    values = [*coded.dictionary.to_pylist(), None]
    numbers = coded.indices.fill_null(len(values) - 1).to_numpy(zero_copy_only=False)
    return values, numbers.astype(np.int64)


def row_of(
    kind: str, columns: Mapping[str, tuple[Sequence[Any], Numbers]], at: int
) -> dict[str, Value]:
    """One row of a kind, read from its columns."""
    told = {name: values[numbers[at]] for name, (values, numbers) in columns.items()}
    return _known(kind, told)


def value_in(kind: str, name: str, told: object) -> Value | None:
    """What is kept of a field, as a value of its type; None stays None."""
    if told is None:
        return None
    return value_of(told, catalogue().kinds[kind].fields[name].datatype)

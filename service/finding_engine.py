"""What DuckDB does for findings: rows of a batch that fit a filter, counted by their values."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import closing
from typing import Any, Final, Self

import duckdb
import pyarrow as pa  # type: ignore[import-untyped]  # pyarrow has no type stubs

from ontology.kinds import Field
from ontology.values import Datatype
from service.finding_fields import Asked, Column
from service.finding_tests import Built, Operand, condition

MOST_VALUES: Final = 20_000
"""Different values of one facet that are counted one by one; the rest is counted together."""

_SETTINGS: Final = """
SET threads = 2;
SET memory_limit = '1GB';
SET temp_directory = '';
SET autoinstall_known_extensions = false;
SET autoload_known_extensions = false;
SET enable_external_access = false;
SET lock_configuration = true;
"""
# INVARIANT: nothing that was read is ever written to disk, so there is no place to spill to.

_ROUNDED: Final = frozenset({"sentiment", "frustration", "urgency", "betrayal", "irony"})


class Engine(closing[Any]):
    """One database in memory for one question; nothing of it outlives the question."""

    def __init__(self, asked: Sequence[Asked]) -> None:
        """Ask these tests of every batch; those of what is sealed are not for the database."""
        self._database: Final = duckdb.connect(":memory:")
        self._database.execute(_SETTINGS)
        super().__init__(self._database)
        self._where, self._values = _filter([one for one in asked if not one.column.sealed])

    def __enter__(self) -> Self:
        """It closes its database at the end."""
        return self

    def fitting(self, table: pa.Table) -> pa.Table:
        """The rows of which every test holds."""
        self._database.register("batch", table)
        try:
            query = f"SELECT * FROM batch WHERE {self._where}"  # noqa: S608 - built of our own words
            return self._database.sql(query, params=self._values).to_arrow_table()
        finally:
            self._database.unregister("batch")

    def counted(self, table: pa.Table, column: Column) -> Counter[str | None]:
        """How many rows have each value of a field; a row counts once for each that it has."""
        self._database.register("hits", table)
        try:
            rows = self._database.sql(_counting(column)).fetchall()
        finally:
            self._database.unregister("hits")
        return Counter({_text(found): many for found, many in rows})


def bounded(counts: Counter[str | None], more: Counter[str | None]) -> int:
    """Add counts; beyond a bound the rarest values are let go: how many rows went with them."""
    counts.update(more)
    if len(counts) <= MOST_VALUES:
        return 0
    kept = counts.most_common(MOST_VALUES // 2)
    lost = counts.total() - sum(many for _, many in kept)
    counts.clear()
    counts.update(dict(kept))
    return lost


def countable(column: Column) -> bool:
    """Whether the values of a field can be counted one by one."""
    field = column.field
    if column.wide or column.sealed:
        return False
    names = {Datatype.TOKEN, Datatype.STRING, Datatype.BOOLEAN}
    return field.datatype in names or _tenths(field)


def _tenths(field: Field) -> bool:
    """Whether a number lies within -1 and 1, so that it is counted by tenths."""
    low, high = field.minimum, field.maximum
    return field.datatype is Datatype.DECIMAL and low in {-1.0, 0.0} and high == 1.0


def _counting(column: Column) -> str:
    """The statement that counts the values of a field, and the rows that have none."""
    at, one = _quoted(column.kind or column.name), "value"
    if column.kind is not None:
        at = f"list_transform({at}, lambda x: {_member(column)})"
    if _tenths(column.field):
        one = "floor(value * 10) / 10"
    if not column.many and column.kind is None:
        return f"SELECT {one}, count(*) FROM (SELECT {at} AS value FROM hits) GROUP BY 1"  # noqa: S608 - our own words
    return (
        f"SELECT {one}, count(*) FROM (SELECT unnest(list_distinct({at})) AS value FROM hits)"  # noqa: S608 - our own words
        f" GROUP BY 1 UNION ALL SELECT NULL, many FROM (SELECT count(*) AS many FROM hits"
        f" WHERE len(coalesce(list_distinct({at}), [])) = 0) WHERE many > 0"
    )


def _filter(asked: Sequence[Asked]) -> Built:
    """All tests as one condition; those of one kind of fact hold of one and the same fact."""
    parts: list[str] = []
    values: list[Any] = []
    of_kind: defaultdict[str, list[Asked]] = defaultdict(list)
    for one in asked:
        if one.column.kind is not None:
            of_kind[one.column.kind].append(one)
            continue
        operand = Operand(
            expression=_read(one.column), field=one.column.field, listed=one.column.many
        )
        text, more = condition(one.test, operand)
        parts.append(text)
        values += more
    for kind, tests in of_kind.items():
        built = [
            condition(one.test, Operand(expression=_member(one.column), field=one.column.field))
            for one in tests
        ]
        both = " AND ".join(text for text, _ in built)
        parts.append(f"len(list_filter({_quoted(kind)}, lambda x: {both})) > 0")
        values += [value for _, more in built for value in more]
    return " AND ".join(parts) or "TRUE", values


def _read(column: Column) -> str:
    """A column; what models judged is compared as facts hold it, to three places."""
    name = _quoted(column.name)
    return f"round({name}, 3)" if column.name in _ROUNDED else name


def _member(column: Column) -> str:
    return f"x.{_quoted(column.name.partition('.')[2])}"


def _quoted(name: str) -> str:
    """A name of our own table of fields; none of them is a user's."""
    return '"' + name.replace('"', '""') + '"'


def _text(value: object) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else None if value is None else str(value)

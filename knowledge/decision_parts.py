"""Decision parts: recorded decisions as columns, their distinct facts once, sealed as one file."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import orjson
import pyarrow as pa  # type: ignore[import-untyped]  # pyarrow has no type stubs

from knowledge.refusals import SealBroken
from knowledge.seals import decrypt, encrypt
from ontology.kinds import Kind
from ontology.months import Months, read_months
from ontology.values import Datatype, Value

Table = Any
"""A pyarrow table."""

_TIME: Final = pa.timestamp("us", tz="UTC")
_NAME: Final = pa.dictionary(pa.int32(), pa.string())
NAMED: Final = ("incident", "touchpoint", "platform", "region", "geofence", "segment", "language")
"""What a decision is about, as far as it is known; people are not among it."""

DECISIONS: Final = pa.schema(
    [
        pa.field("sequence", pa.int64(), nullable=False),
        pa.field("id", pa.string(), nullable=False),
        pa.field("at", _TIME, nullable=False),
        pa.field("state", _NAME, nullable=False),
        pa.field("policy", _NAME),
        pa.field("semantics", _NAME),
        pa.field("subject", pa.string()),
        *(pa.field(name, _NAME) for name in NAMED),
        pa.field("tier", _NAME),
        pa.field("team", _NAME),
        pa.field("outcome", _NAME),
        pa.field("rules", pa.list_(pa.string()), nullable=False),
        pa.field("facts", pa.list_(pa.int32()), nullable=False),
    ]
)
"""One row a decision, in the order of the ledger.

`state` is whole, erased (the person's key was destroyed: nothing but the moment, the policy and
what it was about is left) or unreadable (its facts no longer fit their kinds). `outcome` is the
JSON text of what was decided; `rules` all that fired; `facts` numbers of facts, each in the table
of its kind.
"""

_TYPES: Final[Mapping[Datatype, Any]] = {
    Datatype.TOKEN: pa.string(),
    Datatype.STRING: pa.string(),
    Datatype.BOOLEAN: pa.bool_(),
    Datatype.INTEGER: pa.int64(),
    Datatype.DECIMAL: pa.float64(),
    Datatype.DATE: pa.date32(),
    Datatype.TIME: pa.time64("us"),
    Datatype.DATETIME: _TIME,
    Datatype.DURATION: pa.duration("us"),
    Datatype.MONTHS: pa.string(),
}
_FACTS: Final = b"attune.facts"
_OPTIONS: Final = pa.ipc.IpcWriteOptions(compression="zstd")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Decisions recorded from one sequence to another, both included.

    `facts` are the distinct facts by kind; those of the first kind have the numbers from 0 on,
    those of the next go on from there.
    """

    decisions: Table
    facts: Mapping[str, Table]

    @property
    def starts(self) -> Mapping[str, int]:
        """The number of the first fact of each kind."""
        found, at = {}, 0
        for kind, table in self.facts.items():
            found[kind] = at
            at += table.num_rows
        return found

    def between(self, first: int, last: int) -> "Part":
        """The decisions of some sequences; the facts stay."""
        sequences = self.decisions["sequence"].to_numpy()
        low, high = sequences.searchsorted([first, last + 1])
        return Part(decisions=self.decisions.slice(low, high - low), facts=self.facts)


def facts_table(kind: Kind, rows: Sequence[Mapping[str, Value]]) -> Table:
    """The distinct facts of a kind; a field that no fact has is not a column."""
    names = sorted({name for row in rows for name in row})
    return pa.table(
        {
            name: pa.array([_told(row.get(name)) for row in rows], _type(kind, name))
            for name in names
        }
        if names
        else {"": pa.nulls(len(rows), pa.bool_())}
    )


def joined(parts: Sequence[Part]) -> Part:
    """Several parts as one; facts that were distinct in each may stand twice."""
    kinds = sorted({kind for part in parts for kind in part.facts})
    facts = {
        kind: pa.concat_tables(
            [part.facts[kind] for part in parts if kind in part.facts],
            promote_options="default",
        ).combine_chunks()
        for kind in kinds
    }
    whole = Part(decisions=None, facts=facts)
    tables, before = [], dict(whole.starts)
    for part in parts:
        tables.append(_renumbered(part, before))
        before = {kind: at + _rows(part, kind) for kind, at in before.items()}
    return Part(decisions=pa.concat_tables(tables).unify_dictionaries(), facts=facts)


def encode(part: Part, key: bytes, name: str) -> bytes:
    """The file of a part, sealed under the key and bound to its name."""
    sink = pa.BufferOutputStream()
    kinds = orjson.dumps([*part.facts])
    decisions = part.decisions.replace_schema_metadata({_FACTS: kinds})
    for table in (decisions, *part.facts.values()):
        with pa.ipc.new_stream(sink, table.schema, options=_OPTIONS) as writer:
            writer.write_table(table.combine_chunks())
    return encrypt(key, bytes(sink.getvalue()), name)


def decode(content: bytes, key: bytes, name: str) -> Part:
    """The part of a file.

    Raises:
        SealBroken: it was altered or renamed, or sealed under another key store.
    """
    source = pa.BufferReader(decrypt(key, content, name))
    try:
        decisions = pa.ipc.open_stream(source).read_all()
        kinds = orjson.loads(decisions.schema.metadata[_FACTS])
        facts = {kind: pa.ipc.open_stream(source).read_all() for kind in kinds}
    except (pa.ArrowInvalid, KeyError, TypeError, ValueError) as error:
        raise SealBroken(f"{name} holds no decisions") from error
    return Part(decisions=decisions.replace_schema_metadata(None), facts=facts)


def decisions_table(rows: Iterable[Mapping[str, Any]]) -> Table:
    """Rows of `DECISIONS` as a table."""
    listed = [*rows]
    columns = {
        field.name: pa.array([row.get(field.name) for row in listed], field.type)
        for field in DECISIONS
    }
    return pa.table(columns, schema=DECISIONS)


def value_of(told: object, datatype: Datatype) -> Value:
    """The value of a fact, as Arrow gives it back."""
    if datatype is Datatype.MONTHS:
        return read_months(str(told)) or Months(0)
    value: Value = told  # type: ignore[assignment]  # the column has the type of the field
    return value


def _told(value: Value | None) -> object:
    return str(value) if isinstance(value, Months) else value


def _type(kind: Kind, name: str) -> Any:  # noqa: ANN401 - a pyarrow type
    field = kind.fields.get(name)
    return pa.string() if field is None else _TYPES[field.datatype]


def _rows(part: Part, kind: str) -> int:
    table = part.facts.get(kind)
    return 0 if table is None else int(table.num_rows)


def _renumbered(part: Part, starts: Mapping[str, int]) -> Table:
    """The decisions of a part, their facts numbered as where those of each kind begin now."""
    moved = np.concatenate(
        [
            np.arange(table.num_rows, dtype=np.int32) + starts[kind]
            for kind, table in part.facts.items()
        ]
        or [np.zeros(0, np.int32)]
    )
    lists = part.decisions["facts"].combine_chunks()
    lists = lists.chunk(0) if isinstance(lists, pa.ChunkedArray) else lists
    flat = moved[lists.flatten().to_numpy()]
    lengths = np.diff(lists.offsets.to_numpy())
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    made = pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), pa.array(flat, pa.int32()))
    at = part.decisions.schema.get_field_index("facts")
    return part.decisions.set_column(at, DECISIONS.field("facts"), made)

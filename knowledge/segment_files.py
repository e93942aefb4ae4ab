"""Segment files: signals as Parquet, with text, author and source of a share encrypted."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any, Final

import orjson
import pyarrow as pa  # type: ignore[import-untyped]  # pyarrow has no type stubs
import pyarrow.parquet as pq  # type: ignore[import-untyped]  # pyarrow has no type stubs
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from knowledge.refusals import SealBroken
from knowledge.seals import NONCE_BYTES, nonce
from ontology.identity import ThingId
from ontology.signals import Scores, Signal

_SCORES: Final = tuple(field.name for field in fields(Scores))
_SKETCH: Final = b"attune.sketch"
_TIME: Final = pa.timestamp("us", tz="UTC")
_SCHEMA: Final = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("platform", pa.dictionary(pa.int32(), pa.string()), nullable=False),
        pa.field("feed", pa.dictionary(pa.int32(), pa.string()), nullable=False),
        pa.field("posted_at", _TIME, nullable=False),
        pa.field("received_at", _TIME, nullable=False),
        pa.field("language", pa.string()),
        pa.field("region", pa.string()),
        pa.field("derived_region", pa.string()),
        pa.field("derived_confidence", pa.float64()),
        pa.field("topics", pa.list_(pa.string()), nullable=False),
        pa.field("fences", pa.list_(pa.string()), nullable=False),
        pa.field("reach", pa.int64()),
        pa.field("share", pa.bool_(), nullable=False),
        pa.field("screened", pa.float64()),
        pa.field("scored", pa.bool_(), nullable=False),
        *(pa.field(name, pa.float64()) for name in _SCORES),
        pa.field("sealed", pa.binary(), nullable=False),
    ]
)


def encode(signals: Sequence[Signal], key: bytes, sketch: bytes | None = None) -> bytes:
    """The Parquet file of some signals; `sealed` holds [text, author, share_of] under the key.

    `sketch` is kept beside them, sealed as well.
    """
    cipher = AESGCM(key)
    columns = {
        "id": [s.id for s in signals],
        "platform": [s.platform for s in signals],
        "feed": [s.feed for s in signals],
        "posted_at": [s.posted_at for s in signals],
        "received_at": [s.received_at for s in signals],
        "language": [s.language for s in signals],
        "region": [s.region for s in signals],
        "derived_region": [s.derived_region for s in signals],
        "derived_confidence": [s.derived_confidence for s in signals],
        "topics": [list(s.topics) for s in signals],
        "fences": [list(s.fences) for s in signals],
        "reach": [s.reach for s in signals],
        "share": [s.share_of is not None for s in signals],
        "screened": [s.screened for s in signals],
        "scored": [s.scores is not None for s in signals],
        **_score_columns(signals),
        "sealed": [_seal(cipher, s) for s in signals],
    }
    sink = pa.BufferOutputStream()
    with pq.ParquetWriter(sink, _SCHEMA, compression="zstd") as writer:
        writer.write_table(pa.table(columns, schema=_SCHEMA))
        if sketch is not None:
            start = nonce()
            sealed = start + cipher.encrypt(start, sketch, _SKETCH)
            writer.add_key_value_metadata({_SKETCH: sealed})
    return bytes(sink.getvalue())


def sketch_of(content: bytes, key: bytes) -> bytes | None:
    """The sketch that is kept beside the signals of a file, if there is one.

    Raises:
        SealBroken: it was altered, or sealed under another key store.
    """
    told = pq.read_metadata(pa.BufferReader(content)).metadata or {}
    sealed = told.get(_SKETCH)
    if sealed is None:
        return None
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _SKETCH)
    except (InvalidTag, ValueError) as error:
        raise SealBroken("a sketch was altered or belongs elsewhere") from error


def decode(content: bytes, key: bytes, rows: Sequence[int] | None = None) -> list[Signal]:
    """The signals of a file, or of some of its rows, in its order.

    Raises:
        SealBroken: what is sealed was altered, or sealed under another key store.
    """
    cipher = AESGCM(key)
    table = pq.read_table(pa.BufferReader(content), use_threads=False)
    if rows is not None:
        table = table.take(pa.array(rows, pa.int64()))
    return [_signal(row, _open(cipher, row["id"], row["sealed"])) for row in table.to_pylist()]


def ids(content: bytes) -> Iterator[tuple[ThingId, datetime]]:
    """Id and posting time of every signal of a file."""
    table = pq.read_table(pa.BufferReader(content), columns=["id", "posted_at"])
    return zip(table["id"].to_pylist(), table["posted_at"].to_pylist(), strict=True)


def columns(content: bytes, names: Sequence[str]) -> pa.Table:
    """Some columns of a file, as they lie in it: what is sealed stays so."""
    present = set(pq.read_schema(pa.BufferReader(content)).names)
    wanted = [name for name in names if name in present]
    table = pq.read_table(pa.BufferReader(content), columns=wanted, use_threads=False)
    for name in names:  # older files lack some
        if name not in present:
            field = _SCHEMA.field(name)
            table = table.append_column(name, pa.nulls(len(table), field.type))
    return table.select(list(names)).replace_schema_metadata(None)


def unseal(
    ids: Sequence[str], sealed: Sequence[bytes], key: bytes
) -> Iterator[tuple[str, str | None, str | None]]:
    """Text, author and source of a share of some signals.

    Raises:
        SealBroken: what is sealed was altered, or sealed under another key store.
    """
    cipher = AESGCM(key)
    for signal, content in zip(ids, sealed, strict=True):
        text, author, share_of = _open(cipher, signal, content)
        yield text or "", author, share_of


def _score_columns(signals: Sequence[Signal]) -> dict[str, list[float | None]]:
    scores = [asdict(s.scores) if s.scores else {} for s in signals]
    return {name: [score.get(name) for score in scores] for name in _SCORES}


def _signal(row: dict[str, Any], private: Sequence[str | None]) -> Signal:
    text, author, share_of = private
    scored = row.pop("scored")
    row.pop("sealed")
    row.pop("share")
    scores = {name: row.pop(name) for name in _SCORES}
    row["topics"] = tuple(row.pop("topics"))
    row["fences"] = tuple(row.pop("fences", ()))  # older files have none
    return Signal(
        **row,
        text=text or "",
        author=None if author is None else ThingId(author),
        share_of=share_of,
        scores=Scores(**scores) if scored else None,
    )


def _seal(cipher: AESGCM, signal: Signal) -> bytes:
    start = nonce()
    plain = orjson.dumps([signal.text, signal.author, signal.share_of])
    return start + cipher.encrypt(start, plain, signal.id.encode())


def _open(cipher: AESGCM, signal: str, sealed: bytes) -> list[str | None]:
    try:
        plain = cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], signal.encode())
    except (InvalidTag, ValueError) as error:
        raise SealBroken(f"the text of {signal} was altered or belongs elsewhere") from error
    private: list[str | None] = orjson.loads(plain)
    return private

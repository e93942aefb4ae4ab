"""Rows of outside measurements on their way into a file: people hashed, free text sealed."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any, Final, TypeAlias

import orjson
import pyarrow as pa  # type: ignore[import-untyped]  # pyarrow has no type stubs

from knowledge import seals
from knowledge.envelopes import micros
from knowledge.measures.observation_forms import TYPES, Form, Kind
from knowledge.refusals import SealBroken
from knowledge.sealing import KeyStore
from knowledge.seals import SubjectKey
from ontology.identity import ThingId

MARK: Final = "_mark"
"""The column that names a row: equal where the key is equal."""
SAID: Final = "_said"
"""The column that tells one content of a row from another."""
ID: Final = "id"
"""What a source calls a row, where it calls it anything; no column keeps it."""
_WORD: Final = 8
_KEY_ID: Final = 16
_PADDED_TO: Final = 64
_NOBODY: Final = bytes(_KEY_ID)
Values: TypeAlias = Mapping[str, Any]
_Native: TypeAlias = bool | int | float | str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row on its way in: which one of its source, and its values by column.

    A person is a `ThingId` here, a moment an aware `datetime`, a sealed text plain.
    """

    number: int
    values: Values


class Writer:
    """Makes tables of rows; nobody without the key store can make or test what it hashes."""

    def __init__(self, keys: KeyStore, kind: Kind) -> None:
        """Write rows of a kind."""
        self._keys: Final = keys
        self._kind: Final = kind
        self._purpose: Final = purpose(kind)

    def table(self, rows: Sequence[Row]) -> pa.Table:
        """The rows as they are kept, with `MARK` and `SAID`."""
        people = {who for row in rows if (who := row.values.get("subject")) is not None}
        keys = self._keys.derived(people, self._purpose) if people else {}
        nobody = SubjectKey(id=_NOBODY, key=self._keys.secret(self._purpose))
        made = [
            self._row(row.values, keys.get(row.values.get("subject", ""), nobody)) for row in rows
        ]
        columns = {
            one.name: pa.array([row[n] for row in made], TYPES[one.form])
            for n, one in enumerate(self._kind.columns)
        }
        for name, place in ((MARK, -2), (SAID, -1)):
            columns[name] = pa.array([row[place] for row in made], pa.uint64())
        return pa.table(columns)

    def marks(self, people: Collection[ThingId]) -> dict[ThingId, int]:
        """The hash of each person who has a key."""
        found = self._keys.derived(set(people), self._purpose, make=False)
        return {who: _hash(b"who", key) for who, key in found.items()}

    def _row(self, values: Values, key: SubjectKey) -> list[object]:
        plain = [_native(values.get(one.name)) for one in self._kind.columns]
        said = dict(zip((one.name for one in self._kind.columns), plain, strict=True))
        named = [ID, values[ID]] if values.get(ID) else [said[name] for name in self._kind.key]
        return [
            *(self._kept(one.form, one.name, said[one.name], key) for one in self._kind.columns),
            _hash(orjson.dumps([self._kind.name, *named]), key),
            _hash(orjson.dumps(plain), key),
        ]

    def _kept(self, form: Form, name: str, value: _Native, key: SubjectKey) -> object:
        if value is None:
            return None
        if form is Form.PERSON:
            return _hash(b"who", key)
        if form is Form.SEALED:
            text = str(value).encode()
            padded = text + b" " * (-len(text) % _PADDED_TO)
            return key.id + seals.encrypt(key.key, padded, _place(self._kind, name))
        return value


def purpose(kind: Kind) -> str:
    """What the keys are derived for: other kinds of people, other keys."""
    return f"observations {kind.people}"


def texts(
    keys: KeyStore, kind: Kind, name: str, column: Iterable[bytes | None]
) -> list[str | None]:
    """What the cells of a sealed column say; None for nothing, and where a person was erased.

    Raises:
        SealBroken: a text was altered or moved.
    """
    cells = list(column)
    names = {cell[:_KEY_ID] for cell in cells if cell is not None} - {_NOBODY}
    known = keys.derived_by(names, purpose(kind)) if names else {}
    known[_NOBODY] = keys.secret(purpose(kind))
    return [_text(known, cell, _place(kind, name)) for cell in cells]


def _text(known: Mapping[bytes, bytes], cell: bytes | None, place: str) -> str | None:
    key = known.get(cell[:_KEY_ID]) if cell is not None else None
    if cell is None or key is None:
        return None
    text = seals.decrypt(key, cell[_KEY_ID:], place)
    try:
        return text.decode().rstrip(" ")
    except UnicodeDecodeError as error:
        raise SealBroken(f"what is sealed as {place!r} is no text") from error


def _place(kind: Kind, name: str) -> str:
    return f"{kind.name}.{name}"


def _native(value: object) -> _Native:
    """A value as JSON and Arrow take it; moments as microseconds since 1970."""
    if isinstance(value, datetime):
        return micros(value)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"{value!r} is no value of a row")


def _hash(what: bytes, key: SubjectKey) -> int:
    return int.from_bytes(blake2b(what, key=key.key, digest_size=_WORD).digest(), "little")

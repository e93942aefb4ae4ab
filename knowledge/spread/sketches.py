"""Sketches: what others need of stored posts to count them, without reading a single text."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from hashlib import blake2b
from typing import Any, Final, Self

import numpy as np
import orjson
import pyarrow as pa  # type: ignore[import-untyped]  # pyarrow has no type stubs

from knowledge.spread.assignment import IncidentScope, assign
from knowledge.spread.columns import Columns
from knowledge.spread.counters import FIELDS, UNDERSTOOD, Rows
from ontology.identity import ThingId
from ontology.signals import Signal

FORM: Final = 1
"""A sketch of another form is worked out again from its posts."""

_CODEC: Final = "zstd"
_LENGTH_BYTES: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """Posts as columns; `assigned` and `fenced` name the rows of each incident and geofence.

    `scopes` is the digest of the scopes by which they were assigned.
    """

    posts: Columns
    assigned: Mapping[ThingId, Rows]
    fenced: Mapping[ThingId, Rows]
    scopes: str

    @classmethod
    def of(
        cls,
        signals: Sequence[Signal],
        incidents: Sequence[IncidentScope],
        understood: frozenset[str] = UNDERSTOOD,
    ) -> Self:
        """Work it out: some tens of microseconds a post."""
        return cls(
            posts=Columns.of(signals, understood),
            assigned=_rows(assign(signal, incidents) for signal in signals),
            fenced=_rows(signal.fences for signal in signals),
            scopes=digest_of(incidents),
        )

    def packed(self, understood: frozenset[str] = UNDERSTOOD) -> bytes:
        """The sketch as bytes; what it holds is personal, so it has to be sealed."""
        arrays = {**self.posts.arrays()}
        arrays |= {f"in {name}": rows for name, rows in self.assigned.items()}
        arrays |= {f"at {name}": rows for name, rows in self.fenced.items()}
        head = {
            "form": [FORM, FIELDS, sorted(understood)],
            "scopes": self.scopes,
            "names": self.posts.names,
            "arrays": [[name, one.dtype.str, one.shape] for name, one in arrays.items()],
        }
        start = orjson.dumps(head)
        whole = b"".join(
            [start, *(np.ascontiguousarray(one).tobytes() for one in arrays.values())]
        )
        sizes = len(start).to_bytes(4, "big") + len(whole).to_bytes(4, "big")
        return sizes + bytes(pa.compress(whole, _CODEC, asbytes=True))


def unpacked(content: bytes, understood: frozenset[str] = UNDERSTOOD) -> Sketch | None:
    """A sketch that `packed` gave; None where it has another form or was made for other models."""
    start, size = (int.from_bytes(content[at : at + 4], "big") for at in (0, 4))
    whole = pa.decompress(content[_LENGTH_BYTES:], size, _CODEC, asbytes=True)
    head: dict[str, Any] = orjson.loads(whole[:start])
    if head["form"] != [FORM, FIELDS, sorted(understood)]:
        return None
    arrays, place = dict[str, Any](), start
    for name, kind, shape in head["arrays"]:
        many = int(np.prod(shape))
        arrays[name] = np.frombuffer(whole, kind, many, place).reshape(shape)
        place += arrays[name].nbytes
    named = {name: rows for name, rows in arrays.items() if " " in name}
    own = {name: one for name, one in arrays.items() if name not in named}
    return Sketch(
        posts=Columns(**own, names=tuple(map(ThingId, head["names"]))),
        assigned={ThingId(name[3:]): rows for name, rows in named.items() if name[:3] == "in "},
        fenced={ThingId(name[3:]): rows for name, rows in named.items() if name[:3] == "at "},
        scopes=head["scopes"],
    )


def assigned(signals: Sequence[Signal], incidents: Sequence[IncidentScope]) -> dict[ThingId, Rows]:
    """The rows of the posts that are in the scope of each incident."""
    return _rows(assign(signal, incidents) for signal in signals)


def digest_of(incidents: Iterable[IncidentScope]) -> str:
    """A digest of scopes, the same in every process and in any order."""
    told = sorted(
        orjson.dumps([_plain(getattr(one, field.name)) for field in fields(one)])
        for one in incidents
    )
    return blake2b(b"\n".join(told), digest_size=16).hexdigest()


def _plain(value: object) -> object:
    return sorted(value) if isinstance(value, tuple | frozenset) else value


def _rows(named: Iterable[Iterable[ThingId]]) -> dict[ThingId, Rows]:
    found: dict[ThingId, list[int]] = {}
    for row, names in enumerate(named):
        for name in dict.fromkeys(names):
            found.setdefault(name, []).append(row)
    return {name: np.array(rows, dtype=np.intp) for name, rows in found.items()}

"""Precedents on disk: rows and vectors in numbered parts, and the manifest of those that count."""

import hashlib
import mmap
import os
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt
import orjson

from knowledge.language.embedding import DIMENSIONS, Vectors
from knowledge.postings import Postings
from knowledge.postings_files import read_postings
from knowledge.precedent_rows import FILTERED, Precedent

MODEL: Final = "all-MiniLM-L6-v2"
_FORMAT: Final = 1
_UNKNOWN: Final = frozenset({"cluster", "severity", "result"})
_MANIFEST: Final = "manifest.json"


class IndexInvalid(Exception):
    """The folder holds an index that this version cannot read; delete it and load again."""


_FIELDS: Final = frozenset(field.name for field in fields(Precedent))


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """What each row has in one field: row i has `values[codes[i]]`, None where nothing is said."""

    values: tuple[object, ...]
    codes: npt.NDArray[np.int32]

    def among(self, wanted: Collection[object]) -> npt.NDArray[np.bool_]:
        """Which rows have one of some values."""
        right = np.asarray([_any(value, wanted) for value in self.values], dtype=np.bool_)
        mask: npt.NDArray[np.bool_] = right[self.codes]
        return mask

    def counted(self, mask: npt.NDArray[np.bool_]) -> Counter[object]:
        """How many of some rows have each value; a row counts once for each that it has."""
        many = np.bincount(self.codes[mask], minlength=len(self.values))
        found: Counter[object] = Counter()
        for value, times in zip(self.values, many.tolist(), strict=True):
            for one in value if isinstance(value, tuple) else (value,):
                found[one] += times
        return +Counter({value: times for value, times in found.items() if value is not None})


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A run of rows: row i is line i of `lines` and vector i of `vectors`, shape (n, 384).

    `ids` says which precedent each row is, `columns` what it has in each field that can be
    filtered; `gone` which rows only tell that a precedent was withdrawn.
    """

    name: str
    vectors: Vectors
    lines: bytes | mmap.mmap
    offsets: npt.NDArray[np.int64]
    ids: tuple[str, ...]
    columns: Mapping[str, Column]
    gone: npt.NDArray[np.bool_]
    postings: Postings

    def raw(self, row: int) -> bytes:
        """One row as it is stored, without its line end."""
        return self.lines[int(self.offsets[row]) : int(self.offsets[row + 1]) - 1]

    def precedent(self, row: int) -> Precedent:
        """One row, read."""
        stored = orjson.loads(self.raw(row))
        known = {name: value for name, value in stored.items() if name in _FIELDS}
        several = {name: tuple(known.get(name, ())) for name in ("strategy", "channel")}
        return Precedent(**known | several)

    def __len__(self) -> int:
        """How many rows it has."""
        return len(self.offsets) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What the manifest says of a part: its rows, and the digest of its two files."""

    rows: int
    digest: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphFile:
    """The file of the graph over the leading rows, and the digest that it must have."""

    name: str
    rows: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """Which parts count, in order; `following` numbers the next file."""

    parts: Mapping[str, Stored]
    following: int
    graph: GraphFile | None = None

    @property
    def rows(self) -> int:
        """How many rows all parts have."""
        return sum(part.rows for part in self.parts.values())


NO_PARTS: Final = Manifest(parts=MappingProxyType({}), following=1)


def stamp(directory: Path) -> tuple[int, int] | None:
    """What changes whenever the manifest does; None where there is no index yet."""
    try:
        found = (directory / _MANIFEST).stat()
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_ino


def read_manifest(directory: Path) -> Manifest:
    """The manifest, empty where there is none.

    Raises:
        IndexInvalid: it cannot be read, or vectors of another model are in it.
    """
    path = directory / _MANIFEST
    try:
        stored = orjson.loads(path.read_bytes())
        fits = (stored["format"], stored["model"]) == (_FORMAT, MODEL)
        parts = {
            str(name): Stored(rows=int(rows), digest=_first(more))
            for name, rows, *more in stored["parts"]
        }
        following = int(stored["following"])
        graph = GraphFile(**found) if (found := stored.get("graph")) else None
    except FileNotFoundError:
        return NO_PARTS
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise IndexInvalid(f"{path} is damaged ({error}); {_CURE}") from error
    if not fits:
        raise IndexInvalid(f"{path} was written for another model or version; {_CURE}")
    return Manifest(parts=MappingProxyType(parts), following=following, graph=graph)


def _first(more: Sequence[str]) -> str | None:
    return str(more[0]) if more else None


_CURE: Final = "delete the folder and run `attune precedents load` again"


def write_manifest(directory: Path, manifest: Manifest) -> None:
    """Replace the manifest atomically and durably; the parts must be durable before."""
    body = {"format": _FORMAT, "model": MODEL, "following": manifest.following}
    parts = [[name, part.rows, part.digest] for name, part in manifest.parts.items()]
    graph = asdict(manifest.graph) if manifest.graph else None
    _replace(directory / _MANIFEST, [orjson.dumps(body | {"parts": parts, "graph": graph})])


def write_part(
    directory: Path, name: str, lines: Sequence[bytes], vectors: Iterable[Vectors]
) -> Stored:
    """Write one part durably; it counts only once a manifest names it.

    `vectors` are blocks of rows, together as many as `lines`, so that merging needs no copy.
    """
    shape = (len(lines), DIMENSIONS)
    header = {"descr": "<f4", "fortran_order": False, "shape": shape}
    sha = sha256()
    _replace(directory / f"{name}.npy", _summed(_npy(header, vectors), sha))
    _replace(directory / f"{name}.jsonl", _summed((line + b"\n" for line in lines), sha))
    return Stored(rows=len(lines), digest=sha.hexdigest())


def open_part(directory: Path, name: str, stored: Stored) -> Part:
    """Map one part into memory.

    Raises:
        FileNotFoundError: another process merged it away meanwhile; read the manifest again.
        IndexInvalid: its files are not what the manifest says.
    """
    path = directory / f"{name}.npy"
    try:
        vectors: Vectors = np.load(path, mmap_mode="r")
    except ValueError as error:
        raise IndexInvalid(f"{path} is damaged ({error}); {_CURE}") from error
    with (directory / f"{name}.jsonl").open("rb") as stream:
        lines = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
    ends = np.flatnonzero(np.frombuffer(lines, dtype=np.uint8) == ord("\n")) + 1
    if vectors.shape != (stored.rows, DIMENSIONS) or len(ends) != stored.rows:
        raise IndexInvalid(f"{path} and its rows do not have {stored.rows} entries each; {_CURE}")
    if stored.digest not in {None, _digest(path, lines)}:
        raise IndexInvalid(f"{path} or its rows are not as they were written; {_CURE}")
    offsets = np.concatenate([np.zeros(1, dtype=np.int64), ends.astype(np.int64)])
    rows = [orjson.loads(line) for line in lines[:].splitlines()]
    return Part(
        name=name,
        vectors=vectors,
        lines=lines,
        offsets=offsets,
        ids=tuple(str(row["id"]) for row in rows),
        columns={name: _column([_value(name, row) for row in rows]) for name in FILTERED},
        gone=np.asarray([row.get("gone") is True for row in rows], dtype=np.bool_),
        postings=read_postings(
            directory / f"{name}.words.npz",
            stored.digest,
            lambda: [f"{row.get('title', '')}\n{row.get('text', '')}" for row in rows],
        ),
    )


def _column(found: Sequence[object]) -> Column:
    values = tuple(dict.fromkeys(found))
    codes = {value: code for code, value in enumerate(values)}
    return Column(
        values=values, codes=np.asarray([codes[value] for value in found], dtype=np.int32)
    )


def _any(value: object, wanted: Collection[object]) -> bool:
    return any(one in wanted for one in value) if isinstance(value, tuple) else value in wanted


def _value(field: str, row: Mapping[str, object]) -> object:
    if field == "year":
        return int(str(row["date"])[:4]) if row.get("date") else None
    if field == "answered":
        return bool((row.get("said") or row.get("strategy")) and row.get("outcome"))
    found = row.get(field, "unknown" if field in _UNKNOWN else None)
    return tuple(found) if isinstance(found, list) else found


def _digest(vectors: Path, lines: mmap.mmap) -> str:
    sha = sha256()
    with vectors.open("rb") as stream:
        while block := stream.read(1 << 20):
            sha.update(block)
    sha.update(lines)
    return sha.hexdigest()


def _summed(blocks: Iterable[bytes], sha: "hashlib._Hash") -> Iterator[bytes]:
    for block in blocks:
        sha.update(block)
        yield block


def sweep(directory: Path, manifest: Manifest) -> None:
    """Delete files that the manifest does not name: a killed build or a merge left them."""
    named = {*manifest.parts, *([manifest.graph.name] if manifest.graph else [])}
    for path in (*directory.glob("part-*"), *directory.glob("graph-*")):
        if path.name.partition(".")[0] not in named:
            path.unlink(missing_ok=True)


def _npy(header: dict[str, object], blocks: Iterable[Vectors]) -> Iterator[bytes]:
    text = repr(header).encode()
    padding = -(10 + len(text) + 1) % 64
    yield b"\x93NUMPY\x01\x00" + (len(text) + padding + 1).to_bytes(2, "little")
    yield text + b" " * padding + b"\n"
    for block in blocks:
        yield np.ascontiguousarray(block, dtype="<f4").tobytes()


def _replace(path: Path, blocks: Iterable[bytes]) -> None:
    """Write beside, force to disk, rename, force the folder."""
    beside = path.with_name(path.name + ".new")
    with beside.open("wb") as stream:
        stream.writelines(blocks)
        stream.flush()
        os.fsync(stream.fileno())
    beside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)

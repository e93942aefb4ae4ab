"""Precedents on disk: rows and vectors in numbered parts, and the manifest of those that count."""

import mmap
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt
import orjson

from knowledge.language.embedding import DIMENSIONS, Vectors
from ontology.identity import ThingId

MODEL: Final = "all-MiniLM-L6-v2"
_FORMAT: Final = 1
_MANIFEST: Final = "manifest.json"


class IndexInvalid(Exception):
    """The folder holds an index that this version cannot read; delete it and load again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Precedent:
    """One past case.

    `text` is what happened; `title` and `text` are what is searched. `date` is ISO 8601, at least
    a year (`2013`, `2013-12`, `2013-12-01`). `severity` and `cluster` are names of the facts'
    scheme, `unknown` where nobody judged. `source` names the archive, `reference` a page about
    the case. `invented` marks a case written for training, with organisations that do not exist.
    """

    id: ThingId
    title: str
    text: str
    source: str
    date: str | None = None
    severity: str = "unknown"
    cluster: str = "unknown"
    language: str = "en"
    region: str | None = None
    outcome: str | None = None
    strategy: tuple[str, ...] = ()
    said: str | None = None
    lesson: str | None = None
    reference: str | None = None
    invented: bool = False

    @property
    def year(self) -> int | None:
        """The year of the date."""
        return int(self.date[:4]) if self.date else None

    @property
    def searched(self) -> str:
        """The text that is embedded."""
        return f"{self.title}\n{self.text}"

    def to_json(self) -> dict[str, object]:
        """The fields that are known, by name."""
        return {k: v for k, v in asdict(self).items() if v not in (None, (), False)}


def text_digest(text: str) -> str:
    """A name for a text; equal texts are embedded once."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


_FIELDS: Final = frozenset(field.name for field in fields(Precedent))


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A run of rows: row i is line i of `lines` and vector i of `vectors`, shape (n, 384)."""

    name: str
    vectors: Vectors
    lines: bytes | mmap.mmap
    offsets: npt.NDArray[np.int64]

    def raw(self, row: int) -> bytes:
        """One row as it is stored, without its line end."""
        return self.lines[int(self.offsets[row]) : int(self.offsets[row + 1]) - 1]

    def precedent(self, row: int) -> Precedent:
        """One row, read."""
        stored = orjson.loads(self.raw(row))
        known = {name: value for name, value in stored.items() if name in _FIELDS}
        return Precedent(**known | {"strategy": tuple(known.get("strategy", ()))})

    def __len__(self) -> int:
        """How many rows it has."""
        return len(self.offsets) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """Which parts count, in order, with their numbers of rows; `following` names the next part."""

    parts: Mapping[str, int]
    following: int


NO_PARTS: Final = Manifest(parts=MappingProxyType({}), following=1)


def encode(precedent: Precedent) -> bytes:
    """A row as it is stored: canonical, so that equal precedents have equal bytes."""
    return orjson.dumps(precedent.to_json(), option=orjson.OPT_SORT_KEYS)


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
        parts = {str(name): int(rows) for name, rows in stored["parts"]}
        following = int(stored["following"])
    except FileNotFoundError:
        return NO_PARTS
    except (ValueError, KeyError, TypeError) as error:
        raise IndexInvalid(f"{path} is damaged ({error}); {_CURE}") from error
    if not fits:
        raise IndexInvalid(f"{path} was written for another model or version; {_CURE}")
    return Manifest(parts=MappingProxyType(parts), following=following)


_CURE: Final = "delete the folder and run `attune precedents load` again"


def write_manifest(directory: Path, manifest: Manifest) -> None:
    """Replace the manifest atomically and durably; the parts must be durable before."""
    body = {"format": _FORMAT, "model": MODEL, "following": manifest.following}
    parts = [[name, rows] for name, rows in manifest.parts.items()]
    _replace(directory / _MANIFEST, [orjson.dumps(body | {"parts": parts})])


def write_part(
    directory: Path, name: str, lines: Sequence[bytes], vectors: Iterable[Vectors]
) -> None:
    """Write one part durably; it counts only once a manifest names it.

    `vectors` are blocks of rows, together as many as `lines`, so that merging needs no copy.
    """
    shape = (len(lines), DIMENSIONS)
    header = {"descr": "<f4", "fortran_order": False, "shape": shape}
    _replace(directory / f"{name}.npy", _npy(header, vectors))
    _replace(directory / f"{name}.jsonl", (line + b"\n" for line in lines))


def open_part(directory: Path, name: str, rows: int) -> Part:
    """Map one part into memory.

    Raises:
        FileNotFoundError: another process merged it away meanwhile; read the manifest again.
        IndexInvalid: its files do not have the rows that the manifest says.
    """
    path = directory / f"{name}.npy"
    try:
        vectors: Vectors = np.load(path, mmap_mode="r")
    except ValueError as error:
        raise IndexInvalid(f"{path} is damaged ({error}); {_CURE}") from error
    with (directory / f"{name}.jsonl").open("rb") as stream:
        lines = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
    ends = np.flatnonzero(np.frombuffer(lines, dtype=np.uint8) == ord("\n")) + 1
    if vectors.shape != (rows, DIMENSIONS) or len(ends) != rows:
        raise IndexInvalid(f"{path} and its rows do not have {rows} entries each; {_CURE}")
    offsets = np.concatenate([np.zeros(1, dtype=np.int64), ends.astype(np.int64)])
    return Part(name=name, vectors=vectors, lines=lines, offsets=offsets)


def sweep(directory: Path, manifest: Manifest) -> None:
    """Delete part files that the manifest does not name: a killed build or a merge left them."""
    for path in directory.glob("part-*"):
        if path.name.partition(".")[0] not in manifest.parts:
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

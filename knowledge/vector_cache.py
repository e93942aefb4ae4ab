"""Vectors of texts kept on disk by the digest of the text, so that none is computed twice."""

import os
import zipfile
from collections.abc import Callable, Collection, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final

import numpy as np

from knowledge.language.embedding import DIMENSIONS, Vectors, load
from knowledge.precedent_parts import MODEL
from knowledge.precedent_rows import text_digest

BATCH: Final = 256
_DAMAGED: Final = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile)


class VectorCache:
    """A folder of blocks of vectors; safe to delete, safe to share, resumable after a kill."""

    def __init__(
        self,
        directory: Path,
        embed: Callable[[Sequence[str]], Vectors] | None = None,
        digest: Callable[[str], str] = text_digest,
    ) -> None:
        """Name the folder; without `embed` the packaged model is loaded when it is needed.

        Texts of people want a keyed `digest`, of 32 characters, that nobody can guess at.
        """
        self._digest = digest
        self._directory = directory / MODEL
        self._embed = embed or _packaged
        self.embedded = 0

    def vectors(
        self, texts: Sequence[str], progress: Callable[[int, int], None] = lambda *_: None
    ) -> Vectors:
        """Unit vectors of the texts in their order, shape (n, 384), float32.

        `progress` hears how many different texts are done and how many there are.

        Raises:
            OSError: the folder cannot be written.
        """
        digests = [self._digest(text) for text in texts]
        different = dict(zip(digests, texts, strict=True))
        found = self._kept(different)
        missing = [digest for digest in different if digest not in found]
        progress(len(found), len(different))
        for start in range(0, len(missing), BATCH):
            batch = missing[start : start + BATCH]
            rows = self._embed([different[digest] for digest in batch])
            self._keep(batch, rows)
            found.update(zip(batch, rows, strict=True))
            progress(len(found), len(different))
        self.embedded += len(missing)
        stacked = np.asarray([found[digest] for digest in digests], dtype=np.float32)
        return stacked.reshape(-1, DIMENSIONS)

    def _kept(self, wanted: Collection[str]) -> dict[str, Vectors]:
        return {
            digest: row
            for path in sorted(self._directory.glob("*.npz"))
            for digest, row in _block(path)
            if digest in wanted
        }

    def _keep(self, digests: Sequence[str], rows: Vectors) -> None:
        """Write one block beside, force it to disk, and rename it."""
        self._directory.mkdir(parents=True, exist_ok=True)
        name = sha256("".join(digests).encode()).hexdigest()[:32]
        beside = self._directory / f"{name}.{os.getpid()}.new"
        with beside.open("wb") as stream:
            np.savez(stream, digests=np.asarray(digests, dtype="U32"), rows=rows)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(self._directory / f"{name}.npz")


def _block(path: Path) -> Iterator[tuple[str, Vectors]]:
    """The vectors of one block; a damaged one has none, its texts are embedded anew."""
    try:
        with path.open("rb") as stream, np.load(stream) as stored:
            digests, rows = stored["digests"], stored["rows"]
    except _DAMAGED:
        return
    if rows.shape == (len(digests), DIMENSIONS) and rows.dtype == np.float32:
        yield from zip(map(str, digests), rows, strict=True)


def _packaged(texts: Sequence[str]) -> Vectors:
    return load().embed(texts)

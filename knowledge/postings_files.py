"""Postings beside the texts they were read from: kept so that nobody reads the texts again."""

import os
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from knowledge.postings import Postings, build

_FORM: Final = "1"
"""Another one wherever `knowledge.postings.words` gives other words."""
_DAMAGED: Final = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile)


def read_postings(path: Path, digest: str | None, texts: Callable[[], Sequence[str]]) -> Postings:
    """The postings that were kept of texts with this digest; read from the texts where none are.

    A file that is missing, damaged or of other texts is written anew where that can be done.
    """
    mark = f"{_FORM} {digest}"
    kept = _kept(path, mark)
    if kept is not None:
        return kept
    found = build(texts())
    if digest is not None:
        _keep(path, mark, found)
    return found


def _kept(path: Path, mark: str) -> Postings | None:
    try:
        with path.open("rb") as stream, np.load(stream) as stored:
            if str(stored["mark"]) != mark:
                return None
            ordered = stored["words"].tobytes().decode().split("\n")
            return Postings(
                words={word: number for number, word in enumerate(ordered) if word},
                starts=stored["starts"],
                rows=stored["rows"],
                counts=stored["counts"],
                lengths=stored["lengths"],
            )
    except _DAMAGED:
        return None


def _keep(path: Path, mark: str, postings: Postings) -> None:
    """Not forced to disk: what is lost is made again."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.new")
    words = np.frombuffer("\n".join(postings.words).encode(), dtype=np.uint8)
    try:
        with beside.open("wb") as stream:
            np.savez(
                stream,
                mark=np.asarray(mark),
                words=words,
                starts=postings.starts,
                rows=postings.rows,
                counts=postings.counts,
                lengths=postings.lengths,
            )
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)

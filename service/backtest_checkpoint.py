"""The checkpoint of a backtest: what was counted so far, sealed, from which a run goes on."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import orjson

from knowledge.durable import sync_directory
from knowledge.recorded_decisions import Range
from knowledge.refusals import SealBroken
from knowledge.seals import decrypt, encrypt
from service.backtest_tally import Tally

KEPT: Final = timedelta(days=1)
"""For how long a run that was broken off can go on."""

_LENGTH: Final = 8


class Checkpoint:
    """One file of sealed frames: first what is run over, then a tally for each unit."""

    def __init__(self, directory: Path, key: bytes, asked: Mapping[str, Any]) -> None:
        """Name the file by what was asked; nothing is read yet."""
        name = sha256(orjson.dumps(asked, option=orjson.OPT_SORT_KEYS)).hexdigest()
        self._path: Final = directory / f"{name}.checkpoint"
        self._key: Final = key
        self._done = 0

    def begun(
        self, fits: Mapping[str, Any], after: datetime
    ) -> tuple[Sequence[Range], dict[Range, Tally]] | None:
        """The units of a run that was broken off and what was counted.

        None where there is none that began after a moment and fits.
        """
        frames = [*self._frames()]
        stale = not frames or datetime.fromisoformat(frames[0]["at"]) < after
        if stale or frames[0]["fits"] != fits:
            self.drop()
            return None
        units = [Range(first=first, last=last) for first, last in frames[0]["units"]]
        done = {
            Range(first=one["unit"][0], last=one["unit"][1]): Tally.from_json(one["tally"])
            for one in frames[1:]
        }
        self._cut(len(frames))
        return units, done

    def begin(self, fits: Mapping[str, Any], at: datetime, units: Sequence[Range]) -> None:
        """Begin anew."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.drop()
        ranges = [[one.first, one.last] for one in units]
        self._append({"at": at.isoformat(), "fits": fits, "units": ranges})
        sync_directory(self._path.parent)

    def keep(self, unit: Range, tally: Tally) -> None:
        """Keep what a unit gave; it is on disk when this returns."""
        self._append({"unit": [unit.first, unit.last], "tally": tally.to_json()})

    def drop(self) -> None:
        """Forget the run."""
        self._path.unlink(missing_ok=True)
        self._done = 0

    def _append(self, frame: Mapping[str, Any]) -> None:
        sealed = encrypt(self._key, orjson.dumps(frame), self._bound(self._done))
        handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "ab") as file:
            file.write(len(sealed).to_bytes(_LENGTH, "big") + sealed)
            file.flush()
            os.fsync(file.fileno())
        self._done += 1

    def _frames(self) -> Iterator[dict[str, Any]]:
        """The whole frames; one that a crash cut short ends them."""
        with suppress(OSError, SealBroken, ValueError):
            content = self._path.read_bytes()
            at = number = 0
            while at + _LENGTH <= len(content):
                length = int.from_bytes(content[at : at + _LENGTH], "big")
                sealed = content[at + _LENGTH : at + _LENGTH + length]
                yield orjson.loads(decrypt(self._key, sealed, self._bound(number)))
                at, number = at + _LENGTH + length, number + 1

    def _cut(self, frames: int) -> None:
        """Drop what a crash cut short, so that the next frame follows a whole one."""
        content, at = self._path.read_bytes(), 0
        for _ in range(frames):
            at += _LENGTH + int.from_bytes(content[at : at + _LENGTH], "big")
        os.truncate(self._path, at)
        self._done = frames

    def _bound(self, number: int) -> str:
        return f"{self._path.name} {number}"

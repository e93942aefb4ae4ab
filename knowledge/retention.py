"""Retention: until when segments are kept, and the dropping of those whose time is over."""

from datetime import date
from pathlib import Path
from shutil import rmtree
from typing import Final

from knowledge.durable import replace_whole, sync_directory

_UNTIL: Final = ".until-"
_RETAINED: Final = "retained"
_LAPSED: Final = "lapsed"


class Retention:
    """Marks of how far dropping went, in the directory of all segments; hold its lock to write.

    A mark moves before anything is dropped, and what lies behind it counts as dropped.
    """

    def __init__(self, directory: Path) -> None:
        """Keep the marks there."""
        self._directory: Final = directory

    def first_kept(self) -> date:
        """The first day whose segments are kept; day 1 where nothing was ever dropped."""
        return self._marked(_RETAINED)

    def over(self, day: str, until: str | None) -> bool:
        """Whether the time of a segment of a day, that has to go by another, is over."""
        if day < self.first_kept().isoformat():
            return True
        return until is not None and until <= self._marked(_LAPSED).isoformat()

    def drop_before(self, first_kept: date) -> list[date]:
        """Drop all days before one; which went."""
        if first_kept > self.first_kept():
            self._mark(_RETAINED, first_kept)
        dropped = [day for day in self._days() if day < first_kept]
        for day in dropped:
            rmtree(self._directory / day.isoformat())
        sync_directory(self._directory)
        return dropped

    def drop_lapsed(self, today: date) -> int:
        """Drop the segments that have to go by today; how many files went."""
        if today > self._marked(_LAPSED):
            self._mark(_LAPSED, today)
        found = self._directory.glob(f"*/*/*{_UNTIL}*.parquet")
        gone = [file for file in found if _until(file) <= today]
        for file in gone:
            file.unlink()
        for folder in {file.parent for file in gone}:
            sync_directory(folder)
        return len(gone)

    def _mark(self, name: str, day: date) -> None:
        replace_whole(self._directory / name, day.isoformat().encode() + b"\n")

    def _marked(self, name: str) -> date:
        try:
            return date.fromisoformat((self._directory / name).read_text("ascii").strip())
        except FileNotFoundError:
            return date.min

    def _days(self) -> list[date]:
        found = (entry.name for entry in self._directory.iterdir() if entry.is_dir())
        return sorted(date.fromisoformat(name) for name in found)


def named(segment: str, until: date | None) -> str:
    """The name of a segment's file, which says by which day it has to go.

    >>> named("01jd", date(2026, 12, 1))
    '01jd.until-2026-12-01'
    """
    return segment if until is None else f"{segment}{_UNTIL}{until.isoformat()}"


def _until(file: Path) -> date:
    return date.fromisoformat(file.stem.rpartition(_UNTIL)[2])

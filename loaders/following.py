"""Following a timeline: page by page, each post handed over before its place is kept."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import orjson

from knowledge.durable import replace_whole
from loaders.pacing import Bucket
from loaders.platform_client import CursorRefused, PlatformClient
from loaders.timelines import AnswerInvalid, Place, Timeline, afresh

Take = Callable[[Sequence[Mapping[str, object]]], None]
"""Keeps posts durably; it may get one again and then has to know it by its id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What outlives a process: where reading stands, and what is left of the quota."""

    place: Place = Place()  # noqa: RUF009 - frozen
    bucket: Bucket | None = None


class PlaceFile:
    """One file that holds it, whole at any moment; a spoilt one means to begin anew."""

    def __init__(self, path: Path) -> None:
        """Name the file."""
        self._path: Final = path
        self.kept = self._read()

    def keep(self, *, place: Place | None = None, bucket: Bucket | None = None) -> None:
        """Keep a new place or bucket; on disk when this returns."""
        kept = Kept(place=place or self.kept.place, bucket=bucket or self.kept.bucket)
        if kept == self.kept:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        replace_whole(self._path, orjson.dumps(kept))
        self.kept = kept

    def _read(self) -> Kept:
        try:
            told = orjson.loads(self._path.read_bytes())
            bucket = told["bucket"]
            return Kept(
                place=Place(**told["place"]),
                bucket=None
                if bucket is None
                else Bucket(
                    tokens=float(bucket["tokens"]), at=datetime.fromisoformat(bucket["at"])
                ),
            )
        except (OSError, ValueError, KeyError, TypeError):
            return Kept()


class Follower:
    """Walks one timeline; a kill at any point loses no post, and ids keep any from counting twice.

    # INVARIANT: a page's posts are taken before its place is kept.
    """

    def __init__(self, client: PlatformClient, timeline: Timeline, places: PlaceFile) -> None:
        """Go on where the file says."""
        self._client: Final = client
        self._timeline: Final = timeline
        self._places: Final = places

    def walk(self, take: Take) -> int:
        """Read up to the newest post; how many posts were handed over.

        Raises:
            AccessLost: the platform shuts us out.
            CircuitOpen: it failed too often; go on later where it stands.
            AnswerInvalid: an answer has not the form that the platform documents, twice.
        """
        handed, odd = 0, 0
        while True:
            place = self._places.kept.place
            try:
                answer = self._client.get(self._timeline.path, self._timeline.ask(place))
                page = self._timeline.read(answer, place)
            except CursorRefused as refused:
                if place.cursor is None:
                    raise AnswerInvalid(f"{refused} without a cursor") from refused
                self._places.keep(place=afresh(place))
                continue
            except AnswerInvalid:
                odd += 1
                if odd > 1:
                    raise
                continue
            take(page.posts)
            handed += len(page.posts)
            self._places.keep(place=page.place)
            if page.done:
                return handed

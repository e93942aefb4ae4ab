"""Silences: when a feed delivered nothing for longer than it may, by its posts."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]  # pyarrow has no type stubs
import pyarrow.compute as pc  # type: ignore[import-untyped]  # pyarrow has no type stubs
from numpy.typing import NDArray

from knowledge.spread.feeds import FeedInfo
from ontology.identity import ThingId
from service.finding_buckets import Silence, instant, moment

_MINUTE = 60_000_000


class Hearing:
    """In which minutes each feed has posts."""

    def __init__(self) -> None:
        """Nothing is heard yet."""
        self._minutes: defaultdict[ThingId, set[int]] = defaultdict(set)

    def hear(self, table: pa.Table) -> None:
        """Note the posts of a batch, by when they were posted: late ones fill their gap."""
        feeds = table["feed"].combine_chunks()
        if isinstance(feeds, pa.ChunkedArray):
            feeds = feeds.chunk(0) if feeds.num_chunks else pa.array([], pa.string())
        if not isinstance(feeds, pa.DictionaryArray):
            feeds = pc.dictionary_encode(feeds)
        codes = feeds.indices.to_numpy(zero_copy_only=False)
        times = table["at"].cast(pa.timestamp("us")).to_numpy().astype("datetime64[us]")
        minutes = times.astype(np.int64) // _MINUTE
        for code, name in enumerate(feeds.dictionary.to_pylist()):
            mine = minutes[codes == code]
            if len(mine):
                self._minutes[ThingId(name)].update(_distinct(mine))

    def feeds(self) -> set[ThingId]:
        """The feeds that were heard."""
        return {*self._minutes}

    def silences(
        self, declared: Mapping[ThingId, FeedInfo], since: datetime, until: datetime
    ) -> list[Silence]:
        """Every silence of every feed that is declared or was heard."""
        feeds = sorted({*declared, *self._minutes})
        return [
            one
            for feed in feeds
            for one in self._of(feed, declared.get(feed) or FeedInfo(id=feed), since, until)
        ]

    def _of(
        self, feed: ThingId, info: FeedInfo, since: datetime, until: datetime
    ) -> Iterator[Silence]:
        heard = np.array(sorted(self._minutes.get(feed, ())), dtype=np.int64) * _MINUTE
        begins = np.concatenate([[moment(since)], heard + _MINUTE])
        ends = np.concatenate([heard, [moment(until)]])
        longest = info.stalls_after // timedelta(microseconds=1)
        for place in np.flatnonzero(ends - begins > longest).tolist():
            yield Silence(
                feed=feed, since=instant(int(begins[place])), until=instant(int(ends[place]))
            )


def _distinct(minutes: NDArray[np.int64]) -> list[int]:
    """The different minutes of a day or so, without sorting."""
    low = int(minutes.min())
    found: list[int] = (np.flatnonzero(np.bincount(minutes - low)) + low).tolist()
    return found

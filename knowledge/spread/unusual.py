"""Whether a feed delivers more than its own last days make usual; a fold of what is counted."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from knowledge.spread.anomalies import Memory, Reading, observe
from knowledge.spread.counters import Cell
from knowledge.spread.series import HORIZON, QUARTER
from ontology.identity import ThingId

ROW: Final = 4
"""Quarter hours of one row; the detector is as good on hours as on minutes (docs/volume.md)."""

LEARNS: Final = 1.0
"""Days that have to be heard before anything is told."""

_ROWS: Final = HORIZON // QUARTER // ROW


@dataclass(frozen=True, slots=True, kw_only=True)
class Unusual:
    """Whether the rate of about the last hour is an alarm, and for how long it has been high.

    None where nobody can tell: too little was heard, or the feed is silent.
    """

    unusual: bool | None = None
    lasting: timedelta = timedelta(0)

    def values(self) -> dict[str, object]:
        """The fields of a feed fact; what can't be told is missing."""
        if self.unusual is None:
            return {}
        if not self.unusual:
            return {"unusual": False}
        return {"unusual": True, "unusual_for": self.lasting}


class Judgements:
    """What was judged of feeds, kept until an earlier post comes or a quarter of an hour ends."""

    def __init__(self) -> None:
        """Nothing is judged yet."""
        self._known: Final[dict[ThingId, Unusual]] = {}
        self._last = 0

    def forget(self, second: int) -> None:
        """A post of this second since 1970 came: what counted that quarter of an hour is void."""
        if second // QUARTER < self._last:
            self._known.clear()

    def of(
        self, feed: ThingId, quarters: Mapping[int, Cell], at: datetime, silence: timedelta
    ) -> Unusual:
        """What the feed's quarter hours before a moment say."""
        last = int(at.timestamp()) // QUARTER
        if last != self._last:
            self._known.clear()
            self._last = last
        if feed not in self._known:
            posts = {number: cell.by_feed.get(feed, 0) for number, cell in quarters.items()}
            self._known[feed] = judged(posts, last, silence)
        return self._known[feed]


def judged(posts: Mapping[int, int], last: int, silence: timedelta) -> Unusual:
    """What the posts by quarter hour, up to `last` (not included), say of its last hour.

    `silence` is how long the feed may be silent without having stalled: a longer one is a gap, of
    which nothing is learned. Depends on the posts of eight days before `last` and on nothing else.
    """
    memory, reading, before, heard = Memory(), Reading(), 0, False
    for row, count in _rows(posts, last, silence):
        memory, reading = observe(memory, count, (row - before) * ROW * QUARTER)
        before, heard = row, row == _ROWS
    if not heard or memory.seen < LEARNS:
        return Unusual()
    return Unusual(unusual=reading.standing, lasting=timedelta(hours=round(reading.lasting, 3)))


def _rows(posts: Mapping[int, int], last: int, silence: timedelta) -> Iterator[tuple[int, int]]:
    """(row, posts) of each hour from the first one with posts to the last, the gaps left out."""
    hours = [0] * (_ROWS + 1)
    for quarter, count in posts.items():
        row = _ROWS - (last - 1 - quarter) // ROW
        if quarter < last and row > 0:
            hours[row] += count
    waiting: list[tuple[int, int]] = []
    longest = silence / timedelta(seconds=ROW * QUARTER)
    begun = False
    for row, count in enumerate(hours):
        begun = begun or count > 0
        if not begun:
            continue
        waiting.append((row, count))
        if count:
            yield from waiting if len(waiting) <= longest + 1 else waiting[-1:]
            waiting = []
    yield from waiting if len(waiting) <= longest else ()

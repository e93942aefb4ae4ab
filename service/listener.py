"""The listener: walks the timeline of a platform, or of its fallback, into signals."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import httpx

from loaders.following import Follower, PlaceFile
from loaders.pacing import Quota
from loaders.platform_client import AccessLost, CircuitOpen, PlatformClient, Time
from loaders.signals import FieldInvalid, Source, signal
from loaders.timelines import FORMS, AnswerInvalid
from ontology.identity import ThingId
from ontology.lifecycle import ATTUNE
from ontology.signals import Signal
from service import access, intake, sharing, shutout, usage
from service.lease import Lease, lease
from service.values import first
from service.world import World

MEASURE_EVERY: Final = timedelta(minutes=1)
"""How often what was asked is recorded."""

_CAUTIOUS: Final = Quota(requests=30, window=timedelta(minutes=5))
"""What a platform without a recorded quota is asked at the most."""

_AT_ONCE: Final = 1_000
_POSTS: Final = 40

Connect = Callable[[ThingId, str], httpx.Client]
"""Makes the connection to a platform at an address, with whatever key it takes."""


class CannotListen(Exception):
    """There is nothing to listen to; the message says what to record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """What is listened to: a feed of a platform, at an address, in a form, within a quota."""

    platform: ThingId
    feed: ThingId
    address: str
    form: str
    query: str
    limit: int
    quota: Quota


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What one walk brought: posts new, known and unreadable; `why` where it was cut short."""

    channel: Channel
    new: int = 0
    known: int = 0
    rejected: int = 0
    why: str | None = None
    again_at: datetime | None = None


@dataclass(slots=True)
class _Line:
    """An open connection to a channel, and since when its requests are counted."""

    channel: Channel
    http: httpx.Client
    client: PlatformClient
    follower: Follower
    since: datetime
    measured: datetime | None = None


def channel(world: World, platform: ThingId) -> Channel:
    """Where a platform is heard now: itself, or the first of its fallbacks that can be heard.

    Raises:
        CannotListen: neither it nor a fallback has a feed with an endpoint and access.
    """
    now, graph = world.clock.now(), world.graph
    for found in access.chain(graph, platform):
        if found.fallen_back or found.lost(now) is not None:
            continue
        for feed in graph.subjects("observes", found.platform):
            properties = graph.properties(feed)
            named = {n: first(properties, n) for n in ("endpoint", "timeline", "query")}
            if all(isinstance(value, str) for value in named.values()):
                return Channel(
                    platform=found.platform,
                    feed=feed,
                    address=str(named["endpoint"]),
                    form=str(named["timeline"]),
                    query=str(named["query"]),
                    limit=int(str(first(properties, "postsPerRequest") or _POSTS)),
                    quota=found.quota or _CAUTIOUS,
                )
    raise CannotListen(
        f"neither {platform} nor a fallback of it can be heard: record a feed that observes it"
        " with endpoint, timeline and query, or return to it once its access is back"
    )


class Listener:
    """Listens to one platform, in one process at a time; use it from one thread."""

    def __init__(self, world: World, platform: ThingId, connect: Connect, time: Time) -> None:
        """Take what it works with; nothing is asked yet."""
        self._world: Final = world
        self._platform: Final = platform
        self._connect: Final = connect
        self._time: Final = time
        local = platform.partition("/")[2]
        url, home = world.settings.database_url, world.settings.home
        self._lease: Final[Lease] = lease(url, f"listen-{local}", home)
        self._line: _Line | None = None

    def turn(self) -> Turn:
        """Walk up to the newest post, wherever the platform is heard now.

        Raises:
            CannotListen: nothing can be heard, or another process listens already.
        """
        if not self._lease.held():
            raise CannotListen(f"another process listens to {self._platform} already")
        self._world.catch_up()
        line = self._opened(channel(self._world, self._platform))
        taking = _Taking(self._world, line.channel)
        why: str | None = None
        again: datetime | None = None
        try:
            line.follower.walk(taking)
        except AccessLost as lost:
            why = str(lost)
            shutout.switch(
                self._world, line.channel.platform, reason=str(lost), status=lost.status
            )
        except CircuitOpen as opened:
            why, again = str(opened), opened.until
        except AnswerInvalid as odd:
            why = str(odd)
        self._measure(line)
        return Turn(
            channel=line.channel,
            new=taking.new,
            known=taking.known,
            rejected=taking.rejected,
            why=why,
            again_at=again,
        )

    def close(self) -> None:
        """Let another process listen."""
        if self._line is not None:
            self._line.http.close()
        self._lease.release()

    def _opened(self, wanted: Channel) -> _Line:
        """The connection to a channel; another one is closed first."""
        if self._line is not None and self._line.channel == wanted:
            return self._line
        if self._line is not None:
            self._line.http.close()
        folder = self._world.settings.home / "listening"
        places = PlaceFile(folder / f"{wanted.feed.partition('/')[2]}.json")
        http = self._connect(wanted.platform, wanted.address)
        client = PlatformClient(
            http,
            wanted.quota,
            time=self._time,
            bucket=places.kept.bucket,
            spend=lambda bucket: places.keep(bucket=bucket),
        )
        follower = Follower(client, FORMS[wanted.form](wanted.query, wanted.limit), places)
        self._line = _Line(wanted, http, client, follower, self._time.now())
        return self._line

    def _measure(self, line: _Line) -> None:
        """Record what was asked, once a minute, and count anew with the window."""
        now, used = self._time.now(), line.client.usage
        over = now - line.since
        if line.measured is not None and now - line.measured < MEASURE_EVERY:
            return
        line.measured = now
        drafts = [
            usage.measurement(
                line.channel.platform,
                used,
                line.channel.quota,
                over,
                event=self._world.ids("event"),
                at=self._world.clock.now(),
            )
        ]
        self._world.ledger.append(drafts)
        if over >= line.channel.quota.window:
            line.client.usage, line.since = type(used)(), now


class _Taking:
    """Keeps posts as signals, and counts them."""

    def __init__(self, world: World, channel: Channel) -> None:
        self.new = self.known = self.rejected = 0
        self._world = world
        self._source = Source(
            feed=channel.feed, platform=channel.platform, pseudonym=world.keys.pseudonym
        )

    def __call__(self, posts: Sequence[Mapping[str, object]]) -> None:
        """Take a page.

        Raises:
            LedgerRefused: nothing of it was kept.
        """
        good = [found for post in posts if (found := self._read(post)) is not None]
        for start in range(0, len(good), _AT_ONCE):
            part = good[start : start + _AT_ONCE]
            taken = intake.take(self._world, part, actor=ATTUNE, until=self._until())
            self.new, self.known = self.new + taken.new, self.known + taken.known

    def _read(self, post: Mapping[str, object]) -> Signal | None:
        now = self._world.clock.now()
        try:
            return signal({**post, "received_at": now.isoformat()}, self._source)
        except FieldInvalid:
            self.rejected += 1
            return None

    def _until(self) -> date | None:
        """The day by which the posts have to be gone, by what the feed relies on."""
        relied = self._world.graph.properties(self._source.feed).get("reliesOn", ())
        terms = [sharing.terms(self._world.graph, ThingId(str(one))) for one in relied]
        now = self._world.clock.now()
        return min((day for one in terms if one and (day := one.until(now))), default=None)

"""Intake: what was heard becomes signals, scored, kept in segments, committed to the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from ontology.identity import ExternalKey, IdentityInvalid, ThingId, kind_of, thing_id
from ontology.signals import Signal
from service.bodies import instant
from service.clock import elapsed_ms, monotonic_ms
from service.fence_alerts import watch
from service.locating import in_words, located
from service.signal_bodies import SignalIn
from service.situation import resolve
from service.triage import judged
from service.world import World

BUDGET_MS: Final = 60_000.0
"""How long one batch may be scored; what is not judged by then is kept and counted as unjudged."""

MOST_AHEAD: Final = timedelta(days=1)
"""How far ahead of the world's clock a signal can be: wrong clocks and offsets, not dreams."""


class SignalRefused(ValueError):
    """A signal names something that is of the wrong kind or unknown; `field` says which."""

    def __init__(self, field: str, reason: str) -> None:
        """Keep the field's name beside the words."""
        self.field = field
        super().__init__(reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """How many signals were new, and how many were known before."""

    new: int
    known: int
    sequences: tuple[int, ...]


class Reader:
    """Reads the signals of one request; what it has looked up once it knows."""

    def __init__(self, world: World) -> None:
        """Everything that it reads was received now."""
        self.world: Final = world
        self._now: Final = world.clock.now()
        self._kept_from: Final = world.segments.retained()
        self._known: Final[dict[tuple[str, ThingId | ExternalKey], ThingId]] = {}

    def read(self, heard: SignalIn) -> Signal:
        """A signal as the service keeps it; the author's name becomes a keyed hash.

        Raises:
            SignalRefused: the platform, feed or region is unknown or of another kind, or it was
                posted before what is kept or after what can be.
        """
        self._check_time(heard.posted_at)
        platform = self._thing("platform", heard.platform)
        author = heard.author
        if isinstance(author, ExternalKey):
            author = self.world.keys.pseudonym("account", author.system, author.key)
        try:
            name = thing_id(f"signal/{platform.partition('/')[2]}-{heard.id}")
        except IdentityInvalid as error:
            raise SignalRefused("id", str(error)) from error
        where = located(self.world, heard.location, heard.place, heard.posted_at)
        region = where.region
        if heard.region is not None:
            region = self._thing("region", heard.region)
        return Signal(
            id=name,
            platform=platform,
            feed=self._thing("feed", heard.feed),
            posted_at=heard.posted_at,
            received_at=self._now,
            text=heard.text,
            author=author,
            share_of=heard.share_of,
            language=heard.language,
            region=region,
            fences=where.fences,
            topics=tuple(topic.lower().lstrip("#") for topic in heard.topics),
            reach=heard.reach,
        )

    def _thing(self, kind: str, given: ThingId | ExternalKey) -> ThingId:
        """The thing that is meant; looked up once, however many posts name it."""
        found = self._known.get((kind, given))
        if found is None:
            found = self._known[kind, given] = _known(self.world, kind, given)
        return found

    def _check_time(self, posted_at: datetime) -> None:
        if posted_at.date() < self._kept_from:
            kept = f"{self._kept_from}, since when signals are kept"
            raise SignalRefused("posted_at", f"{instant(posted_at)} lies before {kept}")
        if posted_at > self._now + MOST_AHEAD:
            raise SignalRefused(
                "posted_at",
                f"{instant(posted_at)} lies ahead of this world's clock by over a day",
            )


def read(world: World, heard: SignalIn) -> Signal:
    """One signal; raises as `Reader.read` does."""
    return Reader(world).read(heard)


def take(
    world: World,
    signals: Sequence[Signal],
    *,
    actor: ThingId,
    budget_ms: float = BUDGET_MS,
    until: date | None = None,
    in_full: bool = False,
) -> Taken:
    """Screen, score as far as there is time (all of them `in_full`), and keep signals.

    Those heard before change nothing.

    `until` is the day by which they have to be gone, where they may not be kept as long as others.

    Raises:
        LedgerRefused: nothing was committed.
    """
    started = monotonic_ms()
    signals = [in_words(world, signal) for signal in signals]
    if world.settings.language:
        signals = judged(world, signals, budget_ms=budget_ms, in_full=in_full)
    at = world.clock.now()
    spent = elapsed_ms(started) / 1000.0
    events = world.segments.commit(
        signals,
        actor=actor,
        id=world.ids,
        at=at,
        until=until,
        sketch=world.counting.sketch,
    )
    if events:
        world.counting.lags.scored(signals, spent)
    world.catch_up_soon()
    watch(world, [fence for signal in signals for fence in signal.fences])
    new = sum(int(str(event.data["count"])) for event in events)
    return Taken(
        new=new, known=len(signals) - new, sequences=tuple(event.sequence for event in events)
    )


def _known(world: World, kind: str, given: ThingId | ExternalKey) -> ThingId:
    thing = resolve(world, kind, given)
    if thing is None or kind_of(thing) != kind:
        shown = f"{given.system}:{given.key}" if isinstance(given, ExternalKey) else given
        raise SignalRefused(
            kind, f"{shown!r} is no {kind} known here; put it first with POST /v1/records"
        )
    return thing


def file_under(world: World, *, feed: str, platform: str) -> None:
    """Check that a file's signals can be filed under a feed and a platform.

    Raises:
        SignalRefused: one of them is unknown here.
    """
    for kind, name in (("feed", feed), ("platform", platform)):
        _known(world, kind, ThingId(name))

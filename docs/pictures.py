"""The pictures of pages about recovery: drawn by the product from made posts and made channels."""

import re
from datetime import UTC, datetime, timedelta
from math import isclose
from typing import Final

import numpy as np

from bench.recovery_worlds import HOUR, Made
from knowledge.measures.binned import Gap, binned
from knowledge.measures.estimates import Estimate, Withheld
from knowledge.measures.interrupted import change
from knowledge.measures.reached import Bounds
from knowledge.measures.recovery import recovery
from knowledge.proportions import poisson
from ontology.identity import ThingId
from service.channel_found import Channel
from service.channel_gaps import Gap as LeftOut
from service.channel_picture import drawn as channels_drawn
from service.channel_said import STEPS, Said
from service.finding_buckets import Silence
from service.recovery_found import Measure, Tested
from service.recovery_hearing import Columns, Heard, moment
from service.recovery_marks import Done
from service.recovery_picture import drawn as recovery_drawn

_BEGIN: Final = datetime(2026, 11, 2, tzinfo=UTC)
_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?")
_FEED: Final = ThingId("feed/city-posts")
_SPOKE: Final = 75
_SILENT: Final = (120, 128)
_WORLD: Final = Made(
    shape="exponential", tails="heavy", hours=168, onset=52, fall=3, pace=20, baseline=0.2,
    depth=0.55, stays=0.0, posts=6, bursts=0.5, lasting=0.5, spread=0.05,
)  # fmt: skip


def recovery_picture() -> str:
    """A made incident whose sentiment fell and came back, with a silence and a speech."""
    rng = np.random.default_rng(3)
    times, said = _WORLD.posted(rng)
    silence = Silence(
        feed=_FEED,
        since=_BEGIN + timedelta(hours=_SILENT[0]),
        until=_BEGIN + timedelta(hours=_SILENT[1]),
    )
    hours = times / HOUR
    heard_of = (hours < _SILENT[0]) | (hours >= _SILENT[1])
    times, said = times[heard_of] + _BEGIN.timestamp(), said[heard_of]
    end = _BEGIN.timestamp() + HOUR * (_WORLD.hours - 0.01)
    none = np.zeros(0)
    posts = Columns(
        times=times, sentiment=said, frustration=np.full(len(times), np.nan),
        weights=np.ones(len(times)),
    )  # fmt: skip
    nothing = Columns(times=none, sentiment=none, frustration=none, weights=none)
    heard = Heard(
        about=posts, beside=nothing, feeds={_FEED: len(times)}, silences=[silence], end=end
    )
    gaps = [Gap(since=silence.since.timestamp(), until=silence.until.timestamp())]
    series = binned(times, said, 2 * HOUR, gaps, end=end)
    at = _BEGIN.timestamp() + HOUR * _SPOKE
    tested = Tested(
        mark=Done(at=moment(at), name="the mayor spoke", kind="stated"),
        change=change(series, at), adjusted=None, beside=None, near=(),
    )  # fmt: skip
    found = Measure(
        name="sentiment", series=series, found=recovery(series, gaps, rng), tested=[tested]
    )
    return recovery_drawn("made posts", heard, {"sentiment": found})


def channels_picture() -> str:
    """Made channels of one incident: two that were measured, one of which nobody knows."""
    out = [
        _message("statement", ("web", "en", None), (0, 20, 45, 50, 52, 70)),
        _message("post", ("social", "en", "region/coast"), (0, 25, 40, 42, 43, 60)),
        _message("anuncio", ("social", "es", "region/coast"), (0, 95, 150, 160, 162)),
        _message("answer-to-press", ("press", "en", None), (0, 30, 58, 65)),
    ]
    channels = [
        _channel("press", "en", "everywhere", Withheld(reason="nobody measured reach", n=0)),
        _channel("social", "en", "region/coast", Bounds(low=4_100, high=9_800, n=3)),
        _channel("social", "es", "region/coast", Bounds(low=350, high=900, n=1)),
        _channel("web", "en", "everywhere", Bounds(low=12_000, high=31_000, n=2)),
    ]
    left_out = [
        _left("late", "region/coast", "es", 212, "160 minutes after the decision"),
        _left("in no language of theirs", "region/coast", "pt", 64, "no message in pt"),
        _left("heard nothing", "region/hills", "es", 31, "no message for region/hills in es"),
    ]
    note = "Made channels: what the page says of each figure holds for these, too."
    return channels_drawn("made channels", channels, out, left_out, [note])


def _message(name: str, to: tuple[str, str, str | None], minutes: tuple[int, ...]) -> Said:
    channel, language, region = to
    at = {
        step: _BEGIN + timedelta(hours=9, minutes=one)
        for step, one in zip(STEPS, minutes, strict=False)
    }
    return Said(
        id=ThingId(f"message/{name}"), channel=channel, language=language, region=region,
        audience="public", text=None, at=at, silent=0,
    )  # fmt: skip


def _channel(channel: str, language: str, region: str, reach: Bounds | Withheld) -> Channel:
    nothing = Withheld(reason="not shown", n=0)
    return Channel(
        channel=channel, language=language, region=region, audiences=["public"], media=[],
        platforms=[], messages=1, unconfirmed=0, latencies={}, reach=reach, clicks=nothing,
        tone=nothing, after=nothing, costs=[],
    )  # fmt: skip


def _left(what: str, region: str, language: str, people: int, detail: str) -> LeftOut:
    low, high = poisson(people)
    told = Estimate(value=people, low=low, high=high, n=people)
    return LeftOut(what=what, region=region, language=language, people=told, detail=detail)


def alike(one: str, other: str) -> bool:
    """Whether two pictures say the same: the same text around numbers that are almost the same.

    The last digits of a fit depend on the processor, and no reader sees them.
    """
    if _NUMBER.split(one) != _NUMBER.split(other):
        return False
    pairs = zip(_NUMBER.findall(one), _NUMBER.findall(other), strict=True)
    return all(isclose(float(a), float(b), rel_tol=0.02, abs_tol=1.0) for a, b in pairs)

"""Labelled feeds of several crises and talk about nothing, interleaved into one stream."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from ontology.identity import ThingId
from ontology.signals import Signal

OFFSET: Final = 48 * 3600.0
"""Seconds within which all crises begin."""
LONGEST: Final = 14 * 86_400.0

_BEGIN: Final = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
_PLATFORM: Final = ThingId("platform/mixed")
_FEED: Final = ThingId("feed/mixed")


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledPost:
    """A post of a feed, in seconds, and whether people found that it is about the crisis."""

    id: str
    at: float
    text: str
    related: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """What was collected of one crisis, by time."""

    name: str
    posts: tuple[LabelledPost, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A signal of the stream and the crisis that it is about; None where it is about none.

    `feed` is the crisis for which it was collected, related or not.
    """

    signal: Signal
    crisis: str | None
    feed: str | None


def interleave(feeds: Sequence[Feed], talk: Sequence[str], seed: int) -> list[Told]:
    """One stream by time, of two weeks at most, in which every post has an author of its own.

    Each feed is moved to begin at a random moment of the first 48 hours; talk is spread evenly.
    """
    chosen = random.Random(seed)  # noqa: S311 - an experiment, to be repeated
    placed: list[tuple[float, str, LabelledPost]] = []
    for feed in feeds:
        shift = chosen.uniform(0, OFFSET) - feed.posts[0].at
        placed += [(post.at + shift, feed.name, post) for post in feed.posts]
    end = min(LONGEST, max((at for at, *_ in placed), default=LONGEST))
    stream = [
        Told(
            signal=made(post.id, at, post.text),
            crisis=name if post.related else None,
            feed=name,
        )
        for at, name, post in placed
        if at <= end
    ]
    for number, text in enumerate(talk):
        signal = made(f"talk-{number}", chosen.uniform(0, end), text)
        stream.append(Told(signal=signal, crisis=None, feed=None))
    return sorted(stream, key=lambda one: (one.signal.posted_at, one.signal.id))


def made(name: str, second: float, text: str) -> Signal:
    """A signal of somebody of whom nothing else is heard."""
    at = datetime.fromtimestamp(_BEGIN + second, UTC)
    return Signal(
        id=ThingId(f"signal/mixed-{name}"),
        platform=_PLATFORM,
        feed=_FEED,
        posted_at=at,
        received_at=at,
        text=text,
        author=ThingId(f"account/{name}"),
    )

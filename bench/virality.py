"""Virality: posts a second, from their times to the interval, and what a decision waits for."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import numpy as np

from bench.measuring import Figure, cpu_ms
from knowledge.spread.assignment import IncidentScope
from knowledge.spread.feeds import FeedInfo
from knowledge.spread.simulation import DAY, Talk, Times, exponential, mixed, simulate, thin
from knowledge.spread.virality import estimate
from knowledge.spread.windows import Windows
from ontology.identity import ThingId
from ontology.signals import Signal

_START = datetime(2026, 3, 2, tzinfo=UTC)
_FEED, _TRAIN = ThingId("feed/listening"), ThingId("incident/train")
_SCOPES = [IncidentScope(id=_TRAIN, topics=("train",))]


def measure() -> Iterator[Figure]:
    """Estimates of a day of talk, whole and sampled; then a full window, and a post after it."""
    for name, posts, kept in (
        ("20,000 posts of a day", 20_000, 1.0),
        ("100,000 posts of a day", 100_000, 1.0),
        ("20,000 posts, a sample of 10 %", 20_000, 0.1),
    ):
        times = _talk(posts, kept)
        taken = cpu_ms(lambda: estimate(times, kept, (0, DAY)), runs=5)
        yield Figure(
            name=f"virality of {name}",
            value=len(times) / taken,
            unit="k posts/s",
            aim="≥ 300 k/s",
            note=f"{taken:.0f} ms CPU",
        )
    yield from _windows()


def _talk(posts: int, kept: float) -> Times:
    chance = np.random.default_rng(1)
    talk = Talk(factor=0.7, rate=posts / kept * 0.3 / DAY, delays=mixed(20, 120, 0.3))
    return thin(chance, simulate(chance, talk, DAY, most=10**7, history=DAY / 8), kept)


def _windows() -> Iterator[Figure]:
    """What holds the windows still, and what is worked out after that."""
    windows = Windows([FeedInfo(id=_FEED)])
    talk = Talk(factor=0.7, rate=20_000 * 0.3 / DAY, delays=exponential(30))
    times = simulate(np.random.default_rng(2), talk, DAY)
    windows.apply((_post(k, float(at)) for k, at in enumerate(times)), _SCOPES)
    end, number = _START + timedelta(days=1), len(times)

    def hold() -> None:
        nonlocal end, number
        end, number = end + timedelta(minutes=1), number + 1
        windows.apply([_post(number, (end - _START).total_seconds())], _SCOPES)
        windows.listen(_TRAIN, end)

    def complete() -> None:
        hold()
        windows.spread(_TRAIN, end)

    held = cpu_ms(hold, runs=10)
    yield Figure(
        name="a post and its windows, virality left open", value=held, unit="ms", aim="≤ 50 ms"
    )
    whole = cpu_ms(complete, runs=10)
    yield Figure(
        name="virality of its three windows, held by nobody", value=whole - held, unit="ms CPU"
    )


def _post(number: int, second: float) -> Signal:
    at = _START + timedelta(seconds=second)
    return Signal(
        id=ThingId(f"signal/mastodon-{number}"),
        platform=ThingId("platform/mastodon"),
        feed=_FEED,
        posted_at=at,
        received_at=at,
        text="the train is late again",
    )

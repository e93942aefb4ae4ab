"""The alert budget: how long recorded posts take to be looked at again, and what that keeps."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from bench.measuring import Figure, resident_mb
from ontology.identity import ThingId
from ontology.lifecycle import Actor, Role
from ontology.signals import Signal
from service.acts import propose, put_record
from service.alert_budget import Asked, budget
from service.alert_references import Reference
from service.clock import elapsed_ms, monotonic_ms
from service.founding import found
from service.intake import take
from service.settings import Settings, WorldKind
from service.world import World

DAYS: Final = 1
A_MINUTE: Final = 100
_EVERY: Final = timedelta(minutes=15)
_START: Final = datetime(2030, 6, 3, tzinfo=UTC)
_NAME: Final = ThingId("incident/delays")
_ADA: Final = Actor(id=ThingId("person/ada"), roles=frozenset({Role.RESPONDER}))
_ASKED: Final = Asked(
    rule="surge", fields=("spread.excess",), reference=Reference.PEAK, since=_START
)


def measure(days: int = DAYS) -> Iterator[Figure]:
    """A replay world hears 100 posts a minute about one incident, then looks at them again."""
    home = Path(tempfile.mkdtemp(prefix="attune-bench-"))
    world = World.open(
        Settings(home=home, language=False, world=WorldKind.REPLAY, start=_START), create=True
    )
    try:
        found(world, with_sample=True, progress=lambda *_: None)
        _open(world)
        posts = _heard(world, days)
        before, started, cpu = resident_mb(), monotonic_ms(), time.process_time()
        curve = budget(world, _ASKED, lambda *_: None)
        seconds, cpu = elapsed_ms(started) / 1000, time.process_time() - cpu
        named = f"{days} d of {A_MINUTE} posts/min, a look every 15 min"
        yield Figure(name=f"{named}: looked at again", value=seconds, unit="s wall")
        yield Figure(name="the same", value=cpu, unit="s CPU")
        yield Figure(name="posts, looks at them among it", value=posts / cpu, unit="posts/s CPU")
        yield Figure(name="looks", value=float(curve.history.looks), unit="looks")
        yield Figure(name="more memory", value=resident_mb() - before, unit="MB")
    finally:
        world.close()
        shutil.rmtree(home)


def _open(world: World) -> None:
    said: dict[str, Any] = {
        "name": "Delays",
        "cluster": "accidental",
        "severity": "severe",
        "topic": ["delays"],
        "onset": _START.isoformat(),
    }
    put_record(world, type="Incident", id=_NAME, properties=said, actor=_ADA, idempotency="bench")
    propose(world, thing=_NAME, kind="incident", act="open", data={}, actor=_ADA)


def _heard(world: World, days: int) -> int:
    """Let a world hear posts, as many each minute, but thrice as many from six to seven."""
    steps, heard = int(timedelta(days=days) / _EVERY), 0
    for step in range(steps):
        begun = _START + step * _EVERY
        world.advance(begun + _EVERY, actor=_ADA.id)
        many = 15 * A_MINUTE * (3 if begun.hour == 18 else 1)  # noqa: PLR2004 - six in the evening
        posts = [_post(begun, step, number, many) for number in range(many)]
        take(world, posts, actor=_ADA.id)
        heard += many
    return heard


def _post(begun: datetime, step: int, number: int, many: int) -> Signal:
    at = begun + _EVERY * number / many
    return Signal(
        id=ThingId(f"signal/twitter-{step}-{number}"),
        platform=ThingId("platform/twitter"),
        feed=ThingId("feed/listening"),
        posted_at=at,
        received_at=at,
        text=f"Delays again, train {number} of {step} stands in the dark.",
        author=ThingId(f"account/{(step * 7919 + number) % 50_000}"),
        reach=number % 400,
    )

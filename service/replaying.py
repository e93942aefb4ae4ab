"""Replays: a recorded feed into a running replay world, step by step, with a timeline of tiers."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, cast

from ontology.events import Json
from ontology.identity import ThingId
from ontology.signals import Signal
from service.bodies import MOST_SIGNALS, instant
from service.client import Client

Progress = Callable[[int, int], None]
"""Called with the signals sent so far and all there are."""

_SHOWN: Final = ("volume", "baseline", "excess", "velocity", "negative_share", "frustration_share")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a replay: what was heard in it, and what was decided at its end."""

    at: datetime
    heard: int
    decision: str
    tier: str
    routes: tuple[str, ...]
    detections: tuple[str, ...]
    rules: tuple[str, ...]
    spread: Mapping[str, Json]

    def json(self) -> dict[str, Json]:
        """The step as JSON."""
        return {
            "at": instant(self.at),
            "heard": self.heard,
            "decision": self.decision,
            "tier": self.tier,
            "routes": list(self.routes),
            "detections": list(self.detections),
            "rules": list(self.rules),
            "spread": dict(self.spread),
        }


def replay(
    client: Client,
    signals: Sequence[Signal],
    incident: ThingId,
    *,
    every: timedelta,
    progress: Progress,
) -> Iterator[Step]:
    """Send a feed to a replay world as fast as it takes it, one decision a step of `every`.

    Each step moves the world's clock to its end, sends what was posted in it, and asks. Steps
    without posts are asked, too: silence is news. Doing it again sends nothing new, but the clock
    of a world that is already later refuses.

    Raises:
        RequestRefused: the world is live, or its clock is past the feed.
        ServiceUnreachable: it does not answer.
    """
    ordered = sorted(signals, key=lambda one: (one.posted_at, one.id))
    sent = 0
    for end, heard in _steps(ordered, every):
        client.post("/v1/clock", {"at": instant(end)})
        for start in range(0, len(heard), MOST_SIGNALS):
            part: list[Json] = [_body(one) for one in heard[start : start + MOST_SIGNALS]]
            client.post("/v1/signals/batch", {"signals": part})
        sent += len(heard)
        progress(sent, len(ordered))
        yield _decided(client, incident, end, len(heard))


def _steps(
    ordered: Sequence[Signal], every: timedelta
) -> Iterator[tuple[datetime, Sequence[Signal]]]:
    if not ordered:
        return
    seconds = every.total_seconds()
    first = ordered[0].posted_at.timestamp() // seconds * seconds
    end, at = datetime.fromtimestamp(first, tz=UTC) + every, 0
    while at < len(ordered):
        start = at
        while at < len(ordered) and ordered[at].posted_at < end:
            at += 1
        yield end, ordered[start:at]
        end += every


def _body(signal: Signal) -> Json:
    said: dict[str, Json] = {
        "id": signal.id.partition("-")[2],
        "platform": signal.platform,
        "feed": signal.feed,
        "posted_at": instant(signal.posted_at),
        "text": signal.text,
        "author": signal.author,
        "share_of": signal.share_of,
        "language": signal.language,
        "region": signal.region,
        "topics": list(signal.topics),
        "reach": signal.reach,
    }
    return {name: value for name, value in said.items() if value is not None and value != []}


def _decided(client: Client, incident: ThingId, at: datetime, heard: int) -> Step:
    answer = client.post("/v1/decisions", {"incident": incident, "precedents": 0})
    decision = cast(dict[str, list[dict[str, Json]]], answer["decision"])
    shown = client.get(f"/v1/incidents/{incident.partition('/')[2]}")
    hour = [row for row in cast(list[dict[str, Json]], shown["spread"]) if row["window"] == "PT1H"]
    return Step(
        at=at,
        heard=heard,
        decision=str(answer["id"]),
        tier=str(decision["tier"]),
        routes=tuple(str(route["team"]) for route in decision["routes"]),
        detections=tuple(str(name) for name in decision["detections"]),
        rules=tuple(str(firing["rule"]) for firing in decision["firings"]),
        spread={name: row[name] for row in hour for name in _SHOWN if name in row},
    )

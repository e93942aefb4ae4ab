"""Negotiation: what listening needed in recorded incidents against what a platform grants."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from knowledge.spread.assignment import assign
from loaders.pacing import Quota
from ontology.events import Json
from ontology.identity import ThingId
from service.access import Access, access, quota
from service.values import first
from service.world import World

SHARES: Final = (0.5, 0.9, 0.99)
METHOD: Final = (
    "Posts of the platform that were kept and belong to an incident, counted by minute from the"
    " first to the last post of each incident; each stands for 1 / sampling rate of its feed;"
    " divided by the posts that one request gives. A contract falls short in a minute in which"
    " requests are left over when its quota a minute is spent; what is left over waits for the"
    " next minute. What was never heard is in no figure, so the need is a lower bound."
)
_MINUTE: Final = 60
_POSTS_PER_REQUEST: Final = 40
_LONGEST: Final = 366 * 24 * 60
"""Minutes of one incident that are looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What incidents asked for, by minute: posts in full and the requests that fetch them."""

    posts: tuple[float, ...]
    requests: tuple[float, ...]
    incidents: tuple[ThingId, ...]
    kept: int


def report(world: World, platform: ThingId, *, days: int) -> dict[str, Json] | None:
    """Need against contract, with data and method; None where there is no such platform."""
    found = access(world.graph, platform)
    if found is None:
        return None
    since = world.clock.now() - timedelta(days=days)
    need = measured(world, platform, since)
    offers = [_offer(need, name, one) for name, one in _offers(world, platform)]
    fits = [one for one in offers if one["shortfall_minutes"] == 0]
    return {
        "platform": platform,
        "data": {
            "since": since.isoformat(),
            "posts": need.kept,
            "incidents": list(need.incidents),
            "minutes": len(need.posts),
        },
        "method": METHOD,
        "need": {
            "posts_per_minute": quantiles(need.posts),
            "requests_per_minute": quantiles(need.requests),
        },
        "contract": _contract(found, need),
        "offers": [*offers],
        "sufficient": fits[0]["offer"] if fits else None,
    }


def measured(world: World, platform: ThingId, since: datetime) -> Need:
    """What incidents asked of a platform since a moment, from the signals that are kept."""
    scopes = world.scopes()
    rates = _rates(world, platform)
    by_incident: dict[ThingId, Counter[int]] = {}
    weights: Counter[int] = Counter()
    full: dict[int, float] = {}
    for signal in world.segments.scan(since):
        incidents = assign(signal, scopes) if signal.platform == platform else ()
        if not incidents:
            continue
        minute = int(signal.posted_at.timestamp()) // _MINUTE
        full[minute] = full.get(minute, 0.0) + 1.0 / rates.get(signal.feed, 1.0)
        weights[minute] += 1
        for incident in incidents:
            by_incident.setdefault(incident, Counter())[minute] += 1
    minutes = sorted({m for counts in by_incident.values() for m in _span(counts)})
    posts = tuple(full.get(minute, 0.0) for minute in minutes)
    a_request = _posts_per_request(world, platform)
    return Need(
        posts=posts,
        requests=tuple(one / a_request for one in posts),
        incidents=tuple(sorted(by_incident)),
        kept=weights.total(),
    )


def shortfall(requests: Sequence[float], granted: Quota) -> tuple[int, float]:
    """Minutes in which requests are left over, and the longest delay in minutes.

    >>> shortfall([1.0, 30.0, 1.0, 1.0], Quota(requests=10, window=timedelta(minutes=1)))
    (2, 2.0)
    """
    waiting, short, most = 0.0, 0, 0.0
    for one in requests:
        waiting = max(0.0, waiting + one - granted.per_minute)
        short += waiting > 0
        most = max(most, waiting)
    return short, round(most / granted.per_minute, 1)


def quantiles(values: Sequence[float]) -> dict[str, Json]:
    """Quantiles by the nearest rank, and the most; empty without values.

    >>> quantiles([1.0, 2.0, 3.0, 10.0])
    {'p50': 2.0, 'p90': 10.0, 'p99': 10.0, 'max': 10.0}
    """
    ranked = sorted(values)
    if not ranked:
        return {}
    found: dict[str, Json] = {
        f"p{round(share * 100)}": round(ranked[max(0, math.ceil(share * len(ranked)) - 1)], 2)
        for share in SHARES
    }
    return found | {"max": round(ranked[-1], 2)}


def told(found: Mapping[str, Json]) -> Iterable[str]:
    """The report in lines for people."""
    data, need, contract = (_part(found[name]) for name in ("data", "need", "contract"))
    yield f"{found['platform']}: {data['posts']} posts in {data['minutes']} minutes of incidents"
    for name, words in (("posts_per_minute", "posts"), ("requests_per_minute", "requests")):
        figures = ", ".join(f"{q} {v}" for q, v in _part(need[name]).items()) or "nothing heard"
        yield f"  needed a minute  {words}: {figures}"
    yield f"  contract         {_terms(contract)}"
    offers = found["offers"]
    for offer in offers if isinstance(offers, list) else []:
        yield f"  offered          {_part(offer)['offer']}: {_terms(_part(offer))}"
    yield f"  would do         {found['sufficient'] or 'none of the recorded offers'}"
    yield f"  method           {found['method']}"


def _terms(one: Mapping[str, Json]) -> str:
    if one.get("requests_per_minute") is None:
        return "no quota is recorded"
    return (
        f"{one['requests_per_minute']} requests a minute, short in {one['shortfall_minutes']}"
        f" minutes, late by up to {one['longest_delay_minutes']} minutes"
    )


def _part(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, dict) else {}


def _contract(found: Access, need: Need) -> dict[str, Json]:
    return {
        "access": found.tier,
        "expires": found.expires.isoformat() if found.expires else None,
        "owner": found.owner,
        **_against(need, found.quota),
    }


def _offer(need: Need, name: ThingId, granted: Quota) -> dict[str, Json]:
    return {"offer": name, **_against(need, granted)}


def _against(need: Need, granted: Quota | None) -> dict[str, Json]:
    if granted is None:
        return {"requests_per_minute": None}
    short, delay = shortfall(need.requests, granted)
    return {
        "requests_per_minute": round(granted.per_minute, 2),
        "shortfall_minutes": short,
        "longest_delay_minutes": delay,
    }


def _offers(world: World, platform: ThingId) -> list[tuple[ThingId, Quota]]:
    """What the platform offers, the smallest first."""
    found = [
        (one, granted)
        for one in world.graph.subjects("onPlatform", platform)
        if one.startswith("offer/") and (granted := quota(world.graph.properties(one)))
    ]
    return sorted(found, key=lambda offer: (offer[1].per_minute, offer[0]))


def _rates(world: World, platform: ThingId) -> Mapping[ThingId, float]:
    infos = world.roster().feed_infos()
    return {info.id: info.sampling_rate for info in infos if info.platform == platform}


def _posts_per_request(world: World, platform: ThingId) -> int:
    """The most that a request to a feed of the platform gives."""
    feeds = world.graph.subjects("observes", platform)
    found = (first(world.graph.properties(feed), "postsPerRequest") for feed in feeds)
    return max((int(str(one)) for one in found if one is not None), default=_POSTS_PER_REQUEST)


def _span(counts: Mapping[int, int]) -> range:
    """The minutes of an incident, from its first post to its last."""
    start = min(counts)
    return range(start, min(max(counts), start + _LONGEST) + 1)

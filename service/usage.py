"""Usage: what was asked of a platform, as the listener measured it, and how long it will do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from knowledge.ledger import Ledger
from loaders.pacing import Quota, minutes_left
from loaders.platform_client import Usage
from ontology.events import Draft, Json
from ontology.facts import Origin
from ontology.identity import ThingId
from ontology.lifecycle import ATTUNE
from service.values import Values

MEASURED: Final = "platform.measured"
STALE: Final = timedelta(minutes=15)
"""A measurement older than this says nothing about now."""

_SCARCE: Final = 0.1
"""Waiting for our own quota for more of the time than this is to have none left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One measurement; `minutes` is None where the quota is not used up at this rate."""

    at: datetime
    minutes: int | None
    data: Mapping[str, Json]


def measurement(
    platform: ThingId, usage: Usage, quota: Quota, over: timedelta, *, event: str, at: datetime
) -> Draft:
    """The draft that records what was asked in the time `over` which it was counted."""
    remaining = usage.remaining
    if remaining is None:
        remaining = max(0, quota.requests - usage.requests)
    over = max(over, timedelta(minutes=1))
    minutes = minutes_left(
        remaining=remaining,
        used=usage.requests,
        over=over,
        until_reset=usage.resets_in or quota.window,
    )
    if usage.throttled_s > _SCARCE * over.total_seconds():
        minutes = 0
    data: dict[str, Json] = {
        "requests": usage.requests,
        "seconds": round(over.total_seconds()),
        "remaining": remaining,
        "told": usage.remaining is not None,
        "quota": quota.requests,
        "window_seconds": round(quota.window.total_seconds()),
        "minutes": minutes,
        "limited": usage.limited,
        "throttled_seconds": round(usage.throttled_s),
        "failures": usage.failures,
        "skew_seconds": round(usage.skew.total_seconds(), 3),
    }
    return Draft(
        id=event,
        type=MEASURED,
        subject=platform,
        actor=ATTUNE,
        occurred_at=at,
        data=data,
        governed=False,
    )


def newest(ledger: Ledger, platform: ThingId, at: datetime) -> Measured | None:
    """The newest measurement that still says something at a moment."""
    for event in ledger.newest(types=(MEASURED,), subject=platform, limit=1):
        minutes = event.data.get("minutes")
        if timedelta() <= at - event.occurred_at <= STALE:
            return Measured(
                at=event.occurred_at,
                minutes=minutes if isinstance(minutes, int) else None,
                data=event.data,
            )
    return None


def overlay(ledger: Ledger, fact: Values, platform: ThingId, at: datetime) -> None:
    """Let a measurement win over what the record declares, in the fact of a platform."""
    found = newest(ledger, platform, at)
    if found is None:
        return
    fact.values.pop("minutes_to_exhaustion", None)
    minutes = found.minutes
    if minutes is not None:
        minutes = max(0, minutes - int((at - found.at).total_seconds() // 60))
    told = Origin(source="window", ref=f"{platform} measured {found.at.isoformat()}"[:200])
    fact.put("minutes_to_exhaustion", minutes, told)

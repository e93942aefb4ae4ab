"""What was found of one channel, and how it is said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from knowledge.measures.estimates import Figure, Withheld
from knowledge.measures.reached import Bounds


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What was paid in one currency, by so many reports."""

    currency: str
    amount: float
    impressions: int
    n: int

    def to_json(self) -> Mapping[str, Any]:
        """A sum of bills, not an estimate: it has no interval."""
        each = 1000 * self.amount / self.impressions if self.impressions else None
        return {
            "currency": self.currency,
            "amount": self.amount,
            "n": self.n,
            "of_a_thousand_impressions": each,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One channel in one language for one region; `any` and `everywhere` where none is said.

    `after` is how much the sentiment of those whom it was for rose with its first message.
    """

    channel: str
    language: str
    region: str
    audiences: Sequence[str]
    media: Sequence[str]
    platforms: Sequence[str]
    messages: int
    unconfirmed: int
    latencies: Mapping[str, Figure]
    reach: Bounds | Withheld
    clicks: Figure
    tone: Figure
    after: Figure
    costs: Sequence[Cost]

    @property
    def name(self) -> str:
        """How people call it."""
        return f"{self.channel}, {self.language}, {self.region.rpartition('/')[2]}"

    @property
    def figures(self) -> Mapping[str, Figure]:
        """Every figure besides reach, under its name."""
        latencies = {f"minutes {name}": one for name, one in self.latencies.items()}
        return {
            **latencies,
            "clicks of impressions": self.clicks,
            "empathy, 0 to 6": self.tone,
            "sentiment after": self.after,
        }

    def to_json(self) -> Mapping[str, Any]:
        """All of it."""
        return {
            "channel": self.channel,
            "language": self.language,
            "region": self.region,
            "audiences": list(self.audiences),
            "media": list(self.media),
            "platforms": list(self.platforms),
            "messages": self.messages,
            "unconfirmed": self.unconfirmed,
            "reach": self.reach.to_json(),
            "figures": {name: one.to_json() for name, one in self.figures.items()},
            "costs": [one.to_json() for one in self.costs],
        }

"""Hours of real crises as posts, and what the rules that attune ships say of an hour."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Self

from knowledge.spread.assignment import IncidentScope
from knowledge.spread.windows import Windows
from loaders import listening
from loaders.rejects import Reject
from loaders.signals import Source
from ontology.facts import Origin, catalogue
from ontology.identity import ThingId
from ontology.signals import Signal
from rules.policy import Policy, build
from rules.strata import Engines, evaluate
from service.bundle import packaged

FEWEST: Final = 10
"""Posts below which an hour of a real crisis is left out."""

HOUR: Final = timedelta(hours=1)
PLATFORM: Final = ThingId("platform/twitter")
_CRISIS: Final = ThingId("incident/crisis")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the rules detect of the last hour, and which rules fired."""

    detections: frozenset[str]
    rules: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The rules that attune ships, ready to judge."""

    policy: Policy
    engines: Engines

    @classmethod
    def packaged(cls) -> Self:
        """Read and compile them."""
        policy = build(packaged(), catalogue())
        return cls(policy=policy, engines=Engines.of(policy))

    def judge(
        self, posts: Sequence[Signal], at: datetime, before: Sequence[Signal] = ()
    ) -> Verdict:
        """What is said of an incident that all `posts` are about; `before` is other talk."""
        windows = Windows()
        windows.apply(before, [])
        platforms = tuple(sorted({one.platform for one in posts}))
        windows.apply(posts, [IncidentScope(id=_CRISIS, platforms=platforms)])
        origin = Origin(source="window", ref=_CRISIS)
        facts = [
            catalogue().fact("spread", one.values, origin) for one in windows.listen(_CRISIS, at)
        ]
        found = evaluate(self.policy, facts, at, self.engines)
        detected = (str(one.values["name"]) for one in found.facts if one.kind == "detection")
        return Verdict(
            detections=frozenset(detected), rules=frozenset(one.rule for one in found.firings)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    """The posts of one hour of a real crisis; `at` is its end."""

    feed: str
    at: datetime
    posts: tuple[Signal, ...]


class _LeftOut:
    """Rows that can't be read are of no hour."""

    def add(self, rejected: Reject, /) -> None:
        """Drop it."""


def hours_of(file: Path) -> Iterator[Hour]:
    """The hours of a feed with enough posts, each post by an account of its own."""
    source = Source(
        feed=ThingId("feed/t26"),
        platform=PLATFORM,
        pseudonym=lambda *parts: ThingId(f"account/{'-'.join(parts)}"),
    )
    read = [*listening.read(file, _LeftOut(), source)]
    by_hour: dict[datetime, list[Signal]] = {}
    for one in read:
        alone = replace(one, author=ThingId(f"account/{one.id.partition('/')[2]}"))
        at = one.posted_at.replace(minute=0, second=0, microsecond=0) + HOUR
        by_hour.setdefault(at, []).append(alone)
    for at, posts in sorted(by_hour.items()):
        if len(posts) >= FEWEST:
            yield Hour(feed=file.stem, at=at, posts=tuple(posts))

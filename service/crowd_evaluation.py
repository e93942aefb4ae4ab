"""How often real crises are taken for campaigns, and how small a campaign is still seen."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from knowledge.proportions import wilson
from knowledge.spread.assignment import IncidentScope
from knowledge.spread.volume_evaluation import Row
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
from service.evaluating import Advance, Found

DOUBTS: Final = ("copy-paste", "flood", "not-representative")
"""The detections that say: these posts do not stand for as many people."""

SHARES: Final = (0.1, 0.2, 0.3, 0.5)
"""How large a share of all posts of the hour the planted ones are."""

_FEWEST: Final = 10
_PLANTED_IN: Final = 30
_HOURS_A_FEED: Final = 6
_SEED: Final = 2_604
_CRISIS: Final = ThingId("incident/crisis")
_PLATFORM: Final = ThingId("platform/twitter")
_HOUR: Final = timedelta(hours=1)
_SCRIPT: Final = (
    "they knew for months that this would happen and nobody was told so share this until"
    " somebody is made to answer for it"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rules:
    policy: Policy
    engines: Engines

    def doubts(self, posts: Sequence[Signal], at: datetime) -> set[str]:
        """What the rules that attune ships detect of the hour before a moment."""
        windows = Windows()
        scope = IncidentScope(id=_CRISIS, platforms=(_PLATFORM,))
        windows.apply(posts, [scope])
        origin = Origin(source="window", ref=_CRISIS)
        facts = [
            catalogue().fact("spread", one.values, origin) for one in windows.listen(_CRISIS, at)
        ]
        found = evaluate(self.policy, facts, at, self.engines).facts
        return {str(one.values["name"]) for one in found if one.kind == "detection"} & {*DOUBTS}


def evaluate_crowds(data: Path, advance: Advance) -> Found:
    """Rows for real hours (false flags) and for hours with planted posts (detection by size).

    The feeds name no authors, so every real post counts as one of an account of its own: copied
    headlines then look like copying accounts, and floods by real accounts cannot be seen.
    """
    policy = build(packaged(), catalogue())
    rules = _Rules(policy=policy, engines=Engines.of(policy))
    hours: list[_Hour] = []
    flagged: list[str] = []
    several = sorted((data / "feeds/crisislex-t26").glob("*.csv"))
    for done, file in enumerate(several):
        hours += _hours(file)
        advance("real hours", done + 1, len(several))
    doubts = [rules.doubts(hour.posts, hour.at) for hour in hours]
    for hour, found in zip(hours, doubts, strict=True):
        flagged += [f"{hour.feed}, hour to {hour.at:%F %H}:00: {one}" for one in sorted(found)]
    rows = [*_false_flags(hours, doubts)]
    quiet = [hour for hour, found in zip(hours, doubts, strict=True) if not found]
    return [*rows, *_planted(rules, quiet, advance)], flagged


class _LeftOut:
    """Rows that can't be read are of no hour."""

    def add(self, rejected: Reject, /) -> None:
        """Drop it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hour:
    feed: str
    at: datetime
    posts: tuple[Signal, ...]


def _hours(file: Path) -> Iterator[_Hour]:
    source = Source(
        feed=ThingId("feed/t26"),
        platform=_PLATFORM,
        pseudonym=lambda *parts: ThingId(f"account/{'-'.join(parts)}"),
    )
    read = [*listening.read(file, _LeftOut(), source)]
    by_hour: dict[datetime, list[Signal]] = {}
    for one in read:
        alone = replace(one, author=ThingId(f"account/{one.id.partition('/')[2]}"))
        at = one.posted_at.replace(minute=0, second=0, microsecond=0) + _HOUR
        by_hour.setdefault(at, []).append(alone)
    for at, posts in sorted(by_hour.items()):
        if len(posts) >= _FEWEST:
            yield _Hour(feed=file.stem, at=at, posts=tuple(posts))


def _false_flags(hours: Sequence[_Hour], doubts: Sequence[set[str]]) -> Iterator[Row]:
    data = f"CrisisLex T26, {len({one.feed for one in hours})} crises, {len(hours)} hours"
    for name in DOUBTS:
        hits = sum(name in found for found in doubts)
        feeds = {hour.feed for hour, found in zip(hours, doubts, strict=True) if name in found}
        yield Row(
            data=data,
            split="all",
            figure=f"real hours flagged as {name} (of {len(feeds)} crises)",
            value=hits / len(hours),
            interval=wilson(hits, len(hours)),
            baseline="" if name == "copy-paste" else "the feeds name no authors: zero by making",
        )


def _planted(rules: _Rules, quiet: Sequence[_Hour], advance: Advance) -> Iterator[Row]:
    taken: dict[str, int] = {}
    hosts = []
    for hour in quiet:
        taken[hour.feed] = taken.get(hour.feed, 0) + 1
        if len(hour.posts) >= _PLANTED_IN and taken[hour.feed] <= _HOURS_A_FEED:
            hosts.append(hour)
    kinds = {
        "copying accounts, one word in ten changed": (_brigade, "copy-paste"),
        "one account, words of its own": (_flood, "flood"),
        "three accounts that post all day": (_few, "not-representative"),
    }
    for done, (kind, (plant, name)) in enumerate(kinds.items()):
        for share in SHARES:
            hits = sum(name in rules.doubts(plant(hour, share), hour.at) for hour in hosts)
            yield Row(
                data=f"{len(hosts)} of these hours, posts planted: {kind}",
                split=f"{share:.0%} of the posts",
                figure=f"detected as {name}",
                value=hits / len(hosts),
                interval=wilson(hits, len(hosts)),
                baseline="",
            )
        advance("planted posts", done + 1, len(kinds))


def _brigade(hour: _Hour, share: float) -> list[Signal]:
    chance, script = random.Random(f"{_SEED}{hour.at}"), _SCRIPT.split()  # noqa: S311 - no secret
    texts = []
    for _ in range(_many(hour, share)):
        said = [*script]
        for _ in range(len(script) // 10):
            said[chance.randrange(len(script))] = chance.choice(_words(hour))
        texts.append(" ".join(said))
    return [*hour.posts, *_posts(hour, texts, len(texts))]


def _flood(hour: _Hour, share: float) -> list[Signal]:
    return [*hour.posts, *_posts(hour, [*_own(hour, _many(hour, share))], 1)]


def _few(hour: _Hour, share: float) -> list[Signal]:
    return [*hour.posts, *_posts(hour, [*_own(hour, _many(hour, share))], 3)]


def _own(hour: _Hour, many: int) -> Iterator[str]:
    chance, known = random.Random(f"{_SEED}{hour.at}"), _words(hour)  # noqa: S311 - no secret
    for _ in range(many):
        yield " ".join(chance.choice(known) for _ in range(15))


def _words(hour: _Hour) -> list[str]:
    return sorted({word for one in hour.posts for word in one.text.split() if word.isalpha()})


def _many(hour: _Hour, share: float) -> int:
    """How many posts make this share of all, planted ones among them."""
    return max(1, round(len(hour.posts) * share / (1 - share)))


def _posts(hour: _Hour, texts: Sequence[str], accounts: int) -> Iterator[Signal]:
    first = hour.posts[0]
    for number, text in enumerate(texts):
        yield replace(
            first,
            id=ThingId(f"signal/twitter-planted-{number}"),
            posted_at=hour.at - timedelta(seconds=1 + number % 3_000),
            received_at=hour.at - timedelta(seconds=1),
            author=ThingId(f"account/planted-{number % accounts}"),
            text=text,
            share_of=None,
        )

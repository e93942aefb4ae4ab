"""How often real crises are taken for campaigns, and how small a campaign is still seen."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Final

from knowledge.proportions import wilson
from knowledge.spread.volume_evaluation import Row
from ontology.identity import ThingId
from ontology.signals import Signal
from service.crowd_hours import Hour, Rules, hours_of
from service.evaluating import Advance, Found

DOUBTS: Final = ("copy-paste", "flood", "not-representative")
"""The detections that say: these posts do not stand for as many people."""

SHARES: Final = (0.1, 0.2, 0.3, 0.5)
"""How large a share of all posts of the hour the planted ones are."""

_PLANTED_IN: Final = 30
_HOURS_A_FEED: Final = 6
_SEED: Final = 2_604
_SCRIPT: Final = (
    "they knew for months that this would happen and nobody was told so share this until"
    " somebody is made to answer for it"
)


def evaluate_crowds(data: Path, advance: Advance) -> Found:
    """Rows for real hours (false flags) and for hours with planted posts (detection by size).

    The feeds name no authors, so every real post counts as one of an account of its own: copied
    headlines then look like copying accounts, and floods by real accounts cannot be seen.
    """
    rules = Rules.packaged()
    hours: list[Hour] = []
    flagged: list[str] = []
    several = sorted((data / "feeds/crisislex-t26").glob("*.csv"))
    for done, file in enumerate(several):
        hours += hours_of(file)
        advance("real hours", done + 1, len(several))
    doubts = [_doubts(rules, hour.posts, hour) for hour in hours]
    for hour, found in zip(hours, doubts, strict=True):
        flagged += [f"{hour.feed}, hour to {hour.at:%F %H}:00: {one}" for one in sorted(found)]
    rows = [*_false_flags(hours, doubts)]
    quiet = [hour for hour, found in zip(hours, doubts, strict=True) if not found]
    return [*rows, *_planted(rules, quiet, advance)], flagged


def _doubts(rules: Rules, posts: Sequence[Signal], hour: Hour) -> set[str]:
    return {*DOUBTS} & rules.judge(posts, hour.at).detections


def _false_flags(hours: Sequence[Hour], doubts: Sequence[set[str]]) -> Iterator[Row]:
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


def _planted(rules: Rules, quiet: Sequence[Hour], advance: Advance) -> Iterator[Row]:
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
            hits = sum(name in _doubts(rules, plant(hour, share), hour) for hour in hosts)
            yield Row(
                data=f"{len(hosts)} of these hours, posts planted: {kind}",
                split=f"{share:.0%} of the posts",
                figure=f"detected as {name}",
                value=hits / len(hosts),
                interval=wilson(hits, len(hosts)),
                baseline="",
            )
        advance("planted posts", done + 1, len(kinds))


def _brigade(hour: Hour, share: float) -> list[Signal]:
    chance, script = random.Random(f"{_SEED}{hour.at}"), _SCRIPT.split()  # noqa: S311 - no secret
    texts = []
    for _ in range(_many(hour, share)):
        said = [*script]
        for _ in range(len(script) // 10):
            said[chance.randrange(len(script))] = chance.choice(_words(hour))
        texts.append(" ".join(said))
    return [*hour.posts, *_posts(hour, texts, len(texts))]


def _flood(hour: Hour, share: float) -> list[Signal]:
    return [*hour.posts, *_posts(hour, [*_own(hour, _many(hour, share))], 1)]


def _few(hour: Hour, share: float) -> list[Signal]:
    return [*hour.posts, *_posts(hour, [*_own(hour, _many(hour, share))], 3)]


def _own(hour: Hour, many: int) -> Iterator[str]:
    chance, known = random.Random(f"{_SEED}{hour.at}"), _words(hour)  # noqa: S311 - no secret
    for _ in range(many):
        yield " ".join(chance.choice(known) for _ in range(15))


def _words(hour: Hour) -> list[str]:
    return sorted({word for one in hour.posts for word in one.text.split() if word.isalpha()})


def _many(hour: Hour, share: float) -> int:
    """How many posts make this share of all, planted ones among them."""
    return max(1, round(len(hour.posts) * share / (1 - share)))


def _posts(hour: Hour, texts: Sequence[str], accounts: int) -> Iterator[Signal]:
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

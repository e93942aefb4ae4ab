"""How often each rule about crowds sees a made crowd of its kind, and how often an ordinary."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final

from knowledge.proportions import wilson
from knowledge.spread.volume_evaluation import Row
from ontology.signals import Signal
from service.crowd_hours import Hour, Rules, hours_of
from service.evaluating import Advance, Found
from service.made_crowds import ORDINARY, TALKATIVE, Maker

_SEED: Final = 1_411
_POSTS: Final = 30
_HOURS_A_FEED: Final = 6

Plant = Callable[[Maker, Hour, float], Sequence[Signal]]

KINDS: Final[Mapping[str, tuple[str, Plant, tuple[float, ...]]]] = MappingProxyType(
    {
        "one platform has the share": (
            "one-corner-speaks",
            Maker.one_platform,
            (0.9, 0.95, 0.98),
        ),
        "one region has the share": ("one-corner-speaks", Maker.one_region, (0.9, 0.95, 0.98)),
        "new accounts pass texts on": (
            "strangers-in-chorus",
            Maker.chorus,
            (0.3, 0.5, 0.7, 0.9),
        ),
        "one account has the share of readers": (
            "one-account-has-the-readers",
            Maker.one_reaches_all,
            (0.7, 0.8, 0.9),
        ),
        "one account has the share of posts": (
            "one-account-floods",
            Maker.flood,
            (0.2, 0.3, 0.5),
        ),
        "three accounts have the share of posts": (
            "three-accounts-drown-the-rest",
            Maker.few,
            (0.3, 0.5),
        ),
        "new accounts pass one text on": ("copy-paste", Maker.brigade, (0.2, 0.3, 0.5)),
    }
)
"""By what is planted: the rule that should see it, how it is made, and the shares it has."""


def evaluate_made_crowds(data: Path, advance: Advance) -> Found:
    """Rows for made crowds in the words of hours of real crises: false alarms, then detection.

    Real hours of 30 posts or more, six of a crisis at most.
    """
    rules, hosts = Rules.packaged(), list[Hour]()
    several = sorted((data / "feeds/crisislex-t26").glob("*.csv"))
    for done, file in enumerate(several):
        hosts += [hour for hour in hours_of(file) if len(hour.posts) >= _POSTS][:_HOURS_A_FEED]
        advance("real hours", done + 1, len(several))
    return [*made_rows(rules, hosts, advance)], ()


def made_rows(rules: Rules, hosts: Sequence[Hour], advance: Advance) -> Iterator[Row]:
    """The rows of some hours; what an ordinary crowd sets off already is planted in nowhere."""
    data = f"made crowds in the words of {len(hosts)} real hours"
    seen = [_fired(rules, hour, _nothing, 0.0) for hour in hosts]
    talkative = [_fired(rules, hour, _nothing, 0.0, TALKATIVE) for hour in hosts]
    for kind, fired in (("an ordinary crowd", seen), ("a talkative crowd", talkative)):
        for rule in sorted({rule for rule, _, _ in KINDS.values()} | {"few-people-many-posts"}):
            hits = sum(rule in each for each in fired)
            yield _row(f"{data}: {kind}", "", f"falsely {rule}", hits, len(hosts))
    for done, (kind, (rule, plant, shares)) in enumerate(KINDS.items()):
        quiet = [hour for hour, fired in zip(hosts, seen, strict=True) if rule not in fired]
        for share in shares:
            hits = sum(rule in _fired(rules, hour, plant, share) for hour in quiet)
            yield _row(f"{data}: {kind}", f"{share:.0%}", f"detected by {rule}", hits, len(quiet))
        advance("made crowds", done + 1, len(KINDS))


def _nothing(maker: Maker, hour: Hour, _: float) -> Sequence[Signal]:
    return maker.ordinary(hour)


def _fired(
    rules: Rules, hour: Hour, plant: Plant, share: float, again: float = ORDINARY
) -> frozenset[str]:
    chance = random.Random(f"{_SEED}{hour.feed}{hour.at}")  # noqa: S311 - made, no secret
    maker = Maker(chance=chance, again=again)
    before = maker.before(hour)
    return rules.judge(plant(maker, hour, share), hour.at, before).rules


def _row(data: str, split: str, figure: str, hits: int, of: int) -> Row:
    return Row(
        data=data,
        split=split,
        figure=figure,
        value=hits / of if of else 0.0,
        interval=wilson(hits, of),
        baseline="",
    )

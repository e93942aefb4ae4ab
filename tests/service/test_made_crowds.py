"""Made crowds are as they say, and the rules that ship see each kind where its share is large."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from ontology.identity import ThingId
from ontology.signals import Signal
from service.crowd_hours import PLATFORM, Hour, Rules
from service.evaluations import PARTS
from service.made_crowd_evaluation import KINDS, made_rows
from service.made_crowds import TALKATIVE, Maker

END = datetime(2013, 12, 1, 13, tzinfo=UTC)
WORDS = (
    "bridge",
    "water",
    "house",
    "street",
    "shelter",
    "river",
    "school",
    "market",
    "garden",
    "hill",
)


def hour() -> Hour:
    chance = random.Random(5)  # noqa: S311 - for a test
    posts = [
        Signal(
            id=ThingId(f"signal/real-{number}"),
            platform=PLATFORM,
            feed=ThingId("feed/t26"),
            posted_at=END - timedelta(minutes=59 - number),
            received_at=END - timedelta(minutes=59 - number),
            text=" ".join(chance.choices(WORDS, k=14)),
        )
        for number in range(50)
    ]
    return Hour(feed="made", at=END, posts=tuple(posts))


def maker(again: float = 0.25) -> Maker:
    return Maker(chance=random.Random(3), again=again)  # noqa: S311 - for a test


def share(things: list[object]) -> float:
    return Counter(things).most_common(1)[0][1] / len(things)


def test_an_ordinary_crowd_says_the_real_words_each_once() -> None:
    crowd = maker().ordinary(hour())
    assert sorted(one.text for one in crowd) == sorted(one.text for one in hour().posts)


def test_a_talkative_crowd_has_fewer_accounts() -> None:
    ordinary, talkative = (
        len({one.author for one in maker(again).ordinary(hour())}) for again in (0.25, TALKATIVE)
    )
    assert talkative < ordinary < len(hour().posts)


def test_what_is_planted_has_the_share_that_is_asked_for() -> None:
    here = hour()
    assert share([one.platform for one in maker().one_platform(here, 0.9)]) == pytest.approx(
        0.9, abs=0.01
    )
    located = [one.region for one in maker().one_region(here, 0.9) if one.region is not None]
    assert share(list(located)) == pytest.approx(0.9, abs=0.02)
    assert share([one.author for one in maker().flood(here, 0.4)]) == pytest.approx(0.4, abs=0.01)
    reach = {one.author: one.reach or 0 for one in maker().one_reaches_all(here, 0.7)}
    assert max(reach.values()) / sum(reach.values()) == pytest.approx(0.7, abs=0.01)


def test_the_same_seed_makes_the_same_crowd() -> None:
    assert maker().chorus(hour(), 0.5) == maker().chorus(hour(), 0.5)


def test_no_two_posts_of_a_made_world_have_one_id() -> None:
    one = maker()
    posts = [*one.before(hour()), *one.brigade(hour(), 0.5)]
    assert len({each.id for each in posts}) == len(posts)


@pytest.mark.slow
def test_each_kind_is_seen_where_its_share_is_largest_and_an_ordinary_crowd_is_not() -> None:
    rows = [*made_rows(Rules.packaged(), [hour()], lambda *_: None)]
    false = [row for row in rows if row.figure.startswith("falsely") and "an ordinary" in row.data]
    assert {row.value for row in false} == {0.0}
    largest = {kind: f"{max(shares):.0%}" for kind, (_, _, shares) in KINDS.items()}
    found = {
        kind: row.value
        for row in rows
        for kind, split in largest.items()
        if row.data.endswith(kind) and row.split == split
    }
    assert found == dict.fromkeys(KINDS, 1.0)


def test_they_are_a_part_of_the_evaluation() -> None:
    assert "made-crowds" in {part.name for part in PARTS}

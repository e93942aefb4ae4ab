from datetime import UTC, datetime, timedelta

import pytest

from knowledge.spread.assignment import IncidentScope
from knowledge.spread.windows import Windows
from ontology.facts import Origin, catalogue
from ontology.identity import ThingId
from ontology.signals import Signal

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
TRAIN = ThingId("incident/train")
SCOPES = [IncidentScope(id=TRAIN, topics=("train",))]
WORDS = (
    "the train company knew about the brakes for months and told nobody until it left the rails"
)
NAMES = ["alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "kilo"]


def post(
    number: int,
    author: str,
    text: str,
    *,
    minute: float = 0,
    platform: str = "mastodon",
    share_of: str | None = None,
) -> Signal:
    at = START + timedelta(minutes=minute)
    return Signal(
        id=ThingId(f"signal/{platform}-{number}"),
        platform=ThingId(f"platform/{platform}"),
        feed=ThingId(f"feed/{platform}"),
        posted_at=at,
        received_at=at,
        text=text,
        author=ThingId(f"account/{author}"),
        share_of=share_of,
    )


def own(number: int) -> str:
    return " ".join(f"{NAMES[(number * k + k) % 10]}{number}" for k in range(1, 9)) + " train"


def window(posts: list[Signal], key: str = "PT1H", minute: float = 30) -> dict[str, object]:
    windows = Windows()
    windows.apply(posts, SCOPES)
    rows = windows.spread(TRAIN, START + timedelta(minutes=minute))
    found = next(row for row in rows if row["window"] == key)
    catalogue().fact("spread", found, Origin(source="window", ref=TRAIN))
    return found


def test_accounts_that_vary_one_word_are_one_voice() -> None:
    brigade = [post(n, f"b{n}", f"@{NAMES[n]} {WORDS} {NAMES[n]}") for n in range(10)]
    crowd = [post(100 + n, f"c{n}", own(n)) for n in range(30)]
    found = window([*brigade, *crowd])
    assert found["copy_authors"] == 10
    assert found["duplicate_share"] == pytest.approx(0.25)
    assert (found["authors"], found["voices"]) == (40, 31)


def test_what_is_passed_on_is_no_copy() -> None:
    shares = [post(n, f"b{n}", f"RT @press: {WORDS}", share_of="press") for n in range(10)]
    found = window([*shares, *(post(100 + n, f"c{n}", own(n)) for n in range(5))])
    assert found["duplicate_share"] == 0
    assert found["voices"] == found["authors"] == 15


def test_one_account_that_says_the_same_twenty_times_copies_nobody_but_floods() -> None:
    flood = [post(n, "ada", WORDS) for n in range(20)]
    found = window([*flood, *(post(100 + n, f"c{n}", own(n)) for n in range(20))])
    assert found["duplicate_share"] == 0
    assert found["top_author_share"] == pytest.approx(0.5)
    assert found["posts_per_author"] == pytest.approx(40 / 21)


def test_the_share_of_one_platform_is_told_only_where_another_was_heard() -> None:
    one = [post(n, f"c{n}", own(n)) for n in range(12)]
    assert "platform_share" not in window(one)
    elsewhere = post(900, "z", "nothing of note here today", platform="bluesky", minute=-600)
    assert window([*one, elsewhere])["platform_share"] == 1


def test_who_posted_about_anything_in_the_hours_before_is_no_newcomer() -> None:
    before = [post(n, f"c{n}", "a fine day it is", minute=-200) for n in range(5)]
    early = [post(50, "z", "a fine day it is", minute=-500)]
    now = [post(100 + n, f"c{n}", own(n)) for n in range(10)]
    assert window([*before, *early, *now])["newcomer_share"] == pytest.approx(0.5)


def test_nothing_is_said_of_newcomers_after_a_few_hours_of_listening() -> None:
    before = [post(n, f"c{n}", "a fine day it is", minute=-100) for n in range(5)]
    assert "newcomer_share" not in window([*before, post(100, "c1", own(1))])


def test_where_more_people_copy_each_other_than_a_sample_holds_one_voice_is_left() -> None:
    crowd = [post(n, f"b{n}", f"{WORDS} {NAMES[n % 10]}", minute=n / 250) for n in range(6_000)]
    found = window(crowd)
    assert isinstance(found["voices"], int)
    assert 1 <= found["voices"] < 600

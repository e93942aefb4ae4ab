"""Laws and habits of clustering posts into candidate incidents."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.spread.candidates import Candidates, Claim
from knowledge.spread.cluster import MOST_EXEMPLARS, MOST_VOICES
from knowledge.spread.clusters import (
    MOST_CLUSTERS,
    MOST_COUNTED,
    MOST_TERMS,
    Clusters,
    Tuning,
)
from knowledge.spread.recent import MOST_POSTS, Post, Recent
from knowledge.spread.terms import said
from ontology.identity import ThingId
from ontology.signals import Signal

START = datetime(2026, 6, 1, tzinfo=UTC)
WORDS = (
    *("#Lakeview", "#Solvik", "gas", "leak", "ferry", "engine", "Northgas", "Nordlinie", "street"),
    *(
        "smells",
        "stuck",
        "morning",
        "children",
        "refund",
        "answers",
        "flood",
        "今天火车",
        "脱轨了",
    ),
)


def post(number: int, text: str, author: str | None = "own", minutes: float = 0.0) -> Signal:
    at = START + timedelta(minutes=minutes or number)
    writer = f"account/{number}" if author == "own" else author
    return Signal(
        id=ThingId(f"signal/x-{number}"),
        platform=ThingId("platform/x"),
        feed=ThingId("feed/x"),
        posted_at=at,
        received_at=at,
        text=text,
        author=None if writer is None else ThingId(writer),
    )


def told_post(number: int, text: str) -> Post:
    signal = post(number, text, minutes=number / 60 + 1)
    return Post(
        number=number,
        id=signal.id,
        at=signal.posted_at.timestamp(),
        said=said(signal),
        voice=f"voice {number}",
        platform=signal.platform,
    )


@st.composite
def streams(draw: st.DrawFn) -> list[Signal]:
    texts = draw(st.lists(st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join), max_size=60))
    authors = draw(st.lists(st.sampled_from(["own", None, "account/one"]), min_size=60))
    return [post(n, text, authors[n]) for n, text in enumerate(texts)]


def told(signals: Sequence[Signal]) -> tuple[Candidates, list[Claim]]:
    fold = Candidates()
    return fold, fold.apply(signals)


@given(streams())
def test_the_same_order_gives_the_same(signals: list[Signal]) -> None:
    one, first = told(signals)
    other, second = told(signals)
    assert first == second
    assert one.standing() == other.standing()


@given(streams(), st.integers(1, 5))
def test_how_posts_are_grouped_changes_nothing(signals: list[Signal], size: int) -> None:
    whole, claims = told(signals)
    fold = Candidates()
    parts = [
        claim
        for start in range(0, len(signals), size)
        for claim in fold.apply(signals[start : start + size])
    ]
    assert parts == claims
    assert fold.standing() == whole.standing()


@given(streams())
def test_a_post_is_claimed_by_at_most_one_candidate(signals: list[Signal]) -> None:
    _, claims = told(signals)
    assert len({claim.signal for claim in claims}) == len(claims)


@given(streams())
def test_a_signal_that_comes_again_changes_nothing(signals: list[Signal]) -> None:
    once, claims = told(signals)
    twice, again = told([each for signal in signals for each in (signal, signal)])
    assert again == claims
    assert twice.standing() == once.standing()


def test_places_are_those_that_posts_come_from_or_else_tell_of() -> None:
    here, there = ThingId("region/us-ny"), ThingId("region/us-nj")
    posts = [post(n, f"#Lakeview gas leak {'abcdefgh'[n]}") for n in range(8)]
    said_so = [replace(one, region=here) for one in posts[:3]]
    derived = [replace(one, derived_region=there) for one in posts[3:]]
    (candidate,) = told([*said_so, *derived])[0].standing()
    assert candidate.regions == (there, here)


@given(streams())
def test_other_ids_give_the_same_but_for_ids(signals: list[Signal]) -> None:
    named = {one.id: ThingId(f"signal/z-{len(signals) - n}") for n, one in enumerate(signals)}
    fold, claims = told(signals)
    other, renamed = told([replace(one, id=named[one.id]) for one in signals])
    assert [claim.signal for claim in renamed] == [named[claim.signal] for claim in claims]
    same = [
        (one.topics, one.posts, one.voices, one.begun, one.confidence) for one in fold.standing()
    ]
    assert same == [
        (one.topics, one.posts, one.voices, one.begun, one.confidence) for one in other.standing()
    ]


@given(st.lists(st.text(max_size=300), max_size=40))
@settings(max_examples=50)
def test_any_text_is_taken(texts: list[str]) -> None:
    told([post(number, text) for number, text in enumerate(texts)])


def test_what_is_kept_is_bounded() -> None:
    fold = Clusters(Tuning())
    for turn in range(250):
        cluster = fold.begin(told_post(turn, "#Burst"))
        for more in range(30):
            noise = " ".join(f"w{turn}x{more}x{word}" for word in range(22))
            heard = told_post(turn * 100 + more, f"{noise} {'z' * 50}")
            fold.join(cluster, heard, 0.0)
            fold.count(heard)
    assert len(fold.all) == MOST_CLUSTERS
    assert fold.counted() <= MOST_COUNTED
    for cluster in fold.all.values():
        assert len(cluster.terms) <= MOST_TERMS
        assert len(cluster.voices) <= MOST_VOICES
        assert len(cluster.exemplars) <= MOST_EXEMPLARS


def test_recent_posts_are_bounded() -> None:
    recent = Recent()
    for turn in range(MOST_POSTS + 500):
        recent.add(told_post(turn, f"word{turn} same"))
    assert len(recent) == MOST_POSTS
    assert recent.many("same") == MOST_POSTS
    assert recent.many("word0") == 0


def test_several_people_with_the_same_unusual_words_are_a_candidate() -> None:
    fold, _ = told([post(n, f"#Lakeview gas leak on Maple Street {n}") for n in range(12)])
    (found,) = fold.standing()
    assert {"lakeview", "gas"} <= set(found.topics)
    assert (found.posts, found.voices) == (12, 12)
    assert sum(many for _, many in found.hours) == 12
    assert 0 < found.confidence <= 1


@pytest.mark.parametrize("author", ["account/one", None])
def test_one_voice_however_loud_is_no_candidate(author: str | None) -> None:
    fold, _ = told([post(n, "#Wondercream by Zorba is on sale", author) for n in range(200)])
    assert fold.standing() == ()


def test_people_without_names_who_say_it_in_their_words_are_a_candidate() -> None:
    more = ["stinks", "closed", "evacuated", "headache", "sirens", "school", "worried", "cold"]
    fold, _ = told([post(n, f"#Lakeview gas leak {word}", None) for n, word in enumerate(more)])
    assert len(fold.standing()) == 1


def test_two_stories_stay_two_candidates() -> None:
    leak = [post(2 * n, f"#Lakeview gas leak at Northgas {n}") for n in range(20)]
    ferry = [post(2 * n + 1, f"#Solvik ferry stuck, Nordlinie {n}") for n in range(20)]
    fold, claims = told(sorted(leak + ferry, key=lambda one: one.posted_at))
    assert ["lakeview" in one.topics for one in fold.standing()] == [True, False]
    assert ["solvik" in one.topics for one in fold.standing()] == [False, True]
    by_post = {claim.signal: claim.candidate for claim in claims}
    assert len({by_post[one.id] for one in leak}) == 1
    assert {by_post[one.id] for one in leak}.isdisjoint({by_post[one.id] for one in ferry})


def test_scripts_without_spaces_make_candidates() -> None:
    more = ["伤亡", "救援", "现场", "原因", "道歉", "乘客", "停运", "赔偿"]
    fold, _ = told([post(n, f"湖景线列车脱轨{word}") for n, word in enumerate(more)])
    assert len(fold.standing()) == 1


def test_a_long_silence_does_not_spoil_the_counts() -> None:
    fold, _ = told([post(n, f"#Old story of {n} Oldtown") for n in range(12)])
    years = 3 * 365 * 24 * 60
    fold.apply(
        [post(100 + n, f"#New story of {n} Newtown", minutes=years + n) for n in range(200)]
    )
    assert [one.topics[0] for one in fold.standing()] == ["new"]


def test_a_flood_of_one_second_is_looked_at_in_part() -> None:
    flood = [post(n, "#Lakeview gas leak Northgas", minutes=1) for n in range(5_000)]
    _, claims = told(flood)
    assert len(claims) == 200 + (5_000 - 200) // 20


def test_a_late_post_is_taken() -> None:
    early = [post(n, f"#Lakeview gas leak Northgas {n}", minutes=600 + n) for n in range(10)]
    fold, claims = told([*early, post(99, "#Lakeview gas leak Northgas late", minutes=3)])
    assert ThingId("signal/x-99") in {claim.signal for claim in claims}
    assert fold.standing()[0].posts == 11

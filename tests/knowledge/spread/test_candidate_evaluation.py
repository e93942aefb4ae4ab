"""How candidates are measured: on streams whose right answer is known."""

from knowledge.spread.candidate_evaluation import evaluate, trial
from knowledge.spread.candidates import Candidates
from knowledge.spread.interleaving import Feed, LabelledPost, interleave
from knowledge.spread.tag_candidates import TagCandidates

TALK = [f"thing{n} and matter{n * 7} beside{n * 3}" for n in range(300)]


def feed(name: str, words: str) -> Feed:
    posts = tuple(
        LabelledPost(
            id=f"{name}{n}", at=n * 60.0, text=f"#{name} {words} again {n}", related=n % 10 != 9
        )
        for n in range(100)
    )
    return Feed(name=name, posts=posts)


FEEDS = (feed("lakeview", "gas leak Northgas"), feed("solvik", "ferry stuck Nordlinie"))


def test_stories_that_share_nothing_are_told_apart_and_whole() -> None:
    found = trial(interleave(FEEDS, TALK, 1), Candidates())
    assert found.false == 0
    assert [one.name for one in found.crises] == ["lakeview", "solvik"]
    for crisis in found.crises:
        assert crisis.best > 0.95
        assert crisis.fragments == 1
        assert crisis.minutes is not None
        assert crisis.fifth <= crisis.minutes < 30


def test_posts_that_people_found_unrelated_are_not_pure() -> None:
    found = trial(interleave(FEEDS, TALK, 1), Candidates())
    right, near, held = (sum(one[place] for one in found.held.values()) for place in range(3))
    assert right < near == held


def test_the_same_seed_gives_the_same_stream() -> None:
    assert interleave(FEEDS, TALK, 5) == interleave(FEEDS, TALK, 5)
    assert interleave(FEEDS, TALK, 5) != interleave(FEEDS, TALK, 6)


def test_the_plain_way_has_one_candidate_a_hashtag() -> None:
    found = trial(interleave(FEEDS, TALK, 1), TagCandidates())
    assert [one.fragments for one in found.crises] == [1, 1]


def test_every_figure_has_an_interval_that_holds_it() -> None:
    rows = [one for one in evaluate(FEEDS, TALK, [1, 2], "made") if one.interval is not None]
    assert len(rows) == 9
    for row in rows:
        assert row.interval is not None
        assert row.interval[0] <= row.value <= row.interval[1], row.figure

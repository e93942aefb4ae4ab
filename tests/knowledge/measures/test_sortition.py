"""Seats by lot: quotas kept where they can be, gaps told, everybody of a kind as likely."""

from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom  # type: ignore[import-untyped]

from knowledge.measures.sortition import Cell, Quota, draw

cells = st.tuples(st.sampled_from("ab"), st.sampled_from(["yes", "no"]))
crowds = st.dictionaries(st.integers(0, 10_000).map(str), cells, max_size=40)
quotas = st.lists(
    st.builds(Quota, attribute=st.just(0), value=st.sampled_from("ab"), least=st.integers(0, 6))
    | st.builds(Quota, attribute=st.just(1), value=st.just("yes"), least=st.integers(0, 6)),
    max_size=3,
)


@settings(max_examples=120, deadline=None)
@given(crowds, quotas, st.integers(0, 12), st.binary(max_size=16))
def test_seats_are_filled_and_a_quota_is_missed_only_where_it_must_be(
    crowd: dict[str, Cell], asked: list[Quota], seats: int, seed: bytes
) -> None:
    found = draw(seed, crowd, asked, seats)
    assert len(found.people) == len(set(found.people)) == min(seats, len(crowd))
    for quota, short in zip(asked, found.short, strict=True):
        there = sum(quota.counts(crowd[one]) for one in found.people)
        assert short == max(0, quota.least - there)
    if len(asked) == 1:
        known = sum(map(asked[0].counts, crowd.values()))
        assert found.short[0] == max(0, asked[0].least - min(known, seats))


def test_whoever_has_the_seed_draws_the_same_people() -> None:
    crowd: dict[str, Cell] = {str(n): ("ab"[n % 2], "no") for n in range(50)}
    assert draw(b"s", crowd, [], 9) == draw(b"s", dict(reversed(crowd.items())), [], 9)
    assert draw(b"s", crowd, [], 9) != draw(b"t", crowd, [], 9)


def test_without_quotas_seats_follow_the_shares() -> None:
    crowd: dict[str, Cell] = {str(n): ("a" if n < 75 else "b", "no") for n in range(100)}
    people = draw(b"s", crowd, [], 20).people
    assert sum(crowd[one][0] == "a" for one in people) == 15


def test_who_sits_already_counts_for_a_quota() -> None:
    crowd: dict[str, Cell] = {str(n): ("a", "no") for n in range(10)}
    quota = Quota(attribute=1, value="yes", least=1)
    assert draw(b"s", crowd, [quota], 3, taken=[("b", "yes")]).short == (0,)
    assert draw(b"s", crowd, [quota], 3).short == (1,)


def test_everybody_of_a_kind_is_drawn_as_often() -> None:
    crowd: dict[str, Cell] = {str(n): ("a", "no") for n in range(12)}
    hits, draws = dict.fromkeys(crowd, 0), 600
    for n in range(draws):
        for one in draw(n.to_bytes(4, "big"), crowd, [], 3).people:
            hits[one] += 1
    low, high = binom.ppf([1e-7, 1 - 1e-7], draws, 3 / 12)
    assert all(low <= many <= high for many in hits.values())

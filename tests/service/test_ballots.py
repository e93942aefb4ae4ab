"""Votes: how they are counted, and that nobody reads them before their time."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ontology.identity import ThingId
from service.ballots import Ballot, count, opened, sealed

KEY = bytes(range(32))
SESSION = ThingId("session/s")
ADA = ThingId("person/ada")
PEOPLE = st.sampled_from([ThingId(f"person/p{n}") for n in range(6)])
CHOICES = st.sampled_from(["a", "b", "c"])
BALLOTS = st.lists(
    st.builds(
        lambda by, dilemma, choice: Ballot(by=by, dilemma=dilemma, choice=choice),
        PEOPLE,
        st.sampled_from(["d", "e"]),
        CHOICES,
    ),
    max_size=20,
)


@given(BALLOTS, st.integers(2, 6))
def test_each_person_has_one_vote_and_it_is_the_last(cast: list[Ballot], quorum: int) -> None:
    found = count("d", cast, quorum)
    mine = [one for one in cast if one.dilemma == "d"]
    assert {one.by for one in found.votes} == {one.by for one in mine}
    assert len(found.votes) == len({one.by for one in mine})
    for one in found.votes:
        assert one == [each for each in mine if each.by == one.by][-1]


@given(BALLOTS, st.integers(2, 6))
def test_what_is_decided_has_a_quorum_and_more_than_half(cast: list[Ballot], quorum: int) -> None:
    found = count("d", cast, quorum)
    enough = len(found.votes) >= quorum
    winners = {c for c, n in found.tally.items() if enough and 2 * n > len(found.votes)}
    assert ({found.decided} if found.decided else set()) == winners


@given(BALLOTS, st.integers(2, 6))
def test_tally_and_dissent_leave_nobody_out(cast: list[Ballot], quorum: int) -> None:
    found = count("d", cast, quorum)
    assert sum(found.tally.values()) == len(found.votes)
    agreed = [one for one in found.votes if one.choice == found.decided]
    assert not found.decided or len(agreed) + len(found.dissent) == len(found.votes)
    assert found.decided or not found.dissent


@given(BALLOTS, st.integers(2, 6), st.integers())
def test_the_order_in_which_people_vote_changes_nothing(
    cast: list[Ballot], quorum: int, seed: int
) -> None:
    last = [*count("d", cast, quorum).votes]
    mixed = [*last]
    Random(seed).shuffle(mixed)  # noqa: S311 - no secret
    assert count("d", mixed, quorum) == count("d", last, quorum)


@given(CHOICES, st.none() | st.text(min_size=1, max_size=40))
def test_a_sealed_vote_comes_back_whole_and_only_to_where_it_was_cast(
    choice: str, reason: str | None
) -> None:
    said = Ballot(by=ADA, dilemma="d", choice=choice, reason=reason)
    text = sealed(KEY, said, SESSION, "event/1")
    assert opened(KEY, text, SESSION, "event/1", ADA) == said
    assert opened(KEY, text, SESSION, "event/2", ADA) is None
    assert opened(KEY, text, SESSION, "event/1", ThingId("person/grace")) is None
    assert opened(KEY, text, ThingId("session/t"), "event/1", ADA) is None
    assert opened(bytes(32), text, SESSION, "event/1", ADA) is None


def test_the_length_of_a_sealed_vote_tells_nothing() -> None:
    long, short = "a" * 80, "b"
    votes = [
        Ballot(by=ADA, dilemma="d", choice=long, reason="x" * 500),
        Ballot(by=ADA, dilemma="d", choice=short),
    ]
    assert len({len(sealed(KEY, one, SESSION, "event/1")) for one in votes}) == 1


@pytest.mark.parametrize("times", [2, 3])
def test_the_same_vote_never_looks_the_same(times: int) -> None:
    said = Ballot(by=ADA, dilemma="d", choice="a")
    assert len({sealed(KEY, said, SESSION, "event/1") for _ in range(times)}) == times

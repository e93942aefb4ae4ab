"""Who is judged first, and how much time there is for it."""

from collections import Counter
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from ontology.identity import ThingId
from ontology.signals import MARKED_FROM, Signal
from service.allowance import Allowance
from service.triage import chosen

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def post(number: int, screened: float | None) -> Signal:
    return Signal(
        id=ThingId(f"signal/x-{number}"),
        platform=ThingId("platform/x"),
        feed=ThingId("feed/x"),
        posted_at=AT,
        received_at=AT,
        text="late",
        screened=screened,
    )


SCREENED = st.lists(st.sampled_from([None, 0.0, 0.05, 0.1, 0.9]), min_size=1, max_size=60)


@given(SCREENED, st.integers(0, 70))
def test_as_many_are_chosen_as_there_is_time_for_and_none_that_no_model_reads(
    screened: list[float | None], many: int
) -> None:
    posts = [post(number, one) for number, one in enumerate(screened)]
    rows = chosen(posts, many)
    readable = sum(one is not None for one in screened)
    assert len(rows) == len(set(rows)) == min(many, readable)
    assert all(screened[row] is not None for row in rows)


def test_the_marked_come_first_and_a_part_is_left_to_the_others() -> None:
    posts = [post(number, 0.9 if number % 5 == 0 else 0.01) for number in range(1000)]
    rows = chosen(posts, 100)
    marked = sum((posts[row].screened or 0) >= MARKED_FROM for row in rows)
    assert 70 <= marked <= 80


def test_where_there_is_time_for_one_only_others_get_their_turn_too() -> None:
    seen = Counter[bool]()
    for start in range(0, 4000, 10):
        posts = [post(start + n, 0.9 if n % 2 else 0.01) for n in range(10)]
        (row,) = chosen(posts, 1)
        seen[(posts[row].screened or 0) >= MARKED_FROM] += 1
    assert 0.15 < seen[False] / 400 < 0.35


def test_who_is_chosen_depends_on_ids_and_not_on_their_order() -> None:
    posts = [post(number, 0.9 if number % 5 == 0 else 0.01) for number in range(200)]
    rows = chosen(posts, 200 // 4)
    turned = [posts[0], *posts[:0:-1]]
    assert {posts[row].id for row in rows} == {turned[row].id for row in chosen(turned, 50)}


def test_time_grows_by_its_share_and_no_further_than_its_bound() -> None:
    allowance = Allowance(0.5)
    full = allowance.texts(0.0)
    assert full > 100
    allowance.spend(Allowance.MOST_MS, full)
    assert allowance.texts(0.0) == 0
    assert 0 < allowance.texts(2_000.0) < full
    assert allowance.texts(1e9) == full


def test_it_learns_how_long_a_text_takes() -> None:
    slow, quick = Allowance(0.5), Allowance(0.5)
    for _ in range(20):
        slow.spend(0.0, 0)
        slow.spend(400.0, 10)
        quick.spend(20.0, 10)
    assert slow.texts(1e9) < quick.texts(1e9) / 5

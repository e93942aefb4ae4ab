"""Who is offered what: worth the most that is possible, within everything that is asked."""

from collections.abc import Iterator
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.measures.allocation import EXACT, Infeasible, Terms, Types, allocate
from knowledge.measures.programmes import GAP, Floats, Whole

OFFERS = 2
NEVER = np.full(OFFERS, np.inf)


def terms(**changes: object) -> Terms:
    usual = {"cost": np.array([3.0, 5.0]), "most": NEVER, "least": np.zeros(OFFERS)}
    return Terms(**usual | changes)  # type: ignore[arg-type]


def types(size: list[int], worth: list[list[float]], segment: list[int] | None = None) -> Types:
    return Types(
        size=np.array(size),
        segment=np.array(segment or [0] * len(size)),
        worth=np.array(worth, dtype=np.float64),
    )


@st.composite
def questions(draw: st.DrawFn) -> tuple[Types, Terms]:
    """Few people of few types, so that every allocation can be looked at."""
    many = draw(st.integers(1, 3))
    worth = draw(
        st.lists(
            st.lists(st.integers(-1, 9), min_size=2, max_size=2), min_size=many, max_size=many
        )
    )
    asked = types(
        draw(st.lists(st.integers(1, 3), min_size=many, max_size=many)),
        [[float(one) for one in row] for row in worth],
        draw(st.lists(st.integers(0, 1), min_size=many, max_size=many)),
    )
    bounds = terms(
        budget=draw(st.none() | st.integers(0, 30).map(float)),
        contacts=draw(st.none() | st.integers(0, 6)),
        cover=draw(st.none() | st.sampled_from([0.0, 0.3, 0.8, 1.0])),
        within=draw(st.none() | st.sampled_from([0.0, 0.2, 1.0])),
        most=np.array(draw(st.sampled_from([[np.inf, np.inf], [1.0, 2.0]]))),
        least=np.array(draw(st.sampled_from([[0.0, 0.0], [1.0, 0.0]]))),
    )
    return asked, bounds


def all_counts(asked: Types) -> Iterator[Whole]:
    """Every way to give offers to people, whatever is asked."""
    ways = [
        [
            pair
            for pair in product(range(int(size) + 1), repeat=OFFERS)
            if sum(pair) <= size and all(n == 0 or w >= 0 for n, w in zip(pair, row, strict=True))
        ]
        for size, row in zip(asked.size, asked.worth, strict=True)
    ]
    for one in product(*ways):
        yield np.array(one)


def keeps(asked: Types, bounds: Terms, counts: Whole) -> bool:
    each, served = counts.sum(axis=0), counts.sum(axis=1)
    reachable = asked.size * asked.open.any(axis=1)
    money = float((each * bounds.cost).sum())
    kept = [
        bounds.budget is None or money <= bounds.budget + 1e-9,
        bounds.contacts is None or served.sum() <= bounds.contacts,
        bounds.cover is None or served.sum() >= np.ceil(bounds.cover * reachable.sum()),
        bool((each <= bounds.most).all() and (each >= bounds.least).all()),
        bounds.within is None or fair(asked, served, reachable, bounds.within),
    ]
    return all(kept)


def fair(asked: Types, served: Whole, reachable: Whole, within: float) -> bool:
    """Whether some common level is near enough to the share of every segment."""
    low, high = 0.0, 1.0
    for segment in set(asked.segment.tolist()):
        many = float(reachable[asked.segment == segment].sum())
        if many:
            got, slack = float(served[asked.segment == segment].sum()), max(1, many * within / 2)
            low, high = max(low, (got - slack) / many), min(high, (got + slack) / many)
    return low <= high + 1e-9


def best(asked: Types, bounds: Terms) -> float | None:
    worth: Floats = np.maximum(asked.worth, 0)
    found = [float((one * worth).sum()) for one in all_counts(asked) if keeps(asked, bounds, one)]
    return max(found, default=None)


@pytest.mark.parametrize("exact", [EXACT, 0])
@settings(max_examples=150, deadline=None)
@given(asked=questions())
def test_an_allocation_is_worth_as_much_as_the_best_of_all_there_are(
    asked: tuple[Types, Terms], exact: int
) -> None:
    most = best(*asked)
    if most is None:
        with pytest.raises(Infeasible):
            allocate(*asked, exact=exact)
        return
    found = allocate(*asked, exact=exact)
    assert keeps(*asked, found.counts)
    assert found.worth == pytest.approx(most, rel=GAP, abs=1e-6)
    assert found.bound >= most - 1e-6


def test_what_can_not_be_kept_together_is_named_with_what_would_do() -> None:
    asked = types([10], [[5.0, 9.0]])
    with pytest.raises(Infeasible) as refused:
        allocate(asked, terms(budget=12.0, cover=0.8))
    assert set(refused.value.rows) == {"budget", "cover"}
    assert refused.value.would_do["budget"] == pytest.approx(12.0)  # eight offers for 3 each
    assert refused.value.would_do["cover"] == pytest.approx(4.0)  # four for 12 are four too few


def test_the_same_question_has_the_same_answer() -> None:
    rng = np.random.default_rng(3)
    asked = Types(
        size=np.full(300, 4),
        segment=rng.integers(0, 3, 300),
        worth=np.round(rng.uniform(0, 5, (300, OFFERS)), 1),
    )
    one, other = (allocate(asked, terms(budget=900.0, within=0.1)) for _ in range(2))
    assert np.array_equal(one.counts, other.counts)


def test_many_kinds_of_people_get_nearly_the_best_and_it_is_said_how_near() -> None:
    rng = np.random.default_rng(7)
    many = 3 * EXACT
    worth = np.round(rng.uniform(0, 50, (many, OFFERS)), 2)
    worth[rng.random((many, OFFERS)) > 0.7] = -1
    asked = Types(
        size=np.ones(many, dtype=np.int64), segment=rng.integers(0, 4, many), worth=worth
    )
    bounds = terms(budget=6_000.0, contacts=3_000, within=0.05, cover=0.2)
    found = allocate(asked, bounds)
    assert keeps(asked, bounds, found.counts)
    assert found.short <= GAP


@pytest.mark.parametrize(
    "asked", [{}, {"within": 0.05}, {"cover": 0.5, "within": 0.02}], ids=["money", "fair", "all"]
)
def test_by_prices_it_is_worth_what_it_is_worth_when_all_are_solved_at_once(
    asked: dict[str, float],
) -> None:
    rng = np.random.default_rng(11)
    many = 2 * EXACT
    people = Types(
        size=rng.integers(1, 5, many),
        segment=rng.integers(0, 4, many),
        worth=np.round(rng.uniform(-5, 50, (many, OFFERS)), 2),
    )
    bounds = terms(cost=np.array([3.17, 5.49]), budget=2_600.0, **asked)
    found, whole = allocate(people, bounds), allocate(people, bounds, exact=many)
    assert keeps(people, bounds, found.counts)
    assert found.worth == pytest.approx(whole.worth, rel=3 * GAP)
    assert whole.worth <= found.bound + 1e-6


def test_nobody_gets_two_offers_or_one_that_is_not_for_them() -> None:
    found = allocate(types([3, 2], [[4.0, -1.0], [-1.0, -1.0]]), terms())
    assert found.counts.tolist() == [[3, 0], [0, 0]]


def test_nobody_to_offer_anything_to_gets_nothing() -> None:
    found = allocate(types([0], [[4.0, 3.0]]), terms(budget=10.0, contacts=1))
    assert (found.worth, found.counts.sum()) == (0.0, 0)

"""Cohorts: matching makes groups alike, and what an incident cost is recovered."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.measures.cohorts import Cohort, Terms, courses
from knowledge.measures.estimates import Estimate, Unsuited, Withheld
from knowledge.measures.matching import matched
from tests.knowledge.measures.test_effects import enough

TERMS = Terms(months=6, discount=0.08, margin=0.5)


def cohort(many: int, seed: int, hurt: float = 1.5) -> Cohort:
    """Pairs: trust of the affected falls by `hurt` and comes back within four months."""
    generator = np.random.default_rng(seed)
    affected = np.tile([True, False], many)
    like = np.repeat(generator.normal(size=many), 2)
    leaves = generator.exponential(np.where(affected, 300, 600) / np.exp(0.3 * like))
    followed = generator.uniform(190, 400, 2 * many)
    fall = np.array([0, 1, 0.75, 0.5, 0.25, 0, 0]) * hurt
    trust = 5 + like[:, None] + generator.normal(size=(2 * many, 7)) - affected[:, None] * fall
    trust[generator.random(trust.shape) < 0.3] = np.nan
    ends = np.arange(1, 7) * 30.0
    paid = np.where(leaves[:, None] >= ends, 10.0 + like[:, None], 0.0)
    paid[np.broadcast_to(followed[:, None] < ends, paid.shape)] = np.nan
    return Cohort(
        affected=affected,
        weights=np.ones(2 * many),
        sets=np.repeat(np.arange(many), 2),
        until=np.minimum(leaves, followed),
        left=(leaves <= followed).astype(float),
        trust=trust,
        paid=paid,
    )


def test_trust_comes_back_when_it_did() -> None:
    found = courses(cohort(600, 1), TERMS, np.random.default_rng(1))
    assert found.restored in {4, 5}
    first = found.waves[1].apart
    assert isinstance(first, Estimate)
    assert first.low < -1.5 < first.high
    assert found.waves[1].answered[0] == pytest.approx(420, abs=50)


def test_intervals_of_lost_days_and_value_cover() -> None:
    generator = np.random.default_rng(0)
    like = generator.normal(size=200_000)
    rates = [np.exp(0.3 * like) / mean for mean in (300, 600)]
    days = [float(((1 - np.exp(-180 * rate)) / rate).mean()) for rate in rates]
    monthly = 1.08 ** (np.arange(1, 7) / 12)
    ends = np.arange(1, 7) * 30.0
    worth = [
        float(((np.exp(-np.outer(ends, rate)) * (10 + like)).mean(axis=1) / monthly).sum())
        for rate in rates
    ]
    covers = [0, 0]
    for seed in range(40):
        found = courses(cohort(120, 100 + seed), TERMS, np.random.default_rng(seed))
        for at, (one, truth) in enumerate(
            ((found.stayed, days[0] - days[1]), (found.value[2], worth[0] - worth[1]))
        ):
            assert isinstance(one, Estimate)
            covers[at] += one.low <= truth <= one.high
    assert all(enough(one, 40, 0.93) for one in covers), covers


def test_too_few_matched_people_are_refused() -> None:
    with pytest.raises(Unsuited, match="29 affected people have a match"):
        courses(cohort(29, 1), TERMS, np.random.default_rng(1))


def test_months_beyond_the_follow_up_are_withheld() -> None:
    some = cohort(60, 1)
    far = Terms(months=40, discount=0.08, margin=0.5)
    paid = np.full((120, 40), np.nan)
    paid[:, :6] = some.paid
    longer = Cohort(
        affected=some.affected,
        weights=some.weights,
        sets=some.sets,
        until=some.until,
        left=some.left,
        trust=some.trust,
        paid=paid,
    )
    found = courses(longer, far, np.random.default_rng(1))
    assert isinstance(found.stayed, Withheld)
    assert isinstance(found.lifetime[2], Withheld)
    assert isinstance(found.value[0], Withheld)


def test_matching_makes_groups_alike() -> None:
    generator = np.random.default_rng(3)
    affected = generator.random(3000) < 0.15
    numbers = generator.normal(size=(3000, 2)) + affected[:, None] * 0.6
    found = matched(affected, [*generator.integers(0, 3, 3000)], numbers, caliper=0.25, most=1)
    rows, sets = found.rows(), found.sets()
    had = affected[rows]
    before = numbers[affected].mean(axis=0) - numbers[~affected].mean(axis=0)
    after = numbers[rows][had].mean(axis=0) - numbers[rows][~had].mean(axis=0)
    assert (np.abs(before) > 0.4).all()
    assert (np.abs(after) < 0.1).all()
    assert (np.bincount(sets) == 2).all()


@given(
    st.lists(
        st.tuples(st.booleans(), st.integers(0, 2), st.integers(0, 9)), min_size=1, max_size=40
    ),
    st.integers(1, 3),
)
def test_nobody_is_matched_twice_or_beyond_the_caliper(
    rows: list[tuple[bool, int, int]], most: int
) -> None:
    affected = np.array([had for had, _, _ in rows])
    numbers = np.array([[float(one)] for _, _, one in rows])
    found = matched(affected, [kind for _, kind, _ in rows], numbers, caliper=1.0, most=most)
    used = [other for some in found.pairs.values() for other in some]
    spread = float(numbers[affected].std()) if affected.any() else 1.0
    assert len(used) == len(set(used))
    for one, some in found.pairs.items():
        assert affected[one]
        assert 1 <= len(some) <= most
        for other in some:
            assert not affected[other]
            assert rows[one][1] == rows[other][1]
            assert abs(rows[one][2] - rows[other][2]) <= (spread or 1.0) + 1e-9
    assert len(found.pairs) + len(found.alone) == int(affected.sum())

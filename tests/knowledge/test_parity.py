"""Parity: differences are found where there are any, and nobody is told apart in small groups."""

from math import isclose
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control  # type: ignore[import-untyped] # ships no types

from knowledge.parity import (
    Counts,
    Spread,
    adjusted,
    alike,
    alike_means,
    hidden,
    newcombe,
    standardised,
)
from tests.rules.examples import steady

SIZES = st.dictionaries(st.text(min_size=1, max_size=3), st.integers(0, 60), max_size=8)


def drawn(chance: Random, of: int, share: float) -> int:
    return sum(chance.random() < share for _ in range(of))


def strata(chance: Random, apart: float, many: int = 12) -> list[Counts]:
    """Strata with other levels and other shares of the group, one difference in all."""
    found = []
    for place in range(many):
        base = 0.1 + 0.6 * place / many
        group, rest = 3 + 2 * place, 30 - 2 * place
        found.append(
            Counts(
                hits=drawn(chance, group, base + apart),
                of=group,
                rest_hits=drawn(chance, rest, base),
                rest_of=rest,
            )
        )
    return found


@pytest.mark.parametrize("apart", [0.0, 0.15])
def test_the_interval_of_like_against_like_covers_what_is_so(apart: float) -> None:
    chance, covered = Random(4), 0  # noqa: S311 - no secret
    for _ in range(400):
        found = alike(strata(chance, apart))
        assert found is not None
        covered += found.low <= apart <= found.high
    assert 0.92 <= covered / 400 <= 0.98


def test_a_mix_that_differs_is_no_disparity() -> None:
    found = strata(Random(1), 0.0, many=14)  # noqa: S311 - no secret
    whole = Counts(
        hits=sum(one.hits for one in found),
        of=sum(one.of for one in found),
        rest_hits=sum(one.rest_hits for one in found),
        rest_of=sum(one.rest_of for one in found),
    )
    like = alike(found)
    assert like is not None
    assert newcombe(whole)[0] > 0
    assert like.low < 0 < like.high


def test_the_newcombe_interval_covers_a_plain_difference() -> None:
    chance, covered = Random(2), 0  # noqa: S311 - no secret
    for _ in range(500):
        one = Counts(
            hits=drawn(chance, 40, 0.3), of=40, rest_hits=drawn(chance, 60, 0.2), rest_of=60
        )
        low, high = newcombe(one)
        covered += low <= 0.1 <= high
    assert covered / 500 >= 0.93


def test_means_within_strata_are_found_and_their_intervals_cover() -> None:
    chance, covered = Random(3), 0  # noqa: S311 - no secret
    for _ in range(300):
        pairs = [
            (
                Spread.of(chance.gauss(level + 5, 8) for _ in range(10)),
                Spread.of(chance.gauss(level, 8) for _ in range(15)),
            )
            for level in (10, 40, 90)
        ]
        found = alike_means(pairs)
        assert found is not None
        covered += found.low <= 5 <= found.high
    assert 0.9 <= covered / 300 <= 0.98


def test_nothing_is_said_where_nobody_has_a_like() -> None:
    assert alike([Counts(hits=1, of=2, rest_hits=0, rest_of=0)]) is None
    assert alike([]) is None
    assert alike_means([(Spread.of([1.0, 2.0]), Spread.of([1.0]))]) is None
    assert standardised(Spread.of([1.0, 1.0]), Spread.of([1.0])) is None
    same = alike([Counts(hits=0, of=5, rest_hits=0, rest_of=5)])
    assert same is not None
    assert same.p == 1.0


@steady
@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_law_adjusted_values_are_those_of_another_library(ps: list[float]) -> None:
    found = adjusted(ps)
    others = false_discovery_control(ps)
    assert all(isclose(a, b, abs_tol=1e-12) for a, b in zip(found, others, strict=True))


@steady
@given(st.lists(st.floats(-1e6, 1e6), max_size=20), st.integers(0, 20))
def test_law_spreads_join_as_if_measured_together(values: list[float], cut: int) -> None:
    one, other = Spread.of(values[:cut]), Spread.of(values[cut:])
    joined, whole = one.joined(other), Spread.of(values)
    assert joined.many == whole.many
    assert isclose(joined.mean, whole.mean, abs_tol=1e-3)
    assert isclose(joined.squares, whole.squares, rel_tol=1e-6, abs_tol=1e-2)


@steady
@given(SIZES, st.integers(1, 20))
def test_law_differencing_tells_of_no_small_group(sizes: dict[str, int], least: int) -> None:
    """Who knows the sum of all and every group that is shown learns nothing of a small one."""
    held = hidden(sizes, least)
    present = {name: size for name, size in sizes.items() if size}
    shown = {name: size for name, size in present.items() if name not in held}
    assert all(size >= least for size in shown.values())
    left = sum(present.values()) - sum(shown.values())
    if shown and held:
        assert len(held) > 1
        assert left >= least
    if not held:
        assert left == 0

"""Histories say of each person what a plain look through all rows says."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from knowledge.measures.histories import History

ROWS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 50), st.integers(-9, 9)), max_size=30)
ASKED = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=8
)


@given(ROWS, ASKED)
def test_what_lies_between_is_what_a_plain_look_finds(
    rows: list[tuple[int, int, int]], asked: list[tuple[int, int, int]]
) -> None:
    who, when, what = (np.array([row[at] for row in rows], dtype=np.int64) for at in range(3))
    history = History.of(who.astype(np.uint64), when, what.astype(float))
    wanted = [(person, min(one, two), max(one, two)) for person, one, two in asked]
    people, since, until = (np.array([one[at] for one in wanted]) for at in range(3))
    plain = [
        [
            v
            for p, at, v in sorted(rows, key=lambda row: row[1])
            if p == person and low <= at < high
        ]
        for person, low, high in wanted
    ]
    args = (people.astype(np.uint64), since, until)
    assert history.counts_between(*args).tolist() == [len(some) for some in plain]
    assert history.sums_between(*args).tolist() == [float(sum(some)) for some in plain]
    last, first = history.last_between(*args), history.first_between(*args)
    assert [None if np.isnan(one) else one for one in last] == [
        float(some[-1]) if some else None for some in plain
    ]
    assert [None if np.isnan(one) else one for one in first] == [
        float(some[0]) if some else None for some in plain
    ]

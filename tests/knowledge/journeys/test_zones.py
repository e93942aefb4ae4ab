"""Zones of risk: laws that hold for any log, and known truth that the intervals cover."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.journeys.chain import absorption, usual_ends
from knowledge.journeys.counts import Counts, Reading, Tally, by_journey, summed
from knowledge.journeys.graph import Place
from knowledge.journeys.resampling import resampled, weights
from knowledge.journeys.simulation import Chain, drawn, simulate, truth
from knowledge.journeys.steps import UNKNOWN, Outcome, Steps, fingerprints, settled
from knowledge.journeys.words import explained
from knowledge.journeys.zones import (
    Finding,
    LogUnusable,
    Method,
    Study,
    Verdict,
    study,
    weight_of,
)
from ontology.identity import ThingId

DAY = 86_400_000_000
SIZE = 4
FAR = 10_000 * DAY
QUICK = Method(samples=40, least=2)
READING = Reading(until=FAR, quiet=30 * DAY, harm_below=-0.5)
Row = tuple[int, int, int, int, int, float]

ROW = st.tuples(
    st.integers(0, 7).map(lambda n: n * 0x9E3779B97F4A7C1),
    st.integers(0, SIZE - 1),
    st.integers(0, 90).map(lambda day: day * DAY),
    st.sampled_from([0, 0, 0, 1, 2, 3]),
    st.sampled_from([-1, 0, 1]),
    st.sampled_from([float("nan"), -0.75, -0.5, 0.25]),
)
ROWS = st.lists(ROW, max_size=30)
unhurried = settings(deadline=None)


def places(size: int = SIZE, sensitivity: str | None = "high") -> list[Place]:
    return [
        Place(id=ThingId(f"touchpoint/t{n}"), name=f"Touchpoint {n}", sensitivity=sensitivity)
        for n in range(size)
    ]


def told(rows: Sequence[Row], method: Method = QUICK, known: Sequence[Place] = ()) -> Study:
    return of(Steps.of(rows), method, known or places())


def of(steps: Steps, method: Method, known: Sequence[Place]) -> Study:
    return study([settled(steps)], known, method, until=FAR)


def counted(steps: Steps, size: int = SIZE) -> Counts:
    return summed(by_journey(settled(steps), size, READING))


def one(found: Study, number: int) -> Finding:
    return next(f for f in found.findings if f.place.id == f"touchpoint/t{number}")


def path(
    journey: int, *visits: int, outcome: int = 0, harm: Sequence[int] = (), day: int = 0
) -> list[Row]:
    """A journey, a day a visit, with its outcome at the last one."""
    harms = [*harm, *[0] * (len(visits) - len(harm))]
    return [
        (
            journey,
            touchpoint,
            (day + n) * DAY,
            outcome if n == len(visits) - 1 else 0,
            harms[n],
            float("nan"),
        )
        for n, touchpoint in enumerate(visits)
    ]


@unhurried
@given(ROWS, st.permutations(range(SIZE)))
def test_naming_the_touchpoints_otherwise_changes_nothing(
    rows: list[Row], order: list[int]
) -> None:
    renamed = [(j, order[t], *rest) for j, t, *rest in rows]
    first, second = told(rows), told(renamed)  # type: ignore[arg-type] # rest keeps its types
    for number in range(SIZE):
        a, b = one(first, number), one(second, order[number])
        assert (a.verdict, a.journeys, a.judged) == (b.verdict, b.journeys, b.judged)
        assert a.betweenness == pytest.approx(b.betweenness)
        for name in ("reach", "harm", "downstream", "risk", "share"):
            x, y = getattr(a, name), getattr(b, name)
            assert (x is None) is (y is None)
            if x is not None:
                got, want = (x.value, x.low, x.high), (y.value, y.low, y.high)
                assert got == pytest.approx(want)


@unhurried
@given(ROWS, st.lists(st.integers(0, SIZE - 1), min_size=1, max_size=5))
def test_a_journey_that_ends_well_never_raises_a_rate_of_harm(
    rows: list[Row], visits: list[int]
) -> None:
    before = told(rows, replace(QUICK, least=1))
    after = told([*rows, *path(99, *visits, outcome=1)], replace(QUICK, least=1))
    for number in range(SIZE):
        was, now = one(before, number).harm, one(after, number).harm
        if was is not None and now is not None:
            assert now.value <= was.value + 1e-12


@unhurried
@given(ROWS)
def test_the_probabilities_of_the_ends_sum_to_one_at_most(rows: list[Row]) -> None:
    found = by_journey(settled(Steps.of(rows)), SIZE, READING)
    counts = summed(found)
    usual = usual_ends(counts)
    if usual is None:
        return
    for some in (counts, resampled(found, 20, 1, lambda _n: None)):
        ends = absorption(some, usual)
        assert (ends >= -1e-12).all()
        assert (ends.sum(axis=1) <= 1 + 1e-9).all()


@unhurried
@given(ROWS, st.integers(0, 2**16 - 1))
def test_the_counts_of_two_parts_of_a_log_add_up_to_those_of_the_whole(
    rows: list[Row], split: int
) -> None:
    journeys = sorted({row[0] for row in rows})
    left = {j for n, j in enumerate(journeys) if split >> n & 1}
    parts = [Steps.of([r for r in rows if (r[0] in left) is side]) for side in (True, False)]
    blocks = [settled(part) for part in parts]
    whole = [settled(Steps.of(rows))]
    assert study(blocks, places(), QUICK, until=FAR) == study(whole, places(), QUICK, until=FAR)
    merged, all_at_once = counted(parts[0]) + counted(parts[1]), counted(Steps.of(rows))
    assert merged.ids.tolist() == all_at_once.ids.tolist()
    assert merged.values.tolist() == all_at_once.values.tolist()


@unhurried
@given(ROWS, st.randoms(use_true_random=False))
def test_rows_out_of_order_and_said_twice_change_nothing(
    rows: list[Row], chance: st.DataObject
) -> None:
    once = {(r[0], r[2]): r for r in rows}  # one contact at a moment, so that order is told
    plain = list(once.values())
    mixed = [*plain, *plain]
    chance.shuffle(mixed)  # type: ignore[attr-defined] # a random.Random
    assert told(plain) == told(mixed)


@unhurried
@given(ROWS)
def test_settling_twice_is_settling_once(rows: list[Row]) -> None:
    first = settled(Steps.of(rows))
    again = settled(first)
    assert fingerprints(first).tolist() == fingerprints(again).tolist()


def test_the_same_log_gives_the_same_study_and_another_seed_another_interval() -> None:
    steps = simulate(np.random.default_rng(1), drawn(np.random.default_rng(2), SIZE), 500)
    method = Method(samples=100)
    assert of(steps, method, places()) == of(steps, method, places())
    other = of(steps, replace(method, seed=2), places())
    assert other != of(steps, method, places())
    assert [f.place for f in other.findings] == [
        f.place for f in of(steps, method, places()).findings
    ]


def test_a_bootstrap_weight_depends_on_its_journey_sample_and_seed_alone() -> None:
    names = np.arange(3_000, dtype=np.uint64) << np.uint64(13)
    drawn_once = weights(names, 200, 7)
    assert (weights(names[::-1], 200, 7)[::-1] == drawn_once).all()
    assert (weights(names, 200, 8) != drawn_once).any()
    assert drawn_once.mean() == pytest.approx(1, abs=0.01)
    assert drawn_once.var() == pytest.approx(1, abs=0.02)
    assert abs(np.corrcoef(drawn_once[:, 0], drawn_once[:, 1])[0, 1]) < 0.06
    assert abs(np.corrcoef(drawn_once[0], drawn_once[1])[0, 1]) < 0.25


def test_the_chain_tells_what_lies_downstream() -> None:
    rows = [
        row
        for n in range(400)
        for row in (
            path(n, 0, 1, outcome=Outcome.COMPLAINT)
            if n % 4 == 0
            else path(n, 0, 2, outcome=Outcome.RESOLVED)
        )
    ]
    found = told(rows, Method(samples=50))
    start, bad, good = (one(found, number).downstream for number in (0, 1, 2))
    assert start is not None
    assert start.value == pytest.approx(0.25, abs=0.01)
    assert bad is not None
    assert bad.value > 0.98
    assert good is not None
    assert good.value < 0.02


def test_silence_ends_a_journey_well_and_what_is_recent_is_still_under_way() -> None:
    rows = [*path(1, 0, 1), *path(2, 0, 1, day=9_990)]
    counts = counted(Steps.of(rows))
    start, to, values = counts.moves()
    ends = {int(t) - SIZE: v for t, v in zip(to, values[:, 0], strict=True) if t >= SIZE}
    assert ends == {0: 1.0}
    assert counts.tally(Tally.ENDED)[:, 0].tolist() == [1, 1, 0, 0]
    assert counts.tally(Tally.TOUCHED)[:, 0].tolist() == [2, 2, 0, 0]
    assert (start >= 0).all()


def test_what_follows_an_outcome_or_a_long_silence_is_a_passage_of_its_own() -> None:
    rows = [*path(1, 0, 1, outcome=3), *path(1, 2, outcome=1, day=2), *path(1, 3, day=80)]
    start, to, values = counted(Steps.of(rows)).moves()
    moves = {(int(a), int(b)): v for a, b, v in zip(start, to, values[:, 0], strict=True)}
    assert moves == {(0, 1): 1, (1, SIZE + 2): 1, (2, SIZE + 0): 1, (3, SIZE + 0): 1}


def test_a_loop_that_nobody_was_seen_to_leave_is_not_judged() -> None:
    rows = [row for n in range(50) for row in path(n, 0, 1, outcome=2)]
    rows += [row for n in range(50, 100) for row in path(n, 2, 3, 2, 3, day=9_995)]
    found = told(rows, Method(samples=50))
    assert one(found, 2).verdict is Verdict.CANNOT_TELL
    assert "seen to end" in str(one(found, 2).why)
    assert one(found, 0).verdict is not Verdict.CANNOT_TELL


def test_a_log_without_any_end_says_so() -> None:
    rows = [row for n in range(50) for row in path(n, 0, 1, day=9_995)]
    found = told(rows, Method(samples=50))
    assert {f.verdict for f in found.findings} == {Verdict.CANNOT_TELL, Verdict.NOT_SEEN}


def test_an_empty_log_finds_nothing() -> None:
    found = told([])
    assert found.journeys == 0
    assert {f.verdict for f in found.findings} == {Verdict.NOT_SEEN}


@pytest.mark.parametrize(
    ("journeys", "judged", "words"),
    [(29, 29, "29 pass here, 30"), (40, 29, "judged in 29, 30"), (30, 30, None)],
)
def test_few_journeys_say_nothing(journeys: int, judged: int, words: str | None) -> None:
    rows = [row for n in range(500) for row in path(1000 + n, 1, outcome=1)]
    for n in range(journeys):
        rows += path(n, 0, outcome=2, harm=[1 if n < judged else UNKNOWN])
    found = one(told(rows, Method(samples=50)), 0)
    if words is None:
        assert found.verdict is Verdict.ZONE
    else:
        assert found.verdict is Verdict.CANNOT_TELL
        assert words in str(found.why)
        assert found.risk is None


def test_an_only_touchpoint_has_nothing_to_be_compared_with() -> None:
    rows = [row for n in range(50) for row in path(n, 0, outcome=2, harm=[1])]
    found = one(told(rows, Method(samples=50)), 0)
    assert "compare" in str(found.why)


def test_a_zone_carries_more_than_its_share_surely_and_is_no_trifle() -> None:
    def log(hurt: int) -> list[Row]:
        rows = []
        for n in range(20_000):
            rows += path(n, 0, 1, outcome=2 if n < hurt else 1, harm=[0, int(n < hurt)])
        return rows

    found = told(log(2_000), Method(samples=100))
    assert one(found, 1).verdict is Verdict.ZONE
    assert one(found, 0).verdict is Verdict.NO_ZONE
    trifle = one(told(log(40), Method(samples=100)), 1)
    assert trifle.share is not None
    assert trifle.share.low > 1
    assert trifle.verdict is Verdict.NO_ZONE
    assert "1 in 1,000" in explained(trifle)


def test_harm_that_nobody_saw_in_fifty_journeys_is_not_ruled_out() -> None:
    rows = [row for n in range(50) for row in path(n, 0, 1, outcome=2)]
    found = one(told(rows, Method(samples=50)), 0)
    assert found.harm is not None
    assert found.harm.value == 0
    assert found.harm.high == pytest.approx(0.0711, abs=1e-4)  # 1 - 0.025 ** (1 / 50)
    assert found.risk is not None
    assert found.risk.high > 0


@pytest.mark.parametrize(
    ("flag", "sentiment", "judged", "harmed"),
    [
        (1, float("nan"), 1, 1),
        (0, -0.9, 1, 0),
        (UNKNOWN, -0.5, 1, 1),
        (UNKNOWN, -0.49, 1, 0),
        (UNKNOWN, float("nan"), 0, 0),
    ],
)
def test_a_flag_counts_before_a_sentiment_and_silence_is_not_judged(
    flag: int, sentiment: float, judged: int, harmed: int
) -> None:
    counts = counted(Steps.of([(1, 0, 0, 1, flag, sentiment)]))
    assert counts.tally(Tally.JUDGED)[0, 0] == judged
    assert counts.tally(Tally.HARMED)[0, 0] == harmed


def test_of_a_contact_that_is_told_twice_the_worse_counts() -> None:
    steps = settled(Steps.of([(1, 0, 0, 1, -1, 0.5), (1, 0, 0, 3, 1, -0.5), (1, 0, 0, 0, 0, 0.0)]))
    assert (steps.outcome.tolist(), steps.harm.tolist(), steps.sentiment.tolist()) == (
        [3],
        [1],
        [-0.5],
    )


def test_contacts_of_one_moment_keep_the_order_in_which_they_were_told() -> None:
    steps = settled(Steps.of([(1, 3, 0, 0, 0, 0.0), (1, 0, 0, 0, 0, 0.0), (1, 2, 0, 1, 0, 0.0)]))
    assert steps.touchpoint.tolist() == [3, 0, 2]


def test_need_for_empathy_weighs_and_the_unknown_counts_as_high() -> None:
    assert [round(weight_of(n), 3) for n in ("low", "medium", "high", None)] == [
        0.333,
        0.667,
        1,
        1,
    ]


def test_more_moves_than_can_be_resampled_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("knowledge.journeys.zones.MOST_MOVES", 5)
    with pytest.raises(LogUnusable, match="fewer touchpoints"):
        told([row for n in range(9) for row in path(n, 0, 1, 2, 3, outcome=1)])


def test_words_name_figures_bounds_and_verdict() -> None:
    rows = []
    for n in range(600):
        rows += path(n, 0, 1, outcome=2 if n % 3 == 0 else 1, harm=[0, int(n % 2 == 0)])
    text = explained(one(told(rows, Method(samples=100)), 1))
    for words in (
        "Touchpoint 1: 100.0% (100.0% to 100.0%) of all journeys pass here.",
        "Of 600 in which harm was judged, 50.0%",
        "so it is a zone of risk",
        "The need for empathy is high.",
    ):
        assert words in text


def test_words_say_where_the_way_here_matters() -> None:
    rows = []
    for n in range(400):  # those who come from 0 leave for good, those from 2 are helped
        rows += path(n, 0, 1, outcome=0, harm=[0, 1]) if n % 2 else path(n, 2, 1, harm=[0, 1])
        rows[-1] = (n, 1, rows[-1][2], 2 if n % 2 else 1, 1, float("nan"))
    text = explained(one(told(rows, Method(samples=100)), 0))
    assert "the way by which journeys come here matters" in text


def simulated_cover(seed: int, journeys: int, runs: int) -> dict[str, float]:
    """How often the interval holds the truth, over touchpoints and simulated logs."""
    chance = np.random.default_rng(seed)
    held: dict[str, list[bool]] = {"reach": [], "harm": [], "downstream": [], "risk": []}
    method = Method(samples=400, least=30)
    for _ in range(runs):
        chain: Chain = drawn(chance, 6)
        true = truth(chain)
        steps = simulate(chance, chain, journeys)
        found = of(steps, method, places(6, "medium"))
        want = {
            "reach": true.reach,
            "harm": true.harm,
            "downstream": true.downstream,
            "risk": true.reach * true.harm * true.downstream * 2 / 3,
        }
        for number in range(6):
            finding = one(found, number)
            for name, values in want.items():
                interval = getattr(finding, name)
                if interval is not None:
                    held[name].append(interval.low <= values[number] <= interval.high)
    return {name: float(np.mean(hits)) for name, hits in held.items()}


@pytest.mark.slow
@pytest.mark.parametrize("journeys", [500, 3_000])
def test_intervals_cover_the_truth_of_simulated_chains(journeys: int) -> None:
    for name, share in simulated_cover(11, journeys, 100).items():
        assert 0.92 <= share <= 0.98, name

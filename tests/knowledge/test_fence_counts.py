from datetime import UTC, datetime, timedelta
from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from knowledge.fence_counts import FenceCounts
from ontology.identity import ThingId
from ontology.signals import Signal

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
QUAY, RIVER = ThingId("geofence/quay"), ThingId("geofence/river")
NUMBERS = count()


def signal(at: datetime, *fences: ThingId, name: str | None = None) -> Signal:
    return Signal(
        id=ThingId(f"signal/x-{name or next(NUMBERS)}"),
        platform=ThingId("platform/x"),
        feed=ThingId("feed/x"),
        posted_at=at,
        received_at=at,
        text="",
        fences=fences,
    )


def counted(*signals: Signal) -> FenceCounts:
    counts = FenceCounts()
    counts.apply(signals)
    return counts


def test_posts_of_the_last_hour_count_for_each_of_their_fences() -> None:
    ago = timedelta(minutes=1)
    counts = counted(
        signal(NOW, QUAY, RIVER),
        signal(NOW - 59 * ago, RIVER),
        signal(NOW - 61 * ago, RIVER),
        signal(NOW + ago, RIVER),
        signal(NOW),
    )
    assert (counts.volume(QUAY, NOW), counts.volume(RIVER, NOW)) == (1, 2)
    assert counts.volume(ThingId("geofence/other"), NOW) == 0


def test_a_post_heard_twice_counts_once() -> None:
    twice = signal(NOW, QUAY)
    assert counted(twice, twice).volume(QUAY, NOW) == 1


def test_before_there_is_history_one_post_an_hour_is_usual() -> None:
    counts = counted(*(signal(NOW, QUAY) for _ in range(6)))
    assert counts.values(QUAY, NOW) == {"volume": 6, "baseline": 1.0, "excess": 6.0}


def test_a_busy_place_has_a_higher_usual() -> None:
    hours = [NOW - timedelta(hours=n, minutes=30) for n in range(1, 7 * 24)]
    busy = counted(*(signal(at, QUAY) for at in hours for _ in range(10)))
    usual = busy.values(QUAY, NOW)["baseline"]
    assert isinstance(usual, float)
    assert 8 < usual < 10


def test_a_quiet_place_in_a_world_that_was_heard_has_one_post_for_usual() -> None:
    heard = [signal(NOW - timedelta(days=n), RIVER) for n in range(1, 7)]
    assert counted(*heard, signal(NOW, QUAY)).values(QUAY, NOW)["baseline"] == 1.0


@given(st.lists(st.tuples(st.integers(0, 9 * 24 * 60), st.booleans()), max_size=30), st.randoms())
def test_the_order_and_grouping_of_posts_change_nothing(
    drawn: list[tuple[int, bool]], random: "object"
) -> None:
    signals = [
        signal(NOW - timedelta(minutes=ago), *((QUAY, RIVER) if both else (RIVER,)), name=str(n))
        for n, (ago, both) in enumerate(drawn)
    ]
    mixed = [*signals]
    random.shuffle(mixed)  # type: ignore[attr-defined]  # Hypothesis draws a Random
    one, other = counted(*signals, signal(NOW, name="last")), FenceCounts()
    for each in [*mixed, signal(NOW, name="last"), *mixed[:3]]:
        other.apply([each])
    for fence in (QUAY, RIVER):
        assert one.volume(fence, NOW) == other.volume(fence, NOW)


def test_one_who_asks_after_every_post_is_told_when_it_has_grown_by_a_tenth() -> None:
    counts, told = FenceCounts(), 0
    for _ in range(200):
        counts.apply([signal(NOW, QUAY)])
        told += counts.grown(QUAY, NOW)
    assert 20 < told < 60
    assert not counts.grown(QUAY, NOW)
    assert not counts.grown(RIVER, NOW)


def test_a_new_hour_is_looked_at_anew() -> None:
    counts = counted(*(signal(NOW, QUAY) for _ in range(50)))
    later = NOW + timedelta(hours=2)
    assert counts.grown(QUAY, NOW)
    counts.apply([signal(later, QUAY)])
    assert counts.grown(QUAY, later)

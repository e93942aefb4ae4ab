import os
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge.ledger import Ledger
from knowledge.refusals import SegmentBroken
from knowledge.sealing import KeyStore
from knowledge.segments import Segments
from ontology.events import Event
from ontology.identity import ThingId
from ontology.signals import Scores, Signal

START = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
ACTOR = ThingId("system/listening")
_numbers = count(1)


def fresh(kind: str) -> str:
    return f"{kind}/{next(_numbers)}"


def signal(number: int, **fields: Any) -> Signal:
    usual: dict[str, Any] = {
        "id": ThingId(f"signal/x-{number}"),
        "platform": ThingId("platform/x"),
        "feed": ThingId("feed/x"),
        "posted_at": START + timedelta(minutes=number),
        "received_at": START + timedelta(hours=2),
        "text": f"nobody told us anything {number}",
        "author": ThingId("account/0f3a"),
    }
    return Signal(**{**usual, **fields})


@pytest.fixture
def url(tmp_path: Path) -> str:
    """The files are the same whatever keeps the ledger: SQLite is enough here."""
    return f"sqlite:///{tmp_path / 'ledger.db'}"


@pytest.fixture
def segments(tmp_path: Path, ledger: Ledger, keys: KeyStore) -> Segments:
    """No segments yet."""
    return Segments(tmp_path / "segments", ledger, keys)


def commit(segments: Segments, *signals: Signal) -> tuple[Event, ...]:
    return segments.commit(signals, actor=ACTOR, id=fresh, at=START)


SCORES = st.builds(
    Scores, sentiment=st.none() | st.floats(-1, 1), irony=st.none() | st.floats(0, 1)
)
SIGNALS = st.builds(
    signal,
    st.integers(0, 5000),
    text=st.text(st.characters(exclude_categories=["Cs"])),
    author=st.none() | st.just(ThingId("account/1")),
    share_of=st.none() | st.just("someone"),
    language=st.none() | st.just("en"),
    region=st.none() | st.just(ThingId("region/nyc")),
    topics=st.sampled_from([(), ("train",), ("train", "crash")]),
    reach=st.none() | st.integers(0, 10**9),
    scores=st.none() | SCORES,
    platform=st.sampled_from([ThingId("platform/x"), ThingId("platform/forum")]),
)


@given(heard=st.lists(SIGNALS, max_size=12, unique_by=lambda s: s.id))
@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_signals_read_back_as_they_were(segments: Segments, heard: list[Signal]) -> None:
    known = {s.id for s in segments.scan()}
    events = commit(segments, *heard)
    back = [one for event in events for one in segments.read(event)]
    new = [one for one in heard if one.id not in known]
    assert sorted(back, key=lambda s: s.id) == sorted(new, key=lambda s: s.id)


def test_each_day_and_platform_is_one_event_with_count_and_digest(segments: Segments) -> None:
    events = commit(
        segments,
        signal(1),
        signal(2),
        signal(3, platform=ThingId("platform/forum")),
        signal(4, posted_at=START + timedelta(days=1)),
    )
    told = [(e.data["partition"], e.data["day"], e.data["count"]) for e in events]
    assert told == [
        ("platform/forum", "2026-11-22", 1),
        ("platform/x", "2026-11-22", 2),
        ("platform/x", "2026-11-23", 1),
    ]
    assert all(not e.governed and len(str(e.data["digest"])) == 64 for e in events)


def test_a_signal_heard_twice_is_stored_once(segments: Segments) -> None:
    commit(segments, signal(1), signal(1))
    [event] = commit(segments, signal(1, text="edited"), signal(2))
    assert [s.id for s in segments.read(event)] == ["signal/x-2"]
    assert commit(segments, signal(1), signal(2)) == ()
    assert [s.id for s in segments.scan()] == ["signal/x-1", "signal/x-2"]


def test_two_workers_that_hear_the_same_store_it_once(
    tmp_path: Path, open_ledger: Callable[[], Ledger], keys: KeyStore
) -> None:
    workers = [Segments(tmp_path / "segments", open_ledger(), keys) for _ in range(2)]

    def work(worker: Segments) -> None:
        for number in range(0, 30, 3):
            commit(worker, *(signal(n) for n in range(number, number + 6)))

    threads = [threading.Thread(target=work, args=(worker,)) for worker in workers * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [s.id for s in workers[0].scan()] == [f"signal/x-{n}" for n in range(33)]
    assert workers[1].verify() == ()


def test_a_deleted_index_is_rebuilt_from_the_segments(segments: Segments, tmp_path: Path) -> None:
    commit(segments, signal(1), signal(2))
    for file in (tmp_path / "segments").glob("index.db*"):
        file.unlink()
    assert commit(segments, signal(1), signal(2)) == ()


def test_a_scan_is_ordered_by_posting_time_and_bounded(segments: Segments) -> None:
    commit(segments, signal(5), signal(1), signal(2000))
    commit(segments, signal(3, platform=ThingId("platform/forum")), signal(2))
    found = segments.scan(START + timedelta(minutes=2), START + timedelta(minutes=2000))
    assert [s.id for s in found] == ["signal/x-2", "signal/x-3", "signal/x-5"]


def test_no_text_or_author_stands_in_clear_in_any_file(segments: Segments, tmp_path: Path) -> None:
    commit(segments, signal(1, share_of="loudmouth"))
    content = b"".join(f.read_bytes() for f in tmp_path.rglob("*") if f.is_file())
    for private in (b"nobody told us", b"account/0f3a", b"loudmouth"):
        assert private not in content


def test_a_file_that_is_missing_or_altered_is_named(segments: Segments, tmp_path: Path) -> None:
    [one] = commit(segments, signal(1))
    [two] = commit(segments, signal(2))
    folder = tmp_path / "segments"
    (folder / str(one.data["file"])).unlink()
    file = folder / str(two.data["file"])
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    problems = segments.verify()
    assert len(problems) == 2
    assert "is missing" in problems[0]
    assert "is not what was committed" in problems[1]
    with pytest.raises(SegmentBroken, match=one.subject):
        segments.read(one)


def test_a_file_without_an_event_does_not_count(
    segments: Segments, ledger: Ledger, tmp_path: Path
) -> None:
    folder = tmp_path / "segments" / "2026-11-22" / "x"
    folder.mkdir(parents=True)
    (folder / "77.parquet").write_bytes(b"half of a file that a crash left")
    commits = segments.commit([signal(1)], actor=ACTOR, id=lambda kind: f"{kind}/77", at=START)
    assert [s.id for e in commits for s in segments.read(e)] == ["signal/x-1"]
    assert ledger.head() == 1
    assert segments.verify() == ()


def test_retention_drops_whole_days_and_never_stores_them_again(
    segments: Segments, tmp_path: Path
) -> None:
    [old, new] = commit(segments, signal(1), signal(2, posted_at=START + timedelta(days=1)))
    assert segments.retain(START + timedelta(days=1)) == ("2026-11-22",)
    assert not (tmp_path / "segments" / "2026-11-22").exists()
    assert (segments.read(old), len(segments.read(new))) == ([], 1)
    assert segments.verify() == ()
    assert commit(segments, signal(1), signal(9)) == ()
    assert [s.id for s in segments.scan()] == ["signal/x-2"]
    assert segments.retain(START) == ()


def test_a_rebuilt_index_passes_over_days_that_retention_dropped(
    segments: Segments, tmp_path: Path
) -> None:
    commit(segments, signal(1), signal(2, posted_at=START + timedelta(days=1)))
    segments.retain(START + timedelta(days=1))
    for file in (tmp_path / "segments").glob("index.db*"):
        file.unlink()
    later = replace(signal(3), posted_at=START + timedelta(days=2))
    assert len(commit(segments, later)) == 1


def test_nothing_but_whole_files_appears_under_a_segments_name(
    segments: Segments, tmp_path: Path
) -> None:
    commit(segments, *(signal(n) for n in range(50)))
    names = [name for _, _, files in os.walk(tmp_path / "segments") for name in files]
    assert not [name for name in names if name.startswith(".")]

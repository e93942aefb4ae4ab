from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge.envelopes import APPEND_EVENTS, EVENT_BYTES
from knowledge.ledger import Ledger
from knowledge.refusals import (
    Conflict,
    DatabaseUrlInvalid,
    DraftInvalid,
    DuplicateEvent,
    EventTooLarge,
    IdempotencyMismatch,
    LegalHold,
    SealBroken,
)
from knowledge.sealing import KeyStore

Drafter = Any
Wall = Any

START = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
ANN = {"type": "Customer", "personal": {"displayName": "Ann Lee", "vulnerable": True}}


def test_an_appended_event_reads_back_as_it_was_returned(ledger: Ledger, draft: Drafter) -> None:
    [event] = ledger.append([draft(data={"n": [1, 2.5, None, {"ö": "ü"}]}, scopes=("policy",))])
    assert ledger.at(1) == event == ledger.by_id(event.id)


def test_sequences_count_from_one_without_gaps(ledger: Ledger, draft: Drafter) -> None:
    ledger.append([draft(), draft()])
    with pytest.raises(DuplicateEvent):
        ledger.append([draft(id="event/1")])
    ledger.append([draft()])
    assert [event.sequence for event in ledger.read()] == [1, 2, 3]


def test_what_one_ledger_appends_another_one_reads(
    open_ledger: Callable[[], Ledger], draft: Drafter
) -> None:
    first, second = open_ledger(), open_ledger()
    first.append([draft()])
    second.append([draft()])
    assert first.head() == second.head() == 2


def test_an_append_is_recorded_whole_or_not_at_all(ledger: Ledger, draft: Drafter) -> None:
    ledger.append([draft(id="event/a")])
    with pytest.raises(DuplicateEvent, match="event/a"):
        ledger.append([draft(), draft(id="event/a")])
    assert ledger.head() == 1


def test_times_in_other_zones_are_kept_as_utc(ledger: Ledger, draft: Drafter) -> None:
    there = datetime(2026, 1, 1, 5, tzinfo=timezone(timedelta(hours=5)))
    ledger.append([draft(occurred_at=there)])
    event = ledger.at(1)
    assert event is not None
    assert event.occurred_at == datetime(2026, 1, 1, tzinfo=UTC)
    assert event.occurred_at.utcoffset() == timedelta(0)


def test_recorded_at_never_goes_back_when_the_clock_does(
    ledger: Ledger, draft: Drafter, wall: Wall
) -> None:
    ledger.append([draft()])
    wall.move(timedelta(hours=-2))
    ledger.append([draft()])
    wall.move(timedelta(hours=3))
    ledger.append([draft()])
    times = [event.recorded_at for event in ledger.read()]
    assert times == [START, START, START + timedelta(hours=1)]


def test_the_sequence_at_a_time_is_the_last_one_recorded_by_then(
    ledger: Ledger, draft: Drafter, wall: Wall
) -> None:
    for _ in range(5):
        ledger.append([draft(), draft()])
        wall.move(timedelta(minutes=1))
    found = [ledger.sequence_at(START + timedelta(seconds=s)) for s in (-1, 0, 59, 60, 9_999)]
    assert found == [0, 2, 2, 4, 10]


def test_a_read_filters_by_range_type_subject_and_government(
    ledger: Ledger, draft: Drafter
) -> None:
    ledger.append(
        [
            draft(),
            draft(type="decision.made", governed=False),
            draft(type="thing.acted", subject="incident/a"),
            draft(subject="incident/a"),
        ]
    )

    def sequences(**filters: Any) -> list[int]:
        return [event.sequence for event in ledger.read(**filters)]

    assert sequences(after=1, until=3) == [2, 3]
    assert sequences(types=("thing.acted", "decision.made")) == [2, 3]
    assert sequences(subject="incident/a") == [3, 4]
    assert sequences(governed=True) == [1, 3, 4]
    assert sequences(governed=False) == [2]
    assert sequences(limit=2) == [1, 2]
    assert ledger.governed_head() == 4


def test_the_newest_events_come_last_first(ledger: Ledger, draft: Drafter) -> None:
    ledger.append([draft(), draft(type="thing.acted"), draft(), draft(subject="team/pr")])
    assert [e.sequence for e in ledger.newest(limit=2)] == [4, 3]
    assert [e.sequence for e in ledger.newest(before=3)] == [2, 1]
    assert [e.sequence for e in ledger.newest(types=["record.put"])] == [4, 3, 1]
    assert [e.sequence for e in ledger.newest(subject="team/legal", limit=1)] == [3]  # type: ignore[arg-type]


def test_an_empty_ledger_has_the_empty_root_and_nothing_else(ledger: Ledger) -> None:
    assert (ledger.head(), ledger.governed_head(), ledger.at(1)) == (0, 0, None)
    assert ledger.root(0).hex().startswith("e3b0c442")
    assert ledger.verify().ok


def test_a_governed_event_moves_the_versions_of_its_scopes_and_subject(
    ledger: Ledger, draft: Drafter
) -> None:
    ledger.append([draft(scopes=("policy", "incident/a")), draft(subject="team/pr")])
    ledger.append([draft(scopes=("policy",), governed=False)])
    asked = ("policy", "incident/a", "team/legal", "team/pr", "team/none")
    assert ledger.versions(asked) == {  # type: ignore[arg-type]
        "policy": 1,
        "incident/a": 1,
        "team/legal": 1,
        "team/pr": 2,
        "team/none": 0,
    }


@given(
    appends=st.lists(
        st.lists(
            st.tuples(
                st.sampled_from(["team/a", "team/b", "incident/c"]),
                st.sets(st.sampled_from(["policy", "team/a", "kpi/d"])),
                st.booleans(),
            ),
            min_size=1,
            max_size=4,
        ),
        max_size=5,
    )
)
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_versions_are_a_fold_of_the_governed_events(
    ledger: Ledger, draft: Drafter, appends: list[list[tuple[str, set[str], bool]]]
) -> None:
    for events in appends:
        ledger.append(
            [draft(subject=s, scopes=tuple(sorted(sc)), governed=g) for s, sc, g in events]
        )
    folded = dict.fromkeys(("team/a", "team/b", "incident/c", "policy", "kpi/d"), 0)
    for event in ledger.read(governed=True):
        folded |= dict.fromkeys((event.subject, *event.scopes), event.sequence)
    assert ledger.versions(folded) == folded  # type: ignore[arg-type]
    assert ledger.governed_head() == max(folded.values())


def test_a_scope_that_moved_since_it_was_judged_is_a_conflict(
    ledger: Ledger, draft: Drafter
) -> None:
    ledger.append([draft(scopes=("incident/a",))], expected={"incident/a": 0, "policy": 0})  # type: ignore[dict-item]
    with pytest.raises(Conflict, match="incident/a is at 1, not 0") as caught:
        ledger.append([draft()], expected={"incident/a": 0, "policy": 0})  # type: ignore[dict-item]
    assert [(m.scope, m.expected, m.actual) for m in caught.value.moved] == [("incident/a", 0, 1)]
    ledger.append([draft()], expected={"incident/a": 1})  # type: ignore[dict-item]
    assert ledger.head() == 2


def test_the_same_idempotency_key_returns_the_first_events(
    ledger: Ledger, draft: Drafter, wall: Wall
) -> None:
    first = ledger.append(
        [draft(data=ANN, personal={"personal": "customer/ann"})], idempotency="k"
    )
    wall.move(timedelta(hours=1))
    again = draft(data=ANN, personal={"personal": "customer/ann"}, occurred_at=wall.now())
    assert ledger.append([again], idempotency="k") == first
    assert ledger.head() == 1


def test_a_repetition_wins_over_a_conflict_and_a_duplicate_id(
    ledger: Ledger, draft: Drafter
) -> None:
    once = draft(scopes=("policy",))
    first = ledger.append([once], expected={"policy": 0}, idempotency="k")  # type: ignore[dict-item]
    assert ledger.append([once], expected={"policy": 0}, idempotency="k") == first  # type: ignore[dict-item]


def test_an_idempotency_key_for_another_request_is_refused(ledger: Ledger, draft: Drafter) -> None:
    ledger.append([draft(data={"n": 1})], idempotency="k")
    with pytest.raises(IdempotencyMismatch, match="recorded as event 1"):
        ledger.append([draft(data={"n": 2})], idempotency="k")
    ledger.append([draft(data={"n": 2})], idempotency="other")
    assert ledger.head() == 2


def test_a_request_is_what_a_repetition_is_compared_by_where_it_is_given(
    ledger: Ledger, draft: Drafter
) -> None:
    first = ledger.append([draft(data={"due": "a"})], idempotency="k", request={"act": "open"})
    assert ledger.repeated("k", {"act": "open"}) == first
    assert ledger.append([draft()], idempotency="k", request={"act": "open"}) == first
    assert ledger.repeated("new", {"act": "open"}) == ()
    with pytest.raises(IdempotencyMismatch):
        ledger.repeated("k", {"act": "close"})


def test_all_errors_of_all_drafts_are_told_at_once(ledger: Ledger, draft: Drafter) -> None:
    bad = draft(
        id="no id",
        type="Put",
        scopes=("has space",),
        occurred_at=datetime(2026, 1, 1),  # noqa: DTZ001 - the error under test
        data={"n": float("nan")},
        personal={"name": "customer/ann"},
    )
    with pytest.raises(DraftInvalid) as caught:
        ledger.append([bad, draft(subject="nobody"), draft(id="event/x"), draft(id="event/x")])
    told = "\n".join(caught.value.errors)
    for part in (
        "'no id'",
        "'Put'",
        "'has space'",
        "offset",
        "nan",
        "'name'",
        "'nobody'",
        "twice",
    ):
        assert part in told
    assert ledger.head() == 0


def test_data_and_appends_have_bounds(ledger: Ledger, draft: Drafter) -> None:
    with pytest.raises(EventTooLarge, match="bytes"):
        ledger.append([draft(data={"text": "x" * EVENT_BYTES})])
    with pytest.raises(DraftInvalid, match="append 1 to"):
        ledger.append([draft()] * (APPEND_EVENTS + 1))
    with pytest.raises(DraftInvalid, match="append 1 to"):
        ledger.append([])
    assert ledger.head() == 0


def test_personal_fields_are_ciphertext_in_the_database_and_plain_when_read(
    ledger: Ledger, draft: Drafter
) -> None:
    ledger.append([draft(data=ANN, personal={"personal": "customer/ann"})])
    event = ledger.at(1)
    assert event is not None
    assert event.data == ANN
    entry = ledger.entry(1)
    assert entry is not None
    assert b"Ann" not in entry
    assert b'"personal":{"sealed":"' in entry


def test_erasing_a_person_leaves_a_tree_that_verifies(ledger: Ledger, draft: Drafter) -> None:
    ledger.append([draft(data=ANN, personal={"personal": "customer/ann"}), draft()])
    before = ledger.root(2)
    erasure = ledger.erase("customer/ann", actor="person/ada", id="event/e", reason="asked")  # type: ignore[arg-type]
    event = ledger.at(1)
    assert event is not None
    assert event.data == {"type": "Customer", "personal": None}
    assert event.erased == {"personal"}
    assert (erasure.type, erasure.subject, erasure.sequence) == (
        "subject.erased",
        "customer/ann",
        3,
    )
    assert ledger.verify().ok
    assert ledger.root(2) == before


def test_an_erasure_holds_at_once_for_every_open_ledger(
    open_ledger: Callable[[], Ledger], draft: Drafter
) -> None:
    one, other = open_ledger(), open_ledger()
    one.append([draft(data=ANN, personal={"personal": "customer/ann"})])
    assert other.read()[0].data == ANN
    one.erase("customer/ann", actor="person/ada", id="event/e", reason="asked")  # type: ignore[arg-type]
    assert other.read()[0].erased == {"personal"}


def test_a_person_who_comes_back_after_erasure_gets_a_new_key(
    ledger: Ledger, draft: Drafter
) -> None:
    ledger.append([draft(data=ANN, personal={"personal": "customer/ann"})])
    ledger.erase("customer/ann", actor="person/ada", id="event/e", reason="asked")  # type: ignore[arg-type]
    ledger.append([draft(data=ANN, personal={"personal": "customer/ann"})])
    assert [e.data.get("personal") for e in ledger.read(types=["record.put"])] == [
        None,
        ANN["personal"],
    ]


def test_a_legal_hold_blocks_erasure_and_records_nothing(
    ledger: Ledger, draft: Drafter, keys: KeyStore
) -> None:
    ledger.append([draft(data=ANN, personal={"personal": "customer/ann"})])
    keys.hold("customer/ann", "case 12")  # type: ignore[arg-type]
    with pytest.raises(LegalHold, match="case 12"):
        ledger.erase("customer/ann", actor="person/ada", id="event/e", reason="asked")  # type: ignore[arg-type]
    assert ledger.head() == 1
    keys.release("customer/ann", "case 12")  # type: ignore[arg-type]
    ledger.erase("customer/ann", actor="person/ada", id="event/e", reason="asked")  # type: ignore[arg-type]
    assert ledger.read()[0].data["personal"] is None


def test_an_erasure_that_a_crash_left_undone_is_finished_when_the_ledger_opens(
    open_ledger: Callable[[], Ledger], draft: Drafter
) -> None:
    ledger = open_ledger()
    ledger.append([draft(data=ANN, personal={"personal": "customer/ann"})])
    # What a crash between the two commits leaves: the event without the destruction.
    ledger.append([draft(type="subject.erased", subject="customer/ann")])
    assert ledger.read()[0].data == ANN
    open_ledger()
    assert ledger.read()[0].erased == {"personal"}


def test_an_erasure_that_cannot_be_recorded_destroys_nothing(
    ledger: Ledger, draft: Drafter
) -> None:
    ledger.append([draft(id="event/e", data=ANN, personal={"personal": "customer/ann"})])
    with pytest.raises(DuplicateEvent):
        ledger.erase("customer/ann", actor="person/ada", id="event/e", reason="asked")  # type: ignore[arg-type]
    assert ledger.read()[0].data == ANN


def test_a_ledger_with_a_foreign_key_store_says_that_its_keys_are_missing(
    ledger: Ledger, draft: Drafter, url: str, wall: Wall, tmp_path: Path
) -> None:
    ledger.append([draft(data=ANN, personal={"personal": "customer/ann"})])
    strange = KeyStore.open(tmp_path / "strange")
    other = Ledger.open(url, keys=strange, now=wall.now)
    with pytest.raises(SealBroken, match="customer/ann"):
        other.read()
    other.close()
    strange.close()


@pytest.mark.parametrize("text", ["nonsense", "sqlite://", "mysql://u:secret@h/d", ""])
def test_a_url_that_names_no_ledger_is_refused_without_its_password(
    text: str, keys: KeyStore, wall: Wall
) -> None:
    with pytest.raises(DatabaseUrlInvalid, match="sqlite:////var/lib") as caught:
        Ledger.open(text, keys=keys, now=wall.now)
    assert "secret" not in str(caught.value)

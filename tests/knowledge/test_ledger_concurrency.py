import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from knowledge.committer import Committer
from knowledge.ledger import Ledger
from knowledge.refusals import Conflict, DatabaseUnavailable, DuplicateEvent, LedgerRefused
from ontology.identity import Scope

Drafter = Any


def together(count: int, work: Callable[[int], None]) -> None:
    """Run `work(0)` … at the same time and pass on what it raises."""
    errors: list[BaseException] = []
    start = threading.Barrier(count)

    def run(number: int) -> None:
        start.wait()
        try:
            work(number)
        except BaseException as error:  # noqa: BLE001 - raised again below
            errors.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def test_appends_of_many_threads_and_ledgers_all_stand_once(
    open_ledger: Callable[[], Ledger], draft: Drafter
) -> None:
    ledgers = [open_ledger(), open_ledger()]

    def work(number: int) -> None:
        for turn in range(10):
            ledgers[number % 2].append([draft(id=f"event/{number}-{turn}", data={"n": turn})])

    together(8, work)
    events = ledgers[0].read()
    assert [event.sequence for event in events] == list(range(1, 81))
    assert len({event.id for event in events}) == 80
    assert ledgers[1].verify().ok


def test_of_conflicting_proposals_exactly_one_wins(
    open_ledger: Callable[[], Ledger], draft: Drafter
) -> None:
    ledgers = [open_ledger(), open_ledger()]
    won: list[tuple[int, int]] = []

    def work(number: int) -> None:
        for turn in range(15):
            scope = Scope(f"incident/{turn}")
            try:
                proposal = draft(id=f"event/{number}-{turn}", scopes=(scope,))
                ledgers[number % 2].append([proposal], expected={scope: 0})
            except Conflict:
                continue
            won.append((turn, number))

    together(6, work)
    assert sorted(turn for turn, _ in won) == list(range(15))
    assert ledgers[0].head() == 15


def test_a_read_and_written_version_loses_no_update(
    open_ledger: Callable[[], Ledger], draft: Drafter
) -> None:
    ledgers = [open_ledger(), open_ledger()]
    scope = Scope("kpi/count")

    def add_one(ledger: Ledger, name: str) -> None:
        while True:
            version = ledger.versions([scope])[scope]
            event = ledger.at(version)
            count = 0 if event is None else int(str(event.data["count"]))
            changed = draft(id=name, subject=scope, data={"count": count + 1})
            try:
                ledger.append([changed], expected={scope: version})
            except Conflict:
                continue
            return

    def work(number: int) -> None:
        for turn in range(5):
            add_one(ledgers[number % 2], f"event/{number}-{turn}")

    together(4, work)
    last = ledgers[0].newest(limit=1)[0]
    assert last.data == {"count": 20}


def test_of_equal_requests_at_once_one_is_recorded_and_all_get_it(
    open_ledger: Callable[[], Ledger], draft: Drafter
) -> None:
    ledgers = [open_ledger(), open_ledger()]
    answers = []

    def work(number: int) -> None:
        told = draft(id=f"event/{number}", data={"n": 1})
        answers.append(ledgers[number % 2].append([told], idempotency="k"))

    together(8, work)
    assert ledgers[0].head() == 1
    assert {events[0].id for events in answers} == {ledgers[0].read()[0].id}


def test_of_events_with_one_id_at_once_one_is_recorded(
    open_ledger: Callable[[], Ledger], draft: Drafter
) -> None:
    ledgers = [open_ledger(), open_ledger()]
    refused = []

    def work(number: int) -> None:
        try:
            ledgers[number % 2].append([draft(id="event/lapse-1")])
        except DuplicateEvent as error:
            refused.append(error.event)

    together(8, work)
    assert refused == ["event/lapse-1"] * 7
    assert ledgers[0].head() == 1


def test_a_refusal_in_a_batch_spares_its_neighbours(ledger: Ledger, draft: Drafter) -> None:
    ledger.append([draft(id="event/taken")])
    outcomes: dict[int, str] = {}

    def work(number: int) -> None:
        name = "event/taken" if number % 2 else f"event/{number}"
        try:
            ledger.append([draft(id=name)])
        except DuplicateEvent:
            outcomes[number] = "refused"
        else:
            outcomes[number] = "recorded"

    together(10, work)
    assert outcomes == {n: "refused" if n % 2 else "recorded" for n in range(10)}


def test_recorded_times_rise_along_the_sequence_whatever_the_clocks_do(
    open_ledger: Callable[[], Ledger], draft: Drafter, wall: Any
) -> None:
    ledgers = [open_ledger(), open_ledger()]

    def work(number: int) -> None:
        for turn in range(6):
            wall.move(timedelta(seconds=(-1) ** turn * 5))
            ledgers[number % 2].append([draft(id=f"event/{number}-{turn}")])

    together(4, work)
    times = [event.recorded_at for event in ledgers[0].read()]
    assert times == sorted(times)


def test_asks_that_wait_are_committed_together() -> None:
    batches: list[int] = []
    waiting = threading.Semaphore(0)

    def commit(asks: Sequence[int]) -> list[int]:
        if not batches:
            for _ in range(5):
                waiting.acquire()
        batches.append(len(asks))
        return [ask * 2 for ask in asks]

    committer = Committer[int, int](commit)
    answers: list[int] = []

    def work(number: int) -> None:
        waiting.release()
        answers.append(committer.submit(number))

    together(6, work)
    assert sorted(answers) == [0, 2, 4, 6, 8, 10]
    assert len(batches) <= 4


def test_a_commit_that_fails_fails_for_all_who_waited_and_for_none_after() -> None:
    failing = True

    def commit(asks: Sequence[int]) -> list[int | LedgerRefused]:
        if failing:
            raise DatabaseUnavailable("the disk is full")
        return list(asks)

    committer = Committer[int, int](commit)

    def work(number: int) -> None:
        with pytest.raises(DatabaseUnavailable, match="the disk is full"):
            committer.submit(number)

    together(4, work)
    failing = False
    assert committer.submit(7) == 7


def test_the_clock_of_a_ledger_is_the_one_it_was_given(ledger: Ledger, draft: Drafter) -> None:
    [event] = ledger.append([draft()])
    assert event.recorded_at == datetime(2026, 11, 22, 8, 30, tzinfo=UTC)

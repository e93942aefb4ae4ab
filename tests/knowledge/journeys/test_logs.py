"""Kept contacts: stored once, read in blocks, proven by digest, dropped when forgotten."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from knowledge.journeys import logs as kept_logs
from knowledge.journeys.graph import Place
from knowledge.journeys.logs import Batch, JourneyLogs, LogBroken
from knowledge.journeys.simulation import drawn, simulate
from knowledge.journeys.steps import Steps
from knowledge.journeys.zones import Method, study
from knowledge.ledger import Ledger
from knowledge.sealing import KeyStore
from ontology.identity import ThingId

NOW = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
ACTOR = ThingId("person/ada")
A, B = ThingId("touchpoint/a"), ThingId("touchpoint/b")
DAY = 86_400_000_000


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    keys = KeyStore.open(tmp_path / "keys")
    found = Ledger.open(f"sqlite:///{tmp_path}/ledger.db", keys=keys, now=lambda: NOW)
    yield found
    found.close()
    keys.close()


@pytest.fixture
def logs(tmp_path: Path, ledger: Ledger) -> JourneyLogs:
    return JourneyLogs(tmp_path / "journeys", ledger)


NUMBERS = count(1)


def commit(logs: JourneyLogs, *batches: Batch) -> tuple[int, int]:
    return logs.commit(
        iter(batches), actor=ACTOR, id=lambda kind: f"{kind}/{next(NUMBERS)}", at=NOW
    )


def batch(*rows: tuple[int, int, int], names: tuple[ThingId, ...] = (A, B)) -> Batch:
    steps = [(journey, place, day * DAY, 0, 0, 0.25) for journey, place, day in rows]
    return Batch(touchpoints=names, steps=Steps.of(steps))


def read(logs: JourneyLogs, *places: ThingId) -> list[tuple[int, int, int]]:
    blocks = logs.blocks(logs.kept(), places or (A, B))
    return [
        (int(j), int(t), int(at) // DAY)
        for steps in blocks
        for j, t, at in zip(steps.journey, steps.touchpoint, steps.at, strict=True)
    ]


def test_contacts_come_back_by_journey_and_time(logs: JourneyLogs) -> None:
    assert commit(logs, batch((2, 1, 5), (1, 0, 3)), batch((1, 1, 1))) == (3, 0)
    assert read(logs) == [(1, 1, 1), (1, 0, 3), (2, 1, 5)]


def test_a_contact_is_stored_once_whatever_its_batch_calls_its_touchpoint(
    logs: JourneyLogs,
) -> None:
    assert commit(logs, batch((1, 0, 1), (1, 1, 2), (1, 0, 1))) == (2, 1)
    again = batch((1, 1, 1), (1, 0, 2), names=(B, A))
    assert commit(logs, again) == (0, 2)
    assert len(logs.kept().events) == 1


def test_contacts_of_a_touchpoint_that_no_longer_stands_are_left_out(logs: JourneyLogs) -> None:
    commit(logs, batch((1, 0, 1), (1, 1, 2)))
    assert read(logs, B) == [(1, 0, 2)]


def test_what_is_kept_can_be_told_as_of_a_sequence(logs: JourneyLogs) -> None:
    commit(logs, batch((1, 0, 1)))
    first = logs.kept()
    commit(logs, batch((1, 1, 2)))
    assert logs.kept(first.events[-1].sequence) == first
    assert (logs.kept().contacts, logs.kept().last) == (2, 2 * DAY)
    assert logs.kept().digest != first.digest


def test_nothing_kept_is_an_empty_log(logs: JourneyLogs) -> None:
    assert (logs.kept().contacts, read(logs)) == (0, [])


@pytest.mark.parametrize("harm", ["altered", "missing"])
def test_a_damaged_file_is_told(logs: JourneyLogs, tmp_path: Path, harm: str) -> None:
    commit(logs, batch((1, 0, 1)))
    (file,) = (tmp_path / "journeys").glob("*.parquet")
    if harm == "altered":
        file.write_bytes(file.read_bytes() + b" ")
    else:
        file.unlink()
    with pytest.raises(LogBroken, match=file.name):
        read(logs)
    (problem,) = logs.verify()
    assert file.name in problem


def test_what_is_forgotten_is_gone_and_stays_gone(logs: JourneyLogs, tmp_path: Path) -> None:
    old, new = batch((1, 0, 1), (2, 0, 2)), batch((3, 0, 50))
    commit(logs, old)
    commit(logs, new)
    assert logs.forget(datetime(1970, 1, 20, tzinfo=UTC)) == 1
    assert read(logs) == [(3, 0, 50)]
    assert len([*(tmp_path / "journeys").glob("*.parquet")]) == 1
    assert commit(logs, old) == (0, 2)
    assert read(logs) == [(3, 0, 50)]


def test_a_study_in_many_blocks_is_the_study_in_one(
    logs: JourneyLogs, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = simulate(np.random.default_rng(1), drawn(np.random.default_rng(2), 2), 300)
    commit(logs, Batch(touchpoints=(A, B), steps=steps))
    places = [Place(id=A, name="A"), Place(id=B, name="B")]

    def studied() -> object:
        kept = logs.kept()
        blocks = logs.blocks(kept, [A, B])
        return study(blocks, places, Method(samples=100), until=kept.last)

    whole = studied()
    monkeypatch.setattr(kept_logs, "_BLOCK", 50)
    assert studied() == whole

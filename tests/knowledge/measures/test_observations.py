"""Outside measurements kept: stored once, corrected by later files, sealed, erased, dropped."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge.ledger import Ledger
from knowledge.measures.observation_files import Load, ObservationsBroken
from knowledge.measures.observation_kinds import KINDS
from knowledge.measures.observation_marks import Taken
from knowledge.measures.observation_rows import Row
from knowledge.measures.observations import Observations
from knowledge.sealing import KeyStore
from ontology.identity import ThingId

NOW = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
ACTOR = ThingId("person/ada")
SURVEY, LOAD, PULSE, REPLY = (KINDS[name] for name in ("survey", "load", "pulse", "reply"))
NUMBERS = count(1)


@dataclass
class Kept:
    """A store, and what it told of the rows that it refused."""

    store: Observations
    ledger: Ledger
    keys: KeyStore
    folder: Path
    refused: list[tuple[int, str]] = field(default_factory=list)

    def load(self) -> Load:
        return Load(
            actor=ACTOR,
            at=NOW,
            id=lambda kind: f"{kind}/{next(NUMBERS)}",
            refuse=lambda number, why: self.refused.append((number, why)),
            rejected=lambda: len(self.refused),
        )

    def take(self, kind: Any, *batches: Sequence[Mapping[str, Any]]) -> Taken:
        rows = [[Row(number=n, values=one) for n, one in enumerate(some, 1)] for some in batches]
        return self.store.commit(kind, rows, self.load())


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    keys = KeyStore.open(tmp_path / "keys")
    ledger = Ledger.open(f"sqlite:///{tmp_path}/ledger.db", keys=keys, now=lambda: NOW)
    folder = tmp_path / "observations"
    yield Kept(Observations(folder, ledger, keys), ledger, keys, folder)
    ledger.close()
    keys.close()


def answer(who: int = 1, day: int = 1, score: float | None = 5.0, **more: Any) -> dict[str, Any]:
    return {
        "subject": ThingId(f"customer/{who}"),
        "at": datetime(2026, 10, day, tzinfo=UTC),
        "instrument": "ces",
        "score": score,
        **more,
    }


def test_a_load_is_one_event_with_its_figures(kept: Kept) -> None:
    assert kept.take(SURVEY, [answer(1), answer(2, 3)]) == Taken(new=2)
    (event,) = kept.store.loaded()
    assert (event.data["kind"], event.data["count"], event.data["rejected"]) == ("survey", 2, 0)
    assert kept.store.verify() == ()


def test_loading_the_same_twice_changes_nothing(kept: Kept) -> None:
    rows = [answer(n, 1 + n, comment="never again") for n in range(20)]
    kept.take(SURVEY, rows)
    head = kept.ledger.head()
    assert kept.take(SURVEY, rows[::-1]) == Taken(known=20)
    assert kept.ledger.head() == head


def test_late_rows_come_in_any_order_and_are_read_in_order_of_time(kept: Kept) -> None:
    kept.take(SURVEY, [answer(1, 20), answer(2, 5)])
    kept.take(SURVEY, [answer(3, 1), answer(4, 12)])
    days = [at.day for at in kept.store.table(SURVEY)["at"].to_pylist()]
    assert days == [1, 5, 12, 20]


def test_a_later_row_of_the_same_key_corrects_the_earlier_one(kept: Kept) -> None:
    kept.take(SURVEY, [answer(1, score=2.0), answer(2)])
    assert kept.take(SURVEY, [answer(1, score=6.0)]) == Taken(corrected=1)
    assert sorted(kept.store.table(SURVEY)["score"].to_pylist()) == [5.0, 6.0]


def test_a_correction_may_be_taken_back(kept: Kept) -> None:
    for score in (2.0, 6.0, 2.0):
        kept.take(SURVEY, [answer(1, score=score)])
    assert kept.store.table(SURVEY)["score"].to_pylist() == [2.0]


def test_two_rows_of_one_load_that_disagree_are_no_correction(kept: Kept) -> None:
    assert kept.take(SURVEY, [answer(1, score=2.0), answer(1, score=3.0)]) == Taken(new=1)
    assert kept.take(SURVEY, [answer(2, score=2.0)], [answer(2, score=3.0)]) == Taken(new=1)
    assert [number for number, _ in kept.refused] == [2, 1]
    assert "column id" in kept.refused[0][1]


def test_rows_with_ids_of_their_own_are_all_kept(kept: Kept) -> None:
    both = [answer(1, score=2.0, id="a"), answer(1, score=3.0, id="b")]
    assert kept.take(SURVEY, both) == Taken(new=2)
    assert kept.take(SURVEY, [answer(1, score=4.0, id="b")]) == Taken(corrected=1)


def test_nobody_and_nothing_said_stands_in_the_files(kept: Kept) -> None:
    kept.take(SURVEY, [answer(1, comment="my insulin ran out")])
    files = [one.read_bytes() for one in kept.folder.rglob("*") if one.is_file()]
    assert not any(b"insulin" in one or b"customer/1" in one for one in files)
    table = kept.store.table(SURVEY)
    assert kept.store.texts(SURVEY, "comment", table["comment"]) == ["my insulin ran out"]


def test_erasing_a_person_takes_their_words_and_who_they_were(kept: Kept) -> None:
    one, two = ThingId("customer/1"), ThingId("customer/2")
    kept.take(SURVEY, [answer(1, comment="the first"), answer(2, comment="the second")])
    hashed = kept.store.marks(SURVEY, [one, two])
    kept.ledger.erase(one, actor=ACTOR, id="event/erase", reason="asked for")
    table = kept.store.table(SURVEY)
    assert set(kept.store.texts(SURVEY, "comment", table["comment"])) == {None, "the second"}
    assert kept.store.marks(SURVEY, [one, two]) == {two: hashed[two]}
    kept.take(SURVEY, [answer(1, 30, score=1.0)])
    assert kept.refused
    assert table.num_rows == kept.store.table(SURVEY).num_rows


def test_a_customer_who_comes_back_after_an_erasure_is_somebody_new(kept: Kept) -> None:
    one = ThingId("customer/1")
    kept.take(SURVEY, [answer(1)])
    before = kept.store.marks(SURVEY, [one])
    kept.ledger.erase(one, actor=ACTOR, id="event/erase", reason="asked for")
    kept.take(SURVEY, [{**answer(1), "at": NOW + timedelta(days=1)}])
    assert kept.store.marks(SURVEY, [one])[one] != before[one]
    assert kept.store.table(SURVEY).num_rows == 2


def test_an_employee_has_another_hash_than_the_same_key_as_a_customer(kept: Kept) -> None:
    who = ThingId("customer/1")
    kept.take(SURVEY, [answer(1)])
    kept.take(PULSE, [answer(1, topic="rosters")])
    assert kept.store.marks(SURVEY, [who]) != kept.store.marks(PULSE, [who])


def test_texts_of_nobody_in_particular_are_sealed_as_well(kept: Kept) -> None:
    kept.take(REPLY, [{"at": NOW, "text": "We are sorry."}])
    (file,) = kept.folder.rglob("*.parquet")
    assert b"sorry" not in file.read_bytes()
    table = kept.store.table(REPLY)
    assert kept.store.texts(REPLY, "text", table["text"]) == ["We are sorry."]


def test_a_damaged_or_missing_file_is_named(kept: Kept) -> None:
    kept.take(SURVEY, [answer(1)])
    (file,) = kept.folder.rglob("*.parquet")
    file.write_bytes(file.read_bytes()[:-1])
    assert "is not what was committed" in kept.store.verify()[0]
    file.unlink()
    with pytest.raises(ObservationsBroken, match="No such file"):
        kept.store.table(SURVEY)


def test_files_go_when_their_time_is_over(kept: Kept) -> None:
    kept.take(SURVEY, [answer(1)])
    assert kept.store.retain(SURVEY, now=NOW + timedelta(days=400), days=400) == 0
    assert kept.store.retain(SURVEY, now=NOW + timedelta(days=401), days=400) == 1
    assert kept.store.table(SURVEY).num_rows == 0
    assert kept.store.verify() == ()
    assert not [*kept.folder.rglob("*.parquet")]


def test_forgetting_does_not_bring_back_what_was_corrected(kept: Kept) -> None:
    kept.take(SURVEY, [answer(3, 1), answer(1, 20, id="a"), answer(1, 20, id="b")])
    kept.take(SURVEY, [answer(1, 21, score=2.0, id="a")])
    kept.store.forget(SURVEY, datetime(2026, 10, 10, tzinfo=UTC), kept.load())
    assert kept.store.table(SURVEY)["score"].to_pylist() == [5.0, 2.0]


def test_what_a_crash_left_of_a_dropped_file_goes_with_the_next_look(kept: Kept) -> None:
    kept.take(SURVEY, [answer(1)])
    (file,) = kept.folder.rglob("*.parquet")
    file.with_suffix(".gone").touch()
    assert kept.store.table(SURVEY).num_rows == 0
    assert kept.store.retain(SURVEY, now=NOW, days=400) == 0
    assert not file.exists()


def test_forgetting_takes_rows_out_of_files_that_hold_later_ones(kept: Kept) -> None:
    kept.take(SURVEY, [answer(1, 1), answer(2, 20, score=2.0)])
    kept.take(SURVEY, [answer(2, 20, score=4.0), answer(3, 21)])
    kept.store.forget(SURVEY, datetime(2026, 10, 10, tzinfo=UTC), kept.load())
    assert kept.store.table(SURVEY)["score"].to_pylist() == [4.0, 5.0]
    assert sum(int(str(e.data["count"])) for e in kept.store.loaded()) == 2
    assert kept.take(SURVEY, [answer(1, 1)]) == Taken()
    assert "forgotten" in kept.refused[-1][1]


def test_a_part_of_time_is_read_from_its_first_moment_to_before_its_last(kept: Kept) -> None:
    kept.take(LOAD, [load_of(day) for day in range(1, 11)])
    since, until = datetime(2026, 10, 3, tzinfo=UTC), datetime(2026, 10, 5, tzinfo=UTC)
    assert kept.store.table(LOAD, since, until)["contacts"].to_pylist() == [3, 4]


def load_of(day: int, contacts: int | None = None) -> dict[str, Any]:
    at = datetime(2026, 10, day, tzinfo=UTC)
    return {"at": at, "team": "team/care", "contacts": day if contacts is None else contacts}


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.integers(1, 5), st.integers(0, 3)), max_size=12),
)
def test_what_stands_is_the_last_that_was_said_of_each_key(
    kept: Kept, said: list[tuple[int, int]]
) -> None:
    team = f"team/{next(NUMBERS)}"  # of this example only
    for day, contacts in said:
        kept.take(LOAD, [{**load_of(day, contacts), "team": team}])
    stands = {
        row["at"].day: row["contacts"]
        for row in kept.store.table(LOAD).to_pylist()
        if row["team"] == team
    }
    assert stands == dict(said)

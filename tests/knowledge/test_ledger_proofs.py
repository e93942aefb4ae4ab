from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymerkle import InmemoryTree  # type: ignore[import-untyped]  # pymerkle has no type stubs
from sqlalchemy import create_engine, text

from knowledge import merkle
from knowledge.database import Database
from knowledge.ledger import Ledger
from knowledge.merkle import ProofImpossible

Drafter = Any
EVENTS = 70  # enough for two levels of tiles


@pytest.fixture
def filled(ledger: Ledger, draft: Drafter) -> Ledger:
    """A ledger that grew by commits of several sizes."""
    left = EVENTS
    for size in (1, 2, 3, 15, 1, 33, EVENTS):
        taken = min(size, left)
        ledger.append([draft(data={"n": n}) for n in range(taken)])
        left -= taken
        if not left:
            break
    return ledger


def independent(ledger: Ledger, size: int) -> InmemoryTree:
    """The same tree in pymerkle, from the stored entries."""
    other = InmemoryTree(algorithm="sha256")
    for sequence in range(1, size + 1):
        other.append_entry(ledger.entry(sequence))
    return other


def test_roots_and_proofs_of_every_size_are_those_of_pymerkle(filled: Ledger) -> None:
    other = independent(filled, EVENTS)
    for size in range(1, EVENTS + 1, 7):
        assert filled.root(size) == other.get_root(size)
        for sequence in range(1, size + 1, 5):
            theirs = list(other.prove_inclusion(sequence, size).path[1:])
            assert filled.inclusion(sequence, size) == theirs


def test_every_event_is_proven_by_its_leaf(filled: Ledger) -> None:
    root = filled.root(EVENTS)
    for event in filled.read():
        path = filled.inclusion(event.sequence, EVENTS)
        assert merkle.includes(event.leaf, event.sequence - 1, EVENTS, path, root)


@given(st.data())
@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_earlier_head_is_a_prefix_of_any_later_one(
    filled: Ledger, data: st.DataObject
) -> None:
    second = data.draw(st.integers(1, EVENTS))
    first = data.draw(st.integers(0, second))
    path = filled.consistency(first, second)
    assert merkle.extends(first, filled.root(first), second, filled.root(second), path)


def test_a_proof_beyond_the_head_is_refused(filled: Ledger) -> None:
    with pytest.raises(ProofImpossible, match="70 events, not 71"):
        filled.root(71)
    with pytest.raises(ProofImpossible):
        filled.inclusion(71, 70)
    with pytest.raises(ProofImpossible):
        filled.consistency(3, 71)


def test_a_sound_ledger_verifies_and_reports_its_progress(filled: Ledger) -> None:
    steps: list[tuple[int, int]] = []
    found = filled.verify(lambda done, total: steps.append((done, total)))
    assert (found.ok, found.size, found.governed) == (True, EVENTS, EVENTS)
    assert found.root == filled.root(EVENTS)
    assert steps[-1] == (EVENTS, EVENTS)


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        ("UPDATE events SET body = leaf WHERE sequence = 5", "event 5: its bytes"),
        ("UPDATE events SET leaf = body WHERE sequence = 5", "event 5: its bytes do not match"),
        ("UPDATE events SET type = 'thing.acted' WHERE sequence = 5", "event 5: its columns"),
        ("UPDATE events SET subject = 'team/x' WHERE sequence = 5", "event 5: its columns"),
        ("UPDATE events SET recorded_at = 1 WHERE sequence = 5", "event 5: recorded before"),
        ("DELETE FROM events WHERE sequence = 5", "event 5 is missing"),
        ("DELETE FROM events WHERE sequence = 70", "event 70 is missing"),
        ("DELETE FROM commits WHERE size > 60", "event 70 is stored, but the last head covers 55"),
        ("UPDATE tiles SET hash = '' WHERE level = 4 AND position = 1", "tile 4/1"),
        ("DELETE FROM tiles WHERE level = 4 AND position = 2", "tile 4/2"),
        ("UPDATE commits SET root = frontier WHERE size = 6", "the head at 6"),
        ("UPDATE scopes SET version = 3 WHERE scope = 'team/legal'", "scope team/legal"),
        ("DELETE FROM scopes", "scope team/legal"),
    ],
)
def test_whatever_is_altered_behind_its_back_is_named(
    filled: Ledger, url: str, harm: str, told: str
) -> None:
    engine = create_engine(Database(url, name="ledger").url)
    with engine.begin() as connection:
        connection.execute(text(harm))
    engine.dispose()
    found = filled.verify()
    assert not found.ok
    assert any(problem.startswith(told) for problem in found.problems), found.problems

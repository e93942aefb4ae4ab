from random import Random
from typing import Any

import pytest

from knowledge.decision_parts import Part
from knowledge.recorded_decisions import PartFiles, Range, RecordedDecisions
from knowledge.refusals import SealBroken
from ontology.events import Event
from ontology.facts import catalogue
from ontology.identity import ThingId
from ontology.kinds import Kind
from ontology.outcomes import outcome_of
from service import desk
from service.decision_bodies import DecisionRequest
from service.world import World

OPERATOR = ThingId("person/operator")
ALL = Range(first=1, last=10**9)


def asked(world: World, many: int, seed: int = 0) -> list[Event]:
    """Decisions about four customers in different situations."""
    chance = Random(seed)  # noqa: S311 - no secret
    return [
        desk.ask(
            world,
            DecisionRequest.model_validate(
                {
                    "incident": "incident/2013-ny-train",
                    "customer": {"system": "zendesk", "key": str(1001 + chance.randrange(4))},
                    "precedents": 0,
                    "facts": {
                        "request": {"kind": chance.choice(["reply", "triage"])},
                        "spread": {"window": "PT1H", "excess": chance.choice([0, 2, 5, 9])},
                    },
                }
            ),
            OPERATOR,
        ).event
        for _ in range(many)
    ]


def facts(part: Part, row: int) -> list[tuple[str, dict[str, Any]]]:
    """The facts of one decision of a part, as kinds and values."""
    found = []
    numbers = part.decisions["facts"][row].as_py()
    for kind, start in part.starts.items():
        for number in numbers:
            if 0 <= number - start < part.facts[kind].num_rows:
                (values,) = part.facts[kind].slice(number - start, 1).to_pylist()
                found.append((kind, _known(catalogue().kinds[kind], values)))
    return found


def _known(kind: Kind, values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value for name, value in values.items() if name in kind.fields and value is not None
    }


def same(part: Part, events: list[Event]) -> None:
    """Hold every row of a part against the event in the ledger."""
    assert part.decisions["id"].to_pylist() == [event.id for event in events]
    assert part.decisions["outcome"].to_pylist() == [outcome_of(desk.stored(e)) for e in events]
    for row, event in enumerate(events):
        given = [(fact.kind, dict(fact.values)) for fact in desk.facts_of(event)]
        assert sorted(facts(part, row), key=str) == sorted(given, key=str)


def test_columns_hold_the_facts_and_outcomes_of_every_recorded_decision(world: World) -> None:
    events = asked(world, 12)
    world.decisions.catch_up()
    same(world.decisions.read(ALL), events)


def test_later_decisions_are_taken_in_and_small_parts_are_joined(world: World) -> None:
    events = []
    for many in (5, 1, 1, 9):
        events += asked(world, many, seed=many)
        world.decisions.catch_up()
    assert len(world.decisions.ranges()) < 3
    same(world.decisions.read(ALL), events)
    some = events[3:7]
    wanted = Range(first=some[0].sequence, last=some[-1].sequence)
    same(world.decisions.read(wanted), some)


def test_an_erased_person_is_taken_out_of_the_columns(world: World) -> None:
    events = asked(world, 12)
    world.decisions.catch_up()
    gone = events[0].personal["facts"]
    world.ledger.erase(gone, actor=OPERATOR, id=world.ids("event"), reason="asked to")
    world.decisions.catch_up()
    part = world.decisions.read(ALL)
    for row, event in zip(part.decisions.to_pylist(), events, strict=True):
        erased = event.personal["facts"] == gone
        assert row["state"] == ("erased" if erased else "whole")
        assert bool(row["facts"]) is not erased
        assert (row["outcome"] is None) is erased
        assert row["segment"] is None or not erased
    assert gone not in str([table.to_pylist() for table in part.facts.values()])


def test_an_erasure_is_carried_out_without_taking_in_what_is_new(world: World) -> None:
    events = asked(world, 6)
    world.decisions.catch_up()
    asked(world, 2)
    gone = events[0].personal["facts"]
    world.ledger.erase(gone, actor=OPERATOR, id=world.ids("event"), reason="asked to")
    world.decisions.forget()
    states = world.decisions.read(ALL).decisions["state"].to_pylist()
    assert len(states) == len(events)
    assert states[0] == "erased"


def test_nothing_of_a_person_lies_in_clear_on_the_disk(world: World) -> None:
    asked(world, 4)
    world.decisions.catch_up()
    for file in world.settings.decisions_path.glob("*.part"):
        assert b"customer" not in file.read_bytes()


@pytest.mark.parametrize("spoil", ["dropped", "altered", "renamed", "of another form"])
def test_what_is_lost_or_spoilt_is_made_again_from_the_ledger(world: World, spoil: str) -> None:
    events = asked(world, 3)
    world.decisions.catch_up()
    (file,) = world.settings.decisions_path.glob("*.part")
    if spoil == "dropped":
        file.unlink()
    elif spoil == "altered":
        file.write_bytes(file.read_bytes()[:-1] + b"x")
    elif spoil == "renamed":
        file.rename(file.with_name("000000000001-000000000002.part"))
    else:
        (world.settings.decisions_path / "form.json").write_text("{}")
    world.decisions.catch_up()
    same(world.decisions.read(ALL), events)


def test_a_part_of_another_home_is_refused(world: World) -> None:
    asked(world, 3)
    world.decisions.catch_up()
    with pytest.raises(SealBroken):
        PartFiles(world.settings.decisions_path, bytes(32)).read(ALL)


def test_a_part_that_a_crash_left_beside_the_joined_one_does_not_count_twice(world: World) -> None:
    first = asked(world, 4)
    world.decisions.catch_up()
    (file,) = world.settings.decisions_path.glob("*.part")
    left = file.read_bytes()
    later = asked(world, 4, seed=1)
    world.decisions.catch_up()
    file.write_bytes(left)
    again = RecordedDecisions(world.settings.decisions_path, world.ledger, world.keys)
    again.catch_up()
    same(again.read(ALL), [*first, *later])


def test_an_empty_ledger_has_no_decisions(bare: World) -> None:
    bare.decisions.catch_up()
    assert bare.decisions.read(ALL).decisions.num_rows == 0

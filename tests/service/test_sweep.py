"""The sweep: a deadline lapses exactly once, over workers, restarts and downtime."""

import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from ontology.events import Draft, Event
from ontology.identity import ThingId
from ontology.lifecycle import ATTUNE, Actor, Role
from service.acts import propose
from service.clock import StoppedClock
from service.sweep import sweep
from service.world import World

ADA = Actor(id=ThingId("person/ada"), roles=frozenset({Role.RESPONDER, Role.REVIEWER}))


def decided(world: World, name: str, within: str = "PT15M") -> ThingId:
    thing = ThingId(f"decision/{name}")
    draft = Draft(
        id=f"event/{name}",
        type="decision.made",
        subject=thing,
        actor=ATTUNE,
        occurred_at=world.clock.now(),
        data={"within": within, "team": "team/duty-officer"},
        governed=False,
    )
    world.ledger.append([draft])
    return thing


def lapses(world: World) -> list[Event]:
    acted = world.ledger.read(types=("thing.acted",))
    return [event for event in acted if event.actor == ATTUNE]


def swept(world: World, clock: StoppedClock, minutes: int) -> int:
    clock.advance(clock.now() + timedelta(minutes=minutes))
    return sweep(world, world.clock.now())


def test_nothing_lapses_before_its_time(bare: World, clock: StoppedClock) -> None:
    decided(bare, "a")
    assert swept(bare, clock, 14) == 0
    assert lapses(bare) == []


def test_a_decision_that_nobody_answers_lapses(bare: World, clock: StoppedClock) -> None:
    thing = decided(bare, "a")
    assert swept(bare, clock, 15) == 1
    (event,) = lapses(bare)
    assert (event.subject, event.data["from"], event.data["to"]) == (thing, "proposed", "lapsed")
    assert event.data["late"] is False


def test_sweeping_again_changes_nothing(bare: World, clock: StoppedClock) -> None:
    decided(bare, "a")
    swept(bare, clock, 15)
    head = bare.ledger.head()
    assert swept(bare, clock, 600) == 0
    assert bare.ledger.head() == head


def test_what_was_answered_in_time_does_not_lapse(bare: World, clock: StoppedClock) -> None:
    thing = decided(bare, "a")
    propose(bare, thing=thing, kind="decision", act="accept", data={}, actor=ADA)
    assert swept(bare, clock, 600) == 0


def test_a_lapse_after_downtime_is_marked_late(bare: World, clock: StoppedClock) -> None:
    decided(bare, "a")
    swept(bare, clock, 15 + 2)
    assert lapses(bare)[0].data["late"] is True


def test_a_restart_neither_forgets_nor_repeats(
    worlds: Callable[..., World], clock: StoppedClock
) -> None:
    first = worlds()
    decided(first, "a")
    decided(first, "b", within="PT2H")
    assert swept(first, clock, 15) == 1
    assert swept(worlds(), clock, 0) == 0
    assert swept(worlds(), clock, 120) == 1
    assert len(lapses(first)) == 2


def test_two_workers_at_once_record_each_lapse_once(
    worlds: Callable[..., World], clock: StoppedClock
) -> None:
    workers = [worlds(), worlds()]
    things = {decided(workers[0], f"d{number}") for number in range(40)}
    clock.advance(clock.now() + timedelta(minutes=15))
    start = threading.Barrier(2)

    def sweep_all(world: World) -> int:
        start.wait()
        return sweep(world, world.clock.now())

    with ThreadPoolExecutor(2) as pool:
        recorded = sum(pool.map(sweep_all, workers))
    assert recorded == len(things)
    assert sorted(event.subject for event in lapses(workers[0])) == sorted(things)


def test_an_answer_and_a_lapse_at_once_never_both_stand(
    worlds: Callable[..., World], clock: StoppedClock
) -> None:
    answering, sweeping = worlds(), worlds()
    things = [decided(answering, f"d{number}") for number in range(15)]
    clock.advance(clock.now() + timedelta(minutes=15))
    start = threading.Barrier(2)

    def answer() -> None:
        start.wait()
        for thing in things:
            propose(answering, thing=thing, kind="decision", act="accept", data={}, actor=ADA)

    with ThreadPoolExecutor(1) as pool:
        answered = pool.submit(answer)
        start.wait()
        sweep(sweeping, sweeping.clock.now())
        answered.result()
    for thing in things:
        past = answering.ledger.read(types=("thing.acted",), subject=thing)
        assert [(e.data["from"], e.data["to"]) for e in past] in (
            [("proposed", "accepted")],
            [("proposed", "lapsed"), ("lapsed", "accepted")],
        )


def test_a_deadline_that_leaves_the_state_as_it_is_lapses_once(
    bare: World, clock: StoppedClock
) -> None:
    incident = ThingId("incident/a")
    act: dict[str, Any] = {"kind": "incident", "data": {}, "actor": attune()}
    propose(bare, thing=incident, act="suggest", **act)
    assert swept(bare, clock, 30) == 1
    assert swept(bare, clock, 600) == 0
    assert [one.state for one in bare.due_now().queue()] == ["candidate"]


def attune() -> Actor:
    return Actor(id=ATTUNE, roles=frozenset({Role.ATTUNE}))


def test_a_lapse_may_start_the_next_deadline(bare: World, clock: StoppedClock) -> None:
    thing = ThingId("validation/a")
    propose(bare, thing=thing, kind="validation", act="ask", data={}, actor=attune())
    propose(bare, thing=thing, kind="validation", act="claim", data={}, actor=ADA)
    assert swept(bare, clock, 30) == 1
    assert [one.state for one in bare.due_now().queue()] == ["waiting"]
    assert swept(bare, clock, 29) == 0
    assert swept(bare, clock, 1) == 1
    assert [one.state for one in bare.due_now().queue()] == ["passed-on"]


def test_a_replay_world_lapses_by_its_own_clock(worlds: Callable[..., World]) -> None:
    replay = worlds(world="replay")
    decided(replay, "a")
    assert sweep(replay, replay.clock.now()) == 0
    replay.advance(replay.clock.now() + timedelta(minutes=16), actor=ADA.id)
    assert sweep(replay, replay.clock.now()) == 1


WORKER = """
import sys
from datetime import datetime
from pathlib import Path
from service.settings import Settings
from service.sweep import sweep
from service.world import World

world = World.open(Settings(home=Path(sys.argv[1]), language=False))
sys.stdin.readline()
print(sweep(world, datetime.fromisoformat(sys.argv[2])), flush=True)
world.close()
"""


def test_two_processes_at_once_record_each_lapse_once(worlds: Callable[..., World]) -> None:
    world = worlds()
    things = {decided(world, f"d{number}") for number in range(20)}
    after = (world.clock.now() + timedelta(minutes=15)).isoformat()
    words = [sys.executable, "-c", WORKER, str(world.settings.home), after]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with (
        subprocess.Popen(words, **pipes) as first,  # noqa: S603 - our own program
        subprocess.Popen(words, **pipes) as second,  # noqa: S603 - our own program
    ):
        for process in (first, second):
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        told = [int(process.communicate()[0]) for process in (first, second)]
    assert sum(told) == len(things)
    assert sorted(event.subject for event in lapses(world)) == sorted(things)

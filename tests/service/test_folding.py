"""Every thread of a worker sees an event from the moment that the worker says it is folded."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from ontology.events import Draft
from ontology.identity import ThingId
from service.world import World

PLATFORM = ThingId("platform/late")
THREADS = 8


def record(world: World, turn: int) -> Draft:
    return Draft(
        id=world.ids("event"),
        type="record.put",
        subject=PLATFORM,
        actor=ThingId("person/ada"),
        occurred_at=world.clock.now(),
        data={"type": "Platform", "properties": {"name": [f"Late {turn}"]}},
    )


@pytest.mark.parametrize("catch_up", [World.catch_up, World.catch_up_governed])
def test_a_thread_that_has_caught_up_reads_what_another_worker_wrote(
    worlds: Callable[..., World], catch_up: Callable[[World], None]
) -> None:
    writer, reader = worlds(), worlds()
    together = Barrier(THREADS)

    def read(_: int) -> object:
        together.wait()
        catch_up(reader)
        return reader.graph.properties(PLATFORM)["name"]

    with ThreadPoolExecutor(THREADS) as pool:
        for turn in range(60):
            writer.ledger.append([record(writer, turn)])
            assert [*pool.map(read, range(THREADS))] == [(f"Late {turn}",)] * THREADS

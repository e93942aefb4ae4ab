"""The graph at a million triples: loading, reading a neighbourhood, memory."""

import time
from collections.abc import Iterator

from bench.measuring import Figure, cpu_ms, resident_mb
from bench.worlds import grow, sample_world
from ontology.identity import ThingId


def measure() -> Iterator[Figure]:
    """Seconds to load a million triples, and what reading costs then."""
    with sample_world() as world:
        before, start = resident_mb(), time.perf_counter()
        loaded = grow(world, 1_000_000)
        taken = time.perf_counter() - start
        yield Figure(name=f"loading {loaded:,.0f} triples", value=taken, unit="s")
        yield Figure(name="memory they take", value=resident_mb() - before, unit="MB")
        thing = ThingId("customer/bench00000007")
        yield Figure(
            name="reading a customer's properties",
            value=cpu_ms(lambda: world.graph.properties(thing), runs=2_000) * 1_000,
            unit="µs CPU",
        )

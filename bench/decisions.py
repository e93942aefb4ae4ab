"""Decisions in process, without text, as the graph grows."""

from collections.abc import Iterator

from bench.measuring import Figure, cpu_ms
from bench.worlds import grow, sample_world
from ontology.identity import ThingId
from rules.combine import decide
from service import desk
from service.decision_bodies import DecisionRequest
from service.situation import build

_SIZES = (10_000, 100_000, 1_000_000)
_WAIT_MS = 1_000.0
_ASKED = DecisionRequest.model_validate(
    {
        "incident": "incident/2013-ny-train",
        "customer": {"system": "zendesk", "key": "1001"},
        "facts": {"request": {"kind": "reply", "audience": "customer"}},
    }
)


def measure() -> Iterator[Figure]:
    """Median CPU time of a decision at 10 k, 100 k and 1 M triples."""
    first = None
    with sample_world() as world:
        operator = ThingId("person/operator")
        for size in _SIZES:
            grow(world, size)
            at, policy = world.clock.now(), world.policies.current()

            def think() -> object:
                situation = build(world, _ASKED, world.policies.current(), at, budget_ms=_WAIT_MS)
                return decide(situation.facts, policy.policy, at, policy.engines)

            taken = cpu_ms(think, runs=1_000)
            first = first or taken
            yield Figure(
                name=f"decision without text, {len(world.graph.store):,} triples",
                value=taken,
                unit="ms CPU",
                against="at 10 k",
                ratio=taken / first,
                aim="≤ 1 ms, ≤ 1.3 × at 1 M",
            )
        recorded = cpu_ms(lambda: desk.ask(world, _ASKED, operator), runs=400)
        yield Figure(name="the same, recorded durably", value=recorded, unit="ms CPU")

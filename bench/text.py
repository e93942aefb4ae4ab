"""Decisions with text: what the language models add, on one thread."""

from collections.abc import Iterator

from bench.measuring import Figure, cpu_ms, resident_mb
from bench.worlds import sample_world
from rules.combine import decide
from service.decision_bodies import DecisionRequest
from service.situation import build

_WAIT_MS = 60_000.0
_ASKED = DecisionRequest.model_validate(
    {
        "incident": "incident/2013-ny-train",
        "customer": {"system": "zendesk", "key": "1001"},
        "text": "My son was on that train. Third call today, and nobody tells us anything.",
    }
)


def measure() -> Iterator[Figure]:
    """Median CPU time of a decision with text, and the memory of a worker that can make it."""
    with sample_world(language=True) as world:
        yield Figure(name="memory without models", value=resident_mb(), unit="MB")
        world.perception.warm()
        at, policy = world.clock.now(), world.policies.current()

        def think() -> object:
            situation = build(world, _ASKED, world.policies.current(), at, budget_ms=_WAIT_MS)
            return decide(situation.facts, policy.policy, at, policy.engines)

        taken = cpu_ms(think, runs=60)
        yield Figure(name="decision with text", value=taken, unit="ms CPU", aim="≤ 30 ms")
        yield Figure(name="memory with models", value=resident_mb(), unit="MB")

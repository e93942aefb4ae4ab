"""What was known at a moment: the folds over the ledger as it stood, under a stopped clock."""

from dataclasses import dataclass
from datetime import datetime

from ontology.decisions import Decision
from rules.combine import decide
from service.clock import StoppedClock, elapsed_ms, monotonic_ms
from service.decision_bodies import DecisionRequest
from service.policies import Activation, PolicyUnknown
from service.situation import Situation, build
from service.world import Parts, World


@dataclass(frozen=True, slots=True, kw_only=True)
class Hindsight:
    """What was known, which policy applied, and what it would have decided; never recorded.

    `sequence` is the last event that was known.
    """

    at: datetime
    sequence: int
    policy: Activation
    situation: Situation
    decision: Decision


def look_back(world: World, request: DecisionRequest, at: datetime) -> Hindsight:
    """Ask a decision as if it were then. Costs a fold of the ledger and of the kept signals.

    Signals whose words fell with retention, and people who were erased since, are missing.

    Raises:
        PolicyUnknown: no policy was active then.
        ProblemError: a reference of the wrong kind, or a fact that fits no kind (422).
    """
    started = monotonic_ms()
    then = as_of(world, at)
    policy = then.policies.at(at)
    if policy is None:
        raise PolicyUnknown("no policy was active then")
    compiled = world.policies.get(policy.digest)
    wait = request.max_wait_ms if request.max_wait_ms is not None else world.settings.max_wait_ms
    left = wait - elapsed_ms(started)
    situation = build(then, request, compiled, at, budget_ms=max(left, 0.0))
    decision = decide(situation.facts, compiled.policy, at, compiled.engines)
    return Hindsight(
        at=at, sequence=then.ledger.head(), policy=policy, situation=situation, decision=decision
    )


def as_of(world: World, at: datetime) -> World:
    """The world as it was known at a moment; it shares files, keys and models with this one."""
    last = world.ledger.sequence_at(at)
    parts = Parts(
        graph=world.graph.as_of(last), segments=world.segments, perception=world.perception
    )
    then = World(world.settings, world.ledger.until(last), world.keys, StoppedClock(at), parts)
    then.catch_up()
    then.traffic.catch_up(then.ledger, at)
    return then

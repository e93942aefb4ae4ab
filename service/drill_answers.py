"""Three answers to one question: what people decided, what the reference says, what rules say."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from ontology.events import Event, Json
from ontology.identity import ThingId
from service.decision_bodies import DecisionRequest
from service.drill_scenario import TIERS, Scenario, since
from service.drill_story import SAID
from service.drills import Part
from service.hindsight import Hindsight, look_back
from service.policies import PolicyUnknown
from service.problems import ProblemError
from service.world import World

POINTS = ("tier", "routes", "strategy")
_WAIT_MS = 20_000


def answers(
    world: World, scenario: Scenario, story: Sequence[Event], people: Mapping[ThingId, Part]
) -> dict[str, Json]:
    """The three answers with what agrees, point by point; a point nobody answered says so."""
    at = min(scenario.clock.began + since(scenario.reference.at), world.clock.now())
    ours, rules = _ours(story, people), _rules(world, scenario, at)
    reference = scenario.reference
    right: dict[str, Json] = {
        "tier": reference.tier,
        "routes": [*reference.routes],
        "strategy": [*reference.strategy],
    }
    points: list[Json] = [_point(name, ours, right, rules) for name in POINTS]
    return {
        "at": at.isoformat().replace("+00:00", "Z"),
        "people": ours,
        "reference": {
            **right,
            "words": reference.words,
            "reasons": reference.reasons,
            "by": reference.by,
        },
        "rules": rules,
        "points": points,
    }


def _ours(story: Sequence[Event], people: Mapping[ThingId, Part]) -> dict[str, Json]:
    """What people said last of each point; who raised the tier with a tool said so, too."""
    found: dict[str, Json] = {}
    for event in story:
        if event.actor not in people:
            continue
        said = event.data if event.type == SAID else event.data.get("data")
        for name in POINTS:
            value = said.get(name) if isinstance(said, Mapping) else None
            if value:
                found |= {name: value, f"{name}_by": event.actor, f"{name}_why": _why(said)}
    return found


def _why(said: object) -> Json:
    return (said.get("why") or said.get("reason")) if isinstance(said, Mapping) else None


def _rules(world: World, scenario: Scenario, at: datetime) -> dict[str, Json]:
    """What the rules would have decided with what was known at a moment; nothing is recorded."""
    request = DecisionRequest(incident=scenario.incident.id, precedents=0, max_wait_ms=_WAIT_MS)
    try:
        seen = look_back(world, request, at + timedelta(microseconds=1))
    except (PolicyUnknown, ProblemError) as error:
        return {"withheld": str(error)}
    return _shown(seen)


def _shown(seen: Hindsight) -> dict[str, Json]:
    made = seen.decision
    strategy = {one.strategy for one in made.responses}
    return {
        "tier": made.tier,
        "routes": [one.team for one in made.routes],
        "strategy": [*sorted(strategy)],
        "rules": [one.rule for one in made.firings],
        "policy": made.policy,
        "facts": [one.to_json() for one in seen.situation.facts],
    }


def _point(
    name: str, ours: Mapping[str, Json], right: Mapping[str, Json], rules: Mapping[str, Json]
) -> Json:
    people, reference, machine = ours.get(name), right[name], rules.get(name)
    told: dict[str, Json] = {
        "point": name,
        "people": people,
        "reference": reference,
        "rules": machine,
        "people_agree_with_reference": _agree(name, people, reference),
        "rules_agree_with_reference": _agree(name, machine, reference),
        "people_agree_with_rules": _agree(name, people, machine),
        "why": ours.get(f"{name}_why"),
    }
    if name == "tier" and people in TIERS:
        told["tiers_from_reference"] = TIERS.index(str(people)) - TIERS.index(str(reference))
    return told


def _agree(name: str, one: Json, other: Json) -> bool | None:
    """Whether two answers agree: one route in common is enough; None where one is missing."""
    if not one or not other:
        return None
    if name == "tier":
        return one == other
    mine, theirs = _set(one), _set(other)
    return bool(mine & theirs) if name == "routes" else mine == theirs


def _set(value: Json) -> frozenset[str]:
    return frozenset(map(str, value)) if isinstance(value, list) else frozenset()

"""The rule that a justified disagreement asks for, finished, with the cases that try it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import orjson

from ontology.events import Json
from ontology.facts import catalogue
from ontology.lifecycle_data import duration
from service.drill_scenario import TIERS, Scenario

STRATA: Final = {"tier": "escalate", "routes": "route", "strategy": "respond"}
_KIND: Final = "incident"
_TELLS: Final = ("phase", "cluster", "severity", "harm")
_TELLS_IF_TRUE: Final = ("internal", "similar_history", "colleagues_hurt", "people_at_risk")
_USUAL_MINUTES: Final = 30
_LONGEST_REASON: Final = 400
_LONGEST_NAME: Final = 80
_UNOWNED: Final = "team/duty-officer"


class NoRule(ValueError):
    """No rule can say it; the message says why, and what would do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A rule and its cases, each as lines of a list in YAML."""

    id: str
    rule: str
    cases: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A point in which people and rules differ: who says what, why, and what was known."""

    point: str
    people: Json
    rules: Json
    reason: str
    facts: Sequence[Mapping[str, Json]]


def finished(scenario: Scenario, wanted: Wanted) -> Finished:
    """The rule by which the policy would have said what people said, in crises of this kind.

    Its conditions are what kind of crisis it was, not the words or figures of one: the incident's
    phase, cluster, severity and harm, and what else is true of it. One case fires, and for each
    condition one stays quiet.

    Raises:
        NoRule: a rule adds and none takes back, so people who say less need another rule changed.
    """
    then = _THEN[wanted.point](scenario, wanted)
    when = _conditions(wanted.facts)
    name = f"drill-{scenario.drill}-{wanted.point}"[:_LONGEST_NAME].rstrip("-")
    because = " ".join(wanted.reason.split())[:_LONGEST_REASON]
    lines = [
        f"  - id: {name}",
        f"    reason: {_said(f'{because} (Learned in a drill: {scenario.drill}.)')}",
        '    covers: ["1.6"]',
        "    when:",
        f"      {_KIND}: {_said(when)}",
        "    then:",
        f"      - {then}",
    ]
    cases = "".join(_case(name, note, given) for note, given in _given(scenario, when))
    return Finished(id=name, rule="\n".join(lines) + "\n", cases=cases)


def _conditions(facts: Sequence[Mapping[str, Json]]) -> dict[str, Json]:
    values = next((one.get("values") for one in facts if one.get("kind") == _KIND), None)
    known = values if isinstance(values, dict) else {}
    told = {name: known[name] for name in _TELLS if known.get(name)}
    told |= {name: True for name in _TELLS_IF_TRUE if known.get(name) is True}
    if len(told) <= 1:
        raise NoRule("nothing was known of the incident that a rule could ask for; record it")
    return told


def _given(scenario: Scenario, when: Mapping[str, Json]) -> Iterator[tuple[str, dict[str, Json]]]:
    """What fires, and for each condition the same with another value, which stays quiet."""
    yield f"As in {scenario.title}"[:120], dict(when)
    for name, value in when.items():
        yield f"The same, with another {name}", {**when, name: _other(name, value)}


def _other(name: str, value: Json) -> Json:
    if isinstance(value, bool):
        return not value
    allowed = catalogue().kinds[_KIND].fields[name].allowed
    return next(one for one in reversed(allowed) if one != value)


def _case(rule: str, note: str, given: Mapping[str, Json]) -> str:
    want = "fires" if note.startswith("As in") else "stays quiet"
    lines = [
        f"  - rule: {rule}",
        f"    note: {_said(note)}",
        f"    given: {_said({_KIND: dict(given)})}",
        f"    want: {want}",
    ]
    return "\n".join(lines) + "\n"


def _tier(scenario: Scenario, wanted: Wanted) -> str:
    tier = str(wanted.people)
    if TIERS.index(tier) < TIERS.index(str(wanted.rules)):
        words = f"people say {tier}, rules {wanted.rules}: no rule lowers a tier"
        raise NoRule(f"{words}; narrow the rule that raises it")
    return f"escalate: {_said({'tier': tier, 'within': f'{_minutes(scenario)} minutes'})}"


def _routes(scenario: Scenario, wanted: Wanted) -> str:
    del scenario
    more: list[Json] = [
        {"team": team, **({"otherwise": _UNOWNED} if team != _UNOWNED else {})}
        for team in _missing(wanted)
    ]
    return f"route: {_said(more)}"


def _strategy(scenario: Scenario, wanted: Wanted) -> str:
    del scenario
    return f"respond: {_said(_missing(wanted))}"


def _missing(wanted: Wanted) -> list[Json]:
    """What people say and rules do not."""
    said = wanted.people if isinstance(wanted.people, list) else []
    there = wanted.rules if isinstance(wanted.rules, list) else []
    found = [one for one in said if one not in there]
    if not found:
        less = ", ".join(str(one) for one in there if one not in said)
        raise NoRule(f"rules say {less} and people do not: narrow the rules that conclude it")
    return found


def _minutes(scenario: Scenario) -> int:
    """Within what time people were expected to decide."""
    lengths = (duration(one.within) for one in scenario.expect if one.phase == "decide")
    shortest = min(lengths, default=None)
    return int(shortest.total_seconds() // 60) or 1 if shortest is not None else _USUAL_MINUTES


def _said(value: Json) -> str:
    """A value as JSON, which YAML reads."""
    return orjson.dumps(value).decode()


_THEN: Final = {"tier": _tier, "routes": _routes, "strategy": _strategy}

"""Merging: what several rules concluded of one kind becomes one sorted list; nothing is lost."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from functools import cache
from types import MappingProxyType
from typing import Any, Final, cast

from ontology.decisions import (
    Duty,
    Firing,
    Notification,
    RecoveryStep,
    Requirement,
    Response,
    Route,
)
from ontology.facts import Fact, catalogue
from rules.caution import HUMAN, may_be_automatic

DUTY_OFFICER: Final = "team/duty-officer"
"""Who answers where no rule routes, and where nobody else is on call."""

UNKNOWN: Final = "unknown"

_DENIED: Final[Mapping[str, str]] = MappingProxyType({"deny": "denial"})
"""Strategies that a prohibition takes off the table, and which one does."""

_ENDED: Final = frozenset({"resolved", "closed", "merged", "dismissed"})


@cache
def scale(kind: str, field: str) -> tuple[str, ...]:
    """The allowed names of a field, lowest first.

    >>> scale("escalation", "tier")[-1]
    'board'
    """
    return catalogue().kinds[kind].fields[field].allowed


def highest(facts: Iterable[Fact], kind: str, field: str) -> str | None:
    """The highest name on its scale that any fact has, None without facts."""
    names = {str(fact.values[field]) for fact in facts}
    return max(names, key=scale(kind, field).index, default=None)


def cluster(classifications: Sequence[Fact]) -> str:
    """The strongest responsibility that any rule sees; unknown where none sees any."""
    known = [fact for fact in classifications if fact.values["cluster"] != UNKNOWN]
    return highest(known, "classification", "cluster") or UNKNOWN


def names(facts: Iterable[Fact], field: str) -> tuple[str, ...]:
    """Every name once, sorted."""
    return tuple(sorted({str(fact.values[field]) for fact in facts}))


def shortest(times: Iterable[timedelta | None]) -> timedelta | None:
    """The shortest of the times that are given."""
    return min((time for time in times if time is not None), default=None)


def tier(escalations: Sequence[Fact], floors: Iterable[str]) -> tuple[str, timedelta | None]:
    """The highest tier of rules and floors, and the shortest time of the highest rules."""
    order = scale("escalation", "tier")
    top = highest(escalations, "escalation", "tier") or order[0]
    urgent = [f.values.get("within") for f in escalations if f.values["tier"] == top]
    times = cast("list[timedelta | None]", urgent)
    return max([top, *floors], key=order.index), shortest(times)


def held(facts: Iterable[Fact]) -> tuple[str, ...]:
    """The tiers that open incidents have reached; only a recorded stand-down lets one fall."""
    incidents = [fact.values for fact in facts if fact.kind == "incident"]
    return tuple(
        str(values["tier"])
        for values in incidents
        if "tier" in values
        and values.get("stood_down") is not True
        and values.get("phase") not in _ENDED
    )


def off_call(facts: Iterable[Fact]) -> frozenset[str]:
    """The teams of which nobody can be reached now."""
    teams = [fact.values for fact in facts if fact.kind == "team"]
    return frozenset(str(v["id"]) for v in teams if v.get("on_call") is False)


def routes(routings: Iterable[Fact], away: frozenset[str]) -> tuple[Route, ...]:
    """Who answers: one route a team, its highest priority; the duty officer where nobody else."""
    found: defaultdict[tuple[str, str], list[Route]] = defaultdict(list)
    for routing in routings:
        route = _reached(routing, away)
        found[route.team, route.instead_of or ""].append(route)
    return tuple(_one(found[key]) for key in sorted(found)) or (Route(team=DUTY_OFFICER),)


def _reached(routing: Fact, away: frozenset[str]) -> Route:
    team, otherwise = str(routing.values["team"]), routing.values.get("otherwise")
    second = None if otherwise is None else str(otherwise)
    priority = str(routing.values.get("priority", "normal"))
    if team not in away or team == DUTY_OFFICER:
        return Route(team=team, priority=priority, otherwise=second)
    stand_in = DUTY_OFFICER if second is None or second in away else second
    return Route(team=stand_in, priority=priority, instead_of=team)


def _one(same: Sequence[Route]) -> Route:
    order = scale("routing", "priority")
    return Route(
        team=same[0].team,
        priority=max((route.priority for route in same), key=order.index),
        otherwise=min((r.otherwise for r in same if r.otherwise is not None), default=None),
        instead_of=same[0].instead_of,
    )


def responses(concluded: Iterable[Fact], prohibitions: Sequence[str]) -> tuple[Response, ...]:
    """The strategies that fit, without those that a prohibition takes off the table."""
    pairs = {
        (str(fact.values["strategy"]), _text(fact, "template"))
        for fact in concluded
        if _DENIED.get(str(fact.values["strategy"])) not in prohibitions
    }
    return tuple(Response(strategy=s, template=t) for s, t in _sorted(pairs))


def requirements(
    concluded: Iterable[Fact], doubtful: Iterable[Fact] = ()
) -> tuple[Requirement, ...]:
    """What must be done, each with its shortest time.

    `doubtful` are messages about which something is not known: a person reads those that nobody
    else would before the public does.
    """
    times = _times(concluded, "name", "from_team")
    if any(may_be_automatic(message) for message in doubtful):
        times.setdefault((HUMAN, None), [])
    return tuple(
        Requirement(name=name, from_team=team, within=shortest(times[name, team]))
        for name, team in _sorted(times)
    )


def notifications(concluded: Iterable[Fact]) -> tuple[Notification, ...]:
    """Who must be told, each in its shortest time."""
    times = _times(concluded, "team", "")
    return tuple(
        Notification(team=team, within=shortest(times[team, none]))
        for team, none in _sorted(times)
    )


def duties(firings: Iterable[Firing]) -> tuple[Duty, ...]:
    """What is owed to our own people, by rule: two rules that owe the same are two duties."""
    owed = {
        (firing.rule, fact.place()): fact
        for firing in firings
        for fact in firing.conclusions
        if fact.kind == "duty"
    }
    return tuple(
        Duty(rule=rule, **cast("dict[str, Any]", dict(owed[rule, place].values)))
        for rule, place in sorted(owed)
    )


def determining(
    firings: Iterable[Firing], top: str | None, prohibitions: Sequence[str]
) -> tuple[Firing, ...]:
    """The firings that left a trace: of the highest tier, not denied; in one order for all.

    `top` is the highest tier that any rule concluded.
    """
    kept = [f for f in firings if any(_counts(c, top, prohibitions) for c in f.conclusions)]
    # INVARIANT: a rule fires once, with all facts that take part, so its id alone orders.
    return tuple(sorted(kept, key=lambda firing: firing.rule))


def _counts(conclusion: Fact, top: str | None, prohibitions: Sequence[str]) -> bool:
    if conclusion.kind == "escalation":
        return conclusion.values["tier"] == top
    if conclusion.kind == "response":
        return _DENIED.get(str(conclusion.values["strategy"])) not in prohibitions
    return True


def recovery(concluded: Iterable[Fact]) -> tuple[RecoveryStep, ...]:
    """What brings trust back, each in its shortest time."""
    times = _times(concluded, "step", "team")
    return tuple(
        RecoveryStep(step=step, team=team, within=shortest(times[step, team]))
        for step, team in _sorted(times)
    )


_Pair = tuple[str, str | None]


def _times(facts: Iterable[Fact], name: str, of: str) -> dict[_Pair, list[timedelta | None]]:
    times: defaultdict[_Pair, list[timedelta | None]] = defaultdict(list)
    for fact in facts:
        within = cast("timedelta | None", fact.values.get("within"))
        times[str(fact.values[name]), _text(fact, of)].append(within)
    return dict(times)


def _text(fact: Fact, field: str) -> str | None:
    value = fact.values.get(field)
    return None if value is None else str(value)


def _sorted(pairs: Iterable[_Pair]) -> list[_Pair]:
    return sorted(pairs, key=lambda pair: (pair[0], pair[1] or ""))

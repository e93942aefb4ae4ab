"""Snoozing rules: begin one, list them, and report which rules are snoozed often."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import quote

from ontology.events import Event, Json
from ontology.identity import ThingId
from ontology.lifecycle import Actor
from rules.snoozing import KIND, refusal
from service import acts
from service.bodies import instant
from service.finding_query import Query
from service.findings import find
from service.permissions import KEY_ROLES
from service.recorded_history import Progress
from service.snoozes import Snooze
from service.world import World

_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfRule:
    """How often one rule was snoozed: a rule that is snoozed often needs changing."""

    rule: str
    snoozes: int
    renewals: int
    hours: float
    things: int
    people: int
    set_aside: int
    now: int

    def to_json(self) -> dict[str, Json]:
        """The line of the report, with where to look what another threshold would cost."""
        return {
            "rule": self.rule,
            "snoozes": self.snoozes,
            "renewals": self.renewals,
            "hours": round(self.hours, 1),
            "things": self.things,
            "people": self.people,
            "set_aside": self.set_aside,
            "now": self.now,
            "links": {
                "alert_budget": f"/v1/alert-budget?rule={quote(self.rule)}&fields=",
                "command": f"attune alerts budget {self.rule} --field …",
            },
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """How often each rule was snoozed in a time, those first that were set aside most often."""

    since: datetime
    until: datetime
    rules: tuple[OfRule, ...]

    def to_json(self) -> dict[str, Json]:
        """The report as JSON."""
        rows: list[Json] = [one.to_json() for one in self.rules]
        return {"since": instant(self.since), "until": instant(self.until), "rules": rows}


def begin(
    world: World, data: Mapping[str, Json], actor: Actor, *, idempotency: str | None = None
) -> Event:
    """Snooze a rule for a thing.

    Raises:
        ActRefused: it can't be snoozed, or not by the actor; all reasons are in it.
        IdempotencyMismatch: the key was used for something else.
    """
    fresh = world.ids(KIND)
    if idempotency is not None:
        fresh = f"{KIND}/once-{world.keys.mac(KIND, idempotency).hex()[:32]}"
    return acts.propose(
        world,
        thing=ThingId(fresh),
        kind=KIND,
        act="begin",
        data=data,
        actor=actor,
        idempotency=idempotency,
    )


def shown(one: Snooze, now: datetime) -> dict[str, Json]:
    """A snooze as answers show it."""
    told: dict[str, Json] = {
        "id": one.id,
        "rule": one.rule,
        "about": one.about,
        "state": "active" if one.holds(now) else "ended",
        "by": one.by,
        "reason": one.reason,
        "since": instant(one.since),
        "until": instant(one.until),
        "renewed": one.renewed,
        "links": {"acts": f"/v1/snoozes/{one.id.partition('/')[2]}/acts"},
    }
    if one.ended is not None:
        at, act, by = one.ended
        told |= {"ended": {"at": instant(at), "act": act, "by": by}}
    return told


def snoozable(world: World) -> dict[str, str | None]:
    """Each rule of the active policy, and why it can't be snoozed; None where it can.

    Raises:
        PolicyUnknown: no policy is active.
    """
    policy = world.policies.current().policy
    return {rule.id: refusal(rule, policy) for rule in policy.rules}


def report(world: World, since: datetime, until: datetime, progress: Progress) -> Report:
    """How often each rule was snoozed, and how many decisions would have been others.

    Raises:
        QueryInvalid: it is no time that has passed.
        TooMuch: there are too many decisions for the time that one may wait.
    """
    query = Query(
        source="decisions",
        where=(("set_aside", "given"),),
        since=since,
        until=until + timedelta(microseconds=1),  # what was decided at this moment counts
        facets=("set_aside",),
        bucket="month",
        limit=0,
    )
    found = find(world, query, KEY_ROLES, progress)
    missed = {name: many for facet in found.facets for name, many in facet.values}
    when, by_rule = (found.since, found.until), defaultdict[str, list[Snooze]](list)
    for one in world.snoozes.all():
        if one.since <= found.until and one.over(found.until) >= found.since:
            by_rule[one.rule].append(one)
    rows = [_of_rule(rule, those, when, missed.get(rule, 0)) for rule, those in by_rule.items()]
    rows.sort(key=lambda one: (-one.set_aside, -one.snoozes, one.rule))
    return Report(since=found.since, until=found.until, rules=tuple(rows))


def _of_rule(
    rule: str, those: Sequence[Snooze], when: tuple[datetime, datetime], missed: int
) -> OfRule:
    since, until = when
    lengths = (one.over(until) - max(one.since, since) for one in those)
    return OfRule(
        rule=rule,
        snoozes=len(those),
        renewals=sum(one.renewed for one in those),
        hours=sum(lengths, timedelta()) / _HOUR,
        things=len({one.about for one in those}),
        people=len({person for one in those for person in one.people}),
        set_aside=missed,
        now=sum(one.holds(until) for one in those),
    )

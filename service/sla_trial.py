"""A service level tried on recorded cases: what it would have missed and told, beside today's."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from knowledge.measures.estimates import Estimate, Figure, Withheld
from knowledge.measures.service_levels import Kept, decided, kept, pauses, stretches
from knowledge.proportions import poisson, wilson
from service.sla_case import Case
from service.sla_cases import cases
from service.slas import Aim, Version, closeness, holds, in_force
from service.world import World

LOOKED_BACK: Final = timedelta(days=365)
_WEEK: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One stretch of waiting under one target."""

    case: Case
    target: str
    kept: Kept
    decided: bool


def judge(case: Case, aims: Sequence[Aim], now: datetime) -> list[Judged]:
    """Every stretch of a case under some targets, as known now."""
    stops = pauses(case.times, now)
    return [
        Judged(
            case=case,
            target=aim.target.value,
            kept=kept(one, aim.within, aim.staffed, stops, now),
            decided=decided(one, aim.within, aim.staffed, stops, now),
        )
        for aim in aims
        if aim.target in case.told
        for one in stretches(case.times, aim.target)
    ]


def attained(judged: Sequence[Judged]) -> Figure:
    """The share that was kept of what has come due, with Wilson's interval."""
    due = [one for one in judged if one.decided]
    if not due:
        return Withheld(reason="nothing has come due yet", n=0)
    met = sum(one.kept is Kept.MET for one in due)
    low, high = wilson(met, len(due))
    return Estimate(value=met / len(due), low=low, high=high, n=len(due))


def tried(world: World, one: Version) -> dict[str, Any]:
    """What a version would have done to the cases of the last year, beside what holds now."""
    now = world.clock.now()
    since = now - LOOKED_BACK
    known = in_force(world)
    own: list[Judged] = []
    present: list[Judged] = []
    for case in cases(world):
        if case.times.opened < since or closeness(one.scope, case) is None:
            continue
        own += judge(case, one.aims, now)
        if (held := holds(known, case)) is not None:
            present += judge(case, held.aims, now)
    weeks = LOOKED_BACK / _WEEK
    return {
        "since": since.isoformat(),
        "until": now.isoformat(),
        "cases": len({judged.case.id for judged in own}),
        "targets": {
            aim.target.value: {
                "proposed": _told([j for j in own if j.target == aim.target], weeks),
                "present": _told([j for j in present if j.target == aim.target], weeks),
            }
            for aim in one.aims
        },
    }


def _told(judged: Sequence[Judged], weeks: float) -> dict[str, Any]:
    """Kept, and how many would have been overdue a week: each of them tells a team."""
    many = Counter(one.kept for one in judged)
    missed = sum(one.kept is Kept.MISSED for one in judged)
    low, high = poisson(missed)
    a_week = Estimate(value=missed / weeks, low=low / weeks, high=high / weeks, n=len(judged))
    return {
        "kept": dict(attained(judged).to_json()),
        "missed": many[Kept.MISSED],
        "not_due": sum(not one.decided for one in judged),
        "overdue_a_week": dict(a_week.to_json()),
    }

"""The alert budget as JSON: the history, every point with its intervals, what is recommended."""

from collections.abc import Collection
from datetime import timedelta
from typing import Final

from knowledge.proportions import poisson, wilson
from ontology.events import Json
from service.paging_curve import At, Curve, Point

_MINUTE: Final = timedelta(minutes=1)


def report(curve: Curve, budget: float | None) -> dict[str, Json]:
    """All of a curve; `recommended` is for a budget of pages a shift and team."""
    front = {one.at for one in curve.front()}
    best = None if budget is None else curve.best(budget)
    return {
        "rule": curve.thresholds[0].rule,
        "thresholds": [
            {"field": one.name, "asks": one.words, "present": one.value}
            for one in curve.thresholds
        ],
        "history": _history(curve),
        "shift_hours": curve.terms.shift / timedelta(hours=1),
        "shifts": round(curve.shifts, 2),
        "group_minutes": curve.terms.window / _MINUTE,
        "points": [_row(curve, one, front) for one in curve.points],
        "budget": budget,
        "recommended": None if best is None else [*best.at],
    }


def _history(curve: Curve) -> Json:
    history = curve.history
    return {
        "since": history.since.isoformat(),
        "until": history.until.isoformat(),
        "every_minutes": history.every / _MINUTE,
        "looks": history.looks,
        "blind_looks": history.blind,
        "feeds_never_heard": [*history.unheard],
        "incidents": len(history.references),
        "without_reference": [*history.without],
    }


def _row(curve: Curve, one: Point, front: Collection[At]) -> Json:
    low, high = (end / curve.shifts for end in poisson(one.pages))
    middle, worst = one.minutes
    of = len(one.warned)
    share = wilson(of - one.missed, of)
    return {
        "at": [*one.at],
        "present": one == curve.present,
        "front": one.at in front,
        "pages": one.pages,
        "pages_per_shift": round(curve.rate(one.pages), 3),
        "pages_per_shift_low": round(low, 3),
        "pages_per_shift_high": round(high, 3),
        "pages_per_shift_at_most": round(curve.rate(one.at_most), 3),
        "busiest_team": round(curve.load(one), 3),
        "busiest_shift": one.busiest,
        "teams": {team: round(curve.rate(n), 3) for team, n in sorted(one.teams.items())},
        "cannot_tell": one.unsure,
        "warned": of - one.missed,
        "of": of,
        "warned_low": round(share[0], 3),
        "warned_high": round(share[1], 3),
        "median_minutes": round(middle, 1),
        "worst_minutes": round(worst, 1),
        "missed": _missed(curve, one),
    }


def _missed(curve: Curve, point: Point) -> Json:
    return [
        {
            "incident": one.incident,
            "cannot_tell": one.perhaps,
            "told_by_other_rules": one.incident in curve.history.others,
        }
        for one in point.warned
        if one.minutes is None
    ]

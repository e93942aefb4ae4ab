"""KPIs on the scorecard: what teams measure themselves, its trend, its target and its owner."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

import numpy as np

from knowledge.measures import periods
from knowledge.measures.designs import Floats
from knowledge.measures.estimates import Estimate, Figure, Withheld
from service.measurements import Measurement
from service.outcome_bodies import Goal, Perspective
from service.ownership import Figure as Kpi
from service.ownership import figures
from service.scorecard_items import Item
from service.world import World

STANDS_FOR: Final = "scorecard/"
"""How the source of a KPI begins that only sets target and owner of a figure of the scorecard."""

_FEWEST: Final = 5
"""Measurements from which on a slope is told."""
_CLOSE: Final = 1e-9


def goals(world: World, said: Sequence[Goal]) -> dict[str, Goal]:
    """What each figure should reach, by its name; what the body says wins over records."""
    found = dict[str, Goal]()
    for one in figures(world):
        name, target, owner = _stands_for(one), one.target, one.several("accountable")
        if name is not None and target is not None and owner:
            found[name] = Goal.model_construct(figure=name, target=target, owner=str(owner[0]))
    return found | {one.figure: one for one in said}


def kpis(
    world: World, under: Mapping[str, Perspective], since: datetime, until: datetime
) -> Iterator[Item]:
    """Every KPI as it stood at the end, with an interval where its inputs were recorded.

    The change is from the newest measurement at the beginning, or the slope of those between,
    where they came without inputs.
    """
    known = world.measurements_now()
    for one in figures(world):
        if _stands_for(one) is not None:
            continue
        series = [each for each in known.of(one.id) if each.as_of <= until]
        unit, accountable = one.text("kpiUnit") or "", one.several("accountable")
        yield Item(
            perspective=under.get(one.id, Perspective.PROCESS),
            name=one.text("name") or one.id,
            unit="" if unit == "1" else unit,
            now=_measured(series[-1]) if series else Withheld(reason="never measured", n=0),
            change=_changed(series, since),
            rises=one.text("direction") != "at-most",
            target=one.target,
            owner=accountable[0] if accountable else None,
        )


def _stands_for(one: Kpi) -> str | None:
    source = one.text("source") or ""
    return source.removeprefix(STANDS_FOR) if source.startswith(STANDS_FOR) else None


def _measured(one: Measurement) -> Figure:
    if (counted := _counts(one)) is not None:
        return periods.share(*counted)
    if (values := _values(one)) is not None:
        return periods.mean(values)
    if one.ends is not None:
        return Estimate(value=one.value, low=one.ends[0], high=one.ends[1], n=one.sample)
    reason = f"{one.value:g} was measured without its spread, so no interval can be told"
    return Withheld(reason=reason, n=one.sample)


def _changed(series: Sequence[Measurement], since: datetime) -> Figure:
    before = [one for one in series if one.as_of < since]
    if not before or series[-1] is before[-1]:
        return Withheld(reason="not measured both before the period and in it", n=len(series))
    now, then = series[-1], before[-1]
    one, other = _counts(now), _counts(then)
    if one is not None and other is not None:
        return periods.share_change(one, other)
    here, there = _values(now), _values(then)
    if here is not None and there is not None:
        return periods.mean_change(here, there)
    return _slope([then, *(each for each in series if each.as_of >= since)])


def _slope(series: Sequence[Measurement]) -> Figure:
    """What a straight line through the measurements rises over their time, with its interval."""
    from scipy.stats import linregress, t  # type: ignore[import-untyped]  # noqa: PLC0415 - slow

    many = len(series)
    if many < _FEWEST:
        words = f"measured without its spread; {_FEWEST} measurements make a trend"
        return Withheld(reason=words, n=many)
    at = np.array([(one.as_of - series[0].as_of).total_seconds() for one in series])
    if not at[-1] > 0:
        return Withheld(reason="all were measured for the same moment", n=many)
    line = linregress(at / at[-1], np.array([one.value for one in series]))
    wide = float(t.ppf(0.975, many - 2)) * float(line.stderr)
    value = float(line.slope)
    return Estimate(value=value, low=value - wide, high=value + wide, n=many)


def _counts(one: Measurement) -> tuple[int, int] | None:
    """Of how many how many, where the value is the share of whole numbers that were recorded."""
    inputs = one.inputs
    if not isinstance(inputs, dict) or not 0 <= one.value <= 1:
        return None
    counts = [each for each in inputs.values() if isinstance(each, int | float)]
    whole = max(counts, default=0)
    if len(counts) > 1 and whole and float(whole).is_integer():
        hits = round(one.value * whole)
        if abs(hits / whole - one.value) < _CLOSE:
            return hits, int(whole)
    return None


def _values(one: Measurement) -> Floats | None:
    """The numbers of which the value is the mean, where they were recorded."""
    inputs = one.inputs
    lists = [each for each in inputs.values() if isinstance(each, list)] if inputs else []
    if len(lists) != 1 or not all(isinstance(each, int | float) for each in lists[0]):
        return None
    values = np.asarray(lists[0], dtype=float)
    return values if len(values) and abs(float(values.mean()) - one.value) < _CLOSE else None

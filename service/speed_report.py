"""What a report on speed and care says: correlations, slopes, the frontier, and their limits."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from knowledge.measures.designs import Design
from knowledge.measures.estimates import Estimate, Figure, Withheld, reasons
from knowledge.measures.frontier import SMALLEST, Unit
from knowledge.measures.tradeoff import Cases, Slope, Together, horizon
from service.charts import Axis, Chart, Moment, Panel, Points, picture
from service.figured import Figured, Named
from service.outcome_bodies import SpeedIn

_HOURS: Final = Axis(label="hours in which half of its cases are resolved", low=0.0)
_CARE: Final = Axis(label="care (0 to 6)", low=0.0, high=6.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was worked out; `small` units have too few cases to be shown."""

    cases: Cases
    design: Design
    pairs: Sequence[Together]
    slopes: Sequence[Slope]
    units: Sequence[Unit]
    small: int


def told(asked: SpeedIn, found: Found) -> Figured:
    """The report."""
    return Figured(
        title="Speed and care",
        asked=asked.model_dump(mode="json", exclude_none=True),
        verdict=_verdict(found),
        figures=[*_figures(found)],
        notes=[*_notes(asked, found)],
        more={
            "frontier": [
                {
                    "unit": one.name,
                    "on_frontier": one.on_frontier,
                    "share": one.efficient,
                    "plain": {
                        "hours": one.plain[0] if np.isfinite(one.plain[0]) else None,
                        "care": one.plain[1],
                    },
                }
                for one in found.units
            ],
            "units_too_small": found.small,
            "missing": {**found.design.missing},
            "hours_followed": horizon(found.cases),
        },
        drawn=lambda: _picture(asked, found),
    )


def _verdict(found: Found) -> str:
    one = found.pairs[0].alike
    if isinstance(one, Withheld):
        return f"Among cases that are alike it can't be told: {one.reason}."
    if one.low <= 0 <= one.high:
        return (
            "Among cases that are alike no trade-off is shown: slower cases are neither more nor"
            " less caring."
        )
    if one.value > 0:
        return "Among cases that are alike, those that take longer have more caring answers."
    return "Among cases that are alike, the quicker ones have the more caring answers."


def _figures(found: Found) -> Iterator[Named]:
    for pair in found.pairs:
        yield Named(part="Rank correlation, plain", name=pair.name, figure=pair.plain)
    for pair in found.pairs:
        yield Named(part="Rank correlation, like with like", name=pair.name, figure=pair.alike)
    for slope in found.slopes:
        yield Named(
            part="Time taken for each point of care more, like with like",
            name=f"quantile {slope.quantile}",
            figure=slope.times,
            unit="times as long",
        )
    for unit in found.units:
        yield Named(
            part="Half of the cases are resolved in, like with like",
            name=unit.name,
            figure=unit.hours,
            unit="h",
        )
    for unit in found.units:
        yield Named(
            part="Care of answers, 0 to 6, like with like", name=unit.name, figure=unit.care
        )


def _notes(asked: SpeedIn, found: Found) -> Iterator[str]:
    cases = found.cases
    open_ = int((cases.resolved == 0).sum())
    held = ", ".join(asked.held_equal) or "nothing"
    yield (
        f"These are associations: hard cases take long and are answered otherwise. Held equal:"
        f" {held}; whatever else makes cases hard is not."
    )
    yield (
        f"{len(cases.hours)} cases, {open_} of them still open: they count as lasting at least as"
        " long as they have, and resolved ones stand for them by how many are still followed"
        f" (up to {horizon(cases):.0f} h). That needs that cases are not left open because they"
        " will take long."
    )
    yield (
        f"Of {int(np.isnan(cases.care).sum())} cases no answer's empathy is known, of"
        f" {int(np.isnan(cases.effort).sum())} nobody said how easy it was (1 to 7, 7 is easy)."
    )
    yield _best(asked, found)
    if found.small:
        yield f"By {asked.by}, {found.small} with fewer than {SMALLEST} such cases not shown."
    for name, many in found.design.missing.items():
        yield f"{name} is missing of {many} cases, which are a group of their own in it."


def _best(asked: SpeedIn, found: Found) -> str:
    """Whom to learn from, and how sure that is."""
    if len(found.units) < 2:  # noqa: PLR2004 - one has nobody to be compared with
        return (
            f"By {asked.by}, fewer than two have {SMALLEST} cases whose care is known, so nobody"
            " can be called better: look by channel or touchpoint, or load more answers."
        )
    told = ", ".join(f"{one.name} ({one.efficient:.0%})" for one in found.units if one.on_frontier)
    return (
        f"To learn from: {told}; of every {asked.by} nobody is both quicker and more caring than"
        " these (the frontier; in brackets in how many samples drawn again that is so, below 90 %"
        f" it may be chance). {_mix(asked)}"
    )


def _mix(asked: SpeedIn) -> str:
    """What of the cases' mix the frontier holds equal."""
    held = ", ".join(one.value for one in asked.held_equal if one.value != asked.by.value)
    if not held:
        return "Case mix is not held equal there: declare held_equal."
    return f"Hours and care are as if each had the cases of all, by {held}."


def _picture(asked: SpeedIn, found: Found) -> str:
    return picture(
        Chart(
            title="Speed and care",
            subtitle=_verdict(found),
            panels=[_frontier(asked, found), _pairs(found), _slopes(found)],
            notes=[
                "Bars are 95 % intervals. On the frontier nobody is both quicker and more caring.",
                *(f"Withheld: {one}." for one in reasons(_beside(found))),
            ],
        )
    )


def _beside(found: Found) -> Iterator[tuple[str, Figure]]:
    """Figures of panels that show others; a panel that shows none says itself why."""
    for one in found.pairs:
        yield from ((f"{one.name}, plain", one.plain), (f"{one.name}, like with like", one.alike))
    times = _times(found)
    if any(isinstance(one, Estimate) for _, one in times):
        yield from times
    if len(found.units) > 1:
        yield from ((one.name, one.hours) for one in found.units)


def _times(found: Found) -> Sequence[tuple[str, Figure]]:
    return [(f"quantile {one.quantile}", one.times) for one in found.slopes]


def _frontier(asked: SpeedIn, found: Found) -> Panel:
    if len(found.units) < 2:  # noqa: PLR2004 - one has nobody to be compared with
        nothing = _best(asked, found)
        return Panel(title=f"Each {asked.by}", x=_HOURS, y=_CARE, marks=[], empty=nothing)
    marks = []
    for name, on in (("on the frontier", True), ("another is quicker and more caring", False)):
        some = [
            (one, one.hours)
            for one in found.units
            if one.on_frontier is on and isinstance(one.hours, Estimate)
        ]
        marks.append(
            Points(
                name=name,
                x=[hours.value for _, hours in some],
                y=[one.care.value for one, _ in some],
                low=[one.care.low for one, _ in some],
                high=[one.care.high for one, _ in some],
                notes=[_hours(one.hours) for one, _ in some],
                labels=[one.name.rpartition("/")[2] for one, _ in some],
            )
        )
    return Panel(
        title=f"Each {asked.by}",
        x=_HOURS,
        y=_CARE,
        marks=marks,
        empty=f"Withheld: {'; '.join(reasons((one.name, one.hours) for one in found.units))}.",
    )


def _hours(one: Figure) -> str:
    return one.words(1) + " h"


def _pairs(found: Found) -> Panel:
    plain = _forest("plain", [(one.name, one.plain) for one in found.pairs], (0, 2))
    alike = _forest("like with like", [(one.name, one.alike) for one in found.pairs], (1, 2))
    return Panel(
        title="Rank correlation",
        x=Axis(label="Spearman's correlation", low=-1.0, high=1.0),
        y=Axis(label="", kind="category", names=[one.name for one in found.pairs]),
        marks=[plain, alike, Moment(name="none", at=0.0)],
        empty=f"Withheld: {'; '.join(reasons(_beside(found)))}.",
    )


def _slopes(found: Found) -> Panel:
    times = _times(found)
    return Panel(
        title="Times as long, for each point of care more",
        x=Axis(label="ratio", log=True),
        y=Axis(label="", kind="category", names=[name for name, _ in times]),
        marks=[_forest("like with like", times), Moment(name="as long", at=1.0)],
        empty=f"Withheld: {'; '.join(reasons(times))}.",
    )


def _forest(
    name: str, figures: Sequence[tuple[str, Figure]], place: tuple[int, int] = (0, 1)
) -> Points:
    some = [(named, one) for named, one in figures if isinstance(one, Estimate)]
    slot, slots = place
    return Points(
        name=name,
        x=[one.value for _, one in some],
        y=[named for named, _ in some],
        low=[one.low for _, one in some],
        high=[one.high for _, one in some],
        slot=slot,
        slots=slots,
    )

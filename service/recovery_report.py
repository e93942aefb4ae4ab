"""The report on recovery: as JSON, as lines for people, as rows, as a picture."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from typing import Any, Final

from knowledge.measures.dips import SHAPES
from knowledge.measures.estimates import Estimate, Figure, Withheld
from ontology.identity import ThingId
from service.recovery_found import ASSUMPTIONS, MOMENTS, UNITS, Measure, Tested, when, words
from service.recovery_hearing import Heard, moment
from service.recovery_marks import Done
from service.recovery_picture import drawn
from service.reported import Cell, Report

_NAMES: Final[Mapping[str, str]] = {
    "baseline": "baseline",
    "onset": "onset",
    "trough": "trough at",
    "trough_value": "value at the trough",
    "depth": "depth",
    "half_life": "half-life from the trough, hours",
    "half_life_to_settled": "half-life to the level where it settles, hours",
    "recovered": "recovered at",
    "area": "lost: baseline less curve, value times hours",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryReport(Report):
    """How an incident fell and came back."""

    incident: ThingId
    name: str
    at: datetime
    heard: Heard
    measures: Mapping[str, Measure]
    unsuited: Mapping[str, str]
    marks: Sequence[Done]

    def to_json(self) -> Mapping[str, Any]:
        """All of it, with every stretch of every series."""
        return {
            "incident": self.incident,
            "name": self.name,
            "at": self.at.isoformat(),
            "posts": len(self.heard.about.times),
            "feeds": [{"feed": one, "posts": n} for one, n in self.heard.feeds.items()],
            "gaps": [
                {"feed": one.feed, "since": one.since.isoformat(), "until": one.until.isoformat()}
                for one in self.heard.silences
            ],
            "measures": {name: _measure(one) for name, one in self.measures.items()},
            "unsuited": dict(self.unsuited),
            "done": [
                {"at": one.at.isoformat(), "name": one.name, "kind": one.kind}
                for one in self.marks
            ],
            "assumptions": list(ASSUMPTIONS),
        }

    def lines(self) -> Iterator[str]:
        """What people read."""
        yield f"{self.name}: {len(self.heard.about.times)} posts by {len(self.heard.feeds)} feeds"
        for gap in self.heard.silences:
            yield f"  {gap.feed} silent {when(gap.since)} to {when(gap.until)}"
        for one in self.measures.values():
            yield from ("", *_told(one))
        for name, why in self.unsuited.items():
            yield from ("", f"{name}: not told. {why}")
        yield from ("", *ASSUMPTIONS)

    def rows(self) -> Iterator[Sequence[Cell]]:
        """Figures first, then what went with what was done."""
        yield (
            "measure", "what", "figure", "value", "low", "high", "n", "withheld", "chance",
            "adjusted", "placebo", "told",
        )  # fmt: skip
        for one in self.measures.values():
            yield (one.name, "answer", one.found.answer, *[None] * 4, one.found.why, *[None] * 4)
            for name, figure in one.found.figures.items():
                yield (one.name, "curve", name, *_cells(name, figure), *[None] * 4)
            for tested in one.tested:
                change = tested.change
                told = (change.chance, tested.adjusted, change.placebo, tested.told())
                what = f"{tested.mark.at.isoformat()} {tested.mark.name}"
                yield (one.name, what, "level", *_cells("level", change.level), *told)
                yield (one.name, what, "slope", *_cells("slope", change.slope), *[None] * 4)

    def picture(self) -> str | None:
        """A panel a measure."""
        return drawn(self.name, self.heard, self.measures) if self.measures else None


def _measure(one: Measure) -> Mapping[str, Any]:
    series, found = one.series, one.found
    value, low, high = found.line
    curve = found.curve
    return {
        "unit": UNITS[one.name],
        "answer": found.answer,
        "why": found.why,
        "chance_of_noise": found.chance,
        "models": [
            {"model": name, "says": SHAPES[name][1], "above_best": round(above, 2)}
            for name, above in sorted(found.models.items(), key=lambda pair: pair[1])
        ],
        "figures": {name: figure_json(name, one) for name, one in found.figures.items()},
        "stretch_seconds": series.width,
        "series": [
            {
                "at": moment(float(at)).isoformat(),
                "value": _number(series.value[place]),
                "posts": float(series.count[place]),
                "known": bool(series.known[place]),
                "smooth": _number(value[place]),
                "low": _number(low[place]),
                "high": _number(high[place]),
                **({"curve": _number(curve[0][place])} if curve is not None else {}),
            }
            for place, at in enumerate(series.middle)
        ],
        "interventions": [_tested(each) for each in one.tested],
    }


def _tested(one: Tested) -> Mapping[str, Any]:
    change = one.change
    return {
        "at": one.mark.at.isoformat(),
        "name": one.mark.name,
        "kind": one.mark.kind,
        "things": list(one.mark.things),
        "told": one.told(),
        "level": change.level.to_json(),
        "slope_an_hour": change.slope.to_json(),
        "trend_before": change.before.to_json(),
        "chance": change.chance,
        "adjusted": one.adjusted,
        "placebo_dates": {"as_large": change.placebo, "dates": change.placebos},
        "placebo_series": None if one.beside is None else one.beside.level.to_json(),
        "near": list(one.near),
    }


def figure_json(name: str, figure: Figure) -> Mapping[str, Any]:
    """A figure, times as in ISO 8601."""
    told = dict(figure.to_json())
    if name in MOMENTS and isinstance(figure, Estimate):
        for key in ("value", "low", "high"):
            seconds = getattr(figure, key)
            told[key] = moment(seconds).isoformat() if isfinite(seconds) else None
    return told


def _told(one: Measure) -> Iterator[str]:
    found = one.found
    yield f"{one.name} ({UNITS[one.name]}): {found.answer}; {found.why}"
    said = SHAPES[found.shape][1]
    yield f"  model {found.shape}: {said}; chance of noise {found.chance:.3g}"
    for name, figure in found.figures.items():
        yield f"  {_NAMES[name]}: {words(name, figure)}"
    for tested in one.tested:
        yield f"  {when(tested.mark.at)} {tested.mark.name}: {tested.told()}"
        yield f"    level {tested.change.level.words(3)}"
        if tested.adjusted is not None:
            change = tested.change
            placebo = "" if change.placebo is None else f"{change.placebo:.2f}"
            yield (
                f"    chance {change.chance:.3g}, of so many {tested.adjusted:.3g};"
                f" placebo dates as large: {placebo or 'none to try'} of {change.placebos}"
            )


def _cells(name: str, figure: Figure) -> Sequence[Cell]:
    if isinstance(figure, Withheld):
        return (None, None, None, figure.n, figure.reason)
    told = figure_json(name, figure)
    return (told["value"], told["low"], told["high"], figure.n, None)


def _number(value: float) -> float | None:
    return float(value) if isfinite(value) else None

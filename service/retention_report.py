"""What a report on retention says: figures, balance, curves, and what they stand on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from knowledge.measures.balance import BALANCED
from knowledge.measures.effects import Effects
from knowledge.measures.estimates import Estimate, Withheld
from knowledge.measures.retention import People, Retention
from knowledge.measures.survival import Curve
from service.charts import Axis, Chart, Line, Moment, Panel, Points, picture
from service.declaring import BEFORE
from service.figured import Figured, Named
from service.outcome_bodies import RetentionIn

_MOST_STEPS: Final = 400
_DOUBTFUL: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """The people that are compared, and who could not be: no relationship, or not told what."""

    answered: int
    unknown: int
    untold: int
    people: People


def told(asked: RetentionIn, gathered: Gathered, found: Retention) -> Figured:
    """The report."""
    return Figured(
        title="Personal answers and staying",
        asked=asked.model_dump(mode="json", exclude_none=True),
        verdict=_verdict(asked, found),
        figures=[*_figures(asked, found)],
        notes=[*_notes(asked, gathered, found)],
        more=_more(gathered, found),
        drawn=lambda: _picture(asked, found),
    )


def _verdict(asked: RetentionIn, found: Retention) -> str:
    if isinstance(found.effects, Withheld):
        return f"Cannot tell: {found.effects.reason}."
    what = found.effects.difference
    word = "less" if what.value < 0 else "more"
    ends = f"{what.low * 100:+.1f} to {what.high * 100:+.1f} points"
    if what.low <= 0 <= what.high:
        return f"No difference is shown: those who got personal answers left {ends}."
    if all(term.balanced for term in found.weighed.terms):
        like = "than chance lets others" if asked.randomised else "than their like"
        tail = (
            "" if asked.randomised else " This is an association, held against what is declared."
        )
        return f"Those who got personal answers left {word} often {like}, by {ends}.{tail}"
    return (
        f"Those who got personal answers left {word} often, by {ends}; but the groups are not"
        " alike even after weighting, so it says little."
    )


def _figures(asked: RetentionIn, found: Retention) -> Iterator[Named]:
    within = f"Leaving within {asked.horizon_days} days"
    if isinstance(found.effects, Effects):
        one = found.effects
        yield Named(part=within, name="if all had got personal answers", figure=one.exposed)
        yield Named(part=within, name="if nobody had", figure=one.others)
        yield Named(part=within, name="risk difference", figure=one.difference)
        yield Named(part=within, name="risk ratio", figure=one.ratio)
        yield Named(part=within, name="odds ratio", figure=one.odds)
        yield Named(part=within, name="plain difference, nothing held equal", figure=one.crude)
    else:
        yield Named(part=within, name="risk difference", figure=found.effects)
    part = "How soon"
    hazards = found.hazards
    ratio = hazards if isinstance(hazards, Withheld) else hazards.ratio
    yield Named(part=part, name="hazard ratio", figure=ratio)
    name = f"longer with us, of {asked.horizon_days} days"
    yield Named(part=part, name=name, figure=found.days, unit="days")


def _notes(asked: RetentionIn, gathered: Gathered, found: Retention) -> Iterator[str]:
    if asked.randomised is not None:
        yield f"Chance decided who got personal answers: {asked.randomised}"
    for one in asked.confounders or ():
        yield f"Held equal: {one.column} ({BEFORE[one.column]}), because {one.why}"
    yield (
        "What is not declared is not held equal; a causal reading needs that nothing else goes"
        " with both the answer and staying, and that one customer's answer does not touch another."
    )
    yield from _balance(found)
    yield from _people(asked, gathered, found)
    if isinstance(found.effects, Effects):
        yield (
            "Something undeclared would have to go with both by risk ratios of"
            f" {found.effects.e_value:.2f} each to explain the difference away (E-value), and of"
            f" {found.effects.e_value_of_limit:.2f} to let its interval reach none."
        )
    if not isinstance(found.hazards, Withheld):
        p = found.hazards.proportional
        tail = (
            "the ratio changes as time goes on, so that it is an average: read the days instead"
            if p < _DOUBTFUL
            else "nothing speaks against one ratio for all times"
        )
        yield f"Schoenfeld's residuals: p = {p:.3f}; {tail}."


def _balance(found: Retention) -> Iterator[str]:
    worst = max(found.weighed.terms, key=lambda one: abs(one.after), default=None)
    if worst is not None:
        first = max(abs(one.before) for one in found.weighed.terms)
        word = "balanced" if worst.balanced else "NOT balanced"
        yield (
            f"Groups are {word}: the largest standardised difference is {first:.2f} before and"
            f" {abs(worst.after):.2f} after weighting ({worst.name}); {BALANCED} is the limit."
        )
    scores = found.weighed.scores
    yield (
        f"Overlap: the probability of a personal answer is {scores.min():.2f} to"
        f" {scores.max():.2f}; {found.weighed.trimmed} people had no like and are left out;"
        f" those who are compared are worth {found.weighed.worth:.0f} unweighted ones."
    )


def _people(asked: RetentionIn, gathered: Gathered, found: Retention) -> Iterator[str]:
    yield (
        f"{gathered.answered} people were answered: of {gathered.unknown} no relationship is known"
        f" at that time, of {gathered.untold} not how personal the answer was;"
        f" {found.people} are left, {found.personal} with personal answers, {found.left} left us."
    )
    if found.brief:
        yield (
            f"{found.brief} people are followed for less than {asked.horizon_days} days and count"
            " in no share, whether they left or not."
        )
    for name, many in found.design.missing.items():
        yield f"{name} is missing of {many} people, who are a group of their own in it."
    for name in found.design.left_out:
        yield f"{name} is the same for all, so it holds nothing equal."


def _more(gathered: Gathered, found: Retention) -> dict[str, Any]:
    effects, hazards = found.effects, found.hazards
    return {
        "people": {
            "answered": gathered.answered,
            "no_relationship": gathered.unknown,
            "personalisation_not_told": gathered.untold,
            "compared": found.people - found.weighed.trimmed,
            "without_like": found.weighed.trimmed,
            "personal": found.personal,
            "left": found.left,
            "followed_too_briefly": found.brief,
        },
        "balance": [
            {"term": one.name, "before": one.before, "after": one.after, "balanced": one.balanced}
            for one in found.weighed.terms
        ],
        "overlap": [*map(float, np.quantile(found.weighed.scores, (0, 0.05, 0.5, 0.95, 1)))],
        "missing": {**found.design.missing},
        "same_for_all": [*found.design.left_out],
        "e_value": effects.e_value if isinstance(effects, Effects) else None,
        "e_value_of_limit": (effects.e_value_of_limit if isinstance(effects, Effects) else None),
        "proportional_hazards_p": None if isinstance(hazards, Withheld) else hazards.proportional,
        "curves": {
            name: _thinned(curve)
            for name, curve in zip(("usual", "personal"), found.curves, strict=True)
        },
    }


def _thinned(curve: Curve) -> dict[str, list[float]]:
    """The curve in steps that a reader can still tell apart."""
    step = max(1, len(curve.times) // _MOST_STEPS)
    places = np.arange(0, len(curve.times), step)
    return {
        "days": [0.0, *curve.times[places].tolist()],
        "share": [1.0, *curve.share[places].tolist()],
        "low": [1.0, *curve.low[places].tolist()],
        "high": [1.0, *curve.high[places].tolist()],
    }


def _picture(asked: RetentionIn, found: Retention) -> str:
    return picture(
        Chart(
            title="Personal answers and staying",
            subtitle=_verdict(asked, found),
            panels=[_staying(asked, found.curves), *_ratios(found), _love(found)],
            notes=[f"Weighted to all {found.people - found.weighed.trimmed} who are compared."],
        )
    )


def _staying(asked: RetentionIn, curves: Sequence[Curve]) -> Panel:
    lines = []
    for name, curve in zip(("usual answer", "personal answer"), curves, strict=True):
        shown = _thinned(curve)
        lines.append(
            Line(
                name=name,
                x=shown["days"],
                y=shown["share"],
                low=shown["low"],
                high=shown["high"],
                stepped=True,
            )
        )
    mark = Moment(name=f"{asked.horizon_days} days", at=float(asked.horizon_days))
    return Panel(
        title="Who is still with us",
        x=Axis(label="days after the answer"),
        y=Axis(label="share", percent=True, high=1.0),
        marks=[*lines, mark],
    )


def _ratios(found: Retention) -> Iterator[Panel]:
    rows: list[tuple[str, Estimate]] = []
    if isinstance(found.effects, Effects):
        rows += [("risk ratio", found.effects.ratio), ("odds ratio", found.effects.odds)]
    if not isinstance(found.hazards, Withheld):
        rows.append(("hazard ratio", found.hazards.ratio))
    if rows:
        yield Panel(
            title="Leaving: personal against usual answers (below 1: less)",
            x=Axis(label="ratio", log=True),
            y=Axis(label="", kind="category", names=[name for name, _ in rows]),
            marks=[
                Points(
                    name="ratio with 95 % interval",
                    x=[one.value for _, one in rows],
                    y=[name for name, _ in rows],
                    low=[one.low for _, one in rows],
                    high=[one.high for _, one in rows],
                    notes=[f"n = {one.n}" for _, one in rows],
                ),
                Moment(name="no difference", at=1.0),
            ],
        )


def _love(found: Retention) -> Panel:
    terms = found.weighed.terms
    shown = [one.name for one in terms]
    return Panel(
        title="How alike the groups are",
        x=Axis(label="standardised difference", low=-0.2, high=0.2),
        y=Axis(label="", kind="category", names=shown),
        marks=[
            Points(name="before weighting", x=[one.before for one in terms], y=shown, slots=2),
            Points(
                name="after weighting", x=[one.after for one in terms], y=shown, slot=1, slots=2
            ),
            Moment(name="limit", at=BALANCED),
            Moment(name="limit", at=-BALANCED),
        ],
        empty="Nothing is declared.",
    )

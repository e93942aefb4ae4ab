"""What a report on cohorts says: staying, trust and value of both, and whether they met again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from knowledge.measures.balance import Term
from knowledge.measures.cohorts import MONTH, Courses
from knowledge.measures.confounding import e_value, e_value_of_limit
from knowledge.measures.estimates import Estimate, Figure, Withheld
from ontology.events import Json
from service.charts import Axis, Chart, Level, Line, Panel, Points, picture
from service.figured import Figured, Named
from service.outcome_bodies import CohortIn


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was worked out; `alone` affected have no match, `empty` of them no like at all."""

    course: Courses
    terms: Sequence[Term]
    affected: int
    unaffected: int
    matched: int
    others: int
    alone: int
    empty: int
    currency: str | None


def told(asked: CohortIn, found: Found) -> Figured:
    """The report."""
    return Figured(
        title=f"After {asked.incident}: trust and value",
        asked=asked.model_dump(mode="json", exclude_none=True),
        verdict=_verdict(asked, found),
        figures=[*_figures(asked, found)],
        notes=[*_notes(asked, found)],
        more={
            "people": {
                "affected": found.affected,
                "unaffected": found.unaffected,
                "matched": found.matched,
                "matches": found.others,
                "without_match": found.alone,
            },
            "balance": [
                {"term": one.name, "before": one.before, "after": one.after} for one in found.terms
            ],
            "restored_month": found.course.restored,
            "log_rank_p": found.course.log_rank,
            "sensitivity": _sensitivity(found),
            "trust_answers": [[*one.answered] for one in found.course.waves],
            "staying_monthly": {
                "affected": found.course.lasting[0],
                "others": found.course.lasting[1],
            },
        },
        drawn=lambda: _picture(asked, found),
    )


def _verdict(asked: CohortIn, found: Found) -> str:
    restored = found.course.restored
    trust = (
        f"Trust is back from month {restored} on, within {asked.margin:g} points of their like."
        if restored is not None
        else f"It is not shown that trust is back within {asked.margin:g} points of their like."
    )
    gone = found.course.value[2]
    if isinstance(gone, Withheld):
        return f"{trust} What it cost in revenue can't be told: {gone.reason}."
    ends = f"{gone.low:+,.2f} to {gone.high:+,.2f} {found.currency or ''}".strip()
    return (
        f"{trust} Over {asked.months} months an affected customer paid {ends} beside their like."
    )


def _figures(asked: CohortIn, found: Found) -> Iterator[Named]:
    course, money = found.course, found.currency or ""
    name = f"affected less others, of {asked.months * MONTH:.0f} days"
    yield Named(part="Staying", name=name, figure=course.stayed, unit="days")
    yield Named(
        part="Leaving", name="affected against others", figure=course.gone, unit="times as often"
    )
    for wave in course.waves:
        name = "before" if not wave.month else f"month {wave.month}"
        yield Named(part="Trust, affected less others (1 to 7)", name=name, figure=wave.apart)
    for wave in course.waves:
        name = "before" if not wave.month else f"month {wave.month}"
        yield Named(part="Trust of the affected", name=name, figure=wave.affected)
        yield Named(part="Trust of the affected", name=f"{name}, others", figure=wave.others)
    for at, one in enumerate(course.paid, 1):
        part = "Paid in a month, affected less others"
        yield Named(part=part, name=f"month {at}", figure=one, unit=money)
    names = ("affected", "others", "affected less others")
    for title, three in (
        (f"Paid in {asked.months} months, discounted", course.value),
        ("Lifetime value, with what is expected after", course.lifetime),
    ):
        for name, one in zip(names, three, strict=True):
            yield Named(part=title, name=name, figure=one, unit=money)


def _notes(asked: CohortIn, found: Found) -> Iterator[str]:
    yield (
        f"{found.affected} customers were touched by {asked.incident} (a case, answer or survey"
        f" names it), {found.unaffected} were not; {found.matched} of the former have"
        f" {found.others} matches, {found.alone} have none ({found.empty} of them nobody of their"
        " kind) and are in no figure, so the figures are of those who can be matched."
    )
    yield (
        f"Matched before the onset: equal in {', '.join(asked.exact) or 'nothing'}, near in"
        f" {', '.join(asked.nearest) or 'nothing'} (within {asked.caliper:g} deviations). What"
        " else made people be touched is not held equal: this is an association."
    )
    worst = max(found.terms, key=lambda one: abs(one.after), default=None)
    if worst is not None:
        begun = max(abs(one.before) for one in found.terms)
        word = "balanced" if worst.balanced else "NOT balanced"
        yield (
            f"Groups are {word}: the largest standardised difference is {begun:.2f} before and"
            f" {abs(worst.after):.2f} after matching ({worst.name})."
        )
    first, last = found.course.waves[0].answered, found.course.waves[-1].answered
    yield (
        f"Trust was said by {first[0]} affected and {first[1]} others before, by {last[0]} and"
        f" {last[1]} in the last month; who keeps silent may trust less, and is not counted."
    )
    yield (
        f"Money is discounted by {asked.discount:.1%} a year. After the last month the mean of the"
        f" last three is taken to go on, {found.course.lasting[0]:.2%} of the affected and"
        f" {found.course.lasting[1]:.2%} of the others staying from month to month, as lately."
        " Revenue is no margin: costs are not known here."
    )
    yield from _unseen(asked, found)
    yield f"Log-rank test of staying: p = {found.course.log_rank:.3f}."


def _unseen(asked: CohortIn, found: Found) -> Iterator[str]:
    """How strong something undeclared would have to be: the E-value and Rosenbaum's bounds."""
    ratio, hidden = found.course.gone, found.course.hidden
    if isinstance(ratio, Estimate):
        limit = e_value_of_limit(ratio.low, ratio.high)
        yield (
            "Something undeclared that goes with both being touched and leaving by ratios of"
            f" {e_value(ratio.value):.2f} each could explain the difference in leaving away"
            f" (E-value), of {limit:.2f} let its interval reach none."
        )
    if isinstance(hidden, Withheld):
        yield f"Rosenbaum's bounds are not told: {hidden.reason}."
    elif hidden.gamma > 1:
        yield (
            f"The affected left {'more' if hidden.more else 'less'} often within {asked.months}"
            f" months. That stands (2.5 %, one-sided) unless something unseen made one of a"
            f" matched set more than {hidden.gamma:.2f} times as likely to be touched"
            f" (Rosenbaum's bounds, odds, {hidden.sets} sets that tell anything)."
        )
    else:
        yield (
            f"In {hidden.sets} matched sets that tell anything leaving does not differ by more"
            " than chance, so no hidden cause is needed to explain it (Rosenbaum's bounds)."
        )


def _sensitivity(found: Found) -> dict[str, Json]:
    ratio, hidden = found.course.gone, found.course.hidden
    told: dict[str, Json] = {"e_value": None, "e_value_of_limit": None, "gamma": None}
    if isinstance(ratio, Estimate):
        told["e_value"] = e_value(ratio.value)
        told["e_value_of_limit"] = e_value_of_limit(ratio.low, ratio.high)
    if isinstance(hidden, Withheld):
        return {**told, "gamma_withheld": hidden.reason, "sets": hidden.n}
    return {**told, "gamma": hidden.gamma, "more_often": hidden.more, "sets": hidden.sets}


def _picture(asked: CohortIn, found: Found) -> str:
    return picture(
        Chart(
            title=f"After {asked.incident}",
            subtitle=_verdict(asked, found),
            panels=[_staying(found), _trust(asked, found), _paid(found)],
            notes=["Bands and bars are 95 % intervals; months have 30 days."],
        )
    )


def _staying(found: Found) -> Panel:
    lines = [
        Line(
            name=name,
            x=[0.0, *(curve.times / MONTH).tolist()],
            y=[1.0, *curve.share.tolist()],
            low=[1.0, *curve.low.tolist()],
            high=[1.0, *curve.high.tolist()],
            stepped=True,
        )
        for name, curve in zip(
            ("affected", "others who are alike"), found.course.curves, strict=True
        )
    ]
    return Panel(
        title="Who is still with us",
        x=Axis(label="months after the onset"),
        y=Axis(label="share", percent=True, high=1.0),
        marks=lines,
    )


def _trust(asked: CohortIn, found: Found) -> Panel:
    some = [
        (float(wave.month), wave.apart)
        for wave in found.course.waves
        if isinstance(wave.apart, Estimate)
    ]
    return Panel(
        title="Trust: affected less others",
        x=Axis(label="months after the onset (0: before)", high=float(asked.months)),
        y=Axis(label="points of 7", low=-1.0, high=0.5),
        marks=[
            Level(name="counts as restored above", at=-asked.margin),
            _points("trust", some),
        ],
        empty="Too few answers on trust.",
    )


def _paid(found: Found) -> Panel:
    some = [(float(at), one) for at, one in enumerate(found.course.paid, 1)]
    return Panel(
        title=f"Paid in a month: affected less others ({found.currency or 'no revenue'})",
        x=Axis(label="months after the onset", low=0.0),
        y=Axis(label=found.currency or ""),
        marks=[Level(name="as much", at=0.0), _points("paid", some)],
        empty="No revenue is known.",
    )


def _points(name: str, some: Sequence[tuple[float, Figure]]) -> Points:
    known = [(at, one) for at, one in some if isinstance(one, Estimate)]
    return Points(
        name=name,
        x=[at for at, _ in known],
        y=[one.value for _, one in known],
        low=[one.low for _, one in known],
        high=[one.high for _, one in known],
    )

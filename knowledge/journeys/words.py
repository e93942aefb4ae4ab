"""A finding in plain words: the figures behind a verdict, and what it follows from."""

from collections.abc import Iterator

from knowledge.journeys.measured import Interval
from knowledge.journeys.zones import FLOOR, Finding, Verdict

_NEED = {"low": "low", "medium": "medium", "high": "high", None: "unknown and counts as high"}


def explained(finding: Finding) -> str:
    """What was found of a touchpoint, for somebody who knows no statistics."""
    return " ".join(_sentences(finding))


def _sentences(finding: Finding) -> Iterator[str]:
    if finding.why is not None:
        yield f"{finding.place.name}: {finding.why}."
        return
    reach, harm, downstream, risk, share = (
        finding.reach,
        finding.harm,
        finding.downstream,
        finding.risk,
        finding.share,
    )
    if not (reach and harm and downstream and risk and share):
        return
    yield f"{finding.place.name}: {_percent(reach)} of all journeys pass here."
    yield f"Of {finding.judged:,} in which harm was judged, {_percent(harm)} were hurt here."
    yield f"From here, {_percent(downstream)} end badly: {_parts(finding)}."
    yield from _memory(finding, downstream)
    yield f"The need for empathy is {_NEED[finding.place.sensitivity]}."
    yield f"The risk is {_thousand(risk)}, {_times(share)} an even share of all risk."
    yield _verdict(finding, share)


def _parts(finding: Finding) -> str:
    complaint, churn = finding.complaint, finding.churn
    if complaint is None or churn is None:
        return ""
    return f"{complaint.value:.1%} in a public complaint, {churn.value:.1%} with the customer gone"


def _memory(finding: Finding, downstream: Interval) -> Iterator[str]:
    """Whether the chain, which forgets how a journey came here, is near to what was seen."""
    seen = finding.seen
    if seen is not None and not downstream.low <= seen <= downstream.high:
        yield (
            f"Of the passages seen to end, {seen:.1%} did: the way by which journeys come here "
            "matters, and this figure does not know it."
        )


def _verdict(finding: Finding, share: Interval) -> str:
    if finding.verdict is Verdict.ZONE:
        return "It surely carries more than its share, so it is a zone of risk."
    if share.high <= 1:
        return "It surely carries no more than its share, so it is no zone."
    if share.low <= 1:
        return "It may carry more than its share, but not surely, so it is no zone."
    return f"Its risk may be below {FLOOR * 1000:g} in 1,000 journeys, so it is no zone."


def _percent(figure: Interval) -> str:
    return f"{figure.value:.1%} ({figure.low:.1%} to {figure.high:.1%})"


def _thousand(figure: Interval) -> str:
    low, high = figure.low * 1000, figure.high * 1000
    return f"{figure.value * 1000:.2f} in 1,000 journeys ({low:.2f} to {high:.2f})"


def _times(figure: Interval) -> str:
    return f"{figure.value:.1f} ({figure.low:.1f} to {figure.high:.1f}) times"

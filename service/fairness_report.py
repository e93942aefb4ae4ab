"""The report on fairness: as JSON, as lines for people, as a table of comma-separated values."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from rules.fairness_terms import SHARES, WAITS, Terms
from service.fairness_cases import Gathered
from service.fairness_figures import Division, Figure, Group
from service.fairness_picture import picture
from service.policy_sources import Source
from service.reported import Cell, Report

_NOTES: Final = (
    "A case is one person in one incident; a decision about nobody we know is one by itself.",
    "Like against like: within incident, cluster and threat (Mantel and Haenszel).",
    "A difference is shown where it is not chance, with one in twenty of those shown false.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which time, from the first day on and before the last; a proposal to try, or None."""

    since: date
    until: date
    proposal: Source | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fairness(Report):
    """How groups fared over a time."""

    asked: Asked
    at: datetime
    gathered: Gathered
    terms: Terms
    divisions: tuple[Division, ...]

    @property
    def findings(self) -> Iterator[tuple[Group, Figure]]:
        """The differences that no policy means, the likeliest first."""
        found = [
            (group, one)
            for division in self.divisions
            for group in division.groups
            for one in group.figures
            if one.verdict == "differs"
        ]
        yield from sorted(found, key=lambda pair: pair[1].q or 0.0)

    def to_json(self) -> dict[str, Any]:
        """The report, as people and programs read it."""
        return _report(self)

    def lines(self) -> Iterator[str]:
        """The report for people: what differs first, then every group."""
        return lines(self)

    def rows(self) -> Iterator[Sequence[Cell]]:
        """Every figure as a row."""
        return rows(self)

    def picture(self) -> str:
        """How far each group is from its like."""
        title = f"Fairness from {self.asked.since} to {self.asked.until}"
        return picture(title, self.divisions)


def _report(found: Fairness) -> dict[str, Any]:
    gathered, proposal = found.gathered, found.asked.proposal
    return {
        "since": found.asked.since.isoformat(),
        "until": found.asked.until.isoformat(),
        "at": found.at.isoformat(),
        "owner": found.terms.owner,
        "smallest": found.terms.smallest,
        "decisions": gathered.decisions,
        "cases": len(gathered.cases),
        "erased": gathered.erased,
        "unreadable": gathered.unreadable,
        "undetermined": gathered.undetermined,
        "proposal": None
        if proposal is None
        else {"name": proposal.name, "digest": proposal.digest},
        "measures": {**SHARES, **WAITS},
        "divisions": [_division(one) for one in found.divisions],
        "findings": [
            {"by": group.by, "group": group.name, **_figure(one, group)}
            for group, one in found.findings
        ],
        "notes": [*_NOTES],
    }


def lines(found: Fairness) -> Iterator[str]:
    """The report for people: what differs first, then every group."""
    gathered = found.gathered
    yield (
        f"{len(gathered.cases)} cases of {gathered.decisions} decisions from {found.asked.since}"
        f" to {found.asked.until}; erased {gathered.erased}, unreadable {gathered.unreadable}"
    )
    told = [*found.findings]
    yield f"{len(told)} differences that no policy means" + (":" if told else "")
    for group, one in told:
        yield f"  {_said(group, one)}"
    for division in found.divisions:
        yield (
            f"by {division.by}: {len(division.groups)} groups shown, {division.withheld} withheld,"
            f" unknown of {'a number withheld' if division.missing is None else division.missing}"
        )
        for group in division.groups:
            yield f"  {group.name} ({group.cases} cases)"
            for one in group.figures:
                after = group.after.get(one.measure)
                changed = f" → {_value(after)}" if after is not None else ""
                yield f"    {one.measure:<12} {_value(one)}{changed}  {_compared(one)}"
    yield from _NOTES


def rows(found: Fairness) -> Iterator[Sequence[Cell]]:
    """Every figure as a row, under a header."""
    yield _HEAD
    for division in found.divisions:
        for group in division.groups:
            for one in group.figures:
                row = _figure(one, group)
                like = row["like"] or {}
                after = row["after"] or {}
                yield (
                    group.by,
                    group.name,
                    *(row[name] for name in _PLAIN),
                    *(like.get(name) for name in _LIKE),
                    after.get("value"),
                    row["reason"],
                )


_PLAIN: Final = ("measure", "cases", "value", "low", "high", "rest", "q", "verdict")
_LIKE: Final = ("difference", "low", "high")
_HEAD: Final = (
    "by",
    "group",
    *_PLAIN,
    *(f"like_{name}" for name in _LIKE),
    "after",
    "reason",
)


def _division(one: Division) -> dict[str, Any]:
    return {
        "by": one.by,
        "withheld": one.withheld,
        "missing": one.missing,
        "groups": [
            {
                "group": group.name,
                "cases": group.cases,
                "tiers": dict(group.tiers),
                "figures": [_figure(figure, group) for figure in group.figures],
            }
            for group in one.groups
        ],
    }


def _figure(one: Figure, group: Group) -> dict[str, Any]:
    after = group.after.get(one.measure)
    like = one.like
    return {
        "measure": one.measure,
        "cases": one.many,
        "value": _rounded(one.value),
        "low": _rounded(one.low),
        "high": _rounded(one.high),
        "rest": _rounded(one.rest),
        "apart": None if one.apart is None else [_rounded(end) for end in one.apart],
        "like": None
        if like is None
        else {
            "difference": _rounded(like.value),
            "low": _rounded(like.low),
            "high": _rounded(like.high),
            "p": _rounded(like.p),
            "cases": like.many,
        },
        "standardised": _rounded(one.standardised),
        "q": _rounded(one.q),
        "verdict": one.verdict,
        "reason": one.reason,
        "after": None
        if after is None
        else {
            "value": _rounded(after.value),
            "change": _rounded(after.value - one.value),
            "difference": _rounded(after.like.value) if after.like is not None else None,
            "verdict": after.verdict,
            "reason": after.reason,
        },
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)


def _said(group: Group, one: Figure) -> str:
    what = {**SHARES, **WAITS}[one.measure]
    return f"{group.by} {group.name}: {what}: {_value(one)}; {_compared(one)}"


def _value(one: Figure) -> str:
    if one.measure in WAITS:
        return f"{one.value:.1f} min"
    return f"{one.value:.1%}"


def _compared(one: Figure) -> str:
    if one.like is None:
        return "nobody like them elsewhere"
    scale, unit = (1, " min") if one.measure in WAITS else (100, " points")
    low, high = one.like.low * scale, one.like.high * scale
    ends = f"{one.like.value * scale:+.1f}{unit} [{low:+.1f}, {high:+.1f}]"
    why = f": {one.reason}" if one.reason else ""
    return f"against their like {ends}, {one.verdict}{why}"

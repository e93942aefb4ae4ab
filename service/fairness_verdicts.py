"""Verdicts of fairness: which differences are more than chance, and which are meant."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from knowledge.parity import adjusted
from rules.fairness_terms import BY, Terms
from service.fairness_cases import Case
from service.fairness_figures import Division, Figure, Group, Key, division

FALSE_SHARE: Final = 0.05
"""The share of the differences shown as such that is false, by chance, in the long run."""


def divided(cases: Mapping[Key, Case], terms: Terms) -> tuple[Division, ...]:
    """The figures of every group that may be shown, judged together."""
    divisions = [division(cases, by, terms.smallest) for by in BY]
    return tuple(_judged(divisions, terms))


def _judged(divisions: Sequence[Division], terms: Terms) -> Iterator[Division]:
    """The divisions with a verdict on each figure, of what was decided and of a proposal."""
    for side in (False, True):
        found = [
            (group.by, group.name, one)
            for division in divisions
            for group in division.groups
            for one in (group.after.values() if side else group.figures)
        ]
        told = [one for one in found if one[2].like is not None]
        qs = adjusted([one.like.p for _, _, one in told if one.like is not None])
        verdicts = {
            (by, name, one.measure): _verdict(by, name, one, q, terms)
            for (by, name, one), q in zip(told, qs, strict=True)
        }
        divisions = [_with(division, verdicts, after=side) for division in divisions]
    yield from divisions


def _verdict(by: str, name: str, one: Figure, q: float, terms: Terms) -> Figure:
    away = one.like.value if one.like is not None else 0.0
    if q > FALSE_SHARE:
        return replace(one, q=q, verdict="not shown")
    reason = terms.why(by, name, one.measure, away)
    return replace(one, q=q, verdict="meant" if reason else "differs", reason=reason)


def _with(
    division: Division, verdicts: Mapping[tuple[str, str, str], Figure], *, after: bool
) -> Division:
    def judged(group: Group, one: Figure) -> Figure:
        return verdicts.get((group.by, group.name, one.measure), one)

    groups = (
        replace(group, after={m: judged(group, one) for m, one in group.after.items()})
        if after
        else replace(group, figures=tuple(judged(group, one) for one in group.figures))
        for group in division.groups
    )
    return replace(division, groups=tuple(groups))

"""The figures of fairness: group by group, like against like, and what may be shown of them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Final

from knowledge.parity import (
    Counts,
    Difference,
    Spread,
    adjusted,
    alike,
    alike_means,
    hidden,
    newcombe,
    standardised,
)
from knowledge.proportions import wilson
from rules.fairness_terms import BY, SHARES, WAITS, Terms
from service.fairness_cases import Case, Had, ranks

FALSE_SHARE: Final = 0.05
"""The share of the differences shown as such that is false, by chance, in the long run."""

_Key = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measure of one group: a share, or a mean of minutes.

    `apart` is the plain difference from all others, `like` that from their like, `q` its p value
    adjusted for all that were looked at. `verdict` is differs, meant, not shown or cannot tell.
    """

    measure: str
    many: int
    value: float
    low: float | None
    high: float | None
    rest: float | None
    apart: tuple[float, float] | None
    like: Difference | None
    standardised: float | None
    q: float | None = None
    verdict: str = "cannot tell"
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One group: its cases, their tiers by share; `after` by measure, of a proposal."""

    by: str
    name: str
    cases: int
    tiers: Mapping[str, float]
    figures: tuple[Figure, ...]
    after: Mapping[str, Figure]


@dataclass(frozen=True, slots=True, kw_only=True)
class Division:
    """All groups by one thing: who is shown, how many groups are not, whose group is unknown.

    `missing` is None where it would tell how many are in a group that is withheld.
    """

    by: str
    groups: tuple[Group, ...]
    withheld: int
    missing: int | None


def divided(cases: Mapping[_Key, Case], terms: Terms) -> tuple[Division, ...]:
    """The figures of every group that may be shown, judged together."""
    divisions = [_division(cases, by, terms.smallest) for by in BY]
    return tuple(_judged(divisions, terms))


def _division(cases: Mapping[_Key, Case], by: str, smallest: int) -> Division:
    groups: dict[str, list[tuple[str, Case]]] = defaultdict(list)
    for (person, _), case in cases.items():
        if by in case.groups:
            groups[case.groups[by]].append((person, case))
    people = {name: len({who for who, _ in some}) for name, some in groups.items()}
    held = hidden(people, smallest)
    before = _Side(groups=groups, held=held, smallest=smallest, after=False)
    after = _Side(groups=groups, held=held, smallest=smallest, after=True)
    kept = sum(people[name] for name in held)
    telling = bool(held) and (len(held) == 1 or kept < smallest)
    tried = any(case.after is not None for case in cases.values())
    return Division(
        by=by,
        groups=tuple(
            Group(
                by=by,
                name=name,
                cases=len(groups[name]),
                tiers=_tiers([case.had for _, case in groups[name]]),
                figures=tuple(before.figures(name)),
                after={one.measure: one for one in after.figures(name)} if tried else {},
            )
            for name in sorted(groups)
            if name not in held
        ),
        withheld=len(held),
        missing=None if telling else len(cases) - sum(map(len, groups.values())),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Side:
    """The groups of a division by what was decided, or by what a proposal would decide."""

    groups: Mapping[str, Sequence[tuple[str, Case]]]
    held: frozenset[str]
    smallest: int
    after: bool

    def figures(self, name: str) -> Iterator[Figure]:
        """Every measure of a group, as far as it may be shown."""
        for measure in SHARES:
            yield self._share(name, measure)
        for measure in WAITS:
            if measure == "deadline" or not self.after:
                yield from self._wait(name, measure)

    def _had(self, case: Case) -> Had:
        return case.after if self.after and case.after is not None else case.had

    def _share(self, name: str, measure: str) -> Figure:
        tally: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
        for group, some in self.groups.items():
            place = 0 if group == name else 2
            for _, case in some:
                counts = tally[case.like]
                counts[place] += measure in self._had(case).measures
                counts[place + 1] += 1
        strata = [Counts(hits=a, of=n, rest_hits=b, rest_of=m) for a, n, b, m in tally.values()]
        whole = Counts(
            hits=sum(one.hits for one in strata),
            of=sum(one.of for one in strata),
            rest_hits=sum(one.rest_hits for one in strata),
            rest_of=sum(one.rest_of for one in strata),
        )
        low, high = wilson(whole.hits, whole.of)
        return Figure(
            measure=measure,
            many=whole.of,
            value=whole.hits / whole.of,
            low=low,
            high=high,
            rest=whole.rest_hits / whole.rest_of if whole.rest_of else None,
            apart=newcombe(whole) if whole.rest_of else None,
            like=alike(strata),
            standardised=None,
        )

    def _wait(self, name: str, measure: str) -> Iterator[Figure]:
        """A wait, where enough people of every group that is shown had one."""
        waits = {group: [*self._waits(some, measure)] for group, some in self.groups.items()}
        people = {group: len({who for who, _, _ in some}) for group, some in waits.items()}
        if not waits[name] or name in hidden(people, self.smallest):
            return
        strata: dict[tuple[str, str, str], tuple[list[float], list[float]]] = defaultdict(
            lambda: ([], [])
        )
        for group, some in waits.items():
            for _, like, minutes in some:
                strata[like][group != name].append(minutes)
        pairs = [(Spread.of(mine), Spread.of(rest)) for mine, rest in strata.values()]
        mine, rest = _together(one for one, _ in pairs), _together(one for _, one in pairs)
        yield Figure(
            measure=measure,
            many=mine.many,
            value=mine.mean,
            low=None,
            high=None,
            rest=rest.mean if rest.many else None,
            apart=None,
            like=alike_means(pairs),
            standardised=standardised(mine, rest) if rest.many else None,
        )

    def _waits(
        self, some: Sequence[tuple[str, Case]], measure: str
    ) -> Iterator[tuple[str, tuple[str, str, str], float]]:
        for who, case in some:
            minutes = case.answered if measure == "answered" else self._had(case).deadline
            if minutes is not None:
                yield who, case.like, minutes


def _together(spreads: Iterable[Spread]) -> Spread:
    return reduce(Spread.joined, spreads, Spread(many=0, mean=0.0, squares=0.0))


def _tiers(some: Sequence[Had]) -> dict[str, float]:
    return {
        tier: round(sum(one.tier == rank for one in some) / len(some), 4)
        for tier, rank in ranks().items()
    }


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

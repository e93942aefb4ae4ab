"""The figures of fairness: group by group, like against like, and what may be shown of them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Final

from knowledge.parity import (
    Counts,
    Difference,
    Spread,
    alike,
    alike_means,
    hidden,
    newcombe,
    standardised,
)
from knowledge.proportions import wilson
from rules.fairness_terms import BY, SHARES, WAITS
from service.fairness_cases import Case, Had, ranks

Key = tuple[str, str]


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


def division(cases: Mapping[Key, Case], by: str, smallest: int) -> Division:
    """All groups by one thing, without verdicts yet."""
    groups: dict[str, list[tuple[str, Case]]] = defaultdict(list)
    place = BY.index(by)
    for (person, _), case in cases.items():
        name = case.groups[place]
        if name is not None:
            groups[name].append((person, case))
    people = {name: len({who for who, _ in some}) for name, some in groups.items()}
    held = hidden(people, smallest)
    kept = sum(people[name] for name in held)
    telling = bool(held) and (len(held) == 1 or kept < smallest)
    tried = any(case.after is not None for case in cases.values())
    before = _Side.of(groups, smallest, after=False)
    after = _Side.of(groups, smallest, after=True) if tried else None
    return Division(
        by=by,
        groups=tuple(
            Group(
                by=by,
                name=name,
                cases=len(groups[name]),
                tiers=_tiers([case.had for _, case in groups[name]]),
                figures=tuple(before.figures(name)),
                after={one.measure: one for one in after.figures(name)} if after else {},
            )
            for name in sorted(groups)
            if name not in held
        ),
        withheld=len(held),
        missing=None if telling else len(cases) - sum(map(len, groups.values())),
    )


_Like = tuple[str, str, str]
_NONE: Final = Spread(many=0, mean=0.0, squares=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Side:
    """A division by what was decided, or by what a proposal would decide, counted once.

    `shares` has by what cases are like and by group how many there are, and of each measure how
    many had it; `waits` by measure the minutes of those who waited; `shown` by measure the groups
    of which enough people did.
    """

    shares: Mapping[_Like, Mapping[str, Counter[str]]]
    waits: Mapping[str, Mapping[_Like, Mapping[str, Spread]]]
    shown: Mapping[str, frozenset[str]]

    @classmethod
    def of(
        cls, groups: Mapping[str, Sequence[tuple[str, Case]]], smallest: int, *, after: bool
    ) -> "_Side":
        """Count the cases of all groups."""
        shares: dict[_Like, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
        for name, some in groups.items():
            for _, case in some:
                counts = shares[case.like][name]
                counts[""] += 1
                for measure in _had(case, after=after).measures:
                    counts[measure] += 1
        measures = [one for one in WAITS if one == "deadline" or not after]
        waits, shown = {}, {}
        for measure in measures:
            told = {n: [*_waits(some, measure, after=after)] for n, some in groups.items()}
            people = {name: len({who for who, _, _ in some}) for name, some in told.items()}
            held = hidden(people, smallest)
            shown[measure] = frozenset(name for name, many in people.items() if many) - held
            waits[measure] = _spreads(told)
        return cls(shares=shares, waits=waits, shown=shown)

    def figures(self, name: str) -> Iterator[Figure]:
        """Every measure of a group, as far as it may be shown."""
        for measure in SHARES:
            yield self._share(name, measure)
        for measure, groups in self.shown.items():
            if name in groups:
                yield self._wait(name, measure)

    def _share(self, name: str, measure: str) -> Figure:
        strata = []
        for groups in self.shares.values():
            mine = groups.get(name, _NOTHING)
            hits = sum(one[measure] for one in groups.values())
            many = sum(one[""] for one in groups.values())
            strata.append(
                Counts(
                    hits=mine[measure],
                    of=mine[""],
                    rest_hits=hits - mine[measure],
                    rest_of=many - mine[""],
                )
            )
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

    def _wait(self, name: str, measure: str) -> Figure:
        pairs = [
            (groups.get(name, _NONE), _together(s for n, s in groups.items() if n != name))
            for groups in self.waits[measure].values()
        ]
        mine, rest = _together(one for one, _ in pairs), _together(one for _, one in pairs)
        return Figure(
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


_NOTHING: Final[Counter[str]] = Counter()


def _had(case: Case, *, after: bool) -> Had:
    return case.after if after and case.after is not None else case.had


def _waits(
    some: Sequence[tuple[str, Case]], measure: str, *, after: bool
) -> Iterator[tuple[str, _Like, float]]:
    for who, case in some:
        minutes = case.answered if measure == "answered" else _had(case, after=after).deadline
        if minutes is not None:
            yield who, case.like, minutes


def _spreads(
    told: Mapping[str, Sequence[tuple[str, _Like, float]]],
) -> dict[_Like, dict[str, Spread]]:
    found: dict[_Like, dict[str, Spread]] = defaultdict(dict)
    for name, some in told.items():
        minutes: dict[_Like, list[float]] = defaultdict(list)
        for _, like, one in some:
            minutes[like].append(one)
        for like, many in minutes.items():
            found[like][name] = Spread.of(many)
    return found


def _together(spreads: Iterable[Spread]) -> Spread:
    return reduce(Spread.joined, spreads, _NONE)


def _tiers(some: Sequence[Had]) -> dict[str, float]:
    counts = Counter(one.tier for one in some)
    return {tier: round(counts[rank] / len(some), 4) for tier, rank in ranks().items()}

"""Witnesses: facts of which an alternative holds, as few as can be, also through other rules."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Final

from ontology.facts import Catalogue, Fact, FactInvalid, Origin
from ontology.values import Value
from rules.alternatives import Alternative, left
from rules.conditions import Join
from rules.literals import literal
from rules.regions import Region
from rules.remainder import remainder
from rules.rule import Rule
from rules.value_sets import ValueSet

ORIGIN: Final = Origin(source="request", ref="/example")
_MOST: Final = 400
_USUAL: Final[Mapping[str, Mapping[str, Value]]] = {"signal": {"judged": True}}
"""What an example says besides: words that nobody judged would raise every tier."""


def given(
    one: Alternative, rules: Iterable[Rule], catalogue: Catalogue
) -> tuple[Alternative, ...]:
    """The alternative as alternatives of facts that a situation can give, the fewest first.

    What only rules conclude is led back to what those rules ask. What else they conclude of such
    facts is not looked at: whether it really holds is for the engines to say.
    """
    found = islice(_given(one, [*rules], catalogue), _MOST)
    return tuple(sorted(found, key=lambda alternative: len(alternative.regions)))


def quieter(one: Alternative, rules: Iterable[Rule]) -> Alternative:
    """The same with room for none of some rules, as far as it does not need them."""
    for rule in rules:
        others = [*map(Alternative.of, rule.conditions)]
        one = next(iter(remainder([one], others)), one)
    return one


def witnesses(one: Alternative, catalogue: Catalogue) -> Iterator[tuple[Fact, ...]]:
    """Facts of which an alternative holds: one for as many regions as can share it, then each."""
    shared, alone = _shared(one), [[at] for at in range(len(one.regions))]
    for groups in [shared] if len(shared) == len(alone) else [shared, alone]:
        facts = _facts(one, groups, catalogue)
        if facts is not None:
            yield facts


def _given(one: Alternative, rules: Sequence[Rule], catalogue: Catalogue) -> Iterator[Alternative]:
    """The alternative with every concluded fact replaced by what leads to it."""
    at = next((at for at, r in enumerate(one.regions) if _concluded(r, catalogue)), None)
    if at is None:
        yield one
        return
    rest = _dropped(one, at)
    for rule in rules:
        if any(map(one.regions[at].has, rule.conclusions)):
            for asked in rule.conditions:
                both = _both(rest, Alternative.of(asked))
                if both.possible:
                    yield from _given(both, rules, catalogue)


def _concluded(region: Region, catalogue: Catalogue) -> bool:
    return catalogue.kinds[region.kind].stratum is not None


def _dropped(one: Alternative, at: int) -> Alternative:
    """The alternative without one of its regions, and without what was joined to it."""
    return Alternative(
        regions=(*one.regions[:at], *one.regions[at + 1 :]),
        joins=tuple(
            _moved(join, lambda place: place - (place > at))
            for join in one.joins
            if at not in {join.left, join.right}
        ),
        absences=tuple(a for a in one.absences if a.anchor is None),
    )


def _both(one: Alternative, other: Alternative) -> Alternative:
    start = len(one.regions)
    return Alternative(
        regions=(*one.regions, *other.regions),
        joins=(*one.joins, *(_moved(join, lambda place: place + start) for join in other.joins)),
        absences=(*one.absences, *(a for a in other.absences if a.anchor is None)),
    )


def _moved(join: Join, to: Callable[[int], int]) -> Join:
    return replace(join, left=to(join.left), right=to(join.right))


def _shared(one: Alternative) -> list[list[int]]:
    """The regions by the facts that can lie in them together."""
    groups: list[list[int]] = []
    for at, region in enumerate(one.regions):
        for group in groups:
            if one.regions[group[0]].kind == region.kind and _met(one, [*group, at]):
                group.append(at)
                break
        else:
            groups.append([at])
    return groups


def _met(one: Alternative, group: Sequence[int]) -> tuple[Region, ...]:
    """Where a fact lies in all regions of a group and in none that must lack."""
    met: Region | None = one.regions[group[0]]
    for at in group[1:]:
        met = None if met is None else met.meet(one.regions[at])
    return () if met is None else left(met, one.barred)


def _facts(
    one: Alternative, groups: Sequence[Sequence[int]], catalogue: Catalogue
) -> tuple[Fact, ...] | None:
    found: list[dict[str, Value]] = []
    for group in groups:
        values = [_values(region, catalogue) for region in _met(one, group)]
        some = next((one for one in values if one is not None), None)
        if some is None:
            return None
        found.append(some)
    where = {at: number for number, group in enumerate(groups) for at in group}
    for join in one.joins:
        _equalise(join, found[where[join.left]], found[where[join.right]])
    try:
        return tuple(
            catalogue.fact(one.regions[group[0]].kind, values, ORIGIN)
            for group, values in zip(groups, found, strict=True)
        )
    except FactInvalid:
        return None


def _values(region: Region, catalogue: Catalogue) -> dict[str, Value] | None:
    """The fewest values of a fact in the region; a value rather than none where both will do."""
    kind = catalogue.kinds[region.kind]
    usual = _USUAL.get(region.kind, {})
    sets = {name: ValueSet.whole(kind.fields[name]) for name in kind.required}
    sets |= {n: ValueSet.holding(kind.fields[n], v) for n, v in usual.items()}
    for name, one in region.sets.items():
        sets[name] = one if one.given().empty else one.given()
    return Region(kind=region.kind, sets=sets).values()


def _equalise(join: Join, one: dict[str, Value], other: dict[str, Value]) -> None:
    here, there = join.left_field, join.right_field
    value = one.get(here.name, other.get(there.name, literal(here.example, here)))
    one[here.name] = other[there.name] = value

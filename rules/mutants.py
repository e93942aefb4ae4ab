"""Mutants: a rule with one small thing changed, as a slip of the pen would change it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from typing import TypeVar

from ontology.facts import Catalogue, Fact, FactInvalid
from ontology.values import encode
from rules.conditions import Absence, Conjunction, Join, Pattern
from rules.rule import Rule
from rules.sfeel import Anything
from rules.slips import beside, said, slips

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """A changed rule; `words` say what was changed, `line` where it stands.

    `fires_alike` is true where only what the rule concludes was changed.
    """

    rule: Rule
    words: str
    line: int
    fires_alike: bool = False


def mutants(rule: Rule, catalogue: Catalogue) -> Iterator[Mutant]:
    """Every mutant of a rule that can be told from it: of its conditions, then its conclusions."""
    patterns = [p for c in rule.conditions for p in c.patterns]
    absent = [absence.pattern for c in rule.conditions for absence in c.absences]
    for pattern in dict.fromkeys(patterns):
        for other, words, line in _patterns(pattern):
            yield _changed(rule, words, line, partial(_asked, pattern, other))
    for pattern in dict.fromkeys(absent):
        for other, words, line in _patterns(pattern):
            told = f"absent {words}"
            yield _changed(rule, told, line, partial(_missed, pattern, other))
    yield from _dropped(rule)
    yield from _concluded(rule, catalogue)


def _changed(
    rule: Rule, words: str, line: int, change: Callable[[Conjunction], Conjunction]
) -> Mutant:
    conditions = tuple(map(change, rule.conditions))
    return Mutant(rule=replace(rule, conditions=conditions), words=words, line=line)


def _asked(pattern: Pattern, other: Pattern, whole: Conjunction) -> Conjunction:
    patterns = tuple(other if one == pattern else one for one in whole.patterns)
    return replace(whole, patterns=patterns)


def _missed(pattern: Pattern, other: Pattern, whole: Conjunction) -> Conjunction:
    absences = tuple(
        replace(one, pattern=other) if one.pattern == pattern else one for one in whole.absences
    )
    return replace(whole, absences=absences)


def _dropped(rule: Rule) -> Iterator[Mutant]:
    """Without an alternative, a fact, an absence or a `same as`."""
    several = len(rule.conditions) > 1
    for place in range(len(rule.conditions) if several else 0):
        rest = rule.conditions[:place] + rule.conditions[place + 1 :]
        words = f"without alternative {place + 1}"
        yield Mutant(rule=replace(rule, conditions=rest), words=words, line=rule.line)
    apart = all(len(whole.patterns) > 1 for whole in rule.conditions)
    for pattern in _once(whole.patterns if apart else () for whole in rule.conditions):
        words, line = _said_of(pattern, rule)
        yield _changed(rule, f"without {words}", line, partial(_without_pattern, pattern))
    for absence in _once(whole.absences for whole in rule.conditions):
        words, line = _said_of(absence.pattern, rule)
        if all(whole.patterns or {*whole.absences} - {absence} for whole in rule.conditions):
            left = partial(_without_absence, absence)
            yield _changed(rule, f"without absent {words}", line, left)
        if absence.anchor is not None:
            told = f"absent {words} without its `same as`"
            yield _changed(rule, told, line, partial(_unanchored, absence))
    for join in _once(whole.joins for whole in rule.conditions):
        told = f"without {join.left_field.name}: same as … {join.right_field.name}"
        yield _changed(rule, told, rule.line, partial(_unjoined, join))


def _once(groups: Iterable[Iterable[_T]]) -> Iterable[_T]:
    """The members of some groups, each once."""
    return dict.fromkeys(chain.from_iterable(groups))


def _said_of(pattern: Pattern, rule: Rule) -> tuple[str, int]:
    asks = ", ".join(f"{ask.field.name}: {ask.written}" for ask in pattern.asks)
    line = pattern.asks[0].line if pattern.asks else rule.line
    return f"{pattern.kind} {{{asks}}}", line


def _unjoined(join: Join, whole: Conjunction) -> Conjunction:
    return replace(whole, joins=tuple(one for one in whole.joins if one != join))


def _without_absence(absence: Absence, whole: Conjunction) -> Conjunction:
    return replace(whole, absences=tuple(one for one in whole.absences if one != absence))


def _unanchored(absence: Absence, whole: Conjunction) -> Conjunction:
    plain = replace(absence, anchor=None, equal=())
    return replace(
        whole, absences=tuple(plain if one == absence else one for one in whole.absences)
    )


def _without_pattern(pattern: Pattern, whole: Conjunction) -> Conjunction:
    """A conjunction without one fact, and without the joins and anchors that hang on it."""
    if pattern not in whole.patterns:
        return whole
    place = whole.patterns.index(pattern)

    def moved(at: int) -> int:
        return at - (at > place)

    return Conjunction(
        patterns=whole.patterns[:place] + whole.patterns[place + 1 :],
        joins=tuple(
            replace(join, left=moved(join.left), right=moved(join.right))
            for join in whole.joins
            if place not in {join.left, join.right}
        ),
        absences=tuple(
            one if one.anchor is None else replace(one, anchor=moved(one.anchor))
            for one in whole.absences
            if one.anchor != place
        ),
    )


def _patterns(pattern: Pattern) -> Iterator[tuple[Pattern, str, int]]:
    """A pattern with one of its asks left out, or changed so that it accepts other values."""
    for place, ask in enumerate(pattern.asks):
        before, after = pattern.asks[:place], pattern.asks[place + 1 :]
        name = f"{pattern.kind}.{ask.field.name}"
        for test, form in slips(ask):
            other = replace(ask, test=test, accepted=form)
            asks = (*before, *([] if isinstance(test, Anything) else [other]), *after)
            words = f"{name} asks {said(test)}, not {ask.written}"
            if isinstance(test, Anything):
                words = f"without {name}: {ask.written}"
            yield replace(pattern, asks=asks), words, ask.line


def _concluded(rule: Rule, catalogue: Catalogue) -> Iterator[Mutant]:
    """Without a conclusion, or with one of its values moved one place in its scheme."""
    for place, fact in enumerate(rule.conclusions):
        before, after = rule.conclusions[:place], rule.conclusions[place + 1 :]
        told = _values(fact)
        dropped = replace(rule, conclusions=before + after)
        words = f"without {fact.kind} {{{told}}}"
        yield Mutant(rule=dropped, words=words, line=rule.line, fires_alike=True)
        for other, what in _moved(fact, catalogue):
            yield Mutant(
                rule=replace(rule, conclusions=(*before, other, *after)),
                words=f"{fact.kind} {{{told}}} with {what}",
                line=rule.line,
                fires_alike=True,
            )


def _moved(fact: Fact, catalogue: Catalogue) -> Iterator[tuple[Fact, str]]:
    fields = catalogue.kinds[fact.kind].fields
    for name, value in fact.values.items():
        for near in beside(value, fields[name]) if fields[name].allowed else ():
            try:
                other = catalogue.fact(fact.kind, {**fact.values, name: near}, *fact.origins)
            except FactInvalid:
                continue
            yield other, f"{name}: {encode(near)}"


def _values(fact: Fact) -> str:
    return ", ".join(f"{name}: {encode(value)}" for name, value in fact.values.items())

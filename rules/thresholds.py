"""Thresholds: the numbers that a rule holds figures against, and the rule with them left open."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import Final

from ontology.facts import Fact
from ontology.kinds import Field
from ontology.values import Datatype
from rules.conditions import Ask, Conjunction, Pattern
from rules.coverage import fits
from rules.diagnostics import near
from rules.rule import Rule
from rules.sfeel import MISSING, Compare, Given, OneOf, Test, holds

FIGURES: Final = ("spread", "coverage", "feed")
"""The kinds of facts that listening counts, so that recorded posts tell them again."""

_NUMBERS: Final = frozenset({Datatype.DECIMAL, Datatype.INTEGER})
_RISING: Final = frozenset({">", ">="})
_ORDERED: Final = _RISING | {"<", "<="}
_OPEN: Final = "~open-"
_WORDS: Final = {">=": "at least", "<=": "at most", ">": "more than", "<": "less than"}

Height = float
"""How far a figure goes towards firing: larger is further, whichever way the test looks; `inf`
where the rule asks nothing of the figure."""


class ThresholdInvalid(ValueError):
    """A rule has no such threshold; the message says which it has, or why it can't be moved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """A number that a rule holds one figure against; `places` are its lines and columns."""

    rule: str
    kind: str
    field: Field
    operator: str
    value: float
    file: str
    places: tuple[tuple[int, int], ...]

    @property
    def name(self) -> str:
        """As people name it: `spread.excess`."""
        return f"{self.kind}.{self.field.name}"

    @property
    def words(self) -> str:
        """What is asked of the figure, as a book says it: `at least`."""
        return _WORDS[self.operator]

    def height(self, value: float) -> Height:
        """How far a figure of this value goes; a stricter threshold is higher."""
        return value if self.operator in _RISING else -value

    def met(self, height: Height, at: float) -> bool:
        """Whether a figure of a height fires the rule where the threshold stands at a value."""
        wanted = self.height(at)
        return height > wanted or (height == wanted and "=" in self.operator)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """One alternative of a rule as a rule of its own, all its tests of figures left out.

    `tests` are what was left out of `pattern`; nothing where the alternative asks no figure that
    is looked at. `chosen` are the thresholds that are moved.
    """

    rule: Rule
    pattern: Pattern | None
    tests: tuple[Ask, ...]
    chosen: tuple[Threshold, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How high the figures went, threshold by threshold; not `sure` where one is not known."""

    heights: tuple[Height, ...]
    sure: bool


def thresholds(rule: Rule) -> tuple[Threshold, ...]:
    """Every number that can be moved: one test of a figure, the same in all alternatives."""
    found: defaultdict[tuple[str, str], list[Ask]] = defaultdict(list)
    for pattern in _looked_at(rule):
        for ask in pattern.asks:
            if _compare(ask) is not None:
                found[pattern.kind, ask.field.name].append(ask)
    return tuple(
        _threshold(rule, kind, asks)
        for (kind, _), asks in found.items()
        if len({_compare(ask) for ask in asks}) == 1
    )


def threshold(rule: Rule, name: str) -> Threshold:
    """One of them by `spread.excess`, or `excess` alone.

    Raises:
        ThresholdInvalid: the rule has none of that name.
    """
    known = {one.name: one for one in thresholds(rule)}
    for one in known.values():
        if name in {one.name, one.field.name}:
            return one
    if not known:
        raise ThresholdInvalid(f"{rule.id} {_nothing(rule)}")
    there = ", ".join(f"{one.name} ({one.words} {one.value:g})" for one in known.values())
    short = {one.field.name: one.name for one in known.values()}
    meant = near(name, [*known, *short])
    meant = short.get(meant or "", meant)
    hint = f"did you mean {meant!r}? " if meant else ""
    raise ThresholdInvalid(f"{rule.id} has no threshold {name[:80]!r}; {hint}it has {there}")


def opened(rule: Rule, chosen: Sequence[Threshold]) -> tuple[Opened, ...]:
    """The alternatives of a rule, each with its tests of figures left out, to be read by `reach`.

    Raises:
        ThresholdInvalid: the thresholds stand in different facts of one alternative.
    """
    return tuple(_opened(rule, number, chosen) for number in range(len(rule.conditions)))


def reach(one: Opened, facts: Iterable[Fact]) -> Iterator[Reach]:
    """How far each fact that an opened rule matched goes; nothing of what fails another test."""
    if one.pattern is None:
        yield Reach(heights=(inf,) * len(one.chosen), sure=True)
        return
    names = {threshold.field.name: place for place, threshold in enumerate(one.chosen)}
    for fact in facts:
        if fact.kind != one.pattern.kind or not fits(one.pattern, fact):
            continue
        heights, sure, fails = [inf] * len(one.chosen), True, False
        for ask in one.tests:
            value = fact.values.get(ask.field.name, MISSING)
            place = names.get(ask.field.name)
            if value is MISSING:
                sure = sure and holds(ask.test, MISSING, ask.field)
            elif place is not None and isinstance(value, int | float):
                heights[place] = one.chosen[place].height(float(value))
            else:
                fails = fails or not holds(ask.test, value, ask.field)
        if not fails:
            yield Reach(heights=tuple(heights), sure=sure)


def forced(rule: Rule) -> Rule | None:
    """The rule without what it asks of figures; None where that can't be told apart.

    It says whom the rule would tell if the figures were such, where nobody knows them.
    """
    if any(one.joins or any(a.equal for a in one.absences) for one in rule.conditions):
        return None
    return replace(rule, conditions=tuple(_without_figures(one) for one in rule.conditions))


def reads_figures(rule: Rule) -> bool:
    """Whether what a rule does depends on what listening counts of the posts."""
    return any(pattern.kind == FIGURES[0] for one in rule.conditions for pattern in one.every())


def _nothing(rule: Rule) -> str:
    """Why a rule has no threshold."""
    asked = [ask for one in rule.conditions for p in one.every() for ask in p.asks]
    if any(_compare(ask) is not None for ask in asked if not ask.field.key):
        return (
            "holds figures against several numbers, in an absence, or figures that listening does"
            " not count; give each number a rule of its own"
        )
    return (
        "holds no figure of the windows against a number; a rule that does says"
        " spread: {window: PT1H, excess: at least 4}"
    )


def _looked_at(rule: Rule) -> Iterator[Pattern]:
    for conjunction in rule.conditions:
        yield from (one for one in conjunction.patterns if one.kind in FIGURES)


def _compare(ask: Ask) -> Compare | None:
    """The one ordered comparison of a test, alone or beside `not given`."""
    if ask.field.datatype not in _NUMBERS:
        return None
    tests: tuple[Test, ...] = ask.test.tests if isinstance(ask.test, OneOf) else (ask.test,)
    found = [one for one in tests if isinstance(one, Compare) and one.operator in _ORDERED]
    others = [one for one in tests if one not in found]
    return found[0] if len(found) == 1 and others in ([], [Given(there=False)]) else None


def _threshold(rule: Rule, kind: str, asks: Sequence[Ask]) -> Threshold:
    compare = _compare(asks[0])
    if compare is None or not isinstance(compare.value, int | float):
        raise TypeError(f"{rule.id}: {asks[0].written} is no comparison with a number")
    return Threshold(
        rule=rule.id,
        kind=kind,
        field=asks[0].field,
        operator=compare.operator,
        value=float(compare.value),
        file=rule.file,
        places=tuple(sorted({(ask.line, ask.column) for ask in asks})),
    )


def _opened(rule: Rule, number: int, chosen: Sequence[Threshold]) -> Opened:
    whole = rule.conditions[number]
    wanted = {(one.kind, one.field.name) for one in chosen}
    mine = [
        place
        for place, pattern in enumerate(whole.patterns)
        if wanted & {(pattern.kind, ask.field.name) for ask in pattern.asks}
    ]
    if len(mine) > 1:
        names = " and ".join(one.name for one in chosen)
        raise ThresholdInvalid(
            f"{names} stand in different facts of {rule.id}; move thresholds of one fact"
        )
    if not mine:
        alone = replace(rule, id=f"{rule.id}{_OPEN}{number}", conditions=(whole,))
        return Opened(rule=alone, pattern=None, tests=(), chosen=tuple(chosen))
    pattern = whole.patterns[mine[0]]
    tests = tuple(ask for ask in pattern.asks if _compare(ask) is not None)
    open_ = replace(pattern, asks=tuple(ask for ask in pattern.asks if ask not in tests))
    patterns = (*whole.patterns[: mine[0]], open_, *whole.patterns[mine[0] + 1 :])
    alone = replace(
        rule,
        id=f"{rule.id}{_OPEN}{number}",
        conditions=(replace(whole, patterns=patterns),),
    )
    return Opened(rule=alone, pattern=open_, tests=tests, chosen=tuple(chosen))


def _without_figures(whole: Conjunction) -> Conjunction:
    kept = tuple(one for one in whole.patterns if one.kind not in FIGURES)
    return replace(whole, patterns=kept or (Pattern(kind="incident", asks=()),))
